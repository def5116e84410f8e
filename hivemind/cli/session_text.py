"""A session as lines for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hivemind.cli.closing import findings_line, near
from hivemind.cli.figures import ago, columns, cost, seconds, tokens
from hivemind.cli.output import one_line

if TYPE_CHECKING:
    from hivemind.cli.documents import SessionDocument


def session_lines(document: SessionDocument) -> list[str]:
    """Describe a session: what it is, how its workers stand, what went wrong, where the report is."""
    status = f"{document.status}: {document.reason}" if document.reason else document.status
    lines = [
        f"session  {document.session_id}",
        f"task     {one_line(document.task.text, 200)}",
        f"repo     {document.task.repo}",
        f"status   {one_line(status)}",
        f"started  {document.created_at} ({ago(document.created_at)})",
        f"found    {findings_line(document.findings)}",
    ]
    if document.usage.requests:
        lines.append(f"used     {tokens(document.usage)}, {cost(document.usage)}")
    rows: list[tuple[str, ...]] = [
        (worker.name, worker.status, worker.model, seconds(worker.duration_s), tokens(worker.usage), cost(worker.usage))
        for worker in document.workers
    ]
    if rows:
        lines += ["", *columns(rows, ("worker", "status", "model", "took", "tokens", "cost"))]
    bad = [worker for worker in document.workers if worker.error]
    if bad:
        lines.append("")
    for worker in bad:
        lines.append(f"{worker.name} {worker.status}: {one_line(worker.error or '')}")
        if worker.hint:
            lines.append(f"  hint: {one_line(worker.hint)}")
    lines += ["", f"report   {near(Path(document.report)) if document.report else 'none yet'}"]
    return lines
