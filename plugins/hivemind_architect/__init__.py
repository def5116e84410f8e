"""The architect worker: components, layers, decisions, limits and a roadmap of a repository."""
