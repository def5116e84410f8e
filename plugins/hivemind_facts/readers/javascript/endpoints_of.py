"""Requests that are declared rather than made, and what is read off an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind_facts.languages.javascript.survey import walk
from hivemind_facts.readers.javascript.clients import Record, Request, joined
from hivemind_facts.readers.javascript.values import UNDEFINED, Ext, Func, Method, Obj, Site, Unknown, Value
from hivemind_facts.reading import Digest

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter, Model


@dataclass(eq=False)
class _Builder:
    """The builder of RTK Query's endpoints."""

    record: Record
    base: Value

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """`query` and `mutation`."""
        return Method(name, self._endpoint)

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED

    def _endpoint(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        query = args[0].props.get("query") if args and isinstance(args[0], Obj) else None
        if not isinstance(query, Func):
            return Unknown("endpoint")
        asked = machine.call(query, [Unknown(p[0][1] if p[0][0] == "id" else "") for p in query.node[3]], site)
        method: Value = "GET"
        body: Value = UNDEFINED
        if isinstance(asked, Obj):
            method, body = asked.props.get("method", "GET"), asked.props.get("body", UNDEFINED)
            asked = asked.props.get("url", UNDEFINED)
        frames, machine.frames = machine.frames, machine.frames[:1]
        self.record(machine, Request(method, joined(self.base, asked), body, "rtk-query", query.site, True))
        machine.frames = frames
        return Unknown("endpoint")


def rtk_models(record: Record) -> dict[str, Model]:
    """Models of RTK Query."""

    def create(machine: Interpreter, _callee: Ext, args: list[Value], site: Site) -> Value:
        options = args[0] if args and isinstance(args[0], Obj) else Obj()
        query = options.props.get("baseQuery")
        base: Value = ""
        if isinstance(query, Ext) and query.args and isinstance(query.args[0], Obj):
            base = query.args[0].props.get("baseUrl", "")
        endpoints = options.props.get("endpoints")
        if isinstance(endpoints, Func):
            machine.call(endpoints, [_Builder(record, base)], site)
        api = Obj({"reducerPath": options.props.get("reducerPath", "api")}, open=True)
        api.props["injectEndpoints"] = Method(
            "injectEndpoints", lambda machine, more, where: _inject(machine, record, base, more, where)
        )
        return api

    return {f"@reduxjs/toolkit/query{suffix}.createApi": create for suffix in ("", "/react")}


def _inject(machine: Interpreter, record: Record, base: Value, args: list[Value], site: Site) -> Value:
    endpoints = args[0].props.get("endpoints") if args and isinstance(args[0], Obj) else None
    if isinstance(endpoints, Func):
        machine.call(endpoints, [_Builder(record, base)], site)
    return Obj(open=True)


def response_fields(digest: Digest, line: int) -> tuple[str, ...]:
    """The fields that are destructured from the answer to the call on a line."""
    for node in walk(digest["body"]):
        if node and node[0] == "var" and len(node) == 5 and node[2][0] == "opat" and node[3] is not None:
            inner = node[3][1] if node[3][0] == "await" else node[3]
            if inner[0] == "call" and inner[1] == line:
                return _fields(node[2])
    return ()


def _fields(pattern: tuple[object, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for inner, key, _default in pattern[1]:  # type: ignore[attr-defined]
        if key == "data":
            found += list(_fields(inner)) if inner[0] == "opat" else []
        elif isinstance(key, str) and key not in ("status", "headers", "error", "statusText"):
            found.append(key)
    return tuple(found)
