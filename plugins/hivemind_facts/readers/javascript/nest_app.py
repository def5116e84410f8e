"""What a NestJS application says at its start: prefix, versions, global guards, modules, middleware, configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hivemind_facts.readers.javascript.routers import flat
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Cls,
    Ext,
    Func,
    Method,
    Obj,
    Site,
    Text,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter, Model


@dataclass(frozen=True)
class Excluded:
    """A route that a prefix or a middleware leaves out, or that a middleware is for."""

    path: str
    method: str = "ANY"


@dataclass(frozen=True)
class Middleware:
    """`consumer.apply(...).forRoutes(...)`."""

    values: tuple[Value, ...]
    routes: tuple[Excluded | Cls, ...]
    without: tuple[Excluded, ...]
    site: Site


@dataclass(eq=False)
class Setup:
    """Everything that holds for a whole application."""

    prefix: str | None = ""
    prefix_site: Site | None = None
    excluded: list[Excluded] = field(default_factory=list)
    versioned: bool = False
    version_prefix: str = "v"
    default_version: Value = UNDEFINED
    guards: list[tuple[Value, Site]] = field(default_factory=list)
    module_paths: dict[int, str | None] = field(default_factory=dict)
    """The node of a module's class: the path that RouterModule gives it."""
    middleware: list[Middleware] = field(default_factory=list)
    configuration: dict[str, Value] = field(default_factory=dict)
    found: bool = False

    def models(self) -> dict[str, Model]:
        """Models of Nest's packages."""

        def created(_machine: Interpreter, _callee: Ext, _args: list[Value], _site: Site) -> Value:
            self.found = True
            return Application(self)

        def registered(machine: Interpreter, _callee: Ext, args: list[Value], site: Site) -> Value:
            if len(args) > 1 and isinstance(args[0], str) and isinstance(args[1], Func):
                self.configuration[args[0]] = machine.call(args[1], [], site)
            return Unknown("configuration")

        def routed(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
            self._routes(args[0] if args else UNDEFINED, "", 0)
            return Ext("RouterModule")

        return {
            "@nestjs/core.NestFactory.create": created,
            "@nestjs/config.registerAs": registered,
            "@nestjs/core.RouterModule.register": routed,
            "nest-router.RouterModule.forRoutes": routed,
            "new @nestjs/config.ConfigService": lambda _m, _c, _a, _s: Configuration(self),
        }

    def _routes(self, tree: Value, above: str | None, depth: int) -> None:
        for node in tree.items if isinstance(tree, Arr) and depth < 10 else ():
            if isinstance(node, Cls):
                self.module_paths[id(node.node)] = above
            elif isinstance(node, Obj):
                own = node.props.get("path", "")
                path = f"{above}/{own}" if isinstance(own, str) and above is not None else None
                module = node.props.get("module")
                if isinstance(module, Cls):
                    self.module_paths[id(module.node)] = path
                self._routes(node.props.get("children"), path, depth + 1)


@dataclass(eq=False)
class Application:
    """What `NestFactory.create()` gives."""

    setup: Setup

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """Its methods."""
        known = {
            "setGlobalPrefix": self._prefix,
            "enableVersioning": self._versions,
            "useGlobalGuards": self._guards,
            "get": lambda _machine, args, _site: (
                Configuration(self.setup)
                if args
                and isinstance(args[0], Ext | Cls)
                and "Config" in str(getattr(args[0], "path", getattr(args[0], "name", "")))
                else Unknown("service")
            ),
        }
        return Method(name, known.get(name, lambda _machine, _args, _site: Unknown(name)))

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED

    def _prefix(self, _machine: Interpreter, args: list[Value], site: Site) -> Value:
        prefix = args[0] if args else ""
        self.setup.prefix = prefix if isinstance(prefix, str) else None
        self.setup.prefix_site = site
        options = args[1] if len(args) > 1 else None
        excluded = options.props.get("exclude") if isinstance(options, Obj) else None
        self.setup.excluded += [each for each in places([excluded]) if isinstance(each, Excluded)]
        return self

    def _versions(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        options = args[0] if args and isinstance(args[0], Obj) else Obj()
        kind = options.props.get("type", UNDEFINED)
        if kind is UNDEFINED or (isinstance(kind, Ext) and kind.path.endswith(".URI")) or kind == 0:
            self.setup.versioned = True
        prefix = options.props.get("prefix", "v")
        self.setup.version_prefix = prefix if isinstance(prefix, str) else ""
        self.setup.default_version = options.props.get("defaultVersion", UNDEFINED)
        return self

    def _guards(self, _machine: Interpreter, args: list[Value], site: Site) -> Value:
        self.setup.guards += [(arg.cls if isinstance(arg, Obj) and arg.cls is not None else arg, site) for arg in args]
        return self


@dataclass(eq=False)
class Configuration:
    """`ConfigService`."""

    setup: Setup

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """Only reading matters."""
        return Method(name, self._read) if name in ("get", "getOrThrow") else Unknown(f"config.{name}")

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED

    def _read(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        key = args[0] if args else None
        if isinstance(key, str):
            head, _, rest = key.partition(".")
            value = self.setup.configuration.get(head)
            for name in rest.split(".") if rest else ():
                value = machine.get(value, name, site) if value is not None else None
            if value is not None and value is not UNDEFINED and not isinstance(value, Unknown):
                return value
            if key in machine.samples:
                return machine.samples[key]
        default = args[1] if len(args) > 1 and isinstance(args[1], str | Text) else None
        return default if default is not None else Unknown(f"config.{key}", env=True)


@dataclass(eq=False)
class Consumer:
    """The `MiddlewareConsumer` of a module's `configure`."""

    setup: Setup
    values: tuple[Value, ...] = ()
    without: tuple[Excluded, ...] = ()

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """`apply`, `exclude`, `forRoutes`."""
        known = {"apply": self._apply, "exclude": self._exclude, "forRoutes": self._for}
        return Method(name, known.get(name, lambda _machine, _args, _site: self))

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED

    def _apply(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        return Consumer(self.setup, tuple(flat(args)))

    def _exclude(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        found = tuple(each for each in places(args) if isinstance(each, Excluded))
        return Consumer(self.setup, self.values, self.without + found)

    def _for(self, _machine: Interpreter, args: list[Value], site: Site) -> Value:
        self.setup.middleware.append(Middleware(self.values, tuple(places(args)), self.without, site))
        return self


def places(values: list[Value]) -> list[Excluded | Cls]:
    """Routes as `exclude` and `forRoutes` take them."""
    found: list[Excluded | Cls] = []
    for value in flat(values):
        if isinstance(value, str):
            found.append(Excluded(value))
        elif isinstance(value, Cls):
            found.append(value)
        elif isinstance(value, Obj) and isinstance(value.props.get("path"), str):
            method = value.props.get("method")
            name = method.path.rsplit(".", 1)[-1] if isinstance(method, Ext) else "ANY"
            found.append(Excluded(value.props["path"], {"ALL": "ANY"}.get(name, name)))
    return found
