"""`hivemind workers`: list them, show one, run one by itself in an existing session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, printable, say, stray_output_to_stderr, tell

if TYPE_CHECKING:
    from hivemind.cli.documents import WorkerDocument

_TOLD = 10


@click.group("workers", short_help="List workers, show one, run one by itself.")
def group() -> None:
    """List workers, show one, run one by itself.

    \b
    Example:
      hivemind workers list
      hivemind workers show backend
      hivemind workers run backend --session last
    """


@group.command(
    "list",
    short_help="List the workers that can be chosen.",
    epilog=options.example("hivemind workers list", "hivemind workers list --json"),
)
@options.repo_option
@options.json_option
@options.everywhere
def list_(repo: Path | None, as_json: bool) -> None:
    """List the workers of plugins and of agent files: the repository's .hivemind/workers and .claude/agents folders."""
    from hivemind.cli.documents import WorkerDocument, WorkersDocument
    from hivemind.cli.figures import columns
    from hivemind.cli.opening import open_all
    from hivemind.cli.output import warn

    registry = open_all(repo).registry
    entries = [entry for _, entry in sorted(registry.workers.items())]
    for name, given in sorted(registry.duplicates.items())[:_TOLD]:
        warn(f"worker {name!r} is given more than once: by {', '.join(one.owner for one in given)}")
    if len(registry.duplicates) > _TOLD:
        more = len(registry.duplicates) - _TOLD
        warn(f"and {more} more names are given more than once: see 'hivemind agents check'")
    if as_json:
        emit(WorkersDocument(workers=tuple(WorkerDocument.of(entry) for entry in entries)))
        return
    rows: list[tuple[str, ...]] = [
        (entry.spec.name, entry.spec.role, entry.spec.priority, entry.plugin, one_line(entry.spec.description, 70))
        for entry in entries
    ]
    for line in columns(rows, ("worker", "role", "priority", "plugin", "description")) if rows else ():
        say(line)
    if not rows:
        tell("no workers: no plugin brings one; look at 'hivemind plugins list'")


@group.command(
    "show",
    short_help="Show a worker, also one from a file.",
    epilog=options.example("hivemind workers show backend", "hivemind workers show ./reviewer.md --json"),
)
@click.argument("worker", metavar="NAME_OR_FILE", shell_complete=options.worker_complete)
@options.repo_option
@options.json_option
@options.everywhere
def show(worker: str, repo: Path | None, as_json: bool) -> None:
    """Show a worker by its name, its role, or the Markdown file that defines it."""
    from hivemind.cli.documents import WorkerDocument
    from hivemind.cli.opening import open_all
    from hivemind.cli.output import warn
    from hivemind.planning import add_files

    registry = open_all(repo).registry
    entry = registry.get(add_files(registry, [worker])[0])
    document = WorkerDocument.of(entry)
    if as_json:
        emit(document)
        return
    for line in worker_lines(document):
        say(line)
    for remark in entry.remarks:
        if remark.level != "note":
            warn(f"{entry.source}:{remark.line}: {remark.message}" + (f" ({remark.remedy})" if remark.remedy else ""))


def worker_lines(document: WorkerDocument) -> list[str]:
    """Describe a worker: its fields that say something, then its instructions."""
    spec = document.spec
    fields: list[tuple[str, Any]] = [
        ("name", spec.name),
        ("role", spec.role),
        ("plugin", document.plugin),
        ("source", document.source),
        ("description", spec.description),
        ("priority", spec.priority),
        ("model", spec.model or "the session's"),
        ("color", spec.color),
        ("capabilities", spec.capabilities),
        ("tools", "all read-only ones" if spec.tools is None else spec.tools or "none"),
        ("paths", "none" if spec.paths == () else spec.paths),
        ("requests", None if spec.max_requests is None else f"{spec.max_requests} at the most"),
        ("requires", spec.requires),
        ("after", spec.after),
        ("aligns with", spec.aligns_with),
        ("output type", spec.output_type),
        ("agent", spec.agent),
        ("rules", spec.rules),
        ("notes", spec.notes),
        ("timeout", f"{spec.timeout_s:g} s" if spec.timeout_s else None),
        ("retries", None if spec.retries is None else str(spec.retries)),
    ]
    lines = []
    for name, value in fields:
        if value:
            shown = value if isinstance(value, str) else ", ".join(value)
            lines.append(f"{name:<13} {one_line(shown)}")
    if spec.instructions:
        lines += ["", *printable(spec.instructions).splitlines()]
    return lines


def run_named(worker: str | None) -> click.Command:
    """Make the command that runs one worker.

    Args:
        worker: Its name; None for a command that takes it as its argument.
    """
    call = f"python -m hivemind_{worker.removesuffix('-worker')}.runner" if worker else "hivemind workers run backend"

    @click.command(
        "run",
        short_help="Run one worker in an existing session.",
        epilog=options.example(
            f"{call} --session last",
            f'{call} --session ID --task "Design it" --model google-gla:gemini-2.5-flash',
        ),
    )
    @click.option(
        "--session",
        metavar="ID",
        required=True,
        shell_complete=options.session_complete,
        help="An existing session: its id, a part of it, 'last' or its folder.",
    )
    @click.option(
        "--task", metavar="T", help="What to do; '-' and '@file' as with 'run'.  [default: the session's task]"
    )
    @options.model_option
    @options.timeout_option
    @options.budget_options
    @options.no_cache_option
    @options.repo_option
    @options.root_option
    @options.json_option
    @click.option("--quiet", "-q", is_flag=True, help="Show only the last lines.")
    @options.global_options(hidden=worker is None)
    def command(
        session: str,
        task: str | None,
        model: str | None,
        timeout: float | None,
        no_cache: bool,
        repo: Path | None,
        sessions_root: Path | None,
        as_json: bool,
        quiet: bool,
        name: str = worker or "",
    ) -> int:
        """Run one worker in an existing session, with what the session's folder holds as its context.

        Runs of different workers may share a session at the same time.
        """
        from hivemind.cli.single_run import SingleOptions, run_single_worker

        chosen = SingleOptions(name, session, task, model, timeout, repo, sessions_root, as_json, quiet, no_cache)
        with stray_output_to_stderr():
            outcome = run_single_worker(chosen)
        options.invocation().exit_code = outcome.exit_code
        for line in outcome.lines:
            (tell if as_json else say)(line)
        if as_json:
            emit(outcome.document)
        return outcome.exit_code

    if worker is None:
        return click.argument("name", shell_complete=options.worker_complete)(command)
    return command


group.add_command(run_named(None))
