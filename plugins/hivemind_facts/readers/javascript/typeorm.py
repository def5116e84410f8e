"""TypeORM: entities as tables, relations as foreign keys, under its naming strategy."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.models import Column, Index, Unresolved
from hivemind_facts.readers.javascript import nest_guards, program
from hivemind_facts.readers.javascript.interpreter import Interpreter
from hivemind_facts.readers.javascript.naming import camel, snake
from hivemind_facts.readers.javascript.tables import Draft
from hivemind_facts.readers.javascript.values import UNDEFINED, Arr, Cls, Ext, Func, Obj, Site, Unknown, Value, hint_of
from hivemind_facts.reading import Repository, Yielded

_COLUMNS = frozenset(
    (
        "Column",
        "PrimaryColumn",
        "PrimaryGeneratedColumn",
        "CreateDateColumn",
        "UpdateDateColumn",
        "DeleteDateColumn",
        "VersionColumn",
        "ObjectIdColumn",
        "Generated",
        "VirtualColumn",
    )
)
_TYPES = {
    "string": "varchar",
    "number": "integer",
    "boolean": "boolean",
    "Date": "timestamp",
    "Buffer": "bytea",
    "bigint": "bigint",
}


class TypeOrm:
    """Reads TypeORM entities."""

    name = "typeorm"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield tables and what could not be resolved."""
        files = program.digests(repository)
        if not any(program.mentions(digest, "typeorm") for digest in files.values()):
            return
        machine = program.follow(repository, {}, files, "typeorm")
        named = any(program.mentions(digest, "SnakeNamingStrategy") for digest in files.values())
        yield from _Entities(machine, named).read()


class _Entities:
    def __init__(self, machine: Interpreter, snaked: bool) -> None:
        self._machine = machine
        self._snaked = snaked
        self._drafts: dict[int, Draft] = {}
        self._entities: dict[int, tuple[Cls, list[Ext]]] = {}
        self._trouble: list[Unresolved] = []

    def read(self) -> Iterator[Yielded]:
        for cls in list(self._machine.classes):
            decorators = nest_guards.decorations(self._machine, cls.node[4], cls.scope)
            entity = next(
                (
                    d
                    for d in decorators
                    if d.path.startswith("typeorm") and nest_guards.name_of(d) in ("Entity", "ChildEntity")
                ),
                None,
            )
            if entity is not None:
                self._entities[id(cls.node)] = cls, decorators
                self._drafts[id(cls.node)] = self._draft(cls, entity)
        for key, (cls, decorators) in self._entities.items():
            self._columns(self._drafts[key], cls)
            self._class_indexes(self._drafts[key], decorators)
        junctions: list[Draft] = []
        for key, (cls, _decorators) in self._entities.items():
            for owner, member in _fields(cls):
                junctions += self._relation(self._drafts[key], owner, member)
        for draft in (*self._drafts.values(), *junctions):
            yield draft.table()
        yield from self._trouble

    def _draft(self, cls: Cls, entity: Ext) -> Draft:
        name: Value = UNDEFINED
        for arg in entity.args:
            if isinstance(arg, str):
                name = arg
            elif isinstance(arg, Obj) and isinstance(arg.props.get("name"), str):
                name = arg.props["name"]
        base = cls.base
        if nest_guards.name_of(entity) == "ChildEntity" and isinstance(base, Cls) and id(base.node) in self._drafts:
            return self._drafts[id(base.node)]
        table = name if isinstance(name, str) else snake(cls.name)
        return Draft(table, Site(cls.scope.file, cls.node[1]), "typeorm", cls.name)

    def _name(self, name: str) -> str:
        return snake(name) if self._snaked else name

    def _columns(self, draft: Draft, cls: Cls, prefix: str = "", depth: int = 0) -> None:
        for owner, member in _fields(cls):
            decorators = nest_guards.decorations(self._machine, member[4], owner.scope)
            for each in decorators:
                kind = nest_guards.name_of(each)
                if kind in _COLUMNS and each.path.startswith("typeorm"):
                    first = each.args[0] if each.args else UNDEFINED
                    if isinstance(first, Func) and kind == "Column":
                        embedded = self._machine.call(first, [], draft.site)
                        if isinstance(embedded, Cls) and depth < 4:
                            self._columns(draft, embedded, f"{prefix}{member[2]}_", depth + 1)
                        continue
                    self._column(draft, member, each, decorators, prefix)

    def _column(self, draft: Draft, member: tuple[Value, ...], each: Ext, decorators: list[Ext], prefix: str) -> None:
        kind = nest_guards.name_of(each)
        options = next((arg for arg in each.args if isinstance(arg, Obj)), Obj())
        said = next((arg for arg in each.args if isinstance(arg, str)), options.props.get("type"))
        own = options.props.get("name")
        plain = member[2] if not prefix else camel(prefix + str(member[2]))
        name = own if isinstance(own, str) else self._name(plain)
        unique = options.props.get("unique") is True
        for other in decorators:
            if nest_guards.name_of(other) == "Index" and not prefix:
                flags = next((arg for arg in other.args if isinstance(arg, Obj)), Obj())
                unique = unique or flags.props.get("unique") is True
                draft.indexes.append(Index(columns=(name,), unique=flags.props.get("unique") is True))
        if kind.startswith("Primary") or kind == "ObjectIdColumn" or options.props.get("primary") is True:
            draft.primary.append(name)
        default = options.props.get("default")
        draft.column(
            Column(
                name=name,
                type=_type(kind, said, member[6]),
                nullable=options.props.get("nullable") is True or kind == "DeleteDateColumn",
                default=str(default) if isinstance(default, str | int | float | bool) else None,
                unique=unique,
            )
        )

    def _class_indexes(self, draft: Draft, decorators: list[Ext]) -> None:
        for each in decorators:
            kind = nest_guards.name_of(each)
            if kind not in ("Index", "Unique") or not each.path.startswith("typeorm"):
                continue
            columns = next((arg for arg in each.args if isinstance(arg, Arr)), None)
            names = tuple(
                self._column_of(draft, item)
                for item in (columns.items if columns is not None else ())
                if isinstance(item, str)
            )
            options = next((arg for arg in each.args if isinstance(arg, Obj)), Obj())
            label = next((arg for arg in each.args if isinstance(arg, str)), "")
            if not names:
                continue
            if kind == "Unique" or options.props.get("unique") is True:
                draft.unique.append(names)
            if kind == "Index":
                draft.indexes.append(Index(name=label, columns=names, unique=options.props.get("unique") is True))

    def _column_of(self, draft: Draft, name: str) -> str:
        if name in draft.columns:
            return name
        if self._name(name) in draft.columns:
            return self._name(name)
        key = next((each for each in (self._name(f"{name}Id"),) if each in draft.keys), None)
        return key or name

    def _target(self, value: Value, site: Site) -> Draft | None:
        if isinstance(value, Func):
            value = self._machine.call(value, [], site)
        if isinstance(value, Cls):
            return self._drafts.get(id(value.node))
        if isinstance(value, str):
            return next((d for d in self._drafts.values() if value in (d.model, d.name)), None)
        return None

    def _relation(self, draft: Draft, owner: Cls, member: tuple[Value, ...]) -> Iterator[Draft]:
        decorators = {
            nest_guards.name_of(each): each
            for each in nest_guards.decorations(self._machine, member[4], owner.scope)
            if each.path.startswith("typeorm")
        }
        site = Site(owner.scope.file, member[1])
        kind = next((k for k in ("ManyToOne", "OneToOne", "ManyToMany") if k in decorators), None)
        if kind is None:
            return
        relation = decorators[kind]
        target = self._target(relation.args[0] if relation.args else UNDEFINED, site)
        owns = (
            kind == "ManyToOne"
            or (kind == "OneToOne" and "JoinColumn" in decorators)
            or (kind == "ManyToMany" and "JoinTable" in decorators)
        )
        if not owns:
            return
        if target is None:
            what = hint_of(relation.args[0]) if relation.args else ""
            self._trouble.append(
                Unresolved(
                    what="table",
                    reason=f"{draft.model}.{member[2]} refers to {what or 'an entity'} that is not known",
                    file=site.file,
                    line=site.line,
                )
            )
            return
        if kind == "ManyToMany":
            yield self._junction(draft, target, str(member[2]), decorators["JoinTable"], site)
            return
        options = next((arg for arg in relation.args if isinstance(arg, Obj)), Obj())
        join = decorators.get("JoinColumn")
        for column, ref in self._joins(join, str(member[2]), target):
            known = draft.columns.get(column)
            ref_column = target.columns.get(ref)
            nullable = options.props.get("nullable") is not False and column not in draft.primary
            draft.column(
                Column(
                    name=column,
                    type=known.type if known is not None else ref_column.type if ref_column is not None else "",
                    nullable=known.nullable if known is not None else nullable,
                    unique=kind == "OneToOne",
                )
            )
            action = options.props.get("onDelete")
            draft.keys[column] = target.name, ref, action if isinstance(action, str) else None
            if "Index" in decorators:
                draft.indexes.append(Index(columns=(column,)))
            if "PrimaryColumn" in decorators or options.props.get("primary") is True:
                draft.primary.append(column)

    def _joins(self, join: Ext | None, name: str, target: Draft) -> list[tuple[str, str]]:
        primary = target.primary[0] if target.primary else "id"
        found: list[tuple[str, str]] = []
        args = [
            item
            for arg in (join.args if join is not None else ())
            for item in (arg.items if isinstance(arg, Arr) else [arg])
        ]
        for arg in args or [Obj()]:
            props = arg.props if isinstance(arg, Obj) else {}
            ref = props.get("referencedColumnName", primary)
            ref = ref if isinstance(ref, str) else primary
            own = props.get("name")
            default = f"{snake(name)}_{ref}" if self._snaked else camel(f"{name}_{ref}")
            found.append((own if isinstance(own, str) else default, ref))
        return found

    def _junction(self, draft: Draft, target: Draft, name: str, table: Ext, site: Site) -> Draft:
        options = next((arg for arg in table.args if isinstance(arg, Obj)), Obj())
        named = options.props.get("name")
        default = snake(f"{draft.name}_{name}_{target.name}")
        made = Draft(named if isinstance(named, str) else default, site, "typeorm")
        for side, which, extra in ((draft, "joinColumn", "_1"), (target, "inverseJoinColumn", "_2")):
            props = options.props.get(which)
            primary = side.primary[0] if side.primary else "id"
            own = props.props.get("name") if isinstance(props, Obj) else None
            plain = f"{side.name}_{primary}" + (extra if draft is target else "")
            column = own if isinstance(own, str) else snake(plain) if self._snaked else camel(plain)
            known = side.columns.get(primary)
            made.column(Column(name=column, type=known.type if known is not None else "", nullable=False))
            made.primary.append(column)
            made.keys[column] = side.name, primary, "CASCADE"
            made.indexes.append(Index(columns=(column,)))
        return made


def _type(kind: str, said: Value, typed: str) -> str:
    if isinstance(said, str):
        return {"increment": "integer", "rowid": "integer"}.get(said, said)
    if isinstance(said, Ext):
        return _TYPES.get(said.path.lower().replace("date", "Date"), said.path.lower())
    if kind in ("CreateDateColumn", "UpdateDateColumn", "DeleteDateColumn"):
        return "timestamp"
    if kind in ("PrimaryGeneratedColumn", "VersionColumn"):
        return "integer"
    return _TYPES.get(typed.split("|")[0].strip(), typed if not isinstance(said, Unknown) else "")


def _fields(cls: Cls) -> list[tuple[Cls, tuple[Value, ...]]]:
    """The decorated fields of a class and its bases; the base's first."""
    chain: list[Cls] = []
    here: Value = cls
    while isinstance(here, Cls) and len(chain) < 8:
        chain.append(here)
        here = here.base
    found: dict[str, tuple[Cls, tuple[Value, ...]]] = {}
    for owner in reversed(chain):
        for member in owner.node[5]:
            if member[0] in ("field", "get") and member[4] and isinstance(member[2], str):
                found[member[2]] = owner, member
    return list(found.values())
