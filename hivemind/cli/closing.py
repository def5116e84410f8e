"""The last words of a run: how it ended, what failed, where the report is, how to go on."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from hivemind.cli.figures import cost, counted, seconds, tokens
from hivemind.cli.output import one_line, warn
from hivemind.models import SUCCEEDED, SessionStatus, Usage
from hivemind.session.folder import SessionFolder
from hivemind.session.state import WorkerState

_BAD = ("failed", "unverified", "blocked")
_REACHED = "BudgetReachedError"
_LATER = "once the configuration or another day allows more"


def findings_of(session: SessionFolder) -> dict[str, int]:
    """Count the findings by severity, as the report shows them: what two workers found alike counts once."""
    from hivemind.report_material import gather
    from hivemind.report_parts import merged

    material = gather(session)
    for name, problem in material.troubles:
        if problem.startswith("its output can't be read"):
            warn(f"the findings of {name} are not counted: {problem}")
    counts: dict[str, int] = {}
    for finding, _ in merged(material):
        counts[finding.severity] = counts.get(finding.severity, 0) + 1
    return counts


def findings_line(counts: Mapping[str, int]) -> str:
    """`12 findings (1 high, 4 medium, 7 low)`."""
    from hivemind.models import SEVERITIES

    total = sum(counts.values())
    if not total:
        return "no findings"
    parts = ", ".join(f"{counts[severity]} {severity}" for severity in SEVERITIES if counts.get(severity))
    return f"{counted(total, 'finding')} ({parts})"


def near(path: Path) -> str:
    """A path as short as it can be said from where the user stands."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return relative if not relative.startswith("..") else str(path)


def close(
    session: SessionFolder, status: SessionStatus, workers: Sequence[str], duration_s: float, say: Callable[[str], None]
) -> None:
    """Say how a session ended.

    Args:
        session: The session.
        status: How it ended.
        workers: Its workers; checks between them are told of where they failed.
        duration_s: How long it took.
        say: Where lines go.
    """
    states = session.state.workers
    done = sum(name in states and states[name].status in SUCCEEDED for name in workers)
    usage = session.state.usage
    cached = [states[name].last for name in workers if name in states and states[name].status == "cached"]
    told = f"{done} of {counted(len(workers), 'worker')}" + (f" ({len(cached)} cached)" if cached else "")
    parts = [told, findings_line(findings_of(session)), seconds(duration_s)]
    if usage.requests:
        parts += [tokens(usage), cost(usage)]
    saved = sum((end.saved for end in cached if end.saved is not None), Usage())
    if saved.requests:
        parts.append(f"saved {tokens(saved)}, {cost(saved)}")
    say(f"{status}: {', '.join(parts)}")
    bad = [worker for worker in states.values() if worker.status in _BAD or worker.status == "cancelled"]
    for worker in bad:
        for line in _trouble(worker):
            say(line)
    if session.layout.report.is_file():
        say(f"report:  {near(session.layout.report)}")
    say(f"session: {near(session.path)}")
    for line in _going_on(session, status, bad):
        say(line)


def _trouble(worker: WorkerState) -> list[str]:
    lines = [f"  {worker.name} {worker.status}: {one_line(worker.last.error or 'no reason given')}"]
    if worker.last.hint:
        lines.append(f"    hint: {one_line(worker.last.hint)}")
    return lines


def _going_on(session: SessionFolder, status: SessionStatus, bad: Sequence[WorkerState]) -> list[str]:
    if status == "completed":
        return []
    states = session.state.workers.values()
    lines: list[str] = []
    if any(worker.status in ("pending", "running", "cancelled") for worker in states):
        lines.append(f"go on: {_command(session, 'resume')}{_budgets(states)}")
    if any(worker.status in _BAD for worker in bad):
        lines.append(f"run again what failed: {_command(session, 'retry')}")
    return lines


def go_on_with(session: SessionFolder) -> str:
    """The command that goes on with a session."""
    return _command(session, "resume")


def _budgets(states: Iterable[WorkerState]) -> str:
    """The options that a session which reached its budgets goes on with."""
    hints = [one.last.hint for one in states if one.status == "cancelled" and one.last.error_type == _REACHED]
    return "".join(sorted({larger_budget(hint) for hint in hints}, key=lambda told: (told.startswith(","), told)))


def larger_budget(hint: str | None) -> str:
    """The option that a hint names, with a place for its value."""
    option = next((word.strip(",") for word in (hint or "").split() if word.startswith("--")), "")
    return f" {option} {'USD' if option.endswith('usd') else 'N'}" if option else f", {_LATER}"


def _command(session: SessionFolder, verb: str) -> str:
    return shlex.join(["hivemind", verb, _name(session)])


def _name(session: SessionFolder) -> str:
    """The session as a command finds it from where the user stands: its id, or its path."""
    repo = Path(session.task.repo)
    default = session.path.parent == repo / "Docs" / "hive-mind" / "sessions"
    inside = default and Path.cwd().resolve().is_relative_to(repo)
    return session.id if inside else str(session.path)


def workers_run(session: SessionFolder, name: str) -> str:
    """The command that runs one worker of a session again."""
    return shlex.join(["hivemind", "workers", "run", name, "--session", _name(session)])
