"""Whole sessions over Anthropic's format (as a stream, which its client asks for), with an agent file's short name."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "sk-ant-test-0123456789abcdef"


@pytest.fixture
def anthropic(sessions: Any, provider: Any) -> Any:
    """Sessions that ask Claude at the local provider."""
    return sessions("sonnet", {"ANTHROPIC_API_KEY": KEY}, {"anthropic": provider.url})


def test_a_session_from_tool_call_to_result(anthropic: Any, provider: Any, fake: Any) -> None:
    (anthropic.repo / "app.py").write_text("ROUTES = ['/orders']\n")
    provider.say(
        fake.call("find_files", pattern="*.py"),
        fake.Answer(calls=(("final_result", {"summary": "one file"}),), input_tokens=2000, cached_tokens=500),
    )
    ran = anthropic.run()
    assert ran.status == "completed"
    assert provider.questions[0].path == "/v1/messages"
    assert any(KEY in value for value in provider.questions[0].headers.values())
    assert "app.py" in provider.questions[1].text
    used = ran.worker().usage
    assert (used.requests, used.input_tokens, used.cache_read_tokens) == (2, 2100, 500)
    assert used.cost_usd > 0
    assert ran.worker().model == "anthropic:claude-sonnet-5-5"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "the key in ANTHROPIC_API_KEY was refused by anthropic (401: no)"),
        (404, "anthropic knows no model 'claude-sonnet-5-5' (404: no)"),
    ],
)
def test_what_does_not_pass(anthropic: Any, provider: Any, fake: Any, status: int, sentence: str) -> None:
    provider.say(fake.Error(status, "no"))
    ran = anthropic.run()
    assert (ran.status, ran.error()) == ("failed", sentence)
    assert len(provider.questions) == 1


@pytest.mark.parametrize(("status", "code"), [(429, "rate_limit_error"), (500, "api_error"), (529, "overloaded_error")])
def test_what_may_pass_is_tried_again(anthropic: Any, provider: Any, fake: Any, status: int, code: str) -> None:
    provider.say(fake.call("list_directory"), fake.Error(status, "later", code), fake.result())
    ran = anthropic.run()
    assert ran.status == "completed"
    assert len(provider.questions) == 3
    assert ran.worker().attempts == 2


def test_a_cut_connection_and_nonsense(anthropic: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.Cut(), fake.Raw("<html>", "text/html"), fake.result("at last"))
    ran = anthropic.run()
    assert ran.status == "completed"
    assert len(provider.questions) == 3
