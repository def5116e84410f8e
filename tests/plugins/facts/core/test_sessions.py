"""Hive sessions inside a repository: what workers drafted there is no fact of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.cache import Cache
from hivemind_facts.fragments import fragment
from hivemind_facts.models import Facts, Skipped
from hivemind_facts.repository import TreeRepository

ROOT = "Docs/hive-mind/sessions"
DRAFT = "CREATE TABLE drafted (id INTEGER PRIMARY KEY);"


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def session(root: Path, folder: str, journal: bool = True) -> None:
    if journal:
        event = {"seq": 1, "type": "session_created", "agent": "hivemind", "details": {}}
        write(root, f"{folder}/EVENTS.jsonl", json.dumps(event) + "\n" + "{}\n" * 9)
    else:
        task = {"text": "x", "session_id": "s"}
        write(root, f"{folder}/SESSION.json", json.dumps({"schema_version": 1, "hivemind": "1", "task": task}))
    write(root, f"{folder}/workers/files/backend/schema.sql", DRAFT)
    write(root, f"{folder}/workers/files/backend/migrations/001_drafted.sql", DRAFT)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    write(root, "schema.sql", "CREATE TABLE kept (id INTEGER PRIMARY KEY);")
    return root


def tables(facts: Facts) -> list[str]:
    return [one.name for one in facts.tables]


def sessions_in(facts: Facts) -> list[Skipped]:
    return [one for one in facts.skipped if one.reason == "hive sessions"]


@pytest.mark.parametrize("git", [False, True])
def test_the_drafts_of_a_session_are_no_tables(app: Path, git: bool) -> None:
    if git:
        subprocess.run(["git", "init", "-q"], cwd=app, check=True)
    session(app, f"{ROOT}/one")
    session(app, f"{ROOT}/two")
    facts = extract(app)
    assert tables(facts) == ["kept"]
    assert sessions_in(facts) == [Skipped(path=f"{ROOT}/", reason="hive sessions")]
    assert len(facts.services) <= 1


@pytest.mark.parametrize("journal", [True, False])
def test_a_session_is_told_by_its_content_wherever_it_lies(app: Path, journal: bool) -> None:
    session(app, "out/one", journal)
    session(app, "out/two", journal)
    facts = extract(app)
    assert tables(facts) == ["kept"]
    assert [one.path for one in sessions_in(facts)] == ["out/"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("hivemind.toml", 'sessions_root = "notes/./runs"'),
        ("pyproject.toml", '[tool.hivemind]\nsessions_root = "notes/runs/"'),
    ],
)
def test_the_configured_root_is_left_out_whole(app: Path, file: str, text: str) -> None:
    write(app, file, text)
    write(app, "notes/runs/torn/draft.sql", DRAFT)
    facts = extract(app)
    assert tables(facts) == ["kept"]
    assert [one.path for one in sessions_in(facts)] == ["notes/runs/"]


def test_the_root_of_the_environment_is_left_out(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIVEMIND_SESSIONS_ROOT", str(app / "runs"))
    write(app, "runs/torn/draft.sql", DRAFT)
    assert tables(extract(app)) == ["kept"]


@pytest.mark.parametrize("said", [".", "..", "/", "", "../elsewhere"])
def test_a_root_that_is_not_inside_leaves_nothing_out(app: Path, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIVEMIND_SESSIONS_ROOT", said)
    facts = extract(app)
    assert tables(facts) == ["kept"]
    assert sessions_in(facts) == []


@pytest.mark.parametrize("line", ['{"type": "order_created"}', "not json", "", "[1]"])
def test_another_journal_is_no_session(app: Path, line: str) -> None:
    write(app, "shop/EVENTS.jsonl", line + "\n")
    write(app, "shop/SESSION.json", '{"user": 1}')
    write(app, "shop/more.sql", "CREATE TABLE more (id INTEGER PRIMARY KEY);")
    facts = extract(app)
    assert tables(facts) == ["kept", "more"]
    assert sessions_in(facts) == []


def test_a_written_session_changes_neither_key_nor_context(app: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    before, key = extract(app, cache=cache), TreeRepository(app).fingerprint()
    session(app, f"{ROOT}/one")
    after = extract(app, cache=cache)
    assert TreeRepository(app).fingerprint() == key
    assert before.model_copy(update={"skipped": ()}) == after.model_copy(update={"skipped": ()})
    for role in ("backend", "architect", "analyzer", "frontend", "other"):
        assert fragment(before, role, "task").model_dump() == fragment(after, role, "task").model_dump()
