"""`hivemind diff` on sessions that the command line made."""

from __future__ import annotations

import pytest

DRAFTER = """
import os

from hivemind import Finding, GeneratedFile, WorkerOutput, WorkerSpec, hookimpl
from pydantic import BaseModel


class Endpoint(BaseModel):
    method: str
    path: str
    purpose: str = ""


class Draft(WorkerOutput):
    endpoints: tuple[Endpoint, ...] = ()


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="drafter", role="drafter", description="Drafts.", output_type="drafter_plugin:Draft")


@hookimpl
def hivemind_execute(worker, task, context, runtime):
    if worker.name == "drafter":
        return work(task)


async def work(task):
    second = "second" in task.text
    users = Endpoint(method="GET", path="/users", purpose="all users")
    orders = Endpoint(method="GET", path="/orders", purpose="orders of a user" if second else "all orders")
    last = Endpoint(method="POST" if second else "DELETE", path="/orders")
    found = [Finding(id="D-001", severity="low", title="no index on users")]
    if second:
        found.insert(0, Finding(id="D-001", severity="high", title="orders of others can be read"))
        found[1] = found[1].model_copy(update={"id": "D-002"})
    text = "select 2;\\n" if second else "select 1;\\n"
    return Draft(
        summary="Drafted.",
        endpoints=(last, orders, users) if second else (users, orders, last),
        findings=tuple(found),
        files=(GeneratedFile(path="query.sql", language="sql", content=text),),
    )
"""


@pytest.fixture
def two(cli, plugin_site, inside, sessions):
    """Two sessions of one worker whose results differ."""
    cli.env["HIVEMIND_BLOCK_PLUGINS"] = "analyzer,architect,backend,facts,frontend"
    plugin_site.add("drafter", DRAFTER)
    made = []
    for text in ("The first draft", "The second draft"):
        made.append(inside("run", text, "-q", "--json", check=0).json["session_id"])
    return made


def test_what_differs_is_told_by_worker(two, inside):
    out = inside("diff", *two, check=0).out
    assert "drafter  completed" in out
    assert "~ task" in out
    assert "~ endpoints GET /orders: purpose all orders -> orders of a user" in out
    assert "+ endpoints POST /orders" in out
    assert "- endpoints DELETE /orders" in out
    assert "GET /users" not in out
    assert "findings     1 -> 2: 1 added" in out
    assert "+ high: orders of others can be read" in out
    assert "no index on users" not in out
    assert "~ workers/files/drafter/query.sql" in out
    assert "select" not in out
    assert "1 of 1 worker differ" in out


def test_json_is_one_document(two, inside):
    document = inside("diff", "first", "last", "--json", check=0).json
    assert document["schema_version"] == 1
    assert [document["a"]["session_id"], document["b"]["session_id"]] == two
    assert document["same"] is False
    (worker,) = document["workers"]
    assert (worker["name"], worker["presence"], worker["status"]) == ("drafter", "both", None)
    assert sorted((one["change"], one["key"]) for one in worker["output"]) == [
        ("added", "POST /orders"),
        ("changed", "GET /orders"),
        ("removed", "DELETE /orders"),
    ]
    assert [one["key"] for one in worker["findings"]["added"]] == ["orders of others can be read"]
    assert worker["findings"]["removed"] == worker["findings"]["changed"] == []
    assert [(one["change"], one["diff"]) for one in worker["files"]] == [("changed", None)]
    assert worker["fingerprint"]["same"] is False


def test_files_line_by_line(two, inside):
    out = inside("diff", *two, "--files", check=0).out
    assert "--- a/workers/files/drafter/query.sql" in out
    assert "-select 1;" in out
    assert "+select 2;" in out


def test_the_same_session_and_swapped_sides(two, inside):
    out = inside("diff", "last", "last", check=0).out
    assert "both are the same session" in out
    assert "no worker differs" in out
    assert inside("diff", "last", two[1], "--json", check=0).json["same"] is True
    swapped = inside("diff", *reversed(two), "--json", check=0).json["workers"][0]
    assert sorted((one["change"], one["key"]) for one in swapped["output"]) == [
        ("added", "DELETE /orders"),
        ("changed", "GET /orders"),
        ("removed", "POST /orders"),
    ]


def test_archived_sessions_and_paths(two, inside, sessions):
    before = inside("diff", *two, "--files", "--json", check=0).json
    first = sessions()[0]
    inside("sessions", "archive", two[0], check=0)
    archive = first.parent / "archive" / f"{two[0]}.tar.gz"
    for name in (two[0], "first", str(archive)):
        document = inside("diff", name, str(first.with_name(two[1])), "--files", "--json", check=0).json
        assert document["workers"] == before["workers"]
        assert document["a"]["path"] == str(archive)


def test_a_session_that_is_not_there(two, inside):
    assert "no session 'nonsense'" in inside("diff", "last", "nonsense", check=3).err
    assert "fits 2 sessions" in inside("diff", "draft", "last", check=3).err
    assert inside("diff", "last", check=2).err.startswith("error: missing argument 'B'")
