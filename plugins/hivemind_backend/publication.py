"""Publishes a backend result as files: the OpenAPI document, the statements and the diagrams."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from hivemind import Artifact, SessionView
from hivemind_backend.models import BackendOutput


def documents(output: BackendOutput) -> Iterator[tuple[str, str]]:
    """(name, content) of each document that the result has."""
    documentation = output.documentation
    if documentation.openapi.strip():
        name = "openapi.json" if documentation.openapi.lstrip().startswith("{") else "openapi.yaml"
        yield name, documentation.openapi.rstrip() + "\n"
    forward = [one for one in output.database_changes if one.ddl.strip()]
    if forward:
        yield "schema.sql", _script(tuple((one.migration or one.kind, one.ddl) for one in forward))
    back = [one for one in reversed(output.database_changes) if one.rollback.strip()]
    if back:
        yield "rollback.sql", _script(tuple((one.migration or one.kind, one.rollback) for one in back))
    for name, diagram in (
        ("data-model.mmd", documentation.er_diagram),
        ("components.mmd", documentation.component_diagram),
    ):
        if diagram.strip():
            yield name, diagram.rstrip() + "\n"


def _script(parts: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"-- {' '.join(name.split())}\n{sql.strip().rstrip(';')};\n" for name, sql in parts)


def publish(worker: str, output: BackendOutput, session: SessionView) -> list[Artifact]:
    """Write the documents into the worker's folder of the session.

    Args:
        worker: The worker's name.
        output: Its result.
        session: Where to write; what is written is redacted, so hashes are taken of the files.
    """
    taken = {one.path.lower() for one in output.files}
    artifacts: list[Artifact] = []
    for name, content in documents(output):
        path = session.write_file(worker, f"published/{name}" if name in taken else name, content)
        data = path.read_bytes()
        artifacts.append(
            Artifact(
                path=path.relative_to(session.path).as_posix(),
                kind="published",
                sha256=hashlib.sha256(data).hexdigest(),
                size=len(data),
                worker=worker,
            )
        )
    return artifacts
