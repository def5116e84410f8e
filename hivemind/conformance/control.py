"""Starts the processes that run a plugin's code, reads what they find, and ends those that do not end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from hivemind.conformance.catalogue import RULES
from hivemind.conformance.job import Job, read_answers
from hivemind.conformance.models import Status
from hivemind.conformance.verdict import Verdict, failed, skipped

_POLL_S = 0.02
_TAIL = 300
_REGISTRATION = "registration"
_CRASH = re.compile(
    r"Fatal Python error: (?P<what>.+?) (?:Current thread|Thread) .*?"
    r'File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<function>\S+)'
)
Progress = Callable[[str], None]


class _Child(Protocol):
    def poll(self) -> int | None: ...

    def kill(self) -> None: ...


@dataclass
class Found:
    """What a process found."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    """What the guard refused, in the words of its place."""


@dataclass
class Control:
    """One series of rules in as many processes as it takes: a plugin that ends one ends no more than its rule.

    Args:
        job: What is to be done.
        environment: The processes' environment.
        deadline: When all must be done, by the monotonic clock.
        progress: Is told which rule is looked at.
        one_process: Whether the rules share what the first of them did, so that none is tried again without it.
    """

    job: Job
    environment: Mapping[str, str]
    deadline: float
    progress: Progress
    one_process: bool = False
    unregistered: threading.Event = field(default_factory=threading.Event)
    """Set where the plugin does not register: what needs that is not looked at."""
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set where nobody waits for an answer any more."""
    _runs: int = 0

    def run(self) -> Found:
        """Look at all rules."""
        found = Found()
        todo = list(self.job.rules)
        while todo:
            current, why = self._run(tuple(todo), found)
            left = [name for name in todo if name not in found.verdicts]
            if not left:
                break
            if self.stopped.is_set():
                found.verdicts |= dict.fromkeys(left, skipped("the check was stopped"))
                break
            broken = current if current in left else left[0]
            if time.monotonic() >= self.deadline and current != broken:
                found.verdicts |= {name: skipped("there was no time left") for name in left}
                break
            if self._is_unregistered(broken):
                found.verdicts |= {name: skipped("the plugin does not register: see registration") for name in left}
                break
            self._keep(found, broken, failed(why))
            needing = [name for name in left if broken in RULES[name].needs]
            found.verdicts |= dict.fromkeys(needing, skipped(f"can't be told as long as {broken} does not hold"))
            todo = [name for name in left if name not in found.verdicts]
            if self.one_process:
                told = skipped(f"the process that runs the workers did not survive rule {broken!r}")
                found.verdicts |= dict.fromkeys(todo, told)
                break
        return found

    def _run(self, rules: tuple[str, ...], found: Found) -> tuple[str, str]:
        """Run one process.

        Returns:
            The rule that it was at when it ended, and how it ended.
        """
        self._runs += 1
        root = Path(self.job.root)
        answers, said = root / f"answers-{self._runs}.jsonl", root / f"said-{self._runs}.txt"
        job = replace(self.job, rules=rules, answers=str(answers))
        child = _fork(job, self.environment, said) if job.target.objects else _start(job, self.environment, said)
        offset, current, began = 0, "", time.monotonic()
        ended = ""
        try:
            while True:
                code = child.poll()
                lines, offset = read_answers(answers, offset)
                for line in lines:
                    if "begin" in line:
                        current, began = line["begin"], time.monotonic()
                        self.progress(current)
                    self._take(line, found)
                if code is not None:
                    return current, ended or _how(code, said)
                limit = min(began + _limit(current, job.timeout_s), self.deadline)
                if self.stopped.is_set() or self._is_unregistered(current):
                    child.kill()
                elif time.monotonic() > limit and not ended:
                    ended = f"did not end within {time.monotonic() - began:.1f} s"
                    if time.monotonic() >= self.deadline:
                        ended += f", when the whole check's time of {self.job.timeout_s:g} s was up"
                    child.kill()
                time.sleep(_POLL_S)
        finally:
            child.kill()

    def _is_unregistered(self, rule: str) -> bool:
        return self.unregistered.is_set() and (not rule or _REGISTRATION in RULES[rule].needs)

    def _keep(self, found: Found, rule: str, verdict: Verdict) -> None:
        found.verdicts[rule] = verdict
        if rule == _REGISTRATION and verdict.status == "failed":
            self.unregistered.set()

    def _take(self, line: dict[str, Any], found: Found) -> None:
        if "result" in line:
            status: Status = line["status"]
            self._keep(found, line["result"], Verdict(status, line["detail"], line["prints"]))
        elif "attempts" in line:
            found.attempts = list(dict.fromkeys([*found.attempts, *line["attempts"]]))


def _limit(rule: str, timeout_s: float) -> float:
    return min(RULES[rule].limit_s if rule else 20.0, timeout_s)


def _how(code: int, said: Path) -> str:
    if code < 0:
        name = signal.Signals(-code).name if -code in list(signal.Signals) else str(-code)
        how = f"ended the process by signal {name}"
    else:
        how = f"ended the process with exit code {code}"
    text = " ".join(said.read_text(encoding="utf-8", errors="replace").split()) if said.is_file() else ""
    crash = _CRASH.search(text)
    if crash is not None:  # what Python's faulthandler writes: the innermost line comes first
        return f"{how}: {crash['what']} at {Path(crash['file']).name}:{crash['line']} in {crash['function']}"
    return f"{how}, and said last: {text[-_TAIL:]}" if text else how


def _start(job: Job, environment: Mapping[str, str], said: Path) -> _Child:
    file = Path(job.root) / "job.json"
    job.write(file)
    command = [sys.executable, "-P", "-X", "faulthandler", "-m", "hivemind.conformance.process", str(file)]
    with said.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=Path(job.root) / "cwd",
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _Process(process)


@dataclass
class _Process:
    process: subprocess.Popen[bytes]

    def poll(self) -> int | None:
        return self.process.poll()

    def kill(self) -> None:
        """End it, and what it started."""
        _kill_group(self.process.pid)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def _kill_group(pid: int) -> None:
    if hasattr(os, "killpg"):
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # nobody of it is left


@dataclass
class _Forked:
    pid: int
    code: int | None = None

    def poll(self) -> int | None:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def kill(self) -> None:
        """End it, and what it started."""
        _kill_group(self.pid)
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)


def _fork(job: Job, environment: Mapping[str, str], said: Path) -> _Child:
    """Run a job in a copy of this process, which has the plugin's object as it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that threads are not copied is known
        pid = os.fork()
    if pid:
        return _Forked(pid)
    code = 1
    try:
        os.setsid()
        file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, number in ((null, 0), (file, 1), (file, 2)):
            os.dup2(source, number)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(Path(job.root) / "cwd")
        from hivemind.conformance.process import perform

        perform(job)
        code = 0
    except BaseException:  # noqa: BLE001  (it ends here, in words that the parent reads)
        import traceback

        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)
