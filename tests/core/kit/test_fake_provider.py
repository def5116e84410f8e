"""The provider on this machine, over the wire: from this process and from the command line's."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from hivemind import WorkerSpec
from hivemind.errors import UsageError
from hivemind.testing import Answer, Cut, Error, FakeProvider, Raw, ToolCall, assert_event, assert_no_secret

WRITER = WorkerSpec(name="writer", role="writer", description="Writes.")
OTHER = WorkerSpec(name="other", role="other", description="Also.")
FILE = "---\nname: writer\nrole: writer\ndescription: Writes.\n---\nWrite.\n"
NOTHING = object()


def run(project: Any, provider: FakeProvider, *specs: WorkerSpec, **options: Any) -> Any:
    return project.run("Tell", workers=specs or (WRITER,), plugins=[NOTHING], model=provider, **options)


def test_a_session_in_this_process_with_the_real_client(hive_project, fake_provider) -> None:
    hive_project.write("app.py", "x = 1\n")
    fake_provider.answer(ToolCall("read_file", {"path": "app.py"}), {"summary": "from the wire"})
    done = run(hive_project, fake_provider)
    assert done.output("writer")["summary"] == "from the wire"
    assert len(fake_provider.requests) == 2
    assert fake_provider.requests[0].path == "/v1/chat/completions"
    assert fake_provider.requests[0].worker == "writer"
    assert "read_file" in fake_provider.requests[0].tools
    assert "x = 1" in fake_provider.requests[1].text
    assert_event(done.events, "worker_completed", "writer", model=fake_provider.model)
    assert done.usage_of("writer").input_tokens == 200
    assert_no_secret(done.session, fake_provider.env["OPENAI_API_KEY"])


def test_a_session_of_the_command_line(hive_project, fake_provider) -> None:
    hive_project.write("writer.md", FILE)
    fake_provider.answer({"summary": "over two processes"})
    words = ("run", "Tell", "--worker", "writer.md", "--json")
    done = hive_project.cli(*words, env=fake_provider.env, check=0)
    assert done.json["workers"][0]["model"] == fake_provider.model == "openai-chat:scripted"
    (ran,) = hive_project.runs()
    assert ran.output("writer")["summary"] == "over two processes"
    assert fake_provider.requests[0].headers["authorization"] == f"Bearer {fake_provider.env['OPENAI_API_KEY']}"


def test_answers_for_one_worker_and_for_all(hive_project, fake_provider) -> None:
    fake_provider.answer({"summary": "for whoever asks"})
    fake_provider.answer({"summary": "for the other"}, to="other")
    done = run(hive_project, fake_provider, WRITER, OTHER)
    assert done.output("other")["summary"] == "for the other"
    assert done.output("writer")["summary"] == "for whoever asks"
    assert len(fake_provider.asked("other")) == 1


def test_errors_and_broken_connections_are_tried_again(hive_project, fake_provider) -> None:
    fake_provider.answer(Error(503, "busy"), Cut(), Raw("<html>"), ["text beside", ToolCall("list_directory")])
    fake_provider.answer(Answer(calls=(("final_result", {"summary": "in the end"}),), input_tokens=7))
    done = run(hive_project, fake_provider)
    assert done.output("writer")["summary"] == "in the end"
    assert len(fake_provider.requests) == 5


def test_no_answer_left_says_so(hive_project, fake_provider) -> None:
    done = run(hive_project, fake_provider)
    assert done.status == "failed"
    assert "the fake provider has no answer left: queue one more" in done.error_of("writer")
    assert len(fake_provider.requests) == 1


@pytest.mark.parametrize("turn", [5, None, [], [5], object()])
def test_what_it_can_not_say_is_refused_at_once(fake_provider, turn: object) -> None:
    with pytest.raises(UsageError, match="the fake provider can't answer with"):
        fake_provider.answer("text", turn)


def test_what_is_otherwise_said_can_be_chosen(hive_project, fake_provider) -> None:
    fake_provider.otherwise = lambda question: Answer(calls=(("final_result", {"summary": question.worker}),))
    done = run(hive_project, fake_provider, WRITER, OTHER)
    assert [done.output(name)["summary"] for name in ("writer", "other")] == ["writer", "other"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/v1/chat/completions", lambda body: body["choices"][0]["message"]["content"]),
        ("/v1/responses", lambda body: body["output"][0]["content"][0]["text"]),
        ("/models/gemini-2.5-flash:generateContent", lambda body: body["candidates"][0]["content"]["parts"][0]["text"]),
        ("/v1/messages", lambda body: body["content"][0]["text"]),
    ],
)
def test_it_speaks_four_formats(fake_provider, path: str, text: Any) -> None:
    fake_provider.answer("hello", Error(429, "slow down", headers={"Retry-After": "1"}))
    request = urllib.request.Request(fake_provider.url + path, b"{}", {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        assert text(json.load(response)) == "hello"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    assert (caught.value.code, caught.value.headers["Retry-After"]) == (429, "1")
    assert "slow down" in caught.value.read().decode()


def test_it_stops_with_the_test() -> None:
    with FakeProvider() as provider:
        url = provider.url
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)
