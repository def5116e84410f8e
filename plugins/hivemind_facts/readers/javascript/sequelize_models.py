"""Sequelize's models and connections as values of a program."""

from __future__ import annotations

from dataclasses import dataclass, field

from hivemind_facts.readers.javascript.interpreter import Interpreter
from hivemind_facts.readers.javascript.naming import plural, snake
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Ext,
    Method,
    Obj,
    Site,
    Unknown,
    Value,
)

LINKS = ("belongsTo", "hasMany", "hasOne", "belongsToMany")


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
        if name in LINKS:
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
