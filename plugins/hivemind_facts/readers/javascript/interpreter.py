"""Following a program without running it: modules, scopes and calls over the digests.

Constants are computed, everything else is an `Unknown`; both arms of a branch are taken where its test is not known.
What a framework does is told by models (a function per name of a package's export, see `Interpreter.models`). Every
walk is bounded: steps, depth of calls, turns of a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from posixpath import dirname
from typing import TypeAlias

from hivemind_facts.languages.javascript.conversion import Expr
from hivemind_facts.readers.javascript.modules import Frame, Getter, Module, Namespace, Reference, of_json
from hivemind_facts.readers.javascript.resolution import Resolver, env_samples, relaxed_json
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Cls,
    Ext,
    Func,
    Obj,
    Scope,
    Site,
    Special,
    Unknown,
    Value,
    hint_of,
)
from hivemind_facts.reading import Digest, Repository

Model: TypeAlias = Callable[["Interpreter", Ext, list[Value], Site], Value]
MAX_CALLS = 14
MAX_DEPTH = 200
MAX_STEPS = 4_000_000
CALL_STEPS = 60_000
"""How much one call from outside may take."""


class Interpreter:
    """Follows the modules of a repository."""

    def __init__(self, repository: Repository, digests: Mapping[str, Digest], models: dict[str, Model]) -> None:
        from hivemind_facts.readers.javascript.evaluation import Evaluation
        from hivemind_facts.readers.javascript.execution import Execution

        self.repository = repository
        self.digests = digests
        self.models = models
        self.resolver = Resolver(repository)
        self.modules: dict[str, Module] = {}
        self.frames: list[Frame] = []
        self.functions: list[Func] = []
        """Every function value that came to be, once per place in the code."""
        self.classes: list[Cls] = []
        self.entered: set[int] = set()
        """Nodes of functions that were followed."""
        self.depth = 0
        self.steps = 0
        self.limit = MAX_STEPS
        self.exhausted: list[Site] = []
        self.running_callbacks = True
        """Whether callbacks given to unknown functions are followed."""
        self.ambient: dict[str, Value] = {}
        """Values of names that nobody declares, of packages and of well-known properties."""
        self.alone: set[int] = set()
        """Nodes of functions that were followed by themselves."""
        self._known: set[int] = set()
        self._resolved: dict[tuple[str, str], str | None] = {}
        self._files: dict[str, Value] = {}
        self.class_member: Callable[[Cls, str], Value] | None = None
        """A reader's word on the statics of a class that extends a package's."""
        self.properties: dict[tuple[int, str], Value] = {}
        """What was put on functions, by the function's node."""
        self.samples = env_samples(repository)
        self._evaluation = Evaluation(self)
        self._execution = Execution(self)

    # modules

    def resolve(self, source: str, importer: str) -> str | None:
        """The file that an import means, None for a foreign package."""
        key = (source, importer if not source.startswith(".") else dirname(importer))
        if key not in self._resolved:
            self._resolved[key] = self.resolver.resolve(source, importer)
        return self._resolved[key]

    def module(self, path: str) -> Module | None:
        """A module of the repository, followed once."""
        module = self.modules.get(path)
        if module is not None:
            return module
        digest = self.digests.get(path)
        if digest is None:
            return None
        exports = Obj(open=False)
        holder = Obj({"exports": exports})
        scope = Scope({"module": holder, "exports": exports}, None, path)
        module = Module(path, digest, scope, exports, holder)
        self.modules[path] = module
        module.state = "running"
        self._execution.declare_exports(module)
        frames, self.frames = self.frames, [Frame(None, Site(path, 1))]
        depth, self.depth = self.depth, min(self.depth, MAX_DEPTH // 2)
        try:
            self._execution.run(digest["body"], scope)
        finally:
            self.frames, self.depth = frames, depth
        module.state = "done"
        return module

    def require(self, source: str, importer: str) -> Value:
        """What `require(source)` gives."""
        path = self.resolve(source, importer)
        if path is None:
            return self.foreign(source)
        if path.endswith(".json"):
            return self.json(path)
        module = self.module(path)
        if module is None:
            return Unknown(source)
        return self.whole(module)

    def foreign(self, path: str) -> Value:
        """What a package outside of the repository gives."""
        bare = path.removeprefix("node:")
        return self.ambient.get(bare) or Ext(bare)

    def json(self, path: str) -> Value:
        """The value of a JSON file."""
        if path not in self._files:
            self._files[path] = of_json(relaxed_json(self.repository.text(path)))
        return self._files[path]

    def whole(self, module: Module) -> Value:
        """A module as a value: `module.exports`, or an object of what it exports by name."""
        if not module.names and not module.stars:
            return module.holder.props.get("exports", UNDEFINED)
        return Namespace(module)

    def exported(self, module: Module, name: str, trail: tuple[str, ...] = ()) -> Value:
        """What a module exports under a name."""
        if module.path in trail or len(trail) > 20:
            return UNDEFINED
        where = module.names.get(name)
        if where is not None:
            source, inner = where
            if source == "local":
                return self.look(module.scope, inner)
            path = self.resolve(source, module.path)
            if path is None:
                return self.foreign(source if inner in ("*", "default") else f"{source}.{inner}")
            other = self.module(path) if not path.endswith(".json") else None
            if other is None:
                return Unknown(inner)
            return self.whole(other) if inner == "*" else self.exported(other, inner, (*trail, module.path))
        for source in module.stars:
            path = self.resolve(source, module.path)
            other = self.module(path) if path is not None else None
            if other is not None and name != "default":
                found = self.exported(other, name, (*trail, module.path))
                if found is not UNDEFINED:
                    return found
        value = module.holder.props.get("exports", UNDEFINED)
        if module.names:
            return UNDEFINED
        if name == "default":
            inner_default = value.props.get("default", UNDEFINED) if isinstance(value, Obj) else UNDEFINED
            return value if inner_default is UNDEFINED else inner_default
        return self.get(value, name, Site(module.path, 1))

    def look(self, scope: Scope, name: str) -> Value:
        """The value of a name."""
        owner = scope.find(name)
        if owner is None:
            return UNDEFINED
        value = owner.names[name]
        if isinstance(value, Reference):
            if value.path.endswith(".json"):
                data = self.json(value.path)
                return data if value.name in ("default", "*") else self.get(data, value.name, Site(value.path, 1))
            module = self.module(value.path)
            if module is None:
                return Unknown(name)
            return self.whole(module) if value.name == "*" else self.exported(module, value.name)
        return value

    # values

    def eval(self, node: Expr, scope: Scope) -> Value:
        """The value of an expression."""
        self.steps += 1
        if self.depth >= MAX_DEPTH or self.steps >= self.limit:
            if self.frames and self.steps >= self.limit and len(self.exhausted) < 100:
                self.exhausted.append(self.frames[-1].site)
            return Unknown("too deep")
        self.depth += 1
        try:
            return self._evaluation.eval(node, scope)
        finally:
            self.depth -= 1

    def get(self, value: Value, name: str, site: Site) -> Value:
        """Read a property."""
        from hivemind_facts.readers.javascript import builtins

        if name in ("$http", "$axios", "$fetch") and name in self.ambient:
            return self.ambient[name]
        if isinstance(value, Special):
            return value.member(self, name)
        if isinstance(value, Obj):
            return self._property(value, name, site)
        if isinstance(value, Cls):
            return self._static(value, name)
        if isinstance(value, Ext):
            if name == "default":
                return value
            path = f"{value.path}.{name}"
            if name == "axios" and path not in self.ambient and "axios" in self.ambient:
                return self.ambient["axios"]
            return self.ambient.get(path) or Ext(path, of=value, site=site)
        if value in (_ENVIRONMENT, _BUILD_ENVIRONMENT):
            return self.samples.get(name) or Unknown(f"{value.hint}.{name}", env=True)
        if isinstance(value, Unknown):
            return builtins.member(self, value, name) or Unknown(
                f"{value.hint}.{name}" if value.hint else name, value.param, value.env
            )
        if isinstance(value, Func) and (id(value.node), name) in self.properties:
            return self.properties[id(value.node), name]
        return builtins.member(self, value, name) or UNDEFINED

    def _property(self, value: Obj, name: str, site: Site) -> Value:
        if name in value.props:
            found = value.props[name]
            if isinstance(found, Reference):
                return UNDEFINED
            if isinstance(found, Getter):
                return self.call(found.func, [], site, this=value)
            return found
        cls = value.cls
        for _ in range(12):
            if not isinstance(cls, Cls):
                break
            for member in cls.node[5]:
                if member[2] == name and not member[3] and member[0] in ("method", "get"):
                    func = self.function(member[5], cls.scope, this=value, name=name, owner=cls)
                    return self.call(func, [], site) if member[0] == "get" else func
            cls = cls.base
        if value.cls is not None or value.open:
            return Unknown(f"{hint_of(value) or 'object'}.{name}")
        from hivemind_facts.readers.javascript import builtins

        return builtins.member(self, value, name) or UNDEFINED

    def _static(self, value: Cls, name: str) -> Value:
        cls: Value = value
        for _ in range(12):
            if not isinstance(cls, Cls):
                break
            if name in cls.statics:
                return cls.statics[name]
            for member in cls.node[5]:
                if member[2] == name and member[3] and member[0] in ("method", "get"):
                    func = self.function(member[5], cls.scope, this=value, name=name, owner=cls)
                    return self.call(func, [], func.site) if member[0] == "get" else func
            cls = cls.base
        if name == "name":
            return value.name
        if self.class_member is not None and (found := self.class_member(value, name)) is not None:
            return found
        if name == "prototype":
            return Obj(open=True)
        return Unknown(f"{value.name}.{name}")

    def function(
        self, node: Expr, scope: Scope, this: Value = UNDEFINED, name: str = "", owner: Cls | None = None
    ) -> Func:
        """Make a function value."""
        func = Func(node, scope, this, name, owner)
        # inside of a call the surroundings are one caller's: the function outside is followed by itself later
        if len(self.frames) <= 1 and id(node) not in self._known:
            self._known.add(id(node))
            self.functions.append(func)
        return func

    # calls

    def call(self, callee: Value, args: list[Value], site: Site, this: Value = UNDEFINED) -> Value:
        """Call a value."""
        if isinstance(callee, Func):
            return self.enter(callee, args, site, this)
        if isinstance(callee, Special):
            return callee.call(self, args, site)
        if isinstance(callee, Ext):
            model = self.models.get(callee.path)
            if model is not None:
                return model(self, callee, args, site)
            self.callbacks(args, site)
            if callee.path.endswith((".resolve", ".get")) and args and isinstance(args[0], Cls):
                return self.construct(args[0], [], site)  # a container of dependencies
            return self.ambient.get(f"{callee.path}()") or Ext(f"{callee.path}()", tuple(args), callee, site)
        if isinstance(callee, Cls):
            return self.construct(callee, args, site)
        self.callbacks(args, site)
        return Unknown(f"{hint_of(callee)}()", isinstance(callee, Unknown) and callee.param)

    def callbacks(self, args: list[Value], site: Site) -> None:
        """Follow functions that were given to something unknown: it may well call them."""
        if not self.running_callbacks:
            return
        for arg in args:
            if isinstance(arg, Func) and id(arg.node) not in self.entered:
                self.enter(arg, [Unknown() for _ in arg.node[3]], site)

    def enter(self, func: Func, args: list[Value], site: Site, this: Value = UNDEFINED) -> Value:
        """Follow a function with these arguments."""
        if (
            len(self.frames) > MAX_CALLS
            or sum(frame.func is not None and frame.func.node is func.node for frame in self.frames) > 1
        ):
            return Unknown(f"{func.label}()")
        self.entered.add(id(func.node))
        names: dict[str, Value] = {}
        if "=" not in func.node[5]:
            names["this"] = func.this if func.this is not UNDEFINED else this
            names["arguments"] = Arr(list(args))
        if func.owner is not None:
            names["super"] = func.owner.base
        scope = Scope(names, func.scope, func.scope.file)
        self.frames.append(Frame(func, site))
        try:
            self._execution.bind_parameters(func.node[3], args, scope)
            result = self._execution.run(func.node[4], scope)
            if isinstance(result, Func) and not result.name and not result.node[2] and result.scope is scope:
                result.name = f"{func.name or func.node[2]}()"  # a factory's product is spoken of by the factory
            return result
        finally:
            self.frames.pop()

    def construct(self, callee: Value, args: list[Value], site: Site) -> Value:
        """`new callee(...)`."""
        if not isinstance(callee, Cls):
            if isinstance(callee, Func):
                made = Obj(open=True, site=site)
                self.enter(callee, args, site, this=made)
                return made
            return self.call(callee, args, site)
        made = Obj({}, callee, site=site)
        self.initialise(made, callee, args, site)
        return made

    def initialise(self, made: Obj, cls: Value, args: list[Value], site: Site) -> None:
        """Fill an instance: fields, then the constructor."""
        if not isinstance(cls, Cls):
            if isinstance(cls, Ext):
                base = self.call(cls, args, site)
                if isinstance(base, Special):
                    made.props["__base__"] = base
            return
        own = next((m for m in cls.node[5] if m[0] == "method" and m[2] == "constructor"), None)
        if own is None and cls.base is not None:
            self.initialise(made, cls.base, args, site)
        scope = Scope({"this": made, "super": cls.base}, cls.scope, cls.scope.file)
        for member in cls.node[5]:
            if member[0] == "field" and not member[3] and isinstance(member[2], str):
                value = self.eval(member[5], scope) if member[5] is not None else None
                if isinstance(value, Func):
                    value.owner, value.name = value.owner or cls, value.name or member[2]
                if value is not None or member[2] not in made.props:
                    made.props[member[2]] = (
                        value if member[5] is not None else Unknown(f"this.{member[2]}", type=member[6])
                    )
        if own is not None:
            self._execution.properties_of_parameters(own[5][3], args, made)
            self.enter(self.function(own[5], cls.scope, this=made, name="constructor", owner=cls), args, site)


_ENVIRONMENT = Unknown("process.env", env=True)
_BUILD_ENVIRONMENT = Unknown("import.meta.env", env=True)
