"""Workers from Markdown files: the agent form, its loose habits, and errors with the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hivemind.definitions import MAX_BYTES, load_definition, parse_definition
from hivemind.errors import DefinitionError
from hivemind.models import WorkerSpec

AGENT = """\
---
type: worker
role: backend
name: backend-worker
capabilities:
  [
    api_development,
    database_design,
  ]
priority: high
description: A wrapper: it spawns the worker, and says "done".
model: sonnet
color: green
---

# Backend Worker

```yaml
---
not: front matter
---
```
"""


def test_the_agent_form() -> None:
    made = parse_definition(AGENT.replace("wrapper:", "wrapper that"), "x.md")
    assert made.name == "backend-worker"
    assert made.role == "backend"
    assert made.capabilities == ("api_development", "database_design")
    assert (made.priority, made.model, made.color) == ("high", "sonnet", "green")
    assert made.instructions.startswith("# Backend Worker")
    assert made.instructions.endswith("---\n```")
    assert made.slug == "backend"


def test_a_colon_in_a_description_is_no_yaml_and_still_read() -> None:
    made = parse_definition(AGENT, "x.md")
    assert made.description == 'A wrapper: it spawns the worker, and says "done".'
    assert made.capabilities == ("api_development", "database_design")
    assert made.priority == "high"


def test_the_least() -> None:
    made = parse_definition("---\nname: My Helper\n---\nHelp with things.\n\nMore.\n", "x.md")
    assert (made.name, made.role, made.description) == ("My-Helper", "My-Helper", "Help with things.")


def test_tools_of_the_agent_form_become_ours() -> None:
    made = parse_definition("---\nname: a\ndescription: d\ntools: Read, Grep, Bash\n---\nx", "x.md")
    assert made.tools == ("read_file", "search_files", "Bash")
    assert parse_definition("---\nname: a\ndescription: d\n---\nx", "x.md").tools is None


def test_windows_line_ends_and_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbf" + AGENT.replace("\n", "\r\n").encode())
    assert load_definition(path) == parse_definition(AGENT, "a.md")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "x.md:1: no front matter"),
        ("# Title\n---\nname: a\n---\n", "x.md:1: no front matter"),
        ("---\nname: a\n", "x.md:1: no front matter"),
        ("---\ndescription: d\n---\n", "x.md:1: the front matter has no 'name'"),
        ("---\n- a\n- b\n---\n", "not a list of 'key: value' lines"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text, "x.md")
    assert said in caught.value.message


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary.md").write_bytes(b"---\nname: a\n---\n\x00\x01")
    (tmp_path / "large.md").write_bytes(b"x" * (MAX_BYTES + 1))
    for name, said in (("none.md", "can't read"), ("binary.md", "not a text file"), ("large.md", "larger than")):
        with pytest.raises(DefinitionError, match=said):
            load_definition(tmp_path / name)


@given(st.text(alphabet="---\n:name descr[]{}\"',a1#&*!|>%@`", max_size=80))
def test_any_text_is_a_worker_or_a_clear_error(text: str) -> None:
    try:
        made = parse_definition(f"---\nname: x\n{text}\n---\nbody", "x.md")
    except DefinitionError:
        return
    assert isinstance(made, WorkerSpec)
