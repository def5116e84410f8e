"""Which workers are meant: what `run` and `plan` share, from their options to a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hivemind.cli import options
from hivemind.cli.output import one_line, stray_output_to_stderr, tell, warn

if TYPE_CHECKING:
    from hivemind.budget_meter import Tally
    from hivemind.cli.opening import Opened
    from hivemind.models import Plan, Task
    from hivemind.planning import Request
    from hivemind.registry import Registry

CallbackT = TypeVar("CallbackT", bound=Callable[..., Any])


@dataclass(frozen=True)
class Choice:
    """What the user said about who runs."""

    workers: Sequence[str] = ()
    select: Sequence[str] = ()
    exclude: Sequence[str] = ()
    everything: bool = False
    plan_with: str | None = None
    models: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether nobody was asked for."""
        return not (self.workers or self.select or self.exclude)


def choosing_options(function: CallbackT) -> CallbackT:
    """`--select`, `--exclude`, `--all` and `--plan-with`."""
    for decorator in (
        click.option(
            "--plan-with",
            metavar="M",
            help="Let this model choose the workers, what each is to look at, and further edges.",
        ),
        click.option(
            "--all",
            "everything",
            is_flag=True,
            help="All default workers, also those that a small task does not call for.",
        ),
        options.exclude_option,
        options.select_option,
    ):
        function = decorator(function)
    return function


def request_of(opened: Opened, task: Task, choice: Choice) -> Request:
    """Say who is to run.

    Raises:
        UsageError: A selector does not hold or leaves nobody.
    """
    from hivemind.planning import Request, add_files, chosen_workers

    named = add_files(opened.registry, choice.workers)
    if choice.plan_with is not None:
        return _planned(opened, task, choice, named)
    if choice.select or choice.exclude:
        return _selected(opened, task, choice, named)
    request = Request(named, choice.models)
    settings = opened.configuration.settings
    if named or choice.everything or settings.workers or not settings.triage:
        return request
    names, why = chosen_workers(opened.registry, opened.configuration, request)
    return _without_needless(opened, task, request, names, why)


def _selected(opened: Opened, task: Task, choice: Choice, named: Sequence[str]) -> Request:
    from hivemind.cli.graph_source import choose, compared_with_last, warn_left_out
    from hivemind.planning import Request, chosen_workers
    from hivemind.selection import Universe
    from hivemind.universes import installed, modified_in

    registry = opened.registry
    with stray_output_to_stderr():
        found = installed(opened.manager, registry, opened.configuration, task, lenient=True)
    warn_left_out(found.left_out)
    if found.problem:
        warn(f"selected without the edges that plugins add: {found.problem}")

    def modified() -> set[str]:
        root = opened.configuration.sessions_root
        return modified_in(found.plan, compared_with_last(opened, task), root)()

    base: list[str] = []
    why = "asked for with --worker"
    if not choice.select:
        base, why = chosen_workers(registry, opened.configuration, Request(named))
        base = [registry.get(name).spec.name for name in base]
    selection = choose(Universe(found.graph, None, modified), choice.select, choice.exclude, base)
    assert selection is not None
    reason = f"selected by {' '.join(choice.select)!r}" if choice.select else why
    reasons = dict.fromkeys(selection.workers, reason)
    also = [registry.get(name).spec.name for name in named] if choice.select else []
    also = [name for name in also if name not in reasons and name not in selection.excluded]
    reasons |= dict.fromkeys(also, "asked for with --worker")
    return Request(sorted(reasons), choice.models, reasons)


def _without_needless(opened: Opened, task: Task, request: Request, names: Sequence[str], why: str) -> Request:
    from hivemind.triage import kinds_of, triage

    specs = {name: opened.registry.workers[name].spec for name in names}
    asked = {opened.registry.get(key).spec.name for key in request.models}
    left_out = [one for one in triage(task.text, specs, kinds_of(opened.configuration.repo)) if one.worker not in asked]
    out = {one.worker for one in left_out}
    if not out:
        return request
    kept = [name for name in names if name not in out]
    return replace(request, workers=kept, reasons=dict.fromkeys(kept, why), left_out=tuple(left_out))


def _planned(opened: Opened, task: Task, choice: Choice, named: Sequence[str]) -> Request:
    import asyncio

    from hivemind.budget_meter import Tally
    from hivemind.cli.interrupt import run_until_stopped
    from hivemind.planner import plan_with
    from hivemind.planning import Request

    assert choice.plan_with is not None
    registry = opened.registry
    asked = [registry.get(name).spec.name for name in named]
    candidates: set[str] | None = None
    if choice.select or choice.exclude:
        chosen = _selected(opened, task, replace(choice, plan_with=None, workers=()), ())
        candidates = {*chosen.workers, *asked}
    request = Request(asked, choice.models, dict.fromkeys(asked, "asked for with --worker"))
    tell(f"asking {one_line(choice.plan_with)} for a plan")
    tally = Tally()
    work = plan_with(choice.plan_with, opened.manager, registry, opened.configuration, task, request, candidates, tally)
    with stray_output_to_stderr():
        try:
            return run_until_stopped(work, lambda: None)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
        finally:
            _tell_spent(tally)


def _tell_spent(tally: Tally) -> None:
    """Say what planning took, whether it came to a plan or not: it is paid."""
    from hivemind.cli.figures import cost, counted, tokens

    for warning in tally.warnings:
        warn(warning)
    if tally.usage.requests:
        asked = counted(tally.usage.requests, "request")
        tell(f"planning took {asked}: {tokens(tally.usage)}, {cost(tally.usage)}")


def tell_choice(plan: Plan, choice: Choice, registry: Registry) -> None:
    """Say on stderr who was left out, who is in though it was excluded, and what of an agent file is not enforced."""
    for planned in plan.workers:
        entry = registry.workers.get(planned.spec.name)
        for remark in entry.remarks if entry else ():
            if remark.level == "error":
                warn(f"{planned.source}:{remark.line}: {remark.message}")
    for left in plan.left_out:
        tell(f"left out {one_line(left.worker)}: {one_line(left.reason)} (--all takes it in)")
    if choice.exclude:
        for planned in plan.workers:
            if planned.reason.startswith("required by"):
                tell(f"{one_line(planned.spec.name)} is in: {one_line(planned.reason)}")
