"""The analyzer worker: security, performance, quality and hot spots of a repository."""
