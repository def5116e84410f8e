"""Whether what is installed is what a session was planned with: each kind of difference, and what is none."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hivemind import Edge, WorkerSpec, hookimpl
from hivemind.config import load_configuration
from hivemind.drift import differences, settle
from hivemind.errors import SessionDriftError
from hivemind.models import Plan, Task
from hivemind.planning import Request, make_plan
from hivemind.plugins import PluginManager, load_plugins
from hivemind.registry import build_registry

SPECS = (
    WorkerSpec(name="a", role="a", description="First."),
    WorkerSpec(name="b", role="b", description="Second.", after=("a",), aligns_with=("a",)),
)


def changed(who: str, /, **fields: object) -> tuple[WorkerSpec, ...]:
    """The workers, one of them changed."""
    return tuple(WorkerSpec.model_validate(one.model_dump() | fields) if one.name == who else one for one in SPECS)


class Site:
    """Plugins that are modules on disk, as the managers of one process after another load them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.configuration = load_configuration(folder, {"model": "embedded"}, {})
        self.task = Task(text="Do it", repo=str(folder))

    def module(self, name: str, source: str = "") -> ModuleType:
        """Write a module and import it anew."""
        (self.folder / f"{name}.py").write_text(source, encoding="utf-8")
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    def manager(
        self,
        specs: Sequence[WorkerSpec] = SPECS,
        *,
        name: str = "p",
        version: str = "1.0",
        distribution: str = "dist",
        source: str = "ANSWER = 42\n",
        edges: Sequence[Edge] = (),
    ) -> PluginManager:
        """The plugins of one process."""
        module: Any = self.module("drift_plugin", source)
        module.hivemind_workers = hookimpl(lambda: list(specs))
        module.hivemind_edges = hookimpl(lambda plan: list(edges))
        manager = load_plugins(entry_points=False)
        info = manager.register(module, name, distribution=distribution, version=version)
        assert info.status == "loaded", info.problem
        return manager

    def plan(self, manager: PluginManager) -> Plan:
        """What one process plans."""
        return make_plan(manager, build_registry(manager), self.configuration, self.task, Request())[0]

    def found(self, plan: Plan, manager: PluginManager, *, accept: bool = False) -> list[str]:
        """What differs for a later process; none where it goes on with the plan as it is."""
        try:
            settled, graph, differs = settle(manager, build_registry(manager), self.configuration, plan, accept=accept)
        except SessionDriftError as error:
            if accept or "--accept-drift" not in (error.hint or ""):
                raise
            return error.message.split("installed: ", 1)[1].split("; ")
        assert set(graph.nodes) == {*(one.spec.name for one in settled.workers), *(one.name for one in settled.checks)}
        assert differs or settled is plan
        return differs


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.syspath_prepend(str(tmp_path))
    known = set(sys.modules)
    yield Site(tmp_path)
    for name in set(sys.modules) - known:
        if name.startswith("drift_"):
            del sys.modules[name]


def test_the_same_workers_are_no_drift_whatever_their_order(site: Site) -> None:
    plan = site.plan(site.manager())
    assert all(len(one.code) == 64 for one in plan.workers)
    assert site.found(plan, site.manager()) == []
    assert site.found(plan, site.manager(tuple(reversed(SPECS)))) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", "Another."),
        ("instructions", "Do it otherwise."),
        ("model", "openai-chat:gpt-5-mini"),
        ("role", "c"),
        ("tools", ()),
        ("paths", ("src/**",)),
        ("capabilities", ("sql",)),
        ("priority", "high"),
        ("timeout_s", 5.0),
        ("cache", False),
    ],
)
def test_another_field_of_a_spec(site: Site, field: str, value: object) -> None:
    plan = site.plan(site.manager())
    found = site.found(plan, site.manager(changed("b", **{field: value})))
    assert f"worker 'b' has another {field}" in found
    assert not [one for one in found if "'a'" in one or "code" in one]


def test_a_worker_that_is_gone(site: Site) -> None:
    plan = site.plan(site.manager())
    found = site.found(plan, site.manager(changed("b", name="c")))
    assert "worker 'b' of plugin 'p' is not installed any more" in found
    assert site.found(plan, site.manager(SPECS[:1]), accept=True)[0].startswith("worker 'b' of plugin 'p' is not")


def test_a_plugin_that_is_gone_or_has_given_its_workers_to_another(site: Site) -> None:
    plan = site.plan(site.manager())
    gone = load_plugins(entry_points=False)
    with pytest.raises(SessionDriftError) as refused:
        settle(gone, build_registry(gone), site.configuration, plan, accept=True)
    assert "worker 'a' of plugin 'p' is not installed any more" in refused.value.message
    assert refused.value.hint == "start a new one with 'hivemind run'"
    found = site.found(plan, site.manager(name="q"))
    assert "worker 'a' comes from plugin 'q', it came from 'p'" in found
    assert not [one for one in found if "code" in one], "that the plugin is another says it already"


def test_another_version_says_so_once_and_says_nothing_of_code(site: Site) -> None:
    plan = site.plan(site.manager())
    other = site.manager(version="1.1", source="ANSWER = 43\n")
    assert site.found(plan, other) == ["plugin 'p' is of version 1.1, it was 1.0"]


def test_other_code_under_the_same_version_names_the_plugin_and_its_workers(site: Site) -> None:
    plan = site.plan(site.manager())
    other = site.manager(source="ANSWER = 43\n")
    told = "plugin 'p' has other code under the same version 1.0 (it makes workers a, b)"
    assert site.found(plan, other) == [told]
    assert site.found(plan, site.manager(source="ANSWER = 43\n"), accept=True) == [told]
    accepted = settle(other, build_registry(other), site.configuration, plan, accept=True)[0]
    assert site.found(accepted, site.manager(source="ANSWER = 43\n")) == [], "what was accepted is the plan now"


def test_code_that_a_spec_names_outside_its_plugin(site: Site) -> None:
    site.module("drift_rules", "def work(task, context): ...\n")
    specs = changed("b", rules="drift_rules:work")
    plan = site.plan(site.manager(specs))
    assert site.found(plan, site.manager(specs)) == []
    site.module("drift_rules", "def work(task, context): return None\n")
    assert site.found(plan, site.manager(specs)) == [
        "plugin 'p' has other code under the same version 1.0 (it makes worker b)"
    ]


def test_what_is_no_other_code(site: Site) -> None:
    """Comments of the plugin's own module, a plan of before code was noted, an object that a program registered."""
    plan = site.plan(site.manager())
    assert site.found(plan, site.manager(source="# the answer\nANSWER = 42\n")) == []
    before = plan.model_copy(update={"workers": tuple(one.model_copy(update={"code": ""}) for one in plan.workers)})
    assert Plan.model_validate_json(before.model_dump_json(exclude_defaults=True)) == before
    assert site.found(before, site.manager(source="ANSWER = 43\n")) == []
    program = site.plan(site.manager(distribution=""))
    assert {one.code for one in program.workers} == {""}
    assert site.found(program, site.manager(distribution="", source="ANSWER = 43\n")) == []


def test_a_package_is_looked_at_once_however_many_workers_it_makes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from hivemind import code_identity

    read: list[str] = []
    real = code_identity._without_specs
    monkeypatch.setattr(code_identity, "_without_specs", lambda data: read.append("once") or real(data))
    many = tuple(WorkerSpec(name=f"w{number}", role=f"w{number}", description="x") for number in range(300))
    plan = site.plan(site.manager(many))
    assert (len(plan.workers), len({one.code for one in plan.workers}), read) == (300, 1, ["once"])


def test_edges_that_are_gone_new_or_of_another_kind(site: Site) -> None:
    plan = site.plan(site.manager())
    assert "edge a -> b (after) is gone" in site.found(plan, site.manager(changed("b", after=())))
    hard = site.found(plan, site.manager(changed("b", after=(), requires=("a",))))
    assert {"edge a -> b (after) is gone", "edge a -> b (requires) is new, from plugin 'p'"} <= set(hard)
    told = "edge a -> check:a:b (aligns_with) is gone"
    assert told in site.found(plan, site.manager(changed("b", aligns_with=())))
    loose = changed("b", after=(), aligns_with=())
    plain = site.plan(site.manager(loose))
    added = site.found(plain, site.manager(loose, edges=[Edge(before="a", after="b")]))
    assert added == ["edge a -> b (after) is new, from plugin 'p'"]


def test_a_worker_that_is_required_now(site: Site) -> None:
    extra = WorkerSpec(name="z", role="z", description="Third.")
    manager = site.manager((*SPECS, extra))
    plan, _ = make_plan(manager, build_registry(manager), site.configuration, site.task, Request(("a", "b")))
    later = site.manager((*changed("b", requires=("z",)), extra))
    assert "worker 'z' is required now" in site.found(plan, later)


def test_workers_that_can_not_be_planned_any_more(site: Site) -> None:
    plan = site.plan(site.manager())
    circle = (*changed("a", after=("b",))[:1], SPECS[1])
    found = site.found(plan, site.manager(circle))
    assert any(one.startswith("the workers can't be planned any more: workers wait for each other") for one in found)
    with pytest.raises(SessionDriftError, match="can't go on with what is installed"):
        site.found(plan, site.manager(circle), accept=True)


def test_the_model_that_was_planned_stays_whatever_is_configured_now(site: Site) -> None:
    plan = site.plan(site.manager())
    other = load_configuration(site.folder, {"model": "openai-chat:gpt-5-mini"}, {})
    manager = site.manager(changed("b", description="Another."))
    settled, _, differs = settle(manager, build_registry(manager), other, plan, accept=True)
    assert differs == ["worker 'b' has another description"]
    assert {one.model for one in settled.workers} == {"embedded"}
    assert {one.model_origin for one in settled.workers} == {one.model_origin for one in plan.workers}


def test_without_a_fresh_plan_edges_are_not_compared(site: Site) -> None:
    plan = site.plan(site.manager())
    manager = site.manager(changed("b", after=()))
    assert differences(manager, build_registry(manager), plan, None) == ["worker 'b' has another after"]
