"""The providers that pydantic-ai knows: which variable holds a key, which package is the client, how to install it."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

DISTRIBUTION = "hivemind-orchestrator"
GOOGLE_DEFAULT = "google-gla:gemini-2.5-flash"


@dataclass(frozen=True)
class Provider:
    """A provider that pydantic-ai knows."""

    name: str
    keys: tuple[str, ...] = ()
    """The variables that hold its key, the one that wins first; empty: it finds its credentials by itself."""
    extra: str | None = None
    """Our extra that installs its client."""
    default_model: str | None = None
    package: str = "openai"
    """The module that must be importable; '' for none."""
    upstream_extra: str | None = None
    """The extra of pydantic-ai-slim, where ours has none."""
    key_optional: bool = False
    addresses: tuple[str, ...] = ()
    """The variables that its own client reads for another address."""
    address_needed: bool = False

    @property
    def install(self) -> str:
        """The command that installs its client."""
        if self.extra is not None:
            return f"pip install '{DISTRIBUTION}[{self.extra}]'"
        return f"pip install 'pydantic-ai-slim[{self.upstream_extra or self.package}]'"

    @property
    def installed(self) -> bool:
        """Whether its client can be imported; nothing is imported to find out."""
        return not self.package or _importable(self.package)

    def keys_set(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """The key variables that have a value, the one that wins first."""
        return tuple(key for key in self.keys if environment.get(key))

    def address_set(self, environment: Mapping[str, str]) -> bool:
        """Whether its own client is told another address by the environment."""
        return any(environment.get(name) for name in self.addresses)


@lru_cache(maxsize=64)
def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _chat(name: str, *keys: str, **more: bool | tuple[str, ...]) -> Provider:
    """A provider that is reached with the OpenAI client."""
    return Provider(name, keys, "openai", **more)  # type: ignore[arg-type]  # each field checks as itself


_OPENAI = ("OPENAI_BASE_URL",)

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "google",
        ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        "google",
        GOOGLE_DEFAULT,
        "google.genai",
        addresses=("GOOGLE_GEMINI_BASE_URL",),
    ),
    Provider(
        "anthropic",
        ("ANTHROPIC_API_KEY",),
        "anthropic",
        "anthropic:claude-sonnet-5-5",
        "anthropic",
        addresses=("ANTHROPIC_BASE_URL",),
    ),
    Provider("openai", ("OPENAI_API_KEY",), "openai", "openai:gpt-5-mini", addresses=_OPENAI),
    _chat("openai-chat", "OPENAI_API_KEY", addresses=_OPENAI),
    _chat("openai-responses", "OPENAI_API_KEY", addresses=_OPENAI),
    Provider("google-cloud", (), "google", None, "google.genai"),
    _chat("alibaba", "ALIBABA_API_KEY", "DASHSCOPE_API_KEY"),
    _chat("azure", "AZURE_OPENAI_API_KEY", addresses=("AZURE_OPENAI_ENDPOINT",)),
    Provider("bedrock", (), None, None, "boto3", "bedrock"),
    _chat("cerebras", "CEREBRAS_API_KEY"),
    Provider("cohere", ("CO_API_KEY",), None, None, "cohere", addresses=("CO_BASE_URL",)),
    _chat("crusoe", "CRUSOE_API_KEY"),
    _chat("deepseek", "DEEPSEEK_API_KEY"),
    _chat("fireworks", "FIREWORKS_API_KEY"),
    _chat("github", "GITHUB_API_KEY"),
    Provider("groq", ("GROQ_API_KEY",), None, None, "groq", addresses=("GROQ_BASE_URL",)),
    _chat("heroku", "HEROKU_INFERENCE_KEY", addresses=("HEROKU_INFERENCE_URL",)),
    Provider("huggingface", ("HF_TOKEN",), None, None, "huggingface_hub", "huggingface"),
    _chat("litellm", key_optional=True),
    _chat("meta", "META_API_KEY"),
    Provider("mistral", ("MISTRAL_API_KEY",), None, None, "mistralai", "mistral"),
    _chat("moonshotai", "MOONSHOTAI_API_KEY", addresses=("MOONSHOTAI_BASE_URL",)),
    _chat("nebius", "NEBIUS_API_KEY"),
    _chat("ollama", "OLLAMA_API_KEY", key_optional=True, addresses=("OLLAMA_BASE_URL",), address_needed=True),
    _chat("openrouter", "OPENROUTER_API_KEY"),
    _chat("ovhcloud", "OVHCLOUD_API_KEY"),
    _chat("sambanova", "SAMBANOVA_API_KEY", addresses=("SAMBANOVA_BASE_URL",)),
    Provider("snowflake", ("SNOWFLAKE_TOKEN",), None, None, "openai", "snowflake"),
    _chat("together", "TOGETHER_API_KEY"),
    _chat("vercel", "VERCEL_AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
    _chat("vllm", "VLLM_API_KEY", key_optional=True, addresses=("VLLM_BASE_URL",), address_needed=True),
    Provider("xai", ("XAI_API_KEY",), None, None, "xai_sdk", "xai"),
    Provider("zai", ("ZAI_API_KEY",), None, None, "openai", "zai"),
    Provider("test", package=""),
)
"""In this order their keys give the default model; `test` is pydantic-ai's own model that asks nobody."""

BY_NAME: Mapping[str, Provider] = {provider.name: provider for provider in PROVIDERS}
