"""Whether a model can be used: its provider, its client's package, its key and its address. Asks nobody."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from hivemind.config import Configuration, Settings
from hivemind.errors import ConfigurationError, ModelError, did_you_mean
from hivemind.model_names import AGENT_FILE_NAMES, PREFIXES, canonical
from hivemind.model_providers import BY_NAME, PROVIDERS, Provider
from hivemind.models import EMBEDDED
from hivemind.plugins import PluginManager

if TYPE_CHECKING:
    from hivemind.protocols import ModelProvider

_OPENAI_FAMILY = ("openai", "openai-chat", "openai-responses")


class ModelEntry(BaseModel):
    """One way to name a model, and whether it can be used as things are."""

    model_config = ConfigDict(frozen=True)

    name: str
    """A provider's prefix, an alias, or 'embedded'."""
    kind: Literal["embedded", "provider", "plugin", "alias"]
    description: str = ""
    extra: str | None = None
    """Our extra that installs its client."""
    installed: bool = True
    keys: tuple[str, ...] = ()
    """The variables that may hold its key."""
    keys_set: tuple[str, ...] = ()
    """Those of them that have a value; the value is never told."""
    key_needed: bool = False
    default_model: str | None = None
    address: str | None = None
    """Another address than the provider's own, from the user's settings."""
    target: str | None = None
    """What an alias stands for."""
    usable: bool = True
    reason: str = ""
    """What is missing, with what to do."""


def check_model(
    name: str, manager: PluginManager, settings: Settings, environment: Mapping[str, str] | None = None
) -> None:
    """Make sure that a model can be asked: provider known, client installed, key set.

    Args:
        name: The model, also by an alias.
        manager: The plugins, which may bring models.
        settings: For the addresses.
        environment: Where keys are looked for; the process's by default.

    Raises:
        ModelError: It can't; the hint says what to install or to set.
        ConfigurationError: The addresses in the settings do not hold.
    """
    env = os.environ if environment is None else environment
    name = canonical(name)
    if name == EMBEDDED:
        return
    prefix = name.partition(":")[0].removeprefix("gateway/")
    brought = plugin_models(manager)
    if prefix in brought:
        return
    provider = BY_NAME.get(prefix)
    if provider is None:
        known = [*BY_NAME, *brought, *PREFIXES]
        hint = did_you_mean(prefix, known) or "list them with 'hivemind models'"
        raise ModelError(f"model {name!r} is of an unknown provider {prefix!r}", hint)
    if name.startswith("gateway/"):
        _check_gateway(name, provider, env)
        return
    problem = _missing(provider, base_url(provider.name, settings), env)
    if problem is not None:
        raise ModelError(f"model {name!r} can't be asked: {problem[0]}", problem[1])


def base_url(provider: str, settings: Settings) -> str | None:
    """Find the address that the user set for a provider: under its name, another name of it, or `openai` for all of
    that family.

    Raises:
        ConfigurationError: The settings name an unknown provider, or give something that is no address.
    """
    for name in settings.base_urls:
        if PREFIXES.get(name, name) not in BY_NAME:
            raise ConfigurationError(
                f"base_urls names an unknown provider {name!r}",
                did_you_mean(name, [*BY_NAME, *PREFIXES]) or "list them with 'hivemind models'",
            )
    names = [provider, *(alias for alias, target in PREFIXES.items() if target == provider)]
    if provider in _OPENAI_FAMILY:
        names.append("openai")
    for name in names:
        if name in settings.base_urls:
            return _checked_address(name, settings.base_urls[name])
    return None


def _checked_address(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise ConfigurationError(
            f"base_urls.{name} is no address of the form http://host:port/path", "mend it in your own settings"
        )
    return url


def plugin_models(manager: PluginManager) -> dict[str, ModelProvider]:
    """The model families that plugins bring, by prefix.

    Raises:
        ModelError: A plugin takes the prefix of a provider that is built in.
    """
    from hivemind.registry import model_providers

    if not manager.implements("hivemind_models"):
        return {}
    brought = model_providers(manager)
    for prefix in brought:
        if PREFIXES.get(prefix, prefix) in BY_NAME or prefix == EMBEDDED:
            raise ModelError(
                f"a plugin brings models under {prefix!r}, which is built in", "block that plugin with --block-plugin"
            )
    return brought


def _missing(provider: Provider, address: str | None, env: Mapping[str, str]) -> tuple[str, str] | None:
    """Say what a provider lacks, and what to do; None if nothing."""
    if not provider.installed:
        return f"the package {provider.package!r} is not installed", f"install it: {provider.install}"
    if provider.address_needed and address is None and not provider.address_set(env):
        return (
            f"{provider.name} has no address of its own",
            f"set {provider.addresses[0]}, or base_urls.{provider.name} in your own settings",
        )
    if provider.keys and not provider.key_optional and not provider.keys_set(env):
        # A server of one's own that speaks OpenAI's format may want no key at all.
        if provider.name in _OPENAI_FAMILY and (address is not None or provider.address_set(env)):
            return None
        return f"{' or '.join(provider.keys)} is not set", f"set {provider.keys[0]}, or choose another model"
    return None


def _check_gateway(name: str, provider: Provider, env: Mapping[str, str]) -> None:
    if not provider.installed:
        missing = f"model {name!r} can't be asked: the package {provider.package!r} is not installed"
        raise ModelError(missing, f"install it: {provider.install}")
    if not (env.get("PYDANTIC_AI_GATEWAY_API_KEY") or env.get("PAIG_API_KEY")):
        raise ModelError(
            f"model {name!r} can't be asked: PYDANTIC_AI_GATEWAY_API_KEY is not set", "set it, or choose another model"
        )


def describe_models(
    manager: PluginManager, configuration: Configuration, environment: Mapping[str, str] | None = None
) -> list[ModelEntry]:
    """List every way to name a model: `embedded`, providers, plugins' models, aliases; imports no client.

    Args:
        manager: The plugins.
        configuration: For the addresses.
        environment: Where keys are looked for; the process's by default.

    Raises:
        ConfigurationError: The addresses in the settings do not hold.
        ModelError: A plugin takes a built-in prefix.
    """
    env = os.environ if environment is None else environment
    entries = [
        ModelEntry(
            name=EMBEDDED,
            kind="embedded",
            description="no language model: a worker's rules over the repository's facts",
            default_model=EMBEDDED,
        )
    ]
    described = {provider.name: _described(provider, configuration.settings, env) for provider in PROVIDERS}
    entries.extend(described.values())
    entries.extend(
        ModelEntry(name=prefix, kind="plugin", description=brought.description)
        for prefix, brought in plugin_models(manager).items()
    )
    for alias, target in (*PREFIXES.items(), *AGENT_FILE_NAMES.items()):
        meant = described[target.partition(":")[0]]
        entries.append(ModelEntry(name=alias, kind="alias", target=target, usable=meant.usable, reason=meant.reason))
    return entries


def _described(provider: Provider, settings: Settings, env: Mapping[str, str]) -> ModelEntry:
    address = base_url(provider.name, settings)
    problem = _missing(provider, address, env)
    return ModelEntry(
        name=provider.name,
        kind="provider",
        description="pydantic-ai's own model for tests, asks nobody" if provider.name == "test" else "",
        extra=provider.extra,
        installed=provider.installed,
        keys=provider.keys,
        keys_set=provider.keys_set(env),
        key_needed=bool(provider.keys) and not provider.key_optional,
        default_model=provider.default_model,
        address=None if address is None else _without_login(address),
        usable=problem is None,
        reason="" if problem is None else f"{problem[0]} ({problem[1]})",
    )


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
