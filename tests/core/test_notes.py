"""Markdown of notes: what is empty leaves no trace, and no content breaks the document."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hivemind.models import Alternative, Decision, Finding, GeneratedFile, Score, WorkerOutput
from hivemind.notes import NotesDocument, cell, render_output


class Own(WorkerOutput):
    """An output with fields of its own."""

    title_of_it: str = ""
    parts: tuple[dict[str, str], ...] = ()
    names: tuple[str, ...] = ()
    settings: dict[str, int] = {}  # noqa: RUF012


def test_empty_parts_leave_no_heading() -> None:
    document = NotesDocument().heading("A").heading("B", 3).text("").heading("C").bullets([]).heading("D").text("x")
    assert document.render() == "## D\n\nx\n"
    assert NotesDocument().heading("A").render() == ""


def test_a_deeper_heading_keeps_its_parent() -> None:
    assert NotesDocument().heading("A").heading("B", 3).text("x").render() == "## A\n\n### B\n\nx\n"


def test_tables_leave_out_columns_that_are_empty_everywhere() -> None:
    text = NotesDocument().table(("A", "B", "C"), [("1", "", None), ("2", "", "3")]).render()
    assert text.splitlines() == ["| A | C |", "|---|---|", "| 1 |  |", "| 2 | 3 |"]


def test_values_become_cells() -> None:
    assert cell(True) == "yes"
    assert cell(None) == ""
    assert cell(["a", "b|c"]) == "a, b\\|c"
    assert cell({"a": 1, "b": ""}) == "a: 1"
    assert cell("two\n lines") == "two lines"
    assert cell(Alternative(name="x", why_not="y")) == "name: x; why_not: y"


@given(st.lists(st.lists(st.text(max_size=20), min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_row_of_any_text_is_one_line(rows: list[list[str]]) -> None:
    text = NotesDocument().table(("A", "B", "C"), rows).render()
    assert len(text.splitlines()) == len(rows) + 2


@given(st.text(alphabet="`a\n", max_size=60))
def test_a_fence_is_longer_than_any_in_its_content(content: str) -> None:
    text = NotesDocument().fence(content, "sql").render()
    if not content.strip():
        assert text == ""
        return
    mark = text.split("sql", 1)[0]
    assert text.rstrip("\n").endswith(f"\n{mark}")
    assert mark not in content


def test_findings_stand_by_severity_with_their_statement() -> None:
    findings = [
        Finding(id="A", severity="low", title="small"),
        Finding(id="B", severity="critical", title="big", evidence="seen", statement="SELECT 1", possible=True),
    ]
    text = NotesDocument().findings(findings).render()
    assert text.index("| B | critical (possible) |") < text.index("| A | low |")
    assert "### B: big\n\nEvidence: seen\n\n```sql\nSELECT 1\n```" in text


def test_any_output_is_rendered_with_its_own_fields() -> None:
    output = Own(
        summary="done",
        title_of_it="t",
        parts=({"a": "1", "b": "2"}, {"a": "3"}),
        names=("x", "y"),
        settings={"limit_of_it": 5},
        scores=(Score(id="S", name="speed", value=7, reason="r"),),
        decisions=(Decision(id="D", title="keep", decision="k", alternatives=(Alternative(name="x", why_not="y"),)),),
        files=(GeneratedFile(path="a.py", content="äb"),),
        next_actions=("go",),
    )
    text = render_output(output)
    for part in (
        "## Summary\n\ndone",
        "## Title of it\n\nt",
        "| A | B |",
        "- x\n- y",
        "| Limit of it | 5 |",
        "| S | speed | 7 | r |",
        "Not x: y",
        "| `a.py` | 3 |",
        "## Next actions\n\n- go",
    ):
        assert part in text
    assert render_output(WorkerOutput(summary="only")) == "## Summary\n\nonly\n"
