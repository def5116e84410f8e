"""Agent files among the workers: available, not run by default; collisions; wrappers."""

from __future__ import annotations

from pathlib import Path

import pytest

from hivemind.config import load_configuration
from hivemind.errors import DuplicateWorkerError, GraphError
from hivemind.models import Task
from hivemind.planning import Request, make_plan
from hivemind.registry import Registry, build_registry
from hivemind.universes import installed


@pytest.fixture
def put(hive):
    def write(relative: str, name: str, *lines: str, body: str = "Do it.") -> Path:
        path = hive.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        front = "".join(f"{line}\n" for line in (f"name: {name}", "description: d", *lines))
        path.write_text(f"---\n{front}---\n{body}\n")
        return path

    return write


@pytest.fixture
def registry(hive):
    def build(*names: str, **more: object) -> Registry:
        plugins = [hive.Workers([hive.spec(name)]) for name in names]
        return build_registry(hive.manager(*plugins), hive.root, **more)

    return build


def test_they_can_be_chosen_and_do_not_run_by_default(hive, put, registry) -> None:
    put(".claude/agents/a.md", "from-claude")
    put(".hivemind/workers/b.md", "from-us")
    found = registry("w")
    assert {name: entry.default for name, entry in found.workers.items()} == {
        "from-claude": False,
        "from-us": False,
        "w": True,
    }
    manager = hive.manager(hive.Workers([hive.spec("w")]))
    configuration = load_configuration(hive.root, {}, {})
    plan, _ = make_plan(manager, found, configuration, Task(text="t", repo=str(hive.root)), Request())
    assert [one.spec.name for one in plan.workers] == ["w"]


def test_a_collision_takes_that_name_only_and_names_all_paths(put, registry) -> None:
    put(".claude/agents/one/x.md", "twice")
    put(".claude/agents/two/x.md", "twice")
    put(".hivemind/workers/y.md", "twice")
    put(".claude/agents/z.md", "once")
    found = registry("w")
    assert set(found.workers) == {"once", "w"}
    with pytest.raises(DuplicateWorkerError) as caught:
        found.get("twice")
    assert int(caught.value.exit_code) == 3
    assert caught.value.message == (
        "worker 'twice' is given more than once: by .hivemind/workers/y.md, .claude/agents/one/x.md, "
        ".claude/agents/two/x.md"
    )
    assert caught.value.hint == (
        'settle it in the configuration, such as hivemind.toml: [prefer] "twice" = ".hivemind/workers/y.md"'
    )
    assert found.get("once").spec.name == "once"


@pytest.mark.parametrize(
    ("choice", "source"),
    [
        (".claude/agents/two/x.md", ".claude/agents/two/x.md"),
        ("./.claude/agents/two/../one/x.md", ".claude/agents/one/x.md"),
        ("files", None),
        ("nothing", None),
    ],
)
def test_the_configuration_settles_a_collision(put, registry, choice: str, source: str | None) -> None:
    put(".claude/agents/one/x.md", "twice")
    put(".claude/agents/two/x.md", "twice")
    found = registry(prefer={"twice": choice})
    if source is None:
        assert "twice" in found.duplicates
        assert "twice" not in found.workers
    else:
        assert found.get("twice").source == source
        assert found.duplicates == {}


def test_a_plugins_worker_and_a_file_of_its_name(put, registry) -> None:
    put(".claude/agents/w.md", "w")
    found = registry("w", "v")
    assert set(found.workers) == {"v"}
    with pytest.raises(DuplicateWorkerError, match=r"p1 \(entry point p1 = .*\), \.claude/agents/w\.md") as caught:
        found.get("w")
    assert "--block-plugin" in (caught.value.hint or "")
    assert registry("w", prefer={"w": "p1"}).get("w").plugin == "p1"
    assert registry("w", prefer={"w": ".claude/agents/w.md"}).get("w").source == ".claude/agents/w.md"


def test_project_and_user_folder(hive, put, registry, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    put(".claude/agents/x.md", "twice")
    mine = tmp_path / "claude" / "agents" / "x.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("---\nname: twice\ndescription: mine\n---\n")
    assert registry().get("twice").source == ".claude/agents/x.md"
    assert [one.source for one in registry(user_agents=True).duplicates["twice"]] == [
        ".claude/agents/x.md",
        mine.as_posix(),
    ]
    preferred = registry(user_agents=True, prefer={"twice": "~/claude/agents/x.md"})
    assert preferred.get("twice").spec.description == "mine"


def test_names_that_come_to_the_same(put, registry) -> None:
    put(".claude/agents/a.md", "code reviewer")
    put(".claude/agents/b.md", "code-reviewer")
    assert set(registry().duplicates) == {"code-reviewer"}


SPAWN = '### Spawn Command\n\n```bash\n{command} --session {{session_id}} --task "{{task_description}}"\n```'


@pytest.mark.parametrize(
    ("name", "body", "wrapped"),
    [
        ("w", SPAWN.format(command="hivemind workers run w"), "w"),
        ("my-wrapper", SPAWN.format(command="hivemind workers run w"), "w"),
        ("w", "Run:\n\n    hivemind workers run w --session last", "w"),
        ("w", SPAWN.format(command="uv run hivemind workers run w"), "w"),
        ("w", SPAWN.format(command="python -m hivemind workers run w"), "w"),
        ("gone", SPAWN.format(command="python3 -m hivemind_gone.runner"), "gone"),
        ("gone", '<!-- hivemind:wrapper {"worker": "gone", "digest": "x"} -->\nEdited.', "gone"),
        ("gone", '<!-- hivemind:wrapper {"worker": "gone", broken} -->\nEdited.', "gone"),
        ("conductor", "First:\n```\nhivemind workers run w\nhivemind workers run v\n```", None),
        ("reader", "Tell people about `hivemind workers run w`.", None),
        ("other", SPAWN.format(command="python -m agents.pydantic_ai.backend.runner"), None),
        ("plain", "Never run hivemind workers by hand.", None),
    ],
)
def test_what_is_a_wrapper(put, registry, name: str, body: str, wrapped: str | None) -> None:
    put(".claude/agents/file.md", name, body=body)
    found = registry("w", "v")
    assert found.wrappers == ({".claude/agents/file.md": wrapped} if wrapped else {})
    assert found.duplicates == {}
    assert set(found.workers) == {"w", "v", *([] if wrapped else [name])}


def test_a_file_that_wraps_is_not_taken_as_a_worker_by_its_path(put, registry) -> None:
    path = put(".claude/agents/file.md", "w", body=SPAWN.format(command="hivemind workers run w"))
    found = registry("w")
    assert found.add_file(str(path)) == "w"
    assert found.get("w").plugin == "p1"


def test_one_that_does_not_fit_takes_nothing_out_of_the_graph(hive, put, registry) -> None:
    put(".claude/agents/a.md", "lost", "requires: nobody")
    put(".claude/agents/b.md", "leans-on-lost", "requires: lost")
    put(".claude/agents/c.md", "slip", "after: fit-worke")
    put(".claude/agents/d.md", "ring-a", "after: ring-b")
    put(".claude/agents/e.md", "ring-b", "requires: ring-a")
    put(".claude/agents/f.md", "fit-worker", "after: [w, stranger]")
    found = registry("w")
    manager = hive.manager(hive.Workers([hive.spec("w")]))
    shown = installed(manager, found, load_configuration(hive.root, {}, {}))
    assert sorted(shown.graph.entries) == ["fit-worker", "w"]
    assert shown.left_out == {
        "lost": "requires 'nobody', which nobody provides",
        "leans-on-lost": "requires 'lost', which nobody provides",
        "slip": "after 'fit-worke', which nobody provides: did you mean 'fit-worker'?",
        "ring-a": shown.left_out["ring-a"],
        "ring-b": shown.left_out["ring-b"],
    }
    assert "ring-a -> ring-b -> ring-a" in shown.left_out["ring-a"]


def test_dependencies_make_a_graph(hive, put, registry) -> None:
    put(".claude/agents/a.md", "reader", "role: reading", "capabilities: [lore]")
    put(".claude/agents/b.md", "thinker", "requires: reading")
    put(".claude/agents/c.md", "writer", "after:\n  - thinker\n  - w", "aligns_with: judge")
    put(".claude/agents/d.md", "judge", "requires: capability:lore, thinker")
    found = registry("w")
    manager = hive.manager(hive.Workers([hive.spec("w")]))
    configuration = load_configuration(hive.root, {}, {})
    task = Task(text="t", repo=str(hive.root))
    plan, graph = make_plan(manager, found, configuration, task, Request(["writer", "judge", "w"]))
    assert {(edge.before, edge.after, edge.kind) for edge in plan.edges} >= {
        ("reader", "thinker", "requires"),
        ("thinker", "writer", "after"),
        ("w", "writer", "after"),
        ("reader", "judge", "requires"),
        ("thinker", "judge", "requires"),
    }
    assert [{check.left, check.right} for check in plan.checks] == [{"writer", "judge"}]
    assert graph.topological()[0] in ("reader", "w")


def test_many_problems_are_told_in_short(put, registry, hive) -> None:
    for number in range(40):
        put(f".claude/agents/x{number:02}.md", "")
    told = registry("w").told()
    assert len(told) == 6
    assert told[0].startswith(".claude/agents/x00.md:2: the front matter has no 'name'")
    assert told[-1] == "and 35 more agent files do not load: see 'hivemind agents check'"
    assert len(registry("w").problems) == 40


def test_one_that_is_called_as_a_role_never_writes_over_the_roles_own_worker(hive, put, registry) -> None:
    put(".claude/agents/a.md", "storage")
    found = build_registry(hive.manager(hive.Workers([hive.spec("storage-worker", role="storage")])), hive.root)
    manager = hive.manager()
    configuration = load_configuration(hive.root, {}, {})
    task = Task(text="t", repo=str(hive.root))
    with pytest.raises(GraphError, match=r"would write the same files in a session"):
        make_plan(manager, found, configuration, task, Request(["storage", "storage-worker"]))
    plan, _ = make_plan(manager, found, configuration, task, Request(["storage"]))
    assert [one.source for one in plan.workers] == [".claude/agents/a.md"]
    shown = installed(manager, found, configuration)
    assert (sorted(shown.graph.entries), list(shown.left_out)) == (["storage-worker"], ["storage"])


def test_a_name_is_found_as_it_is_written(put, registry) -> None:
    put(".claude/agents/a.md", "Code Reviewer")
    assert registry().get("Code Reviewer").spec.name == registry().get("Code-Reviewer").spec.name == "Code-Reviewer"
    put(".claude/agents/b.md", "code review: two")
    put(".claude/agents/c.md", "code-review-two")
    with pytest.raises(DuplicateWorkerError):
        registry().get("code review: two")


def test_no_agent_file_is_pulled_into_a_default_run(hive, put) -> None:
    plugin = hive.Workers(
        [
            hive.spec("design-worker", role="design"),
            hive.spec("w", requires=("design", "capability:lore"), after=("look",)),
        ]
    )
    other = hive.Workers(
        [hive.spec("lore-worker", role="lore", capabilities=("lore",)), hive.spec("look-worker", role="look")]
    )
    put(".claude/agents/a.md", "design")
    put(".claude/agents/b.md", "second", "role: design", "capabilities: lore", "priority: critical")
    put(".claude/agents/c.md", "look")
    manager = hive.manager(plugin, other)
    configuration = load_configuration(hive.root, {}, {})
    task = Task(text="t", repo=str(hive.root))

    def planned(*names: str) -> tuple[list[str], set[tuple[str, str]]]:
        found = build_registry(manager, hive.root)
        plan, _ = make_plan(manager, found, configuration, task, Request(names))
        return sorted(one.spec.name for one in plan.workers), {(one.before, one.after) for one in plan.edges}

    usual = ["design-worker", "look-worker", "lore-worker", "w"]
    before = {("design-worker", "w"), ("lore-worker", "w"), ("look-worker", "w")}
    assert planned() == (usual, before)
    assert planned("w", "look-worker", "second") == (sorted([*usual, "second"]), before | {("second", "w")})
    put(".claude/agents/d.md", "design")
    assert planned() == (usual, before)
