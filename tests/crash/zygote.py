"""Runs the real command line in processes of their own that begin with everything imported, and hurts them on request.

Reads one JSON object a line: `arguments`, `cwd`, `env`, `out`, `err` (files), `hurt`. Forks, runs, and answers with one
JSON object a line: the `code` of the process, negative for the signal that ended it.

What can be hurt (`hurt`), each counted from 1 over the system calls of the process:

    {"kill": "torn" | "written" | "synced", "at": N}      at the journal's Nth write: half of it, all of it, after fsync
    {"kill": "renaming" | "renamed", "at": N}             at the Nth rename of a file that was written beside it
    {"kill": "random", "seed": S, "after": A}             at a moment after the journal's Ath write
    {"full": N, "what": "journal" | "all", "errno": "ENOSPC"}   from the Nth write on, writes fail

`acknowledged` names a file that gets a copy of every byte of the journal that was synced; `counts` one that gets the
number of writes and renames when the process ends by itself.
"""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import sys
import threading
import time
from typing import Any, NoReturn

_OPEN, _WRITE, _FSYNC, _REPLACE, _CLOSE = os.open, os.write, os.fsync, os.replace, os.close
_TRUNCATE = os.ftruncate


def die() -> NoReturn:
    """End this process the hard way."""
    os.kill(os.getpid(), signal.SIGKILL)
    while True:
        time.sleep(1)


class Hurt:
    """Stands between the process and the system."""

    def __init__(self, hurt: dict[str, Any], acknowledged: str | None) -> None:
        self.hurt = hurt
        self.kind, self.at = hurt.get("kill", ""), hurt.get("at", 0)
        self.journals: set[int] = set()
        self.others: set[int] = set()
        self.writes = self.renames = self.all_writes = 0
        self.unsynced = b""
        self.copy = _OPEN(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) if acknowledged else None

    def install(self) -> None:
        """Take the system calls' places."""
        os.open, os.write, os.fsync = self.open, self.write, self.fsync  # type: ignore[assignment]
        os.replace, os.close = self.replace, self.close  # type: ignore[assignment]
        os.ftruncate = self.truncate

    def open(self, path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        if flags & os.O_CREAT and self.fails(self.all_writes + 1, os.fspath(path)):
            self.refuse(path)
        descriptor = _OPEN(path, flags, mode, **more)
        if flags & (os.O_WRONLY | os.O_RDWR):
            (self.journals if str(path).endswith("EVENTS.jsonl") else self.others).add(descriptor)
        return descriptor

    def close(self, descriptor: int) -> None:
        self.journals.discard(descriptor)
        self.others.discard(descriptor)
        _CLOSE(descriptor)

    def fails(self, number: int, path: Any = "") -> bool:
        """Whether the disk is full, or read-only, by now."""
        return (
            "full" in self.hurt and self.hurt["what"] == "all" and number >= self.hurt["full"] and "work" in str(path)
        )

    def refuse(self, path: Any = None) -> NoReturn:
        number = getattr(errno, self.hurt["errno"])
        raise OSError(number, os.strerror(number), path)

    def write(self, descriptor: int, data: Any) -> int:
        if descriptor not in self.journals:
            if descriptor in self.others:
                self.all_writes += 1
                if "full" in self.hurt and self.hurt["what"] == "all" and self.all_writes >= self.hurt["full"]:
                    self.refuse()
            return _WRITE(descriptor, data)
        self.writes += 1
        self.all_writes += 1
        if "full" in self.hurt:
            number = self.writes if self.hurt["what"] == "journal" else self.all_writes
            if number == self.hurt["full"]:
                return _WRITE(descriptor, bytes(data)[: len(data) // 2])  # a disk fills up in the middle of a line
            if number > self.hurt["full"]:
                self.refuse()
        here = self.writes == self.at
        if here and self.kind == "torn":
            _WRITE(descriptor, bytes(data)[: len(data) // 2])
            die()
        written = _WRITE(descriptor, data)
        self.unsynced += bytes(data)[:written]
        if here and self.kind == "written":
            die()
        if self.kind == "random" and self.writes == self.hurt["after"]:
            delay = random.Random(self.hurt["seed"]).uniform(0, 0.03)
            threading.Timer(delay, die).start()
        return written

    def fsync(self, descriptor: int) -> None:
        _FSYNC(descriptor)
        if descriptor in self.journals:
            if self.copy is not None:
                _WRITE(self.copy, self.unsynced)
            self.unsynced = b""
            if self.writes == self.at and self.kind == "synced":
                die()

    def truncate(self, descriptor: int, length: int) -> None:
        _TRUNCATE(descriptor, length)
        if descriptor in self.journals:
            self.unsynced = b""

    def replace(self, source: Any, target: Any, **more: Any) -> None:
        self.renames += 1
        here = self.renames == self.at
        if here and self.kind == "renaming":
            die()
        _REPLACE(source, target, **more)
        if here and self.kind == "renamed":
            die()


def run(asked: dict[str, Any]) -> int:
    """Be the process: the command line with these words, in this folder."""
    for name, stream in (("out", 1), ("err", 2)):
        descriptor = os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(descriptor, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["cwd"])
    os.environ.update(asked["env"])
    hurt = Hurt(asked.get("hurt") or {}, asked.get("acknowledged"))
    hurt.install()
    from hivemind.cli.main import main

    code = main(asked["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    if asked.get("counts"):
        descriptor = _OPEN(asked["counts"], os.O_WRONLY | os.O_CREAT, 0o644)
        _WRITE(descriptor, json.dumps({"writes": hurt.writes, "renames": hurt.renames}).encode())
    return code


def serve() -> None:
    """Fork a process for every line that comes."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 99
            try:
                code = run(asked)
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        answers.write(json.dumps({"code": os.waitstatus_to_exitcode(status)}) + "\n")
        answers.flush()


def load() -> None:
    """Import what a session with a model needs, so that each process begins at once."""
    import openai.resources.chat  # noqa: F401
    import pydantic_ai.models.openai
    import pydantic_ai.providers.openai  # noqa: F401
    import pydantic_ai_harness  # noqa: F401

    import hivemind.agent
    import hivemind.alignment
    import hivemind.cli.documents
    import hivemind.cli.live
    import hivemind.cli.resume
    import hivemind.cli.run
    import hivemind.drift
    import hivemind.engines.local
    import hivemind.model_access
    import hivemind.orchestrator
    import hivemind.report
    import hivemind.transcript  # noqa: F401


if __name__ == "__main__":
    load()
    assert threading.active_count() == 1, "a thread would be lost in every fork"
    serve()
