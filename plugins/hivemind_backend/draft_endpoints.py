"""Drafts the endpoints of a resource; those that exist are named and kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from hivemind_backend.auth_style import guard_named, is_guard
from hivemind_backend.conventions import Conventions
from hivemind_backend.draft_table import TableDraft
from hivemind_backend.json_types import json_type
from hivemind_backend.models import (
    DRAFTED,
    ApiEndpoint,
    ApiError,
    ApiParameter,
    BodyField,
    BodySchema,
    Pagination,
)
from hivemind_backend.naming import cased, plural_of, same, singular_of, words
from hivemind_backend.path_style import split
from hivemind_backend.resource import Request

if TYPE_CHECKING:
    from hivemind_facts.models import Endpoint, Table

Action = Literal["list", "create", "read", "update", "delete"]
ACTIONS: tuple[Action, ...] = ("list", "create", "read", "update", "delete")
_SECRET = re.compile(r"password|passwd|secret|token|hash|salt|api_?key", re.IGNORECASE)
_INVALID = {"fastapi": 422}


def draft_endpoints(
    request: Request, conventions: Conventions, table: TableDraft, known: Table | None
) -> tuple[tuple[ApiEndpoint, ...], tuple[str, ...]]:
    """Draft what is missing of list, create, read, update and delete.

    Returns:
        The drafts, and what is there already, each with its place.
    """
    name = list(request.words)
    there = _existing(name, conventions.endpoints)
    collection, item = _paths(name, conventions, table, there)
    wanted = [action for action in ACTIONS if _wanted(action, request, conventions)]
    drafted: list[ApiEndpoint] = []
    existing = [f"{one.method} {one.path} ({one.file}:{one.line})" for one in there.values()]
    for action in wanted:
        if action not in there:
            path = collection if action in ("list", "create") else item
            drafted.append(_draft(action, path, name, conventions, table))
        elif action == "list" and request.paginated and there[action].paginated is False:
            drafted.append(_paged(there[action], name, conventions, table))
    return tuple(drafted), tuple(existing) if known or there else ()


def _existing(name: Sequence[str], endpoints: Sequence[Endpoint]) -> dict[Action, Endpoint]:
    """The endpoints of this resource that the repository has."""
    found: dict[Action, Endpoint] = {}
    for one in endpoints:
        parts = split(one.path)
        of_item = bool(parts) and parts[-1].startswith("{")
        if of_item:
            parts.pop()
        if not parts or parts[-1].startswith("{") or not same(words(parts[-1]), name):
            continue
        action = _ACTION_OF.get((one.method, of_item))
        if action is not None:
            found.setdefault(action, one)
    return {action: found[action] for action in ACTIONS if action in found}


_ACTION_OF: dict[tuple[str, bool], Action] = {
    ("GET", False): "list",
    ("POST", False): "create",
    ("GET", True): "read",
    ("PUT", True): "update",
    ("PATCH", True): "update",
    ("DELETE", True): "delete",
}


def _paths(
    name: list[str], conventions: Conventions, table: TableDraft, there: dict[Action, Endpoint]
) -> tuple[str, str]:
    """The collection's path and an item's."""
    paths = conventions.paths
    base, parameter = "", paths.parameter(*name)
    for action, one in there.items():
        if action in ("list", "create"):
            base = base or one.path.rstrip("/")
        else:
            head, _, last = one.path.rstrip("/").rpartition("/")
            base, parameter = base or head, last[1:-1]
    if not base:
        base = paths.prefix
        if table.parent and paths.nested:
            own = _parent_path(table.parent, conventions)
            base = own or f"{base}/{paths.segment(table.parent)}/{{{_parent_parameter(table.parent, conventions)}}}"
        base = f"{base}/{paths.segment(name)}"
    if f"{{{parameter}}}" in base:
        parameter = cased([*singular_of(name), "id"], "camel" if paths.parameter_style == "camel" else "snake")
    return paths.finish(base), paths.finish(f"{base}/{{{parameter}}}")


def _parent_path(parent: Sequence[str], conventions: Conventions) -> str:
    """An item's path of the parent as the repository has it."""
    for one in conventions.endpoints:
        parts = split(one.path)
        if len(parts) > 1 and parts[-1].startswith("{") and same(words(parts[-2]), parent):
            return one.path.rstrip("/")
    return ""


def _parent_parameter(parent: Sequence[str], conventions: Conventions) -> str:
    style = conventions.paths.parameter_style
    return cased([*singular_of(list(parent)), "id"], "camel" if style == "camel" else "snake")


def _wanted(action: Action, request: Request, conventions: Conventions) -> bool:
    method = _method(action, conventions)
    return not request.methods or method in request.methods or (action == "update" and "PUT" in request.methods)


def _method(action: Action, conventions: Conventions) -> str:
    methods = {"list": "GET", "create": "POST", "read": "GET", "delete": "DELETE"}
    return methods.get(action, conventions.paths.update_method)


def _schema(name: list[str], table: TableDraft, *, many: bool = False) -> BodySchema:
    """What is given of a row: its columns, but nothing that is secret by its name."""
    fields = tuple(
        BodyField(name=one.name, type=json_type(one.type), required=one.nullable is False or one.key == "PK")
        for one in table.model.columns
        if not _SECRET.search(one.name)
    )
    return BodySchema(name=cased(singular_of(name), "pascal"), many=many, fields=fields)


def _input(name: list[str], table: TableDraft, *, partly: bool) -> BodySchema:
    """What a caller sends: neither keys, owners nor times."""
    skipped = {*table.model.primary_key, table.owner_column}
    fields = tuple(
        BodyField(
            name=one.name, type=json_type(one.type), required=not partly and one.nullable is False and not one.default
        )
        for one in table.model.columns
        if one.name not in skipped and words(one.name)[:1] not in (["created"], ["updated"], ["deleted"], ["modified"])
    )
    return BodySchema(name=f"{cased(singular_of(name), 'pascal')}{'Change' if partly else 'Input'}", fields=fields)


def _pagination(conventions: Conventions) -> Pagination:
    paging = conventions.paging
    return Pagination(
        style="page" if paging.style == "page" else "cursor" if paging.style == "cursor" else "offset",
        parameters=paging.parameters,
        evidence=paging.evidence,
    )


def _draft(action: Action, path: str, name: list[str], conventions: Conventions, table: TableDraft) -> ApiEndpoint:
    method, one, many = _method(action, conventions), " ".join(singular_of(name)), " ".join(plural_of(name))
    auth, evidence, note = _access(action, conventions, table)
    parameters = [
        ApiParameter(name=parameter, location="path", type=_parameter_type(parameter, table), required=True)
        for parameter in re.findall(r"\{([^}]+)\}", path)
    ]
    if action == "list":
        parameters += [
            ApiParameter(name=own, location="query", type="string" if "cursor" in own or own == "after" else "integer")
            for own in conventions.paging.parameters
        ]
        if not conventions.paging.evidence:
            note += "; no list here is paginated, so limit and offset are a proposal"
    purposes = {
        "list": f"list {many}, page by page",
        "create": f"create a new {one}",
        "read": f"read one {one}",
        "update": f"change one {one}",
        "delete": f"delete one {one}",
    }
    return ApiEndpoint(
        method=method,
        path=path,
        purpose=purposes[action],
        parameters=tuple(parameters),
        request_schema=_input(name, table, partly=method == "PATCH") if action in ("create", "update") else None,
        response_schema=None if action == "delete" else _schema(name, table, many=action == "list"),
        success_status={"create": 201, "delete": 204}.get(action, 200),
        errors=_errors(action, auth, one, conventions),
        authentication=auth,
        authentication_evidence=evidence,
        pagination=_pagination(conventions) if action == "list" else None,
        status="new",
        service=conventions.service,
        note=note,
    )


def _parameter_type(parameter: str, table: TableDraft) -> str:
    """The type of a path's parameter: a key's, or a reference's."""
    key = table.model.primary_key[0] if table.model.primary_key else ""
    named = next((one for one in table.model.columns if one.name == parameter), None)
    own = named or next((one for one in table.model.columns if one.name == key), None)
    return json_type(own.type) if own is not None else "string"


def _access(
    action: Action, conventions: Conventions, table: TableDraft
) -> tuple[Literal["required", "optional", "none", "unknown"], str, str]:
    """What a draft asks for: what its siblings do, and always a guard where rows belong to somebody."""
    rule = conventions.access.read if action in ("list", "read") else conventions.access.write
    guard = _owners_guard(conventions, table.owner_column) if table.owner_column else ""
    if guard:
        return (
            "required",
            guard_named(guard),
            f"{DRAFTED}; guarded as what else belongs to somebody ({table.owner_column})",
        )
    if rule.auth == "unknown" and is_guard(rule.evidence):
        return "required", guard_named(rule.evidence), f"{DRAFTED}; behind the guard of its siblings"
    if rule.auth == "none" and action not in ("list", "read"):
        told = f"{DRAFTED}; writes here ask for no authentication: decide whether this one must"
        return rule.auth, rule.evidence, told
    return rule.auth, rule.evidence, DRAFTED


def _owners_guard(conventions: Conventions, owner_column: str) -> str:
    """The guard of endpoints whose rows have the same owner, else the one that is used most; '' without any."""
    owned = [
        words(one.name) for one in conventions.tables if any(key.column == owner_column for key in one.foreign_keys)
    ]
    guards = Counter(
        one.auth_evidence
        for one in conventions.endpoints
        if one.auth in ("required", "unknown")
        and is_guard(one.auth_evidence)
        and any(same(words(part), name) for part in split(one.path) for name in owned if not part.startswith("{"))
    )
    return min(guards, key=lambda each: (-guards[each], each)) if guards else conventions.access.guard


def _errors(action: Action, auth: str, one: str, conventions: Conventions) -> tuple[ApiError, ...]:
    errors = [ApiError(status=401, when="no valid credentials")] if auth == "required" else []
    if action not in ("list", "create"):
        errors.append(ApiError(status=404, when=f"no such {one}"))
    if action in ("create", "update", "list"):
        framework = next((known.framework for known in conventions.endpoints), "")
        errors.append(ApiError(status=_INVALID.get(framework, 400), when="the input is not valid"))
    return tuple(errors)


def _paged(one: Endpoint, name: list[str], conventions: Conventions, table: TableDraft) -> ApiEndpoint:
    """The change that cuts an existing list into pages."""
    drafted = _draft("list", one.path, name, conventions, table)
    return drafted.model_copy(
        update={
            "status": "modified",
            "purpose": "the same list, page by page",
            "handler": one.handler,
            "location": f"{one.file}:{one.line}",
            "authentication": one.auth,
            "authentication_evidence": one.auth_evidence,
        }
    )
