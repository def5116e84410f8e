"""The registry: names and roles, near names, files beside plugins, what settles a duplicate."""

from __future__ import annotations

from pathlib import Path

import pytest

from hivemind.errors import DuplicateWorkerError, UnknownWorkerError
from hivemind.models import WorkerSpec
from hivemind.registry import Registry, WorkerEntry, build_registry


def entry(name: str, role: str, plugin: str = "p", source: str = "") -> WorkerEntry:
    return WorkerEntry(WorkerSpec(name=name, role=role, description="d"), plugin, source or f"{plugin}/{name}")


def test_by_name_by_role_and_the_usual_one_of_a_role() -> None:
    known = Registry()
    for one in (entry("backend-worker", "backend"), entry("other", "backend"), entry("solo", "only")):
        known.add(one, {})
    assert known.get("other").spec.name == "other"
    assert known.get("backend").spec.name == "backend-worker"
    assert known.get("only").spec.name == "solo"


def test_a_role_of_several_without_a_usual_one() -> None:
    known = Registry()
    known.add(entry("a", "r"), {})
    known.add(entry("b", "r"), {})
    with pytest.raises(UnknownWorkerError, match="role 'r' is played by more than one") as caught:
        known.get("r")
    assert caught.value.hint == "name one of: a, b"


def test_near_names() -> None:
    known = Registry()
    known.add(entry("backend-worker", "backend"), {})
    with pytest.raises(UnknownWorkerError, match="unknown worker 'bakend'") as caught:
        known.get("bakend")
    assert "did you mean 'backend'" in (caught.value.hint or "")
    with pytest.raises(UnknownWorkerError) as caught:
        known.get("zzz")
    assert "workers list" in (caught.value.hint or "")


def test_three_of_one_name() -> None:
    known = Registry()
    for plugin in ("p", "q", "r"):
        known.add(entry("a", "a", plugin), {})
    known.settle({})
    with pytest.raises(DuplicateWorkerError, match=r"p \(p/a\), q \(q/a\), r \(r/a\)"):
        known.get("a")
    with pytest.raises(DuplicateWorkerError):
        known.refuse_duplicate("a")
    assert "a" not in known.workers


@pytest.mark.parametrize("choice", ["q", "q/a"])
def test_the_configuration_settles_it_by_plugin_or_source(choice: str) -> None:
    known = Registry()
    for plugin in ("p", "q", "r"):
        known.add(entry("a", "a", plugin), {"a": choice})
    known.settle({"a": choice})
    assert known.get("a").plugin == "q"
    assert known.duplicates == {}


def test_the_same_source_twice_is_no_duplicate() -> None:
    known = Registry()
    known.add(entry("a", "a"), {})
    known.add(entry("a", "a"), {})
    assert known.get("a").plugin == "p"


def test_files_of_the_repository(hive, tmp_path: Path) -> None:
    folder = hive.root / ".hivemind" / "workers"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("---\nname: from-file\ndescription: d\n---\nDo it.\n")
    (folder / "b.md").write_text("no front matter")
    registry = build_registry(hive.manager(hive.Workers([hive.spec("w")])), hive.root)
    made = registry.get("from-file")
    assert (made.plugin, made.source, made.default) == ("files", ".hivemind/workers/a.md", False)
    assert registry.get("w").default
    assert len(registry.problems) == 1
    assert "b.md:1: no front matter" in registry.problems[0]
