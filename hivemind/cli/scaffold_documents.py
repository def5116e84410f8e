"""The document of `hivemind plugins new --json`."""

from __future__ import annotations

from hivemind.cli.documents import Document


class PluginNewDocument(Document):
    """`hivemind plugins new --json`."""

    plugin: str
    distribution: str
    package: str
    worker: str
    role: str
    path: str
    files: tuple[str, ...]
    next: tuple[str, ...]
