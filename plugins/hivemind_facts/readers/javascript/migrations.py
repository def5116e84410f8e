"""Sequelize's migrations, replayed in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hivemind_facts.models import Index
from hivemind_facts.readers.javascript.tables import Draft
from hivemind_facts.readers.javascript.values import UNDEFINED, Arr, Ext, Func, Method, Obj, Site, Unknown, Value

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter

_FOLDER = re.compile(r"(^|/)migrations?/")


@dataclass(eq=False)
class _Interface:
    """`queryInterface`."""

    drafts: dict[str, Draft] = field(default_factory=dict)

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """A change of the schema."""
        run = getattr(self, f"_{name.lower()}", None)
        if run is not None:
            return Method(name, lambda _machine, args, site: run(args, site) or Unknown("done"))
        if name in ("sequelize",):
            return Obj(open=True)
        return Method(name, lambda machine, args, site: machine.callbacks(args, site) or Unknown("done"))

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED

    def _table(self, args: list[Value]) -> Draft | None:
        return self.drafts.get(_name(args[0])) if args else None

    def _createtable(self, args: list[Value], site: Site) -> None:
        name = _name(args[0]) if args else ""
        if not name or len(args) < 2 or not isinstance(args[1], Obj):
            return
        self.drafts[name] = Draft(name, site, "sequelize")
        for column, options in args[1].props.items():
            self._column(self.drafts[name], column, options)
        more = args[2].props.get("uniqueKeys") if len(args) > 2 and isinstance(args[2], Obj) else None
        for each in more.props.values() if isinstance(more, Obj) else ():
            fields = each.props.get("fields") if isinstance(each, Obj) else None
            if isinstance(fields, Arr):
                self.drafts[name].unique.append(tuple(item for item in fields.items if isinstance(item, str)))

    def _column(self, draft: Draft, column: str, value: Value) -> None:
        from hivemind_facts.readers.javascript.sequelize_tables import add_column

        options = value if isinstance(value, Obj) else Obj({"type": value})
        own = options.props.get("field")
        column = own if isinstance(own, str) else column
        add_column(draft, column, options)
        references = options.props.get("references")
        table = (
            references.props.get("model", references.props.get("table")) if isinstance(references, Obj) else references
        )
        if table is not None and _name(table):
            key = (
                references.props.get("key", "id")
                if isinstance(references, Obj)
                else options.props.get("referencesKey", "id")
            )
            action = options.props.get("onDelete")
            draft.keys[column] = (
                _name(table),
                key if isinstance(key, str) else "id",
                action if isinstance(action, str) else None,
            )

    def _addcolumn(self, args: list[Value], _site: Site) -> None:
        draft = self._table(args)
        if draft is not None and len(args) > 2 and isinstance(args[1], str):
            self._column(draft, args[1], args[2])

    _changecolumn = _addcolumn

    def _removecolumn(self, args: list[Value], _site: Site) -> None:
        draft = self._table(args)
        if draft is not None and len(args) > 1 and isinstance(args[1], str):
            draft.columns.pop(args[1], None)
            draft.keys.pop(args[1], None)

    def _renamecolumn(self, args: list[Value], _site: Site) -> None:
        draft = self._table(args)
        if (
            draft is not None
            and len(args) > 2
            and isinstance(args[1], str)
            and isinstance(args[2], str)
            and args[1] in draft.columns
        ):
            draft.columns[args[2]] = draft.columns.pop(args[1]).model_copy(update={"name": args[2]})
            if args[1] in draft.keys:
                draft.keys[args[2]] = draft.keys.pop(args[1])

    def _droptable(self, args: list[Value], _site: Site) -> None:
        if args:
            self.drafts.pop(_name(args[0]), None)

    def _renametable(self, args: list[Value], _site: Site) -> None:
        draft = self._table(args)
        if draft is not None and len(args) > 1 and _name(args[1]):
            del self.drafts[draft.name]
            draft.name = _name(args[1])
            self.drafts[draft.name] = draft

    def _addindex(self, args: list[Value], _site: Site) -> None:
        from hivemind_facts.readers.javascript.sequelize_tables import add_index

        draft = self._table(args)
        if draft is None or len(args) < 2:
            return
        fields = (
            args[1] if isinstance(args[1], Arr) else args[1].props.get("fields") if isinstance(args[1], Obj) else None
        )
        options = next((arg for arg in args[1:] if isinstance(arg, Obj)), Obj())
        add_index(draft, fields, options)

    def _addconstraint(self, args: list[Value], _site: Site) -> None:
        draft = self._table(args)
        options = next((arg for arg in args[1:] if isinstance(arg, Obj)), None)
        if draft is None or options is None:
            return
        fields = next((arg for arg in args[1:] if isinstance(arg, Arr)), options.props.get("fields"))
        names = tuple(item for item in (fields.items if isinstance(fields, Arr) else ()) if isinstance(item, str))
        kind = str(options.props.get("type", "")).lower()
        if kind == "unique" and names:
            draft.unique.append(names)
            draft.indexes.append(Index(columns=names, unique=True))
        elif kind == "primary key":
            draft.primary = list(names)
        elif kind == "foreign key" and names:
            ref = options.props.get("references")
            if isinstance(ref, Obj) and _name(ref.props.get("table")):
                key = ref.props.get("field", "id")
                action = options.props.get("onDelete")
                draft.keys[names[0]] = (
                    _name(ref.props["table"]),
                    key if isinstance(key, str) else "id",
                    action if isinstance(action, str) else None,
                )


def _name(value: Value) -> str:
    if isinstance(value, Obj):
        value = value.props.get("tableName")
    return value if isinstance(value, str) else ""


class Migrations:
    """Follows `up` of each migration, in the order of their names."""

    def __init__(self, machine: Interpreter) -> None:
        self._machine = machine

    def read(self) -> list[Draft]:
        """The tables at the end."""
        interface = _Interface()
        paths = [path for path in self._machine.digests if _FOLDER.search(path)]
        for path in sorted(paths, key=lambda each: each.rsplit("/", 1)[-1]):
            module = self._machine.module(path)
            up = (
                self._machine.get(self._machine.whole(module), "up", Site(path, 1)) if module is not None else UNDEFINED
            )
            if not isinstance(up, Func) and module is not None:
                up = self._machine.get(self._machine.exported(module, "default"), "up", Site(path, 1))
            if isinstance(up, Func) and up.node[3]:
                first = up.node[3][0][0]
                given: Value = Obj({"context": interface}) if first[0] == "opat" else interface
                self._machine.enter(up, [given, Ext("sequelize")], up.site)
        return list(interface.drafts.values())
