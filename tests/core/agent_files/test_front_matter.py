"""Front matter: strict YAML, what is none and read all the same, and where a field stands."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hivemind.agent_files.front_matter import FrontMatter, read, split
from hivemind.errors import DefinitionError


def fields(text: str) -> FrontMatter:
    parts = split(text, "x.md")
    return read(parts.header, "x.md", parts.first_line)


@pytest.mark.parametrize(
    "words",
    [
        "Reviews code: style, names",
        "[WIP] reviews code",
        "{draft} reviews code",
        "*important* reviews code",
        "@reviewer reads it",
        "`review` a change",
        "%done when all is read",
        "| a table of what was found",
        "> quotes what was said",
        "'quoted' words: and more",
        '"quoted" words: and more',
        "Use this: <example>user: 'x' assistant: \"y\"</example>",
        'Says "done": then stops',
        "- a dash: first",
        "? a question: first",
        "Reviews code:\\n\\n<example>\\nContext: a change\\nuser: 'look'\\n</example>",
    ],
)
def test_a_description_that_no_yaml_reader_takes_is_taken_in_its_own_words(words: str) -> None:
    front = fields(f"---\nname: reviewer\ndescription: {words}\ntools:\n  - Read\n  - Grep\nmodel: sonnet\n---\n")
    assert front.fields["description"].text == words
    assert front.fields["tools"].items == ("Read", "Grep")
    assert [(key, one.line) for key, one in front.fields.items()] == [
        ("name", 2),
        ("description", 3),
        ("tools", 4),
        ("model", 7),
    ]


def test_a_description_over_lines_that_are_not_indented() -> None:
    front = fields(
        "---\nname: a\ndescription: Use it for this. Examples:\n<example>\nContext: A change.\nuser: 'look at it'\n"
        "model: is a word in an example\n</example>\nAnd so on.\nmodel: opus\n---\n"
    )
    assert front.fields["description"].text.endswith("model: is a word in an example\n</example>\nAnd so on.")
    assert front.fields["model"].text == "opus"
    assert front.loose_line == 3
    assert list(front.fields) == ["name", "description", "model"]


def test_values_are_typed_and_keep_their_words() -> None:
    front = fields(
        "---\nname: yes\nversion: 1.10\ndate: 2024-01-31\nno_date: 2024-13-45\nnone: ~\nempty:\n"
        "list: [a, 1.50, true, b: c]\ntext: '12'\nblock: |\n  one: two\n  three\n---\n"
    )
    found = {key: (one.value, one.text) for key, one in front.fields.items()}
    assert found["name"] == (True, "yes")
    assert found["version"] == (1.1, "1.10")
    assert found["date"] == (datetime.date(2024, 1, 31), "2024-01-31")
    assert found["no_date"] == ("2024-13-45", "2024-13-45")
    assert found["none"] == found["empty"] == (None, "")
    assert front.fields["list"].items == ("a", "1.50", "true", "b: c")
    assert found["text"] == ("12", "12")
    assert found["block"][0] == "one: two\nthree\n"
    assert front.get("none") is None
    assert front.loose_line is None


def test_a_key_that_stands_twice_counts_once_and_is_told() -> None:
    front = fields("---\nname: a\ndescription: one\nname: b\n---\n")
    assert front.fields["name"].text == "b"
    assert [(one.key, one.line) for one in front.repeated] == [("name", 4)]


def test_tabs_after_a_key_and_before_a_list_item() -> None:
    front = fields("---\nname:\ta\ndescription:\td: e\ntools:\n\t- Read\n\t- Grep\n---\n")
    assert front.fields["name"].text == "a"
    assert front.fields["description"].text == "d: e"
    assert front.fields["tools"].text == "- Read\n- Grep"


@pytest.mark.parametrize(
    ("text", "header", "body", "body_line"),
    [
        ("---\nname: a\n---\nBody\n---\nmore\n", "name: a\n", "Body\n---\nmore\n", 4),
        ("\n\n--- \nname: a\n---\t\nBody", "name: a\n", "Body", 6),
        ("---\nname: a\n...\nBody\n---\nmore", "name: a\n", "Body\n---\nmore", 4),
        ("---\nname: a\n...\nBody", "name: a\n", "Body", 4),
        ("---\nname: a\ndescription: b: c\n...\nd\n---\nBody", "name: a\ndescription: b: c\n...\nd\n", "Body", 7),
        ("---\n---\n", "", "", 3),
        ("---\nname: a\n---", "name: a\n", "", 4),
    ],
)
def test_where_the_front_matter_ends(text: str, header: str, body: str, body_line: int) -> None:
    parts = split(text, "x.md")
    assert (parts.header, parts.body, parts.body_line) == (header, body, body_line)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "x.md:1: no front matter: the file is empty"),
        (" \n\t\n", "x.md:1: no front matter: the file is empty"),
        ("# A page\n", "x.md:1: no front matter"),
        ("---\n", "x.md:1: no front matter: it starts here and has no end"),
        ("\n---\nname: a\n", "x.md:2: no front matter: it starts here and has no end"),
        ("---\n- a\n- b\n---\n", "x.md:2: the front matter is not a list of 'key: value' lines"),
        ("---\njust words\n---\n", "x.md:2: the front matter is not a list of 'key: value' lines"),
        ("---\n" + "[" * 50_000 + "\n---\n", "x.md:2: the front matter is not a list of 'key: value' lines"),
    ],
)
def test_what_is_no_front_matter(text: str, said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        fields(text)
    assert caught.value.message.startswith(said)
    assert caught.value.hint


def test_references_that_grow_without_end_are_read_and_not_unfolded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    front = fields("---\nname: a\n" + "\n".join(lines) + "\n---\n")
    assert front.fields["name"].text == "a"
    assert front.fields["a8"].line == 11


@given(st.text(alphabet="---\n:name descr[]{}\"',a1#&*!|>%@`\t.~<>/", max_size=120))
def test_any_text_is_fields_or_a_clear_error(text: str) -> None:
    try:
        front = fields(f"---\nname: x\n{text}\n---\nbody")
    except DefinitionError as caught:
        said = caught.message
    else:
        said = "x.md:"
        assert all(one.line >= 2 for one in front.fields.values())
    assert said.startswith("x.md:")
