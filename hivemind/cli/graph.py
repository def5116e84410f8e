"""`hivemind graph`: which worker waits for which, and who said so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hivemind.cli import options
from hivemind.cli.graph_formats import FORMATS
from hivemind.cli.output import emit, one_line, say

CallbackT = TypeVar("CallbackT", bound=Callable[..., Any])
_MEASURED = ("svg", "html")
"""The forms that show the critical path."""


@click.group("graph", short_help="Show which worker waits for which, and why.")
def group() -> None:
    """Show which worker waits for which, and why.

    \b
    Example:
      hivemind graph show
      hivemind graph show --select +frontend --format html > graph.html
      hivemind graph impact backend
    """


_session_option = click.option(
    "--session",
    metavar="S",
    shell_complete=options.session_complete,
    help="A session's plan and how its workers stand.  [default: all workers that are installed]",
)
_format_option = click.option(
    "--format", "form", type=click.Choice(FORMATS), default="tree", show_default=True, help="The form."
)


def _shared(function: CallbackT) -> CallbackT:
    for decorator in (
        options.everywhere,
        options.json_option,
        options.root_option,
        options.repo_option,
        _format_option,
        options.exclude_option,
        options.select_option,
        _session_option,
    ):
        function = decorator(function)
    return function


@group.command(
    "show",
    short_help="Show the graph of all workers, or of a session.",
    epilog=options.example(
        "hivemind graph show",
        "hivemind graph show --select '+backend' --format table",
        "hivemind graph show --session last --format html > graph.html",
    ),
)
@_shared
def show(
    session: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    form: str,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
) -> None:
    """Show the graph of all workers that are installed, or of a session's plan: exactly what is selected of it."""
    from hivemind.cli.graph_source import open_source

    source = open_source(session, repo, sessions_root)
    selection = source.select(select, exclude)
    names = None if selection is None else selection.nodes
    form = "json" if as_json else form
    _write(form, source.shown(names, measure=form in _MEASURED))


@group.command(
    "path",
    short_help="Show the shortest way from one worker to another.",
    epilog=options.example("hivemind graph path architect frontend"),
)
@click.argument("start", metavar="A", shell_complete=options.worker_complete)
@click.argument("end", metavar="B", shell_complete=options.worker_complete)
@_shared
def path(
    start: str,
    end: str,
    session: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    form: str,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
) -> None:
    """Show the shortest way along the edges from worker A to worker B, and who declared each step."""
    from hivemind.cli.graph_documents import PathDocument, StepShown
    from hivemind.cli.graph_source import open_source
    from hivemind.errors import UsageError
    from hivemind.graph_queries import edges_along, node_named, shortest_path

    source = open_source(session, repo, sessions_root)
    graph = _part(source, select, exclude)
    one, other = node_named(graph, start), node_named(graph, end)
    names = shortest_path(graph, one, other)
    if not names:
        if shortest_path(graph, other, one):
            raise UsageError(
                f"no way leads from {one} to {other}", f"one leads back: 'hivemind graph path {end} {start}'"
            )
        raise UsageError(f"no way leads from {one} to {other}, nor back", "neither waits for the other")
    edges = edges_along(graph, names)
    if as_json or form == "json":
        steps = tuple(StepShown.of(edge) for edge in edges)
        emit(PathDocument(start=one, end=other, nodes=tuple(names), edges=steps))
    elif form == "tree":
        say(one_line(names[0]))
        for edge in edges:
            say(_step(edge))
    else:
        _write(form, source.drawing.only(set(names)))


@group.command(
    "impact",
    short_help="List what depends on a worker and would be affected.",
    epilog=options.example("hivemind graph impact architect", "hivemind graph impact backend --format mermaid"),
)
@click.argument("worker", metavar="W", shell_complete=options.worker_complete)
@_shared
def impact(
    worker: str,
    session: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    form: str,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
) -> None:
    """List all that depends on worker W and would be affected if it changed or failed."""
    from hivemind.cli.figures import columns, counted
    from hivemind.cli.graph_documents import Affected, ImpactDocument
    from hivemind.cli.graph_source import open_source
    from hivemind.graph_queries import impact as impact_of
    from hivemind.graph_queries import node_named

    source = open_source(session, repo, sessions_root)
    graph = _part(source, select, exclude)
    name = node_named(graph, worker)
    found = impact_of(graph, name)
    if as_json or form == "json":
        statuses = {node.name: node.status for node in source.drawing.nodes}
        affected = tuple(
            Affected(name=one.name, steps=one.steps, hard=one.hard, status=statuses.get(one.name)) for one in found
        )
        emit(ImpactDocument(worker=name, affected=affected))
    elif form not in ("tree", "table"):
        _write(form, source.drawing.only({name, *(one.name for one in found)}))
    elif not found:
        say(f"nothing depends on {one_line(name)}")
    else:
        say(f"{counted(len(found), 'node')} depend{'s' if len(found) == 1 else ''} on {one_line(name)}:")
        rows: list[tuple[str, ...]] = [
            (
                f"  {one_line(one.name)}",
                counted(one.steps, "step"),
                "can't go without" if one.hard else "goes on without",
            )
            for one in found
        ]
        for line in columns(rows):
            say(line)


@group.command(
    "critical-path",
    short_help="Show the chain of workers that decides how long a session takes.",
    epilog=options.example("hivemind graph critical-path", "hivemind graph critical-path --session last --json"),
)
@_shared
def critical_path(
    session: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    form: str,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
) -> None:
    """Show the chain of workers that decides how long a session takes, by the durations of past sessions."""
    from hivemind.cli.figures import columns, seconds
    from hivemind.cli.graph_documents import CriticalPathDocument, CriticalStep
    from hivemind.cli.graph_source import open_source

    source = open_source(session, repo, sessions_root)
    selection = source.select(select, exclude)
    names = None if selection is None else selection.nodes
    found = source.measured(names)
    if as_json or form == "json":
        steps = tuple(CriticalStep(name=name, seconds=found.seconds[name]) for name in found.names)
        emit(CriticalPathDocument(path=steps, total_s=found.total_s, sessions=found.sessions, note=found.note))
    elif form not in ("tree", "table"):
        shown = source.shown(names, measure=True)
        _write(form, shown if form == "html" else shown.only(set(found.names)))
    else:
        rows: list[tuple[str, ...]] = [(one_line(name), seconds(found.seconds[name])) for name in found.names]
        for line in columns(rows):
            say(line)
        total = "" if found.total_s is None else f"{seconds(found.total_s)} in all, "
        say(f"{total}{found.note}")


@group.command(
    "why",
    short_help="Show why a worker is where it is: its edges and who declared each.",
    epilog=options.example("hivemind graph why frontend", "hivemind graph why frontend --session last"),
)
@click.argument("worker", metavar="W", shell_complete=options.worker_complete)
@_shared
def why(
    worker: str,
    session: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    form: str,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
) -> None:
    """Show the chains of edges that lead to worker W, and who declared each: a spec, a plugin or the configuration."""
    from hivemind.cli.graph_documents import StepShown, WhyDocument
    from hivemind.cli.graph_source import open_source
    from hivemind.graph_queries import chains_to, node_named

    source = open_source(session, repo, sessions_root)
    graph = _part(source, select, exclude)
    name = node_named(graph, worker)
    chains = chains_to(graph, name)
    reason = next((node.reason for node in source.drawing.nodes if node.name == name), "")
    reason = reason if session is not None else "it is installed"
    if as_json or form == "json":
        shown = tuple(tuple(StepShown.of(edge) for edge in chain) for chain in chains)
        emit(WhyDocument(worker=name, reason=reason, chains=shown))
        return
    if form not in ("tree", "table"):
        _write(
            form, source.drawing.only({name, *(one for chain in chains for edge in chain for one in (edge.before,))})
        )
        return
    say(f"{one_line(name)}: {one_line(reason or 'in the session')}")
    if not chains:
        say("it waits for nothing")
    for chain in chains:
        say(f"{one_line(chain[0].before)}")
        for edge in chain:
            say(_step(edge))


def _step(edge: Any) -> str:
    return f"  -> {one_line(edge.after)}  [{edge.kind}] {one_line(edge.reason)} ({one_line(edge.said_by)})"


def _part(source: Any, select: tuple[str, ...], exclude: tuple[str, ...]) -> Any:
    """The graph, or the part of it that was selected."""
    selection = source.select(select, exclude)
    return source.graph if selection is None else source.graph.part(selection.nodes)


def _write(form: str, drawing: Any) -> None:
    from hivemind.cli.graph_formats import lines_of

    if form == "json":
        from hivemind.cli.graph_documents import graph_document

        emit(graph_document(drawing))
        return
    for line in lines_of(form, drawing):
        say(line)
