"""The stack: what a repository is made of, from its real manifests and configuration."""
