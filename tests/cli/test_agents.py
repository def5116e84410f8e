"""`hivemind agents`: check, list, import and export, and what the rest of the command line makes of agent files."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

STEPS = [
    "1. **Load session context** from active session directory",
    "2. **Execute startup protocols** (handled by Pydantic AI framework)",
    "3. **Spawn Pydantic AI {role}** using module command above",
    "4. **Monitor and log** implementation progress and results",
    "5. **Update session state** with completion status",
]


@pytest.fixture
def put(cli) -> Callable[..., Path]:
    """Writes an agent file, relative to where the command line runs."""

    def write(relative: str, *lines: str, body: str = "Do it.") -> Path:
        path = cli.cwd / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}\n")
        return path

    return write


def findings(document: dict, level: str = "error") -> list[tuple[str, int, str]]:
    return [(one["file"], one["line"], one["message"]) for one in document["findings"] if one["level"] == level]


def command_of(path: Path) -> list[str]:
    found = re.search(r"```bash\n(.*)\n```", path.read_text())
    assert found is not None
    text = found[1].replace("{session_id}", "last").replace("{task_description}", "Look again")
    return shlex.split(text)


# -- check ------------------------------------------------------------------------------------------------------------


def test_check_of_nothing_and_of_all_well(cli, greeter, inside, put) -> None:
    nothing = inside("agents", "check", check=0)
    assert (nothing.out, "no agent files in .hivemind/workers and .claude/agents" in nothing.err) == ("", True)
    put(".claude/agents/a.md", "name: a", "description: d", "after: [greeter]")
    assert inside("agents", "check", check=0).out == "1 agent file: 0 errors, 0 warnings, 0 notes\n"


def test_check_tells_each_kind_of_trouble_with_file_and_line(cli, greeter, inside, put) -> None:
    put(".claude/agents/no-name.md", "description: d")
    put(".claude/agents/no-description.md", "name: no-description")
    put(".claude/agents/colon.md", "name: colon", "description: use it: now")
    put(".claude/agents/hooked.md", "name: hooked", "description: d", "hooks:", "  Stop: []", "memory: user")
    put(".claude/agents/tools.md", "name: tools", "description: d", "tools: Raed")
    put(".claude/agents/one/twice.md", "name: twice", "description: d")
    put(".claude/agents/two/twice.md", "description: d", "name: twice")
    put(".hivemind/workers/writer.md", "name: writer", "description: d")
    put(".hivemind/workers/lost.md", "name: lost", "description: d", "requires: nobody")
    put(".hivemind/workers/slip.md", "name: slip", "description: d", "after: greeter-worke")
    put(".hivemind/workers/ring-a.md", "name: ring-a", "description: d", "after: ring-b")
    put(".hivemind/workers/ring-b.md", "name: ring-b", "description: d", "requires: [ring-a]")
    put(".hivemind/workers/partner.md", "name: partner", "description: d", "aligns_with: somebody-else")
    put(".hivemind/workers/Lost.md", "name: Lost", "description: d")
    (cli.cwd / ".claude/agents/README.md").write_text("# About\n")
    found = inside("agents", "check", "--json", check=1).json
    assert set(found) == {"schema_version", "ok", "files", "workers", "errors", "warnings", "findings"}
    assert (found["ok"], found["files"], found["workers"]) == (False, 14, 13)
    twice = "worker 'twice' is given more than once: by .claude/agents/one/twice.md, .claude/agents/two/twice.md"
    writer = "worker 'writer' is given more than once: by greeter (entry point greeter = greeter_plugin), "
    assert findings(found) == [
        (".claude/agents/hooked.md", 4, "field 'hooks' can't be enforced: no hook of an agent file is run"),
        (".claude/agents/hooked.md", 6, "field 'memory' can't be enforced: a worker keeps no memory between sessions"),
        (".claude/agents/no-name.md", 1, "the front matter has no 'name'"),
        (".claude/agents/one/twice.md", 2, twice),
        (".claude/agents/tools.md", 4, "unknown tool 'Raed': it is not given"),
        (".claude/agents/two/twice.md", 3, twice),
        (".hivemind/workers/lost.md", 4, "requires 'nobody', which nobody provides"),
        (".hivemind/workers/ring-a.md", 4, "workers wait for each other in a circle: ring-a -> ring-b -> ring-a"),
        (".hivemind/workers/ring-b.md", 4, "workers wait for each other in a circle: ring-a -> ring-b -> ring-a"),
        (
            ".hivemind/workers/slip.md",
            4,
            "after 'greeter-worke', which nobody provides: did you mean 'greeter-worker' or 'greeter'?",
        ),
        (".hivemind/workers/writer.md", 2, f"{writer}.hivemind/workers/writer.md"),
    ]
    case = "writes the same files in a session as"
    assert findings(found, "warning") == [
        (".claude/agents/colon.md", 3, "the front matter is no strict YAML: it was read line by line"),
        (".claude/agents/no-description.md", 2, "no 'description': the first line of the body is taken"),
        (
            ".hivemind/workers/Lost.md",
            2,
            f"worker 'Lost' {case} 'lost', on a system that tells no upper from lower case",
        ),
        (
            ".hivemind/workers/lost.md",
            2,
            f"worker 'lost' {case} 'Lost', on a system that tells no upper from lower case",
        ),
        (".hivemind/workers/partner.md", 4, "aligns_with 'somebody-else', which nobody provides"),
    ]
    assert [one[0] for one in findings(found, "note")] == [".claude/agents/README.md"]
    said = inside("agents", "check", check=1)
    assert ".claude/agents/hooked.md:4: error: field 'hooks' can't be enforced" in said.out
    assert said.out.endswith("14 agent files: 11 errors, 5 warnings, 1 note\n")


def test_check_of_a_file_or_folder_looks_at_that_alone(cli, greeter, inside, put, tmp_path) -> None:
    put(".claude/agents/bad.md", "description: d")
    put(".claude/agents/good.md", "name: good", "description: d")
    outside = put("../elsewhere/new.md", "name: new", "description: d", "requires: [good, greeter]")
    put("../elsewhere/deep/writer.md", "name: writer", "description: d")
    assert inside("agents", "check", str(outside), check=0).out == "1 agent file: 0 errors, 0 warnings, 0 notes\n"
    assert inside("agents", "check", ".claude/agents/good.md", check=0)
    found = inside("agents", "check", str(outside.parent), "--json", check=1).json
    assert [(one[0].rpartition("/")[2], one[1]) for one in findings(found)] == [("writer.md", 2)]
    missing = inside("agents", "check", "nothing.md", check=2)
    assert "error: no such file or folder: nothing.md" in missing.err


def test_the_users_own_files_are_checked_where_asked_for(cli, greeter, inside, tmp_path) -> None:
    mine = tmp_path / "claude" / "agents" / "mine.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("---\nname: mine\ndescription: d\nhooks: {a: b}\n---\n")
    cli.env["CLAUDE_CONFIG_DIR"] = str(tmp_path / "claude")
    assert inside("agents", "check", "--json", check=0).json["files"] == 0
    for how in (("--user-agents",), ()):
        env = {} if how else {"HIVEMIND_USER_AGENTS": "true"}
        found = inside("agents", "check", *how, "--json", env=env, check=1).json
        assert findings(found)[0][0] == mine.as_posix()
    (cli.cwd / "hivemind.toml").write_text("user_agents = true\n")
    assert inside("workers", "show", "mine", check=0).out.startswith("name          mine\n")
    assert inside("--user-agents", "agents", "list", "--json", check=0).json["files"] == [
        {"file": mine.as_posix(), "state": "worker", "worker": "mine"}
    ]


# -- what the rest makes of them --------------------------------------------------------------------------------------


def test_what_is_not_enforced_is_told_where_the_worker_is_shown_or_runs(cli, greeter, inside, put) -> None:
    put(".claude/agents/a.md", "name: hooked", "description: d", "hooks: {Stop: []}", "model: test")
    shown = inside("workers", "show", "hooked", check=0)
    assert ".claude/agents/a.md:4: field 'hooks' can't be enforced" in shown.err
    document = inside("workers", "show", "hooked", "--json", check=0).json
    assert document["problems"] == ["4: field 'hooks' can't be enforced: no hook of an agent file is run"]
    planned = inside("plan", "Do it", "--worker", "hooked", check=0)
    assert ".claude/agents/a.md:4: field 'hooks' can't be enforced" in planned.err
    assert "hooks" not in inside("plan", "Do it", check=0).err


def test_a_collision_stops_that_worker_alone(cli, greeter, inside, put) -> None:
    put(".claude/agents/writer.md", "name: writer", "description: d")
    put(".claude/agents/other.md", "name: other", "description: d")
    refused = inside("run", "Do it", check=3)
    assert "worker 'writer' is given more than once" in refused.err
    assert ".claude/agents/writer.md" in refused.err
    assert "[prefer]" in refused.err
    assert inside("run", "Do it", "--worker", "greeter", check=0)
    assert inside("workers", "show", "other", check=0)
    (cli.cwd / "hivemind.toml").write_text('[prefer]\nwriter = "greeter"\n')
    settled = inside("run", "Do it", check=0)
    assert "more than once" not in settled.err
    (cli.cwd / "hivemind.toml").write_text('[prefer]\nwriter = ".claude/agents/writer.md"\n')
    assert inside("workers", "show", "writer", "--json", check=0).json["source"] == ".claude/agents/writer.md"


def test_dependencies_in_front_matter_run_in_their_order(cli, greeter, inside, put, sessions, journal) -> None:
    put(".claude/agents/first.md", "name: first", "description: d", "model: test", "capabilities: [groundwork]")
    put(".claude/agents/second.md", "name: second", "description: d", "model: test", "requires: first")
    put(".claude/agents/third.md", "name: third", "description: d", "model: test", "requires: capability:groundwork",
        "after:", "  - second", "  - greeter", "aligns_with: second")  # fmt: skip
    inside("run", "Do it", "--worker", "third", "--worker", "second", "--worker", "greeter", "--quiet", check=0)
    started = [one["agent"] for one in journal(sessions()[0]) if one["type"] == "worker_started"]
    assert set(started) >= {"first", "second", "third", "greeter-worker"}
    assert started.index("first") < started.index("second") < started.index("third")
    assert started.index("greeter-worker") < started.index("third")


def test_bad_files_take_neither_the_graph_nor_selectors_down(cli, greeter, inside, put) -> None:
    put(".claude/agents/lost.md", "name: lost", "description: d", "requires: nobody")
    put(".claude/agents/broken.md", "description: d")
    put(".claude/agents/fit.md", "name: fit", "description: d", "after: writer")
    shown = inside("graph", "show", check=0)
    assert "fit" in shown.out
    assert "worker 'lost' is left out: requires 'nobody', which nobody provides" in shown.err
    assert ".claude/agents/broken.md:1: the front matter has no 'name'" in shown.err
    assert "fit" in inside("graph", "show", "--select", "writer+", check=0).out
    refused = inside("plan", "Do it", "--worker", "lost", check=3)
    assert "requires 'nobody', which nobody provides" in refused.err


# -- export -----------------------------------------------------------------------------------------------------------


def test_export_writes_the_shipped_workers_and_changes_nothing_else(cli, inside) -> None:
    before = inside("workers", "list", check=0), inside("graph", "show", check=0)
    written = inside("agents", "export", "--json", check=0).json
    files = {one["worker"]: cli.cwd / one["file"] for one in written["files"]}
    assert set(files) == {"analyzer-worker", "architect-worker", "backend-worker", "frontend-worker"}
    assert {one["state"] for one in written["files"]} == {"written"}
    after = inside("workers", "list", check=0), inside("graph", "show", check=0)
    assert after == before
    assert inside("agents", "check", "--json", check=0).json["findings"] == []
    for name, path in files.items():
        text, role = path.read_text(), name.removesuffix("-worker")
        front = yaml.safe_load(text.split("---\n")[1])
        assert list(front)[:8] == "type role name capabilities priority description model color".split()  # noqa: SIM905
        assert (front["type"], front["role"], front["name"]) == ("worker", role, name)
        assert [line for line in text.splitlines() if re.match(r"\d\. ", line)] == [
            step.format(role=role) for step in STEPS
        ]
        assert f"python -m hivemind_{role}.runner --session {{session_id}} --task" in text
    states = {one["state"] for one in inside("agents", "export", "--json", check=0).json["files"]}
    assert states == {"unchanged"}


def test_the_commands_of_exported_files_work(cli, greeter, inside, put, sessions) -> None:
    put(".hivemind/workers/helper.md", "name: helper", "description: d", "model: test", "tools: Read")
    inside("run", "Do it", "--quiet", check=0)
    inside("agents", "export", "writer", "helper", check=0)
    for name in ("writer", "helper"):
        words = command_of(cli.cwd / ".claude" / "agents" / f"{name}.md")
        assert words[0] == "hivemind"
        assert "completed" in inside(*words[1:], check=0).out
    inside("agents", "check", check=0)
    assert len(sessions()) == 1


def test_the_runner_of_a_shipped_worker_is_its_command(cli, inside) -> None:
    inside("run", "Describe it", "--worker", "architect", "--model", "embedded", "--quiet", check=0)
    inside("agents", "export", "architect", "--to", "out", check=0)
    words = command_of(cli.cwd / "out" / "architect-worker.md")
    assert words[:3] == ["python", "-m", "hivemind_architect.runner"]
    assert "completed" in cli.python(*words[1:], check=0).out


def test_export_overwrites_only_what_it_wrote(cli, greeter, inside, put) -> None:
    foreign = put(".claude/agents/writer.md", "name: my-own", "description: d")
    kept = foreign.read_bytes()
    refused = inside("agents", "export", "writer", "greeter", check=2)
    assert ".claude/agents/writer.md was not written by 'hivemind agents export'" in refused.err
    assert (foreign.read_bytes(), os.listdir(foreign.parent)) == (kept, ["writer.md"])
    inside("agents", "export", "writer", "--force", check=0)
    ours = foreign.read_text()
    foreign.write_text(ours + "\nAnd this too.\n")
    assert findings(inside("agents", "check", "--json", check=0).json, "note")[0][2].startswith("the wrapper of")
    assert "was edited since it was written" in inside("agents", "export", "writer", check=2).err
    foreign.write_text(ours)
    cli.env["HIVEMIND_SESSIONS_ROOT"] = "elsewhere"
    stale = inside("agents", "check", "--json", check=0).json
    assert findings(stale, "warning")[0][2] == "the wrapper of worker 'writer' is out of date"
    replaced = inside("agents", "export", "writer", "--json", check=0).json["files"][0]
    assert replaced["state"] == "replaced"
    assert "elsewhere/{session_id}/" in foreign.read_text()


def test_export_never_takes_the_place_of_a_definition(cli, greeter, inside, put) -> None:
    path = put(".claude/agents/helper.md", "name: helper", "description: d")
    before = path.read_bytes()
    refused = inside("agents", "export", "helper", "--force", check=2)
    assert "defines worker 'helper' itself" in refused.err
    assert path.read_bytes() == before
    inside("agents", "export", "helper", "--to", "wrappers", "--model", "test", check=0)
    assert "--model test\n" in (cli.cwd / "wrappers" / "helper.md").read_text()
    assert "defines no worker that can be chosen" in inside("agents", "export", "x.md", check=2).err
    by_path = inside("agents", "export", ".claude/agents/helper.md", "--to", "wrappers", "--json", check=0).json
    assert [(one["worker"], one["state"]) for one in by_path["files"]] == [("helper", "replaced")]
    assert "unknown worker 'helpr'" in inside("agents", "export", "helpr", check=2).err


def test_a_wrapper_of_what_is_gone_is_no_worker(cli, greeter, inside) -> None:
    inside("agents", "export", "writer", check=0)
    gone = ("--block-plugin", "greeter")
    checked = inside(*gone, "agents", "check", "--json", check=1).json
    assert findings(checked)[0][2] == "wraps worker 'writer': unknown worker 'writer'"
    assert inside(*gone, "workers", "list", "--json", check=0).json["workers"] == []
    assert "unknown worker 'writer'" in inside(*gone, "run", "x", "--worker", "writer", check=2).err
    by_path = inside(*gone, "run", "x", "--worker", ".claude/agents/writer.md", check=2)
    assert "unknown worker 'writer'" in by_path.err


def test_a_hand_written_wrapper_of_an_installed_worker_is_one(cli, inside, put) -> None:
    body = (
        "# Backend Worker - Claude Agent Wrapper\n\n## Pydantic AI Integration\n\n### Spawn Command\n\n```bash\n"
        'python -m hivemind_backend.runner --session {session_id} --task "{task_description}"\n```'
    )
    put(
        ".claude/agents/backend.md",
        "type: worker",
        "role: backend",
        "name: backend-worker",
        "description: d",
        body=body,
    )
    assert inside("workers", "list", check=0).err == ""
    found = inside("agents", "list", "--json", check=0).json["files"]
    assert found == [{"file": ".claude/agents/backend.md", "state": "wrapper", "worker": "backend-worker"}]
    assert findings(inside("agents", "check", "--json", check=0).json, "note")[-1][2].startswith("wraps worker")
    foreign = body.replace("hivemind_backend.runner", "tools.backend.runner")
    put(".claude/agents/backend.md", "name: backend-worker", "description: d", body=foreign)
    found = inside("agents", "check", "--json", check=1).json
    said = "tools.backend.runner runs no worker that is installed: the file is taken as a worker of its own"
    assert findings(found, "warning") == [(".claude/agents/backend.md", 12, said)]
    assert found["findings"][-1]["remedy"] == "run hivemind_backend.runner to make it a wrapper"


# -- import -----------------------------------------------------------------------------------------------------------


def test_import_copies_byte_for_byte(cli, greeter, inside, put, tmp_path) -> None:
    source = tmp_path / "elsewhere" / "Reviewer.md"
    source.parent.mkdir()
    source.write_bytes(b"\xef\xbb\xbf---\r\nname: reviewer # mine\r\ndescription: d\r\n---\r\nRead.\r\n")
    done = inside("agents", "import", str(source), "--json", check=0).json
    assert done["files"][0]["file"] == ".hivemind/workers/Reviewer.md"
    target = cli.cwd / ".hivemind" / "workers" / "Reviewer.md"
    assert target.read_bytes() == source.read_bytes()
    assert inside("workers", "show", "reviewer", check=0)
    assert inside("agents", "import", str(source), "--json", check=0).json["files"][0]["state"] == "unchanged"
    source.write_bytes(source.read_bytes() + b"More.\r\n")
    assert "is there already" in inside("agents", "import", str(source), check=2).err
    inside("agents", "import", str(source), "--force", check=0)
    assert target.read_bytes().endswith(b"More.\r\n")
    inside("agents", "import", str(source), "--name", "second", check=0)
    renamed = (cli.cwd / ".hivemind" / "workers" / "second.md").read_bytes()
    assert renamed == source.read_bytes().replace(b"reviewer # mine", b"second")
    assert sorted(os.listdir(target.parent)) == ["Reviewer.md", "second.md"]


def test_import_of_a_folder_takes_what_loads_and_tells_the_rest(cli, greeter, inside, put) -> None:
    put("../coll/a.md", "name: a", "description: d")
    put("../coll/x/same.md", "name: same-x", "description: d")
    put("../coll/y/same.md", "name: same-y", "description: d")
    put("../coll/y/bad.md", "description: d")
    put("../coll/writer.md", "name: writer", "description: d", "hooks: {a: b}")
    (cli.cwd / "../coll/README.md").write_text("# About\n")
    done = inside("agents", "import", "../coll", "--json", check=1)
    assert {one["file"].rpartition("/")[2] for one in done.json["files"]} == {
        "a.md", "same.md", "y-same.md", "writer.md"
    }  # fmt: skip
    told = [(one[0].rpartition("/")[2], one[2]) for one in findings(done.json)]
    assert [name for name, _ in told] == ["writer.md", "bad.md", "writer.md"]
    assert told[1][1] == "the front matter has no 'name'"
    assert told[2][1].startswith("worker 'writer' is given more than once: by greeter (")
    assert inside("workers", "show", "same-y", check=0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.md",), "no such file or folder: nothing.md"),
        (("empty",), "no agent file in empty"),
        (("page.md",), "page.md:1: no front matter"),
        (("../coll", "--name", "x"), "--name goes with one file"),
        (("good.md", "--name", "a b"), "can't be a worker's name"),
        ((".claude/agents/here.md",), "can be chosen as it is: it gives worker 'here'"),
    ],
)
def test_what_is_not_imported(cli, greeter, inside, put, arguments: tuple[str, ...], said: str) -> None:
    put("../coll/a.md", "name: a", "description: d")
    put("good.md", "name: good", "description: d")
    put(".claude/agents/here.md", "name: here", "description: d")
    (cli.cwd / "page.md").write_text("# A page\n")
    (cli.cwd / "empty").mkdir()
    refused = inside("agents", "import", *arguments)
    assert refused.code in (2, 3)
    assert said in refused.err
    assert not (cli.cwd / ".hivemind").exists()


def test_a_definition_goes_out_and_comes_back(cli, greeter, inside, put) -> None:
    put(".hivemind/workers/helper.md", "name: helper", "description: 'use it: now'", "tools: Read", "team: data",
        "after: greeter", body="# Helper\n\n---\n\nHelp.")  # fmt: skip
    before = inside("workers", "show", "helper", "--json", check=0).json
    inside("agents", "export", "helper", check=0)
    (cli.cwd / ".hivemind" / "workers" / "helper.md").unlink()
    assert "unknown worker" in inside("workers", "show", "helper", check=2).err
    inside("agents", "import", ".claude/agents/helper.md", check=0)
    after = inside("workers", "show", "helper", "--json", check=0).json
    assert after == before
    assert "team: data\n" in (cli.cwd / ".hivemind" / "workers" / "helper.md").read_text()
    assert inside("agents", "check", "--json", check=0).json["errors"] == 0
    only_runs = inside("agents", "export", "writer", "--to", "out", check=0)
    assert only_runs.out == "written    out/writer.md\n"
    assert "defines none" in inside("agents", "import", "out/writer.md", check=3).err


def test_the_command_of_a_users_own_worker_finds_it(cli, greeter, inside, tmp_path, sessions) -> None:
    mine = tmp_path / "claude" / "agents" / "mine.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("---\nname: mine\ndescription: d\nmodel: test\n---\n")
    cli.env["CLAUDE_CONFIG_DIR"] = str(tmp_path / "claude")
    inside("run", "Do it", "--quiet", check=0)
    inside("agents", "export", "mine", "--user-agents", check=0)
    words = command_of(cli.cwd / ".claude" / "agents" / "mine.md")
    assert "completed" in inside(*words[1:], check=0).out
    assert inside("workers", "list", "--user-agents", check=0).err == ""


LOCAL = """
from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="house", role="house", description="Says hello.", rules=f"{__name__}:greet")


def greet(task, context):
    return WorkerOutput(summary="hello")
"""


@pytest.mark.parametrize("by_setting", [False, True])
def test_the_command_of_a_local_plugins_worker_finds_it(cli, greeter, inside, sessions, by_setting) -> None:
    package = cli.cwd / "my tools" / "house"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(LOCAL)
    (package / "runner.py").write_text("raise SystemExit('no other process knows this module')")
    named = () if by_setting else ("--plugins-dir", "my tools")
    if by_setting:
        (cli.cwd / "hivemind.toml").write_text('plugins_dir = ["my tools"]')
        inside("plugins", "trust", "./my tools", check=0)
    inside("run", "Do it", "--worker", "writer", "--quiet", check=0)
    inside("agents", "export", "house", *named, check=0)
    path = cli.cwd / ".claude" / "agents" / "house.md"
    words = command_of(path)
    assert words[:4] == ["hivemind", "workers", "run", "house"]
    assert ("--plugins-dir" in words) is not by_setting
    assert "completed" in inside(*words[1:], check=0).out
    assert len(sessions()) == 1
    assert inside("workers", "list", *named, check=0).err == ""
    assert inside("agents", "check", *named, check=0).out == "1 agent file: 0 errors, 0 warnings, 0 notes\n"
    text = path.read_text()
    assert "`my tools/house`" in text
    assert "`house.plugin:greet`" in text
    assert "hivemind_local_" not in text
    if not by_setting:
        assert "check again with --plugins-dir 'my tools'" in inside("agents", "check", check=1).out
