"""The ledger of a session: what was spent, what is reserved for requests under way, and what the limits leave.

Money is counted in whole nano-dollars and rounded up, so that sums are exact whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from hivemind.models import Usage

NANO = 10**9
KINDS = ("usd", "tokens", "requests")


def nano_up(usd: float | Decimal) -> int:
    """Turn dollars that were or may be spent into nano-dollars, rounded up."""
    return int((Decimal(str(usd)) * NANO).to_integral_value(ROUND_CEILING))


def nano_down(usd: float | Decimal) -> int:
    """Turn a limit in dollars into nano-dollars, rounded down."""
    return int((Decimal(str(usd)) * NANO).to_integral_value(ROUND_FLOOR))


@dataclass(frozen=True)
class Amount:
    """What requests used or may use."""

    tokens: int = 0
    nano: int = 0
    requests: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.nano + other.nano, self.requests + other.requests)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.tokens - other.tokens, self.nano - other.nano, self.requests - other.requests)

    @property
    def usd(self) -> float:
        """The money in dollars."""
        return self.nano / NANO

    @classmethod
    def of(cls, usage: Usage, unknown_usd: float = 0.0) -> Amount:
        """Count what was used; a cost that is not known counts as `unknown_usd`."""
        cost = unknown_usd if usage.cost_usd is None else usage.cost_usd
        return cls(usage.input_tokens + usage.output_tokens, nano_up(cost), usage.requests)


@dataclass(frozen=True)
class Limits:
    """What may be spent at the most; None for no limit."""

    tokens: int | None = None
    nano: int | None = None
    requests: int | None = None

    @classmethod
    def of(cls, usd: float | None, tokens: int | None, requests: int | None = None) -> Limits:
        """Take limits as settings say them."""
        return cls(tokens, None if usd is None else nano_down(usd), requests)

    def __bool__(self) -> bool:
        return self.tokens is not None or self.nano is not None or self.requests is not None

    def pairs(self, taken: Amount) -> Iterable[tuple[str, int, int]]:
        """Yield (kind, taken, limit) of each limit that there is."""
        for kind, used, limit in (
            ("usd", taken.nano, self.nano),
            ("tokens", taken.tokens, self.tokens),
            ("requests", taken.requests, self.requests),
        ):
            if limit is not None:
                yield kind, used, limit

    def over(self, taken: Amount) -> str | None:
        """Say which limit an amount goes beyond; None if it fits."""
        return next((kind for kind, used, limit in self.pairs(taken) if used > limit), None)


@dataclass
class Ledger:
    """What a session spent and reserved. A reservation counts in full until it is settled or released."""

    spent: Amount = field(default_factory=Amount)
    reserved: Amount = field(default_factory=Amount)
    open: dict[str, tuple[str, Amount]] = field(default_factory=dict)
    """Reservations by their id, with the worker of each."""
    _spent_by: dict[str, Amount] = field(default_factory=dict)
    _reserved_by: dict[str, Amount] = field(default_factory=dict)

    def taken(self, worker: str | None = None) -> Amount:
        """What is spent and reserved together, of one worker or of all."""
        if worker is None:
            return self.spent + self.reserved
        return self.spent_by(worker) + self._reserved_by.get(worker, Amount())

    def spent_by(self, worker: str) -> Amount:
        """What one worker spent."""
        return self._spent_by.get(worker, Amount())

    def try_reserve(self, key: str, worker: str, amount: Amount, limits: Limits) -> bool:
        """Reserve an amount if it fits beside all that is spent and reserved."""
        if key in self.open or limits.over(self.taken() + amount) is not None:
            return False
        self.reserve(key, worker, amount)
        return True

    def reserve(self, key: str, worker: str, amount: Amount) -> None:
        """Enter a reservation that somebody checked before."""
        self.release(key)
        self.open[key] = (worker, amount)
        self.reserved += amount
        self._reserved_by[worker] = self._reserved_by.get(worker, Amount()) + amount

    def release(self, key: str) -> None:
        """Take a reservation back: nothing was spent."""
        held = self.open.pop(key, None)
        if held is not None:
            worker, amount = held
            self.reserved -= amount
            self._reserved_by[worker] -= amount

    def settle(self, key: str, worker: str, actual: Amount) -> None:
        """Put what was really spent in the place of a reservation; one that is not known is only spent."""
        self.release(key)
        self.spent += actual
        self._spent_by[worker] = self.spent_by(worker) + actual
