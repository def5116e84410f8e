"""What a model's failure means: what to do about it, and whether another try may help."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hivemind.errors import BudgetReachedError, HivemindError, ModelError, OutputError, TransientError, WorkerError
from hivemind.model_providers import BY_NAME

if TYPE_CHECKING:
    from pydantic_ai.exceptions import AgentRunError, ModelAPIError, ModelHTTPError, UnexpectedModelBehavior

_SHORT = 300
_NO_ANSWER = ("Invalid response from", "Streamed response ended without")
"""How pydantic-ai begins to say that what came over the wire was no answer of a model."""
_MAY_PASS = frozenset((408, 409, 425))
_CONTEXT_HINT = "give it less with a smaller context_tokens, or choose a model that takes more"


class UnreadableAnswerError(OutputError):
    """A provider answered with something that is no answer of a model: no JSON, or JSON of another form."""


def translate(error: AgentRunError, model: str, max_requests: int, redact: Callable[[str], str]) -> HivemindError:
    """Say a failure of pydantic-ai in our own words.

    Args:
        error: What pydantic-ai raised.
        model: The model that was asked.
        max_requests: The limit that the run had.
        redact: Takes secrets out: some providers repeat a refused key.

    Returns:
        A TransientError where another try may help; a ModelError, OutputError or WorkerError where it does not.
    """
    said = _translated(error, model, max_requests)
    said.message = redact(said.message)
    said.args = (said.message,)
    return said


def _translated(error: AgentRunError, model: str, max_requests: int) -> HivemindError:
    from pydantic_ai import exceptions as ai

    match error:
        case ai.UsageLimitExceeded():
            return limit_reached(max_requests)
        case ai.ModelAPIError():
            return _api_error(error, model)
        case ai.ContentFilterError():
            return OutputError(f"the provider of {model} stopped the answer with its content filter: {_said(error)}")
        case ai.UnexpectedModelBehavior():
            return _unexpected(error, model)
        case _:
            return WorkerError(f"the run with {model} failed: {_said(error)}")


def limit_reached(max_requests: int) -> BudgetReachedError:
    """Say that a worker's run made all the requests that it may make; it can go on with more."""
    return BudgetReachedError(
        f"used up its {max_requests:,} model request{'s' if max_requests != 1 else ''} without an end",
        "go on with a larger --worker-max-requests, or max_requests in the configuration",
        option="--worker-max-requests",
        own=True,
    )


def _api_error(error: ModelAPIError, model: str) -> HivemindError:
    from pydantic_ai import exceptions as ai

    provider = model.partition(":")[0]
    detail = _detail(error)
    match error:
        case ai.ModelAuthenticationError():
            return _refused(error, model, provider, detail)
        case ai.ModelQuotaExceededError():
            return ModelError(
                f"the account behind {model} has no credit left{detail}", "top it up, or choose another model"
            )
        case ai.ModelRateLimitError():
            return TransientError(
                f"{model} is rate limited{detail}", "run fewer workers at once with --max-parallel", error.retry_after
            )
        case ai.ModelNotFoundError():
            near = getattr(error, "suggested_model_id", None)
            hint = f"did you mean {near!r}?" if near else "check the model's name, and base_urls if you set them"
            return ModelError(f"{provider} knows no model {model.partition(':')[2]!r}{detail}", hint)
        case ai.ModelContextWindowExceededError():
            return WorkerError(f"the prompt is too long for {model}{detail}", _CONTEXT_HINT)
        case ai.ModelUnavailableError() | ai.ModelServerError():
            return TransientError(f"{model} has trouble{detail}", retry_after_s=error.retry_after)
        case ai.ModelRequestTimeout():
            return TransientError(
                f"{model} did not answer within {error.timeout:g} s", "give it more time with request_timeout_s"
            )
        case ai.ModelTimeoutError():
            return TransientError(f"{model} did not answer in time", "give it more time with request_timeout_s")
        case ai.ModelConnectionError():
            return TransientError(f"the connection to {model} failed: {_root(error)}", "check the network")
        case ai.ModelHTTPError():
            return _http(error, model, detail)
        case ai.ModelRequestRejectedError():
            return WorkerError(f"{model} refused the request{detail}")
        case _:
            return UnreadableAnswerError(f"{model} gave an answer that can't be read: {_said(error)}")


def _refused(error: ModelAPIError, model: str, provider: str, detail: str) -> ModelError:
    where = key_variable(provider, os.environ)
    key = f"the key in {where}" if where else f"the key for {provider}"
    if getattr(error, "status_code", 401) == 403:
        return ModelError(f"{key} may not use {model}{detail}", "check what the key may do, or choose another model")
    return ModelError(f"{key} was refused by {provider}{detail}", "check the key, or choose another model")


def _http(error: ModelHTTPError, model: str, detail: str) -> HivemindError:
    if error.status_code in _MAY_PASS or error.provider_retry_hint or error.status_code >= 500:
        return TransientError(f"{model} has trouble{detail}", retry_after_s=error.retry_after)
    return WorkerError(f"{model} refused the request{detail}")


def _unexpected(error: UnexpectedModelBehavior, model: str) -> OutputError:
    if error.message.startswith(_NO_ANSWER):
        return UnreadableAnswerError(f"{model} gave an answer that can't be read: {_said(error)}")
    from pydantic_ai.exceptions import IncompleteToolCall

    if isinstance(error, IncompleteToolCall):
        return OutputError(f"the answer of {model} was cut off: {_said(error)}", "choose a model that writes more")
    reason = f" ({_short(str(error.__cause__))})" if error.__cause__ is not None else ""
    return OutputError(f"{model} gave no usable result: {_said(error)}{reason}", "choose a stronger model with --model")


def key_variable(provider: str, environment: Mapping[str, str]) -> str | None:
    """The variable that holds the key of a provider; None where none does."""
    known = BY_NAME.get(provider)
    found = known.keys_set(environment) if known else ()
    return found[0] if found else None


def _detail(error: ModelAPIError) -> str:
    status = getattr(error, "status_code", None)
    said = _provider_message(error.body)
    inside = ": ".join(part for part in (str(status) if status else "", said) if part)
    return f" ({inside})" if inside else ""


def _provider_message(body: object) -> str:
    """What the provider itself said, found in the forms that providers use."""
    if isinstance(body, Mapping):
        for name in ("error", "message", "detail"):
            if body.get(name):
                return _provider_message(body[name])
        return ""
    if isinstance(body, (list, tuple)) and body:
        return _provider_message(body[0])
    return _short(body) if isinstance(body, str) else ""


def _root(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return _short(str(error)) or type(error).__name__


def _said(error: AgentRunError) -> str:
    return _short(error.message)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHORT else flat[: _SHORT - 1] + "…"
