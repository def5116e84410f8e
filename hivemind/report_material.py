"""What a report is made of: a session's journal and its outputs, wherever they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hivemind.events import ContextLoaded, Trouble
from hivemind.models import Cut, Finding, WorkerOutput
from hivemind.session.journal import read_events
from hivemind.session.state import WorkerState

if TYPE_CHECKING:
    from hivemind.session.folder import SessionFolder

CHECK_ROLE = "check"


@dataclass
class Material:
    """Everything that a report is made of."""

    session: SessionFolder
    outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    common: dict[str, WorkerOutput] = field(default_factory=dict)
    """The same outputs as what all have in common: findings, decisions, files, next actions."""
    cuts: dict[str, tuple[Cut, ...]] = field(default_factory=dict)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    """(who, what) of troubles beside the workers."""

    @property
    def workers(self) -> list[WorkerState]:
        """The workers' states, without the checks between them."""
        return [one for one in self.session.state.workers.values() if one.role != CHECK_ROLE]

    @property
    def checks(self) -> list[WorkerState]:
        """The states of the checks between workers."""
        return [one for one in self.session.state.workers.values() if one.role == CHECK_ROLE]


_TOLD = ("context_loaded", "publish_failed", "listener_muted", "projection_failed")
"""The events that a report tells of beside the state."""


def gather(session: SessionFolder) -> Material:
    """Collect what a report says; an output that can't be read is listed as a trouble, not passed over."""
    material = Material(session)
    for event in read_events(session.layout.journal, _TOLD):
        if isinstance(event, ContextLoaded):
            material.cuts[event.agent] = event.details.cut
        elif isinstance(event, Trouble):
            material.troubles.append((event.agent, f"{event.type.replace('_', ' ')}: {event.details.error}"))
    for name, worker in session.state.workers.items():
        try:
            output = session.output(name)
            if output is None:
                if worker.last.output_file and worker.status == "unverified":
                    material.troubles.append((name, f"its output is in {worker.last.output_file}"))
                continue
            material.outputs[name] = output
            material.common[name] = WorkerOutput.model_validate(dict(output))
        except (OSError, ValueError) as error:
            what = f"{error.error_count()} errors" if isinstance(error, ValidationError) else str(error)
            material.troubles.append((name, f"its output can't be read: {what}"))
    return material


def verification_findings(worker: WorkerState) -> list[Finding]:
    """What the checks of a worker's output found."""
    return [Finding.model_validate(one) for one in worker.last.findings]
