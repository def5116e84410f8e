"""The JSON document of `hivemind plan`, which is also the file that `run --plan` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel

from hivemind.cli.documents import Document
from hivemind.models import EMBEDDED, LeftOut, Plan, PlannedWorker

if TYPE_CHECKING:
    from hivemind.cli.opening import Opened
    from hivemind.estimates import Estimate, Total
    from hivemind.foretelling import Foretold
    from hivemind.graph import WorkerGraph
    from hivemind.history import Spread

PARTS = ("model settings", "output schema")
"""The parts of a fingerprint that a plan keeps, beside the specs and the code that the plan itself tells of."""


class SpreadShown(BaseModel):
    """The middle and the slow end of what past runs took."""

    p50: float
    p95: float

    @classmethod
    def of(cls, spread: Spread | tuple[float, float] | None) -> SpreadShown | None:
        """Take what is shown; None for unknown."""
        if spread is None:
            return None
        return cls(p50=spread[0], p95=spread[1]) if isinstance(spread, tuple) else cls(p50=spread.p50, p95=spread.p95)


class WorkerPlanned(BaseModel):
    """One worker, before it runs; what is expected is null where no past run tells."""

    name: str
    role: str
    plugin: str
    wave: int
    model: str
    model_origin: str
    reason: str
    focus: str
    tools: tuple[str, ...]
    reads: tuple[str, ...]
    state: str
    state_reason: str
    input_tokens: SpreadShown | None
    output_tokens: SpreadShown | None
    cost_usd: SpreadShown | None
    seconds: SpreadShown | None
    past_runs: int
    parts: dict[str, str]


class Expected(BaseModel):
    """What the whole is expected to take; null where a part is unknown."""

    tokens: SpreadShown | None
    cost_usd: SpreadShown | None
    seconds: SpreadShown | None


class PlanDocument(Document):
    """`hivemind plan --json` and `--out`."""

    task: str
    repo: str
    waves: tuple[tuple[str, ...], ...]
    workers: tuple[WorkerPlanned, ...]
    expected: Expected
    past_sessions: int
    budget: dict[str, float]
    left_out: tuple[LeftOut, ...]
    rationale: str
    plan: Plan


def budget_of(opened: Opened) -> dict[str, float]:
    """The budgets that are set."""
    settings = opened.configuration.settings
    names = [name for name in type(settings).model_fields if "budget" in name]
    found = {name: getattr(settings, name) for name in names}
    return {
        name: value for name, value in found.items() if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def tools_of(planned: PlannedWorker) -> tuple[str, ...]:
    """The tools that a worker's model gets; none where no model is asked."""
    if planned.model == EMBEDDED:
        return ()
    from hivemind.repository_tools import TOOLS, chosen_tools, known_elsewhere, ours

    spec = planned.spec
    if spec.tools is None:
        return (*TOOLS, *(f"toolset {path}" for path in spec.toolsets))
    others = [name for name in spec.tools if ours(name) not in TOOLS and not known_elsewhere(name)]
    return (*chosen_tools(spec), *others)


def reads_of(planned: PlannedWorker, graph: WorkerGraph, tools: tuple[str, ...]) -> tuple[str, ...]:
    """What a worker may read."""
    before = [edge.before for edge in graph.predecessors(planned.spec.name) if edge.before in graph.entries]
    paths = planned.spec.paths
    among = "" if paths is None else f" that fit {', '.join(paths)}" if paths else " that fit no path"
    files = f"the repository's files{among}, but for keys and secrets" if tools else ""
    results = f"results of {', '.join(before)}" if before else ""
    return tuple(one for one in ("the task", "context from plugins", files, results) if one)


def parts_of(opened: Opened, plan: Plan) -> dict[str, dict[str, str]]:
    """By worker: the parts of its fingerprint that a change of settings or of its output would change."""
    from hivemind.fingerprint import short, worker_parts

    settings = opened.configuration.settings
    found = {}
    for planned in plan.workers:
        parts = short(worker_parts(opened.manager, settings, planned, plan.task))
        found[planned.spec.name] = {part: parts[part] for part in PARTS if part in parts}
    return found


def plan_document(
    opened: Opened,
    plan: Plan,
    graph: WorkerGraph,
    estimates: Mapping[str, Estimate],
    whole: Total,
    foretold: Mapping[str, Foretold],
    sessions: int,
) -> PlanDocument:
    """Describe a plan."""
    waves = [tuple(wave) for wave in graph.waves()]
    wave_of = {name: number for number, wave in enumerate(waves, 1) for name in wave}
    parts = parts_of(opened, plan)
    shown = []
    for planned in plan.workers:
        name, tools = planned.spec.name, tools_of(planned)
        expected = estimates[name]
        shown.append(
            WorkerPlanned(
                name=name,
                role=planned.spec.role,
                plugin=planned.plugin,
                wave=wave_of[name],
                model=planned.model,
                model_origin=planned.model_origin,
                reason=planned.reason,
                focus=planned.focus,
                tools=tools,
                reads=reads_of(planned, graph, tools),
                state=foretold[name].state,
                state_reason=foretold[name].why,
                input_tokens=SpreadShown.of(expected.input_tokens),
                output_tokens=SpreadShown.of(expected.output_tokens),
                cost_usd=SpreadShown.of(expected.cost_usd),
                seconds=SpreadShown.of(expected.seconds),
                past_runs=expected.runs,
                parts=parts[name],
            )
        )
    return PlanDocument(
        task=plan.task.text,
        repo=plan.task.repo,
        waves=tuple(waves),
        workers=tuple(shown),
        expected=Expected(
            tokens=SpreadShown.of(whole.tokens),
            cost_usd=SpreadShown.of(whole.cost_usd),
            seconds=SpreadShown.of(whole.seconds),
        ),
        past_sessions=sessions,
        budget=budget_of(opened),
        left_out=plan.left_out,
        rationale=plan.rationale,
        plan=plan,
    )
