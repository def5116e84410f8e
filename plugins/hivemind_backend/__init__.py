"""The backend worker: APIs, data, services, integrations, performance and security of a repository."""
