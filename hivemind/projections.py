"""What follows from a worker's output: notes, JSON, generated files. All can be made again from the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from hivemind.errors import DefinitionError
from hivemind.imports import load
from hivemind.models import EMBEDDED, Artifact, PlannedWorker, Provenance, WorkerOutput
from hivemind.session.folder import SessionFolder
from hivemind.session.state import WorkerState

_LARGE = 256 * 1024
"""Bytes; an output above goes to a file of its own that is synced before the journal points to it."""


def provenance_of(planned: PlannedWorker, asked: bool) -> Provenance:
    """Say who made an output.

    Args:
        planned: The worker.
        asked: Whether a model was asked.
    """
    if planned.model == EMBEDDED and not asked:
        statement = "Made by rules from the repository's facts and earlier outputs; no model was asked."
    elif asked:
        statement = f"Made with the model {planned.model}."
    else:
        statement = f"Made by the plugin {planned.plugin!r} itself; no model was asked."
    return Provenance(model=planned.model, model_asked=asked, statement=statement)


def render_notes(session: SessionFolder, planned: PlannedWorker, output: WorkerOutput) -> str:
    """Render a worker's notes: a head that says who made them, then the worker's own renderer or the core's."""
    body = _renderer(planned)(output)
    provenance = output.provenance
    head = [f"# {planned.spec.name}", "", f"> Task: {' '.join(session.task.text.split())}", ">"]
    if provenance is not None:
        head.append(f"> {provenance.statement}")
    head += [">", f"> Session {session.id}; model {planned.model} ({planned.model_origin}).", ""]
    return "\n".join(head) + "\n" + body.rstrip() + "\n"


def _renderer(planned: PlannedWorker) -> Callable[[WorkerOutput], str]:
    if planned.spec.notes is None:
        from hivemind.notes import render_output

        return render_output
    renderer = load(planned.spec.notes, f"notes of worker {planned.spec.name!r}")
    if not callable(renderer):
        raise DefinitionError(f"notes of worker {planned.spec.name!r} are not a function: {planned.spec.notes!r}")
    return cast("Callable[[WorkerOutput], str]", renderer)


def project(session: SessionFolder, planned: PlannedWorker, output: WorkerOutput) -> dict[str, tuple[str, bytes]]:
    """Make the files that follow from an output, without writing them.

    Returns:
        Path under the session folder to (kind, content); contents are redacted, so their hashes hold for what is
        written.
    """
    layout, slug, redact = session.layout, planned.spec.slug, session.redactor.text
    texts: dict[str, tuple[str, str]] = {
        layout.json_name(slug): ("output", output.model_dump_json(indent=2) + "\n"),
        layout.notes_name(slug): ("notes", render_notes(session, planned, output)),
    }
    for file in output.files:
        texts[f"{layout.files_name(slug)}/{file.path}"] = ("file", file.content)
    if not session.redactor.clean(*(text for _, text in texts.values())):
        texts = {path: (kind, redact(text)) for path, (kind, text) in texts.items()}
    return {path: (kind, text.encode("utf-8", "replace")) for path, (kind, text) in texts.items()}


def plain_files(session: SessionFolder, worker: WorkerState, output: WorkerOutput) -> dict[str, tuple[str, bytes]]:
    """Make again the JSON of an output that no planned worker made: an alignment check's, or a single run's."""
    wanted = [artifact.path for artifact in worker.last.artifacts if artifact.kind == "output"]
    data = json.loads(session.redactor.text(output.model_dump_json()))
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return {path: ("output", text.encode("utf-8", "replace")) for path in wanted}


def artifacts_of(worker: str, files: Mapping[str, tuple[str, bytes]]) -> tuple[Artifact, ...]:
    """Describe files by path, kind, hash and size."""
    return tuple(
        Artifact(path=path, kind=kind, sha256=hashlib.sha256(data).hexdigest(), size=len(data), worker=worker)
        for path, (kind, data) in files.items()
    )


def write_files(session: SessionFolder, files: Mapping[str, tuple[str, bytes]]) -> None:
    """Write projected files, each by a temporary file and a rename.

    Raises:
        SessionUnwritableError: One can't be written.
    """
    root = str(session.path)
    for path, (_, data) in files.items():
        session.write_bytes(f"{root}/{path}", data)


def carried_output(
    session: SessionFolder,
    planned: PlannedWorker,
    output: WorkerOutput,
    files: Mapping[str, tuple[str, bytes]],
    label: str = "large",
) -> tuple[dict[str, Any] | None, str | None]:
    """Give the output as the completing event carries it: itself, or for a large one the name of its synced file.

    Args:
        session: The session.
        planned: The worker.
        output: Its output.
        files: What was projected from it: its JSON says, redacted, what the event carries.
        label: What the name of the file of a large one has.
    """
    _, written = files[session.layout.json_name(planned.spec.slug)]
    if len(written) <= _LARGE:
        carried: dict[str, Any] = json.loads(written)
        return carried, None
    text = session.redactor.text(output.model_dump_json())
    if len(text.encode("utf-8", "replace")) <= _LARGE:
        data: dict[str, Any] = json.loads(text)
        return data, None
    path = session.layout.json(f"{planned.spec.slug}.{label}")
    session.write_synced(path, text)
    return None, session.layout.relative(path)
