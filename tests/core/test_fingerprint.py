"""The fingerprint: each thing that a result depends on is a part of its own, and nothing else changes it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hivemind.code_identity import _TELLING, code_digest
from hivemind.config import load_configuration
from hivemind.fingerprint import UNKNOWN, cacheable, context_parts, fingerprint, short, worker_parts
from hivemind.models import Context, ContextFragment, PlannedWorker, Task, Upstream, WorkerSpec
from hivemind.plugins import PluginManager, load_plugins
from hivemind.repository_state import RepositoryState, remembered, repository_state, to_remember

SPEC = WorkerSpec(name="solo", role="solo", description="Does it.", instructions="Look.")


def parts(manager: PluginManager | None = None, spec: WorkerSpec = SPEC, **more: Any) -> dict[str, str]:
    settings = load_configuration(Path("/nowhere"), more.pop("settings", {}), {}).settings
    planned = PlannedWorker(
        spec=spec, plugin=more.pop("plugin", "files"), source="x.md", model=more.pop("model", "test:x"),
        model_origin="option", reason="default",
    )  # fmt: skip
    manager = manager or load_plugins(entry_points=False)
    return worker_parts(manager, settings, planned, Task(text=more.pop("task", "do it"), repo=more.pop("repo", "/r")))


def differ(one: Mapping[str, str], other: Mapping[str, str]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"spec": SPEC.model_copy(update={"instructions": "Look twice."})}, {"instructions"}),
        ({"spec": SPEC.model_copy(update={"tools": ()})}, {"spec"}),
        ({"model": "test:y"}, {"model"}),
        ({"task": "do something else"}, {"task"}),
        ({"repo": "/other"}, {"repository path"}),
        ({"settings": {"max_requests": 3}}, {"model settings"}),
        ({"settings": {"context_tokens": 900}}, {"model settings"}),
        ({"settings": {"timeout_s": 3, "retries": 0, "max_parallel": 2}}, set()),
        ({"spec": SPEC.model_copy(update={"model": "asked:elsewhere"})}, set()),
    ],
)
def test_each_part_stands_for_one_thing(changed: dict[str, Any], expected: set[str]) -> None:
    assert differ(parts(), parts(**changed)) == expected


def test_the_output_schema_is_a_part() -> None:
    other = SPEC.model_copy(update={"output_type": "hivemind.alignment:Alignment"})
    assert differ(parts(), parts(spec=other)) == {"spec", "output schema"}
    gone = SPEC.model_copy(update={"output_type": "nowhere:Nothing"})
    assert parts(spec=gone)["output schema"] == UNKNOWN
    assert not cacheable(parts(spec=gone))


def context(**more: Any) -> Context:
    return Context(task=Task(text="t", repo="/r"), worker=SPEC, **more)


def test_upstream_results_count_by_what_they_say_not_by_how_they_were_come_by() -> None:
    made = Upstream(worker="a", role="a", status="completed", output={"summary": "x", "provenance": {"model": "m"}})
    taken = made.model_copy(update={"status": "cached", "output": {"summary": "x", "provenance": None}})
    other = made.model_copy(update={"output": {"summary": "y"}})
    failed = made.model_copy(update={"status": "failed", "output": None, "error": "no"})
    one = context_parts(context(upstream=(made,)))
    assert one == context_parts(context(upstream=(taken,)))
    assert differ(one, context_parts(context(upstream=(other,)))) == {"upstream a"}
    assert differ(one, context_parts(context(upstream=(failed,)))) == {"upstream a"}


def test_fragments_count_by_text_and_by_the_data_behind_it() -> None:
    def of(**more: Any) -> dict[str, str]:
        return context_parts(context(fragments=(ContextFragment(name="facts", plugin="p", text="t", **more),)))

    assert of() == of()
    assert of(data={"a": 1}) != of(data={"a": 2})
    assert of(data={"a": 1}, digest="x") == of(data={"a": 2}, digest="x")
    assert of(digest="x") != of(digest="y")
    assert of(data=SPEC) == of(data=SPEC.model_copy())
    assert of(data=object()) == {"context p/facts": UNKNOWN}
    assert context_parts(context(notes="mind this")) != context_parts(context(notes="mind that"))


def test_short_parts_keep_what_people_read() -> None:
    told = short(parts())
    assert told["model"] == "test:x"
    assert len(told["task"]) == 16
    assert fingerprint(parts()) == fingerprint(dict(reversed(parts().items())))


def test_a_plugin_that_is_no_installed_code_is_not_known() -> None:
    class Anything:
        pass

    manager = load_plugins(entry_points=False)
    manager.register(Anything(), "p1", version="1.0")
    assert parts(manager, plugin="p1")["code"] == UNKNOWN


PLUGIN = """
from hivemind import WorkerSpec, hookimpl

@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="a", role="a", description="A.", instructions={told!r})

def helper():
    return {helped!r}
"""
ASK = "import sys; from hivemind.code_identity import code_digest; print(code_digest((), 'acme_plugin'))"


def digest_in_a_process(folder: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-c", ASK], env=env, check=True, capture_output=True, text=True).stdout


def test_code_counts_and_what_one_worker_is_told_does_not_touch_its_neighbours(tmp_path: Path) -> None:
    file = tmp_path / "acme_plugin.py"
    file.write_text(PLUGIN.format(told="Look.", helped="x"))
    first = digest_in_a_process(tmp_path)
    file.write_text(PLUGIN.format(told="Look twice.", helped="x"))
    assert digest_in_a_process(tmp_path) == first
    file.write_text(PLUGIN.format(told="Look.", helped="y"))
    assert digest_in_a_process(tmp_path) != first


def test_the_files_of_a_package_count_whatever_they_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("one", "prompt"), ("two", "prompt"), ("three", "another")):
        (tmp_path / f"acme_{name}").mkdir()
        (tmp_path / f"acme_{name}" / "__init__.py").write_text("")
        (tmp_path / f"acme_{name}" / "prompt.md").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert code_digest(["acme_one"]) == code_digest(["acme_two"]) != code_digest(["acme_three"])
    assert code_digest(["acme_one.inner"]) == code_digest(["acme_one"])


def test_the_core_files_that_count_are_there() -> None:
    import hivemind

    folder = Path(hivemind.__file__).parent
    assert [name for name in _TELLING if not (folder / name).is_file()] == []


def git(repo: Path, *arguments: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *name, *arguments], cwd=repo, check=True, capture_output=True)


def look(repo: Path, *without: Path, known: dict[str, Any] | None = None) -> RepositoryState:
    return repository_state(repo, without, known or {})


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "app.py").write_text("a = 1\n")
    (folder / ".gitignore").write_text("*.log\n")
    return folder


@pytest.mark.parametrize("tracked", [True, False], ids=["git", "plain"])
def test_a_repository_is_its_files(repo: Path, tracked: bool) -> None:
    if tracked:
        git(repo, "init", "-q")
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "x")
    first = look(repo)
    os.utime(repo / "src" / "app.py", (1, 1))
    assert look(repo).files == first.files
    (repo / "src" / "app.py").write_text("a = 2\n")
    second = look(repo)
    assert second.files != first.files
    (repo / "src" / "new.py").write_text("")
    third = look(repo)
    assert third.files != second.files
    (repo / "src" / "new.py").unlink()
    assert look(repo).files == second.files
    (repo / "src" / "app.py").unlink()
    assert look(repo).files not in (first.files, second.files)


def test_commits_count_and_ignored_files_do_not(repo: Path) -> None:
    git(repo, "init", "-q")
    assert look(repo).commit == ""
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "x")
    first = look(repo)
    assert len(first.commit) == 40
    (repo / "run.log").write_text("noise")
    assert look(repo) == first
    git(repo, "commit", "-q", "--allow-empty", "-m", "y")
    assert look(repo).commit != first.commit
    assert look(repo).files == first.files


def test_sessions_and_other_folders_are_no_part(repo: Path) -> None:
    first = look(repo)
    session = repo / "Docs" / "elsewhere" / "2026-01-01-00-00-x"
    (session / "workers").mkdir(parents=True)
    for name in ("EVENTS.jsonl", "SESSION.json", "workers/x.py"):
        (session / name).write_text("x")
    assert look(repo).files == first.files
    (repo / "cache").mkdir()
    (repo / "cache" / "x").write_text("x")
    assert look(repo).files != first.files
    assert look(repo, repo / "cache").files == first.files


def test_known_files_are_not_read_again_and_fresh_ones_are(repo: Path) -> None:
    for path in (repo / "src" / "app.py", repo / ".gitignore"):
        os.utime(path, (1, 1))
    first = look(repo)
    assert first.read == 2
    again = look(repo, known=remembered(to_remember(first.known)))
    assert (again.read, again.files) == (0, first.files)
    (repo / "src" / "app.py").write_text("a = 3\n")
    changed = look(repo, known=first.known)
    assert changed.read == 1
    assert "src/app.py" not in changed.known  # written just now: it may be written again with the same time
    assert remembered(b"no json") == remembered(b"[]") == remembered(None) == {}
