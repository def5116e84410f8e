"""What is said of a budget: how far it is used, and that it is reached."""

from __future__ import annotations

from hivemind.budget import NANO, Amount
from hivemind.errors import BudgetReachedError
from hivemind.events import BudgetWarningDetails

_SETTINGS = {
    ("session", "usd"): "budget_usd",
    ("session", "tokens"): "budget_tokens",
    ("session", "requests"): "budget_requests",
    ("worker", "usd"): "worker_budget_usd",
    ("worker", "tokens"): "worker_budget_tokens",
    ("worker", "requests"): "worker_budget_requests",
    ("run", "requests"): "max_requests",
    ("day", "usd"): "daily_budget_usd",
    ("day", "tokens"): "daily_budget_tokens",
    ("day", "requests"): "daily_budget_requests",
}
_OPTIONS = {
    "budget_usd": "--budget-usd",
    "budget_tokens": "--budget-tokens",
    "budget_requests": "--max-requests",
    "worker_budget_usd": "--worker-budget-usd",
    "worker_budget_tokens": "--worker-budget-tokens",
    "worker_budget_requests": "--worker-max-requests",
}


def figure(kind: str, number: int) -> str:
    """`$0.5000`, `12,000 tokens`, `3 requests`."""
    if kind == "usd":
        return f"${number / NANO:.4f}"
    return f"{number:,} {kind if number != 1 else kind.removesuffix('s')}"


def warning(scope: str, worker: str, kind: str, used: int, limit: int, mark: str) -> BudgetWarningDetails:
    """Say that most of a budget is spent."""
    whose = f"worker {worker!r}" if scope in ("worker", "run") else f"the {scope}"
    percent = 100 * used // limit if limit else 100
    return BudgetWarningDetails(
        setting=_SETTINGS[scope, kind],
        used=used / NANO if kind == "usd" else used,
        limit=limit / NANO if kind == "usd" else limit,
        mark=mark,
        message=f"{percent} % of the budget of {whose} is spent: {figure(kind, used)} of {figure(kind, limit)}",
    )


def reached(scope: str, kind: str, limit: int, taken: Amount, needed: Amount) -> BudgetReachedError:
    """Say that the next request does not fit, and how to go on."""
    setting = _SETTINGS[scope, kind]
    used, more = {
        "usd": (taken.nano, needed.nano),
        "tokens": (taken.tokens, needed.tokens),
        "requests": (taken.requests, needed.requests),
    }[kind]
    message = f"the budget of {figure(kind, limit)} per {scope} is reached: {figure(kind, used)} used"
    if used < limit:
        message += f", and the next request may take up to {figure(kind, more)}"
    option = _OPTIONS.get(setting)
    hint = f"go on with a larger {option}" if option else f"go on with a larger {setting} in the configuration"
    if scope == "day":
        hint += ", or tomorrow"
    return BudgetReachedError(message, hint, option=option, own=scope == "worker")
