"""What a model's tokens cost: the user's own prices first, then those that are published."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field

from hivemind.models import EMBEDDED, Usage

MTOK = 1_000_000


class Price(BaseModel):
    """A model's price in USD per million tokens; cached input costs as input does where nothing else is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    cache_read: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    cache_write: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    def cost(self, usage: Usage) -> Decimal:
        """Price what was used; cached tokens are part of the input tokens."""
        read, written = usage.cache_read_tokens, usage.cache_write_tokens
        plain = max(0, usage.input_tokens - read - written)
        parts = (
            (plain, self.input),
            (read, self.input if self.cache_read is None else self.cache_read),
            (written, self.input if self.cache_write is None else self.cache_write),
            (usage.output_tokens, self.output),
        )
        return sum((Decimal(number) * Decimal(str(price)) for number, price in parts), Decimal(0)) / MTOK

    def bound(self, input_tokens: int, output_tokens: int) -> Decimal:
        """The most that so many tokens can cost, cached or not."""
        dearest = max(self.input, self.cache_read or 0.0, self.cache_write or 0.0)
        return (input_tokens * Decimal(str(dearest)) + output_tokens * Decimal(str(self.output))) / MTOK


def configured(model: str, prices: dict[str, Price]) -> Price | None:
    """Find the user's own price of a model: by its full name, an alias, or its name without the provider."""
    from hivemind.errors import ModelError
    from hivemind.model_names import canonical

    bare = model.partition(":")[2]
    for name, price in prices.items():
        if name in (model, bare):
            return price
        try:
            if canonical(name) == model:
                return price
        except ModelError:
            continue  # a name without a provider, compared above
    return None


def bound_usd(model: str, prices: dict[str, Price], input_tokens: int, output_tokens: int) -> Decimal | None:
    """The most that a request can cost; None where the model's price is not known."""
    own = configured(model, prices)
    if own is not None:
        return own.bound(input_tokens, output_tokens)
    return _published_bound(model, input_tokens, output_tokens)


@lru_cache(maxsize=4096)
def _published_bound(model: str, input_tokens: int, output_tokens: int) -> Decimal | None:
    from genai_prices import Usage as Counted
    from genai_prices import calc_price

    provider, _, name = model.removeprefix("gateway/").partition(":")
    bounds: list[Decimal] = []
    # All read anew, or all written to a cache, whichever is dearer; a cache that is kept for an hour costs more.
    for cached in ("", "cache_write_tokens", "cache_write_1h_tokens"):
        counted = Counted(input_tokens=input_tokens, output_tokens=output_tokens)
        try:
            if cached:
                setattr(counted, cached, input_tokens)
            bounds.append(calc_price(counted, name, provider_id=provider).total_price)
        except LookupError:
            return None
        except (AttributeError, ValueError):
            continue  # this kind of token has no price of its own here
    return max(bounds, default=None)


def unpriced(models: Iterable[str], prices: dict[str, Price]) -> list[str]:
    """The models whose price is not known."""
    return [name for name in dict.fromkeys(models) if name != EMBEDDED and bound_usd(name, prices, 1, 1) is None]
