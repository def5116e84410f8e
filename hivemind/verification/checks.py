"""All that must hold of any result, put together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hivemind.models import Finding, WorkerOutput
from hivemind.threads import in_thread
from hivemind.verification.claims import claim_problems
from hivemind.verification.files import file_problems
from hivemind.verification.mermaid_check import mermaid_problems
from hivemind.verification.places import place_problems
from hivemind.verification.problem import Problem, as_findings
from hivemind.verification.texts import texts_of

if TYPE_CHECKING:
    from hivemind.protocols import SessionView

PREFIX = "V-"
FILES_FOLDER = Path("workers") / "files"


async def check_output(output: WorkerOutput, session: SessionView) -> list[Finding]:
    """Check a worker's result; what takes time is done in a thread.

    Args:
        output: Any worker's.
        session: Where it was made.
    """
    if _plain(output):
        return []
    return await in_thread(lambda: as_findings(problems_of(output, session), PREFIX), "verify")


def _plain(output: WorkerOutput) -> bool:
    """Whether there is nothing to check: a summary and next actions without a diagram."""
    if type(output) is not WorkerOutput or output.files or output.findings or output.decisions or output.scores:
        return False
    return not any("mermaid" in text for text in (output.summary, *output.next_actions))


def problems_of(output: WorkerOutput, session: SessionView) -> Iterator[Problem]:
    """Say what does not hold of a result."""
    data: dict[str, Any] = output.model_dump(mode="json", exclude={"provenance"})
    data.pop("files", None)
    texts = list(texts_of(data))
    files = {one.path: one.content for one in output.files}
    yield from file_problems(output.files, data)
    yield from mermaid_problems(texts, files)
    yield from claim_problems(data, session.path)
    by_model = output.provenance is not None and output.provenance.model_asked
    yield from place_problems(texts, session.task.repo, files, session.path / FILES_FOLDER, strict=by_model)
