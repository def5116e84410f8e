"""Makes the pydantic-ai model of a name, once per session: its client, its address, and no retries of its own."""

from __future__ import annotations

import asyncio
import inspect
import os
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from hivemind.config import Settings
from hivemind.errors import ConfigurationError, HivemindError, ModelError
from hivemind.model_access import base_url, check_model, plugin_models
from hivemind.model_names import canonical
from hivemind.model_providers import BY_NAME
from hivemind.plugins import PluginManager
from hivemind.session.folder import SessionFolder

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.providers import Provider as Client
    from pydantic_ai.settings import ModelSettings


class ModelPool:
    """The models of one session: workers that ask the same model share its connections."""

    def __init__(self) -> None:
        self._models: dict[tuple[object, ...], Model] = {}
        self._lock = asyncio.Lock()

    async def get(self, name: str, manager: PluginManager, settings: Settings) -> Model:
        """Find or make a model; enter it (`async with`) around its use, so that its connections are closed.

        Raises:
            ModelError: It can't be made.
        """
        provider = BY_NAME.get(name.partition(":")[0])
        keys = tuple(os.environ.get(key) for key in (*provider.keys, *provider.addresses)) if provider else ()
        wanted = (name, tuple(sorted(settings.base_urls.items())), keys)
        async with self._lock:
            if wanted not in self._models:
                # A client's first import takes a good part of a second; other workers go on meanwhile.
                self._models[wanted] = await asyncio.to_thread(open_model, name, manager, settings)
        return self._models[wanted]


_POOLS: WeakKeyDictionary[SessionFolder, ModelPool] = WeakKeyDictionary()


def pool_of(session: SessionFolder) -> ModelPool:
    """The models of a session."""
    return _POOLS.setdefault(session, ModelPool())


def open_model(name: str, manager: PluginManager, settings: Settings) -> Model:
    """Make the model of a name.

    Raises:
        ModelError: It is unknown, or its package or key is missing.
        ConfigurationError: Its provider can't be sent to the address in the settings.
    """
    name = canonical(name)
    check_model(name, manager, settings)
    prefix, _, rest = name.partition(":")
    brought = plugin_models(manager).get(prefix)
    if brought is not None:
        return _of_plugin(prefix, rest, brought)
    if prefix == "test":
        from pydantic_ai.models.test import TestModel

        return TestModel()
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model

    try:
        return infer_model(name, lambda provider: _client(provider, settings))
    except UserError as error:
        raise ModelError(f"model {name!r} can't be used: {error}", "list them with 'hivemind models'") from error
    except ImportError as error:
        known = BY_NAME.get(prefix)
        hint = f"install it: {known.install}" if known else None
        raise ModelError(f"the client of {prefix!r} can't be imported: {error}", hint) from error


def _of_plugin(prefix: str, rest: str, brought: Any) -> Model:
    from pydantic_ai.models import Model

    try:
        model: object = brought.resolve(rest)
    except HivemindError:
        raise
    except Exception as error:
        raise ModelError(
            f"the plugin of {prefix!r} can't make model {rest!r}: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(model, Model):
        raise ModelError(f"the plugin of {prefix!r} gave {type(model).__name__} for {rest!r}, not a pydantic-ai model")
    return model


def _client(provider: str, settings: Settings) -> Client[Any]:
    """Make a provider's client; also at the user's own address."""
    from pydantic_ai.providers import infer_provider, infer_provider_class

    address = None if provider.startswith("gateway/") else base_url(provider, settings)
    if address is None:
        return infer_provider(provider)
    kind = infer_provider_class(provider)
    if "base_url" not in inspect.signature(kind.__init__).parameters:
        raise ConfigurationError(
            f"base_urls.{provider}: this provider has a fixed address",
            "where the server speaks OpenAI's chat format, use 'openai-chat:NAME' and base_urls.openai-chat",
        )
    made: Client[Any] = kind(base_url=address)  # type: ignore[call-arg]  # looked up just above
    return made


def request_settings(model: Model, settings: Settings) -> ModelSettings:
    """The settings of every request: its time limit, and no hidden retries, which the session makes and records."""
    from pydantic_ai.settings import ModelSettings

    chosen = ModelSettings(request_timeout=settings.request_timeout_s)
    unsupported: frozenset[str] = getattr(model, "unsupported_settings", frozenset())
    if "timeout" not in unsupported:
        chosen["timeout"] = settings.request_timeout_s
    if "max_retries" not in unsupported:
        chosen["max_retries"] = 0
    return chosen
