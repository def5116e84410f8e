"""New plugins: a complete distribution written from templates."""
