"""Wrappers: the form, what reads back, what is known again."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hivemind.agent_files.exporting import definition_text, untouched, wrapper_of, wrapper_of_file
from hivemind.agent_files.reading import AgentFile, parse
from hivemind.agent_files.wrapper_text import Wrapped
from hivemind.errors import DefinitionError
from hivemind.models import WorkerSpec

OWN_FORM = """\
---
type: worker
role: storage
name: storage-worker
capabilities:
  [
    schema_review,
    query_tuning,
  ]
priority: high
description: This agent serves as a wrapper that spawns the storage worker. It looks at tables and queries.
model: sonnet
color: green
team: data
---

# Storage Worker - Claude Agent Wrapper

It looks at tables and queries.

## Pydantic AI Integration

### Spawn Command

This agent must spawn the storage worker:

```bash
python -m tools.agents.storage.runner --session {session_id} --task "{task_description}" --model sonnet
```

### Task Execution Pattern

1. **Load session context** from active session directory

## Expected Outputs

- **Tables** - what is in them
"""


def wrapped(spec: WorkerSpec, **more: object) -> Wrapped:
    values = {
        "spec": spec,
        "command": f'hivemind workers run {spec.name} --session {{session_id}} --task "{{task_description}}"',
        "by_module": False,
        "place": "agents/x.md",
        "sessions": "Docs/hive-mind/sessions",
        "notes": f"workers/notes/{spec.slug}_implementation.md",
        "output": f"workers/json/{spec.slug}.json",
    }
    return Wrapped(**{**values, **more})


def exported(file: AgentFile) -> str:
    return wrapper_of_file(wrapped(file.spec), file)


def values(file: AgentFile) -> dict[str, object]:
    return {key: (type(one.value), one.value) for key, one in file.front.fields.items()}


def test_a_plugins_worker() -> None:
    spec = WorkerSpec(
        name="storage-worker",
        role="storage",
        description="Looks at tables: and at queries.",
        capabilities=("schema_review", "api_design"),
        priority="high",
        color="green",
        tools=("read_file", "search_files"),
        requires=("facts",),
        after=("architect", "analyzer"),
        aligns_with=("backend",),
        max_requests=9,
        agent="acme_storage.agent:build",
        output_type="hivemind.models:WorkerOutput",
    )
    command = 'python -m acme_storage.runner --session {session_id} --task "{task_description}" --model inherit'
    text = wrapper_of(
        wrapped(spec, command=command, by_module=True, place="acme_storage", waited_for=("frontend-worker",))
    )
    assert text.startswith(
        "---\n"
        "type: worker\n"
        "role: storage\n"
        "name: storage-worker\n"
        "capabilities: [schema_review, api_design]\n"
        "priority: high\n"
        'description: "Looks at tables: and at queries."\n'
        "model: inherit\n"
        "color: green\n"
        "tools: Read, Grep, Bash\n"
        "requires: [facts]\n"
        "after: [architect, analyzer]\n"
        "aligns_with: [backend]\n"
        "max_requests: 9\n"
        "---\n\n"
        "# Storage Worker - Claude Agent Wrapper\n"
    )
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Storage Worker - Claude Agent Wrapper",
        "## Task Specialization",
        "## Pydantic AI Integration",
        "### Spawn Command",
        "### Task Execution Pattern",
        "## Expected Outputs",
        "## Integration Points",
        "## Coordination with Other Workers",
    ]
    assert f"```bash\n{command}\n```\n" in text
    assert re.findall(r"^(\d)\. (\*\*.*)$", text, re.MULTILINE) == [
        ("1", "**Load session context** from active session directory"),
        ("2", "**Execute startup protocols** (handled by Pydantic AI framework)"),
        ("3", "**Spawn Pydantic AI storage** using module command above"),
        ("4", "**Monitor and log** implementation progress and results"),
        ("5", "**Update session state** with completion status"),
    ]
    assert "- Schema Review\n- API Design\n" in text
    assert "- **Findings** - Something that an engineer should look at\n" in text
    assert "Provenance" not in text
    assert "**Foundation**: Is waited for by frontend-worker\n" in text
    assert parse(text, "x.md").wraps({}) == "storage-worker"
    assert untouched(text)
    assert untouched(text.replace("\n", "\r\n"))
    assert not untouched(text.replace("Schema Review", "Schema Reviews"))


def test_a_definition_stands_in_its_wrapper_as_it_was() -> None:
    file = parse("---\nname: a b\ndescription: d: e\ntools: Read\nx: 1.10\n---\n# Mine\n\n---\nText  \n", "x.md")
    text = exported(file)
    assert text.endswith("<!-- /hivemind:wrapper -->\n# Mine\n\n---\nText  \n")
    front = yaml.safe_load(text.split("---\n")[1])
    assert list(front)[:7] == ["type", "role", "name", "capabilities", "priority", "description", "model"]
    assert (front["tools"], front["model"], front["x"]) == ("Read, Bash", "inherit", 1.1)
    again = parse(text, "y.md")
    assert again.spec == file.spec
    assert again.body == file.body
    assert values(again) == values(file)
    assert again.wraps({}) == "a-b"
    assert parse(definition_text(again), "z.md").spec == file.spec


def test_a_long_list_stands_on_lines_of_its_own() -> None:
    names = tuple(f"capability_number_{number}" for number in range(6))
    text = wrapper_of(wrapped(WorkerSpec(name="a", role="a", description="d", capabilities=names)))
    assert "capabilities:\n  [\n    capability_number_0,\n    capability_number_1,\n" in text
    assert parse(text, "x.md").spec.capabilities == names


def test_one_that_has_the_form_gets_a_command_that_runs_it() -> None:
    file = parse(OWN_FORM, "x.md")
    text = exported(file)
    assert "tools.agents.storage" not in "\n".join(line for line in text.splitlines() if "hivemind:wrapper" not in line)
    assert text.count("## Pydantic AI Integration") == 1
    assert "```bash\nhivemind workers run storage-worker --session {session_id}" in text
    again = parse(text, "y.md")
    assert (again.spec, again.body, values(again)) == (file.spec, OWN_FORM.split("---\n", 2)[2], values(file))
    assert again.front.fields["team"].text == "data"
    assert again.wraps({}) == "storage-worker"


def test_what_would_keep_the_agent_from_running_the_command_is_taken_out_and_comes_back() -> None:
    lines = "disallowedTools: Bash, Write\npermissionMode: plan\nmaxTurns: 2\ntools: [Read]\nmodel: google:x\n"
    file = parse(f"---\nname: a\ndescription: d\n{lines}---\nB\n", "x.md")
    text = exported(file)
    front = yaml.safe_load(text.split("---\n")[1])
    assert (front["disallowedTools"], front["tools"], front["model"]) == ("Write", "Read, Bash", "inherit")
    assert not {"permissionMode", "maxTurns"} & set(front)
    again = parse(text, "y.md")
    assert again.spec == file.spec
    assert {key: one.text for key, one in again.front.fields.items()} == {
        key: one.text if one.items is None else ", ".join(one.items) for key, one in file.front.fields.items()
    }


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("# A Worker", "# Our Worker"),
        lambda text: text + "\nOne more section.\n",
        lambda text: text.replace("description: d", "description: another"),
        lambda text: text.replace("name: a", "name: renamed"),
        lambda text: re.sub(r"```bash.*?```", "", text, flags=re.DOTALL),
        lambda text: re.sub(r"<!--.*?-->\n", "", text),
        lambda text: text.replace("\n", "\r\n"),
    ],
)
def test_a_wrapper_is_known_again_after_edits(edit) -> None:
    text = exported(parse("---\nname: a\ndescription: d\n---\nB\n", "x.md"))
    changed = edit(text)
    assert changed != text
    assert parse(changed.replace("\r\n", "\n"), "y.md").wraps({}) == "a"


SCALARS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["yes", "no", "null", "~", "1.10", "1e3", "0x1F", "2024-01-31", "", " padded ", "a: b", "#no", "-", "'"]
    ),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.dates(),
    st.none(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["tools", "disallowedTools", "model", "color", "maxTurns", "hooks", "permissionMode", "role", "capabilities",
     "priority", "requires", "after", "paths", "retries", "type", "team", "Ünknown", "x y", "yes", "12", "description"]
)  # fmt: skip
BODIES = st.one_of(
    st.text(alphabet="ab \n-#`<>!.:{}\"'é", max_size=80),
    st.sampled_from(
        ["", "\n\n", "---\nx: y\n---\n", OWN_FORM.split("---\n", 2)[2], "<!-- a comment -->\n", "No line end", "...\n"]
    ),
)


@settings(max_examples=250, deadline=None)
@given(st.text(min_size=1, max_size=20), st.dictionaries(KEYS, VALUES, max_size=5), BODIES)
def test_any_definition_survives_its_wrapper(name: str, fields: dict[str, object], body: str) -> None:
    header = yaml.safe_dump({"name": f"x{name}", **fields}, sort_keys=False, allow_unicode=True)
    round_trip(f"---\n{header}---\n{body}")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(alphabet="ab :#-*&!|>'\"%@`[]{},\\n<>\t", max_size=30), min_size=1, max_size=4),
    st.text(alphabet="[]{}:,&*#?|-<>=!%@\\ab\n", max_size=40),
)
def test_any_loose_front_matter_survives_its_wrapper(lines: list[str], more: str) -> None:
    round_trip(f"---\nname: x\ndescription: {lines[0]}\nmood: {' '.join(lines[1:])}\n{more}\n---\nBody.\n")


def round_trip(source: str) -> None:
    try:
        file = parse(source.replace("\r\n", "\n").replace("\r", "\n"), "x.md")
    except DefinitionError:
        return
    text = exported(file)
    again = parse(text, "y.md")
    assert again.spec == file.spec
    assert again.body == file.body
    known = {"tools", "disallowedTools", "model", "maxTurns", "permissionMode", "name", "description", "role", "type",
             "priority", "capabilities", "requires", "after", "paths", "color"}  # fmt: skip
    assert {k: v for k, v in values(again).items() if k not in known} == {
        k: v for k, v in values(file).items() if k not in known
    }
    assert again.front.loose_line is None
    assert again.wraps({}) == file.spec.name
    assert untouched(text)
    back = parse(definition_text(again), "z.md")
    assert (back.spec, back.body) == (file.spec, file.body)
