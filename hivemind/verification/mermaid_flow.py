"""Reads Mermaid flowcharts: nodes with their labels, links, subgraphs."""

from __future__ import annotations

import re

_HEAD = re.compile(r"^(?:flowchart|graph|flowchart-elk)(?:\s+(?:TB|TD|BT|RL|LR|<|>|\^|v))?\s*(?:;|$)", re.IGNORECASE)
_SKIPPED = re.compile(r"^(classDef|class|style|linkStyle|click|href|direction|accTitle|accDescr|title)\b")
_SUBGRAPH = re.compile(r'^subgraph(?:\s+(?:[^\[\]"]+?(?:\s*\[(?:"[^"]*"|[^\[\]"]+)\])?|"[^"]*"))?$')
_ID = re.compile(r"[\w.\u00C0-\uFFFF](?:[\w./\u00C0-\uFFFF]|-(?![-.>ox=]))*")
_QUOTED = re.compile(r'"[^"]*"')
_TEXT = re.compile(r"[^\"\[\](){}|]+")
_SHAPES = (
    ("(((", ")))"),
    ("((", "))"),
    ("([", "])"),
    ("[[", "]]"),
    ("[(", ")]"),
    ("[/", "/]"),
    ("[/", "\\]"),
    ("[\\", "\\]"),
    ("[\\", "/]"),
    ("{{", "}}"),
    ("[", "]"),
    ("(", ")"),
    ("{", "}"),
    (">", "]"),
)
_ARROW = re.compile(r"\s*(?:\w+@)?(?:[<ox](?=[-=]))?(?:-{2,}[->ox]?|={2,}[=>ox]?|-\.+-[>ox]?|~{3,})")
_OPEN_LINK = re.compile(
    r"\s*(?:[<ox](?=[-=]))?(?P<kind>--|==|-\.)\s+(?P<text>(?:\"[^\"]*\"|[^\"|])*?)\s*(?P<end>-{2,}[->ox]?|={2,}[=>ox]?|\.+-[>ox]?)"
)
_PIPED = re.compile(r'\s*\|\s*(?:"[^"]*"|[^"|\[\](){}]*)\s*\|')
_CLASSED = re.compile(r":::[\w-]+")
_DATA = re.compile(r"@\{[^}]*\}")


def flowchart_problem(lines: list[tuple[int, str]]) -> str:
    """Why these lines are no flowchart; '' where they are one."""
    number, head = lines[0]
    if not _HEAD.match(head):
        return f"line {number}: the heading is not 'flowchart' with a direction: {head[:60]}"
    rest = head.partition(";")[2].strip()
    opened: list[int] = []
    body = [(number, rest)] if rest else []
    for number, line in body + _joined(lines[1:]):
        for statement in _statements(line):
            if _SKIPPED.match(statement):
                continue
            if statement.startswith("subgraph"):
                if not _SUBGRAPH.match(statement):
                    return f"line {number}: no subgraph of the form 'subgraph id [\"title\"]': {statement[:100]}"
                opened.append(number)
            elif statement == "end":
                if not opened:
                    return f"line {number}: 'end' without a subgraph"
                opened.pop()
            elif reason := _chain_problem(statement):
                return f"line {number}: {reason}: {statement[:100]}"
    return f"line {opened[-1]}: the subgraph is not closed with 'end'" if opened else ""


def _joined(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Put quoted labels that go over several lines together again."""
    whole: list[tuple[int, str]] = []
    open_quote = False
    for number, line in lines:
        if open_quote:
            first, text = whole[-1]
            whole[-1] = (first, f"{text} {line}")
        else:
            whole.append((number, line))
        if line.count('"') % 2:
            open_quote = not open_quote
    return whole


def _statements(line: str) -> list[str]:
    """Cut a line at the semicolons that stand outside of labels."""
    hidden = _QUOTED.sub(lambda match: match.group().replace(";", "\0"), line)
    hidden = re.sub(r"#\w+;", lambda match: match.group().replace(";", "\0"), hidden)
    return [part.replace("\0", ";").strip() for part in hidden.split(";") if part.strip()]


def _chain_problem(text: str) -> str:
    """Why a statement is no chain of nodes and links."""
    position = 0
    while True:
        position, reason = _nodes(text, position)
        if reason:
            return reason
        if not text[position:].strip():
            return ""
        after = _link(text, position)
        if after is None:
            return f"no link where one must stand ({text[position:].strip()[:30]!r}); labels with brackets need quotes"
        position = after
        if not text[position:].strip():
            return "a link leads nowhere"


def _nodes(text: str, position: int) -> tuple[int, str]:
    """Read one node, or several joined with '&'."""
    while True:
        position, reason = _node(text, position)
        if reason:
            return position, reason
        joined = re.compile(r"\s*&\s*").match(text, position)
        if joined is None:
            return position, ""
        position = joined.end()


def _node(text: str, position: int) -> tuple[int, str]:
    while position < len(text) and text[position].isspace():
        position += 1
    match = _ID.match(text, position)
    if match is None:
        return position, f"no node where one must stand ({text[position:][:30]!r})"
    if match.group() == "end":
        return position, "a node can't be called 'end'"
    position = match.end()
    if data := _DATA.match(text, position):
        position = data.end()
    else:
        end = _label(text, position)
        if end is None:
            return position, "a label is not closed, or holds brackets or quotes and is not quoted"
        position = end
    if classed := _CLASSED.match(text, position):
        position = classed.end()
    return position, ""


def _label(text: str, position: int) -> int | None:
    """The end of the label that begins here; the position itself where none does; None where it does not hold."""
    opens = False
    for left, right in _SHAPES:
        if not text.startswith(left, position):
            continue
        opens = True
        inner = position + len(left)
        while inner < len(text) and text[inner] == " ":
            inner += 1
        match = _QUOTED.match(text, inner)
        if match is None:
            close = text.find(right, inner)
            if close < 0 or not _TEXT.fullmatch(text, inner, close):
                continue
            return close + len(right)
        end = match.end()
        while end < len(text) and text[end] == " ":
            end += 1
        if text.startswith(right, end):
            return end + len(right)
    return None if opens else position


def _link(text: str, position: int) -> int | None:
    """The end of the link that begins here; None where there is none."""
    match = _OPEN_LINK.match(text, position)
    if match is not None and match["text"] and not re.match(r"[>|]", match["text"]):
        return match.end()
    match = _ARROW.match(text, position)
    if match is None:
        return None
    piped = _PIPED.match(text, match.end())
    return piped.end() if piped else match.end()
