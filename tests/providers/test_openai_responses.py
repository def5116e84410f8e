"""Whole sessions over OpenAI's responses format: what the key alone chooses."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "sk-test-openai-0123456789abcdef"


@pytest.fixture
def responses(sessions: Any, provider: Any) -> Any:
    """Sessions whose model the key chooses, at the local provider."""
    return sessions(None, {"OPENAI_API_KEY": KEY}, {"openai": f"{provider.url}/v1"})


def test_a_session_from_tool_call_to_result(responses: Any, provider: Any, fake: Any) -> None:
    (responses.repo / "app.py").write_text("ROUTES = ['/orders']\n")
    provider.say(fake.call("read_file", path="app.py"), fake.result("one route"))
    ran = responses.run()
    assert ran.status == "completed"
    assert [question.path for question in provider.questions] == ["/v1/responses", "/v1/responses"]
    assert "ROUTES" in provider.questions[1].text
    worker = ran.worker()
    assert (worker.model, worker.model_origin) == ("openai:gpt-5-mini", "OPENAI_API_KEY is set")
    assert (worker.usage.requests, worker.usage.input_tokens) == (2, 200)
    assert worker.usage.cost_usd > 0


def test_errors(responses: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.Error(429, "slow"), fake.call("list_directory"), fake.Cut(), fake.Raw("<html>"), fake.result())
    ran = responses.run()
    assert ran.status == "completed"
    assert ran.worker().attempts == 3
    assert ran.worker().usage.requests == 2
    assert len(provider.questions) == 5


def test_a_refused_key(responses: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.Error(401, "no"))
    assert responses.run().error() == "the key in OPENAI_API_KEY was refused by openai (401: no)"
