"""Every hook: an implementation that raises, hangs, gives the wrong type or a duplicate, by the plugin's name."""

from __future__ import annotations

import asyncio
import hashlib
import time

import pytest

from hivemind import ContextFragment, GeneratedFile, WorkerOutput, hookimpl
from hivemind.errors import ConfigurationError, CycleError, PluginError, UnresolvedDependencyError
from hivemind.models import Artifact, Edge
from hivemind.planning import Request, make_plan
from hivemind.registry import build_registry, engine, model_providers


def one(hook: str, function: object) -> object:
    """A plugin with one hook."""
    return type("OneHook", (), {hook: hookimpl(function)})()


def broken(*arguments: object) -> object:
    raise ValueError("no luck")


# -- hivemind_workers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda self: broken(), "no luck"),
        (lambda self: 5, "not iterable"),
        (lambda self: [5], "gave int, not a WorkerSpec"),
        (lambda self: [{"name": "x"}], "role"),
        (lambda self: [{"name": "bad name", "role": "r", "description": "d"}], "name"),
    ],
)
def test_workers(hive, function: object, said: str) -> None:
    manager = hive.manager(one("hivemind_workers", function), hive.Workers([hive.spec("fine")]))
    registry = build_registry(manager)
    assert list(registry.workers) == ["fine"]
    assert [info.name for info in manager.broken] == ["p1"]
    assert "plugin 'p1' is broken: hivemind_workers:" in registry.problems[0]
    assert said in registry.problems[0]
    assert manager.plugins["p1"].traceback


def test_workers_as_mappings(hive) -> None:
    plugin = one("hivemind_workers", lambda self: [{"name": "x", "role": "r", "description": "d"}])
    assert build_registry(hive.manager(plugin)).get("r").plugin == "p1"


def test_a_registration_that_hangs_is_given_up(hive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hivemind.plugins.REGISTRATION_TIMEOUT_S", 0.1)
    manager = hive.manager(one("hivemind_workers", lambda self: time.sleep(3)), hive.Workers([hive.spec("fine")]))
    started = time.monotonic()
    assert list(build_registry(manager).workers) == ["fine"]
    assert time.monotonic() - started < 2
    assert "did not answer within 0.1 s" in (manager.broken[0].problem or "")


# -- hivemind_engines, hivemind_models, hivemind_commands --------------------------------------------------------------


class Named:
    def __init__(self, name: str) -> None:
        self.name = self.prefix = name
        self.description = ""


def test_engines(hive) -> None:
    assert engine(hive.manager(), "local").name == "local"
    mine = hive.manager(one("hivemind_engines", lambda self: [Named("mine")]))
    assert engine(mine, "mine").name == "mine"
    with pytest.raises(ConfigurationError, match="unknown engine 'locl'") as caught:
        engine(mine, "locl")
    assert "did you mean 'local'?" in (caught.value.hint or "")
    with pytest.raises(PluginError, match="'local' is taken by plugin 'core'"):
        engine(hive.manager(one("hivemind_engines", lambda self: [Named("local")])), "local")
    for function in (broken, lambda self: [5], lambda self: 5):
        manager = hive.manager(one("hivemind_engines", function))
        assert engine(manager, "local").name == "local"
        assert [info.name for info in manager.broken] == ["p1"]


def test_model_families(hive) -> None:
    two = [one("hivemind_models", lambda self: [Named("house")]), one("hivemind_models", lambda self: [Named("own")])]
    assert list(model_providers(hive.manager(*two))) == ["house", "own"]
    with pytest.raises(PluginError, match="'house' is taken by plugin 'p1'"):
        model_providers(hive.manager(two[0], two[0].__class__()))
    for function in (broken, lambda self: [5], lambda self: 5):
        manager = hive.manager(one("hivemind_models", function))
        assert model_providers(manager) == {}
        assert [info.name for info in manager.broken] == ["p1"]


# -- hivemind_edges ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "error", "said"),
    [
        (broken, PluginError, "plugin 'p2' failed.*no luck"),
        (lambda self: [("a", "b")], PluginError, "'p2' failed in hivemind_edges: gave tuple, not an Edge"),
        (lambda self: 5, PluginError, "plugin 'p2' failed"),
        (lambda self: [Edge(before="a", after="x")], UnresolvedDependencyError, "plugin 'p2' names 'x'"),
        (lambda self: [Edge(before="b", after="a")], CycleError, "a -> b -> a|b -> a -> b"),
    ],
)
def test_edges(hive, function, error: type[Exception], said: str) -> None:
    def edges(self, plan):
        return function(self)

    specs = [hive.spec("a"), hive.spec("b", after=["a"])]
    with pytest.raises(error, match=said):
        hive.orchestrator(hive.Workers(specs), one("hivemind_edges", edges))


# -- hivemind_load_context ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (5, "returned int, not a list"),
        ("text", "returned str, not a list"),
        ([5], "gave int, not a ContextFragment"),
    ],
)
def test_context_of_the_wrong_type(hive, result: object, said: str) -> None:
    def load(self, worker, task, session):
        return result

    done = hive.run(hive.Workers([hive.spec("w")]), one("hivemind_load_context", load))
    assert done.statuses == {"w": "failed"}
    assert f"plugin 'p2' failed in hivemind_load_context: {said}" in done.error_of("w")


def test_context_that_raises_or_hangs(hive) -> None:
    def load(self, worker, task, session):
        if worker.name == "raises":
            broken()
        if worker.name == "hangs":
            time.sleep(3)

    started = time.monotonic()
    specs = [hive.spec("raises"), hive.spec("hangs", timeout_s=0.1), hive.spec("fine")]
    done = hive.run(hive.Workers(specs), one("hivemind_load_context", load))
    assert time.monotonic() - started < 2.5
    assert done.statuses == {"raises": "failed", "hangs": "failed", "fine": "completed"}
    assert "plugin 'p2' failed in hivemind_load_context: ValueError: no luck" in done.error_of("raises")
    assert "took longer than 0.1 s" in done.error_of("hangs")


def test_context_comes_in_a_stable_order(hive) -> None:
    seen: list[str] = []

    async def look(context, runtime):
        seen.extend(f"{one.plugin}/{one.name}" for one in context.fragments)
        return WorkerOutput(summary="seen")

    async def late(self, worker, task, session):
        await asyncio.sleep(0.02)
        return [ContextFragment(name="b", text="2"), ContextFragment(name="a", text="1")]

    def early(self, worker, task, session):
        yield ContextFragment(name="z", text="0", order=1)

    workers = hive.Workers([hive.spec("w")], {"w": look})
    hive.run(workers, one("hivemind_load_context", late), one("hivemind_load_context", early))
    assert seen == ["p3/z", "p2/a", "p2/b"]


# -- hivemind_execute --------------------------------------------------------------------------------------------------


def test_execute_that_raises_or_gives_no_awaitable(hive) -> None:
    def execute(self, worker, task, context, runtime):
        if worker.name == "raises":
            broken()
        return "text" if worker.name == "wrong" else None

    class Plain:
        @hookimpl
        def hivemind_workers(self):
            yield hive.spec("raises")
            yield hive.spec("wrong")

    done = hive.run(Plain(), one("hivemind_execute", execute))
    assert done.statuses == {"raises": "failed", "wrong": "failed"}
    assert done.error_of("raises") == "plugin 'p2' failed in hivemind_execute: ValueError: no luck"
    assert "returned str, not an awaitable or None" in done.error_of("wrong")


# -- hivemind_publish --------------------------------------------------------------------------------------------------


def test_publishing_that_fails_loses_nothing(hive) -> None:
    def publish(self, worker, output, session):
        if worker.name == "raises":
            broken()
        return {"wrong": [5], "number": 5}.get(worker.name, ())

    names = ("raises", "wrong", "number", "fine")
    done = hive.run(hive.Workers([hive.spec(name) for name in names]), one("hivemind_publish", publish))
    assert done.status == "completed"
    assert set(done.statuses.values()) == {"completed"}
    said = {event.agent: event.details.error for event in done.of_type("publish_failed")}
    assert set(said) == {"raises", "wrong", "number"}
    assert "plugin 'p2' failed in hivemind_publish: ValueError: no luck" in said["raises"]
    assert "gave int, not an Artifact" in said["wrong"]
    assert [event.agent for event in done.of_type("worker_published")] == ["fine"]


def test_publishing_that_hangs_is_given_up(hive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hivemind.publication.TIMEOUT_S", 0.1)

    async def publish(self, worker, output, session):
        await asyncio.sleep(30)

    done = hive.run(hive.Workers([hive.spec("w")]), one("hivemind_publish", publish))
    assert done.statuses == {"w": "completed"}
    (event,) = done.of_type("publish_failed")
    assert "took longer than 0.1 s" in event.details.error


def test_published_artifacts_are_on_record(hive) -> None:
    def publish(self, worker, output, session):
        path = session.write_file(worker.name, "sub/x.txt", output.summary)
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        return [Artifact(path=f"workers/files/w/sub/{path.name}", kind="published", sha256=digest, size=len(data))]

    done = hive.run(hive.Workers([hive.spec("w")]), one("hivemind_publish", publish))
    (event,) = done.of_type("worker_published")
    assert event.details.artifacts[0].path == "workers/files/w/sub/x.txt"
    assert (done.session.path / "workers/files/w/sub/x.txt").read_text() == "w is done"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "workers/files/w/none.txt"}, "there is no such file"),
        ({"path": "../outside.txt"}, "it is outside the session"),
        ({"path": "/etc/hostname"}, "the path is not relative"),
        ({"size": 3}, "bytes, not 3"),
        ({"sha256": "0" * 64}, "its SHA-256 is"),
    ],
)
def test_a_published_artifact_that_is_not_as_stated_is_trouble(hive, change: dict[str, object], said: str) -> None:
    def publish(self, worker, output, session):
        data = session.write_file(worker.name, "x.txt", "text").read_bytes()
        (session.path.parent / "outside.txt").write_bytes(data)
        true = {"path": "workers/files/w/x.txt", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        return [Artifact.model_validate({"kind": "published", **true, **change})]

    done = hive.run(hive.Workers([hive.spec("w")]), one("hivemind_publish", publish))
    (event,) = done.of_type("publish_failed")
    assert said in event.details.error
    assert event.details.plugin == "p2"
    assert done.of_type("worker_published") == []


def test_publishing_that_changes_the_outputs_own_files_is_trouble(hive) -> None:
    def publish(self, worker, output, session):
        session.write_file(worker.name, "a.txt", "other")
        return []

    async def work(context, runtime):
        return WorkerOutput(summary="s", files=[GeneratedFile(path="a.txt", content="own")])

    done = hive.run(hive.Workers([hive.spec("w")], {"w": work}), one("hivemind_publish", publish))
    (event,) = done.of_type("projection_failed")
    assert "changed by publishing: workers/files/w/a.txt: it has 5 bytes, not 3" in event.details.error


# -- hivemind_event ----------------------------------------------------------------------------------------------------


def test_a_listener_that_fails_or_hangs_is_muted_once(hive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hivemind.listeners.PATIENCE_S", 0.1)
    heard: list[str] = []
    calls = {"raises": 0, "hangs": 0}

    def raises(self, event):
        calls["raises"] += 1
        broken()

    async def hangs(self, event):
        calls["hangs"] += 1
        await asyncio.sleep(30)

    def hears(self, event):
        heard.append(event.type)

    listeners = [one("hivemind_event", function) for function in (raises, hangs, hears)]
    done = hive.run(hive.Workers([hive.spec("a"), hive.spec("b", after=["a"])]), *listeners)
    assert done.status == "completed"
    assert calls == {"raises": 1, "hangs": 1}
    muted = {event.details.plugin: event.details.error for event in done.of_type("listener_muted")}
    assert set(muted) == {"p2", "p3"}
    assert "no luck" in muted["p2"]
    assert "did not return from hivemind_event within 0.1 s" in muted["p3"]
    on_disk = [event.type for event in done.events]
    assert [kind for kind in heard if kind != "listener_muted"] == [
        kind for kind in on_disk[1:] if kind != "listener_muted"
    ]


# -- registration ------------------------------------------------------------------------------------------------------


def test_shapes_that_are_refused(hive) -> None:
    async def coroutine(self, worker, task, context, runtime):
        return None

    async def generator(self, worker, task, session):
        yield None

    def wrapper(self, event):
        yield

    class Newer:
        HOOK_API_VERSION = 99

    wrapped = type("W", (), {"hivemind_event": hookimpl(wrapper, wrapper=True)})()
    cases = {
        "hivemind_execute can't be 'async def'": one("hivemind_execute", coroutine),
        "hivemind_workers can't be 'async def'": one("hivemind_workers", coroutine),
        "is an async generator": one("hivemind_load_context", generator),
        "can't be a wrapper": wrapped,
        "unknown hook 'hivemind_wrkers'": one("hivemind_wrkers", lambda self: []),
        "made for hook API version 99": Newer(),
    }
    for said, plugin in cases.items():
        manager = hive.manager(plugin, hive.Workers([hive.spec("fine")]))
        assert said in (manager.plugins["p1"].problem or ""), said
        assert list(build_registry(manager).workers) == ["fine"]


def test_a_name_that_is_taken_and_one_that_is_blocked(hive) -> None:
    from hivemind.plugins import PluginManager

    manager = PluginManager(["no"])
    manager.register(hive.Workers([hive.spec("a")]), "yes")
    manager.register(hive.Workers([hive.spec("b")]), "yes")
    manager.register(hive.Workers([hive.spec("c")]), "no")
    assert list(build_registry(manager).workers) == ["a"]
    assert {info.name: info.status for info in manager.plugins.values()}["no"] == "blocked"
    assert "the name 'yes' is taken" in (manager.broken[0].problem or "")


def test_one_object_under_two_names_is_reported_and_the_first_stays(hive) -> None:
    plugin = hive.Workers([hive.spec("a")])
    manager = hive.manager(plugin, plugin)
    assert [info.name for info in manager.broken] == ["p2"]
    assert "already registered under a different name" in (manager.broken[0].problem or "")
    assert build_registry(manager).get("a").plugin == "p1"


def test_implementations_take_only_the_arguments_that_they_name(hive) -> None:
    seen: list[str] = []

    def load(self, worker):
        seen.append(worker.name)
        return []

    hive.run(hive.Workers([hive.spec("w")]), one("hivemind_load_context", load))
    assert seen == ["w"]


def test_a_duplicate_worker_is_refused_only_where_it_is_needed(hive) -> None:
    from hivemind.config import load_configuration
    from hivemind.errors import DuplicateWorkerError

    manager = hive.manager(hive.Workers([hive.spec("a"), hive.spec("b")]), hive.Workers([hive.spec("a")]))
    registry = build_registry(manager)
    with pytest.raises(DuplicateWorkerError, match=r"p1.*p2"):
        registry.get("a")
    configuration = load_configuration(hive.root, {"model": "embedded"}, {})
    task = hive.orchestrator(hive.Workers([hive.spec("x")])).session.task
    plan, _ = make_plan(manager, registry, configuration, task, Request(["b"]))
    assert [one.spec.name for one in plan.workers] == ["b"]
    settled = build_registry(
        hive.manager(hive.Workers([hive.spec("a")]), hive.Workers([hive.spec("a")])), None, {"a": "p2"}
    )
    assert settled.get("a").plugin == "p2"
