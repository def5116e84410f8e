"""`hivemind graph`: what is selected, the questions it answers, who declared an edge, and how fast."""

from __future__ import annotations

import time

import pytest

CHAIN = """
from hivemind import Edge, WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="first", role="first", description="1.")
    yield WorkerSpec(name="second", role="second", description="2.", requires=("first",))
    yield WorkerSpec(name="third", role="third", description="3.", after=("second",))
    yield WorkerSpec(name="alone", role="alone", description="4.")


@hookimpl
def hivemind_edges(plan):
    if {"alone", "third"} <= {one.spec.name for one in plan.workers}:
        yield Edge(before="alone", after="third", reason="tea first")


@hookimpl
def hivemind_execute(worker, task, context, runtime):
    return work(worker)


async def work(worker):
    return WorkerOutput(summary=worker.name)
"""


@pytest.fixture
def chain(cli, plugin_site, inside):
    cli.env["HIVEMIND_BLOCK_PLUGINS"] = "analyzer,architect,backend,facts,frontend"
    plugin_site.add("chain", CHAIN)
    return inside


def nodes(document):
    return sorted(node["name"] for node in document["nodes"])


def test_show_shows_exactly_what_was_selected(chain):
    assert nodes(chain("graph", "show", "--select", "second", "--json", check=0).json) == ["second"]
    shown = chain("graph", "show", "--select", "+third", "--exclude", "alone", "--format", "json", check=0).json
    assert nodes(shown) == ["first", "second", "third"]
    assert [(edge["before"], edge["after"]) for edge in shown["edges"]] == [("first", "second"), ("second", "third")]
    table = chain("graph", "show", "-s", "first", "-s", "second", "--format", "table", check=0).out.splitlines()
    assert [line.split()[0] for line in table] == ["worker", "first", "second"]
    assert "did you mean 'second'" in chain("graph", "show", "--select", "secnd", check=2).err
    svg = chain("graph", "show", "--format", "svg", check=0).out
    assert svg.startswith("<?xml")
    assert chain("graph", "show", "--format", "html", check=0).out.startswith("<!doctype html>")


def test_path_and_impact_and_why(chain):
    path = chain("graph", "path", "first", "third", "--json", check=0).json
    assert path["nodes"] == ["first", "second", "third"]
    assert [edge["kind"] for edge in path["edges"]] == ["requires", "after"]
    assert "one leads back" in chain("graph", "path", "third", "first", check=2).err
    assert "nor back" in chain("graph", "path", "first", "alone", check=2).err
    assert "unknown worker 'frist'" in chain("graph", "path", "frist", "third", check=2).err
    affected = chain("graph", "impact", "first", "--json", check=0).json["affected"]
    assert [(one["name"], one["steps"], one["hard"]) for one in affected] == [("second", 1, True), ("third", 2, False)]
    assert "nothing depends on third" in chain("graph", "impact", "third", check=0).out
    why = chain("graph", "why", "third", "--json", check=0).json
    steps = [[(edge["before"], edge["after"], edge["source"]) for edge in one] for one in why["chains"]]
    assert steps == [
        [("alone", "third", "plugin")],
        [("first", "second", "spec"), ("second", "third", "spec")],
    ]
    text = chain("graph", "why", "third", check=0).out
    assert "tea first (plugin 'chain')" in text
    assert "third after second (spec, plugin 'chain')" in text


def test_configuration_declares_edges(cli, chain):
    settings = cli.cwd / "hivemind.toml"
    settings.write_text('[[edges]]\nbefore = "third"\nafter = "alone"\n')
    refused = chain("graph", "show", check=3)
    assert "in a circle" in refused.err
    assert "configuration (hivemind.toml)" in refused.err
    settings.write_text('[[edges]]\nbefore = "alone"\nafter = "first"\nkind = "requires"\nreason = "house rule"\n')
    assert "house rule (configuration (hivemind.toml))" in chain("graph", "why", "first", check=0).out
    planned = chain("plan", "Do it", "--select", "second", "--json", check=0).json
    assert sorted(one["name"] for one in planned["workers"]) == ["alone", "first", "second"]
    assert chain("plan", "Do it", "--select", "alone", "--json", check=0).json["workers"][0]["name"] == "alone"
    settings.write_text('[[edges]]\nbefore = "alnoe"\nafter = "first"\n')
    refused = chain("graph", "show", check=3)
    assert "setting 'edges' from hivemind.toml has an edge alnoe -> first: unknown worker 'alnoe'" in refused.err
    assert "did you mean 'alone'?" in refused.err
    settings.write_text('[[edges]]\nbefore = "alone"\nafter = "first"\nkind = "sometimes"\n')
    assert "setting 'edges" in chain("graph", "show", check=3).err
    settings.unlink()
    told = {"HIVEMIND_EDGES": '[{"before": "alone", "after": "first", "reason": "by hand"}]'}
    assert "by hand (configuration (HIVEMIND_EDGES))" in chain("graph", "why", "first", env=told, check=0).out
    assert "HIVEMIND_EDGES" in chain("graph", "show", env={"HIVEMIND_EDGES": "a,b"}, check=3).err


def test_the_critical_path_is_measured_with_past_sessions(chain):
    without = chain("graph", "critical-path", "--json", check=0).json
    assert [step["name"] for step in without["path"]] == ["first", "second", "third"]
    assert (without["sessions"], without["total_s"]) == (0, None)
    assert "no past session tells durations" in without["note"]
    for _ in range(2):
        chain("run", "Do it", "-q", "--no-cache", check=0)
    measured = chain("graph", "critical-path", "--json", check=0).json
    assert measured["sessions"] == 2
    assert measured["total_s"] == pytest.approx(sum(step["seconds"] for step in measured["path"]))
    assert "by the durations of 2 past sessions" in chain("graph", "critical-path", check=0).out
    status = chain("graph", "show", "--session", "last", "-s", "status:completed", "--json", check=0).json
    assert nodes(status) == ["alone", "first", "second", "third"]


def test_resume_of_a_part_leaves_the_session_paused(cli, chain):
    circle = "[[edges]]\nbefore = 'first'\nafter = 'alone'\n"
    (cli.cwd / "hivemind.toml").write_text(circle)
    ran = chain("run", "Do it", "--select", "first", "--json", check=0).json
    assert [worker["name"] for worker in ran["workers"]] == ["first"]
    assert "all workers" in chain("resume", "last", "--select", "first", check=0).err


MANY = """
from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    for number in range(10000):
        before = tuple(f"w{one}" for one in (number - 1, number - 7, number - 31) if one >= 0)
        yield WorkerSpec(name=f"w{number}", role="one", description="Works.", after=before)
"""


def test_ten_thousand_workers_are_shown_within_seconds(cli, plugin_site, inside):
    cli.env["HIVEMIND_BLOCK_PLUGINS"] = "analyzer,architect,backend,facts,frontend"
    plugin_site.add("many", MANY)
    started = time.monotonic()
    shown = inside("graph", "show", "--select", "+w9999", "--format", "dot", check=0).out
    assert shown.count(" -> ") == 29_961
    assert time.monotonic() - started < 20  # a few seconds; the rest is for a machine that is busy
