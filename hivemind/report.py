"""REPORT.md: what a session found, decided and produced, what it cost and what to do next; made from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind import report_parts as parts
from hivemind.notes import NotesDocument
from hivemind.report_material import gather

if TYPE_CHECKING:
    from hivemind.session.folder import SessionFolder


def render_report(session: SessionFolder) -> str:
    """Render the report of a session as Markdown."""
    material = gather(session)
    document = NotesDocument()
    for part in (
        parts.head,
        parts.summary,
        parts.findings,
        parts.decisions,
        parts.scores,
        parts.contract,
        parts.files,
        parts.not_run,
        parts.verification,
        parts.tools,
        parts.cost,
        parts.cuts,
        parts.troubles,
        parts.next_actions,
    ):
        part(document, material)
    return document.render()


def write_report(session: SessionFolder) -> None:
    """Write REPORT.md of a session; whatever state it is in, and as often as one likes.

    Raises:
        SessionUnwritableError: It can't be written.
        SessionCorruptError: The journal can't be understood.
    """
    session.write_text(session.layout.report, render_report(session))
