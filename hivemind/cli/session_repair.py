"""`hivemind sessions repair`: make a session's files again from its journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say, stray_output_to_stderr, tell, warn

if TYPE_CHECKING:
    from hivemind.models import PlannedWorker
    from hivemind.session.folder import SessionFolder
    from hivemind.session.salvage import Salvage


@click.command(
    "repair",
    short_help="Make a session's files again from its journal.",
    epilog=options.example("hivemind sessions repair last", "hivemind sessions repair orders-api --json"),
)
@options.session_argument
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def repair(session: str, repo: Path | None, sessions_root: Path | None, as_json: bool) -> int:
    """Make SESSION.json, notes, JSON, files and report of SESSION again from its journal.  [default: last]

    Of a journal that is damaged, what is before the damage is kept; the damaged file is put aside.
    """
    from hivemind.cli.opening import open_all
    from hivemind.cli.upkeep_documents import RepairDocument
    from hivemind.errors import ExitCode
    from hivemind.recovery import mend
    from hivemind.session.condition import snapshot_trouble
    from hivemind.session.folder import SessionFolder
    from hivemind.session.listing import find_session
    from hivemind.session.salvage import salvage

    opened = open_all(repo, {"sessions_root": sessions_root})
    path = find_session(opened.configuration.sessions_root, session)
    bare = SessionFolder(path)
    if not bare.layout.journal.is_file():
        SessionFolder.open(path)  # raises, with what is missing
    bare.lock.acquire()
    try:
        kept = salvage(bare.layout.journal)
        folder = SessionFolder.open(path)
        trouble = snapshot_trouble(folder)
        with stray_output_to_stderr():
            written, problems = mend(folder, dict(_installed(opened.registry, folder)))
    finally:
        bare.lock.release()
    for line in _told(kept, trouble.message if trouble is not None else None, written):
        (tell if as_json else say)(line)
    for problem in problems:
        warn(problem)
    if as_json:
        emit(
            RepairDocument(
                session_id=folder.id,
                path=str(path),
                status=folder.effective_status(),
                events=kept.kept,
                damaged_at=kept.damaged_at,
                lost_lines=kept.lost_lines,
                lost=kept.lost,
                damaged_file=str(kept.aside) if kept.aside else None,
                rewritten=tuple(written),
                problems=tuple(problems),
            )
        )
    else:
        say(f"session {folder.id} is {folder.effective_status()}")
    return int(ExitCode.CONFIGURATION if problems else ExitCode.DONE)


def _installed(registry: object, folder: SessionFolder) -> Iterator[tuple[str, PlannedWorker]]:
    """The workers that ran by themselves and are in no plan, as they are installed now."""
    from hivemind.models import PlannedWorker
    from hivemind.registry import Registry

    assert isinstance(registry, Registry)
    planned = {one.spec.name for one in folder.state.plan.workers} if folder.state.plan is not None else set()
    for name, worker in folder.state.workers.items():
        entry = registry.workers.get(name)
        if name not in planned and entry is not None:
            yield (
                name,
                PlannedWorker(
                    spec=entry.spec,
                    plugin=entry.plugin,
                    source=entry.source,
                    model=worker.model,
                    model_origin=worker.model_origin,
                    reason="run by itself",
                ),
            )


def _told(kept: Salvage, snapshot: str | None, written: list[str]) -> Iterator[str]:
    from hivemind.cli.figures import counted

    if kept.aside is not None:
        yield (
            f"EVENTS.jsonl was damaged at byte {kept.damaged_at}: {counted(kept.kept, 'event')} before it kept, "
            f"{counted(kept.lost_lines, 'line')} from it on lost; the damaged file is {kept.aside.name}"
        )
        lost = ", ".join(kept.lost[:8]) + (f" and {len(kept.lost) - 8} more" if len(kept.lost) > 8 else "")
        yield f"lost: {lost or 'no end of a worker that could be read'}"
    elif kept.torn_bytes:
        yield f"EVENTS.jsonl: a last line of {kept.torn_bytes} bytes that was never finished was cut off"
    else:
        yield f"EVENTS.jsonl: {counted(kept.kept, 'event')}, none damaged"
    yield f"{snapshot}: made again" if snapshot else "SESSION.json: made again"
    yield f"files made again of: {', '.join(written)}" if written else "the workers' files are as the journal says"
    yield "REPORT.md: made again"
