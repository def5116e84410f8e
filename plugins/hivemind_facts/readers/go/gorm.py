"""GORM models: struct tags, embedding, the naming strategy, and relations of every kind.

A relation by convention counts as a foreign key whether or not the database holds a constraint for it: GORM's first
version never makes one, and the second can be told not to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hivemind_facts.models import Column, ForeignKey, Index, Table
from hivemind_facts.readers.go.gorm_names import pluralise, snake
from hivemind_facts.readers.go.gorm_tags import Tag, parse_tag
from hivemind_facts.readers.go.handlers import nodes
from hivemind_facts.readers.go.program import Program
from hivemind_facts.readers.go.values import TypeName
from hivemind_facts.reading import Repository, Yielded

_GORM = re.compile(r"gorm\.io/gorm|jinzhu/gorm")
_BASIC = re.compile(
    r"^(string|bool|byte|rune|error|u?int(8|16|32|64)?|float(32|64)|\[\]byte|\[\]uint8|time\.\w+|sql\.\w+|uuid\.\w+|decimal\.\w+|"
    r"json\.RawMessage|datatypes\.\w+|pq\.\w+|null\.\w+|gorm\.DeletedAt|map\[.*|interface\{\}|any)$"
)
_MODEL = (("ID", "uint"), ("CreatedAt", "time.Time"), ("UpdatedAt", "time.Time"), ("DeletedAt", "gorm.DeletedAt"))


@dataclass
class Field:
    """One field of a model, embedded ones flattened."""

    name: str
    kind: str
    tag: Tag
    line: int
    file: str
    prefix: str = ""

    @property
    def column(self) -> str:
        """The column's name."""
        return self.prefix + (self.tag.get("column") or snake(self.name))


@dataclass
class Model:
    """One struct that is a table."""

    kind: TypeName
    table: str
    line: int
    file: str
    fields: list[Field] = field(default_factory=list)
    keys: list[ForeignKey] = field(default_factory=list)

    def named(self, name: str) -> Field | None:
        """The field of this name."""
        return next((item for item in self.fields if item.name == name), None)


class GormReader:
    """Tables of GORM models."""

    name = "gorm"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the tables."""
        program = Program(repository)
        if any(_GORM.search(path) for names in program.imports.values() for path in names.values()):
            yield from Models(program).tables()


class Models:
    """Every model of a program, and their relations."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._models: dict[TypeName, Model] = {}
        self._joins: dict[str, Table] = {}
        for kind in self._kinds():
            self._models[kind] = self._model(kind)

    def _kinds(self) -> list[TypeName]:
        """Structs that are migrated, tagged, embed gorm.Model, name their table, or are related to one that does."""
        program = self._program
        chosen = set(self._migrated())
        for kind, declared in program.types.items():
            if declared[0] != "struct":
                continue
            tagged = any("gorm:" in tag for _, _, tag, _ in declared[1])
            model = any(not name and text.lstrip("*") == "gorm.Model" for name, text, _, _ in declared[1])
            if model or tagged or (*kind, "TableName") in program.methods:
                chosen.add(kind)
        embedded = {
            inner
            for kind in program.types
            for name, text, tag, _ in program.fields(kind)
            if (not name or "embedded" in tag.lower()) and (inner := program.type_of(text, program.type_files[kind]))
        }
        migrated = set(self._migrated())
        ordered = [kind for kind in program.types if kind in chosen and (kind not in embedded or kind in migrated)]
        return [kind for kind in ordered if self._stands(kind)]

    def _stands(self, kind: TypeName) -> bool:
        return any(name and name[:1].isupper() for name, _, _, _ in self._flat_names(kind))

    def _flat_names(self, kind: TypeName) -> list[tuple[str, str, str, int]]:
        return [item if item[0] else ("ID", *item[1:]) for item in self._program.fields(kind)]

    def _migrated(self) -> Iterator[TypeName]:
        for named in self._program.named.values():
            for function in named:
                for node in nodes(function.body or []):
                    if node[0] == "call" and node[1] and node[1][-1] in ("AutoMigrate", "CreateTable"):
                        for inner in nodes(node[2]):
                            kind = self._program.type_of(inner[1], function.file) if inner[0] == "lit" else None
                            if kind in self._program.types and kind is not None:
                                yield kind

    def _model(self, kind: TypeName) -> Model:
        program = self._program
        method = program.method(kind, "TableName")
        table = pluralise(snake(kind[1]))
        for statement in (method.body if method else None) or []:
            if statement[0] == "ret" and statement[1] and statement[1][0]:
                value = statement[1][0]
                if value[0] == "s":
                    table = value[1]
                elif value[0] == "id" and (kind[0], value[1]) in program.values:
                    _, spec, position = program.values[kind[0], value[1]]
                    if position < len(spec[3]) and spec[3][position] and spec[3][position][0] == "s":
                        table = spec[3][position][1]
        model = Model(kind, table.rsplit(".", 1)[-1], program.types[kind][2], program.type_files[kind])
        self._collect(kind, model, "", 0)
        return model

    def _collect(self, kind: TypeName, model: Model, prefix: str, depth: int) -> None:
        file = self._program.type_files[kind]
        for name, text, raw, line in self._program.fields(kind):
            tag = parse_tag(raw)
            if tag.get("-") is not None or (name and not name[:1].isupper()):
                continue
            plain = text.lstrip("*")
            if plain == "gorm.Model" and (not name or tag.get("embedded") is not None):
                for inner, inner_kind in _MODEL:
                    given = parse_tag('gorm:"primaryKey"') if inner == "ID" else Tag({})
                    given = parse_tag('gorm:"index"') if inner == "DeletedAt" else given
                    model.fields.append(Field(inner, inner_kind, given, line, file, prefix))
                continue
            other = self._program.type_of(text, file)
            inside = other is not None and other in self._program.types and bool(self._program.fields(other))
            if inside and other is not None and depth < 6 and (not name or tag.get("embedded") is not None):
                self._collect(other, model, prefix + (tag.get("embeddedprefix") or ""), depth + 1)
            elif name:
                model.fields.append(Field(name, text, tag, line, file, prefix))

    def tables(self) -> Iterator[Table]:
        """Every table, join tables last."""
        for model in self._models.values():
            self._relate(model)
        for model in self._models.values():
            yield self._table(model)
        declared = {model.table for model in self._models.values()}
        yield from (table for name, table in self._joins.items() if name not in declared)

    def _target(self, item: Field) -> tuple[Model | None, bool]:
        """The model that a field is about, and whether it holds several."""
        text = item.kind.lstrip("*")
        many = text.startswith("[]")
        kind = self._program.type_of(text.removeprefix("[]"), item.file)
        return self._models.get(kind) if kind else None, many

    def _relate(self, model: Model) -> None:
        for item in model.fields:
            target, many = self._target(item)
            if target is None:
                continue
            if item.tag.get("many2many"):
                self._join(model, target, item)
            elif many or not self._belongs(model, target, item):
                self._has(model, target, item)

    def _belongs(self, model: Model, target: Model, item: Field) -> bool:
        names = [name.strip() for name in (item.tag.get("foreignkey") or "").split(",") if name.strip()]
        primary = [key.name for key in _primary(target)] or ["ID"]
        references = [
            n.strip() for n in (item.tag.get("references") or item.tag.get("association_foreignkey") or "").split(",")
        ]
        wanted = names or [item.name + primary[0], target.kind[1] + primary[0]]
        found = [key for name in wanted if (key := _by_name(model, name)) is not None]
        if not found or (names and len(found) < len(names)):
            return False
        for position, key in enumerate(found if names else found[:1]):
            name = (
                references[position]
                if position < len(references) and references[position]
                else primary[min(position, len(primary) - 1)]
            )
            referred = _by_name(target, name)
            _add(model, key.column, target.table, referred.column if referred else snake(name), item.tag)
        return True

    def _has(self, model: Model, target: Model, item: Field) -> None:
        primary = [key.name for key in _primary(model)] or ["ID"]
        if item.tag.get("polymorphic"):
            return
        name = item.tag.get("foreignkey") or model.kind[1] + primary[0]
        key = _by_name(target, name)
        if key is not None:
            referred = _by_name(model, item.tag.get("references") or primary[0])
            _add(target, key.column, model.table, referred.column if referred else "id", item.tag)

    def _join(self, model: Model, target: Model, item: Field) -> None:
        name = item.tag.get("many2many") or ""
        if name in self._joins:
            return
        one, two = (_primary(side)[0].column if _primary(side) else "id" for side in (model, target))
        left = snake(
            item.tag.get("joinforeignkey") or item.tag.get("jointable_foreignkey") or model.kind[1] + one.title()
        )
        other = (
            target.kind[1]
            if target is not model
            else re.sub(r"(ie)?s$", lambda m: "y" if m.group(1) else "", item.name)
        )
        right = snake(
            item.tag.get("joinreferences") or item.tag.get("association_jointable_foreignkey") or other + two.title()
        )
        keys = (
            ForeignKey(column=left, ref_table=model.table, ref_column=one, indexed=True),
            ForeignKey(column=right, ref_table=target.table, ref_column=two, indexed=False),
        )
        columns = (Column(name=left, type="bigint", nullable=False), Column(name=right, type="bigint", nullable=False))
        self._joins[name] = Table(
            name=name,
            columns=columns,
            primary_key=(left, right),
            foreign_keys=keys,
            source="gorm",
            file=item.file,
            line=item.line,
        )

    def _table(self, model: Model) -> Table:
        primary = _primary(model)
        indexes: dict[str, list[tuple[int, str, bool]]] = {}
        columns: list[Column] = []
        for item in model.fields:
            if self._target(item)[0] is not None or not self._is_column(item):
                continue
            columns.append(_column(item, item in primary))
            for name, priority, unique in item.tag.indexes(model.table, item.column):
                indexes.setdefault(name, []).append((priority, item.column, unique))
        made = tuple(
            Index(
                name=name,
                columns=tuple(c for _, c, _ in sorted(parts, key=lambda p: p[0])),
                unique=any(u for _, _, u in parts),
            )
            for name, parts in indexes.items()
        )
        leading = {index.columns[0] for index in made} | {item.column for item in primary[:1]}
        leading |= {column.name for column in columns if column.unique}
        keys = tuple(key.model_copy(update={"indexed": key.column in leading}) for key in model.keys)
        together = tuple(index.columns for index in made if index.unique) + tuple(
            (c.name,) for c in columns if c.unique
        )
        return Table(
            name=model.table,
            columns=tuple(columns),
            primary_key=tuple(item.column for item in primary),
            foreign_keys=keys,
            indexes=made,
            unique=tuple(dict.fromkeys(together)),
            source="gorm",
            model=model.kind[1],
            file=model.file,
            line=model.line,
        )

    def _is_column(self, item: Field) -> bool:
        text = item.kind.lstrip("*")
        if item.tag.get("many2many") or item.tag.get("polymorphic"):
            return False
        if _BASIC.match(text) or item.tag.get("type") or item.tag.get("serializer") or item.tag.get("column"):
            return True
        kind = self._program.type_of(text.removeprefix("[]"), item.file)
        declared = self._program.types.get(kind) if kind else None
        if declared is None:
            return not text.startswith("[]")
        scans = kind is not None and any((*kind, name) in self._program.methods for name in ("Scan", "Value"))
        return scans or (declared[0] == "alias" and not text.startswith("[]"))


def _primary(model: Model) -> list[Field]:
    tagged = [
        item
        for item in model.fields
        if item.tag.get("primarykey") is not None or item.tag.get("primary_key") is not None
    ]
    return tagged or [item for item in model.fields if item.name == "ID"][:1]


def _by_name(model: Model, name: str) -> Field | None:
    plain = name.replace("_", "").lower()
    return next((item for item in model.fields if item.name.lower() == plain or item.column == name), None)


def _add(model: Model, column: str, table: str, referred: str, tag: Tag) -> None:
    if all(key.column != column for key in model.keys):
        action = re.search(r"OnDelete:([\w ]+)", tag.get("constraint") or "")
        on_delete = action.group(1) if action else None
        model.keys.append(
            ForeignKey(column=column, ref_table=table, ref_column=referred, indexed=False, on_delete=on_delete)
        )


def _column(item: Field, primary: bool) -> Column:
    tag = item.tag
    pointer = item.kind.startswith("*") or item.kind.startswith(("sql.Null", "null.", "gorm.DeletedAt"))
    nullable = False if primary or tag.get("not null") is not None else (True if pointer else None)
    unique = tag.get("unique") is not None
    return Column(
        name=item.column,
        type=tag.get("type") or item.kind,
        nullable=nullable,
        default=tag.get("default"),
        unique=unique,
    )
