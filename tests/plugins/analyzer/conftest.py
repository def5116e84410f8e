"""A repository with a history, and contexts with facts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hivemind_analyzer.plugin import hivemind_workers
from hivemind_facts.models import Facts

from hivemind import Context, ContextFragment, Task

Commit = Callable[..., None]


def git(repo: Path, *arguments: str) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{who}_NAME": "A", f"GIT_{who}_EMAIL": "a@example.org"}
    done = subprocess.run(["git", *arguments], cwd=repo, env=env, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    return folder


@pytest.fixture
def commit(repo: Path) -> Commit:
    """Write files and commit them."""

    def make(files: Mapping[str, str], author: str = "a@example.org") -> None:
        if not (repo / ".git").exists():
            git(repo, "init", "-q")
        for path, text in files.items():
            (repo / path).parent.mkdir(parents=True, exist_ok=True)
            (repo / path).write_text(text, encoding="utf-8")
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", "change", f"--author=A <{author}>")

    return make


@pytest.fixture
def context(repo: Path) -> Callable[..., Context]:
    """A context with these facts."""
    (spec,) = hivemind_workers()

    def make(facts: Facts | None, text: str = "Look at the code") -> Context:
        task = Task(text=text, repo=str(repo))
        fragments = (ContextFragment(name="facts", text="", data=facts),) if facts is not None else ()
        return Context(task=task, worker=spec, fragments=fragments)

    return make
