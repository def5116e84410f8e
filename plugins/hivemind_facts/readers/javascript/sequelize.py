"""Sequelize: models and migrations as tables, associations as foreign keys."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.languages.javascript.survey import walk
from hivemind_facts.readers.javascript import nest_guards, program
from hivemind_facts.readers.javascript.interpreter import Interpreter, Model
from hivemind_facts.readers.javascript.migrations import Migrations
from hivemind_facts.readers.javascript.sequelize_models import LINKS, Connection, World
from hivemind_facts.readers.javascript.sequelize_tables import drafts_of
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Cls,
    Ext,
    Func,
    Method,
    Obj,
    Site,
    Value,
)
from hivemind_facts.reading import Repository, Yielded


class Sequelize:
    """Reads Sequelize models and migrations."""

    name = "sequelize"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield tables."""
        files = program.digests(repository)
        words = ("sequelize", "sequelize-typescript", "queryInterface", "Sequelize")
        if not any(program.mentions(digest, *words) for digest in files.values()):
            return
        world = World()
        connection = Connection(world)

        def made(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
            options = next((arg for arg in args if isinstance(arg, Obj)), None)
            define = options.props.get("define") if options is not None else None
            if isinstance(define, Obj):
                world.defaults.update(define.props)
            return connection

        models: dict[str, Model] = dict.fromkeys(
            ("sequelize", "sequelize.Sequelize", "sequelize-typescript.Sequelize"), made
        )
        machine = program.follow(repository, {}, {}, "")
        machine.models |= models
        machine.digests = files
        machine.class_member = lambda cls, name: _class_member(world, cls, name)
        found = [path for path, digest in files.items() if program.mentions(digest, *words)]
        for path in program.with_importers(machine, files, found):
            machine.module(path)
        _define_rest(machine, connection)
        _decorated(machine, world)
        drafts = drafts_of(world)
        migrated = Migrations(machine).read()
        names = {draft.name.lower() for draft in drafts}
        for draft in (*drafts, *(each for each in migrated if each.name.lower() not in names)):
            yield draft.table()


def _class_member(world: World, cls: Cls, name: str) -> Value:
    """A static of a class that extends Sequelize's `Model`; None if there is none."""
    base: Value = cls
    while isinstance(base, Cls):
        base = base.base
    if not (isinstance(base, Ext) and base.path.endswith(("Model", "Model()"))):
        return None
    if name in ("init", "initModel"):

        def init(_machine: Interpreter, args: list[Value], site: Site) -> Value:
            options = args[1] if len(args) > 1 and isinstance(args[1], Obj) else Obj()
            named = options.props.get("modelName")
            entity = world.add(
                named if isinstance(named, str) else cls.name,
                args[0] if args else UNDEFINED,
                options,
                Site(cls.scope.file, cls.node[1]) if site.file == cls.scope.file else site,
            )
            world.by_class[id(cls.node)] = entity
            return cls

        return Method(name, init)
    if name in LINKS:

        def link(_machine: Interpreter, args: list[Value], site: Site) -> Value:
            entity = world.by_class.get(id(cls.node))
            if entity is not None:
                entity.links.append(
                    (
                        name,
                        args[0] if args else UNDEFINED,
                        args[1] if len(args) > 1 and isinstance(args[1], Obj) else Obj(),
                        site,
                    )
                )
            return cls

        return Method(name, link)
    return None


def _define_rest(machine: Interpreter, connection: Connection) -> None:
    """Model functions that a loader calls in a way we could not follow, then their associations."""
    for func in list(machine.functions):
        if id(func.node) in machine.entered or not func.node[3]:
            continue
        defines = any(
            each
            and each[0] == "call"
            and len(each) > 3
            and each[2][0] == "mem"
            and each[2][2] in ("define", "init")
            and each[3]
            for each in walk(func.node)
        )
        if defines:
            machine.enter(func, [connection, Ext("sequelize.DataTypes")], func.site)
    known = Obj({entity.name: entity for entity in connection.world.entities}, open=True)
    for entity in list(connection.world.entities):
        associate = entity.props.get("associate")
        if isinstance(associate, Func) and id(associate.node) not in machine.entered:
            machine.enter(associate, [known], associate.site)
    classes = {id(cls.node): cls for cls in machine.classes}
    for key, entity in list(connection.world.by_class.items()):
        member = (
            next((m for m in classes[key].node[5] if m[2] == "associate" and m[3]), None) if key in classes else None
        )
        if member is not None and id(member[5]) not in machine.entered and entity is not None:
            func = machine.function(
                member[5], classes[key].scope, this=classes[key], name="associate", owner=classes[key]
            )
            everything = Obj(
                {
                    e.name: next((c for k, c in classes.items() if connection.world.by_class.get(k) is e), e)
                    for e in connection.world.entities
                },
                open=True,
            )
            machine.enter(func, [everything], func.site)


def _decorated(machine: Interpreter, world: World) -> None:
    """Classes of sequelize-typescript."""
    for cls in list(machine.classes):
        decorators = nest_guards.decorations(machine, cls.node[4], cls.scope)
        table = next(
            (d for d in decorators if d.path.startswith("sequelize-typescript") and nest_guards.name_of(d) == "Table"),
            None,
        )
        if table is None:
            continue
        options = table.args[0] if table.args and isinstance(table.args[0], Obj) else Obj()
        fields = Obj()
        for member in cls.node[5]:
            own = {nest_guards.name_of(d): d for d in nest_guards.decorations(machine, member[4], cls.scope)}
            if member[0] == "field" and ({"Column", "ForeignKey", "PrimaryKey"} & own.keys()):
                fields.props[str(member[2])] = _decorated_field(machine, own, member)
        options.props.setdefault("timestamps", False) if "timestamps" not in options.props and "CreatedAt" in str(
            cls.node
        ) else None
        world.by_class[id(cls.node)] = world.add(cls.name, fields, options, Site(cls.scope.file, cls.node[1]))


def _decorated_field(machine: Interpreter, own: dict[str, Ext], member: tuple[Value, ...]) -> Obj:
    given = own["Column"].args[0] if "Column" in own and own["Column"].args else UNDEFINED
    props = dict(given.props) if isinstance(given, Obj) else {"type": given} if given is not UNDEFINED else {}
    props.setdefault(
        "type",
        {"string": "STRING", "number": "INTEGER", "boolean": "BOOLEAN", "Date": "DATE"}.get(member[6], member[6]),
    )
    if "ForeignKey" in own and own["ForeignKey"].args:
        target = own["ForeignKey"].args[0]
        props["references"] = Obj(
            {"model": machine.call(target, [], Site("", 1)) if isinstance(target, Func) else target}
        )
    for flag, name in (
        ("PrimaryKey", "primaryKey"),
        ("Unique", "unique"),
        ("Index", "index"),
        ("AllowNull", "allowNull"),
    ):
        if flag in own:
            first = own[flag].args[0] if own[flag].args else True
            props.setdefault(name, first if isinstance(first, bool) else True)
    return Obj(props)
