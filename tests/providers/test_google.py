"""Whole sessions over Google's format with the name that the first users know: `google-gla:gemini-2.5-flash`."""

from __future__ import annotations

from typing import Any

import pytest

MODEL = "google-gla:gemini-2.5-flash"
KEY = "test-google-key-0123456789"


@pytest.fixture
def google(sessions: Any, provider: Any) -> Any:
    """Sessions that ask Gemini at the local provider."""
    return sessions(MODEL, {"GEMINI_API_KEY": KEY}, {"google-gla": provider.url})


def test_a_session_from_tool_call_to_result(google: Any, provider: Any, fake: Any) -> None:
    (google.repo / "app.py").write_text("ROUTES = ['/orders']\n")
    provider.say(
        fake.call("search_files", pattern="orders"),
        fake.Answer(calls=(("final_result", {"summary": "one route"}),), input_tokens=2000, cached_tokens=500),
    )
    ran = google.run()
    assert ran.status == "completed"
    assert len(provider.questions) == 2
    assert all(one.path.endswith("/models/gemini-2.5-flash:generateContent") for one in provider.questions)
    assert provider.questions[0].headers["x-goog-api-key"] == KEY
    assert "app.py:1:ROUTES = ['/orders']" in provider.questions[1].text
    used = ran.worker().usage
    assert (used.requests, used.input_tokens, used.cache_read_tokens) == (2, 2100, 500)
    assert used.cost_usd > 0
    assert ran.of_type("worker_started")[0]["model"] == "google:gemini-2.5-flash"
    assert len(ran.transcript()) == 2
    assert not any(KEY in path.read_text() for path in ran.session.path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (400, "API_KEY_INVALID", "the key in GEMINI_API_KEY was refused by google (400: no)"),
        (403, "", "the key in GEMINI_API_KEY may not use google:gemini-2.5-flash (403: no)"),
        (404, "", "google knows no model 'gemini-2.5-flash' (404: no)"),
    ],
)
def test_what_does_not_pass(google: Any, provider: Any, fake: Any, status: int, code: str, sentence: str) -> None:
    provider.say(fake.Error(status, "no", code))
    ran = google.run()
    assert (ran.status, ran.error()) == ("failed", sentence)
    assert len(provider.questions) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(google: Any, provider: Any, fake: Any, status: int) -> None:
    provider.say(fake.call("list_directory"), fake.Error(status, "later"), fake.result())
    ran = google.run()
    assert ran.status == "completed"
    assert len(provider.questions) == 3, "the client made retries of its own, or an answer was asked for twice"
    assert ran.worker().attempts == 2


def test_a_cut_connection_and_nonsense(google: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.Cut(), fake.Raw("{nonsense"), fake.result("at last"))
    ran = google.run()
    assert ran.status == "completed"
    assert ran.session.output("solo-worker")["summary"] == "at last"
    assert len(provider.questions) == 3


def test_a_hang_is_bounded(google: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.Hang())
    ran = google.run(request_timeout_s=0.3, retries=0)
    assert ran.error() == "google:gemini-2.5-flash did not answer within 0.3 s"


def test_the_key_alone_chooses_the_model(sessions: Any, provider: Any) -> None:
    ran = sessions(None, {"GOOGLE_API_KEY": KEY}, {"google": provider.url}).run()
    assert ran.status == "completed"
    assert ran.worker().model_origin == "GOOGLE_API_KEY is set"
