"""Markdown building blocks for worker notes and reports."""
