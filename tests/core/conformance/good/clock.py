"""A plugin with everything: typed output, rules, an agent, and all the hooks of work; it breaks no rule."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from pydantic import Field

from hivemind import Artifact, ContextFragment, Edge, Finding, WorkerOutput, WorkerSpec, hookimpl

HOOK_API_VERSION = 1
NAME = "clock-worker"


class Clock(WorkerOutput):
    """What the clock worker gives."""

    files_with_dates: tuple[str, ...] = ()
    kind: Literal["sun", "sand", "water"] = "sun"
    hours: dict[str, int] = Field(default_factory=dict)
    note: str | None = None


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name=NAME,
        role="clock",
        description="Lists the files in which a date is written.",
        capabilities=("date_search",),
        after=("architect", "capability:api_development"),
        output_type=f"{__name__}:Clock",
        agent=f"{__name__}:build",
        rules=f"{__name__}:rules",
        notes=f"{__name__}:notes",
        toolsets=(f"{__name__}:toolset",),
        tools=("read_file", "today"),
        timeout_s=60,
    )


@hookimpl
async def hivemind_load_context(worker, session):
    if worker.name != NAME:
        return []
    return [ContextFragment(name="dates", text="Dates are written YYYY-MM-DD.")]


@hookimpl
def hivemind_verify(output):
    if isinstance(output, Clock) and output.hours.get("noon", 12) != 12:
        yield Finding(id="CL-001", severity="high", title="noon is not at twelve")


@hookimpl
def hivemind_publish(worker, output, session):
    if not isinstance(output, Clock):
        return []
    text = "\n".join(output.files_with_dates) + "\n"
    path = session.write_file(worker.name, "dates.txt", text)
    data = path.read_bytes()
    return [
        Artifact(
            path=path.relative_to(session.path).as_posix(),
            kind="published",
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            worker=worker.name,
        )
    ]


@hookimpl
def hivemind_edges(plan):
    names = {planned.spec.name for planned in plan.workers}
    if {NAME, "frontend-worker"} <= names:
        yield Edge(before=NAME, after="frontend-worker", reason="dates first")


@hookimpl
def hivemind_event(event):
    if event.type == "worker_completed":
        assert event.details.status in ("completed", "cached") or event.details.status


def rules(task, context):
    from pathlib import Path

    found = [path for path in sorted(Path(task.repo).rglob("*.py")) if re.search(r"\d{4}-\d\d", path.read_text())]
    return Clock(
        summary=f"{len(found)} files hold a date",
        files_with_dates=tuple(path.relative_to(task.repo).as_posix() for path in found),
        hours={"noon": 12},
    )


def notes(output):
    return f"# Dates\n\n{output.summary}\n"


def toolset(task):
    def today() -> str:
        """Say which day the task is about."""
        return "2026-01-05"

    return [today]


def build():
    from pydantic_ai import Agent

    return Agent(output_type=Clock, instructions="List the files in which a date is written.")
