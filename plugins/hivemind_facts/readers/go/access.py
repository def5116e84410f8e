"""What middleware does about access: run it for one route and see whether it denies, and whom it lets pass."""

from __future__ import annotations

import re

from hivemind_facts.readers.go.framework import describe
from hivemind_facts.readers.go.machine import Machine, Trace
from hivemind_facts.readers.go.values import Applied, Context, Foreign, Function, Method, Struct, Unknown, Value
from hivemind_facts.routes import Guard

_AUTH = re.compile(
    r"jwt|(?<![a-z])auth|authn|authz|authoriz|authentic|keyauth|basicauth|casbin|paseto|oidc|oauth|bearer",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"cors|csrf|secure|logger|recover|limiter|ratelimit|gzip|compress|static|requestid|timeout|helmet|metrics|prometheus|"
    r"trace|otel|etag|cache|author(s|ed)?$",
    re.IGNORECASE,
)
_LOOKS = re.compile(r"verifier|parse|optional|loaduser|maybe", re.IGNORECASE)
_SKIPS = ("Skipper", "Next", "Filter")
NEXT = Foreign("", "next*")
STEPS_EACH = 4_000


class Access:
    """Judges middleware; what does not depend on the route is judged once."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[tuple[int, str], Guard | None] = {}
        self._kept: list[Value] = []

    def guard(self, applied: Applied, method: str, path: str) -> Guard | None:
        """What middleware means for one route; None if it is not about access."""
        value = applied.value
        place = f"{applied.file}:{applied.line}"
        key = (id(value), place)
        if key in self._known:
            return self._known[key]
        trace = Trace()
        found = self._judge(value, place, method, path, trace)
        if not trace.consulted:
            self._known[key] = found
            self._kept.append(value)
        return found

    def _judge(self, value: Value, place: str, method: str, path: str, trace: Trace) -> Guard | None:
        name = describe(value)
        if isinstance(value, Function):
            if value.body is None:
                return Guard("unknown", f"{name} ({place})") if _named_auth(name) else None
            self._run(value, Context(method, path), trace)
            return _judged(trace, name, place)
        if isinstance(value, Foreign):
            return self._foreign(value, name, place, Context(method, path), trace)
        if isinstance(value, Method):
            return Guard("unknown", f"{value.name} ({place})") if _named_auth(value.name) else None
        if isinstance(value, Unknown) and value.type and _named_auth(value.type[1]):
            return Guard("unknown", f"a value of type {value.type[1]} ({place})")
        return None

    def _run(self, function: Function, context: Context, trace: Trace) -> Value:
        machine = self._machine
        machine.trace, before, conditions = trace, machine.steps, machine.conditions
        machine.steps, machine.conditions = STEPS_EACH, []
        try:
            value: Value = function
            for _ in range(4):
                if not isinstance(value, Function):
                    break
                result = machine.call(value, [_argument(kind, context) for _, kind in value.params])
                if trace.events or not isinstance(result, Function):
                    return result
                value = result
            return value
        finally:
            machine.trace, machine.steps, machine.conditions = None, before, conditions

    def _foreign(self, value: Foreign, name: str, place: str, context: Context, trace: Trace) -> Guard | None:
        text = f"{value.package}.{value.name}"
        short = re.sub(r"^.*?([^/]+/[^/]+)$", r"\1", value.package)
        if _OTHER.search(value.name) or not (_AUTH.search(short) or _AUTH.search(value.name)):
            return None
        evidence = f"{name} ({place})"
        for argument in value.arguments:
            if not isinstance(argument, Struct):
                continue
            for field in _SKIPS:
                skip = argument.fields.get(field)
                if isinstance(skip, Function):
                    answer = self._run(skip, context, trace)
                    if answer is True:
                        return Guard("none", f"{name} skips this route by its {field} ({place})")
                    if not isinstance(answer, bool):
                        return Guard("unknown", f"{name} may skip this route by its {field} ({place})")
            if (
                argument.fields.get("ContinueOnIgnoredError") is True
                or argument.fields.get("CredentialsOptional") is True
            ):
                return Guard("optional", evidence)
        return Guard("optional" if _LOOKS.search(text.rsplit("/", 1)[-1]) else "required", evidence)


def _argument(kind: str, context: Context) -> Value:
    if re.search(r"(Context|Ctx|Request)$", kind):
        return context
    if re.search(r"Handler(Func)?$|^func", kind):
        return NEXT
    return Unknown()


def _named_auth(name: str) -> bool:
    return bool(_AUTH.search(name)) and not _OTHER.search(name)


def _judged(trace: Trace, name: str, place: str) -> Guard | None:
    kinds = [kind for kind, _, _ in trace.events]
    if _OTHER.search(name) and not _AUTH.search(name):
        return None
    if "deny" not in kinds:
        if not trace.credentials or trace.consulted:
            return (
                Guard("none", f"{name} does not apply to this route ({place})")
                if trace.consulted and trace.credentials
                else None
            )
        return Guard("optional", f"{name} ({place}) lets callers without credentials pass")
    first = kinds.index("deny")
    denied = trace.events[first][2]
    for kind, identity, _ in trace.events[:first]:
        if kind == "pass" and identity:
            return Guard("optional", f"{name} ({place}) passes before it denies ({denied})")
    return Guard("required", f"{name} ({place}) denies with 401 or 403 ({denied})")


def own_guard(handler: Value) -> Guard | None:
    """What a handler itself does about access: it takes the caller's identity and denies without one."""
    if not isinstance(handler, Function) or not handler.body:
        return None
    from hivemind_facts.readers.go.handlers import inspect

    seen = inspect(handler)
    if (
        not seen.identity
        or not seen.denies
        or re.search(r"log-?in|sign-?in|sign-?up|register|token", handler.name, re.IGNORECASE)
    ):
        return None
    return Guard("required", f"{describe(handler)} denies callers that it does not know ({handler.file}:{seen.denies})")
