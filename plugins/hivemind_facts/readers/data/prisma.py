"""Tables from `*.prisma` schemas (https://www.prisma.io/docs/orm/reference/prisma-schema-reference)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hivemind_facts.models import Column, ForeignKey, Index, Table, Unresolved
from hivemind_facts.reading import Repository

_BLOCK = re.compile(r"^[ \t]*(model|enum|view|type|datasource|generator)[ \t]+(\w+)[ \t]*\{", re.MULTILINE)
_FIELD = re.compile(r"^(\w+)[ \t]+(\w+|Unsupported\(\"[^\"]*\"\))(\[\])?(\?)?(.*)$")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*')
_SCALARS = frozenset(("String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes"))
_DIALECTS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "sqlite": "sqlite",
    "sqlserver": "tsql",
}


@dataclass
class _Model:
    name: str
    file: str
    line: int
    kind: str
    table: str = ""
    fields: list[tuple[str, str, bool, bool, str, int]] = field(default_factory=list)
    """Name, type, list, optional, attributes, line."""
    block_attributes: list[str] = field(default_factory=list)


class PrismaReader:
    """Reads Prisma schemas; a schema may be spread over the files of a folder."""

    name = "prisma"
    version = 1

    def read(self, repository: Repository) -> Iterator[Table | Unresolved]:
        """Yield a table for each model, and the join tables of implicit many-to-many relations."""
        services: dict[str, list[tuple[str, str]]] = {}
        for file in repository.files(".prisma"):
            services.setdefault(repository.service_of(file.path), []).append((file.path, repository.text(file.path)))
        for service in sorted(services):
            models: dict[str, _Model] = {}
            enums: set[str] = set()
            provider: str | None = None
            for path, text in services[service]:
                provider = _parse(path, text, models, enums) or provider
            yield from _tables(models, enums, provider)


def _parse(path: str, text: str, models: dict[str, _Model], enums: set[str]) -> str | None:
    text = _COMMENT.sub(lambda match: match.group(1) or "", text)
    provider = None
    for match in _BLOCK.finditer(text):
        kind, name = match.group(1), match.group(2)
        end = text.find("\n}", match.end())
        end = len(text) if end < 0 else end
        body = text[match.end() : end]
        first = text.count("\n", 0, match.start()) + 1
        if kind == "datasource":
            found = re.search(r"provider\s*=\s*\"(\w+)\"", body)
            provider = found.group(1) if found else provider
        elif kind in ("enum", "type"):
            enums.add(name)
        elif kind in ("model", "view"):
            model = _Model(name, path, first, kind, name)
            _body(model, body, first)
            models[name] = model
    return provider


def _body(model: _Model, body: str, first: int) -> None:
    for number, raw in enumerate(body.split("\n")):
        line = raw.strip()
        if line.startswith("@@"):
            model.block_attributes.append(line)
            if line.startswith("@@map") and (mapped := _STRING.search(line)):
                model.table = mapped.group(1)
        elif match := _FIELD.match(line):
            name, kind, many, optional, rest = match.groups()
            model.fields.append((name, kind, bool(many), bool(optional), rest.strip(), first + number))


def _mapped(name: str, attributes: str) -> str:
    found = re.search(r"@map\(\s*(?:name\s*:\s*)?\"([^\"]+)\"", attributes)
    return found.group(1) if found else name


def _names(text: str) -> list[str]:
    """The fields in the first list of an attribute: `fields: [a, b(sort: Desc)]`."""
    return [re.split(r"[\s(]", part.strip())[0] for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def _listed(attributes: str, key: str) -> list[str]:
    found = re.search(rf"{key}\s*:\s*\[([^\]]*)\]", attributes)
    return _names(found.group(1)) if found else []


def _tables(models: dict[str, _Model], enums: set[str], provider: str | None) -> Iterator[Table | Unresolved]:
    joins: dict[tuple[str, str, str], tuple[_Model, int]] = {}
    for model in models.values():
        columns = {
            name: _mapped(name, rest)
            for name, kind, many, _, rest, _ in model.fields
            if kind not in models and (not many or kind in _SCALARS or kind in enums)
        }
        yield _table(model, models, columns, provider)
        for name, kind, many, _, rest, line in model.fields:
            other = models.get(kind)
            if other is not None and many and "fields:" not in rest:
                _join(joins, model, other, name, rest, line)
            elif other is None and kind not in _SCALARS and kind not in enums and not kind.startswith("Unsupported"):
                reason = f"field {model.name}.{name} has type {kind!r}, which no schema file defines"
                yield Unresolved(what="table", reason=reason, file=model.file, line=line)
    for (name, left, right), (model, line) in sorted(joins.items()):
        if provider != "mongodb":
            yield _join_table(name, models[left], models[right], model.file, line, _DIALECTS.get(provider or ""))


def _table(model: _Model, models: dict[str, _Model], columns: dict[str, str], provider: str | None) -> Table:
    by_field = {name: (kind, optional, rest) for name, kind, _, optional, rest, _ in model.fields}
    primary, indexes = _keys(model, columns)
    foreign: list[ForeignKey] = []
    leading = [primary, *(list(one.columns) for one in indexes)]
    for _name, kind, _, _, rest, _ in model.fields:
        target = models.get(kind)
        own, theirs = _listed(rest, "fields"), _listed(rest, "references")
        if target is None or not own:
            continue
        deleted = re.search(r"onDelete\s*:\s*(\w+)", rest)
        spelled = [columns.get(one, one) for one in own]
        whole = any(set(known[: len(spelled)]) == set(spelled) for known in leading if known)
        referenced = {one: _mapped(one, attributes) for one, _, _, _, attributes, _ in target.fields}
        for number, column in enumerate(spelled):
            foreign.append(
                ForeignKey(
                    column=column,
                    ref_table=target.table,
                    ref_column=referenced.get(theirs[number], theirs[number]) if number < len(theirs) else "",
                    indexed=whole or provider == "mysql" or any(known[:1] == [column] for known in leading),
                    on_delete=re.sub(r"(?<=[a-z])(?=[A-Z])", " ", deleted.group(1)).upper() if deleted else None,
                )
            )
    return Table(
        name=model.table,
        columns=tuple(
            Column(
                name=column,
                type=by_field[name][0],
                nullable=by_field[name][1],
                default=_default(by_field[name][2]),
                unique=bool(re.search(r"@(?:unique|id)\b", by_field[name][2])),
            )
            for name, column in columns.items()
        ),
        primary_key=tuple(primary),
        foreign_keys=tuple(foreign),
        indexes=tuple(indexes),
        unique=tuple(one.columns for one in indexes if one.unique),
        kind="view" if model.kind == "view" else "collection" if provider == "mongodb" else "table",
        source="prisma",
        dialect=_DIALECTS.get(provider or ""),
        model=model.name,
        file=model.file,
        line=model.line,
    )


def _default(attributes: str) -> str | None:
    start = attributes.find("@default(")
    if start < 0:
        return None
    depth = 0
    for position in range(start + 8, len(attributes)):
        depth += {"(": 1, ")": -1}.get(attributes[position], 0)
        if depth == 0:
            return attributes[start + 9 : position]
    return None


def _keys(model: _Model, columns: dict[str, str]) -> tuple[list[str], list[Index]]:
    primary: list[str] = []
    indexes: list[Index] = []
    for name, _, _, _, rest, _ in model.fields:
        if re.search(r"@id\b", rest):
            primary = [columns.get(name, name)]
        if re.search(r"@unique\b", rest):
            indexes.append(Index(columns=(columns.get(name, name),), unique=True))
    for attribute in model.block_attributes:
        match = re.match(r"@@(id|unique|index|fulltext)\s*\((?:\s*fields\s*:)?\s*\[([^\]]*)\]", attribute)
        if not match:
            continue
        listed = [columns.get(one, one) for one in _names(match.group(2))]
        if match.group(1) == "id":
            primary = listed
        elif match.group(1) != "fulltext":
            named = re.search(r"(?:map|name)\s*:\s*\"([^\"]+)\"", attribute)
            unique = match.group(1) == "unique"
            indexes.append(Index(name=named.group(1) if named else "", columns=tuple(listed), unique=unique))
    return primary, indexes


def _join(
    joins: dict[tuple[str, str, str], tuple[_Model, int]], model: _Model, other: _Model, name: str, rest: str, line: int
) -> None:
    """An implicit many-to-many relation: both sides are lists and neither names fields."""
    label = re.search(r"@relation\(\s*(?:name\s*:\s*)?\"([^\"]+)\"", rest)
    relation = label.group(1) if label else ""

    def matches(attributes: str) -> bool:
        return (f'"{relation}"' in attributes) if relation else '@relation("' not in attributes

    back = [
        one
        for one, kind, many, _, attributes, _ in other.fields
        if kind == model.name and many and matches(attributes) and not (other is model and one == name)
    ]
    if not back:
        return
    left, right = sorted((model.name, other.name))
    table = f"_{relation or f'{left}To{right}'}"
    joins.setdefault((table, left, right), (model, line))


def _join_table(name: str, left: _Model, right: _Model, file: str, line: int, dialect: str | None) -> Table:
    def side(column: str, model: _Model, indexed: bool) -> ForeignKey:
        key = next((_mapped(one, rest) for one, _, _, _, rest, _ in model.fields if re.search(r"@id\b", rest)), "")
        return ForeignKey(column=column, ref_table=model.table, ref_column=key, indexed=indexed, on_delete="CASCADE")

    # Prisma makes a unique index over (A, B) and one over B.
    return Table(
        name=name,
        columns=(Column(name="A", nullable=False), Column(name="B", nullable=False)),
        foreign_keys=(side("A", left, True), side("B", right, True)),
        indexes=(Index(columns=("A", "B"), unique=True), Index(columns=("B",))),
        unique=(("A", "B"),),
        source="prisma",
        dialect=dialect,
        file=file,
        line=line,
    )
