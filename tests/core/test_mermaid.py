"""Names of every kind come out as diagrams that keep Mermaid's grammar."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hivemind.mermaid import ErDiagram, Flowchart, label

NODE = re.compile(r'^ {4,8}n\d+(\[\[?\(?|\()"[^"<>`{}\\%]*"(\)?\]\]?|\))$')
EDGE = re.compile(r'^    n\d+ -->(\|"[^"<>`{}\\%]*"\|)? n\d+$')
GROUP = re.compile(r'^    subgraph g\d+\["[^"<>`{}\\%]*"\]$')
ENTITY = re.compile(r'^    [A-Za-z_][A-Za-z0-9_]*(\["[^"<>`{}\\%]*"\])?( \{)?$')
COLUMN = re.compile(r"^        [A-Za-z_][A-Za-z0-9_]* [A-Za-z_][A-Za-z0-9_]*( (PK|FK|UK)(,(PK|FK|UK))*)?$")
RELATION = re.compile(r'^    [A-Za-z_][A-Za-z0-9_]* (\|\||\|o)--(o\||o\{) [A-Za-z_][A-Za-z0-9_]* : "[^"<>`{}\\%]*"$')


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30), st.text(max_size=20)), max_size=6))
def test_flowcharts_of_any_names_keep_the_grammar(edges: list[tuple[str, str, str]]) -> None:
    chart = Flowchart()
    for before, after, text in edges:
        chart.node(before, group=text).edge(before, after, text)
    lines = chart.render().splitlines()
    assert bool(lines) == bool(edges)
    for line in lines[1:]:
        assert line == "    end" or NODE.match(line) or EDGE.match(line) or GROUP.match(line), line


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30), st.text(max_size=20)), max_size=6))
def test_er_diagrams_of_any_names_keep_the_grammar(tables: list[tuple[str, str, str]]) -> None:
    diagram = ErDiagram()
    for name, column, kind in tables:
        diagram.entity(name, [(column, kind, "PK,FK")]).relation(name, column, kind)
    for line in diagram.render().splitlines()[1:]:
        assert line == "    }" or ENTITY.match(line) or COLUMN.match(line) or RELATION.match(line), line


def test_names_that_differ_only_in_odd_characters_stay_apart() -> None:
    text = ErDiagram().entity("a b").entity("a-b").entity("a_b").render()
    assert len(set(re.findall(r"^    (\w+)", text, re.MULTILINE))) == 3
    assert '["a b"]' in text
    assert '["a-b"]' in text


@pytest.mark.parametrize("word", ["class", "one", "PK", "to", "Style", "end", "subgraph"])
def test_words_of_the_grammar_are_no_identifiers(word: str) -> None:
    text = ErDiagram().entity(word, [(word, "INTEGER", "PK")]).render()
    assert f'    {word}_["{word}"] {{' in text
    assert f"        INTEGER {word}_ PK" in text


def test_labels_are_one_line_and_not_too_long() -> None:
    assert label('say "hi" <b>\n# 1') == '"say #quot;hi#quot; #lt;b#gt; #35; 1"'
    assert len(label("x" * 500)) == 82
    assert label(" \u200b\n") == '"unnamed"'


def test_nothing_gives_no_diagram() -> None:
    assert Flowchart().render() == ""
    assert ErDiagram().render() == ""
