"""Repository facts for any worker, read without a model."""
