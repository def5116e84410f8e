"""The front matter of an agent file: strict YAML where it is, else what people write and Claude Code reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from hivemind.errors import DefinitionError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_DOTS = re.compile(r"^\.\.\.[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"""^(?P<quote>["']?)(?P<key>[A-Za-z_][\w-]*)(?P=quote)[ \t]*:(?P<space>[ \t]+|$)?(?P<value>.*)$""")
_BREAK = re.compile("[\n\x85\u2028\u2029]")
"""What YAML takes for the end of a line."""
_NULL = "tag:yaml.org,2002:null"
_TEXT = "tag:yaml.org,2002:str"
_BLOCK = re.compile(r"[|>][+-]?\d?[+-]?")
_TAG = re.compile(r"<(/?)(?:example|commentary|examples)>")


@dataclass(frozen=True, slots=True)
class Field:
    """One field, as it was written.

    `value` is plain data as YAML types it; `text` is the value's own words; `items` those of a list, else None.
    """

    key: str
    line: int
    value: Any
    text: str
    items: tuple[str, ...] | None = None

    @property
    def empty(self) -> bool:
        """Whether it says nothing: no value, an empty text, list or mapping, or a plain no."""
        return self.value is None or self.value is False or self.value in ("", (), [], {})


@dataclass(frozen=True, slots=True)
class Repeated:
    """A key that stands more than once; the last one counts."""

    key: str
    line: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """All fields by key, in their order."""

    fields: dict[str, Field]
    repeated: tuple[Repeated, ...] = ()
    loose_line: int | None = None
    """Where it is no strict YAML."""

    def get(self, key: str) -> Field | None:
        """Find a field that has a value, be it an empty one."""
        found = self.fields.get(key)
        return None if found is None or found.value is None else found

    def line(self, key: str, default: int = 2) -> int:
        """Where a field stands."""
        found = self.fields.get(key)
        return found.line if found else default


@dataclass(frozen=True, slots=True)
class Parts:
    """The two parts of an agent file's text."""

    header: str
    body: str
    first_line: int
    """Of the header, in the file."""
    body_line: int


def split(text: str, where: str) -> Parts:
    """Part a text into its front matter and its body.

    Args:
        text: With plain line feeds.
        where: The file, as errors name it.

    Raises:
        DefinitionError: It does not start with front matter, or that has no end.
    """
    start = _FENCE.search(text)
    if start is None or text[: start.start()].strip():
        raise DefinitionError(
            f"{where}:1: no front matter" + ("" if text.strip() else ": the file is empty"),
            "a worker file starts with '---', then 'name:' and 'description:', then '---'",
        )
    end = _end(text, start.end())
    if end is None:
        line = text.count("\n", 0, start.start()) + 1
        raise DefinitionError(
            f"{where}:{line}: no front matter: it starts here and has no end", "close it with a line '---'"
        )
    first = text.count("\n", 0, start.end()) + 2
    body = text[end.end() :].removeprefix("\n")
    header = text[min(start.end() + 1, end.start()) : end.start()]
    return Parts(header, body, first, text.count("\n", 0, end.end()) + 2)


def _end(text: str, position: int) -> re.Match[str] | None:
    end = _FENCE.search(text, position)
    dots = _DOTS.search(text, position, end.start() if end else len(text))
    if dots is None:
        return end
    # '...' ends a YAML document; in loose front matter it may as well be a line of a description.
    if end is None or (isinstance(_compose(text[position : dots.start()])[0], yaml.MappingNode)):
        return dots
    return end


def read(header: str, where: str, first_line: int) -> FrontMatter:
    """Read front matter.

    Raises:
        DefinitionError: It holds no 'key: value' lines; names the line.
    """
    node, error = _compose(header)
    if isinstance(node, yaml.MappingNode):
        return _collected(list(_of_mapping(node, header, first_line)), None)
    mark = getattr(error, "problem_mark", None)
    line = first_line + (mark.line if mark else 0)
    if not header.strip() or (node is None and error is None):
        return FrontMatter({})
    loose = list(_loose(header, first_line)) if not isinstance(node, yaml.SequenceNode) else []
    if loose:
        return _collected(loose, line)
    said = str(getattr(error, "problem", None) or error).split("\n")[0] if error else ""
    raise DefinitionError(
        f"{where}:{line}: the front matter is not a list of 'key: value' lines" + (f": {said}" if said else ""),
        "write one 'key: value' a line",
    )


def _collected(found: Sequence[Field], loose_line: int | None) -> FrontMatter:
    fields: dict[str, Field] = {}
    repeated = []
    for field in found:
        if field.key in fields:
            repeated.append(Repeated(field.key, field.line))
        fields[field.key] = field
    return FrontMatter(fields, tuple(repeated), loose_line)


def _compose(text: str) -> tuple[yaml.Node | None, Exception | None]:
    try:
        return yaml.compose(text, Loader=_LOADER), None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, error


def _of_mapping(node: yaml.MappingNode, source: str, first_line: int) -> Iterator[Field]:
    lines = _BREAK.split(source)
    for key, value in node.value:
        named = key.value if isinstance(key, yaml.ScalarNode) else _slice(key, lines)
        yield _field(named, value, lines, first_line + key.start_mark.line)


def _field(key: str, node: yaml.Node, lines: Sequence[str], line: int) -> Field:
    if isinstance(node, yaml.ScalarNode):
        if node.tag == _NULL:
            return Field(key, line, None, "")
        text = str(node.value)
        return Field(key, line, text if node.tag == _TEXT else _typed(node, text), text)
    items = None
    if isinstance(node, yaml.SequenceNode):
        items = tuple(
            str(one.value) if isinstance(one, yaml.ScalarNode) else _slice(one, lines)
            for one in node.value
            if one.tag != _NULL
        )
    text = _slice(node, lines)
    return Field(key, line, _typed(node, text), text, items)


def _typed(node: yaml.Node, text: str) -> Any:
    try:
        return yaml.constructor.SafeConstructor().construct_document(node)
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError):
        return text  # a date that is none, a tag that nobody knows: its own words


def _slice(node: yaml.Node, lines: Sequence[str]) -> str:
    start, end = node.start_mark, node.end_mark
    if start.line == end.line:
        return lines[start.line][start.column : end.column].strip()
    middle = lines[start.line + 1 : end.line]
    last = lines[end.line][: end.column] if end.line < len(lines) else ""
    return "\n".join([lines[start.line][start.column :], *middle, last]).strip()


def _loose(header: str, first_line: int) -> Iterator[Field]:
    """Read `key: value` lines one by one; what is no YAML is taken in its own words, over the lines that go on."""
    segments: list[tuple[str, int, list[str]]] = []
    depth = 0
    for number, line in enumerate(header.split("\n")):
        match = None if depth > 0 else _KEY.match(line)
        if match and _is_key(match, segments):
            segments.append((match["key"], number, [line]))
            depth = 0
        elif segments:
            segments[-1][2].append(line)
        elif line.strip() and not line.lstrip().startswith("#"):
            return
        depth = max(0, depth + sum(-1 if tag[1] else 1 for tag in _TAG.finditer(line)))
    for key, number, lines in segments:
        node, _ = _compose("\n".join(lines))
        if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
            yield _field(key, node.value[0][1], lines, first_line + number)
        else:
            text = _raw(lines)
            yield Field(key, first_line + number, text, text)


def _is_key(match: re.Match[str], segments: Sequence[object]) -> bool:
    """Whether a line starts a field; in an example of a description, `user:` and `Context:` do not."""
    if match["space"] is None:
        return match["key"] in ("name", "description", "tools", "model", "color", "role")
    return not segments or not (match["key"][0].isupper() or match["key"] in ("user", "assistant", "commentary"))


def _raw(lines: Sequence[str]) -> str:
    first = _KEY.match(lines[0])
    value = first["value"].strip() if first else ""
    if _BLOCK.fullmatch(value):
        value = ""
    text = "\n".join([value, *(line.strip() for line in lines[1:])]).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        quote = text[0]
        text = text[1:-1].replace("\\" + quote, quote) if quote == '"' else text[1:-1].replace("''", "'")
    return text
