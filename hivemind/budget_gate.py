"""Where every model request of a session passes: it is reserved before it is made, and settled with what it used.

The reservation is an event: it stands in the journal before the request leaves, so that what a killed process had under
way counts on resume, and what other processes of the same session reserved counts here. One that is not settled (the
process was killed, or the connection broke after the request had left) keeps counting in full: it may have been billed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from hivemind.budget import NANO, Amount, Limits, nano_up
from hivemind.budget_words import reached, warning
from hivemind.config import Settings
from hivemind.day_spending import DaySpending
from hivemind.errors import BudgetReachedError, ModelError
from hivemind.events import (
    BudgetReleased,
    BudgetReleasedDetails,
    BudgetReserved,
    BudgetReservedDetails,
    BudgetWarning,
    Event,
)
from hivemind.model_errors import limit_reached
from hivemind.models import Usage, WorkerSpec
from hivemind.prices import bound_usd

if TYPE_CHECKING:
    from hivemind.session.folder import SessionFolder
    from hivemind.session.state import SessionState

WARN_AT = 0.8
SMALLEST_ANSWER = 1024
"""Output tokens; a request whose answer would have to be shorter than this for what is left is not made."""


class Recorded(Protocol):
    """Where a budget is kept: a session, or what stands in for one before it is there."""

    @property
    def id(self) -> str:
        """By which the day's spending names it."""
        ...

    @property
    def state(self) -> SessionState:
        """What was spent and reserved."""
        ...

    async def record(self, *events: Event) -> object:
        """Put events on record."""
        ...

    def note(self, *events: Event) -> None:
        """Put events on record after those that are on their way there."""
        ...


@dataclass(frozen=True)
class Reservation:
    """One request that may be made: its place in the ledger, and how long its answer may be."""

    key: str
    amount: Amount
    max_tokens: int | None
    in_day: bool = False


class BudgetGate:
    """The budget of one session as its workers in this process share it.

    Args:
        session: Holds the ledger, which its journal adds up to.
        settings: The limits and the user's own prices.
        day: The day's spending.
    """

    def __init__(self, session: Recorded, settings: Settings, day: DaySpending | None = None) -> None:
        self._session = session
        self._settings = settings
        self._day = day
        self._pending: dict[str, tuple[str, Amount]] = {}
        """Reservations that are on their way into the journal."""
        self._under_way: dict[str, str] = {}
        """The workers of requests that are under way, by reservation."""
        self._changed = asyncio.Event()
        self._underestimate: dict[str, float] = {}
        self.reached: BudgetReachedError | None = None
        """Why nobody may ask any more; a worker that reached a budget of its own stops alone."""
        self._limits: dict[str, Limits] = {
            "session": Limits.of(settings.budget_usd, settings.budget_tokens, settings.budget_requests),
            "worker": Limits.of(
                settings.worker_budget_usd, settings.worker_budget_tokens, settings.worker_budget_requests
            ),
            "day": Limits.of(settings.daily_budget_usd, settings.daily_budget_tokens, settings.daily_budget_requests),
        }
        self.active = any(self._limits.values())

    async def reserve(self, worker: str, model: str, input_bound: int, output_limit: int) -> Reservation | None:
        """Reserve what a request may use at the most, waiting for requests under way if only they are in the way.

        Args:
            worker: Who asks.
            model: Whom.
            input_bound: Tokens that the request has at the most.
            output_limit: Tokens that the answer may have.

        Returns:
            None where there is no limit of any kind.

        Raises:
            BudgetReachedError: It does not fit.
            ModelError: The model's price is not known and a limit in dollars is set.
        """
        if not self.active:
            return None
        input_bound = int(input_bound * self._underestimate.get(model, 1.0)) + 1

        def most(output: int) -> Amount:
            return Amount(input_bound + output, self._nano(model, input_bound, output), 1)

        while self.reached is None:
            self._changed.clear()
            chosen: int | None = output_limit
            over = self._over(worker, most(output_limit))
            if over is not None and not self._waiting_helps(over[0], worker):
                chosen = self._shorter(worker, most, output_limit)
                if chosen is None:
                    error = self._reached(worker, most(min(SMALLEST_ANSWER, output_limit)))
                    if error.own:
                        raise error
                    self.reached = error
                    break
                over = None
            if over is None and chosen is not None:
                made = await self._enter(worker, most(chosen), chosen)
                if made is not None:
                    return made
                continue
            await self._changed.wait()
        self._changed.set()
        assert self.reached is not None
        raise self.reached

    def _nano(self, model: str, input_tokens: int, output_tokens: int) -> int:
        bound = bound_usd(model, self._settings.prices, input_tokens, output_tokens)
        if bound is not None:
            return nano_up(bound)
        if any(limits.nano is not None for limits in self._limits.values()):
            raise unknown_price([model])
        return 0

    def _taken(self, scope: str, worker: str) -> Amount:
        if scope == "day":
            return self.day.taken()
        mine = worker if scope == "worker" else None
        pending = (amount for who, amount in self._pending.values() if mine in (None, who))
        return sum(pending, self._session.state.ledger.taken(mine))

    def _over(self, worker: str, amount: Amount) -> tuple[str, str] | None:
        """Say which limit a further amount goes beyond: its scope and its kind."""
        for scope, limits in self._limits.items():
            if limits and (kind := limits.over(self._taken(scope, worker) + amount)) is not None:
                return scope, kind
        return None

    def _waiting_helps(self, scope: str, worker: str) -> bool:
        busy = {*self._under_way.values(), *(who for who, _ in self._pending.values())}
        return worker in busy if scope == "worker" else bool(busy)

    def _shorter(self, worker: str, most: Callable[[int], Amount], limit: int) -> int | None:
        """Find the longest answer that still fits; None if not even a short one does."""
        low, high = min(SMALLEST_ANSWER, limit), limit
        if self._over(worker, most(low)) is not None:
            return None
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (low, middle - 1) if self._over(worker, most(middle)) else (middle, high)
        return low

    async def _enter(self, worker: str, amount: Amount, output: int) -> Reservation | None:
        """Put a reservation on record; None if another process was faster."""
        key, in_day = secrets.token_hex(8), bool(self._limits["day"])
        if in_day and not self.day.try_reserve(key, self._session.id, amount, self._limits["day"]):
            return None
        self._pending[key] = (worker, amount)
        details = BudgetReservedDetails(reservation=key, tokens=amount.tokens, usd=amount.usd)
        try:
            await self._session.record(BudgetReserved(agent=worker, details=details))
        except BaseException as error:
            # The request has not left; its event may still come into the journal, as that can't be stopped half-way.
            if in_day:
                self.day.settle(key, self._session.id, Amount())
            if isinstance(error, asyncio.CancelledError):
                self._session.note(BudgetReleased(agent=worker, details=BudgetReleasedDetails(reservation=key)))
            self._changed.set()
            raise
        finally:
            del self._pending[key]
        # The journal is one order for all processes: whoever sees too much when its own is in it takes it back.
        if self._over_session(worker):
            await self.release(worker, Reservation(key, amount, output, in_day))
            return None
        self._under_way[key] = worker
        limited = any(one.tokens is not None or one.nano is not None for one in self._limits.values())
        return Reservation(key, amount, output if limited else None, in_day)

    def _over_session(self, worker: str) -> bool:
        ledger, limits = self._session.state.ledger, self._limits
        mine = limits["worker"].over(ledger.taken(worker))
        return limits["session"].over(ledger.taken()) is not None or mine is not None

    def actual(self, reservation: Reservation | None, usage: Usage, *, measured: bool) -> Amount:
        """What a request is to be counted with: what it used, or all that was reserved where that was not told."""
        if reservation is None:
            return Amount.of(usage)
        if not measured:
            return reservation.amount
        return Amount.of(usage, reservation.amount.usd)

    async def settled(self, worker: str, model: str, reservation: Reservation | None, actual: Amount) -> None:
        """Go on after the event of an answer is recorded, which settles the reservation in the session's ledger."""
        if reservation is None:
            return
        self._under_way.pop(reservation.key, None)
        if reservation.in_day:
            self.day.settle(reservation.key, self._session.id, actual)
        if actual.tokens > reservation.amount.tokens:  # counted otherwise than any that is known: reserve more
            seen = actual.tokens / max(1, reservation.amount.tokens)
            self._underestimate[model] = self._underestimate.get(model, 1.0) * seen
        self._changed.set()
        await self._warn(worker)

    async def release(self, worker: str, reservation: Reservation) -> None:
        """Take back the reservation of a request that was surely not billed."""
        self._under_way.pop(reservation.key, None)
        details = BudgetReleasedDetails(reservation=reservation.key)
        await self._session.record(BudgetReleased(agent=worker, details=details))
        if reservation.in_day:
            self.day.settle(reservation.key, self._session.id, Amount())
        self._changed.set()

    def keep(self, reservation: Reservation) -> None:
        """Leave the reservation of a request that may have been billed; it counts in full from now on."""
        self._under_way.pop(reservation.key, None)
        self._changed.set()

    async def _warn(self, worker: str) -> None:
        for scope, limits in self._limits.items():
            if not limits:
                continue
            ledger = self._session.state.ledger
            spent = {"session": ledger.spent, "worker": ledger.spent_by(worker)}.get(scope) or self.day.spent()
            await self._warn_of(scope, worker, limits.pairs(spent))

    async def _warn_of(self, scope: str, worker: str, pairs: Iterable[tuple[str, int, int]]) -> None:
        known = self._session.state.warned
        for kind, used, limit in pairs:
            mark = f"{scope} {worker if scope in ('worker', 'run') else ''} {kind} {limit}"
            if used >= WARN_AT * limit and mark not in known:
                known.add(mark)
                await self._session.record(
                    BudgetWarning(agent=worker, details=warning(scope, worker, kind, used, limit, mark))
                )

    def _reached(self, worker: str, needed: Amount) -> BudgetReachedError:
        over = self._over(worker, needed)
        assert over is not None
        scope, kind = over
        limits = self._limits[scope]
        limit = {"usd": limits.nano, "tokens": limits.tokens, "requests": limits.requests}[kind]
        return reached(scope, kind, limit or 0, self._taken(scope, worker), needed)

    async def refuse_more(self, spec: WorkerSpec, made: int) -> None:
        """Hold a worker's run to the requests that it may make; a budget of requests per worker takes its place.

        Args:
            spec: The worker.
            made: The requests of its run so far, those under way included.

        Raises:
            BudgetReachedError: It made them all; it can go on with more.
        """
        limit = run_limit(spec, self._settings)
        if limit is None:
            return
        if made >= limit:
            raise limit_reached(limit)
        await self._warn_of("run", spec.name, [("requests", made + 1, limit)])

    @property
    def day(self) -> DaySpending:
        """The day's spending of this user."""
        if self._day is None:
            self._day = DaySpending()
        return self._day


_GATES: WeakKeyDictionary[SessionFolder, BudgetGate] = WeakKeyDictionary()


def gate_of(session: SessionFolder, settings: Settings) -> BudgetGate:
    """The gate that all workers of a session in this process share."""
    found = _GATES.get(session)
    if found is None or found._settings is not settings:
        found = _GATES[session] = BudgetGate(session, settings)
    return found


def run_limit(spec: WorkerSpec, settings: Settings) -> int | None:
    """The requests that one run of a worker may make; None where a budget over all its runs says it instead."""
    if settings.worker_budget_requests is not None:
        return None
    return min(spec.max_requests or settings.max_requests, settings.max_requests)


def unknown_price(models: list[str]) -> ModelError:
    """Say that a budget in dollars can't be kept with a model."""
    named = ", ".join(repr(one) for one in models)
    return ModelError(
        f"the price of {named} is not known, so a budget in USD can't be kept",
        f'set it in the configuration: prices = {{ "{models[0]}" = {{ input = 1.0, output = 4.0 }} }} '
        "(USD per million tokens), or give a budget in tokens instead",
    )


__all__ = ["NANO", "BudgetGate", "Reservation", "gate_of", "run_limit", "unknown_price"]
