"""Checks a target: finds it, runs its code in processes of their own, and puts together what they found."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from hivemind.conformance.catalogue import RULES, Process
from hivemind.conformance.comparing import compared
from hivemind.conformance.control import Control, Found, Progress
from hivemind.conformance.finding import find_target
from hivemind.conformance.job import Job
from hivemind.conformance.metadata import metadata
from hivemind.conformance.models import ConformanceReport, RuleResult
from hivemind.conformance.sample import Secrets, make_repository, make_session
from hivemind.conformance.surroundings import Surroundings, search_path
from hivemind.conformance.target import Target
from hivemind.conformance.verdict import Verdict, failed, skipped
from hivemind.errors import UsageError

GATES = ("loads", "hook-api-version", "hook-names", "hook-signatures", "async-shape")
"""Rules without which the core refuses a plugin, so that nothing more can be looked at."""


def check(
    target: str | Path | ModuleType | object, *, timeout_s: float = 60, progress: Progress | None = None
) -> ConformanceReport:
    """Check a plugin against every rule of its contract.

    Args:
        target: A distribution's name, an entry point's name, a path (a source tree, a package, a file), or a module or
            plugin object.
        timeout_s: How long it may take at the most.
        progress: Is told the name of each rule as it is looked at.

    Returns:
        One result for each rule, in their order.

    Raises:
        UsageError: There is no such target.
        ConfigurationError: It brings no plugin.
    """
    began = time.monotonic()
    found = find_target(target)
    if found.objects and not hasattr(os, "fork"):
        raise UsageError(
            f"{found.name!r} is an object that no other process can have on this system",
            "put the plugin into a module and check that",
        )
    with tempfile.TemporaryDirectory(prefix="hivemind-check-", ignore_cleanup_errors=True) as folder:
        checking = _Checking(found, Path(folder).resolve(), began + timeout_s, timeout_s, progress or _silent)
        verdicts = checking.run()
    results = tuple(
        RuleResult(
            rule=rule.name,
            title=rule.title,
            status=verdicts[rule.name].status,
            detail=verdicts[rule.name].detail,
            remedy=rule.remedy if verdicts[rule.name].status == "failed" else "",
        )
        for rule in RULES.values()
    )
    return ConformanceReport(
        target=found.name,
        plugins=tuple(ref.name for ref in found.plugins),
        results=results,
        duration_s=round(time.monotonic() - began, 3),
    )


def _silent(rule: str) -> None:
    """Tell nobody."""


@dataclass
class _Checking:
    target: Target
    root: Path
    deadline: float
    timeout_s: float
    progress: Progress

    def run(self) -> dict[str, Verdict]:
        verdicts: dict[str, Verdict] = {}
        for name in _of("here"):
            self.progress(name)
            verdicts[name] = metadata(self.target)
        self.secrets = Secrets.invent(secrets.token_hex(12))
        loading = self._control("loading", "loading").run()
        verdicts |= loading.verdicts
        closed = [name for name in GATES if verdicts[name].status == "failed"]
        if closed:
            told = skipped(f"the plugin is refused as it is: see {', '.join(closed)}")
            verdicts |= {name: told for name in RULES if name not in verdicts}
            return self._with_network(verdicts, loading)
        return self._with_network(verdicts, loading, *self._rest(verdicts))

    def _rest(self, verdicts: dict[str, Verdict]) -> list[Found]:
        """The processes that need a plugin that loads, side by side."""
        series = {name: self._control(name, name) for name in ("plain", "running", "stopping") if _of(name)}
        if _of("plain", twice=True) and not self.target.objects:
            series["again"] = self._control("again", "plain", seed=2)
        with ThreadPoolExecutor(max(len(series), 1)) as pool:
            running = {name: pool.submit(control.run) for name, control in series.items()}
            found = {name: future.result() for name, future in running.items()}
        for name, one in found.items():
            if name != "again":
                verdicts |= one.verdicts
        if "again" in found:
            for name, second in found["again"].verdicts.items():
                verdicts[name] = compared(verdicts[name], second)
        return list(found.values())

    def _control(self, name: str, process: Process, seed: int = 1) -> Control:
        again = name == "again"
        shared = name in ("plain", "again")
        around = Surroundings(self.root / name, self.root / "repo" if shared else self.root / name / "repo")
        around.make()
        if name != "loading" and not around.repo.exists():
            make_repository(around.repo, self.secrets)
        session = self.root / "session"
        if shared and not session.exists():
            session = make_session(session, around.repo)
        job = Job(
            target=self.target,
            rules=tuple(_of(process, twice=True) if again else _of(process)),
            root=str(around.root),
            repo=str(around.repo),
            session=str(next(iter(session.iterdir()))) if session.is_dir() else "",
            answers="",
            secrets=self.secrets.values,
            timeout_s=self.timeout_s,
            path=tuple(search_path()),
            again=again,
        )
        environment = around.environment(self.secrets.environment if process == "running" else {}, seed)
        return Control(job, environment, self.deadline, self.progress, one_process=process == "running")

    def _with_network(self, verdicts: dict[str, Verdict], *found: Found) -> dict[str, Verdict]:
        """What the guards of all processes refused is one rule's matter."""
        attempts = list(dict.fromkeys(one for each in found for one in each.attempts))
        if attempts and "no-network" in RULES:
            verdicts["no-network"] = failed(*attempts)
        return verdicts


def _of(process: Process, *, twice: bool = False) -> list[str]:
    return [rule.name for rule in RULES.values() if rule.process == process and (rule.twice or not twice)]
