"""Results of earlier sessions against a local provider: what is unchanged asks no model again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from hivemind.models import WorkerSpec

PAIR = (
    WorkerSpec(name="first", role="first", description="Looks.", instructions="Look."),
    WorkerSpec(name="second", role="second", description="Builds.", after=("first",)),
)


@pytest.fixture
def twice(openai: Any, provider: Any, fake: Any) -> Any:
    """Sessions of a repository with one file, of which one has run with two workers."""
    (openai.repo / "app.py").write_text("def orders():\n    return []\n")
    provider.say(fake.result("looked"), fake.result("built"))
    ran = openai.run(*PAIR)
    assert ran.status == "completed"
    assert len(provider.questions) == 2
    return openai


def test_an_unchanged_session_asks_no_model_and_says_what_it_saved(twice: Any, provider: Any) -> None:
    started = time.monotonic()
    ran = twice.run(*PAIR)
    assert time.monotonic() - started < 2
    assert len(provider.questions) == 2
    assert ran.status == "completed"
    for name, summary in (("first", "looked"), ("second", "built")):
        worker = ran.worker(name)
        assert worker.status == "cached"
        assert worker.usage.requests == worker.usage.input_tokens == 0
        assert worker.usage.cost_usd == 0
        assert worker.last.saved.requests == 1
        assert worker.last.saved.cost_usd > 0
        assert ran.session.output(name)["summary"] == summary
    assert [one["status"] for one in ran.of_type("worker_completed")] == ["cached", "cached"]
    assert ran.session.state.usage.requests == 0


def test_a_cached_result_has_its_files_and_names_where_it_came_from(twice: Any) -> None:
    before, ran = twice.run(*PAIR), twice.run(*PAIR)
    first = next(path for path in before.session.path.parent.iterdir() if path not in (before.session.path,))
    assert ran.worker("first").last.cached_from not in (ran.session.id, before.session.id)
    for kind in ("output", "notes"):
        (made,) = (one.path for one in ran.worker("first").artifacts if one.kind == kind)
        assert (ran.session.path / made).is_file()
    assert "Made with the model" in (ran.session.path / "workers/notes/first_implementation.md").read_text()
    assert first.is_dir()


def test_a_changed_file_of_the_repository_asks_again(twice: Any, provider: Any, fake: Any) -> None:
    (twice.repo / "app.py").write_text("def orders():\n    return [1]\n")
    provider.say(fake.result("looked again"), fake.result("built again"))
    ran = twice.run(*PAIR)
    assert len(provider.questions) == 4
    assert ran.worker("first").status == "completed"


def test_changed_instructions_run_that_worker_and_its_dependants_only_if_its_result_differs(
    twice: Any, provider: Any, fake: Any
) -> None:
    told = PAIR[0].model_copy(update={"instructions": "Look twice."})
    provider.say(fake.result("looked"))
    ran = twice.run(told, PAIR[1])
    assert len(provider.questions) == 3
    assert ran.worker("first").status == "completed"
    assert ran.worker("second").status == "cached"  # it was given the very same
    told = told.model_copy(update={"instructions": "Look thrice."})
    provider.say(fake.result("looked otherwise"), fake.result("built otherwise"))
    ran = twice.run(told, PAIR[1])
    assert len(provider.questions) == 5
    assert ran.worker("second").status == "completed"


@pytest.mark.parametrize(
    "changed",
    [{"task": "add invoices"}, {"model": "openai-chat:gpt-5-nano"}, {"max_requests": 7}, {"cache": False}],
    ids=lambda one: next(iter(one)),
)
def test_another_task_model_setting_or_no_cache_asks_again(
    twice: Any, provider: Any, fake: Any, changed: dict[str, Any]
) -> None:
    provider.say(fake.result(), fake.result())
    ran = twice.run(*PAIR, **changed)
    assert len(provider.questions) == 4
    assert {ran.worker(name).status for name in ("first", "second")} == {"completed"}


def test_time_limits_do_not_make_a_result_another(twice: Any, provider: Any) -> None:
    twice.run(*PAIR, request_timeout_s=33, retries=1, timeout_s=99)
    assert len(provider.questions) == 2


def test_without_the_cache_nothing_is_left_for_later(openai: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.result(), fake.result())
    openai.run(cache=False)
    openai.run()
    assert len(provider.questions) == 2


def test_a_worker_that_opts_out_always_runs(openai: Any, provider: Any, fake: Any) -> None:
    spec = WorkerSpec(name="solo-worker", role="solo", description="Does it.", cache=False)
    provider.say(fake.result(), fake.result())
    openai.run(spec)
    assert openai.run(spec).worker().last.reuse == "its spec says cache = false"
    assert len(provider.questions) == 2


def test_a_failed_worker_leaves_nothing(openai: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.Error(400, "no"))
    assert openai.run().worker().status == "failed"
    provider.say(fake.result())
    assert openai.run().worker().status == "completed"


def test_secrets_do_not_reach_the_store(
    openai: Any, provider: Any, fake: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("HIVEMIND_CACHE_DIR", str(tmp_path / "store"))
    provider.say(fake.result("uses sk-live-abcdefghijklmnop1234567890"))
    openai.run()
    from hivemind.result_store import ResultStore, cache_folder

    (entry,) = ResultStore(cache_folder(), 10**8).entries()
    stored = ResultStore(cache_folder(), 10**8).get(entry.fingerprint)
    assert stored is not None
    assert "abcdefghijklmnop1234567890" not in stored.model_dump_json()
