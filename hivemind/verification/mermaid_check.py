"""A checker of Mermaid diagrams: our own, of the kinds that are written most.

Flowcharts, ER and sequence diagrams are read statement by statement; state and class diagrams for their blocks; of
every other kind only the heading is looked at. It takes what Mermaid takes, but for rarities, and is no renderer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hivemind.verification.mermaid_flow import flowchart_problem
from hivemind.verification.problem import Problem
from hivemind.verification.texts import Text

MAX_CHARACTERS = 500_000
_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*mermaid\b[^\n]*\n(.*?)(?:^[ \t]*\2|\Z)", re.MULTILINE | re.DOTALL)
_FRONT_MATTER = re.compile(r"\A\s*---\s*\n.*?\n---\s*\n", re.DOTALL)
_DIRECTIVE = re.compile(r"%%\{.*?\}%%", re.DOTALL)
_OTHERS_LISTED = (
    "gantt pie journey gitgraph mindmap timeline quadrantchart requirementdiagram requirement c4context c4container "
    "c4component c4dynamic c4deployment sankey sankey-beta xychart xychart-beta block block-beta packet packet-beta "
    "architecture-beta architecture kanban zenuml radar-beta treemap-beta treemap info"
)
_OTHERS = frozenset(_OTHERS_LISTED.split())
_ER_NAME = r'(?:[A-Za-z_À-￿][\w\-.À-￿]*|"[^"\n]+")(?:\[(?:[^\[\]"\n]+|"[^"\n]*")\])?'
_ER_RELATION = re.compile(
    rf"^{_ER_NAME}\s*(?:\|o|\|\||\}}o|\}}\||o\||one or (?:zero|more|many)|zero or (?:one|more|many)|only one|"
    rf"many\([01]\)|[01]\+?|u)\s*(?:--|\.\.|to|optionally to)\s*(?:o\||\|\||o\{{|\|\{{|\|o|one or (?:zero|more|many)|"
    rf"zero or (?:one|more|many)|only one|many\([01]\)|[01]\+?)\s*{_ER_NAME}\s*:\s*(?:\"[^\"\n]*\"|[^\s\"{{}}]+)$"
)
_ER_ENTITY = re.compile(rf"^{_ER_NAME}(?::::?[\w,-]+)?\s*(?P<block>\{{\s*(?P<closed>\}})?)?$")
_ER_COLUMN = re.compile(
    r"^\*?[A-Za-z_À-￿][\w\-\[\]()À-￿]*\s+\*?[A-Za-z_À-￿][\w\-\[\]()À-￿]*"
    r"(?:\s+(?:PK|FK|UK)(?:\s*,\s*(?:PK|FK|UK))*)?(?:\s+\"[^\"\n]*\")?$"
)
_ER_SKIPPED = re.compile(r"^(direction|title|accTitle|accDescr|style|classDef|class)\b")
_MESSAGE = re.compile(r"^[^:;]+?\s*(?:<<-->>|<<->>|-->>|->>|--x|-x|--\)|-\)|-->|->)\s*[+-]?\s*[^:;]+?\s*:.*$")
_BLOCKS = re.compile(r"^(loop|alt|opt|par|par_over|critical|break|rect|box)\b")
_LINES = re.compile(
    r"^(participant|actor|create|destroy|activate|deactivate|note|autonumber|title|accTitle|accDescr|link|links|"
    r"properties|details|else|and|option)\b",
    re.IGNORECASE,
)


def diagram_problem(text: str) -> str:
    """Why a text is no well-formed Mermaid diagram; '' where it is one, as far as this checker tells."""
    if len(text) > MAX_CHARACTERS:
        return f"it has {len(text):,} characters, more than any viewer draws"
    body = _DIRECTIVE.sub("", _FRONT_MATTER.sub("", text))
    lines = [
        (number, line.strip())
        for number, line in enumerate(body.splitlines(), 1)
        if line.strip() and not line.strip().startswith("%%")
    ]
    if not lines:
        return "it is empty"
    kind = re.split(r"[\s;:]", lines[0][1], maxsplit=1)[0]
    folded = kind.lower()
    if folded in ("flowchart", "graph", "flowchart-elk"):
        return flowchart_problem(lines)
    if kind == "erDiagram":
        return _er_problem(lines[1:])
    if kind == "sequenceDiagram":
        return _sequence_problem(lines[1:])
    if folded in ("classdiagram", "classdiagram-v2", "statediagram", "statediagram-v2"):
        return _block_problem(lines[1:])
    if folded in _OTHERS:
        return ""
    return f"line {lines[0][0]}: no kind of diagram is called {kind[:40]!r}"


def _er_problem(lines: list[tuple[int, str]]) -> str:
    opened = 0
    for number, line in lines:
        if opened:
            if line == "}":
                opened = 0
            elif not _ER_COLUMN.match(line):
                return f"line {number}: no column of the form 'type name PK \"comment\"': {line[:100]}"
        elif _ER_SKIPPED.match(line) or _ER_RELATION.match(line):
            continue
        elif match := _ER_ENTITY.match(line):
            opened = number if match["block"] and not match["closed"] else 0
        else:
            return f"line {number}: neither an entity nor a relation with a label: {line[:100]}"
    return f"line {opened}: the entity's block is not closed" if opened else ""


def _sequence_problem(lines: list[tuple[int, str]]) -> str:
    opened: list[int] = []
    for number, line in lines:
        if _BLOCKS.match(line):
            opened.append(number)
        elif line == "end":
            if not opened:
                return f"line {number}: 'end' without a block"
            opened.pop()
        elif not (_LINES.match(line) or _MESSAGE.match(line)):
            return f"line {number}: no message of the form 'A->>B: text': {line[:100]}"
    return f"line {opened[-1]}: the block is not closed with 'end'" if opened else ""


def _block_problem(lines: list[tuple[int, str]]) -> str:
    opened: list[int] = []
    for number, line in lines:
        bare = re.sub(r'"[^"]*"', "", line.split(":", 1)[0])
        for char in bare:
            if char == "{":
                opened.append(number)
            elif char == "}":
                if not opened:
                    return f"line {number}: '}}' without a block"
                opened.pop()
    return f"line {opened[-1]}: the block is not closed" if opened else ""


def fenced(markdown: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each diagram that stands fenced in Markdown."""
    for match in _FENCE.finditer(markdown):
        indent = match.group(1)
        text = match.group(3)
        yield markdown.count("\n", 0, match.start()) + 1, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


def mermaid_problems(texts: list[Text], files: Mapping[str, str]) -> Iterator[Problem]:
    """Check diagrams in fields that are called so, in fences of any text, and in files.

    Args:
        texts: Of the result, without its files.
        files: Content by path.
    """
    for one in texts:
        named = one.field.lower().endswith(("diagram", "mermaid"))
        inside = list(fenced(one.text))
        if named and one.text.strip() and not inside:
            inside = [(1, one.text)]
        for line, diagram in inside:
            yield from _told(
                diagram, f"{one.owner or one.field}, {one.field}" if one.owner != one.field else one.field, line
            )
    for path, content in files.items():
        if path.lower().endswith((".mmd", ".mermaid")):
            yield from _told(content, path, 1)
        elif path.lower().endswith((".md", ".mdx", ".markdown")):
            for line, diagram in fenced(content):
                yield from _told(diagram, path, line)


def _told(diagram: str, where: str, line: int) -> Iterator[Problem]:
    reason = diagram_problem(diagram)
    if reason:
        began = f" (the diagram that begins at line {line})" if line > 1 else ""
        yield Problem("a Mermaid diagram is not well-formed", f"{where}{began}: {reason}", where)
