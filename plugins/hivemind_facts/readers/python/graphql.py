"""GraphQL written in code: strawberry, graphene, ariadne."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from hivemind_facts.models import Auth, GraphqlOperation
from hivemind_facts.readers.python.anonymous import Anonymous
from hivemind_facts.readers.python.program import Program, program_of
from hivemind_facts.readers.python.values import Bound, Cls, Event, Func, Obj, Value, leaf, name_of, package
from hivemind_facts.readers.python.web import type_name
from hivemind_facts.readers.python.wrappers import guard_of
from hivemind_facts.reading import Repository, Yielded

Kind: TypeAlias = Literal["query", "mutation", "subscription"]
KINDS: tuple[Kind, ...] = ("query", "mutation", "subscription")
_ARIADNE: dict[str, Kind] = {"QueryType": "query", "MutationType": "mutation", "SubscriptionType": "subscription"}
_STRAWBERRY_FIELDS = ("field", "mutation", "subscription", "connection", "django")


class CodeFirstGraphql:
    """Reads GraphQL operations from code."""

    name = "python-graphql"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield every field of the root types."""
        program = program_of(repository)
        machine = Anonymous(program.machine)
        seen: set[tuple[Kind, str]] = set()
        for operation in _operations(program, machine):
            if (operation.kind, operation.name) not in seen:
                seen.add((operation.kind, operation.name))
                yield operation


def _operations(program: Program, machine: Anonymous) -> Iterator[GraphqlOperation]:
    for schema in program.objects("Schema", "FederationSchema"):
        library = package(schema)
        if library not in ("strawberry", "graphene", "graphene_federation"):
            continue
        for position, kind in enumerate(KINDS):
            root = schema.arg(position, kind)
            if isinstance(root, Cls):
                yield from _root(root, kind, "strawberry" if library == "strawberry" else "graphene", machine)
    for made in program.objects(*_ARIADNE):
        if package(made) == "ariadne":
            for event in made.events:
                yield from _ariadne(event, _ARIADNE[leaf(made.cls)], machine)


def _root(root: Cls, kind: Kind, library: str, machine: Anonymous) -> Iterator[GraphqlOperation]:
    for owner in root.mro():
        if not isinstance(owner, Cls):
            continue
        for name in dict.fromkeys([*owner.names, *owner.annotations]):
            value = owner.names.get(name)
            found = _strawberry(owner, name, value, kind, machine) if library == "strawberry" else None
            if library == "graphene":
                found = _graphene(owner, name, value, kind, machine)
            if found is not None:
                yield found


def _strawberry(owner: Cls, name: str, value: Value, kind: Kind, machine: Anonymous) -> GraphqlOperation | None:
    if isinstance(value, Func):
        marks = [d for d in value.decorators if leaf(d) in _STRAWBERRY_FIELDS or "strawberry" in name_of(d)]
        if not marks:
            return None
        given = marks[0].kwargs.get("name") if isinstance(marks[0], Obj) else None
        options = marks[0].kwargs if isinstance(marks[0], Obj) else {}
        return _of(kind, given if isinstance(given, str) else camel(name), value, owner, "strawberry", machine, options)
    resolver = value.kwargs.get("resolver", value.args[0] if value.args else None) if isinstance(value, Obj) else None
    if isinstance(value, Obj) and leaf(value.cls) in _STRAWBERRY_FIELDS:
        func = resolver if isinstance(resolver, Func) else None
        return _of(kind, camel(name), func, owner, "strawberry", machine, value.kwargs, name)
    return _of(kind, camel(name), None, owner, "strawberry", machine, {}, name) if name in owner.annotations else None


def _graphene(owner: Cls, name: str, value: Value, kind: Kind, machine: Anonymous) -> GraphqlOperation | None:
    if not isinstance(value, Obj) or name.startswith("_"):
        return None
    made = value.cls
    if isinstance(made, Bound) and made.name == "Field" and isinstance(made.base, Cls):
        mutate = made.base.find("mutate")
        func = mutate if isinstance(mutate, Func) else None
        arguments = made.base.find("Arguments")
        names = tuple(camel(one) for one in arguments.names) if isinstance(arguments, Cls) else ()
        found = _of(kind, camel(name), func, owner, "graphene", machine, {}, name)
        return found.model_copy(update={"arguments": names, "returns": made.base.name})
    if not (leaf(made)[:1].isupper()):
        return None
    resolver = owner.names.get(f"resolve_{name}")
    func = resolver if isinstance(resolver, Func) else None
    found = _of(kind, camel(name), func, owner, "graphene", machine, {}, name)
    names = tuple(camel(key) for key, arg in value.kwargs.items() if isinstance(arg, Obj))
    returns = type_name(value.args[0]) if value.args else leaf(made)
    returns = f"[{returns}]" if leaf(made) == "List" else returns
    return found.model_copy(update={"arguments": names, "returns": returns})


def _ariadne(event: Event, kind: Kind, machine: Anonymous) -> Iterator[GraphqlOperation]:
    name = event.arg(0, "name")
    func = event.decorated if event.name == "field" else event.arg(1, "resolver") if event.name == "set_field" else None
    if isinstance(name, str) and (func is not None or event.name == "source"):
        target = func if isinstance(func, Func) else None
        auth, evidence = _auth(target, {}, machine)
        yield GraphqlOperation(
            kind=kind,
            name=name,
            arguments=_arguments(target, 2),
            auth=auth,
            auth_evidence=evidence,
            framework="ariadne",
            file=target.path if target else event.path,
            line=target.line if target else event.line,
        )


def _of(
    kind: Kind,
    name: str,
    func: Func | None,
    owner: Cls,
    library: str,
    machine: Anonymous,
    options: dict[str, Value],
    field: str = "",
) -> GraphqlOperation:
    auth, evidence = _auth(func, options, machine)
    returns: Any = machine.peek(func.returns, func.env) if func is not None and func.returns is not None else None
    if returns is None and field in owner.annotations:
        returns = machine.peek(owner.annotations[field], owner.env)
    return GraphqlOperation(
        kind=kind,
        name=name,
        arguments=_arguments(func, 0) if library == "strawberry" else (),
        returns=type_name(returns) if returns is not None else None,
        auth=auth,
        auth_evidence=evidence,
        framework=library,
        file=func.path if func else owner.path,
        line=func.line if func else owner.lines.get(field, owner.line),
    )


def _auth(func: Func | None, options: dict[str, Value], machine: Anonymous) -> tuple[Auth, str]:
    classes = options.get("permission_classes")
    if isinstance(classes, list | tuple) and classes:
        names = ", ".join(leaf(one) for one in classes)
        closed = any("Auth" in leaf(one) or "Admin" in leaf(one) or "Login" in leaf(one) for one in classes)
        return ("required" if closed else "unknown"), f"permission_classes {names}"
    for decorator in func.decorators if func is not None else ():
        guard = guard_of(decorator, func, machine) if func is not None else None
        if guard is not None:
            return guard.auth, guard.evidence
    return ("none", "no guard on the field") if func is not None else ("unknown", "its resolver is not in the code")


def _arguments(func: Func | None, skip: int) -> tuple[str, ...]:
    if func is None:
        return ()
    names = [
        name for name, kind, _, _ in func.args[skip:] if kind in "pak" and name not in ("self", "info", "root", "_")
    ]
    return tuple(camel(name) if not skip else name for name in names)


def camel(name: str) -> str:
    """A snake_case name in camelCase, as GraphQL shows it."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
