"""Attributes and calls in the abstract run."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from hivemind_facts.readers.python.natives import FUNCTIONS, dict_method, known, list_method, string_method
from hivemind_facts.readers.python.statements import Frame, Statements
from hivemind_facts.readers.python.values import (
    MISSING,
    UNKNOWN,
    Bound,
    Cls,
    Env,
    Event,
    Ext,
    Func,
    Mod,
    Obj,
    Raised,
    Value,
    leaf,
    made_by,
)

MAX_CALLS = 22
MAX_EVENTS = 5_000
MAX_OBJECTS = 300_000
_PLAIN = ("typing.cast", "copy.copy", "copy.deepcopy", "typing.Annotated", "builtins.list", "os.fspath")


class Super:
    """`super()` inside a method."""

    def __init__(self, owner: Cls, value: Value) -> None:
        self.owner = owner
        self.value = value


class Calls(Statements):
    """Attributes of values and calls of them."""

    def __init__(self) -> None:
        super().__init__()
        self._active: list[int] = []
        self.made: list[Obj] = []
        """Objects of foreign classes, and of classes derived from them."""

    @abstractmethod
    def member(self, module: Mod, name: str) -> Value:
        """A name of a module of the repository."""

    @abstractmethod
    def foreign(self, func: Ext, args: list[Value], kwargs: dict[str, Value], env: Env) -> Value:
        """The result of a foreign function whose meaning is known; MISSING otherwise."""

    @abstractmethod
    def setting(self, cls: Cls, name: str) -> Value:
        """A field of a settings class; MISSING if it has none."""

    def attribute(self, value: Value, name: str) -> Value:
        """An attribute of a value."""
        if isinstance(value, Ext):
            return Ext(f"{value.name}.{name}")
        if isinstance(value, Mod):
            return self.member(value, name)
        if isinstance(value, Obj):
            return self._of_object(value, name)
        if isinstance(value, Cls):
            return self._of_class(value, name)
        if isinstance(value, Super):
            return self._of_super(value, name)
        if isinstance(value, Func):
            return value.attrs.get(name, value.name if name == "__name__" else Bound(value, name))
        if isinstance(value, str | list | dict | tuple | Bound):
            return Bound(value, name)
        return UNKNOWN

    def _of_object(self, value: Obj, name: str) -> Value:
        if name in value.attrs:
            return value.attrs[name]
        if isinstance(value.cls, Cls):
            found = self.setting(value.cls, name)
            if found is MISSING:
                found = value.cls.find(name)
            if isinstance(found, Func):
                return self._method(found, value)
            if found is not MISSING:
                return found
            if name == "__class__":
                return value.cls
            return Bound(value, name) if value.cls.foreign() else UNKNOWN
        return Bound(value, name)

    def _method(self, func: Func, value: Value) -> Value:
        names = {leaf(decorator) for decorator in func.decorators}
        if "staticmethod" in names:
            return func
        if names & {"property", "cached_property", "computed_field"}:
            return self.call_function(func.bind(value), [], {}, func.line)
        return func.bind(value.cls if "classmethod" in names and isinstance(value, Obj) else value)

    def _of_class(self, cls: Cls, name: str) -> Value:
        found = self.setting(cls, name)
        if found is MISSING:
            found = cls.find(name)
        if isinstance(found, Func):
            return found.bind(cls) if "classmethod" in {leaf(one) for one in found.decorators} else found
        if found is not MISSING:
            if known(found) and cls.is_a("Enum", "StrEnum", "IntEnum"):
                return cls.members.setdefault(name, Obj(cls, attrs={"value": found, "name": name}))
            return found
        if name == "__name__":
            return cls.name
        return Bound(cls, name)

    def _of_super(self, value: Super, name: str) -> Value:
        chain = list(value.owner.mro())[1:]
        for cls in chain:
            if isinstance(cls, Cls) and name in cls.names:
                found = cls.names[name]
                return found.bind(value.value) if isinstance(found, Func) else found
        return Bound(value.value, name)

    def index(self, value: Value, key: Value) -> Value:
        """An item of a value."""
        if isinstance(value, dict):
            return value.get(key, UNKNOWN) if key is None or isinstance(key, str | int | Ext | Mod | Obj) else UNKNOWN
        if isinstance(value, list | tuple | str):
            if isinstance(key, int) and -len(value) <= key < len(value):
                return value[key]
            if isinstance(key, tuple) and len(key) == 2 and all(k is None or isinstance(k, int) for k in key):
                return value[key[0] : key[1]]
            return UNKNOWN
        if isinstance(value, Bound) and isinstance(value.base, Obj) and isinstance(key, str):
            return self._configured(value.base, value.name, key)
        if isinstance(value, Ext | Cls):
            args = list(key) if isinstance(key, tuple) else [key]
            return Obj(Ext("typing.[]"), [value, *args])
        if isinstance(value, Obj) and (key is None or isinstance(key, str | int)):
            if key in value.items:
                return value.items[key]
            return self.attribute(value, f"[{key}]") if not isinstance(value.cls, Cls) else UNKNOWN
        return UNKNOWN

    def _configured(self, base: Obj, name: str, key: str) -> Value:
        """`app.config["KEY"]`, as set by items or by `from_object`."""
        if (name, key) in base.items:
            return base.items[(name, key)]
        for event in reversed(base.events):
            if event.name in (f"{name}.from_object", f"{name}.from_mapping", f"{name}.update"):
                source = event.arg(0, "obj")
                if isinstance(source, dict) and key in source:
                    return source[key]
                if key in event.kwargs:
                    return event.kwargs[key]
                found = self.attribute(source, key) if isinstance(source, Obj | Cls | Mod) else MISSING
                if found is not MISSING and found is not UNKNOWN and not isinstance(found, Bound):
                    return found
        return UNKNOWN

    def set_attribute(self, value: Value, name: str, item: Value) -> None:
        """Set an attribute of a value."""
        if isinstance(value, Obj | Func):
            value.attrs[name] = item
        elif isinstance(value, Cls):
            value.names[name] = item
        elif isinstance(value, Bound) and isinstance(value.base, Obj):
            value.base.items[(value.name, name)] = item

    def set_index(self, value: Value, key: Value, item: Value) -> None:
        """Set an item of a value."""
        if not (key is None or isinstance(key, str | int | Ext | Obj)):
            return
        if isinstance(value, dict):
            value[key] = item
        elif isinstance(value, Obj):
            value.items[key] = item
        elif isinstance(value, Bound) and isinstance(value.base, Obj):
            value.base.items[(value.name, key)] = item
        elif isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
            value[key] = item

    def call(self, func: Value, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        """The result of a call."""
        if isinstance(func, Func):
            return self.call_function(func, args, kwargs, line)
        if isinstance(func, Cls):
            return self.instantiate(func, args, kwargs, env.path, line)
        if isinstance(func, Bound):
            return self._call_bound(func, args, kwargs, env, line)
        if isinstance(func, Ext):
            return self._call_foreign(func, args, kwargs, env, line)
        if isinstance(func, Obj):
            return self.call_object(func, args, kwargs, env, line)
        return UNKNOWN

    def call_object(self, func: Obj, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        """The result of calling an object."""
        if isinstance(func.cls, Cls):
            method = func.cls.find("__call__")
            if isinstance(method, Func):
                return self.call_function(method.bind(func), args, kwargs, line)
        elif leaf(func) == "partial" and func.args:
            return self.call(func.args[0], [*func.args[1:], *args], {**func.kwargs, **kwargs}, env, line)
        found = self.foreign(Ext(f"{leaf(func)}()"), args, kwargs, env)
        return Obj(func, args, kwargs, env.path, line) if found is MISSING else found

    def _call_bound(self, func: Bound, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        base = func.base
        if isinstance(base, str):
            return string_method(base, func.name, args, kwargs)
        if isinstance(base, list):
            return list_method(base, func.name, args)
        if isinstance(base, dict):
            return dict_method(base, func.name, args, kwargs)
        name = func.name
        while isinstance(base, Bound):
            base, name = base.base, f"{base.name}.{name}"
        if not isinstance(base, Obj):
            return Obj(func, args, kwargs, env.path, line)
        if name == "__init__":
            base.args, base.kwargs = base.args or args, {**base.kwargs, **kwargs}
            return None
        found = self.foreign(Ext(f"{leaf(base)}.{name}"), args, kwargs, env)
        if found is not MISSING:
            return found
        config, _, method = name.partition(".")
        if method in ("get", "setdefault") and args and isinstance(args[0], str):
            value = self._configured(base, config, args[0])
            return (args[1] if len(args) > 1 else UNKNOWN) if value is UNKNOWN else value
        event = Event(base, name, args, kwargs, env.path, line)
        if len(base.events) < MAX_EVENTS:
            base.events.append(event)
        made = Obj(func, args, kwargs, env.path, line, event=event)
        return self.keep(made) if name == "namespace" else made

    def _call_foreign(self, func: Ext, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        name = func.name.removeprefix("builtins.")
        if name in FUNCTIONS:
            return FUNCTIONS[name](args)
        if name == "dict":
            return {**(args[0] if args and isinstance(args[0], dict) else {}), **kwargs}
        if name == "super":
            owner, value = env.names.get("<method>", (None, None))
            return Super(owner, value) if isinstance(owner, Cls) else UNKNOWN
        if name in ("getattr", "hasattr") and len(args) > 1:
            found = self.attribute(args[0], args[1]) if isinstance(args[1], str) else UNKNOWN
            if name == "hasattr":
                return self._has(args[0], found)
            return args[2] if len(args) > 2 and found in (UNKNOWN, MISSING) else found
        if name == "setattr" and len(args) == 3 and isinstance(args[1], str):
            self.set_attribute(args[0], args[1], args[2])
            return None
        if name == "isinstance" and len(args) == 2:
            return self._is_instance(args[0], args[1])
        if func.name in _PLAIN and args:
            return args[-1]
        known_result = self.foreign(func, args, kwargs, env)
        if known_result is not MISSING:
            return known_result
        return self.keep(Obj(func, args, kwargs, env.path, line))

    def _has(self, value: Value, found: Value) -> Value:
        if isinstance(value, Obj) and isinstance(value.cls, Cls):
            return not isinstance(found, Bound) and found is not UNKNOWN
        return UNKNOWN

    def _is_instance(self, value: Value, kind: Value) -> Value:
        names = [leaf(one) for one in (kind if isinstance(kind, tuple) else [kind])]
        if made_by(value, *names):
            return True
        if known(value):
            return type(value).__name__ in names
        return False if isinstance(value, Func | Mod | Cls) else UNKNOWN

    def keep(self, made: Obj) -> Obj:
        """Remember an object of a class."""
        if (leaf(made).lstrip("_")[:1].isupper() or leaf(made) == "namespace") and len(self.made) < MAX_OBJECTS:
            self.made.append(made)
            made.number = len(self.made)
        return made

    def instantiate(self, cls: Cls, args: list[Value], kwargs: dict[str, Value], path: str, line: int) -> Value:
        """An instance of a class of the repository."""
        if cls.is_a("Enum", "StrEnum", "IntEnum"):
            names = [name for name, item in cls.names.items() if args and known(item) and item == args[0]]
            return self._of_class(cls, names[0]) if names else UNKNOWN
        found = self.keep(Obj(cls, args, dict(kwargs), path, line))
        init = cls.find("__init__")
        if isinstance(init, Func):
            if cls.foreign() and init.owner is not None:
                found.args, found.kwargs = [], {}
            self.call_function(init.bind(found), args, kwargs, line)
        else:
            fields = [name for one in reversed(list(cls.mro())) if isinstance(one, Cls) for name in one.annotations]
            found.attrs.update(zip(fields, args, strict=False))
            found.attrs.update(kwargs)
        return found

    def call_function(self, func: Func, args: list[Value], kwargs: dict[str, Value], line: int) -> Value:
        """The result of a function of the repository."""
        func.calls.append(line)
        if len(self._active) >= MAX_CALLS or self._active.count(id(func.body)) > 1:
            return UNKNOWN
        env = Env(self.arguments(func, args, kwargs), func.path, func.env)
        if func.owner is not None:
            env.names["<method>"] = (func.owner, func.bound)
        frame = Frame()
        self._active.append(id(func.body))
        self.frames.append(frame)
        depth, active = len(self.frames), len(self._active)
        try:
            signal = self.block(func.body, env)
        finally:
            del self.frames[depth - 1 :]
            del self._active[active - 1 :]
        if signal == "raise" and frame.returns:
            frame.maybe.append(frame.raised)  # it returned under a condition that is not known
        elif signal == "raise":
            if self.strict:
                raise Raised(frame.raised, func.path, frame.line)
            return UNKNOWN
        self.frames[-1].maybe += frame.maybe
        return self.result(frame, signal)

    def result(self, frame: Frame, signal: str) -> Value:
        """What a function that has been run gives."""
        values = frame.returns or frame.yields[:1]
        if not values:
            return None
        if signal != "return" and frame.returns:
            values = [*values, None]
        first = values[0]
        if all(known(value) for value in values):
            return first if all(value == first and type(value) is type(first) for value in values) else UNKNOWN
        telling = [value for value in values if value is not None and value is not UNKNOWN]
        objects = [value for value in telling if not known(value)]
        return (objects or telling or [UNKNOWN])[0]

    def arguments(self, func: Func, args: list[Value], kwargs: dict[str, Value]) -> dict[str, Value]:
        """The names that the arguments of a call bind."""
        given = list(args) if func.bound is None else [func.bound, *args]
        names: dict[str, Value] = {}
        rest = dict(kwargs)
        for name, kind, _, default in func.args:
            if kind == "*":
                names[name], given = given, []
            elif kind == "**":
                names[name] = dict(rest)
            elif given and kind != "k":
                names[name] = given.pop(0)
            elif name in rest:
                names[name] = rest.pop(name)
            else:
                names[name] = self.default(func, name, default)
        return names

    def default(self, func: Func, name: str, default: Any) -> Value:
        """The value of a parameter that a call leaves out."""
        del name
        return UNKNOWN if default is None else self.evaluate(default, func.env)

    def decorate(self, decorators: Sequence[Value], target: Func | Cls) -> Value:
        """Apply decorators: the target stays what it is, and the decorators are told of it."""
        target.decorators = list(decorators)
        for decorator in decorators:
            if isinstance(decorator, Obj) and decorator.event is not None:
                decorator.event.decorated = target
            elif isinstance(decorator, Bound):
                base, name = decorator.base, decorator.name
                while isinstance(base, Bound):
                    base, name = base.base, f"{base.name}.{name}"
                if isinstance(base, Obj):
                    base.events.append(Event(base, name, [], {}, target.path, target.line, target))
        return target
