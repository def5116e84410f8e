"""The routes that REST framework's routers make of viewsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hivemind_facts.readers.python.django_guards import Permissions
from hivemind_facts.readers.python.django_paths import from_regex
from hivemind_facts.readers.python.django_views import Answer, ForeignView, allowed, answer_of, has_action
from hivemind_facts.readers.python.values import (
    MISSING,
    UNKNOWN,
    Bound,
    Cls,
    Event,
    Func,
    Obj,
    Value,
    leaf,
    made_by,
    name_of,
)
from hivemind_facts.readers.python.web import strings

ROUTERS = (
    *(
        "DefaultRouter",
        "SimpleRouter",
        "BaseRouter",
        "NestedSimpleRouter",
        "NestedDefaultRouter",
        "ExtendedSimpleRouter",
    ),
    *("ExtendedDefaultRouter", "BulkRouter", "OptionalSlashRouter"),
)
_LIST = (("get", "list"), ("post", "create"))
_DETAIL = (("get", "retrieve"), ("put", "update"), ("patch", "partial_update"), ("delete", "destroy"))


@dataclass
class Routed:
    """One route of a router: a path below the router, and the answer."""

    path: str | None
    answer: Answer


def is_router(value: Value) -> bool:
    """Whether a value is a router of REST framework, or of a library that extends it."""
    if not isinstance(value, Obj):
        return False
    names = value.cls.foreign() if isinstance(value.cls, Cls) else [name_of(value.cls)]
    return made_by(value, *ROUTERS) or any(
        name.startswith(("rest_framework", "drf")) and name.endswith("Router") for name in names
    )


def routes(router: Obj, permissions: Permissions, depth: int = 0) -> Iterator[Routed | tuple[Event, str]]:
    """The routes of a router; for a registration that can't be read, the event and the reason."""
    base = _nested(router)
    for event in router.events:
        if event.name == "registry.extend" and depth < 10:
            other = event.arg(0, "iterable")
            if isinstance(other, Bound) and isinstance(other.base, Obj):
                yield from routes(other.base, permissions, depth + 1)
            continue
        if event.name != "register":
            continue
        prefix, view = event.arg(0, "prefix"), event.arg(1, "viewset")
        if not isinstance(prefix, str) or base is None:
            yield event, "a router's prefix is not constant"
            continue
        shape = from_regex(prefix)
        if not isinstance(view, Cls):
            yield event, f"routes made at run time by {name_of(view) or 'a viewset that is not constant'}"
            continue
        try:
            yield from _viewset(None if shape is None else f"{base}/{shape}", view, permissions)
        except ForeignView as error:
            yield event, str(error)


def _nested(router: Obj) -> str | None:
    """The prefix of a nested router: its parent's registration and the parent's look-up."""
    if "Nested" not in leaf(router) and not (
        isinstance(router.cls, Cls) and any("Nested" in n for n in router.cls.foreign())
    ):
        return ""
    parent, prefix = router.arg(0, "parent_router"), router.arg(1, "parent_prefix")
    lookup = router.kwargs.get("lookup", router.args[2] if len(router.args) > 2 else None)
    if not isinstance(parent, Obj) or not isinstance(prefix, str):
        return None
    above = _nested(parent)
    view = next(
        (e.arg(1, "viewset") for e in parent.events if e.name == "register" and e.arg(0, "prefix") == prefix), None
    )
    field = view.find("lookup_field") if isinstance(view, Cls) else MISSING
    field = field if isinstance(field, str) else "pk"
    name = f"{lookup}_{field}" if isinstance(lookup, str) else f"nested_1_{field}"
    return None if above is None else f"{above}/{prefix}/{{{name}}}"


def _viewset(prefix: str | None, view: Cls, permissions: Permissions) -> Iterator[Routed]:
    lookup = view.find("lookup_url_kwarg")
    if not isinstance(lookup, str):
        lookup = view.find("lookup_field")
    name = lookup if isinstance(lookup, str) else "pk"
    verbs = allowed(view)
    detail = None if prefix is None else f"{prefix}/{{{name}}}"
    count = 0
    for pairs, path in ((_LIST, prefix), (_DETAIL, detail)):
        for verb, action in pairs:
            if verb in verbs and has_action(view, action):
                count += 1
                yield Routed(path, answer_of(view, verb.upper(), action, permissions))
    extra = list(_actions(view))
    for func, methods, on_detail, url_path, classes in extra:
        shape = from_regex(url_path)
        base = detail if on_detail else prefix
        path = None if base is None or shape is None else f"{base}/{shape}"
        for method in methods:
            if method.lower() in verbs:
                yield Routed(path, answer_of(view, method.upper(), func.name, permissions, classes, on_detail))
    if not count and not extra and not view.is_a("ViewSet", "GenericViewSet", "ViewSetMixin"):
        raise ForeignView(f"{view.name}, whose actions come from {', '.join(view.foreign()) or 'nowhere'}")


def _actions(view: Cls) -> Iterator[tuple[Func, list[str], bool, str, Value]]:
    """Extra actions: the function, methods, whether on one object, path, permission classes."""
    known: dict[str, tuple[bool, str, Value]] = {}
    seen: set[str] = set()
    for cls in view.mro():
        for func in cls.names.values() if isinstance(cls, Cls) else ():
            if not isinstance(func, Func) or func.name in seen:
                continue
            seen.add(func.name)
            for decorator in func.decorators:
                made = _action(func, decorator)
                if made is not None:
                    methods, detail, path, classes = made
                    known[func.name] = detail, path, classes
                    yield func, methods, detail, path, classes
                elif (
                    isinstance(decorator, Bound)
                    and isinstance(decorator.base, Bound)
                    and decorator.base.name == "mapping"
                ):
                    first = decorator.base.base
                    if isinstance(first, Func) and first.name in known:
                        yield func, [decorator.name], *known[first.name]


def _action(func: Func, decorator: Value) -> tuple[list[str], bool, str, Value] | None:
    name = leaf(decorator)
    if name not in ("action", "list_route", "detail_route", "link"):
        return None
    made = decorator if isinstance(decorator, Obj) else Obj(UNKNOWN)
    methods = strings(made.kwargs.get("methods", made.args[0] if made.args else [])) or ["get"]
    detail = name in ("detail_route", "link") or made.kwargs.get("detail") is True
    path = made.kwargs.get("url_path")
    classes = made.kwargs.get("permission_classes", MISSING)
    return methods, detail, path if isinstance(path, str) else func.name, classes
