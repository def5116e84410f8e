"""`run --plan PLAN.json`: the plan as it was made, or a refusal that names what is no longer so; and the question
before a run that is large or dear."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.errors import SessionDriftError, UsageError

if TYPE_CHECKING:
    from hivemind.cli.opening import Opened
    from hivemind.cli.plan_document import PlanDocument
    from hivemind.models import Plan


def read_plan(path: Path) -> PlanDocument:
    """Read a plan that `hivemind plan --out` wrote.

    Raises:
        UsageError: It can't be read or is no plan.
    """
    from pydantic import ValidationError

    from hivemind.cli.plan_document import PlanDocument

    try:
        return PlanDocument.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"can't read the plan {path}: {error.strerror or error}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the file"
        raise UsageError(
            f"{path} is no plan: {where}: {problem['msg'].lower()}",
            "make one with 'hivemind plan TASK --out PLAN.json'",
        ) from error


def refuse_drift(opened: Opened, document: PlanDocument, path: Path) -> Callable[[Plan], Plan]:
    """Make what holds a plan that is made now against the one of a file and gives the latter.

    Args:
        opened: Settings, plugins, workers.
        document: The file.
        path: Where it is.
    """
    from hivemind.cli.plan_document import PARTS, parts_of
    from hivemind.drift import differences

    def settle(fresh: Plan) -> Plan:
        plan = document.plan
        found = differences(opened.manager, opened.registry, plan, fresh)
        now = parts_of(opened, fresh)
        for worker in document.workers:
            for part in PARTS:
                known = now.get(worker.name, {}).get(part)
                if known is not None and worker.parts.get(part, known) != known:
                    found.append(f"worker {worker.name!r} has other {part}")
        _raise(path, found)
        return plan

    return settle


def refuse_missing(opened: Opened, document: PlanDocument, path: Path) -> None:
    """Refuse a plan whose workers are gone or that is for another repository, before a new one is made."""
    from hivemind.drift import differences

    here, planned = opened.configuration.repo.resolve(), Path(document.plan.task.repo)
    if planned.resolve() != here:
        _raise(path, [f"it is for the repository {planned}, not {here}"])
    found = differences(opened.manager, opened.registry, document.plan, None)
    _raise(path, [one for one in found if "not installed" in one])


def _raise(path: Path, found: list[str]) -> None:
    if found:
        raise SessionDriftError(
            f"the plan {path} does not hold any more: {'; '.join(found)}", "make it again with 'hivemind plan'"
        )


def confirm(opened: Opened, plan: Plan) -> None:
    """Ask before a run of more workers, or of a higher expected cost, than the settings let pass.

    Raises:
        UsageError: There is no terminal to ask at, or the answer is no.
    """
    reasons = _reasons(opened, plan)
    if not reasons:
        return
    told = " and ".join(reasons)
    if not (sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError(
            f"this run wants a confirmation, and there is no terminal to ask at: {told}",
            "give --yes, or look at it with 'hivemind plan' first",
        )
    if not click.confirm(f"This run has {told}. Go on?", err=True):
        raise UsageError("not confirmed: nothing was run", "look at it with 'hivemind plan' first")


def _reasons(opened: Opened, plan: Plan) -> list[str]:
    from hivemind.models import EMBEDDED

    settings, reasons = opened.configuration.settings, []
    if settings.confirm_workers and len(plan.workers) > settings.confirm_workers:
        reasons.append(f"{len(plan.workers)} workers, more than the {settings.confirm_workers} of 'confirm_workers'")
    if settings.confirm_usd and any(planned.model != EMBEDDED for planned in plan.workers):
        from hivemind.estimates import estimate
        from hivemind.history import read_history

        history = read_history(opened.configuration.sessions_root)
        ones = [estimate(history, planned.spec.name, planned.model).cost_usd for planned in plan.workers]
        known = [one.p50 for one in ones if one is not None]
        if sum(known) > settings.confirm_usd:
            more = "" if len(known) == len(ones) else f" for {len(known)} of its {len(ones)} workers alone"
            expected, limit = f"${sum(known):.2f}{more}", f"${settings.confirm_usd:.2f}"
            reasons.append(f"an expected cost of {expected}, more than the {limit} of 'confirm_usd'")
    return reasons
