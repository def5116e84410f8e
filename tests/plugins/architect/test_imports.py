"""Layers and circles of the import graph."""

from __future__ import annotations

from hivemind_architect.rules.imports import cycles, import_graph, layers
from hivemind_facts.models import Module
from hypothesis import given
from hypothesis import strategies as st

NAMES = "abcdefgh"


def modules(**imports: str) -> list[Module]:
    return [Module(path=name, imports=tuple(targets)) for name, targets in imports.items()]


def test_layers_stand_on_what_they_import() -> None:
    graph = import_graph(modules(a="bc", b="c", c="", d="x"))
    assert [(one.level, one.modules) for one in layers(graph)] == [(0, ("c", "d")), (1, ("b",)), (2, ("a",))]
    top = layers(graph)[-1]
    assert len(top.depends_on) == 2
    assert cycles(graph) == ()


def test_without_imports_there_are_no_layers() -> None:
    assert layers(import_graph(modules(a="", b=""))) == ()
    assert layers(import_graph([])) == ()


def test_the_shortest_circle_of_a_tangle_is_shown() -> None:
    (circle,) = cycles(import_graph(modules(a="b", b="c", c="ad", d="c", e="a")))
    assert set(circle.modules) == {"c", "d"}
    assert circle.size == 4
    assert "take the import of" in circle.remedy


def test_a_module_that_imports_itself_is_no_circle() -> None:
    assert cycles(import_graph(modules(a="a"))) == ()


@given(st.dictionaries(st.sampled_from(NAMES), st.text(alphabet=NAMES, max_size=4), max_size=8))
def test_circles_are_circles_and_levels_go_down(imports: dict[str, str]) -> None:
    graph = import_graph(modules(**imports))
    for circle in cycles(graph):
        for here, there in zip(circle.modules, (*circle.modules[1:], circle.modules[0]), strict=True):
            assert there in graph.imports[here]
    tangled = {name: number for number, tangle in enumerate(graph.tangles) for name in tangle}
    for name, targets in graph.imports.items():
        for target in targets:
            same = name in tangled and tangled.get(target) == tangled[name]
            assert graph.levels[name] == graph.levels[target] if same else graph.levels[name] > graph.levels[target]


def test_ten_thousand_modules_in_a_chain_are_no_trouble() -> None:
    chain = [Module(path=f"m{number}", imports=(f"m{number + 1}",)) for number in range(10_000)]
    assert max(import_graph(chain).levels.values()) == 9_999
