"""The repository and the session that a plugin is tried on: small, real, and with an invented secret in it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hivemind.conformance.sample_files import FILES

TASK = "Add an endpoint that lists a customer's orders with pagination"
_GIT_S = 20
_WHO = {
    "GIT_AUTHOR_NAME": "Sample",
    "GIT_AUTHOR_EMAIL": "sample@example.org",
    "GIT_AUTHOR_DATE": "2026-01-05T10:00:00Z",
    "GIT_COMMITTER_NAME": "Sample",
    "GIT_COMMITTER_EMAIL": "sample@example.org",
    "GIT_COMMITTER_DATE": "2026-01-05T10:00:00Z",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}


@dataclass(frozen=True)
class Secrets:
    """Invented secrets: none opens anything."""

    key: str
    """Stands in the environment under the names of well-known keys."""
    stored: str
    """Stands in a file of the repository."""

    @classmethod
    def invent(cls, random: str) -> Secrets:
        """Make them of random letters."""
        return cls(f"sk-proj-env{random}", f"sk-proj-repo{random}")

    @property
    def values(self) -> tuple[str, ...]:
        """All of them."""
        return (self.key, self.stored)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that hold one."""
        names = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GITHUB_TOKEN", "DATABASE_PASSWORD", "CONFORMANCE_SECRET")
        return dict.fromkeys(names, self.key)


def make_repository(folder: Path, secrets: Secrets) -> None:
    """Write the repository; under git where there is a git."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@SECRET@", secrets.stored), encoding="utf-8", newline="\n")
    git = shutil.which("git")
    if git is None:
        return
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "Begin a shop")):
        command = [git, "-C", str(folder), *arguments]
        subprocess.run(command, env=_git_environment(folder), capture_output=True, timeout=_GIT_S, check=False)


def _git_environment(folder: Path) -> dict[str, str]:
    import os

    return {**os.environ, **_WHO, "HOME": str(folder.parent)}


def make_session(folder: Path, repo: Path) -> Path:
    """Make a session that plugins may read; returns the folder of the sessions."""
    from hivemind.models import Task
    from hivemind.session.folder import SessionFolder

    session = SessionFolder.create(folder, Task(text=TASK, repo=str(repo)))
    session.close()
    return folder
