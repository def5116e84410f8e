"""The abstract run: modules are run once, when they are first needed; imports go through the repository."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from posixpath import dirname

from hivemind_facts.readers.python import environment
from hivemind_facts.readers.python.calls import Calls
from hivemind_facts.readers.python.expressions import Expr
from hivemind_facts.readers.python.packages import Packages
from hivemind_facts.readers.python.statements import ExhaustedError, Frame
from hivemind_facts.readers.python.values import (
    MISSING,
    UNKNOWN,
    Bound,
    Cls,
    Env,
    Ext,
    Func,
    Lazy,
    Mod,
    Obj,
    Raised,
    Value,
    leaf,
)
from hivemind_facts.reading import Digest

MODULE_STEPS = 60_000
TOTAL_STEPS = 1_500_000
_IMPORTERS = ("importlib.import_module", "werkzeug.utils.import_string", "django.utils.module_loading.import_string")


@dataclass
class Operation:
    """One operation of an Alembic migration; `table` where it stands in a batch."""

    name: str
    args: list[Value]
    kwargs: dict[str, Value]
    path: str
    line: int
    table: Value = None

    def arg(self, position: int, name: str, default: Value = None) -> Value:
        """An argument, by position or name."""
        if name in self.kwargs:
            return self.kwargs[name]
        return self.args[position] if 0 <= position < len(self.args) else default


class Machine(Calls):
    """Runs modules of a repository."""

    def __init__(self, packages: Packages, digest: Callable[[str], Digest | None], known: dict[str, str]) -> None:
        super().__init__()
        self.packages = packages
        self.modules: dict[str, Env] = {}
        self.known = known
        self.exhausted: list[tuple[str, str]] = []
        self.django_settings: list[tuple[str, str]] = []
        """Folder and settings module of each Django project."""
        self.operations: list[Operation] = []
        self.peeked: dict[tuple[int, int], Value] = {}
        self._digest = digest
        self._total = TOTAL_STEPS

    def module(self, path: str) -> Env:
        """The scope of a module after it has been run (or while it runs, in a cycle)."""
        if path not in self.modules:
            dotted = self.packages.dotted(path)
            names: dict[str, Value] = {"__name__": dotted, "__package__": dotted.rpartition(".")[0]}
            if path.endswith("__init__.py"):
                names["__package__"] = dotted
            self.modules[path] = Env(names, path)
            digest = self._digest(path)
            if digest is not None:
                self.bounded(path, lambda: self.module_body(digest, self.modules[path]))
        return self.modules[path]

    def module_body(self, digest: Digest, env: Env) -> None:
        """Run the statements of a module; one that fails does not stop the next."""
        for statement in digest["body"]:
            self.branch([statement], env)

    def bounded(self, path: str, run: Callable[[], object]) -> None:
        """Run something within a number of steps, from a fresh stack of frames."""
        steps, frames, active = self.steps, self.frames, self._active
        self.steps, self.frames, self._active = min(MODULE_STEPS, self._total), [Frame()], []
        given = self.steps
        try:
            run()
        except Raised:
            pass  # the program would stop here; what was seen before counts
        except ExhaustedError:
            self.exhausted.append((path, "too much runs when this module is loaded to follow it to the end"))
        except RecursionError:
            self.exhausted.append((path, "nested too deeply to follow"))
        finally:
            self._total -= given - max(self.steps, 0)
            self.steps, self.frames, self._active = steps, frames, active

    def peek(self, expr: Expr | None, env: Env) -> Value:
        """The value of an expression that stands in a signature; evaluated once, and never fails."""
        if expr is None:
            return UNKNOWN
        key = (id(expr), id(env))
        if key not in self.peeked:
            self.peeked[key] = UNKNOWN

            def run() -> None:
                self.peeked[key] = self.evaluate(expr, env)

            self.bounded(env.path, run)
        return self.peeked[key]

    def resolve(self, value: Value) -> Value:
        """What an imported name stands for."""
        for _ in range(30):
            if not isinstance(value, Lazy):
                return value
            value = self._peek(value.path, value.name)
        return UNKNOWN

    def _peek(self, path: str, name: str) -> Value:
        if path.endswith(".py"):
            env = self.module(path)
            if name in env.names and env.names[name] != Lazy(path, name):
                return env.names[name]
            found = self.star(env, name)
            if found is not MISSING:
                return found
        inner = self.packages.submodule(path, name)
        return Mod(inner) if inner is not None else UNKNOWN

    def member(self, module: Mod, name: str) -> Value:
        """A name of a module of the repository."""
        return self.resolve(self._peek(module.path, name))

    def star(self, env: Env, name: str) -> Value:
        """A name that a star import may have brought; MISSING if none has."""
        for source in reversed(env.stars):
            if isinstance(source, Mod) and source.path != env.path:
                found = self.member(source, name) if not name.startswith("_") else UNKNOWN
                if found is not UNKNOWN:
                    return found
        foreign = [source for source in env.stars if isinstance(source, Ext)]
        return Ext(f"{foreign[0].name}.{name}") if foreign and not hasattr(__builtins__, name) else MISSING

    def import_module(self, env: Env, module: str, alias: str | None) -> None:
        """Run `import module as alias`."""
        first = module.partition(".")[0]
        found = self.packages.absolute(env.path, module if alias else first)
        value: Value = Mod(found) if found is not None else Ext(module if alias else first)
        env.names[alias or first] = value
        full = self.packages.absolute(env.path, module) if found is not None else None
        if full is not None and full.endswith(".py") and "." in module:
            self.module(full)

    def import_names(self, env: Env, module: str, level: int, names: Sequence[tuple[str, str | None]]) -> None:
        """Run `from module import names`."""
        packages = self.packages
        found = packages.relative(env.path, level, module) if level else packages.absolute(env.path, module)
        for name, alias in names:
            if name == "*":
                env.stars.append(Mod(found) if found is not None else Ext(module))
            elif found is not None:
                env.names[alias or name] = Lazy(found, name)
            else:
                env.names[alias or name] = UNKNOWN if level else Ext(f"{module}.{name}")

    def call(self, func: Value, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        """The result of a call; operations of migrations are noted."""
        if isinstance(func, Ext) and func.name.startswith("alembic.op."):
            self.operations.append(Operation(func.name.rpartition(".")[2], args, kwargs, env.path, line))
        elif isinstance(func, Bound) and isinstance(func.base, Obj) and leaf(func.base.cls) == "batch_alter_table":
            table = func.base.arg(0, "table_name")
            self.operations.append(Operation(func.name, args, kwargs, env.path, line, table))
        return super().call(func, args, kwargs, env, line)

    def call_method(self, func: Func, cls: Cls) -> Value:
        """What a class method such as a `declared_attr` gives."""
        found: list[Value] = []
        self.bounded(func.path, lambda: found.append(self.call_function(func.bind(cls), [], {}, func.line)))
        return found[0] if found else UNKNOWN

    def foreign(self, func: Ext, args: list[Value], kwargs: dict[str, Value], env: Env) -> Value:
        """The result of a foreign function whose meaning is known; MISSING otherwise."""
        if func.name in environment.READERS:
            return environment.read(func, args, kwargs, self.known)
        if func.name in _IMPORTERS and args and isinstance(args[0], str):
            return self.named(args[0], env, args[1] if len(args) > 1 else kwargs.get("package"))
        if func.name in ("os.path.join", "posixpath.join") and all(isinstance(arg, str) for arg in args):
            return "/".join(str(arg).rstrip("/") for arg in args)
        if func.name.startswith("split_settings.") and func.name.endswith(".include"):
            return self._split(args, env)
        if func.name in ("pkgutil.iter_modules", "pkgutil.walk_packages"):
            return self._submodules(args, kwargs, env)
        return MISSING

    def named(self, name: str, env: Env, package: Value = None) -> Value:
        """A module, or a thing in a module, by the dotted name in a string ('a.b.c', 'a.b:c', '.c')."""
        module, _, attribute = name.partition(":")
        if module.startswith("."):
            if not isinstance(package, str):
                return UNKNOWN
            module = package + module if len(module) > 1 else package
        found = self.packages.absolute(env.path, module)
        if found is None and "." in module and not attribute:
            head, _, attribute = module.rpartition(".")
            found = self.packages.absolute(env.path, head)
        if found is None:
            return UNKNOWN
        value: Value = Mod(found)
        for part in attribute.split(".") if attribute else ():
            value = self.attribute(value, part)
        if isinstance(value, Mod) and value.path.endswith(".py"):
            self.module(value.path)
        return value

    def _split(self, args: list[Value], env: Env) -> Value:
        """`include("base.py", optional("local.py"))` of split_settings: each file adds its names."""
        for arg in args:
            name = arg.args[0] if isinstance(arg, Obj) and arg.args else arg
            folder = dirname(env.path)
            for path in sorted(self.packages.paths) if isinstance(name, str) else ():
                if fnmatch(path, f"{folder}/{name}".lstrip("/")) and path != env.path:
                    names = self.module(path).names
                    env.names.update({key: value for key, value in names.items() if not key.startswith("_")})
        return None

    def _submodules(self, args: list[Value], kwargs: dict[str, Value], env: Env) -> Value:
        where = args[0] if args else kwargs.get("path")
        if isinstance(where, list) and where and isinstance(where[0], str):
            folder = where[0]
        elif where is UNKNOWN or where is None:
            return UNKNOWN
        else:
            return UNKNOWN
        prefix = kwargs.get("prefix", args[1] if len(args) > 1 else "")
        found = []
        for path in sorted(self.packages.paths):
            inside = path[len(folder) + 1 :] if path.startswith(f"{folder}/") else ""
            if inside.endswith("/__init__.py") and inside.count("/") == 1:
                found.append((inside.partition("/")[0], True))
            elif inside.endswith(".py") and "/" not in inside and inside != "__init__.py":
                found.append((inside[:-3], False))
        return [
            Obj(
                Ext("pkgutil.ModuleInfo"),
                path=env.path,
                attrs={
                    "name": f"{prefix}{name}" if isinstance(prefix, str) else UNKNOWN,
                    "ispkg": package,
                    "<items>": [None, f"{prefix}{name}" if isinstance(prefix, str) else UNKNOWN, package],
                },
            )
            for name, package in found
        ]

    def attribute(self, value: Value, name: str) -> Value:
        """An attribute of a value."""
        if isinstance(value, Mod) and name in ("__path__", "__name__"):
            folder = self.packages.folder_of(value.path)
            return [folder] if name == "__path__" else self.packages.dotted(value.path)
        if isinstance(value, Ext) and value.name == "django.conf.settings":
            return self.django_setting(name)
        return super().attribute(value, name)

    def index(self, value: Value, key: Value) -> Value:
        """An item of a value."""
        if isinstance(value, Ext) and value.name == "os.environ" and isinstance(key, str):
            return self.known.get(key, UNKNOWN)
        return super().index(value, key)

    def lookup(self, name: str, env: Env) -> Value:
        """A name in a scope."""
        if name == "__path__" and env.path.endswith("__init__.py"):
            return [dirname(env.path)]
        return super().lookup(name, env)

    def setting(self, cls: Cls, name: str) -> Value:
        """A field of a settings class; MISSING if it has none."""
        return environment.field(cls, name, self.known) if cls.is_a("BaseSettings", "BaseModel") else MISSING

    def django_setting(self, name: str) -> Value:
        """A setting of the Django project; of several projects, the first that has it."""
        for _, path in self.django_settings:
            found = self.member(Mod(path), name)
            if found is not UNKNOWN:
                return found
        return "auth.User" if name == "AUTH_USER_MODEL" else UNKNOWN

    def start(self, func: Func, arguments: dict[str, Value]) -> None:
        """Call a function that nothing in the repository calls."""
        self.bounded(func.path, lambda: self.call_function(func, [], arguments, func.line))
