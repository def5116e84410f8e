"""`hivemind graph`: which worker waits for which, and who said so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say, stray_output_to_stderr, warn

if TYPE_CHECKING:
    from hivemind.cli.documents import GraphDocument, Node
    from hivemind.models import Plan

FORMATS = ("tree", "mermaid", "dot", "json")


@click.group("graph", short_help="Show which worker waits for which, and why.")
def group() -> None:
    """Show which worker waits for which, and why.

    \b
    Example:
      hivemind graph show
    """


@group.command(
    "show",
    short_help="Show the graph of all workers, or of a session.",
    epilog=options.example(
        "hivemind graph show", "hivemind graph show --session last", "hivemind graph show --format mermaid > graph.mmd"
    ),
)
@click.option(
    "--session",
    metavar="S",
    shell_complete=options.session_complete,
    help="A session's plan and how its workers stand.  [default: all workers that are installed]",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="tree", show_default=True, help="The form.")
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def show(session: str | None, form: str, repo: Path | None, sessions_root: Path | None, as_json: bool) -> None:
    """Show the graph of all workers that are installed, or of a session's plan."""
    from hivemind.cli.graph_formats import dot, mermaid, tree

    document = _installed(repo) if session is None else _of_session(session, repo, sessions_root)
    if as_json or form == "json":
        emit(document)
        return
    for line in {"tree": tree, "mermaid": mermaid, "dot": dot}[form](document):
        say(line)


def _installed(repo: Path | None) -> GraphDocument:
    from hivemind.cli.opening import open_all
    from hivemind.models import Task
    from hivemind.planning import Request, make_plan

    opened = open_all(repo)
    registry = opened.registry
    for name in registry.duplicates:
        warn(f"worker {name!r} is left out: it is given more than once (see 'hivemind workers list')")
    if not registry.workers:
        from hivemind.cli.documents import GraphDocument

        warn("no workers: no plugin brings one; look at 'hivemind plugins list'")
        return GraphDocument(nodes=(), edges=())
    request = Request(workers=sorted(registry.workers))
    task = Task(text="show what depends on what", repo=str(opened.configuration.repo))
    with stray_output_to_stderr():
        plan, _ = make_plan(opened.manager, registry, opened.configuration, task, request)
    return _document(plan, {})


def _of_session(session: str, repo: Path | None, sessions_root: Path | None) -> GraphDocument:
    from hivemind.cli.documents import GraphDocument, Node
    from hivemind.cli.sessions import locate
    from hivemind.session.folder import SessionFolder

    state = SessionFolder.open(locate(session, repo, sessions_root)).state
    nodes = {
        worker.name: Node(name=worker.name, role=worker.role, plugin="", status=worker.status)
        for worker in state.workers.values()
    }
    if state.plan is None:
        return GraphDocument(nodes=tuple(nodes.values()), edges=())
    return _document(state.plan, nodes)


def _document(plan: Plan, known: dict[str, Node]) -> GraphDocument:
    """Make the graph of a plan; workers that ran beside the plan are nodes without edges."""
    from hivemind.cli.documents import EdgeShown, GraphDocument, Node

    found = {
        planned.spec.name: Node(name=planned.spec.name, role=planned.spec.role, plugin=planned.plugin, status=None)
        for planned in plan.workers
    }
    found |= {
        check.name: Node(name=check.name, role="check", plugin=check.declared_by, status=None) for check in plan.checks
    }
    for name, node in known.items():
        if name in found:
            found[name] = found[name].model_copy(update={"status": node.status})
        else:
            found[name] = node
    edges = tuple(
        EdgeShown(
            before=edge.before, after=edge.after, kind=edge.kind, reason=edge.reason, declared_by=edge.declared_by
        )
        for edge in plan.edges
    )
    return GraphDocument(nodes=tuple(found.values()), edges=edges)
