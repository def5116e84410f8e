"""Markdown agent files: the Claude Code form, read, found, recognised and written."""
