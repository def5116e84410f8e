"""An anonymous request sent through the code: what a guard does when nobody has logged in.

Guards are functions. Rather than guessing from their names, they are run with a request that carries no credentials:
where the code then raises or answers 401 or 403, or never calls the function that it guards, access needs a login.
"""

from __future__ import annotations

import re
from typing import Any

from hivemind_facts.readers.python.machine import Machine
from hivemind_facts.readers.python.statements import ExhaustedError, Frame
from hivemind_facts.readers.python.values import (
    MISSING,
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
    name_of,
)

AUTH_KEY = re.compile(r"auth|token|jwt|session|api.?key|secret|user|credential|bearer|x.?access|login|identity", re.I)
_IDENTITY = re.compile(r"user|identity|account|member|principal|auth|token|jwt|credential|login|session|claims", re.I)
_FALSE = frozenset(("is_authenticated", "is_staff", "is_superuser", "is_admin", "is_active", "is_verified"))
_STORES = frozenset(("cookies", "COOKIES", "session"))
_HEADERS = frozenset(("headers", "META"))
_SUBJECTS = {
    "flask.request": (),
    "quart.request": (),
    "flask.session": ("session",),
    "flask.g": ("g",),
    "flask_login.current_user": ("user",),
    "flask_jwt_extended.current_user": ("user",),
    "flask_jwt.current_identity": ("identity",),
    "flask_security.current_user": ("user",),
}
_DENYING = re.compile(
    r"unauthori[sz]ed|unauthenticated|forbidden|permissiondenied|notauthenticated|credential|401|403", re.I
)
_MAY_DENY = re.compile(
    r"(Auth|Token|Credential|Permission|Login|Jwt|JWT|Access)\w*(Error|Exception|Failed|Invalid|Expired)?$"
)
SAFE = ("GET", "HEAD", "OPTIONS")
STEPS = 6_000


class Anon:
    """The request of somebody unknown, or a part of it: the names that lead there."""

    def __init__(self, path: tuple[str, ...] = ()) -> None:
        self.path = path


class Behind:
    """The function that a guard stands before."""


BEHIND = Behind()


class Absent:
    """A credential that was asked for and is not there."""


ABSENT = Absent()


def denies(value: Value) -> bool:
    """Whether an answer or an exception is a denial of access."""
    if isinstance(value, tuple):
        return any(type(item) is int and item in (401, 403) for item in value)
    if isinstance(value, Obj):
        for item in [*value.args, *value.kwargs.values()]:
            if type(item) is int and item in (401, 403):
                return True
            if isinstance(item, Ext) and re.search(r"401|403|UNAUTHORIZED|FORBIDDEN", item.name):
                return True
            if isinstance(item, Obj) and item is not value and denies(item):
                return True
        if isinstance(value.cls, Cls):
            return bool(_DENYING.search(value.cls.name)) or value.cls.find("status_code") in (401, 403)
    return bool(_DENYING.search(leaf(value)))


def fits_denial(value: Value) -> bool:
    """Whether an exception looks as if it were about access."""
    return denies(value) or bool(_MAY_DENY.search(leaf(value)))


class Anonymous(Machine):
    """Runs guards for somebody who has not logged in."""

    strict = True

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.packages, machine._digest, machine.known)
        self.modules = machine.modules
        self.peeked = machine.peeked
        self.django_settings = machine.django_settings
        self.touched = False
        self.method: str | None = None
        self.url: str | None = None
        self.reached = False
        self._answers: list[Value] = []

    def outcome(self, func: Value, args: list[Value], kwargs: dict[str, Value]) -> tuple[str, Value]:
        """How a call ends.

        Returns:
            'raised' with the exception, 'returned' with the value, or 'unknown'.
        """
        self.steps, self.frames, self._active = STEPS, self.frames[:1], []
        self.frames[0].maybe.clear()
        self._answers = []
        env = Env({}, "")
        try:
            return "returned", self.call(func, args, kwargs, env, 0)
        except Raised as raised:
            return "raised", raised.value
        except (ExhaustedError, RecursionError):
            return "unknown", UNKNOWN

    @property
    def answers(self) -> list[Value]:
        """What the outermost function returned under conditions that are not known."""
        return self._answers

    @property
    def maybe(self) -> list[Value]:
        """What the last run raised under conditions that are not known."""
        return self.frames[0].maybe

    def bounded(self, path: str, run: Any) -> None:
        """Modules that are first needed here are run leniently."""
        strict, self.strict = self.strict, False
        try:
            super().bounded(path, run)
        finally:
            self.strict = strict

    def attribute(self, value: Value, name: str) -> Value:
        """An attribute of a value."""
        if isinstance(value, Ext) and value.name in _SUBJECTS:
            value = Anon(_SUBJECTS[value.name])
        if isinstance(value, Anon):
            return self._of_request(value, name)
        if value is ABSENT:
            raise Raised(Ext("AttributeError"))
        return super().attribute(value, name)

    def _of_request(self, value: Anon, name: str) -> Value:
        path = (*value.path, name)
        if name in _FALSE:
            self.touched = True
            return False
        if name == "is_anonymous":
            self.touched = True
            return True
        if name == "authorization" or (path[0] == "g" and len(path) == 2 and _IDENTITY.search(name)):
            self.touched = True
            return ABSENT
        if name == "method" and not value.path:
            return UNKNOWN if self.method is None else self.method
        if path in (("url", "path"), ("path",)) and self.url is not None:
            return self.url
        if path in (("user",), ("auth",)):
            self.touched = True
            return ABSENT if name == "auth" else Anon(path)
        return Anon(path)

    def _asks(self, value: Anon, key: Value) -> bool:
        """Whether a look-up in a part of the request is one for credentials."""
        where = next((part for part in reversed(value.path) if part in _STORES or part in _HEADERS or part == "g"), "")
        if where in _STORES or (where and isinstance(key, str) and AUTH_KEY.search(key)):
            self.touched = True
            return True
        return False

    def index(self, value: Value, key: Value) -> Value:
        """An item of a value."""
        if isinstance(value, Ext) and value.name in _SUBJECTS:
            value = Anon(_SUBJECTS[value.name])
        if value is ABSENT:
            raise Raised(Ext("TypeError"))
        if isinstance(value, Anon):
            if self._asks(value, key):
                raise Raised(Ext("KeyError"))
            return UNKNOWN
        return super().index(value, key)

    def compare(self, sign: str, left: Value, right: Value) -> Value:
        """The result of a comparison; nothing is not equal to what the code compares it with."""
        if isinstance(right, Ext) and right.name in _SUBJECTS:
            right = Anon(_SUBJECTS[right.name])
        if isinstance(right, Ext) and leaf(right) == "SAFE_METHODS":
            right = SAFE
        if sign in ("in", "not in") and isinstance(right, Anon):
            return (sign == "not in") if self._asks(right, left) else UNKNOWN
        if left is ABSENT or right is ABSENT:
            same = (left is ABSENT and right is ABSENT) or None in (left, right)
            return same is (sign in ("is", "==", "in"))
        if sign in ("is", "is not") and isinstance(left, Anon) and right is None:
            return UNKNOWN
        if sign in ("==", "!=") and any(isinstance(one, Anon) and one.path[-1:] == ("user",) for one in (left, right)):
            return sign == "!="  # nobody is not the owner
        return super().compare(sign, left, right)

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true."""
        if isinstance(value, Anon):
            if value.path[-1:] == ("user",):
                return True if len(value.path) == 1 else None
            return False if value.path[-1:] and value.path[-1] in ("session", "identity") else None
        if value is ABSENT:
            return False
        if isinstance(value, Ext) and value.name in _SUBJECTS:
            return self.truth(Anon(_SUBJECTS[value.name]))
        return super().truth(value)

    def call(self, func: Value, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        """The result of a call."""
        if func is BEHIND:
            self.reached = True
            return UNKNOWN
        if isinstance(func, bool):
            return func
        if isinstance(func, Anon):
            return self._call_request(func, args)
        if isinstance(func, Ext):
            found = self._call_guard(func, args, kwargs)
            if found is not MISSING:
                return found
        if isinstance(func, Bound) and isinstance(func.base, Obj) and func.name.startswith("jwt_"):
            self._note("optional" in func.name)
            return None
        return super().call(func, args, kwargs, env, line)

    def _call_request(self, func: Anon, args: list[Value]) -> Value:
        last = func.path[-1] if func.path else ""
        inside = Anon(func.path[:-1])
        if last in ("get", "getlist", "pop", "get_signed_cookie") and self._asks(inside, args[0] if args else None):
            return args[1] if len(args) > 1 and args[1] is not None else ABSENT
        if last.startswith("has_") and "user" in func.path:
            self.touched = True
            return False
        return UNKNOWN

    def _note(self, optional: bool) -> None:
        self.touched = True
        if not optional:
            raise Raised(Ext("Unauthorized"))

    def _call_guard(self, func: Ext, args: list[Value], kwargs: dict[str, Value]) -> Value:
        name = func.name.rpartition(".")[2]
        if name == "abort" or (name.startswith("abort_") and not name[6:].isdigit()):
            raise Raised(Obj(func, args, kwargs))
        if name.startswith("verify_jwt_in_request") or name == "verify_fresh_jwt_in_request":
            self._note("optional" in name or kwargs.get("optional") is True)
            return None
        if name in ("get_jwt_identity", "get_current_user", "get_jwt", "get_jwt_claims", "get_raw_jwt"):
            self.touched = True
            return {} if name.startswith(("get_jwt_c", "get_raw")) else ABSENT
        if name in ("decode", "decode_token", "get_unverified_header", "loads") and args and args[0] in (None, ABSENT):
            raise Raised(Ext("InvalidTokenError"))
        return MISSING

    def result(self, frame: Frame, signal: str) -> Value:
        """What a function that has been run gives."""
        if len(self._active) == 0:
            self._answers = list(frame.returns)
        return super().result(frame, signal)


def place(value: Value, path: str, line: int) -> str:
    """'name (file:line)' for evidence."""
    name = value.qualname if isinstance(value, Func) else (leaf(value) or name_of(value))
    return f"{name} ({path}:{line})"
