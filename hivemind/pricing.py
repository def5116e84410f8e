"""What one answer of a model used and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind.models import Usage

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse


def usage_of(response: ModelResponse) -> Usage:
    """Count one answer; its cost is None where the model has no known price or the provider told no usage.

    Cached tokens are part of the input tokens, as pydantic-ai counts them for every provider.
    """
    used = response.usage
    return Usage(
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cache_read_tokens=used.cache_read_tokens,
        cache_write_tokens=used.cache_write_tokens,
        requests=1,
        cost_usd=_cost(response),
    )


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
