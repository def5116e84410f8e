"""Sessions again on the real command line: cached results, explain, --rerun-from, the store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hivemind.cli.reuse_documents import CacheDocument, ExplainDocument

TRIO = """
from hivemind import WorkerOutput, WorkerError, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="reader-worker", role="reader", description="Reads.", instructions="Read.")
    yield WorkerSpec(name="maker-worker", role="maker", description="Makes.", requires=("reader",))
    yield WorkerSpec(name="loner-worker", role="loner", description="Alone.")


@hookimpl
def hivemind_execute(worker, task, context, runtime):
    if worker.name.endswith("-worker"):
        return work(worker, task, context, runtime)


async def work(worker, task, context, runtime):
    with open(__file__ + ".ran", "a") as ran:
        ran.write(worker.role + "\\n")
    if "fail" in task.text and worker.role == "reader":
        raise WorkerError("the reader is blind")
    return WorkerOutput(summary=f"{worker.role} {worker.instructions}")


@hookimpl
def hivemind_publish(worker, output, session):
    session.write_file(worker.name, "published.txt", output.summary)
    return ()
"""


@pytest.fixture
def trio(plugin_site: Any, cli: Any) -> Path:
    """A plugin of three workers that need no model and note that they ran; the shipped ones are blocked."""
    cli.env["HIVEMIND_BLOCK_PLUGINS"] = "analyzer,architect,backend,facts,frontend"
    return plugin_site.add("trio", TRIO, distribution="acme-trio", version="2.1")


@pytest.fixture
def ran(trio: Path) -> Any:
    """Which workers ran since it was last asked."""
    mark = Path(f"{trio}.ran")

    def take() -> list[str]:
        lines = sorted(mark.read_text().split()) if mark.exists() else []
        mark.unlink(missing_ok=True)
        return lines

    return take


ALL = ["loner", "maker", "reader"]


def statuses(document: Any) -> dict[str, str]:
    return {worker["name"].removesuffix("-worker"): worker["status"] for worker in document["workers"]}


def reasons(cli: Any, *words: str) -> dict[str, Any]:
    document = ExplainDocument.model_validate(cli("explain", *words, "--json", check=0).json)
    return {one.worker.removesuffix("-worker"): one for one in document.workers}


def test_the_same_again_is_cached_published_and_explained(cli: Any, ran: Any) -> None:
    cli("run", "do it", check=0)
    assert ran() == ALL
    assert "no earlier session of this repository" in reasons(cli, "last")["reader"].reasons[0]
    again = cli("run", "do it", "--json", check=0)
    assert ran() == []
    assert set(statuses(again.json).values()) == {"cached"}
    assert again.json["workers"][0]["cached_from"]
    assert "3 of 3 workers (3 cached)" in again.err
    assert "cached   " in again.err
    folder = Path(again.json["path"])
    assert (folder / "workers/files/maker/published.txt").is_file()
    told = reasons(cli, "last")
    assert all("nothing that it depends on has changed" in one.reasons[0] for one in told.values())
    assert all(one.changes == () for one in told.values())
    assert cli("explain", "last", "maker", check=0).out.startswith("maker-worker  cached\n")


def test_no_cache_runs_all_and_says_so(cli: Any, ran: Any) -> None:
    cli("run", "do it", check=0)
    ran()
    cli("run", "do it", "--no-cache", check=0)
    assert ran() == ALL
    assert "--no-cache" in reasons(cli, "last")["reader"].reasons[0]
    (cli.cwd / "hivemind.toml").write_text("cache = false\n")
    cli("run", "do it", check=0)
    assert ran() == ALL


def test_explain_names_what_changed(cli: Any, ran: Any, trio: Path) -> None:
    first = cli("run", "do it", "--json", check=0).json["session_id"]
    ran()
    trio.write_text(trio.read_text().replace('instructions="Read."', 'instructions="Read it twice."'))
    cli("run", "do it", check=0)
    assert ran() == ["maker", "reader"]
    told = reasons(cli, "last")
    assert [change.part for change in told["reader"].changes] == ["instructions"]
    assert told["reader"].compared_with == first
    assert told["reader"].reasons == (
        f"it ran although session {first} has a result of it, since its instructions changed",
    )
    assert [change.part for change in told["maker"].changes] == ["upstream reader-worker"]
    assert told["loner"].status == "cached"
    trio.write_text(trio.read_text() + "\nMORE = 1\n")
    (cli.cwd / "new.py").write_text("x = 1\n")
    cli("run", "do that", check=0)
    assert ran() == ALL
    assert {change.part for change in reasons(cli, "last")["loner"].changes} == {"code", "task", "repository files"}


def test_failed_and_blocked_workers_are_explained_and_not_stored(cli: Any, ran: Any) -> None:
    cli("run", "fail", check=1)
    told = reasons(cli, "last")
    assert told["maker"].status == "blocked"
    assert "reader-worker is failed" in told["maker"].reasons[0]
    assert told["reader"].reasons[-1] == "it ended as failed: the reader is blind"
    ran()
    cli("run", "fail", check=1)
    assert ran() == ["reader"]
    assert "it has no earlier result" in reasons(cli, "last", "reader")["reader"].reasons[0]


def test_an_unknown_worker_is_refused_with_a_suggestion(cli: Any, trio: Path) -> None:
    cli("run", "do it", check=0)
    wrong = cli("explain", "last", "raeder", check=2)
    assert "has no worker 'raeder'" in wrong.err
    assert "did you mean 'reader'" in wrong.err
    sessions = list((cli.cwd / "Docs/hive-mind/sessions").iterdir())
    assert "did you mean" in cli("run", "--rerun-from", "last", "--worker", "raeder", check=2).err
    assert list((cli.cwd / "Docs/hive-mind/sessions").iterdir()) == sessions


def test_rerun_from_takes_the_rest_from_the_session_itself(cli: Any, ran: Any) -> None:
    first = cli("run", "do it", "--json", check=0).json["session_id"]
    cli("cache", "clear", check=0)
    ran()
    again = cli("run", "--rerun-from", "last", "--worker", "reader", "--json", check=0)
    assert ran() == ["maker", "reader"]
    assert again.json["task"] == "do it"
    assert statuses(again.json) == {"reader": "completed", "maker": "completed", "loner": "cached"}
    assert {worker.get("cached_from") for worker in again.json["workers"]} == {None, first}
    assert "asked to run anew" in reasons(cli, "last", "maker")["maker"].reasons[0]
    assert statuses(cli("run", "--rerun-from", first, "--json", check=0).json) == dict.fromkeys(ALL, "cached")
    cli("run", "--rerun-from", first, "something else", check=0)
    assert ran() == ALL
    cli("run", check=2)


def test_rerun_from_keeps_what_failed_out(cli: Any, ran: Any) -> None:
    cli("run", "fail", check=1)
    ran()
    again = cli("run", "--rerun-from", "last", "--json", check=1)
    assert ran() == ["reader"]
    assert statuses(again.json) == {"reader": "failed", "maker": "blocked", "loner": "cached"}


def anew(cli: Any, source: str, *words: str, check: int = 0) -> dict[str, str]:
    return statuses(cli("run", "--rerun-from", source, *words, "--json", check=check).json)


def test_selectors_say_what_runs_anew_from_a_session(cli: Any, ran: Any) -> None:
    first = cli("run", "do it", "--json", check=0).json["session_id"]
    cli("cache", "clear", check=0)
    ran()
    assert anew(cli, first, "--select", "reader") == {"reader": "completed", "maker": "completed", "loner": "cached"}
    assert ran() == ["maker", "reader"]
    assert anew(cli, first, "-s", "+maker") == {"reader": "completed", "maker": "completed", "loner": "cached"}
    assert ran() == ["maker", "reader"]
    assert anew(cli, first, "--select", "role:maker loner")["reader"] == "cached"
    assert ran() == ["loner", "maker"]
    assert anew(cli, first, "--exclude", "reader")["reader"] == "cached"
    assert ran() == ["loner", "maker"]
    assert anew(cli, first, "--worker", "loner", "--select", "maker")["reader"] == "cached"
    assert ran() == ["loner", "maker"]
    kept = anew(cli, first, "--select", "reader", "--exclude", "maker")
    assert kept == {"reader": "completed", "maker": "cached", "loner": "cached"}, "its upstream came out the same"
    assert ran() == ["reader"]


def test_selectors_of_state_look_at_the_session_that_is_run_again(cli: Any, ran: Any, trio: Path) -> None:
    first = cli("run", "fail", "--json", check=1).json["session_id"]
    cli("run", "do it", check=0)
    ran()
    again = anew(cli, first, "--select", "status:failed+", check=1)
    assert again == {"reader": "failed", "maker": "blocked", "loner": "cached"}
    assert ran() == ["reader"]
    assert anew(cli, first, "do it", "--select", "status:failed")["reader"] == "completed"
    ran()
    nothing = cli("run", "--rerun-from", "last", "--select", "status:failed", check=2)
    assert "nothing matches 'status:failed'" in nothing.err
    trio.write_text(trio.read_text().replace('instructions="Read."', 'instructions="Read it twice."'))
    again = anew(cli, "last", "--select", "state:modified")
    assert again == {"reader": "completed", "maker": "completed", "loner": "cached"}
    assert ran() == ["maker", "reader"]


def test_a_selector_that_does_not_hold_makes_no_session(cli: Any, trio: Path) -> None:
    cli("run", "do it", check=0)
    before = list((cli.cwd / "Docs/hive-mind/sessions").iterdir())
    wrong = cli("run", "--rerun-from", "last", "--select", "raeder", check=2)
    assert "unknown worker 'raeder'" in wrong.err
    assert "did you mean 'reader'" in wrong.err
    for option in ("--all", "--plan-with=test"):
        refused = cli("run", "--rerun-from", "last", option, check=2)
        assert f"{option.partition('=')[0]} can't go with --rerun-from" in refused.err
        assert "--select" in refused.err
    assert list((cli.cwd / "Docs/hive-mind/sessions").iterdir()) == before


def test_a_worker_that_is_retried_by_name_runs(cli: Any, ran: Any) -> None:
    cli("run", "do it", check=0)
    ran()
    cli("retry", "last", "--worker", "reader", check=0)
    assert ran() == ["maker", "reader"]
    assert "it had ended once in this session before" in reasons(cli, "last", "reader")["reader"].reasons[-1]


def test_a_single_run_takes_and_leaves_results(cli: Any, ran: Any) -> None:
    cli("run", "do it", "--worker", "loner", check=0)
    cli("workers", "run", "reader", "--session", "last", check=0)
    assert ran() == ["loner", "reader"]
    again = cli("workers", "run", "reader", "--session", "last", check=0)
    assert ran() == []
    assert "reader-worker cached" in again.out
    cli("workers", "run", "reader", "--session", "last", "--no-cache", check=0)
    assert ran() == ["reader"]


def test_another_repository_takes_nothing(cli: Any, ran: Any, tmp_path: Path) -> None:
    cli("run", "do it", check=0)
    ran()
    (tmp_path / "other").mkdir()
    cli("run", "do it", cwd=tmp_path / "other", check=0)
    assert ran() == ALL


def test_the_store_is_listed_and_cleared(cli: Any, ran: Any) -> None:
    path = cli("cache", "path", check=0).out.strip()
    assert path.startswith(str(cli.home / "cache"))
    assert CacheDocument.model_validate(cli("cache", "list", "--json", check=0).json).results == ()
    assert not Path(path).exists()
    cli("run", "do it", check=0)
    listed = CacheDocument.model_validate(cli("cache", "list", "--json", check=0).json)
    assert {one.worker for one in listed.results} == {"reader-worker", "maker-worker", "loner-worker"}
    assert listed.size == Path(path).stat().st_size
    assert "loner-worker" in cli("cache", "list", "--here", check=0).out
    assert cli("cache", "clear", "--json", check=0).json["cleared"] == 3
    ran()
    cli("run", "do it", check=0)
    assert ran() == ALL
    assert "is not in the store" in reasons(cli, "last", "loner")["loner"].reasons[0]


def test_a_store_that_can_t_be_used_only_costs_the_saving(cli: Any, ran: Any) -> None:
    (cli.home / "file").write_text("")
    for place in (str(cli.home / "file"), "/proc/none"):
        result = cli("run", "do it", "--json", env={"HIVEMIND_CACHE_DIR": place}, check=0)
        assert set(statuses(result.json).values()) == {"completed"}
        assert ran() == ALL


def test_the_document_of_explain_has_a_schema_version(cli: Any, trio: Path) -> None:
    cli("run", "do it", check=0)
    document = json.loads(cli("explain", "last", "--json", check=0).out)
    assert document["schema_version"] == 1
    assert {worker["worker"] for worker in document["workers"]} == {"reader-worker", "maker-worker", "loner-worker"}
