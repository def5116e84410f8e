"""Fastify: plugins, prefixes, autoloaded folders and hooks, by following the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname

from hivemind_facts.models import Endpoint, Parameter, Unresolved
from hivemind_facts.readers.javascript import guards, program
from hivemind_facts.readers.javascript.autoload import autoload
from hivemind_facts.readers.javascript.interpreter import Interpreter, Model
from hivemind_facts.readers.javascript.modules import Namespace
from hivemind_facts.readers.javascript.paths import braces
from hivemind_facts.readers.javascript.routers import flat, label, left_open
from hivemind_facts.readers.javascript.values import UNDEFINED, Arr, Ext, Func, Method, Obj, Site, Unknown, Value
from hivemind_facts.reading import Digest, Repository, Yielded
from hivemind_facts.routes import Guard, Route, RouteGraph

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "all")
_HOOKS = ("onRequest", "preParsing", "preValidation", "preHandler")
_NAMES = frozenset({"fastify", "app", "server", "instance", "f", "api"})


@dataclass(eq=False)
class Plugins:
    """What all instances of one program add to."""

    graph: RouteGraph = field(default_factory=RouteGraph)
    instances: list[Instance] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    exempt: dict[str, list[Value]] = field(default_factory=dict)
    """Evidence of a guard: the paths that it leaves open."""
    decorated: dict[str, Value] = field(default_factory=dict)
    """What any plugin decorates: encapsulation is not followed for names."""


@dataclass(eq=False)
class Wrapped:
    """A plugin in `fastify-plugin`: it shares the instance it is registered on, prefix and all."""

    plugin: Value

    def member(self, machine: Interpreter, name: str) -> Value:
        """A property of the plugin's function."""
        return machine.get(self.plugin, name, Site("", 1))

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        """Called directly."""
        return machine.call(self.plugin, args, site)


@dataclass(eq=False)
class Instance:
    """A Fastify instance."""

    plugins: Plugins
    site: Site
    root: bool = False
    parent: Instance | None = None
    prefix: str = ""

    def __post_init__(self) -> None:
        self.plugins.instances.append(self)
        self.name = f"{self.site}#{len(self.plugins.instances)}"

    def assign(self, name: str, value: Value) -> None:
        """`fastify.something = ...`."""
        self.plugins.decorated[name] = value

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """Its methods, and what was decorated."""
        if name in _VERBS:
            return Method(name, lambda machine, args, site: self._shorthand(machine, name, args, site))
        known = {
            "register": self.register,
            "route": self._route,
            "addHook": self._hook,
            "decorate": self._decorate,
            "after": self._then,
            "ready": self._then,
            "listen": self._then,
            "withTypeProvider": lambda _machine, _args, _site: self,
            "setValidatorCompiler": lambda _machine, _args, _site: self,
            "auth": self._any_of,
        }
        if name in known and name not in self.plugins.decorated:
            return Method(name, known[name])
        if name == "prefix":
            return self.prefix
        if name in self.plugins.decorated:
            return self.plugins.decorated[name]
        return Unknown(f"fastify.{name}")

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED

    def _any_of(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        return args[0] if args and isinstance(args[0], Arr) else Unknown("fastify.auth")

    def _then(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        machine.callbacks(args, site)
        return self

    def _decorate(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        if len(args) > 1 and isinstance(args[0], str):
            value = args[1]
            if isinstance(value, Func) and (not value.name or value.name.endswith("()")):
                value.name = args[0]
            self.plugins.decorated[args[0]] = value
        return self

    def _hook(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        if len(args) > 1 and args[0] in _HOOKS:
            for value in flat(args[1:]):
                guard = guards.judge(machine, value, site)
                if guard is not None:
                    self.plugins.graph.router(self.name, guards=(guard,))
                    open_ = guards.exempt(machine, value)
                    if open_:
                        self.plugins.exempt[guard.evidence] = open_
        return self

    def register(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        """`fastify.register(plugin, options)`."""
        plugin = args[0] if args else UNDEFINED
        options = args[1] if len(args) > 1 else UNDEFINED
        if isinstance(options, Func):
            options = machine.call(options, [self], site)
        if isinstance(plugin, Ext) and plugin.path in (
            "@fastify/autoload",
            "fastify-autoload",
            "@fastify/autoload.default",
            "@fastify/autoload.fastifyAutoload",
        ):
            autoload(machine, self, options if isinstance(options, Obj) else Obj(), site)
            return self
        self.add(machine, plugin, options, site)
        return self

    def add(self, machine: Interpreter, plugin: Value, options: Value, site: Site, above: str = "") -> None:
        """Register one plugin, possibly below a folder's prefix."""
        if isinstance(plugin, Namespace):
            plugin = machine.get(plugin, "default", site)
        if isinstance(plugin, Obj):
            plugin = plugin.props.get("default", plugin.props.get("plugin", UNDEFINED))
        given = options if isinstance(options, Obj) else Obj(open=True)
        if isinstance(plugin, Wrapped):
            machine.call(plugin.plugin, [self, given, Unknown("done")], site)
            return
        if not isinstance(plugin, Func):
            if isinstance(plugin, Unknown) and not plugin.hint.startswith("@fastify"):
                self._trouble("mount", f"the plugin {plugin.hint or '?'} is not known", site)
            return
        own = given.props.get("prefix", "")
        prefix = braces(f"{above}{_slashed(own)}")[0] if isinstance(own, str) else None
        child = Instance(self.plugins, site, parent=self, prefix=self.prefix + (prefix or ""))
        self.plugins.graph.mount(self.name, child.name, prefix=prefix, file=site.file, line=site.line)
        machine.call(plugin, [child, given, Unknown("done")], site)

    def _trouble(self, what: str, reason: str, site: Site) -> None:
        self.plugins.unresolved.append(Unresolved(what=what, reason=reason, file=site.file, line=site.line))

    def _shorthand(self, machine: Interpreter, verb: str, args: list[Value], site: Site) -> Value:
        if len(args) < 2:
            return self
        options = args[1] if isinstance(args[1], Obj) and len(args) > 1 else Obj()
        handler = (
            args[-1] if not isinstance(args[-1], Obj) or len(args) > 2 else options.props.get("handler", UNDEFINED)
        )
        self._add(machine, [verb.upper() if verb != "all" else "ANY"], args[0], options, handler, site)
        return self

    def _route(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        options = args[0] if args else UNDEFINED
        if not isinstance(options, Obj):
            self._trouble("route", "the options of the route are not known", site)
            return self
        method = options.props.get("method", "GET")
        methods = [each for each in flat([method]) if isinstance(each, str)]
        path = options.props.get("url", options.props.get("path", UNDEFINED))
        self._add(
            machine, methods or ["ANY"], path, options, options.props.get("handler", UNDEFINED), options.site or site
        )
        return self

    def _add(
        self, machine: Interpreter, methods: list[str], path: Value, options: Obj, handler: Value, site: Site
    ) -> None:
        own: list[Guard] = []
        for hook in _HOOKS:
            for value in flat([options.props.get(hook, UNDEFINED)]):
                guard = guards.judge(machine, value, site)
                own += [guard] if guard is not None else []
        inner = guards.inside_handler(handler, site)
        if inner is not None and not any(guard.auth == "required" for guard in own):
            own.append(inner)
        schema = options.props.get("schema")
        for method in methods:
            for text in braces(path) if isinstance(path, str) else [None]:
                names = re.findall(r"\{(\w+)\}", text or "")
                self.plugins.graph.route(
                    self.name,
                    Route(
                        method="ANY" if method.upper() == "ALL" else method.upper(),
                        path=text,
                        handler=label(handler),
                        file=site.file,
                        line=site.line,
                        framework="fastify",
                        guards=tuple(own),
                        parameters=tuple(Parameter(name=name, location="path", required=True) for name in names),
                        request_type=_schema_name(schema, "body"),
                        response_type=_schema_name(schema, "response"),
                        summary=_text(schema, "summary"),
                    ),
                )


def _slashed(prefix: str) -> str:
    return prefix if not prefix or prefix.startswith("/") else f"/{prefix}"


def _text(schema: Value, name: str) -> str:
    value = schema.props.get(name) if isinstance(schema, Obj) else None
    return value if isinstance(value, str) else ""


def _schema_name(schema: Value, part: str) -> str | None:
    """The name of a schema: `$ref`, `$id` or `title`."""
    value = schema.props.get(part) if isinstance(schema, Obj) else None
    if part == "response" and isinstance(value, Obj):
        value = next((inner for code, inner in value.props.items() if code.startswith("2")), None)
    if isinstance(value, Obj):
        for key in ("$ref", "$id", "title"):
            name = value.props.get(key)
            if isinstance(name, str):
                return name.rstrip("#").rsplit("/", 1)[-1]
    return None


class Fastify:
    """Reads Fastify applications."""

    name = "fastify"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield endpoints and what could not be resolved."""
        files = program.digests(repository)
        if not any(
            program.mentions(digest, "fastify", "fastify-plugin") for digest in files.values()
        ) and not repository.uses("fastify"):
            return
        plugins = Plugins()

        def made(_machine: Interpreter, _callee: Ext, _args: list[Value], site: Site) -> Value:
            return Instance(plugins, site, root=True)

        def wrapped(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
            return Wrapped(args[0]) if args and isinstance(args[0], Func) else args[0] if args else UNDEFINED

        models: dict[str, Model] = {"fastify": made, "fastify.fastify": made, "fastify-plugin": wrapped}
        models["fastify-plugin.fastifyPlugin"] = wrapped
        machine = program.follow(repository, models, files, "fastify", "fastify-plugin", "register")
        if not any(instance.root for instance in plugins.instances) or not _served(plugins):
            _entry(machine, plugins, files)
        for instance in plugins.instances:
            plugins.graph.router(instance.name, root=instance.root, file=instance.site.file, line=instance.site.line)
        _rest(machine, plugins)
        for fact in plugins.graph.resolve():
            yield left_open(fact, plugins.exempt) if isinstance(fact, Endpoint) else fact
        yield from plugins.unresolved
        yield from program.limits(machine)


def _served(plugins: Plugins) -> bool:
    return any(isinstance(fact, Endpoint) for fact in _copy(plugins).resolve())


def _copy(plugins: Plugins) -> RouteGraph:
    for instance in plugins.instances:
        plugins.graph.router(instance.name, root=instance.root)
    return plugins.graph


def _entry(machine: Interpreter, plugins: Plugins, files: dict[str, Digest]) -> None:
    """Start the plugin that `fastify start` would: the shallowest module that exports one."""
    names = ("app", "server", "index", "main", "plugin")
    paths = [path for path in files if path.rsplit("/", 1)[-1].split(".", 1)[0] in names]
    for path in sorted(
        paths, key=lambda each: (each.count("/"), names.index(each.rsplit("/", 1)[-1].split(".", 1)[0]))
    ):
        module = machine.module(path)
        value = machine.exported(module, "default") if module is not None else UNDEFINED
        plugin = value.plugin if isinstance(value, Wrapped) else value
        if isinstance(plugin, Func) and id(plugin.node) not in machine.entered and plugin.node[3]:
            site = Site(path, plugin.node[1])
            root = Instance(plugins, site, root=True)
            machine.call(plugin, [root, Obj(open=True), Unknown("done")], site)
            return


def _rest(machine: Interpreter, plugins: Plugins) -> None:
    """Plugins that nobody registers: their routes are listed, below a mount that is not known."""
    for func in list(machine.functions):
        params = func.node[3]
        if id(func.node) in machine.entered or not params or params[0][0][0] != "id" or params[0][0][1] not in _NAMES:
            continue
        if dirname(func.scope.file) is None:
            continue
        floating = Instance(plugins, func.site)
        machine.enter(func, [floating, Obj(open=True), Unknown("done")], func.site)


__all__ = ["Fastify"]
