"""HTTP clients as values of a program: fetch, axios, ky, superagent, jQuery, Angular's HttpClient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Ext,
    Func,
    Method,
    Obj,
    Site,
    Text,
    Unknown,
    Value,
    concat,
)

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter, Model

VERBS = {
    "get": "GET",
    "post": "POST",
    "put": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "del": "DELETE",
    "head": "HEAD",
}
VERBS |= {"options": "OPTIONS", "$get": "GET", "$post": "POST", "$put": "PUT", "$patch": "PATCH", "$delete": "DELETE"}
VERBS |= {"getJSON": "GET", "jsonp": "GET", "postForm": "POST", "putForm": "PUT"}
WORDS = (
    *("fetch", "axios", "ky", "superagent", "$http", "$axios", "HttpClient", "$fetch", "useFetch", "ofetch", "got"),
    *(
        "ajax",
        "getJSON",
        "XMLHttpRequest",
        "node-fetch",
        "wretch",
        "fetchBaseQuery",
        "request",
        "undici",
        "HttpService",
    ),
)
"""A module without any of these calls nobody, unless through a module that has one."""


@dataclass(frozen=True)
class Request:
    """One request that the code makes."""

    method: Value
    url: Value
    body: Value
    client: str
    site: Site
    based: bool
    """Whether the client has a base address of its own."""
    timeout: bool | None = None


Record = Callable[["Interpreter", Request], None]


@dataclass(eq=False)
class Client:
    """A client with verbs: `axios`, an instance of it, `HttpClient`."""

    name: str
    record: Record
    base: Value = ""
    timeout: bool | None = None
    props: dict[str, Value] = field(default_factory=dict)

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """A verb, or what makes another client."""
        if name in VERBS:
            return Method(name, lambda machine, args, site: self._verb(machine, VERBS[name], args, site))
        if name in ("create", "extend", "instance"):
            return Method(name, self._create)
        if name in ("request", "ajax"):
            return Method(name, self._request)
        if name == "defaults":
            return _Defaults(self)
        if name in ("default", "axios"):
            return self
        if name == "raw":
            return Method(name, self.call)
        return self.props.get(name, Unknown(f"{self.name}.{name}"))

    def assign(self, name: str, value: Value) -> None:
        """`client.something = ...`."""
        self.props[name] = value

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        """`axios(config)`, `fetch(url, options)`."""
        first = args[0] if args else UNDEFINED
        if isinstance(first, Obj) and first.cls is None:
            return self._configured(machine, first, site)
        if self.name == "$" and not (len(args) > 1 and isinstance(args[1], Obj)):
            return Unknown("element")
        options = args[1] if len(args) > 1 else UNDEFINED
        if isinstance(first, Ext) and first.path in ("URL()", "Request()") and first.args:
            first, options = _parts(first, options)
        method, body = _option(machine, options, ("method", "type"), site), _option(machine, options, _BODIES, site)
        waits = self.timeout or self._waits(options)
        return self._send(machine, "GET" if method is UNDEFINED else method, first, body, site, waits)

    def _verb(self, machine: Interpreter, method: str, args: list[Value], site: Site) -> Value:
        url = args[0] if args else UNDEFINED
        if isinstance(url, Obj) and url.cls is None and ("url" in url.props or "path" in url.props):
            return self._configured(machine, url, site, method)
        second = args[1] if len(args) > 1 else UNDEFINED
        third = args[2] if len(args) > 2 else UNDEFINED
        optioned = self.name in ("ky", "got", "$fetch", "undici")
        bare = method in ("GET", "DELETE", "HEAD", "OPTIONS") and self.name not in ("$",)
        if optioned:
            body = _option(machine, second, _BODIES, site)
        elif bare:
            body = _option(machine, second, ("data", "body"), site) if method == "DELETE" else UNDEFINED
        else:
            body = second if not isinstance(second, Func) else UNDEFINED
        return self._send(
            machine, method, url, body, site, self.timeout or self._waits(second if bare or optioned else third)
        )

    def _request(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        first = args[0] if args else UNDEFINED
        if isinstance(first, Obj):
            return self._configured(machine, first, site)
        if len(args) > 1 and self.name in ("HttpClient", "undici"):
            options = args[2] if len(args) > 2 else UNDEFINED
            return self._send(machine, first, args[1], _option(machine, options, _BODIES, site), site, self.timeout)
        return self.call(machine, args, site)

    def _configured(self, machine: Interpreter, config: Obj, site: Site, method: Value = UNDEFINED) -> Value:
        found = method if method is not UNDEFINED else _option(machine, config, ("method", "type"), site)
        url = _option(machine, config, ("url", "uri", "path"), site)
        base = _option(machine, config, ("baseURL", "baseUrl", "prefixUrl"), site)
        if url is UNDEFINED and "..." in config.props:
            url = machine.get(config.props["..."], "url", site)
        if found is UNDEFINED and "..." in config.props:
            found = machine.get(config.props["..."], "method", site)
        body = _option(machine, config, _BODIES, site)
        if base is not UNDEFINED:
            url = joined(base, url)
        sent = "GET" if found is UNDEFINED else found
        return self._send(machine, sent, url, body, site, self.timeout or self._waits(config))

    def _create(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        options = args[-1] if args else UNDEFINED
        base = _option(machine, options, ("baseURL", "baseUrl", "prefixUrl", "prefix"), site)
        return Client(self.name, self.record, self.base if base is UNDEFINED else base, self._waits(options) or None)

    def _waits(self, options: Value) -> bool | None:
        if isinstance(options, Obj):
            return bool({"timeout", "signal", "cancelToken"} & options.props.keys()) or (
                None if options.open else False
            )
        return False if options is UNDEFINED else None

    def _send(
        self, machine: Interpreter, method: Value, url: Value, body: Value, site: Site, waits: bool | None
    ) -> Value:
        whole = joined(self.base, url) if self.base != "" else url
        self.record(machine, Request(method, whole, body, self.name, site, self.base != "", waits))
        return Unknown("response")


_BODIES = ("body", "data", "json", "params_body")


@dataclass(eq=False)
class _Defaults:
    """`axios.defaults`."""

    client: Client

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """A default."""
        return self.client.base if name == "baseURL" else Obj(open=True)

    def assign(self, name: str, value: Value) -> None:
        """`axios.defaults.baseURL = ...`."""
        if name == "baseURL":
            self.client.base = value
        elif name == "timeout":
            self.client.timeout = True

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED


def joined(base: Value, url: Value) -> Value:
    """A base address and what is asked below it, as axios joins them."""
    if isinstance(url, str) and (url.startswith(("http://", "https://", "//"))):
        return url
    if isinstance(base, Unknown) and not base.param:
        return concat([base, url if not isinstance(url, str) or url.startswith("/") else "/" + url])
    if isinstance(base, str | Text) and isinstance(url, str | Text):
        if url == "":
            return base
        starts = url.startswith("/") if isinstance(url, str) else str(url.parts[0]).startswith("/")
        ends = base.endswith("/") if isinstance(base, str) else str(base.parts[-1]).endswith("/")
        if isinstance(url, Text) and isinstance(url.parts[0], Unknown) and url.parts[0].param:
            return concat([base, url])
        if starts and ends and isinstance(base, str):
            return concat([base.rstrip("/"), url])
        return concat([base, url] if starts or ends else [base, "/", url])
    return concat([base, url])


def _option(machine: Interpreter, options: Value, names: tuple[str, ...], site: Site) -> Value:
    if isinstance(options, Unknown):
        return machine.get(options, names[0], site) if options.param else UNDEFINED
    if not isinstance(options, Obj):
        return UNDEFINED
    for name in names:
        if name in options.props:
            return machine.get(options, name, site)
    rest = options.props.get("...")
    return machine.get(rest, names[0], site) if isinstance(rest, Unknown) and rest.param else UNDEFINED


def _parts(first: Ext, options: Value) -> tuple[Value, Value]:
    if first.path == "Request()":
        return first.args[0], first.args[1] if len(first.args) > 1 else options
    if len(first.args) > 1:
        return joined(first.args[1], first.args[0]), options
    return first.args[0], options


@dataclass(eq=False)
class _Xhr:
    """An `XMLHttpRequest`."""

    record: Record

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """`open` says what is asked."""
        return Method(name, self._open) if name == "open" else Unknown(f"xhr.{name}")

    def _open(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        if len(args) > 1:
            self.record(machine, Request(args[0], args[1], UNDEFINED, "XMLHttpRequest", site, False))
        return UNDEFINED

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return UNDEFINED


def models(record: Record) -> tuple[dict[str, Model], dict[str, Value]]:
    """Models of clients, and the values of ambient names and properties (`fetch`, `this.$http`)."""
    axios = Client("axios", record)
    fetch = Client("fetch", record)
    names: dict[str, Value] = {
        "fetch": fetch,
        "window.fetch": fetch,
        "globalThis.fetch": fetch,
        "node-fetch": fetch,
        "cross-fetch": fetch,
        "isomorphic-fetch": fetch,
        "isomorphic-unfetch": fetch,
        "unfetch": fetch,
        "axios": axios,
        "$http": axios,
        "$axios": axios,
        "window.axios": axios,
        "ky": Client("ky", record),
        "ky-universal": Client("ky", record),
        "got": Client("got", record),
        "undici": Client("undici", record),
        "undici.fetch": fetch,
        "superagent": Client("superagent", record),
        "superagent-promise()": Client("superagent", record),
        "request": Client("request", record),
        "request-promise": Client("request", record),
        "$": Client("$", record),
        "jQuery": Client("$", record),
        "jquery": Client("$", record),
        "$fetch": Client("$fetch", record),
        "useFetch": Client("$fetch", record),
        "ofetch.ofetch": Client("$fetch", record),
        "ofetch.$fetch": Client("$fetch", record),
        "vue-resource": axios,
    }
    http = {
        "new @angular/common/http.HttpClient": "HttpClient",
        "new @angular/http.Http": "HttpClient",
        "new @nestjs/axios.HttpService": "axios",
    }
    made: dict[str, Model] = {key: _maker(Client(name, record)) for key, name in http.items()}
    made["@angular/core.inject"] = lambda machine, _callee, args, site: _injected(machine, made, args, site)
    made["XMLHttpRequest"] = lambda _machine, _callee, _args, _site: _Xhr(record)
    return made, names


def _maker(client: Client) -> Model:
    return lambda _machine, _callee, _args, _site: client


def _injected(machine: Interpreter, made: dict[str, Model], args: list[Value], site: Site) -> Value:
    wanted = args[0] if args else UNDEFINED
    if isinstance(wanted, Ext):
        model = made.get(f"new {wanted.path}")
        return model(machine, wanted, [], site) if model is not None else Unknown(wanted.path)
    from hivemind_facts.readers.javascript.values import Cls

    return machine.construct(wanted, [], site) if isinstance(wanted, Cls) else Unknown("injected")
