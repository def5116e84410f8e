"""Aliases, and the order in which a worker's model is chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hivemind.config import load_configuration
from hivemind.errors import ModelError
from hivemind.model_names import canonical, resolve_model
from hivemind.models import WorkerSpec


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("google-gla:gemini-2.5-flash", "google:gemini-2.5-flash"),
        ("google-vertex:gemini-2.5-pro", "google-cloud:gemini-2.5-pro"),
        ("grok:grok-4", "xai:grok-4"),
        ("openai-chat:a:b", "openai-chat:a:b"),
        ("embedded", "embedded"),
        ("test", "test:test"),
        ("test:", "test:test"),
    ],
)
def test_canonical(name: str, meant: str) -> None:
    assert canonical(name) == meant
    assert canonical(meant) == meant


@pytest.mark.parametrize("name", ["sonnet", "opus", "haiku"])
def test_short_names_are_claude_models_that_pydantic_ai_knows(name: str) -> None:
    from typing import get_args

    from pydantic_ai.models import KnownModelName

    assert canonical(name).startswith("anthropic:claude-")
    assert canonical(name) in get_args(KnownModelName.__value__)


@pytest.mark.parametrize("name", ["", ":", "google:", ":x", "gpt-5"])
def test_a_name_without_a_provider_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="names no provider"):
        canonical(name)


def test_the_order_and_its_origins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "config"))
    spec = WorkerSpec(name="backend-worker", role="backend", description="d", model="opus")
    keys = {"ANTHROPIC_API_KEY": "x", "OPENAI_API_KEY": "x"}
    (tmp_path / "hivemind.toml").write_text('model = "haiku"\n[models]\nbackend = "openai:per-worker"\n')

    def chosen(spec: WorkerSpec, per_worker: dict[str, str], options: dict[str, Any], env: dict[str, str]) -> Any:
        found = resolve_model(spec, load_configuration(tmp_path, options, env), per_worker, env)
        return found.name, found.origin

    option = {"model": "openai:option"}
    variable = {**keys, "HIVEMIND_MODEL": "openai:variable"}
    plain = spec.model_copy(update={"model": "inherit"})
    assert chosen(spec, {"backend": "openai:for"}, option, variable) == ("openai:for", "--model-for backend")
    assert chosen(spec, {}, option, variable) == ("openai:option", "--model")
    assert chosen(spec, {}, {}, variable) == ("openai:per-worker", "models.backend in hivemind.toml")
    (tmp_path / "hivemind.toml").write_text('model = "haiku"\n')
    assert chosen(spec, {}, {}, variable) == ("opus", "the worker's own")
    assert chosen(plain, {}, {}, variable) == ("openai:variable", "HIVEMIND_MODEL")
    assert chosen(plain, {}, {}, keys) == ("haiku", "model in hivemind.toml")
    (tmp_path / "hivemind.toml").unlink()
    assert chosen(plain, {}, {}, keys)[1] == "ANTHROPIC_API_KEY is set"
    assert chosen(plain, {}, {}, keys | {"GEMINI_API_KEY": "x"}) == (
        "google-gla:gemini-2.5-flash",
        "GEMINI_API_KEY is set",
    )
    assert chosen(plain, {}, {}, {}) == ("embedded", "no model chosen and no key set")
