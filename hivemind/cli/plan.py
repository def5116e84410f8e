"""`hivemind plan`: what a run would do and take, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hivemind.cli import options
from hivemind.cli.choosing import Choice, choosing_options
from hivemind.cli.output import emit, one_line, say, stray_output_to_stderr, tell

if TYPE_CHECKING:
    from hivemind.cli.opening import Opened
    from hivemind.cli.plan_document import PlanDocument, SpreadShown, WorkerPlanned


@click.command(
    "plan",
    short_help="Show what a run would do and take, before anything runs.",
    epilog=options.example(
        'hivemind plan "Add an orders API with pagination"',
        'hivemind plan "Find slow queries" --select +analyzer --out plan.json',
        "hivemind run --plan plan.json",
    ),
)
@click.argument("task")
@options.repo_option
@click.option(
    "--worker",
    "workers",
    metavar="NAME",
    multiple=True,
    shell_complete=options.worker_complete,
    help="A worker, a role or a worker file (.md). Repeatable.  [default: all that plugins bring]",
)
@choosing_options
@options.model_option
@click.option("--model-for", metavar="W=M", multiple=True, help="The model of one worker or role. Repeatable.")
@options.no_cache_option
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write the plan for 'run --plan'."
)
@options.root_option
@options.json_option
@options.everywhere
def command(
    task: str,
    repo: Path | None,
    workers: tuple[str, ...],
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    everything: bool,
    plan_with: str | None,
    model: str | None,
    model_for: tuple[str, ...],
    no_cache: bool,
    out: Path | None,
    sessions_root: Path | None,
    as_json: bool,
) -> None:
    """Show what a run of TASK would do and take: workers, models, what is cached, tokens, cost and time.

    TASK is the words themselves, '-' for standard input, or '@file'. What is expected comes from past runs of the same
    worker with the same model, the middle and the slow end; without any it is unknown.
    """
    from hivemind.cli.opening import open_all
    from hivemind.cli.run import check_model_text, parse_models
    from hivemind.cli.task import read_task

    text = read_task(task)
    chosen: dict[str, Any] = {
        "model": check_model_text(model, "--model"),
        "sessions_root": sessions_root,
        "cache": False if no_cache else None,
    }
    opened = open_all(repo, chosen)
    plan_with = check_model_text(plan_with, "--plan-with")
    document = make(opened, text, Choice(workers, select, exclude, everything, plan_with, parse_models(model_for)))
    if out is not None:
        _write(out, document)
    if as_json:
        emit(document)
        return
    for line in lines(document):
        say(line)


def make(opened: Opened, text: str, choice: Choice) -> PlanDocument:
    """Make a plan and find out all that is known of it before it runs."""
    import asyncio

    from hivemind.cli.choosing import request_of, tell_choice
    from hivemind.cli.interrupt import run_until_stopped
    from hivemind.cli.plan_document import plan_document
    from hivemind.estimates import NOTHING, estimate, total
    from hivemind.foretelling import foretell
    from hivemind.history import read_history
    from hivemind.models import Task
    from hivemind.planning import make_plan

    configuration = opened.configuration
    task = Task(text=text, repo=str(configuration.repo))
    request = request_of(opened, task, choice)
    with stray_output_to_stderr():
        plan, graph = make_plan(opened.manager, opened.registry, configuration, task, request)
        history = read_history(configuration.sessions_root)
        estimates = {planned.spec.name: estimate(history, planned.spec.name, planned.model) for planned in plan.workers}
        try:
            foretold = run_until_stopped(foretell(opened.manager, configuration, plan, graph), lambda: None)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
        # What is taken from the store takes nothing of what a run would.
        left = {name: NOTHING if foretold[name].state == "cached" else one for name, one in estimates.items()}
        document = plan_document(opened, plan, graph, estimates, total(plan, graph, left), foretold, history.sessions)
    tell_choice(plan, choice, opened.registry)
    return document


def _write(out: Path, document: PlanDocument) -> None:
    from hivemind.cli.output import dump
    from hivemind.errors import UsageError

    try:
        out.write_text(f"{dump(document, indent=2)}\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't write the plan to {out}: {error.strerror or error}", "choose another file") from error
    tell(f"plan written to {out}: run it with 'hivemind run --plan {out}'")


def lines(document: PlanDocument) -> list[str]:
    """Say a plan in words and columns."""
    from hivemind.cli.figures import columns, counted
    from hivemind.plugin_info import LOCAL

    told: list[str] = []
    known = {worker.name: worker for worker in document.workers}
    for number, wave in enumerate(document.waves, 1):
        told.append(f"wave {number}: {', '.join(one_line(name) for name in wave)}")
    told.append("")
    rows = [_row(worker) for worker in known.values()]
    told += columns(rows, ("worker", "model", "to do", "tokens in", "tokens out", "cost", "time", "past runs"))
    told.append("")
    for worker in known.values():
        told += _details(worker)
        source = document.plan.worker(worker.name).source
        if source.startswith(LOCAL):
            told.append(f"  from        {one_line(source)}")
    if document.rationale:
        told.append(f"rationale: {one_line(document.rationale)}")
    told += [f"left out: {one_line(left.worker)}, since {one_line(left.reason)}" for left in document.left_out]
    whole = document.expected
    told.append(
        f"expected: {_tokens(whole.tokens)} tokens, cost {_usd(whole.cost_usd)}, time {_seconds(whole.seconds)} "
        f"(middle / slow end, from {counted(document.past_sessions, 'past session')})"
    )
    budget = ", ".join(f"{name} {value:g}" for name, value in document.budget.items())
    told.append(f"budget: {budget or 'none set'}")
    return told


def _row(worker: WorkerPlanned) -> tuple[str, ...]:
    return (
        one_line(worker.name),
        one_line(worker.model),
        worker.state,
        _tokens(worker.input_tokens),
        _tokens(worker.output_tokens),
        _usd(worker.cost_usd),
        _seconds(worker.seconds),
        str(worker.past_runs),
    )


def _details(worker: WorkerPlanned) -> list[str]:
    found = [
        one_line(worker.name),
        f"  in because  {one_line(worker.reason)}",
        f"  model       {one_line(worker.model)} ({one_line(worker.model_origin)})",
        f"  tools       {one_line(', '.join(worker.tools)) or 'none: no model is asked or its spec gives none'}",
        f"  may read    {one_line('; '.join(worker.reads))}",
        f"  {'cached' if worker.state == 'cached' else 'to run'}      {one_line(worker.state_reason)}",
    ]
    return [*found, f"  focus       {one_line(worker.focus)}"] if worker.focus else found


def _tokens(spread: SpreadShown | None) -> str:
    return "unknown" if spread is None else f"{spread.p50:,.0f} / {spread.p95:,.0f}"


def _usd(spread: SpreadShown | None) -> str:
    return "unknown" if spread is None else f"${spread.p50:.4f} / ${spread.p95:.4f}"


def _seconds(spread: SpreadShown | None) -> str:
    from hivemind.cli.figures import seconds

    return "unknown" if spread is None else f"{seconds(spread.p50)} / {seconds(spread.p95)}"
