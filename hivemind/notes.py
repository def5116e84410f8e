"""Markdown building blocks for worker notes and reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from hivemind.models import SEVERITIES, Decision, Finding, GeneratedFile, Score, WorkerOutput

_BASE_FIELDS = frozenset(WorkerOutput.model_fields)
_LINE_BREAKS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")


def cell(value: object) -> str:
    """Make a value fit for a table cell: one line, no bar that would end the cell."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(cell(one) for one in value)
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {cell(part)}" for key, part in value.items() if part not in (None, "", [], {}, ()))
    return _LINE_BREAKS.sub(" ", str(value)).replace("|", "\\|").strip()


class NotesDocument:
    """A Markdown document, put together part by part; a part without content leaves no trace."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._headings: list[tuple[int, str]] = []

    def heading(self, text: str, level: int = 2) -> NotesDocument:
        """Begin a section; it appears only if something follows in it."""
        self._headings = [(known, title) for known, title in self._headings if known < level]
        self._headings.append((level, cell(text)))
        return self

    def _add(self, block: str) -> NotesDocument:
        if block.strip():
            self._parts += [f"{'#' * level} {title}" for level, title in self._headings]
            self._headings = []
            self._parts.append(block.rstrip())
        return self

    def text(self, text: str) -> NotesDocument:
        """Add a paragraph, or Markdown as it is."""
        return self._add(text)

    def bullets(self, items: Iterable[object]) -> NotesDocument:
        """Add a list."""
        return self._add(
            "\n".join(f"- {_LINE_BREAKS.sub(' ', str(item)).strip()}" for item in items if str(item).strip())
        )

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> NotesDocument:
        """Add a table; columns that are empty in every row are left out."""
        cells = [[cell(value) for value in row] for row in rows]
        if not cells:
            return self
        kept = [number for number in range(len(headers)) if any(row[number] for row in cells)]
        lines = [
            "| " + " | ".join(headers[number] for number in kept) + " |",
            "|" + "---|" * len(kept),
            *("| " + " | ".join(row[number] for number in kept) + " |" for row in cells),
        ]
        return self._add("\n".join(lines))

    def fence(self, content: str, language: str = "") -> NotesDocument:
        """Add a fenced block; the fence is longer than any that the content holds."""
        if not content.strip():
            return self
        longest = max((len(run) for run in re.findall(r"`{3,}", content)), default=2)
        mark = "`" * max(3, longest + 1)
        return self._add(f"{mark}{language}\n{content.rstrip()}\n{mark}")

    def findings(self, findings: Iterable[Finding], title: str = "Findings") -> NotesDocument:
        """Add findings, the most severe first, with what mends each."""
        ranked = sorted(findings, key=lambda one: SEVERITIES.index(one.severity))
        self.heading(title)
        self.table(
            ("Id", "Severity", "Finding", "Where", "Remedy"),
            [
                (one.id, f"{one.severity}{' (possible)' if one.possible else ''}", one.title, one.location, one.remedy)
                for one in ranked
            ],
        )
        for one in ranked:
            if one.detail or one.evidence or one.statement:
                self.heading(f"{one.id}: {one.title}", 3)
                self.text(one.detail)
                self.text(f"Evidence: {one.evidence}" if one.evidence else "")
                self.fence(one.statement or "", "sql")
        return self

    def decisions(self, decisions: Iterable[Decision]) -> NotesDocument:
        """Add decisions, each with its rationale and what was not taken."""
        self.heading("Decisions")
        for one in decisions:
            self.heading(f"{one.id}: {one.title}", 3)
            self.text(one.decision)
            self.text(f"Why: {one.rationale}" if one.rationale else "")
            self.bullets(f"Not {other.name}: {other.why_not}" for other in one.alternatives)
        return self

    def scores(self, scores: Iterable[Score]) -> NotesDocument:
        """Add scores with their reasons."""
        self.heading("Scores")
        return self.table(
            ("Id", "Score", "Of 10", "Reason", "Where", "Remedy"),
            [(one.id, one.name, f"{one.value:g}", one.reason, one.location, one.remedy) for one in scores],
        )

    def files(self, files: Iterable[GeneratedFile], folder: str = "") -> NotesDocument:
        """Add generated files by name; their content is in the session folder."""
        self.heading("Generated files")
        return self.table(
            ("Path", "Language", "Purpose", "Bytes"),
            [
                (f"`{folder}{one.path}`", one.language, one.purpose, f"{len(one.content.encode('utf-8', 'replace')):,}")
                for one in files
            ],
        )

    def common(self, output: WorkerOutput) -> NotesDocument:
        """Add the parts that every output has after its own: findings, decisions, scores, files, next actions."""
        if output.findings:
            self.findings(output.findings)
        if output.decisions:
            self.decisions(output.decisions)
        if output.scores:
            self.scores(output.scores)
        if output.files:
            self.files(output.files)
        if output.next_actions:
            self.heading("Next actions").bullets(output.next_actions)
        return self

    def render(self) -> str:
        """The document, one empty line between its parts."""
        return "\n\n".join(self._parts) + "\n" if self._parts else ""


def _title(field: str) -> str:
    return field.replace("_", " ").strip().capitalize()


def _field(document: NotesDocument, value: Any) -> None:
    if isinstance(value, (list, tuple)) and value and all(isinstance(one, Mapping) for one in value):
        keys = list(dict.fromkeys(key for one in value for key in one))
        document.table([_title(key) for key in keys], [[one.get(key) for key in keys] for one in value])
    elif isinstance(value, (list, tuple)):
        document.bullets(cell(one) for one in value)
    elif isinstance(value, Mapping):
        document.table(("Field", "Value"), [(_title(key), part) for key, part in value.items()])
    else:
        document.text(str(value))


def render_output(output: WorkerOutput) -> str:
    """Render any output: its summary, its own fields as tables and lists, then the common parts."""
    document = NotesDocument().heading("Summary").text(output.summary)
    for name, value in output.model_dump(mode="json", exclude=set(_BASE_FIELDS)).items():
        if value not in (None, "", [], {}, ()):
            document.heading(_title(name))
            _field(document, value)
    return document.common(output).render()
