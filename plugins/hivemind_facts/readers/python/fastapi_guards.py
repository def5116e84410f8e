"""What FastAPI's dependencies decide on access, by sending an anonymous request through them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hivemind_facts.models import Auth
from hivemind_facts.readers.python.anonymous import ABSENT, AUTH_KEY, Anon, Anonymous, denies, fits_denial, place
from hivemind_facts.readers.python.machine import Machine
from hivemind_facts.readers.python.natives import known
from hivemind_facts.readers.python.values import (
    UNKNOWN,
    Bound,
    Cls,
    Env,
    Ext,
    Func,
    Obj,
    Raised,
    Value,
    leaf,
    made_by,
    name_of,
)
from hivemind_facts.routes import Guard

SCHEMES = (
    *("OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "OAuth2", "HTTPBearer", "HTTPBasic", "HTTPDigest"),
    *("APIKeyHeader", "APIKeyCookie", "APIKeyQuery", "OpenIdConnect", "SecurityBase", "HTTPBase", "APIKeyBase"),
)
_REQUESTS = ("Request", "HTTPConnection", "WebSocket")
_NAMED = re.compile(r"user|auth|token|login|permission|verify|require|api_?key|admin|jwt|guard|access|role", re.I)
_USERS = ("current_user", "get_current_user", "current_active_user", "authenticator")


@dataclass(frozen=True)
class Verdict:
    """What one dependency decides."""

    auth: Auth
    evidence: str


def unwrap(annotation: Value) -> tuple[Value, list[Value]]:
    """The type in an annotation, and the metadata of its `Annotated`."""
    found: list[Value] = []
    for _ in range(8):
        if not (isinstance(annotation, Obj) and name_of(annotation.cls) == "typing.[]" and annotation.args):
            break
        kind = leaf(annotation.args[0])
        if kind == "Annotated" and len(annotation.args) > 1:
            found += annotation.args[2:]
            annotation = annotation.args[1]
        elif kind == "Optional" and len(annotation.args) > 1:
            annotation = annotation.args[1]
        else:
            break
    return annotation, found


def is_dependency(value: Value) -> bool:
    """Whether a value is `Depends(...)` or `Security(...)`."""
    return isinstance(value, Obj) and leaf(value.cls) in ("Depends", "Security")


class Dependencies(Anonymous):
    """Runs dependencies for an anonymous request."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._inner: dict[int, Verdict | None] = machine._inner if isinstance(machine, Dependencies) else {}
        self._verdicts: dict[int, Verdict | None] = {}
        self._kept: list[Value] = []

    def verdict(self, dependency: Value, path: str, line: int) -> Verdict | None:
        """What a dependency decides; None if it has nothing to do with access."""
        key = id(dependency)
        if key not in self._verdicts:
            self._kept.append(dependency)
            self._verdicts[key] = self._judge(dependency)
        found = self._verdicts[key]
        return found and Verdict(found.auth, place(dependency, path, line) + found.evidence)

    def _judge(self, dependency: Value) -> Verdict | None:
        self.touched = False
        end, value = self.outcome(_Run(self, dependency), [], {})
        if end == "raised" and (denies(value) or (self.touched and not _passes(value))):
            return Verdict("required", "")
        if end == "unknown" and self.touched:
            return Verdict("unknown", "")
        if any(fits_denial(raised) for raised in self.maybe):
            denied = any(denies(raised) for raised in self.maybe)
            if denied and _NAMED.search(leaf(dependency)) and not (known(value) and not value and self.touched):
                return Verdict("required", "")
            if self.touched or denied:
                return Verdict("unknown", ": denies under a condition that the code does not tell")
        return Verdict("optional", "") if self.touched else None

    def handler(self, func: Func) -> bool:
        """Whether the handler itself denies access to an anonymous request."""
        self.touched = False
        end, value = self.outcome(_Run(self, func), [], {})
        return end == "raised" and self.touched and denies(value)

    def provide(self, dependency: Value) -> Value:
        """What a dependency gives to an anonymous request; it may raise."""
        if made_by(dependency, *SCHEMES):
            method = dependency.cls.find("__call__") if isinstance(dependency.cls, Cls) else None
            if isinstance(method, Func):
                return self.run(method.bind(dependency))
            return self._scheme(dependency)
        if isinstance(dependency, Func):
            return self.run(dependency)
        if isinstance(dependency, Cls):
            init = dependency.find("__init__")
            found = Obj(dependency, path=dependency.path, line=dependency.line)
            if isinstance(init, Func):
                self.run(init.bind(found))
            return found
        if isinstance(dependency, Obj) and isinstance(dependency.cls, Cls):
            method = dependency.cls.find("__call__")
            return self.run(method.bind(dependency)) if isinstance(method, Func) else UNKNOWN
        return self._foreign_dependency(dependency)

    def _provide_inner(self, dependency: Value) -> Value:
        """What a dependency of a dependency gives. One that is a guard by itself denies here as well, also where only
        its name settles that: what asks for the current user is as guarded as the current user is."""
        if isinstance(dependency, Func) and _NAMED.search(leaf(dependency)):
            key = id(dependency)
            if key not in self._inner:
                self._kept.append(dependency)
                self._inner[key] = None  # a dependency that leads back to itself is judged without that part
                self._inner[key] = Dependencies(self)._judge(dependency)
            found = self._inner[key]
            if found is not None and found.auth == "required":
                self.touched = True
                raise Raised(Obj(Ext("fastapi.HTTPException"), [401]))
        return self.provide(dependency)

    def _scheme(self, scheme: Obj) -> Value:
        self.touched = True
        if scheme.kwargs.get("auto_error", True) is False:
            return ABSENT
        raise Raised(Obj(Ext("fastapi.HTTPException"), [401]))

    def _foreign_dependency(self, dependency: Value) -> Value:
        if isinstance(dependency, Obj) and leaf(dependency.cls) in _USERS:
            self.touched = True
            if dependency.kwargs.get("optional") is True:
                return ABSENT
            raise Raised(Obj(Ext("fastapi.HTTPException"), [401]))
        if isinstance(dependency, Obj | Ext | Bound) and leaf(dependency) == "AuthJWT":
            return Obj(Ext("AuthJWT"))
        return UNKNOWN

    def run(self, func: Func) -> Value:
        args = func.args[1:] if func.bound is not None else func.args
        names = {name: self.parameter(func, name, note, default) for name, kind, note, default in args if kind in "pak"}
        if func.path in self.modules or func.env.path:
            return self.call_function(func, [], names, func.line)
        return UNKNOWN

    def parameter(self, func: Func, name: str, annotation: Any, default: Any) -> Value:
        """What a parameter of a dependency is for an anonymous request; it may raise."""
        kind, metadata = unwrap(self.peek(annotation, func.env))
        value = self.peek(default, func.env)
        for source in [value, *metadata]:
            if is_dependency(source):
                inner = source.arg(0, "dependency")
                return self._provide_inner(kind if inner is None else inner)
            if isinstance(source, Obj) and leaf(source.cls) in ("Header", "Cookie"):
                return self._credential(source, name, value if source is not value else UNKNOWN, default is not None)
        if leaf(kind) in _REQUESTS or (kind is UNKNOWN and name == "request"):
            return Anon()
        return UNKNOWN if isinstance(value, Obj) else value

    def _credential(self, source: Obj, name: str, default: Value, given: bool) -> Value:
        alias = source.kwargs.get("alias")
        if not AUTH_KEY.search(alias if isinstance(alias, str) else name):
            return UNKNOWN
        self.touched = True
        value = source.arg(0, "default", Ext("builtins.Ellipsis"))
        required = leaf(value) == "Ellipsis" if default is UNKNOWN else False
        if required and not (given and default is not UNKNOWN):
            raise Raised(Obj(Ext("fastapi.HTTPException"), [401]))
        found = value if default is UNKNOWN else default
        return ABSENT if found is None or found == "" else found

    def call(self, func: Value, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        """The result of a call."""
        if isinstance(func, _Run):
            return self.provide(func.dependency)
        if isinstance(func, Bound) and func.name == "__call__" and made_by(func.base, *SCHEMES):
            return self._scheme(func.base)
        if made_by(func, *SCHEMES) and isinstance(func, Obj) and not isinstance(func.cls, Cls):
            return self._scheme(func)
        return super().call(func, args, kwargs, env, line)


class _Run:
    """Stands for running a dependency."""

    def __init__(self, machine: Dependencies, dependency: Value) -> None:
        self.machine = machine
        self.dependency = dependency


def _passes(value: Value) -> bool:
    """Whether an exception is surely not about access: not found, a bad request."""
    if not isinstance(value, Obj):
        return False
    status = value.arg(0, "status_code")
    return status == 404 or (isinstance(status, Ext) and "404" in status.name)


def guard(verdict: Verdict, *, default: bool = False, roles: tuple[str, ...] = ()) -> Guard:
    """A verdict as a guard of the graph of routes."""
    return Guard(auth=verdict.auth, evidence=verdict.evidence, default=default, roles=roles)
