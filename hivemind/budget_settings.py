"""Which budget a session has: what options say now, else what they said when it was started, else the configuration."""

from __future__ import annotations

from collections.abc import Iterable

from hivemind.config import Configuration, Settings
from hivemind.session.state import SessionState

_OF_SESSION = (
    "budget_usd",
    "budget_tokens",
    "budget_requests",
    "worker_budget_usd",
    "worker_budget_tokens",
    "worker_budget_requests",
)
_IN_USD = ("budget_usd", "worker_budget_usd", "daily_budget_usd")


def given(configuration: Configuration) -> dict[str, float]:
    """The limits of the session and of its workers that options gave."""
    settings = configuration.settings
    return {
        name: getattr(settings, name)
        for name in _OF_SESSION
        if configuration.origin_of(name) == "option" and getattr(settings, name) is not None
    }


def with_budget(configuration: Configuration, state: SessionState) -> Settings:
    """The settings with the limits that the session was started with, where no option says another now."""
    chosen = given(configuration)
    kept = {name: value for name, value in state.budget.items() if name in _OF_SESSION and name not in chosen}
    if not kept:
        return configuration.settings
    kinds = {name: value if name.endswith("_usd") else int(value) for name, value in kept.items()}
    return configuration.settings.model_copy(update=kinds)


def refuse_unpriced(models: Iterable[str], settings: Settings) -> None:
    """Refuse a budget in dollars for a model whose price nobody knows, before anything is asked.

    Raises:
        ModelError: Its price is neither published nor configured.
    """
    if all(getattr(settings, name) is None for name in _IN_USD):
        return
    from hivemind.budget_gate import unknown_price
    from hivemind.prices import unpriced

    missing = unpriced(models, settings.prices)
    if missing:
        raise unknown_price(missing)
