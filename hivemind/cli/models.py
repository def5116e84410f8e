"""`hivemind models`: what each worker would ask, and every way to name a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say, stray_output_to_stderr

if TYPE_CHECKING:
    from hivemind.cli.model_documents import ModelChoice, ModelsDocument
    from hivemind.cli.opening import Opened
    from hivemind.models import WorkerSpec


@click.command(
    "models",
    short_help="Show which models would be asked, and which keys are set.",
    epilog=options.example("hivemind models", "hivemind models --json"),
)
@options.repo_option
@options.json_option
@options.everywhere
def command(repo: Path | None, as_json: bool) -> None:
    """Show which model each worker would ask and why, which providers can be used, and which keys are set.

    Keys are told by the names of their variables, never by their values.
    """
    from hivemind.cli.model_documents import ModelsDocument
    from hivemind.cli.opening import open_all
    from hivemind.model_access import describe_models
    from hivemind.models import WorkerSpec

    opened = open_all(repo)
    with stray_output_to_stderr():
        entries = tuple(describe_models(opened.manager, opened.configuration))
    nobody = WorkerSpec(name="any", role="any", description="A worker without a model of its own.")
    specs = [entry.spec for _, entry in sorted(opened.registry.workers.items())]
    document = ModelsDocument(
        default=_choice(opened, nobody).model_copy(update={"worker": None}),
        workers=tuple(_choice(opened, spec) for spec in specs),
        models=entries,
    )
    if as_json:
        emit(document)
        return
    for line in _lines(document):
        say(line)


def _choice(opened: Opened, spec: WorkerSpec) -> ModelChoice:
    from hivemind.cli.model_documents import ModelChoice
    from hivemind.errors import HivemindError
    from hivemind.model_access import check_model
    from hivemind.model_names import canonical, resolve_model

    found = resolve_model(spec, opened.configuration, {})
    name, problem = found.name, None
    try:
        name = canonical(found.name)
        with stray_output_to_stderr():
            check_model(name, opened.manager, opened.configuration.settings)
    except HivemindError as error:
        problem = str(error)
    return ModelChoice(worker=spec.name, name=name, origin=found.origin, error=problem)


def _lines(document: ModelsDocument) -> list[str]:
    from hivemind.cli.figures import columns

    lines = [f"default  {document.default.name} ({document.default.origin})", ""]
    if document.workers:
        rows: list[tuple[str, ...]] = [
            (one.worker or "", one.name, one.origin, one_line(one.error or "ok")) for one in document.workers
        ]
        lines += [*columns(rows, ("worker", "model", "because", "")), ""]
    rows = []
    for entry in document.models:
        if entry.kind == "alias":
            continue
        keys = ", ".join(f"{key} {'set' if key in entry.keys_set else 'not set'}" for key in entry.keys) or "-"
        rows.append((entry.name, "yes" if entry.usable else "no", keys, one_line(entry.reason or entry.description)))
    lines += columns(rows, ("models of", "usable", "keys", ""))
    aliases = [(entry.name, entry.target or "") for entry in document.models if entry.kind == "alias"]
    lines += ["", *columns([*aliases], ("alias", "stands for"))]
    return lines
