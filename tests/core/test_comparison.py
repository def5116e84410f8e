"""Comparing sessions: items by what they are called, fingerprints by part, files by hash and line."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hivemind.comparison import compare
from hivemind.events import SessionFinished, SessionFinishedDetails, WorkerFinishedDetails, WorkerStarted
from hivemind.execution import ended
from hivemind.item_matching import label, match
from hivemind.models import Artifact, Task, Usage
from hivemind.output_comparison import compare_items, compare_outputs
from hivemind.session.folder import SessionFolder


def said(changes):
    """Changes in short: (mark, field, key, what changed in it)."""
    marks = {"added": "+", "removed": "-", "changed": "~"}
    return [(marks[one.change], one.field, one.key, tuple(field.path for field in one.fields)) for one in changes]


def items(before, after):
    return said(compare_items("x", before, after))


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ({"method": "GET", "path": "/a"}, {"method": "GET", "path": "/b"}, "GET /a"),
        ({"method": "GET", "path": "/a"}, {"method": "POST", "path": "/a"}, "GET /a"),
        ({"name": "a", "location": "q"}, {"name": "b", "location": "q"}, "a"),
        ({"id": "first", "name": "same"}, {"id": "second", "name": "same"}, "first"),
        ({"id": 1, "name": "same"}, {"id": 2, "name": "same"}, "1"),
        ({"id": "BE-001", "title": "no index on orders"}, {"id": "BE-001", "title": "secret in the code"}, None),
        ({"table": "a", "column": "x", "ref_table": "c"}, {"table": "a", "column": "y", "ref_table": "c"}, None),
        ({"kind": "create_table", "tables": ["a"]}, {"kind": "create_table", "tables": ["b"]}, None),
        ({"status": 404, "when": "missing"}, {"status": 409, "when": "there already"}, None),
        ({"call": "GET /a", "endpoint": None}, {"call": "GET /b", "endpoint": None}, "GET /a"),
        ({"path": "a.py", "lines": 3}, {"path": "b.py", "lines": 3}, "a.py"),
        ({"odd": 1}, {"odd": 2}, '{"odd": 1}'),
    ],
)
def test_items_that_are_called_differently_are_two(one, other, key):
    assert [mark for mark, *_ in items([one], [other])] == ["-", "+"]
    assert items([one, other], [other, one]) == []
    if key is not None:
        assert label(one) == key


@pytest.mark.parametrize(
    ("one", "other", "changed"),
    [
        ({"method": "GET", "path": "/a", "status": "new"}, {"method": "GET", "path": "/a", "status": "old"}, "status"),
        ({"id": "first", "name": "a"}, {"id": "first", "name": "b"}, "name"),
        ({"id": 7, "name": "a"}, {"id": 7, "name": "b"}, "name"),
        ({"name": "a", "location": "f:1"}, {"name": "a", "location": "f:9"}, "location"),
        (
            {"id": "BE-001", "title": "no index", "location": "a.py:3", "severity": "low"},
            {"id": "BE-009", "title": "no index", "location": "a.py:3", "severity": "high"},
            "severity",
        ),
        ({"title": "no index", "location": "a.py:3"}, {"title": "no index", "location": "a.py:14"}, "location"),
        ({"id": "G-001", "title": "a quiet hello"}, {"id": "G-001", "title": "a loud hello"}, "title"),
        ({"rule": "img-alt", "location": "a.html:3"}, {"rule": "img-alt", "location": "a.html:5"}, "location"),
        (
            {"call": "GET /a", "endpoint": None, "kind": "missing"},
            {"call": "GET /a", "endpoint": None, "kind": "x"},
            "kind",
        ),
    ],
)
def test_an_item_that_is_called_the_same_is_changed(one, other, changed):
    ((mark, _, _, fields),) = items([one], [other])
    assert (mark, fields) == ("~", (changed,))


def test_numbered_ids_that_moved_are_no_change():
    before = [
        {"id": f"BE-{number:03d}", "title": f"finding {number}", "location": f"f{number}.py"} for number in (1, 2, 3)
    ]
    new = {"id": "BE-001", "title": "entirely new", "location": "new.py"}
    after = [new, *({**one, "id": f"BE-{number:03d}"} for number, one in enumerate(before, 2))]
    assert items(before, after) == [("+", "x", "entirely new (new.py)", ())]


def test_findings_of_one_title_are_told_apart_by_place():
    before = [{"title": "no limit", "location": f"{name}.py:3"} for name in "abc"]
    after = [{"title": "no limit", "location": "c.py:9"}, {"title": "no limit", "location": "a.py:3"}]
    changes = compare_items("findings", before, after)
    assert [(one.change, one.key) for one in changes] == [
        ("changed", "no limit (c.py:9)"),
        ("removed", "no limit (b.py:3)"),
    ]


def test_lists_in_an_item_are_compared_item_by_item():
    before = {
        "method": "GET",
        "path": "/a",
        "parameters": [{"name": "x", "required": True}, {"name": "y"}],
        "roles": ["a", "b"],
    }
    after = {
        "method": "GET",
        "path": "/a",
        "parameters": [{"name": "z"}, {"name": "x", "required": False}],
        "roles": ["b", "a"],
    }
    (change,) = compare_items("api", [before], [after])
    assert {(one.path, one.change) for one in change.fields} == {
        ("parameters[x].required", "changed"),
        ("parameters[y]", "removed"),
        ("parameters[z]", "added"),
        ("roles", "changed"),
    }


def test_fields_that_are_no_list():
    before = {"summary": "a", "documentation": {"openapi": "1", "guide": "g"}, "gone": 3, "empty": [], "mixed": "text"}
    after = {"summary": "b", "documentation": {"openapi": "2", "guide": "g"}, "fresh": True, "mixed": ["list"]}
    assert said(compare_outputs(before, after)) == [
        ("~", "summary", "", ()),
        ("~", "documentation", "", ("openapi",)),
        ("-", "gone", "", ()),
        ("~", "mixed", "", ()),
        ("+", "fresh", "", ()),
    ]


def test_plain_items_count_as_often_as_they_stand():
    assert items(["a", "b", "a", 3], ["b", "a", "c"]) == [("-", "x", "a", ()), ("-", "x", "3", ()), ("+", "x", "c", ())]
    assert items([["a", "b"]], [["b", "a"]]) == [("-", "x", '["a", "b"]', ()), ("+", "x", '["b", "a"]', ())]
    assert items(["a", {"name": "a"}], [{"name": "a"}, "a"]) == []


def test_findings_files_and_provenance_are_not_compared_twice():
    one = {"findings": [{"title": "a"}], "files": [{"path": "a"}], "provenance": {"model": "a"}}
    assert compare_outputs(one, {}) == ()


names = st.sampled_from(["a", "b", "c", "BE-001", "BE-002", "", None, 3])
objects = st.dictionaries(
    st.sampled_from(["id", "name", "title", "location", "method", "path", "status", "endpoint", "call", "where"]),
    st.one_of(names, st.lists(st.integers(0, 2), max_size=2)),
    max_size=5,
)
lists = st.lists(st.one_of(objects, names), max_size=7)


@settings(max_examples=300, deadline=None)
@given(lists, lists, st.randoms(use_true_random=False))
def test_every_item_is_accounted_for(before, after, order: random.Random):
    left = [one for one in before if isinstance(one, dict)]
    right = [one for one in after if isinstance(one, dict)]
    matched = match(left, right)
    assert sorted([one for one, _ in matched.pairs] + list(matched.removed)) == list(range(len(left)))
    assert sorted([other for _, other in matched.pairs] + list(matched.added)) == list(range(len(right)))
    changes = compare_items("x", before, after)
    added = sum(one.change == "added" for one in changes)
    removed = sum(one.change == "removed" for one in changes)
    assert len(before) + added - removed == len(after)
    shuffled = list(before)
    order.shuffle(shuffled)
    assert compare_items("x", before, shuffled) == []
    assert all(one.fields for one in changes if one.change == "changed")


@pytest.fixture
def session(tmp_path):
    """Makes a session with workers that ended as given."""
    made = []

    def make(text="Do it", **workers):
        folder = SessionFolder.create(tmp_path / "root", Task(text=text, repo=str(tmp_path)))
        made.append(folder)
        folder.commit(folder.started(1))
        for name, details in workers.items():
            given = dict(details)
            for path, content in given.pop("contents", {}).items():
                target = folder.path / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                artifact = Artifact(path=path, kind="file", sha256=digest, size=len(content), worker=name)
                given["artifacts"] = (*given.get("artifacts", ()), artifact)
            given = {"status": "completed", "model": "acme:one", "fingerprint": "f"} | given
            folder.commit(WorkerStarted(agent=name), ended(name, given["status"], WorkerFinishedDetails(**given)))
        folder.commit(SessionFinished(details=SessionFinishedDetails(status="completed")))
        return folder

    yield make
    for folder in made:
        folder.close()


def only(comparison):
    (worker,) = comparison.workers
    return worker


def test_sessions_that_are_the_same(session):
    output = {"summary": "s", "items": [{"name": "a"}]}
    one = session(w={"output": output, "duration_s": 1.0})
    other = session(w={"output": output, "duration_s": 2.5})
    comparison = compare(one, other)
    assert comparison.same
    worker = only(comparison)
    assert worker.same
    assert worker.duration_s.difference == 1.5
    assert json.loads(comparison.model_dump_json())["schema_version"] == 1


def test_status_model_error_cost_and_workers_of_one_side(session):
    usage = Usage(input_tokens=10, output_tokens=5, requests=1, cost_usd=0.25)
    one = session("First", both={"usage": usage}, old={})
    failed = {"status": "failed", "model": "acme:two", "error": "broke", "usage": Usage(requests=1, cost_usd=None)}
    comparison = compare(one, session("Second", both=failed, new={}))
    assert not comparison.same
    assert (comparison.task.before, comparison.task.after) == ("First", "Second")
    assert [(worker.name, worker.presence) for worker in comparison.workers] == [
        ("both", "both"),
        ("old", "only_a"),
        ("new", "only_b"),
    ]
    worker = comparison.workers[0]
    assert (worker.status.before, worker.status.after) == ("completed", "failed")
    assert (worker.model.after, worker.error.after) == ("acme:two", "broke")
    assert (worker.cost_usd.before, worker.cost_usd.after, worker.cost_usd.difference) == (0.25, None, None)
    assert worker.tokens.difference == -15


def test_fingerprints_part_by_part_or_as_a_whole(session):
    parts = {"fingerprint_parts": {"model": "a", "task": "t", "old": "1"}, "fingerprint": "x"}
    others = {"fingerprint_parts": {"model": "b", "task": "t", "new": "2"}, "fingerprint": "y"}
    found = only(compare(session(w=parts), session(w=others))).fingerprint
    assert (found.same, found.by) == (False, "parts")
    assert [(one.part, one.change) for one in found.parts] == [
        ("model", "changed"),
        ("old", "removed"),
        ("new", "added"),
    ]
    found = only(compare(session(w=parts), session(w={"fingerprint": "z"}))).fingerprint
    assert (found.same, found.by, found.parts) == (False, "whole", ())
    found = only(compare(session(w=parts), session(w={"fingerprint": ""}))).fingerprint
    assert (found.same, found.by) == (None, "unknown")


def test_findings_of_workers_and_of_checks(session):
    kept, gone = ({"id": "A-1", "title": title, "severity": "low"} for title in ("kept", "gone"))
    new = {"id": "V-1", "title": "does not parse at all", "severity": "high"}
    one = session(w={"output": {"summary": "s", "findings": [gone, kept]}})
    other = session(w={"output": {"summary": "s", "findings": [kept]}, "findings": (new,)})
    worker = only(compare(one, other))
    assert (worker.findings.before, worker.findings.after) == (2, 2)
    assert [change.key for change in worker.findings.added] == ["does not parse at all"]
    assert [change.key for change in worker.findings.removed] == ["gone"]
    assert worker.output == ()
    assert not worker.same


def test_files_by_hash_and_line_by_line(session):
    base = "workers/files/w"
    before = {f"{base}/same": b"x\n", f"{base}/a.sql": b"one\ntwo\n", f"{base}/gone": b"g", f"{base}/b.bin": b"\0"}
    after = {f"{base}/same": b"x\n", f"{base}/a.sql": b"one\nthree", f"{base}/new": b"n\n", f"{base}/b.bin": b"\0\0"}
    one, other = session(w={"contents": before}), session(w={"contents": after})
    files = {file.path.rsplit("/", 1)[1]: file for file in only(compare(one, other)).files}
    assert {name: file.change for name, file in files.items()} == {
        "a.sql": "changed",
        "b.bin": "changed",
        "gone": "removed",
        "new": "added",
    }
    assert all(file.diff is None for file in files.values())
    files = {file.path.rsplit("/", 1)[1]: file for file in only(compare(one, other, files=True)).files}
    assert files["a.sql"].diff == (
        f"--- a/{base}/a.sql\n+++ b/{base}/a.sql\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n\\ No newline at end of file\n"
    )
    assert files["new"].diff.startswith(f"--- /dev/null\n+++ b/{base}/new\n")
    assert (files["b.bin"].diff, files["b.bin"].note) == (None, f"{base}/b.bin is no text")


def test_a_file_outside_the_session_is_not_read(session, tmp_path):
    (tmp_path / "secret").write_text("do not read\n")
    one = session(w={})
    path = "workers/files/w/way"
    other = session(
        w={"contents": {path: b"x"}, "artifacts": (Artifact(path="../../secret", kind="file", sha256="0", size=1),)}
    )
    (other.path / path).unlink()
    (other.path / path).symlink_to(tmp_path / "secret")
    comparison = compare(one, other, files=True)
    assert "do not read" not in comparison.model_dump_json()
    assert sorted(bool(file.note) for file in only(comparison).files) == [True, True]


def test_an_output_in_a_file_of_its_own_and_one_that_is_gone(session):
    one = session(w={"output_file": "workers/json/w.json"})
    other = session(w={"output": {"summary": "s", "names": ["a", "b"]}})
    target = one.path / "workers" / "json" / "w.json"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps({"summary": "s", "names": ["a"]}))
    assert said(only(compare(one, other)).output) == [("+", "names", "b", ())]
    target.unlink()
    worker = only(compare(one, other))
    assert not worker.same
    assert "can't be read" in worker.problems[0]


def test_ten_thousand_items_in_another_order_are_quick():
    import time

    before = [
        {"id": f"BE-{number:05d}", "title": f"finding {number}", "location": f"{number}.py"} for number in range(10_000)
    ]
    after = [{**one, "severity": "high"} for one in reversed(before)]
    started = time.monotonic()
    changes = compare_items("findings", before, after)
    assert time.monotonic() - started < 15
    assert len(changes) == 10_000
    assert {field.path for one in changes for field in one.fields} == {"severity"}
