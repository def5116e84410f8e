"""One agent file: what becomes of its fields, and what is said of those that can't be kept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hivemind.agent_files.reading import AgentFile, parse, parse_bytes, read_agent_file, worker_name
from hivemind.errors import DefinitionError
from hivemind.models import WorkerSpec


def agent(*lines: str, body: str = "Do it.") -> AgentFile:
    return parse(
        "---\nname: reviewer\ndescription: Reviews.\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}", "x.md"
    )


def said(file: AgentFile, level: str = "error") -> list[tuple[int, str]]:
    return [(one.line, one.message) for one in file.remarks if one.level == level]


def test_the_least_and_nothing_to_say() -> None:
    file = agent()
    assert file.spec == WorkerSpec(name="reviewer", role="reviewer", description="Reviews.", instructions="Do it.")
    assert file.remarks == ()


@pytest.mark.parametrize(
    ("line", "tools"),
    [
        ("tools: Read, Grep", ("read_file", "search_files")),
        ("tools: Read Grep Glob", ("read_file", "search_files", "find_files")),
        ("tools: [Read, LS]", ("read_file", "list_directory")),
        ("tools:\n  - Read\n  - Grep", ("read_file", "search_files")),
        ("tools:\n\t- Read\n\t- Grep", ("read_file", "search_files")),
        ('tools: "Read, Grep"', ("read_file", "search_files")),
        ('tools: ["Read", "Grep"]', ("read_file", "search_files")),
        ("tools: Read, Bash(git log:*, git diff:*), Write", ("read_file", "Bash(git log:*, git diff:*)", "Write")),
        ("tools: mcp__github__search, Read", ("mcp__github__search", "read_file")),
        ('tools: "*"', None),
        ("tools: '*'", None),
        ("tools: Read, *", None),
        ("tools:", None),
        ("tools: ''", None),
        ("tools: []", ()),
        ("tools: read_file, search_files", ("read_file", "search_files")),
        ("tools: Agent, TaskCreate", ()),
        ("disallowedTools: Write, Edit", None),
        ("disallowedTools: Read", ("list_directory", "search_files", "find_files")),
        ("tools: Read, Grep\ndisallowedTools: [Grep]", ("read_file",)),
        ("tools: Read, Grep\ndisallowedTools: Grep(secrets/**)", ("read_file",)),
        ("disallowedTools: '*'", ()),
    ],
)
def test_tools(line: str, tools: tuple[str, ...] | None) -> None:
    file = agent(line)
    assert file.spec.tools == tools
    assert said(file) == []


def test_tools_that_are_not_given_are_noted() -> None:
    assert said(agent("tools: Read, Bash, Write"), "note") == [(4, "not given, a worker only reads: Bash, Write")]


@pytest.mark.parametrize(
    ("line", "message", "tools"),
    [
        ("tools: Raed, Grep", "unknown tool 'Raed': it is not given", ("search_files",)),
        ("tools: docker", "unknown tool 'docker': it is not given", ()),
        (
            "tools: Read(src/**)",
            "the limit of tool 'Read(src/**)' can't be enforced: Read is given whole",
            ("read_file",),
        ),
        ("disallowedTools: Rm", "unknown tool 'Rm': it is not given", None),
    ],
)
def test_tools_that_can_not_be_enforced(line: str, message: str, tools: tuple[str, ...] | None) -> None:
    file = agent(line)
    assert said(file) == [(4, message)]
    assert file.spec.tools == tools


@pytest.mark.parametrize(
    ("word", "model"),
    [
        ("inherit", None),
        ("Inherit", None),
        ("''", None),
        ("sonnet", "sonnet"),
        ("Opus", "opus"),
        ("sonnet[1m]", "sonnet"),
        ("claude-sonnet-4-5-20250929", "anthropic:claude-sonnet-4-5-20250929"),
        ("google-gla:gemini-2.5-flash", "google-gla:gemini-2.5-flash"),
        ("embedded", "embedded"),
    ],
)
def test_models(word: str, model: str | None) -> None:
    file = agent(f"model: {word}")
    assert file.spec.model == model
    assert said(file) == []


def test_a_model_that_nobody_knows_leaves_it_to_the_session() -> None:
    file = agent("model: grandmaster-9")
    assert file.spec.model is None
    assert said(file)[0][0] == 4
    assert "'grandmaster-9' names no provider" in said(file)[0][1]


def test_limits() -> None:
    assert agent("maxTurns: 7").spec.max_requests == 7
    assert agent("maxTurns: 7", "max_requests: 3").spec.max_requests == 3
    for wrong in ("0", "-1", "many", "1.5", "true", "[1]"):
        file = agent(f"maxTurns: {wrong}")
        assert file.spec.max_requests is None
        assert said(file)[0][1].startswith("maxTurns: ")


def test_our_own_fields() -> None:
    file = agent(
        "type: worker",
        "role: critic",
        "capabilities: [review, criticism]",
        "priority: low",
        "color: red",
        "requires: analyzer",
        "after: architect, backend",
        "aligns_with:\n  - frontend",
        "paths: ['src/**', docs/*.md]",
        "timeout_s: 30",
        "retries: 1",
        "cache: false",
    )
    spec = file.spec
    assert (spec.role, spec.capabilities, spec.priority, spec.color) == (
        "critic",
        ("review", "criticism"),
        "low",
        "red",
    )
    assert (spec.requires, spec.after, spec.aligns_with) == (("analyzer",), ("architect", "backend"), ("frontend",))
    assert (spec.paths, spec.timeout_s, spec.retries, spec.cache) == (("src/**", "docs/*.md"), 30.0, 1, False)
    assert file.remarks == ()


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("priority: urgent", "priority: "),
        ("retries: -1", "retries: "),
        ("timeout_s: soon", "timeout_s: "),
        ("cache: perhaps", "cache: "),
        ("role: " + "r" * 200, "role: "),
    ],
)
def test_a_value_of_ours_that_does_not_hold_is_left_out_and_told(line: str, start: str) -> None:
    file = agent(line)
    assert (file.spec.priority, file.spec.retries, file.spec.role) == ("medium", None, "reviewer")
    assert said(file)[0][0] == 4
    assert said(file)[0][1].startswith(start)


@pytest.mark.parametrize(
    "line",
    [
        "hooks:\n  PreToolUse:\n    - matcher: Bash",
        "mcpServers: [github]",
        "permissionMode: bypassPermissions",
        "permissionMode: acceptEdits",
        "memory: project",
        "isolation: worktree",
        "skills: [reviewing]",
        "background: true",
        "effort: high",
        "initialPrompt: Begin.",
        "rules: os:system",
        "agent: evil.module:build",
        "output_type: x:Y",
        "network: none",
        "allowed-tools: Read",
        "max_turns: 3",
        "disallowed_tools: Read",
        "sandbox: strict",
        "budgetUsd: 3",
        "temperature: 0.2",
    ],
)
def test_what_can_not_be_enforced_loads_and_is_an_error(line: str) -> None:
    file = agent(line)
    key = line.split(":")[0]
    assert [number for number, message in said(file) if repr(key) in message] == [4]
    assert file.spec == agent().spec


@pytest.mark.parametrize(
    "line",
    ["hooks: {}", "skills: []", "mcpServers:", "background: false", "permissionMode: default", "permissionMode: plan",
     "version: 1.0", "author: somebody", "tags: [a, b]", "metadata:\n  a: 1"],
)  # fmt: skip
def test_what_asks_for_nothing_is_no_error(line: str) -> None:
    assert agent(line).remarks == ()


def test_a_field_that_nobody_knows_is_a_warning() -> None:
    assert said(agent("mood: sunny"), "warning") == [(4, "unknown field 'mood' says nothing to hivemind")]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("My Helper", "My-Helper"),
        ("UPPER_case.2", "UPPER_case.2"),
        ("Prüfer", "Prufer"),
        ("  spaced  ", "spaced"),
        ("1.10", "1.10"),
        ("yes", "yes"),
        ("2024-01-31", "2024-01-31"),
        ("'a/b:c'", "a-b-c"),
        ("-dash-", "dash"),
        ("x" * 150, "x" * 100),
    ],
)
def test_any_name_is_a_workers_name(written: str, name: str) -> None:
    file = parse(f"---\nname: {written}\ndescription: d\n---\n", "x.md")
    assert file.spec.name == name


def test_names_of_other_scripts_stay_apart() -> None:
    names = {worker_name(one) for one in ("检查员", "審査員", "проверка", "🦉")}
    assert len(names) == 4
    assert all(WorkerSpec(name=name, role="r", description="d") for name in names)


def test_a_description_of_claude_codes_generator() -> None:
    file = parse("---\nname: a\ndescription: Use it.\\n\\n<example>\\nuser: 'x'\\n</example>\n---\n", "x.md")
    assert file.spec.description == "Use it.\n\n<example>\nuser: 'x'\n</example>"


@pytest.mark.parametrize(
    ("lines", "body", "description"),
    [
        ("", "# A title\n\nText.", "A title"),
        ("", "", "a"),
        ("description:", "Text.", "Text."),
        ("description: true", "Text.", "true"),
        ("description: [a, b]", "Text.", "[a, b]"),
        ("description: 12", "Text.", "12"),
    ],
)
def test_descriptions_that_are_none_or_no_text(lines: str, body: str, description: str) -> None:
    file = parse(f"---\nname: a\n{lines}\n---\n{body}", "x.md")
    assert file.spec.description == description
    warned = bool([one for one in file.remarks if "no 'description'" in one.message])
    assert warned == (not lines or lines == "description:")


def test_another_type_is_a_worker_all_the_same() -> None:
    file = agent("type: skill")
    assert said(file, "warning") == [(4, "type is 'skill': it is taken as a worker all the same")]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("---\ndescription: d\n---\n", "x.md:1: the front matter has no 'name'", "name: reviewer"),
        ("---\nName: a\n---\n", "x.md:1: the front matter has no 'name'", "write 'name' for 'Name'"),
        ("---\ndescription: d\nname:\n---\n", "x.md:3: the front matter has no 'name'", "say a name"),
    ],
)
def test_no_name_is_an_error_with_its_line(text: str, message: str, hint: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(text, "x.md")
    assert caught.value.message == message
    assert hint in (caught.value.hint or "")


def test_bytes_of_all_kinds() -> None:
    text = "---\nname: ü\ndescription: d\n---\nWörter\n"
    plain = parse_bytes(text.encode(), "x.md")
    assert parse_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "x.md").spec == plain.spec
    assert parse_bytes(text.replace("\n", "\r").encode(), "x.md").spec == plain.spec
    old = parse_bytes("---\nname: a\ndescription: für\n---\n".encode("latin-1"), "x.md")
    assert old.spec.description == "f\ufffdr"
    assert said(old) == [(3, "not UTF-8: invalid start byte at byte 26, read with replacement signs")]
    with pytest.raises(DefinitionError, match=r"^x\.md:2: not a text file"):
        parse_bytes(b"---\n\x89PNG\x00", "x.md")
    with pytest.raises(DefinitionError, match=r"^x\.md:1: not a text file"):
        parse_bytes("---\nname: a\n---\n".encode("utf-16"), "x.md")


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "large.md").write_bytes(b"x" * 1_000_001)
    (tmp_path / "folder.md").mkdir()
    for name, reason in (("none.md", "can't read"), ("folder.md", "can't read"), ("large.md", "larger than 1,000,000")):
        with pytest.raises(DefinitionError, match=rf"^{name}:1: .*{reason}"):
            read_agent_file(tmp_path / name, name)


@pytest.mark.parametrize(
    "body",
    [
        "hivemind workers run x\n" * 40_000,
        ">$" * 400_000 + ".runner",
        "a " * 400_000 + ".runner",
        "# spawn\n" * 100_000 + ".runner",
        "<!-- hivemind:wrapper {" * 40_000,
    ],
)
def test_no_body_takes_long_to_be_looked_through(body: str) -> None:
    before = time.process_time()
    agent(body=body)
    assert time.process_time() - before < 2  # a tenth of a second; what grew with the square would take minutes
