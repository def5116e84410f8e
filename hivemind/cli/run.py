"""`hivemind run`: one task through the workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hivemind.cli import options
from hivemind.cli.choosing import Choice, choosing_options
from hivemind.cli.output import emit, one_line, say, stray_output_to_stderr, tell, warn
from hivemind.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from hivemind.cli.opening import Opened
    from hivemind.graph import WorkerGraph
    from hivemind.models import Plan, SessionStatus
    from hivemind.plugins import PluginManager
    from hivemind.session.folder import SessionFolder

_EXIT: dict[str, ExitCode] = {
    "completed": ExitCode.DONE,
    "failed": ExitCode.WORKER,
    "paused": ExitCode.PAUSED,
    "cancelled": ExitCode.INTERRUPTED,
}


@click.command(
    "run",
    short_help="Run a task through the workers.",
    epilog=options.example(
        'hivemind run "Add an orders API with pagination"',
        'hivemind run "Find slow queries" --worker analyzer --model google-gla:gemini-2.5-flash',
        "hivemind run @task.md --repo ../shop --json > run.json",
    ),
)
@click.argument("task", required=False)
@options.repo_option
@click.option(
    "--worker",
    "workers",
    metavar="NAME",
    multiple=True,
    shell_complete=options.worker_complete,
    help="A worker, a role or a worker file (.md). Repeatable. With --rerun-from: a worker to run anew.  "
    "[default: all that plugins bring]",
)
@click.option(
    "--rerun-from",
    metavar="SESSION",
    shell_complete=options.session_complete,
    help="Run the workers of this session again in a new one: those that --worker, --select or --exclude choose, and "
    "what depends on them, anew; results of the rest are taken from it where nothing changed. TASK may be left out.",
)
@choosing_options
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Run this plan of 'hivemind plan --out', and nothing else. TASK may be left out.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask before a run of many workers or of a high expected cost.")
@options.no_cache_option
@options.model_option
@click.option("--model-for", metavar="W=M", multiple=True, help="The model of one worker or role. Repeatable.")
@click.option("--max-parallel", metavar="N", type=click.IntRange(1, 1000), help="Workers at the same time at the most.")
@options.timeout_option
@options.budget_options
@click.option("--engine", metavar="NAME", help="Where workers run.  [default: local]")
@options.root_option
@options.json_option
@click.option("--quiet", "-q", is_flag=True, help="Show only the last lines.")
@options.everywhere
def command(
    task: str | None,
    repo: Path | None,
    workers: tuple[str, ...],
    rerun_from: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    everything: bool,
    plan_with: str | None,
    plan_file: Path | None,
    yes: bool,
    no_cache: bool,
    model: str | None,
    model_for: tuple[str, ...],
    max_parallel: int | None,
    timeout: float | None,
    engine: str | None,
    sessions_root: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run TASK through the workers: the words themselves, '-' for standard input, or '@file'.

    Each worker starts as soon as what it waits for is done. All that happens is kept in a session folder.
    """
    from hivemind.cli.opening import open_all
    from hivemind.cli.task import read_task

    if task is None and rerun_from is None and plan_file is None:
        raise click.MissingParameter(param_hint="'TASK'", param_type="argument")
    text = read_task(task) if task is not None else None
    chosen: dict[str, Any] = {
        "model": check_model_text(model, "--model"),
        "max_parallel": max_parallel,
        "timeout_s": timeout,
        "engine": engine,
        "sessions_root": sessions_root,
        **options.budget(),
        "cache": False if no_cache else None,
    }
    plan_with = check_model_text(plan_with, "--plan-with")
    choice = Choice(workers, select, exclude, everything, plan_with, parse_models(model_for))
    _refuse_together(choice, rerun_from, plan_file, model)
    opened = open_all(repo, chosen)
    if rerun_from is not None:
        from hivemind.cli.rerun import run_again

        return run_again(opened, rerun_from, text, choice, quiet=quiet, as_json=as_json)
    session, plan, graph = _prepare_chosen(opened, text, choice, plan_file, yes=yes)
    if not quiet:
        announce(opened.manager, session, plan)
    return finish(opened, session, plan, graph, quiet=quiet, as_json=as_json)


def _refuse_together(choice: Choice, rerun_from: str | None, plan_file: Path | None, model: str | None) -> None:
    """Refuse options of which one would be passed over in silence.

    Raises:
        UsageError: Two of them were given.
    """
    chosen = [
        name
        for name, given in (
            ("--select", choice.select),
            ("--exclude", choice.exclude),
            ("--all", choice.everything),
            ("--plan-with", choice.plan_with),
        )
        if given
    ]
    if rerun_from is not None and plan_file is not None:
        raise UsageError("--rerun-from and --plan both say which workers run", "give one of the two")
    others = [name for name in chosen if name in ("--all", "--plan-with")]
    if rerun_from is not None and others:
        raise UsageError(
            f"{others[0]} can't go with --rerun-from: it runs the workers of that session",
            "choose what runs anew with --select, --exclude or --worker",
        )
    if plan_file is not None:
        also = [name for name, given in (("--worker", choice.workers), ("--model-for", choice.models)) if given]
        chosen += [*also, *(["--model"] if model else [])]
        if chosen:
            raise UsageError(f"{chosen[0]} can't go with --plan, which says it already", "make another plan with it")


def _prepare_chosen(
    opened: Opened, text: str | None, choice: Choice, plan_file: Path | None, *, yes: bool
) -> tuple[SessionFolder, Plan, WorkerGraph]:
    """Choose who runs, or take a plan as it was made; ask where the settings want that, and make the session."""
    from hivemind.cli.choosing import request_of, tell_choice
    from hivemind.cli.plan_file import confirm, read_plan, refuse_drift, refuse_missing
    from hivemind.models import Task
    from hivemind.planning import Request

    if plan_file is not None:
        document = read_plan(plan_file)
        planned = document.plan
        if text is not None and text != planned.task.text:
            raise UsageError(f"the plan {plan_file} is for another task", "leave TASK out, or make another plan")
        refuse_missing(opened, document, plan_file)
        request = Request.again(planned, [one.spec.name for one in planned.workers])
        hold, text = refuse_drift(opened, document, plan_file), planned.task.text
    else:
        assert text is not None
        request = request_of(opened, Task(text=text, repo=str(opened.configuration.repo)), choice)

        def hold(plan: Plan) -> Plan:
            tell_choice(plan, choice, opened.registry)
            return plan

    def settle(plan: Plan) -> Plan:
        plan = hold(plan)
        if not yes:
            confirm(opened, plan)
        return plan

    return prepare(opened, text, request, settle)


def parse_models(pairs: Sequence[str]) -> dict[str, str]:
    """Read `--model-for WORKER=MODEL`.

    Raises:
        UsageError: One is not of that form, or a worker gets two models.
    """
    models: dict[str, str] = {}
    for pair in pairs:
        worker, separator, model = (part.strip() for part in pair.partition("="))
        if not separator or not worker or not model:
            raise UsageError(
                f"--model-for wants WORKER=MODEL, not {pair!r}",
                "for example --model-for backend=google-gla:gemini-2.5-flash",
            )
        if models.get(worker, model) != model:
            raise UsageError(
                f"--model-for gives {worker!r} two models: {models[worker]!r} and {model!r}", "give it one"
            )
        models[worker] = model
    return models


def check_model_text(model: str | None, option: str) -> str | None:
    """Refuse an empty model, which would silently mean another one."""
    if model is not None and not model.strip():
        raise UsageError(f"{option} is empty", "name a model such as google-gla:gemini-2.5-flash, or leave it out")
    return model


def prepare(
    opened: Opened, text: str, request: Any, settle: Callable[[Plan], Plan] | None = None
) -> tuple[SessionFolder, Plan, WorkerGraph]:
    """Make the plan, check all that can be checked before, and only then create the session.

    Args:
        opened: Settings, plugins, workers.
        text: The task.
        request: Which workers, and what else was chosen.
        settle: Changes what the plan says of its workers' origins.
    """
    from hivemind.budget_settings import refuse_unpriced
    from hivemind.models import EMBEDDED, Task
    from hivemind.planning import make_plan
    from hivemind.registry import engine
    from hivemind.session.folder import SessionFolder

    manager, configuration = opened.manager, opened.configuration
    with stray_output_to_stderr():
        task = Task(text=text, repo=str(configuration.repo))
        plan, graph = make_plan(manager, opened.registry, configuration, task, request)
        plan = settle(plan) if settle is not None else plan
        engine(manager, configuration.settings.engine)
        for name in dict.fromkeys(planned.model for planned in plan.workers):
            if name != EMBEDDED:
                from hivemind.model_access import check_model

                check_model(name, manager, configuration.settings)
        refuse_unpriced((planned.model for planned in plan.workers), configuration.settings)
        session = SessionFolder.create(configuration.sessions_root, task, plan)
        if request.spent:
            session.commit(*request.spent)
            session.write_snapshot()
    assert session.state.plan is not None
    return session, session.state.plan, graph


def announce(manager: PluginManager, session: SessionFolder, plan: Plan) -> None:
    """Say what is about to run: the session, third-party plugins, and where no model is asked."""
    from hivemind.cli.closing import near
    from hivemind.models import EMBEDDED

    tell(f"session {session.id} in {near(session.path.parent)}")
    others = [info for info in manager.plugins.values() if info.status == "loaded" and not info.shipped]
    if others:
        named = (f"{info.name} ({info.whence})" for info in others)
        tell(f"plugins of others in use: {one_line(', '.join(named))}")
    unkeyed = [one for one in plan.workers if one.model == EMBEDDED and one.model_origin.startswith("no model chosen")]
    if unkeyed:
        whom = "no worker asks a model" if len(unkeyed) == len(plan.workers) else f"{len(unkeyed)} workers ask no model"
        warn(
            f"{whom}: none is chosen and no key is set, so rules run over the repository's facts; choose one with "
            "--model or HIVEMIND_MODEL, or set GOOGLE_API_KEY, ANTHROPIC_API_KEY or OPENAI_API_KEY"
        )


def finish(
    opened: Opened,
    session: SessionFolder,
    plan: Plan,
    graph: WorkerGraph,
    todo: Collection[str] | None = None,
    *,
    fresh: Collection[str] = (),
    source: SessionFolder | None = None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run a session that is prepared, say how it ended, and give the exit code.

    Args:
        opened: Settings, plugins, workers.
        session: The session.
        plan: Who runs.
        graph: The plan's graph.
        todo: The nodes to run; None for all.
        fresh: The workers that take no stored result.
        source: An earlier session whose finished results are taken where nothing changed.
        quiet: Show only the last lines.
        as_json: Print the document.
    """
    from hivemind.cli.closing import close

    started = time.monotonic()
    status = run(opened, session, plan, graph, todo, fresh=fresh, source=source, quiet=quiet)
    code = _EXIT.get(status, ExitCode.WORKER)
    options.invocation().exit_code = int(code)
    names = [planned.spec.name for planned in plan.workers]
    close(session, status, names, time.monotonic() - started, tell if as_json else say)
    if as_json:
        from hivemind.cli.documents import run_document

        emit(run_document(session, names, status))
    return int(code)


def run(
    opened: Opened,
    session: SessionFolder,
    plan: Plan,
    graph: WorkerGraph,
    todo: Collection[str] | None = None,
    *,
    fresh: Collection[str] = (),
    source: SessionFolder | None = None,
    quiet: bool,
) -> SessionStatus:
    """Run the session to its end or until it is stopped."""
    import asyncio

    from hivemind.cli.closing import go_on_with
    from hivemind.cli.interrupt import run_until_stopped, tell_stopping
    from hivemind.cli.progress import choose, shown
    from hivemind.errors import SessionUnwritableError
    from hivemind.orchestrator import run_session

    models = {planned.spec.name: planned.model for planned in plan.workers}
    models |= {check.name: "-" for check in plan.checks}
    progress = choose(models, quiet=quiet)

    def stopping() -> None:
        progress.stop()
        tell_stopping(opened.configuration.settings.stop_grace_s)

    with stray_output_to_stderr(), shown(session, progress):
        manager, configuration = opened.manager, opened.configuration
        work = run_session(manager, configuration, session, plan, graph, todo, fresh=fresh, source=source)
        try:
            return run_until_stopped(work, stopping, f"; go on with '{go_on_with(session)}'")
        except asyncio.CancelledError:
            return "cancelled"
        except SessionUnwritableError as error:
            raise SessionUnwritableError(error.message, f"{error.hint}; then go on: {go_on_with(session)}") from error
