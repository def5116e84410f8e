"""Readers: one framework or one kind of fact a file, by family."""
