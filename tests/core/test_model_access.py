"""Whether a model can be asked: every failure has its own sentence, and nothing heavy is imported to say it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from hivemind.config import Configuration, Settings
from hivemind.errors import ConfigurationError, ModelError
from hivemind.hookspecs import hookimpl
from hivemind.model_access import base_url, check_model, describe_models
from hivemind.model_clients import open_model
from hivemind.model_names import canonical
from hivemind.model_providers import PROVIDERS, Provider
from hivemind.plugins import PluginManager, load_plugins


class House:
    """A family of models that a plugin brings."""

    prefix = "house"
    description = "the house's own"

    def resolve(self, name: str) -> Any:
        from pydantic_ai.models.test import TestModel

        if name == "broken":
            raise KeyError(name)
        return "no model" if name == "wrong" else TestModel(custom_output_text=name)


class HousePlugin:
    """Brings them."""

    def __init__(self, family: Any) -> None:
        self.family = family

    @hookimpl
    def hivemind_models(self) -> list[Any]:
        """Give the family."""
        return [self.family]


@pytest.fixture
def manager() -> PluginManager:
    """The core's own plugins and the house."""
    made = load_plugins(entry_points=False)
    made.register(HousePlugin(House()), "house")
    return made


def configuration(**settings: Any) -> Configuration:
    """Settings as they are."""
    return Configuration(Settings(**settings), {}, Path())


@pytest.mark.parametrize(
    ("name", "sentence", "hint"),
    [
        ("gemini", "model 'gemini' names no provider (it wants the form 'provider:name')", ""),
        ("opnai:gpt-5", "model 'opnai:gpt-5' is of an unknown provider 'opnai'", "did you mean 'openai'"),
        ("zzz:x", "model 'zzz:x' is of an unknown provider 'zzz'", "list them with 'hivemind models'"),
        ("google-gla:gemini-2.5-flash", "GOOGLE_API_KEY or GEMINI_API_KEY is not set", "set GOOGLE_API_KEY"),
        ("sonnet", "ANTHROPIC_API_KEY is not set", "set ANTHROPIC_API_KEY"),
        ("openai:gpt-5-mini", "OPENAI_API_KEY is not set", "set OPENAI_API_KEY"),
        ("groq:llama", "the package 'groq' is not installed", "pip install 'pydantic-ai-slim[groq]'"),
        ("grok:grok-4", "the package 'xai_sdk' is not installed", "pip install 'pydantic-ai-slim[xai]'"),
        ("ollama:qwen3", "ollama has no address of its own", "set OLLAMA_BASE_URL"),
        ("gateway/openai:gpt-5", "PYDANTIC_AI_GATEWAY_API_KEY is not set", "set it"),
    ],
)
def test_what_is_missing_is_said(manager: PluginManager, name: str, sentence: str, hint: str) -> None:
    with pytest.raises(ModelError) as caught:
        check_model(name, manager, Settings(), {})
    assert sentence in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.exit_code == 3


def test_a_missing_package_names_our_extra(manager: PluginManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Provider, "installed", property(lambda _: False))
    for name, extra in (("google-gla:gemini-2.5-flash", "google"), ("sonnet", "anthropic"), ("openai:gpt-5", "openai")):
        with pytest.raises(ModelError) as caught:
            check_model(name, manager, Settings(), {"GOOGLE_API_KEY": "x"})
        assert caught.value.hint == f"install it: pip install 'hivemind-orchestrator[{extra}]'"


@pytest.mark.parametrize(
    ("name", "settings", "environment"),
    [
        ("embedded", {}, {}),
        ("test:", {}, {}),
        ("house:any", {}, {}),
        ("google-gla:gemini-2.5-flash", {}, {"GEMINI_API_KEY": "x"}),
        ("openai-chat:llama", {"base_urls": {"openai": "http://127.0.0.1:1/v1"}}, {}),
        ("openai-chat:llama", {}, {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}),
        ("ollama:qwen3", {}, {"OLLAMA_BASE_URL": "http://127.0.0.1:1"}),
        ("ollama:qwen3", {"base_urls": {"ollama": "http://127.0.0.1:1"}}, {}),
    ],
)
def test_what_is_there_passes(
    manager: PluginManager, name: str, settings: dict[str, Any], environment: dict[str, str]
) -> None:
    check_model(name, manager, Settings(**settings), environment)


def test_an_address_does_not_spare_a_key_elsewhere(manager: PluginManager) -> None:
    with pytest.raises(ModelError, match="ANTHROPIC_API_KEY is not set"):
        check_model("sonnet", manager, Settings(base_urls={"anthropic": "http://127.0.0.1:1"}), {})


@pytest.mark.parametrize(
    ("urls", "sentence"),
    [
        ({"opnai": "http://x"}, "base_urls names an unknown provider 'opnai'"),
        ({"openai": "127.0.0.1:80"}, "base_urls.openai is no address"),
        ({"openai": "ftp://x/"}, "base_urls.openai is no address"),
        ({"openai": "http://x:99999/"}, "base_urls.openai is no address"),
    ],
)
def test_a_wrong_address_is_a_configuration_error(urls: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        base_url("openai-chat", Settings(base_urls=urls))


def test_an_address_is_found_under_every_name() -> None:
    urls = {"google-gla": "http://g", "openai": "http://o", "openai-responses": "http://r"}
    settings = Settings(base_urls=urls)
    assert base_url("google", settings) == "http://g"
    assert base_url("openai-chat", settings) == "http://o"
    assert base_url("openai-responses", settings) == "http://r"
    assert base_url("anthropic", settings) is None


def test_a_provider_with_a_fixed_address_says_so(manager: PluginManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "x" * 20)
    with pytest.raises(ConfigurationError, match=r"base_urls\.deepseek: this provider has a fixed address"):
        open_model("deepseek:deepseek-chat", manager, Settings(base_urls={"deepseek": "http://127.0.0.1:1"}))


def test_a_plugins_models(manager: PluginManager) -> None:
    model = open_model("house:hello", manager, Settings())
    assert model.custom_output_text == "hello"  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match=r"the plugin of 'house' can't make model 'broken': KeyError"):
        open_model("house:broken", manager, Settings())
    with pytest.raises(ModelError, match="gave str for 'wrong', not a pydantic-ai model"):
        open_model("house:wrong", manager, Settings())


@pytest.mark.parametrize("prefix", ["openai", "google-gla", "embedded"])
def test_a_plugin_can_not_take_a_built_in_prefix(prefix: str) -> None:
    manager = load_plugins(entry_points=False)
    family = House()
    family.prefix = prefix
    manager.register(HousePlugin(family), "thief")
    with pytest.raises(ModelError, match=f"under '{prefix}', which is built in"):
        check_model("openai:gpt-5", manager, Settings(), {"OPENAI_API_KEY": "x"})


def test_the_list_tells_names_and_never_values(manager: PluginManager) -> None:
    secret = "sk-never-to-be-told-0123456789"
    settings = configuration(base_urls={"openai": f"http://user:{secret}@127.0.0.1:1/v1?key={secret}"})
    entries = describe_models(manager, settings, {"OPENAI_API_KEY": secret})
    by_name = {entry.name: entry for entry in entries}
    assert len(by_name) == len(entries)
    assert secret not in "".join(entry.model_dump_json() for entry in entries)
    openai = by_name["openai"]
    assert (openai.keys, openai.keys_set, openai.usable, openai.extra) == (
        ("OPENAI_API_KEY",),
        ("OPENAI_API_KEY",),
        True,
        "openai",
    )
    assert openai.address == "http://127.0.0.1:1/v1"
    assert by_name["anthropic"].usable is False
    assert (
        by_name["anthropic"].reason == "ANTHROPIC_API_KEY is not set (set ANTHROPIC_API_KEY, or choose another model)"
    )
    assert by_name["google"].default_model == "google-gla:gemini-2.5-flash"
    assert by_name["google-gla"].target == "google"
    assert by_name["sonnet"].target == canonical("sonnet")
    assert by_name["sonnet"].usable is False
    assert (by_name["house"].kind, by_name["house"].description) == ("plugin", "the house's own")
    assert by_name["embedded"].usable


def test_every_provider_is_one_that_pydantic_ai_knows() -> None:
    from pydantic_ai.providers import infer_provider_class

    for provider in PROVIDERS:
        if provider.name == "test":
            continue
        try:
            infer_provider_class(provider.name)
        except ImportError:
            assert not provider.installed or provider.package == "openai", provider.name


def test_neither_check_nor_list_imports_a_client() -> None:
    code = """
        import sys
        from pathlib import Path
        from hivemind.config import Configuration, Settings
        from hivemind.model_access import check_model, describe_models
        from hivemind.plugins import load_plugins
        manager = load_plugins(entry_points=False)
        check_model("google-gla:x", manager, Settings(), {"GOOGLE_API_KEY": "x"})
        describe_models(manager, Configuration(Settings(), {}, Path()), {})
        heavy = {"pydantic_ai", "openai", "anthropic", "google.genai", "httpx", "httpx2"} & set(sys.modules)
        sys.exit(f"imported: {heavy}" if heavy else 0)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
