"""Sequelize: models and migrations as tables, associations as foreign keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hivemind_facts.languages.javascript.survey import walk
from hivemind_facts.models import Column, Index
from hivemind_facts.readers.javascript import nest_guards, program
from hivemind_facts.readers.javascript.interpreter import Interpreter, Model
from hivemind_facts.readers.javascript.migrations import Migrations
from hivemind_facts.readers.javascript.naming import camel, lower_first, plural, singular, snake
from hivemind_facts.readers.javascript.tables import Draft
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Cls,
    Ext,
    Func,
    Method,
    Obj,
    Site,
    Unknown,
    Value,
    hint_of,
)
from hivemind_facts.reading import Repository, Yielded

_LINKS = ("belongsTo", "hasMany", "hasOne", "belongsToMany")


@dataclass(eq=False)
class Entity:
    """A model."""

    world: World
    name: str
    fields: Obj
    options: Obj
    site: Site
    links: list[tuple[str, Value, Obj, Site]] = field(default_factory=list)
    props: dict[str, Value] = field(default_factory=dict)

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """Associations, and whatever was put on it."""
        if name in self.props:
            return self.props[name]
        if name == "name":
            return self.name
        if name in _LINKS:
            return Method(name, lambda _machine, args, site: self._link(name, args, site))
        return (
            Unknown(f"{self.name}.{name}")
            if name in ("associate", "rawAttributes", "prototype")
            else Method(name, lambda _m, _a, _s: Unknown(name))
        )

    def assign(self, name: str, value: Value) -> None:
        """`User.associate = ...`."""
        self.props[name] = value

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """`new User()`."""
        return Unknown(self.name)

    def _link(self, kind: str, args: list[Value], site: Site) -> Value:
        options = args[1] if len(args) > 1 and isinstance(args[1], Obj) else Obj()
        self.links.append((kind, args[0] if args else UNDEFINED, options, site))
        return self

    def option(self, name: str) -> Value:
        """An option of the model, else of all models."""
        return self.options.props.get(name, self.world.defaults.get(name, UNDEFINED))

    @property
    def table(self) -> str:
        """The name of its table."""
        own = self.option("tableName")
        if isinstance(own, str):
            return own
        name = snake(self.name) if self.option("underscored") is True else self.name
        return name if self.option("freezeTableName") is True else plural(name)


@dataclass(eq=False)
class World:
    """All models of a program."""

    entities: list[Entity] = field(default_factory=list)
    defaults: dict[str, Value] = field(default_factory=dict)
    by_class: dict[int, Entity] = field(default_factory=dict)

    def add(self, name: str, fields: Value, options: Value, site: Site) -> Entity:
        """Define a model; a second definition of a name in one file is the same."""
        made = Entity(
            self,
            name,
            fields if isinstance(fields, Obj) else Obj(open=True),
            options if isinstance(options, Obj) else Obj(),
            site,
        )
        known = next((each for each in self.entities if each.name == name and each.site == site), None)
        if known is None:
            self.entities.append(made)
        return known or made


@dataclass(eq=False)
class Connection:
    """`new Sequelize(...)`."""

    world: World

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """`define`, `import`, `models`."""
        if name == "define":
            return Method(name, self._define)
        if name == "import":
            return Method(name, self._import)
        if name == "models":
            return Obj({each.name: each for each in self.world.entities}, open=True)
        if name in ("Sequelize", "constructor"):
            return Ext("sequelize")
        return Unknown(f"sequelize.{name}")

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED

    def _define(self, _machine: Interpreter, args: list[Value], site: Site) -> Value:
        name = args[0] if args and isinstance(args[0], str) else "?"
        return self.world.add(
            name, args[1] if len(args) > 1 else UNDEFINED, args[2] if len(args) > 2 else UNDEFINED, site
        )

    def _import(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        made = machine.require(args[0], site.file) if args and isinstance(args[0], str) else UNDEFINED
        return machine.call(made, [self, Ext("sequelize.DataTypes")], site)


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
        drafts = _drafts(machine, world)
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
    if name in _LINKS:

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


def _drafts(machine: Interpreter, world: World) -> list[Draft]:
    drafts = {id(entity): _draft(entity, world) for entity in world.entities}
    junctions: list[Draft] = []
    for entity in world.entities:
        for kind, target, options, site in entity.links:
            other = _entity(world, target)
            if other is None:
                continue
            if kind == "belongsToMany":
                made = _junction(world, entity, other, options, site, drafts, junctions)
                junctions += [made] if made is not None else []
                continue
            holder, ref = (entity, other) if kind == "belongsTo" else (other, entity)
            _link(drafts[id(holder)], holder, ref, drafts[id(ref)], kind, options)
    return [*drafts.values(), *junctions]


def _entity(world: World, value: Value) -> Entity | None:
    if isinstance(value, Entity):
        return value
    if isinstance(value, Cls):
        return world.by_class.get(id(value.node))
    name = value if isinstance(value, str) else hint_of(value).rsplit(".", 1)[-1]
    return next((each for each in world.entities if name in (each.name, each.table)), None)


def _column_name(entity: Entity, name: str, options: Obj) -> str:
    own = options.props.get("field")
    return own if isinstance(own, str) else snake(name) if entity.option("underscored") is True else name


def _draft(entity: Entity, world: World) -> Draft:
    draft = Draft(entity.table, entity.site, "sequelize", entity.name)
    for name, value in entity.fields.props.items():
        if name in ("...", "__base__"):
            continue
        options = value if isinstance(value, Obj) else Obj({"type": value})
        column = _column_name(entity, name, options)
        add_column(draft, column, options)
        references = options.props.get("references")
        if references is not None:
            _references(draft, column, references, options, world)
    if not draft.primary:
        draft.columns = {"id": Column(name="id", type="INTEGER", nullable=False), **draft.columns}
        draft.primary.append("id")
    if entity.option("timestamps") is not False:
        for name in ("createdAt", "updatedAt", *(("deletedAt",) if entity.option("paranoid") is True else ())):
            own = entity.option(name)
            if own is not False:
                column = own if isinstance(own, str) else snake(name) if entity.option("underscored") is True else name
                if column not in draft.columns:
                    draft.column(Column(name=column, type="DATE", nullable=name == "deletedAt"))
    indexes = entity.option("indexes")
    for each in indexes.items if isinstance(indexes, Arr) else ():
        if isinstance(each, Obj):
            add_index(draft, each.props.get("fields"), each)
    return draft


def add_column(draft: Draft, name: str, options: Obj) -> None:
    """Add a column as Sequelize's options tell."""
    default = options.props.get("defaultValue")
    primary = options.props.get("primaryKey") is True
    unique = options.props.get("unique", False)
    if primary and name not in draft.primary:
        draft.primary.append(name)
    draft.column(
        Column(
            name=name,
            type=type_name(options.props.get("type")),
            nullable=False if primary else options.props.get("allowNull") is not False,
            default=str(default) if isinstance(default, str | int | float | bool) else None,
            unique=unique is True or isinstance(unique, str | Obj),
        )
    )
    if options.props.get("index") is True:
        draft.indexes.append(Index(columns=(name,)))


def add_index(draft: Draft, fields: Value, options: Obj) -> None:
    """Add an index."""
    names = []
    for item in fields.items if isinstance(fields, Arr) else ():
        name = item.props.get("name", item.props.get("attribute")) if isinstance(item, Obj) else item
        if isinstance(name, str):
            names.append(name)
    unique = options.props.get("unique") is True or str(options.props.get("type", "")).upper() == "UNIQUE"
    label = options.props.get("name")
    if names:
        draft.indexes.append(Index(name=label if isinstance(label, str) else "", columns=tuple(names), unique=unique))
        if unique:
            draft.unique.append(tuple(names))


def type_name(value: Value) -> str:
    """`DataTypes.STRING(20)` as `STRING(20)`."""
    if isinstance(value, str):
        return value
    name = hint_of(value)
    last = name.removesuffix("()").rsplit(".", 1)[-1]
    if isinstance(value, Ext) and name.endswith("()"):
        inner = [
            str(arg) if isinstance(arg, str | int) else type_name(arg)
            for arg in value.args
            if isinstance(arg, str | int | Ext)
        ]
        return f"{last}({', '.join(inner)})" if inner else last
    return last


def _references(draft: Draft, column: str, references: Value, options: Obj, world: World) -> None:
    model = references.props.get("model", UNDEFINED) if isinstance(references, Obj) else references
    if isinstance(model, Obj) and isinstance(model.props.get("tableName"), str):
        model = model.props["tableName"]
    other = _entity(world, model)
    table = other.table if other is not None else model if isinstance(model, str) else ""
    key = references.props.get("key", "id") if isinstance(references, Obj) else "id"
    action = options.props.get("onDelete")
    if table:
        draft.keys[column] = table, key if isinstance(key, str) else "id", action if isinstance(action, str) else None


def _foreign(options: Obj, name: str = "foreignKey") -> str | None:
    key = options.props.get(name)
    if isinstance(key, Obj):
        key = key.props.get("name", key.props.get("field"))
    return key if isinstance(key, str) else None


def _link(draft: Draft, holder: Entity, ref: Entity, target: Draft, kind: str, options: Obj) -> None:
    if options.props.get("constraints") is False:
        return
    alias = options.props.get("as") if kind == "belongsTo" else None
    base = alias if isinstance(alias, str) else singular(ref.name)
    key = _foreign(options)
    name = key or (f"{lower_first(camel(base))}Id")
    known = holder.fields.props.get(name)
    column = _column_name(holder, name, known if isinstance(known, Obj) else Obj())
    if key is None and (f"{snake(base)}_id" in draft.columns):
        column = f"{snake(base)}_id"
    ref_column = target.primary[0] if target.primary else "id"
    if column not in draft.columns:
        kind_of = target.columns.get(ref_column)
        draft.column(Column(name=column, type=kind_of.type if kind_of is not None else "INTEGER"))
    action = options.props.get("onDelete")
    draft.keys.setdefault(column, (target.name, ref_column, action if isinstance(action, str) else None))


def _junction(
    world: World, one: Entity, two: Entity, options: Obj, site: Site, drafts: dict[int, Draft], known: list[Draft]
) -> Draft | None:
    through = options.props.get("through", UNDEFINED)
    if isinstance(through, Obj) and "model" in through.props:
        through = through.props["model"]
    entity = _entity(world, through)
    name = entity.table if entity is not None else through if isinstance(through, str) else ""
    if not name:
        return None
    if entity is None and (one.world.defaults.get("underscored") is True):
        name = snake(name)
    draft = drafts[id(entity)] if entity is not None else next((each for each in known if each.name == name), None)
    fresh = draft is None
    if draft is None:
        draft = Draft(name, site, "sequelize")
    added: list[str] = []
    for side, key in ((one, _foreign(options)), (two, _foreign(options, "otherKey"))):
        column = key or f"{lower_first(camel(singular(side.name)))}Id"
        if side.option("underscored") is True and key is None:
            column = snake(column)
        if column not in draft.columns and len(draft.keys) < 2:
            draft.column(Column(name=column, type="INTEGER", nullable=False))
        if column in draft.columns:
            draft.keys.setdefault(column, (side.table, drafts[id(side)].primary[0], "CASCADE"))
            added.append(column)
    generated = entity is not None and not any(
        isinstance(v, Obj) and v.props.get("primaryKey") is True for v in entity.fields.props.values()
    )
    if generated and draft.primary == ["id"] and len(added) == 2:
        draft.columns.pop("id", None)  # a through table is identified by what it joins
        draft.primary = list(added)
    if fresh:
        draft.primary += added
        for stamp in ("createdAt", "updatedAt"):
            if options.props.get("timestamps") is not False and one.world.defaults.get("timestamps") is not False:
                draft.column(
                    Column(
                        name=snake(stamp) if one.world.defaults.get("underscored") is True else stamp,
                        type="DATE",
                        nullable=False,
                    )
                )
        return draft
    return None
