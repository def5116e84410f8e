"""What one answer of a model used and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind.models import Usage

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse

    from hivemind.prices import Price


def usage_of(response: ModelResponse, price: Price | None = None) -> Usage:
    """Count one answer; its cost is None where the model has no known price or the provider told no usage.

    Cached tokens are part of the input tokens, as pydantic-ai counts them for every provider.

    Args:
        response: The answer.
        price: The user's own price of the model, which goes before the published one.
    """
    used = response.usage
    counted = Usage(
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cache_read_tokens=used.cache_read_tokens,
        cache_write_tokens=used.cache_write_tokens,
        requests=1,
        cost_usd=None if price is not None else _cost(response),
    )
    if price is None or used.unmeasured_requests:
        return counted
    return counted.model_copy(update={"cost_usd": float(price.cost(counted))})


def _cost(response: ModelResponse) -> float | None:
    if response.usage.unmeasured_requests:
        return None
    if response.usage.cost is not None:
        return float(response.usage.cost)
    if not response.model_name:
        return None
    try:
        return float(response.cost().total_price)
    except (LookupError, ValueError):
        return None
