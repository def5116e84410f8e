"""The real command line in a process of its own, against the provider on this machine: exit codes and sentences."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "sk-test-openai-0123456789abcdef"
WORKER = """\
---
name: solo-worker
role: solo
description: Does the whole task alone.
tools: Read, Grep
---
Look first, then speak.
"""


@pytest.fixture
def run(cli: Any, provider: Any) -> Any:
    """Runs `hivemind run` with a worker file and a model of the provider."""
    (cli.cwd / "solo.md").write_text(WORKER, encoding="utf-8")
    (cli.cwd / "app.py").write_text("ROUTES = ['/orders']\n", encoding="utf-8")
    cli.env |= {
        "OPENAI_API_KEY": KEY,
        "HIVEMIND_BASE_URLS": f"openai-chat={provider.url}/v1",
        "HIVEMIND_BACKOFF_S": "0.01",
        "PYTHONWARNINGS": "error::ResourceWarning",
    }

    def command(*more: str, **options: Any) -> Any:
        model = ("--model", "openai-chat:gpt-5-mini")
        return cli("--no-plugins", "run", "add orders", "--worker", "solo.md", *model, *more, **options)

    return command


def test_done(run: Any, provider: Any, fake: Any, cli: Any) -> None:
    provider.say(fake.call("search_files", pattern="ROUTES"), fake.result("one route"))
    done = run("--json", check=0)
    (worker,) = done.json["workers"]
    assert (worker["name"], worker["status"], worker["model"]) == ("solo-worker", "completed", "openai-chat:gpt-5-mini")
    assert worker["model_origin"] == "--model"
    assert worker["usage"]["requests"] == 2
    assert worker["usage"]["cost_usd"] > 0
    assert "app.py:1:ROUTES" in provider.questions[1].text
    assert "Look first, then speak." in provider.questions[0].text
    everything = "".join(path.read_text() for path in cli.cwd.rglob("*") if path.is_file())
    assert KEY not in everything + done.out + done.err


def test_a_refused_key_exits_1(run: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.Error(401, f"Incorrect API key provided: {KEY}"))
    done = run(check=1)
    assert "the key in OPENAI_API_KEY was refused by openai-chat" in done.out + done.err
    assert KEY not in done.out + done.err
    assert "Traceback" not in done.out + done.err


def test_trouble_that_stays_exits_1_after_its_retries(run: Any, provider: Any, fake: Any) -> None:
    provider.otherwise = lambda _: fake.Error(500, "oops")
    done = run(check=1)
    assert "openai-chat:gpt-5-mini has trouble (500: oops)" in done.out + done.err
    assert len(provider.questions) == 3


def test_a_missing_key_exits_3_before_a_session_is_made(run: Any, provider: Any, cli: Any) -> None:
    done = run(env={"OPENAI_API_KEY": "", "HIVEMIND_BASE_URLS": ""}, check=3)
    assert "OPENAI_API_KEY is not set" in done.err
    assert "set OPENAI_API_KEY" in done.err
    assert not (cli.cwd / "Docs").exists()
    assert provider.questions == []
