"""Which model a worker asks, and from where that came."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind.errors import ModelError, did_you_mean
from hivemind.model_providers import GOOGLE_DEFAULT, PROVIDERS
from hivemind.models import EMBEDDED, WorkerSpec

if TYPE_CHECKING:
    from hivemind.config import Configuration


AGENT_FILE_NAMES = {
    "sonnet": "anthropic:claude-sonnet-5-5",
    "opus": "anthropic:claude-opus-5-5",
    "haiku": "anthropic:claude-haiku-5-5",
}
"""The short names of agent files, as Anthropic's own aliases of the day."""
INHERIT = "inherit"
PREFIXES = {"google-gla": "google", "google-vertex": "google-cloud", "grok": "xai"}
"""Providers' other names."""
TEST_MODEL = "test:test"


@dataclass(frozen=True)
class ResolvedModel:
    """A model's name and where it came from."""

    name: str
    origin: str


def canonical(name: str) -> str:
    """Turn an alias into pydantic-ai's own name: `google-gla:x` to `google:x`, `sonnet` to a Claude model.

    Raises:
        ModelError: The name has no provider and is no alias.
    """
    name = AGENT_FILE_NAMES.get(name, name)
    if name == EMBEDDED:
        return name
    if name in ("test", "test:"):
        return TEST_MODEL
    prefix, separator, rest = name.partition(":")
    if not separator or not rest or not prefix:
        known = [EMBEDDED, *AGENT_FILE_NAMES, *PREFIXES, *(provider.name for provider in PROVIDERS)]
        hint = did_you_mean(name, known) or f"for example {GOOGLE_DEFAULT!r}, 'sonnet' or 'embedded'"
        raise ModelError(f"model {name!r} names no provider (it wants the form 'provider:name')", hint)
    return f"{PREFIXES.get(prefix, prefix)}:{rest}"


def key_default(environment: Mapping[str, str]) -> ResolvedModel | None:
    """The model of the first provider whose key is set: Google, then Anthropic, then OpenAI."""
    for provider in PROVIDERS:
        if provider.default_model is None:
            continue
        for key in provider.keys:
            if environment.get(key):
                return ResolvedModel(provider.default_model, f"{key} is set")
    return None


def resolve_model(
    spec: WorkerSpec,
    configuration: Configuration,
    per_worker: Mapping[str, str],
    environment: Mapping[str, str] | None = None,
) -> ResolvedModel:
    """Say which model a worker asks: the first of `--model-for`, `--model`, the configuration per worker, the spec's
    own, HIVEMIND_MODEL, the configured default, the model of a key that is set, and last `embedded`.

    Args:
        spec: The worker.
        configuration: Settings; `--model` and HIVEMIND_MODEL are told apart by their origin.
        per_worker: `--model-for`, by worker name or role.
        environment: Where keys are looked for; the process's by default.
    """
    env = os.environ if environment is None else environment
    settings = configuration.settings
    origin = configuration.origin_of("model")
    for key in (spec.name, spec.role):
        if key in per_worker:
            return ResolvedModel(per_worker[key], f"--model-for {key}")
    if settings.model and origin == "option":
        return ResolvedModel(settings.model, "--model")
    for key in (spec.name, spec.role):
        if key in settings.models:
            return ResolvedModel(settings.models[key], f"models.{key} in {configuration.origin_of(f'models.{key}')}")
    if spec.model and spec.model != INHERIT:
        return ResolvedModel(spec.model, "the worker's own")
    if settings.model:
        where = "HIVEMIND_MODEL" if origin.startswith("HIVEMIND_") else f"model in {origin}"
        return ResolvedModel(settings.model, where)
    return key_default(env) or ResolvedModel(EMBEDDED, "no model chosen and no key set")
