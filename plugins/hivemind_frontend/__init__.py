"""The frontend worker: components, state, routes and calls of a repository's front end."""
