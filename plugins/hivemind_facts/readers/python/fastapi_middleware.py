"""Middlewares of the repository that decide on access: an anonymous request to each path is sent through them."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.models import Endpoint, Unresolved
from hivemind_facts.readers.python.anonymous import BEHIND, Anon, Anonymous, denies, fits_denial
from hivemind_facts.readers.python.values import Cls, Func, Obj, Value, leaf


def apply_middleware(
    found: Iterator[Endpoint | Unresolved], apps: list[Obj], machine: Anonymous
) -> Iterator[Endpoint | Unresolved]:
    """The same facts, with the access that middlewares decide on where nothing else does."""
    guards = [guard for app in apps for guard in _middlewares(app)]
    for fact in found:
        if isinstance(fact, Endpoint) and fact.auth in ("none", "optional"):
            for func, where in guards:
                auth = _try(machine, func, fact)
                if auth:
                    fact = fact.model_copy(update={"auth": auth, "auth_evidence": where})
                    break
        yield fact


def _middlewares(app: Obj) -> Iterator[tuple[Func, str]]:
    values: list[tuple[Value, Value, dict[str, Value]]] = []
    for event in app.events:
        if event.name == "add_middleware" and event.args:
            values.append((event.args[0], None, event.kwargs))
        elif event.name == "middleware" and isinstance(event.decorated, Func):
            values.append((event.decorated, None, {}))
    listed = app.kwargs.get("middleware")
    items = [item for item in listed if isinstance(item, Obj) and item.args] if isinstance(listed, list | tuple) else []
    values.extend((item.args[0], None, item.kwargs) for item in items)
    for value, _, kwargs in values:
        if isinstance(value, Cls):
            method = value.find("dispatch")
            if isinstance(method, Func):
                instance = Obj(value, path=value.path, line=value.line, attrs=dict(kwargs))
                yield method.bind(instance), f"middleware {value.name} ({value.path}:{value.line})"
        elif isinstance(value, Func):
            yield value, f"middleware {value.name} ({value.path}:{value.line})"


def _try(machine: Anonymous, func: Func, endpoint: Endpoint) -> str:
    machine.touched, machine.reached = False, False
    machine.method, machine.url = endpoint.method, endpoint.path
    end, value = machine.outcome(func, [Anon(), BEHIND], {})
    machine.method = machine.url = None
    if not machine.touched:
        return ""
    if not machine.reached and (end == "raised" or denies(value) or leaf(value).endswith("Response")):
        return "required"
    if machine.reached and (fits_denial(value) or any(fits_denial(one) for one in machine.maybe)):
        return "unknown"
    return ""
