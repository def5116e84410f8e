"""The processes of one check: which rules each looks at, and how their answers become one verdict for each rule."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from hivemind.conformance.catalogue import RULES
from hivemind.conformance.comparing import compared
from hivemind.conformance.control import Control, Found, Progress
from hivemind.conformance.job import Job
from hivemind.conformance.metadata import metadata
from hivemind.conformance.rule import Process
from hivemind.conformance.sample import Secrets, make_repository, make_session
from hivemind.conformance.surroundings import Surroundings, search_path
from hivemind.conformance.target import Target
from hivemind.conformance.verdict import Verdict, failed, skipped

GATES = ("loads", "hook-api-version", "hook-names", "hook-signatures", "async-shape")
"""Rules without which the core refuses a plugin, so that nothing more can be looked at."""
_NETWORK = "no-network"


@dataclass
class Checking:
    """One check at work.

    Args:
        target: What is checked.
        rules: Which rules.
        root: A folder for everything.
        deadline: When it must be done, by the monotonic clock.
        timeout_s: How long any process may take.
        progress: Is told each rule as it is looked at.
    """

    target: Target
    rules: tuple[str, ...]
    root: Path
    deadline: float
    timeout_s: float
    progress: Progress
    unregistered: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    invented: Secrets = field(default_factory=lambda: Secrets.invent(secrets.token_hex(12)))

    def run(self) -> dict[str, Verdict]:
        """Look at all rules; some that nobody asked for may be among those that come back."""
        verdicts: dict[str, Verdict] = {}
        for name in self._of("here"):
            self.progress(name)
            verdicts[name] = metadata(self.target)
        loading = self._control("loading", "loading", self._of("loading", GATES)).run()
        verdicts |= loading.verdicts
        closed = [name for name in GATES if verdicts[name].status == "failed"]
        if closed:
            told = skipped(f"the plugin is refused as it is: see {', '.join(closed)}")
            verdicts |= {name: told for name in self.rules if name not in verdicts}
            return _by_their_causes(_with_network(verdicts, [loading]))
        return _by_their_causes(_with_network(verdicts, [loading, *self._rest(verdicts)]))

    def _of(self, process: Process, always: Iterable[str] = (), *, twice: bool = False) -> list[str]:
        wanted = {*self.rules, *always}
        return [
            rule.name
            for rule in RULES.values()
            if rule.process == process and rule.name in wanted and (rule.twice or not twice)
        ]

    def _rest(self, verdicts: dict[str, Verdict]) -> list[Found]:
        """The processes that need a plugin that loads, side by side; the slowest first."""
        processes: tuple[Process, ...] = ("stopping", "running", "plain")
        series: dict[str, Control] = {
            name: self._control(name, name, rules) for name in processes if (rules := self._of(name))
        }
        twice = self._of("plain", twice=True)
        if twice and not self.target.objects:
            series["again"] = self._control("again", "plain", twice, seed=2)
        with ThreadPoolExecutor(max(len(series), 1)) as pool:
            running = {name: pool.submit(control.run) for name, control in series.items()}
            try:
                found = {name: future.result() for name, future in running.items()}
            except BaseException:  # the user stops the check: its processes end now, not at their limits
                self.stopped.set()
                raise
        second = found.get("again", Found()).verdicts
        for name, one in found.items():
            if name != "again":
                verdicts |= one.verdicts
        for name, verdict in second.items():
            verdicts[name] = compared(verdicts[name], verdict)
        return list(found.values())

    def _control(self, name: str, process: Process, rules: list[str], seed: int = 1) -> Control:
        shared = process == "plain"
        around = Surroundings(self.root / name, self.root / "repo" if shared else self.root / name / "repo")
        around.make()
        if process != "loading" and not around.repo.exists():
            make_repository(around.repo, self.invented)
        session = self.root / "session"
        if shared and not session.exists():
            make_session(session, around.repo)
        job = Job(
            target=self.target,
            rules=tuple(rules),
            root=str(around.root),
            repo=str(around.repo),
            session=str(next(iter(session.iterdir()))) if shared else "",
            answers="",
            secrets=self.invented.values,
            timeout_s=self.timeout_s,
            path=tuple(search_path()),
        )
        running = process == "running"
        environment = around.environment(self.invented.environment if running else {}, seed)
        return Control(job, environment, self.deadline, self.progress, running, self.unregistered, self.stopped)


def _with_network(verdicts: dict[str, Verdict], found: list[Found]) -> dict[str, Verdict]:
    """What the guards of all processes refused is one rule's matter."""
    attempts = list(dict.fromkeys(one for each in found for one in each.attempts))
    if attempts:
        verdicts[_NETWORK] = failed(*attempts)
    return verdicts


def _by_their_causes(verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
    """A rule that fails only because another does is told as one that can't be looked at."""
    told = dict(verdicts)
    for name, verdict in verdicts.items():
        causes = [one for one in RULES[name].needs if one in verdicts and verdicts[one].status == "failed"]
        if verdict.status == "failed" and causes:
            told[name] = skipped(f"can't be told as long as {' and '.join(causes)} does not hold")
    return told
