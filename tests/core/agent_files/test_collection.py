"""A collection of several hundred files: each loads or is told, quickly, and takes no other down."""

from __future__ import annotations

import time

from hivemind.agent_files.exporting import wrapper_of_file
from hivemind.agent_files.loading import load_agent_files
from hivemind.agent_files.reading import parse
from hivemind.agent_files.wrapper_text import Wrapped
from hivemind.plugins import PluginManager
from hivemind.registry import build_registry


def test_every_file_of_a_collection_loads_or_is_told(tmp_path, make_collection) -> None:
    made = make_collection(tmp_path, 600)
    registry = build_registry(PluginManager(), tmp_path)
    assert {name: entry.source for name, entry in registry.workers.items()} == made.workers
    assert sorted(problem.partition(":")[0] for problem in registry.problems) == sorted(made.failing)
    assert len(made.failing) == 24
    assert all(problem.partition(":")[2][0].isdigit() for problem in registry.problems)
    assert registry.duplicates == {}


def test_nothing_of_a_collection_is_unclear(tmp_path, make_collection) -> None:
    make_collection(tmp_path, 600)
    loaded = load_agent_files(tmp_path)
    assert len(loaded.passed_over) == 15
    for file in loaded.files:
        assert file.name == file.spec.name
        assert [one.message for one in file.remarks if one.level == "error"] == []
        assert file.spec.instructions.startswith("You know ")
        assert file.spec.tools is None or "read_file" in file.spec.tools
        assert file.spec.model != "inherit"


def test_a_collection_survives_its_wrappers(tmp_path, make_collection) -> None:
    make_collection(tmp_path, 300)
    for file in load_agent_files(tmp_path).files:
        one = Wrapped(file.spec, f"hivemind workers run {file.spec.name}", False, file.where, "s", "n", "o")
        again = parse(wrapper_of_file(one, file), file.where)
        assert (again.spec, again.body) == (file.spec, file.body)
        assert again.wraps({}) == file.spec.name


def test_a_thousand_files_load_in_a_moment(tmp_path, make_collection) -> None:
    make_collection(tmp_path, 1000)
    build_registry(PluginManager(), tmp_path)
    spent = []
    for _ in range(3):
        before = time.process_time()
        build_registry(PluginManager(), tmp_path)
        spent.append(time.process_time() - before)
    assert min(spent) < 1.5  # about 0.15 s; what grew with the square of the files would not come near
