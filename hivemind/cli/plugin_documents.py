"""The JSON documents of the commands that say what becomes of plugins."""

from __future__ import annotations

from pydantic import BaseModel

from hivemind.cli.documents import Document


class PluginBlockDocument(Document):
    """`hivemind plugins block --json` and `unblock --json`."""

    plugin: str
    file: str
    changed: bool
    blocked_elsewhere: tuple[str, ...]


class TrustChange(BaseModel):
    """What trusting changed of one entry of the lockfile: added, changed, removed or unchanged."""

    name: str
    local: bool
    change: str
    detail: str
    sha256: str | None


class LockDocument(Document):
    """`hivemind plugins lock --json` and `trust NAME --json`."""

    file: str
    written: bool
    changes: tuple[TrustChange, ...]


class FolderTrust(BaseModel):
    """What became of one folder of plugins."""

    folder: str
    trusted: bool
    changed: bool
    before: str = ""
    """Why it was not trusted before."""
    sha256: str | None
    files: dict[str, str]
    plugins: tuple[str, ...]


class FoldersTrustDocument(Document):
    """`hivemind plugins trust DIR --json`."""

    folders: tuple[FolderTrust, ...]


class PluginInfoDocument(Document):
    """`hivemind plugins info --json`; null where nothing is known, since the plugin is not loaded or says nothing."""

    name: str
    status: str
    distribution: str
    version: str
    folder: str
    module: str
    path: str | None
    sha256: str | None
    hooks: tuple[str, ...]
    workers: tuple[str, ...]
    commands: tuple[str, ...]
    models: tuple[str, ...]
    engines: tuple[str, ...]
    hook_api_version: str | None
    dependencies: tuple[str, ...]
    shipped: bool
    locked: bool | None
    """Whether hivemind.lock has it as it is; null where there is no such file or it needs no entry."""
    lock_detail: str | None
    trusted: str | None
    """Who names the folder of a local plugin, and whether that is trusted."""
    blocked_by: tuple[str, ...]
    modified_files: tuple[str, ...]
    notices: tuple[str, ...]
    """Old names that it uses, a sentence each."""
    problem: str | None
