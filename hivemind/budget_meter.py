# ruff: noqa: ARG002  (the hooks of pydantic-ai's capabilities are called with all their arguments by name)
"""Counts what an agent uses that belongs to no worker, under the same budget: the planner's, before there is a session.

What it did is kept as events, which become the first of the session that follows from it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic_ai.capabilities import AbstractCapability, CapabilityOrdering

from hivemind.budget_gate import BudgetGate, Reservation
from hivemind.config import Settings
from hivemind.events import SYSTEM, BudgetWarning, Event, ModelResponded, ModelRespondedDetails
from hivemind.models import Usage
from hivemind.prices import configured
from hivemind.pricing import usage_of
from hivemind.request_size import input_bound, output_limit, surely_not_billed
from hivemind.session.state import SessionState

if TYPE_CHECKING:
    from pydantic_ai.capabilities.abstract import WrapModelRequestHandler
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import ModelRequestContext
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.tools import RunContext


@dataclass
class Tally:
    """What was spent before there is a session; stands in for one where a budget is kept."""

    id: str = "planning"
    state: SessionState = field(default_factory=SessionState)
    events: list[Event] = field(default_factory=list)

    async def record(self, *events: Event) -> Sequence[Event]:
        """Keep events."""
        self.note(*events)
        return events

    def note(self, *events: Event) -> None:
        """Keep events."""
        self.events += events
        self.state.apply(events)

    @property
    def usage(self) -> Usage:
        """What was used."""
        return self.state.planner

    @property
    def warnings(self) -> list[str]:
        """What was said of a budget that is nearly used."""
        return [event.details.message for event in self.events if isinstance(event, BudgetWarning)]


@dataclass
class BudgetMeter(AbstractCapability[Any]):
    """Reserves each request of an agent before it is made, and counts its answer."""

    tally: Tally = field(kw_only=True)
    settings: Settings = field(kw_only=True)
    model: str = field(kw_only=True)

    def __post_init__(self) -> None:
        self._gate = BudgetGate(self.tally, self.settings)

    def get_ordering(self) -> CapabilityOrdering:
        """Next to the model: what is counted is what was asked."""
        return CapabilityOrdering(position="innermost")

    async def wrap_model_request(
        self, ctx: RunContext[Any], *, request_context: ModelRequestContext, handler: WrapModelRequestHandler
    ) -> ModelResponse:
        """Ask within the budget, and count what it took."""
        reservation = await self._reserve(request_context)
        if reservation is not None and reservation.max_tokens is not None:
            limited: ModelSettings = {**(request_context.model_settings or {}), "max_tokens": reservation.max_tokens}
            request_context = replace(request_context, model_settings=limited)
        started = time.monotonic()
        try:
            response = await handler(request_context)
        except BaseException as error:
            if reservation is not None and surely_not_billed(error):
                await self._gate.release(SYSTEM, reservation)
            elif reservation is not None:
                self._gate.keep(reservation)
            raise
        await self._count(response, reservation, round(time.monotonic() - started, 6))
        return response

    async def _reserve(self, request: ModelRequestContext) -> Reservation | None:
        from pydantic_ai.messages import ModelMessagesTypeAdapter

        limit = output_limit(request, self.settings.max_output_tokens)
        messages = ModelMessagesTypeAdapter.dump_python(list(request.messages), mode="json")
        return await self._gate.reserve(SYSTEM, self.model, input_bound(request, messages), limit)

    async def _count(self, response: ModelResponse, reservation: Reservation | None, duration_s: float) -> None:
        usage = usage_of(response, configured(self.model, self.settings.prices))
        measured = not response.usage.unmeasured_requests
        actual = self._gate.actual(reservation, usage, measured=measured)
        details = ModelRespondedDetails(
            model=self.model,
            usage=usage,
            duration_s=duration_s,
            reservation=reservation.key if reservation is not None else "",
            charged_tokens=None if measured or reservation is None else actual.tokens,
            charged_usd=None if usage.cost_usd is not None or reservation is None else actual.usd,
        )
        await self.tally.record(ModelResponded(agent=SYSTEM, details=details))
        await self._gate.settled(SYSTEM, self.model, reservation, actual)
