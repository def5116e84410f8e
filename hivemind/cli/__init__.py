"""The command line: thin shells whose imports stand inside the callbacks; the one place errors become exit codes."""
