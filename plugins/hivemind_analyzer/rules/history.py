"""What git's history says of each file: how often it changed, and by how much. One bounded call of git."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

COMMITS = 1000
TIMEOUT_S = 10.0
_COMMAND = (
    "git",
    "--no-pager",
    # A repository's own configuration must not make git start a program.
    *("-c", "core.fsmonitor="),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotepath=false"),
    *("-c", "log.showSignature=false"),
    "log",
    f"--max-count={COMMITS}",
    "--no-merges",
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--ignore-submodules=all",
    "--relative",
    "--numstat",
    "-z",
    "--format=%x01%ae",
    "--",
    ".",
)


@dataclass
class Changes:
    """How often one file changed."""

    commits: int = 0
    churn: int = 0
    authors: set[str] = field(default_factory=set)


@dataclass
class History:
    """The changes by path, and how they were read or why they could not be."""

    files: dict[str, Changes] = field(default_factory=dict)
    commits: int = 0
    note: str = ""


def read_history(repo: Path, timeout_s: float = TIMEOUT_S) -> History:
    """Read the newest commits that touch a folder.

    Args:
        repo: A folder, with git or without.
        timeout_s: Seconds after which git is stopped; what it said until then counts.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # No lazy fetch from a partial clone's remote: nothing leaves the machine.
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    environment |= {"GIT_ALLOW_PROTOCOL": "none"}
    stopped = threading.Event()
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                _COMMAND, cwd=repo, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
            )
        except OSError as error:
            return History(note=f"git can't be run: {error.strerror or error}; no history was read")

        def stop() -> None:
            stopped.set()
            process.kill()

        timer = threading.Timer(timeout_s, stop)
        timer.start()
        try:
            out, _ = process.communicate()
        finally:
            timer.cancel()
        said.seek(0)
        error_text = said.read(2000).decode("utf-8", "replace").strip()
    if stopped.is_set():
        out = out[: out.rfind(b"\x01") if b"\x01" in out else 0]  # the commit in the middle is left out
    elif process.returncode != 0:
        return History(note=_trouble(error_text, process.returncode))
    return _noted(_parse(out), timeout_s if stopped.is_set() else None)


def _trouble(said: str, code: int) -> str:
    if "not a git repository" in said:
        return "the repository has no git history: no hot spots can be told"
    if "does not have any commits" in said:
        return "the git repository has no commit yet: no hot spots can be told"
    first = said.splitlines()[0] if said else f"exit code {code}"
    return f"git's history can't be read: {first}"


def _parse(out: bytes) -> History:
    history = History()
    for commit in out.decode("utf-8", "backslashreplace").split("\x01")[1:]:
        author, _, rest = commit.partition("\0")
        if not rest:  # some versions end the header with a line break
            author, _, rest = commit.partition("\n")
        history.commits += 1
        for record in rest.split("\0"):
            parts = record.lstrip("\n").split("\t", 2)
            if len(parts) != 3 or not parts[2]:
                continue
            added, deleted, path = parts
            changes = history.files.setdefault(path, Changes())
            changes.commits += 1
            changes.authors.add(author.strip())
            # "-" is a binary file: it changed, but has no lines.
            changes.churn += sum(int(number) for number in (added, deleted) if number.isdecimal())
    return history


def _noted(history: History, timeout_s: float | None) -> History:
    if not history.commits:
        if timeout_s is not None:
            history.note = f"git gave no commit within {timeout_s:g} s: no hot spots can be told"
        else:
            history.note = "no commit touches this folder: no hot spots can be told"
        return history
    what = "commit" if history.commits == 1 else "commits"
    history.note = f"the newest {history.commits:,} {what} without merges"
    if timeout_s is not None:
        history.note += f", as many as git gave within {timeout_s:g} s"
    elif history.commits == COMMITS:
        history.note += f" (older ones are not looked at: the bound is {COMMITS:,})"
    return history
