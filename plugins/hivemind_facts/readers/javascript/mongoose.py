"""Mongoose: schemas as collections, references as foreign keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hivemind_facts.models import Column, Index
from hivemind_facts.readers.javascript import nest_guards, program
from hivemind_facts.readers.javascript.interpreter import Interpreter, Model
from hivemind_facts.readers.javascript.naming import plural
from hivemind_facts.readers.javascript.tables import Draft
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Cls,
    Ext,
    Method,
    Obj,
    Site,
    Unknown,
    Value,
    hint_of,
)
from hivemind_facts.reading import Repository, Yielded

_PACKAGES = ("mongoose", "@nestjs/mongoose", "@typegoose/typegoose")
MAX_DEPTH = 6


@dataclass(eq=False)
class Schema:
    """`new Schema(...)`."""

    fields: Obj
    options: Obj
    site: Site
    indexes: list[tuple[Obj, Obj]] = field(default_factory=list)

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """`index` and `add` say something of the collection; the rest does not."""
        known = {"index": self._index, "add": self._add}
        if name in ("methods", "statics", "query"):
            return Obj(open=True)
        return Method(name, known.get(name, lambda _machine, _args, _site: self))

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED

    def _index(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        if args and isinstance(args[0], Obj):
            self.indexes.append((args[0], args[1] if len(args) > 1 and isinstance(args[1], Obj) else Obj()))
        return self

    def _add(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        if args and isinstance(args[0], Obj):
            self.fields.props.update(args[0].props)
        return self


class Mongoose:
    """Reads Mongoose schemas."""

    name = "mongoose"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield collections."""
        files = program.digests(repository)
        if not any(program.mentions(digest, *_PACKAGES) for digest in files.values()):
            return
        models: dict[str, tuple[Schema, Site, str | None]] = {}

        def schema(_machine: Interpreter, _callee: Ext, args: list[Value], site: Site) -> Value:
            fields = args[0] if args and isinstance(args[0], Obj) else Obj(open=True)
            if args and isinstance(args[0], Schema):
                fields = args[0].fields
            return Schema(fields, args[1] if len(args) > 1 and isinstance(args[1], Obj) else Obj(), site)

        def model(_machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:
            if len(args) > 1 and isinstance(args[0], str) and isinstance(args[1], Schema):
                collection = args[2] if len(args) > 2 and isinstance(args[2], str) else None
                models.setdefault(args[0], (args[1], site, collection))
            return Ext(f"{callee.path}()", tuple(args), site=site)

        def for_class(machine: Interpreter, _callee: Ext, args: list[Value], site: Site) -> Value:
            made = _of_class(machine, args[0], site) if args and isinstance(args[0], Cls) else None
            if made is not None and isinstance(args[0], Cls):
                models.setdefault(args[0].name, (made, made.site, None))
            return made or Unknown("schema")

        known: dict[str, Model] = {
            "mongoose.Schema": schema,
            "mongoose.model": model,
            "mongoose.models": model,
            "@nestjs/mongoose.SchemaFactory.createForClass": for_class,
        }
        known |= {
            f"{name}.model": model
            for name in ("mongoose.createConnection()", "mongoose.connection", "mongoose.default")
        }
        program.follow(repository, known, files, *_PACKAGES)
        names = {name: _collection(name, found[0], found[2]) for name, found in models.items()}
        for name, (found, site, _collected) in models.items():
            yield _draft(name, found, site, names).table()


def _collection(name: str, schema: Schema, given: str | None) -> str:
    own = given or schema.options.props.get("collection")
    return own if isinstance(own, str) else plural(name.lower())


def _draft(name: str, schema: Schema, site: Site, names: dict[str, str]) -> Draft:
    where = schema.site if schema.site.file == site.file else site
    draft = Draft(names[name], where, "mongoose", name, "collection")
    if schema.options.props.get("_id") is not False:
        draft.column(Column(name="_id", type="ObjectId", nullable=False))
        draft.primary.append("_id")
    _fields(draft, schema.fields, "", names, 0)
    stamps = schema.options.props.get("timestamps")
    if stamps is True or isinstance(stamps, Obj):
        for default in ("createdAt", "updatedAt"):
            own = stamps.props.get(default) if isinstance(stamps, Obj) else None
            draft.column(Column(name=own if isinstance(own, str) else default, type="Date"))
    for fields, options in schema.indexes:
        unique = options.props.get("unique") is True
        draft.indexes.append(Index(columns=tuple(fields.props), unique=unique))
        if unique:
            draft.unique.append(tuple(fields.props))
    return draft


def _fields(draft: Draft, fields: Obj, prefix: str, names: dict[str, str], depth: int) -> None:
    for name, value in fields.props.items():
        if name in ("...", "__base__") or depth > MAX_DEPTH:
            continue
        _field(draft, f"{prefix}{name}", value, names, depth)


def _field(draft: Draft, name: str, value: Value, names: dict[str, str], depth: int) -> None:
    many = isinstance(value, Arr)
    inner = (value.items[0] if value.items else Unknown("Mixed")) if isinstance(value, Arr) else value
    options = inner if isinstance(inner, Obj) and "type" in inner.props and not _nested(inner) else Obj()
    kind = options.props["type"] if options.props else inner
    if isinstance(kind, Arr):
        many, kind = True, kind.items[0] if kind.items else Unknown("Mixed")
        if isinstance(kind, Obj) and "type" in kind.props and not _nested(kind):
            options = Obj({**kind.props, **{k: v for k, v in options.props.items() if k != "type"}})
            kind = kind.props["type"]
    if isinstance(kind, Schema):
        kind = kind.fields
    if isinstance(kind, Obj) and kind.cls is None:
        draft.column(Column(name=name, type="[object]" if many else "object"))
        _fields(draft, kind, f"{name}.", names, depth + 1)
        return
    typed = _type(kind)
    required = options.props.get("required")
    required = required.items[0] if isinstance(required, Arr) and required.items else required
    default = options.props.get("default")
    draft.column(
        Column(
            name=name,
            type=f"[{typed}]" if many else typed,
            nullable=required is not True,
            default=str(default) if isinstance(default, str | int | float | bool) else None,
            unique=bool(options.props.get("unique")),
        )
    )
    ref = options.props.get("ref")
    ref = hint_of(ref) if not isinstance(ref, str) else ref
    if ref:
        draft.keys[name] = names.get(ref, plural(ref.lower())), "_id", None
    if options.props.get("index") is True:
        draft.indexes.append(Index(columns=(name,)))


def _nested(value: Obj) -> bool:
    """A field that is itself called `type`."""
    return (
        isinstance(value.props.get("type"), Obj)
        and not isinstance(value.props.get("type"), Cls)
        and "type" in value.props["type"].props
    )


def _type(kind: Value) -> str:
    if isinstance(kind, str):
        return kind
    name = hint_of(kind).removesuffix("()").rsplit(".", 1)[-1]
    return name or "Mixed"


def _of_class(machine: Interpreter, cls: Cls, _site: Site) -> Schema | None:
    decorators = nest_guards.decorations(machine, cls.node[4], cls.scope)
    own = next((each for each in decorators if nest_guards.name_of(each) == "Schema"), None)
    options = own.args[0] if own is not None and own.args and isinstance(own.args[0], Obj) else Obj()
    fields = Obj()
    chain: list[Cls] = []
    here: Value = cls
    while isinstance(here, Cls) and len(chain) < 8:
        chain.append(here)
        here = here.base
    for owner in reversed(chain):
        for member in owner.node[5]:
            for each in nest_guards.decorations(machine, member[4], owner.scope) if member[0] == "field" else ():
                if nest_guards.name_of(each) == "Prop":
                    given = each.args[0] if each.args else UNDEFINED
                    fields.props[str(member[2])] = _prop(machine, given, member[6], owner)
    return Schema(fields, options, Site(cls.scope.file, cls.node[1])) if fields.props or own is not None else None


def _prop(_machine: Interpreter, given: Value, typed: str, _owner: Cls) -> Value:
    if isinstance(given, Arr):
        return given
    props = dict(given.props) if isinstance(given, Obj) else {}
    props.setdefault(
        "type",
        {"string": "String", "number": "Number", "boolean": "Boolean"}.get(
            typed, typed.split("<")[0].rsplit(".", 1)[-1] or "Mixed"
        ),
    )
    return Obj(props)


__all__ = ["Func", "Mongoose"] if TYPE_CHECKING else ["Mongoose"]
