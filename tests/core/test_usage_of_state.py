"""What a journal says was used: an end that says less than its answers takes nothing away."""

from __future__ import annotations

from hivemind.events import (
    SYSTEM,
    ModelResponded,
    ModelRespondedDetails,
    WorkerFailed,
    WorkerFinishedDetails,
    WorkerStarted,
    WorkerStartedDetails,
)
from hivemind.models import Usage
from hivemind.session.state import SessionState

ONE = Usage(input_tokens=100, output_tokens=20, requests=1, cost_usd=0.5)


def answered(agent: str, exchange: int | None = None) -> ModelResponded:
    return ModelResponded(agent=agent, details=ModelRespondedDetails(model="m", usage=ONE, exchange=exchange))


def test_a_worker_that_was_stopped_before_it_went_on_keeps_what_it_had_used() -> None:
    state = SessionState()
    state.apply([WorkerStarted(agent="w"), answered("w", 1), answered("w", 2)])
    state.apply([WorkerStarted(agent="w", details=WorkerStartedDetails(resumed=True))])
    stopped = WorkerFinishedDetails(status="cancelled")
    state.apply([WorkerFailed(type="worker_cancelled", agent="w", details=stopped)])
    assert state.workers["w"].usage == state.usage == state.models["m"] == ONE + ONE


def test_what_nobody_of_the_workers_asked_is_the_planners() -> None:
    state = SessionState()
    state.apply([answered(SYSTEM), WorkerStarted(agent="w"), answered("w", 1)])
    assert set(state.workers) == {"w"}
    assert (state.planner, state.usage, state.models["m"]) == (ONE, ONE + ONE, ONE + ONE)
