"""Plans the front end of endpoints that the backend drafted: calls, components, routes and state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import dirname, splitext
from typing import TYPE_CHECKING, Any, Literal

from hivemind_frontend.models import DRAFTED, ApiCall, Component, Route, StateSlice

if TYPE_CHECKING:
    from hivemind_frontend.rules.roots import Root

Kind = Literal["list", "detail", "form"]
_WORD = re.compile(r"[^\W_]+")
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WRITES = ("POST", "PUT", "PATCH")


@dataclass
class Drafted:
    """What is planned for new endpoints."""

    calls: list[ApiCall] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    state: list[StateSlice] = field(default_factory=list)


def draft(
    endpoints: Sequence[Mapping[str, Any]], root: Root, components: Sequence[Component], routes: Sequence[Route]
) -> Drafted:
    """Plan for the endpoints of status 'new', in the conventions of what is there.

    Args:
        endpoints: The backend's endpoints as plain data.
        root: The front end that is to have it.
        components: Its components.
        routes: Its routes.
    """
    made = Drafted()
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for one in endpoints:
        if one.get("status") == "new":
            groups.setdefault(_collection(str(one["path"])), []).append(one)
    style = _Style.of(root, components, routes)
    for collection, group in sorted(groups.items()):
        _resource(made, collection, group, style)
    return made


def _collection(path: str) -> str:
    """The path of the list that an endpoint belongs to: what stands before its last parameter, if that ends it."""
    bare = path.split("?", 1)[0].rstrip("/")
    parts = bare.split("/")
    return "/".join(parts[:-1]) if parts[-1].startswith(("{", ":")) else bare


def _words(text: str) -> list[str]:
    return [one.lower() for one in _WORD.findall(_BOUNDARY.sub(" ", text))]


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


@dataclass(frozen=True)
class _Style:
    """How this front end names and places things."""

    framework: str
    folder: str
    suffix: str
    naming: Literal["pascal", "camel", "kebab"]
    page_suffix: str
    router: str
    parameter: str
    route_prefix: str

    @classmethod
    def of(cls, root: Root, components: Sequence[Component], routes: Sequence[Route]) -> _Style:
        mine = [one for one in components if (one.location or "").startswith(root.prefix) and one.framework != "html"]
        own_routes = [one for one in routes if (one.location or "").startswith(root.prefix)]
        router = Counter(one.source for one in own_routes).most_common(1)[0][0] if own_routes else ""
        shown = {one.component for one in own_routes if one.component}
        pages = [one for one in mine if one.name in shown] or mine
        files = [(one.location or "").rsplit(":", 1)[0] for one in pages]
        folders = Counter(dirname(file) for file in files)
        if not files and own_routes:
            files = [(own_routes[0].location or "").rsplit(":", 1)[0]]
            folders = Counter([dirname(files[0])])
        suffixes = Counter(splitext(file)[1] for file in files)
        names = sorted(shown) or [one.name for one in mine]
        ending = Counter(match.group() for one in names if (match := re.search(r"(Page|View|Screen|page|view)$", one)))
        framework = Counter(one.framework for one in mine).most_common(1)[0][0] if mine else ""
        return cls(
            framework=framework,
            folder=folders.most_common(1)[0][0] if folders else root.path,
            suffix=suffixes.most_common(1)[0][0] if suffixes else ".js",
            naming=_naming(names),
            page_suffix=ending.most_common(1)[0][0] if ending else "",
            router=router,
            parameter=_parameter(router),
            route_prefix="#" if any(one.path.startswith("#") for one in own_routes) else "",
        )

    def name(self, *words: str) -> str:
        joined = "".join(word.capitalize() for word in words)
        if self.naming == "kebab":
            return "-".join(words)
        return joined if self.naming == "pascal" else joined[:1].lower() + joined[1:]


def _naming(names: Sequence[str]) -> Literal["pascal", "camel", "kebab"]:
    kebab = sum("-" in one for one in names)
    lower = sum(one[:1].islower() and "-" not in one for one in names)
    if kebab * 2 > len(names):
        return "kebab"
    return "camel" if lower * 2 > len(names) else "pascal"


def _parameter(router: str) -> str:
    if router in ("next file convention", "nuxt file convention", "sveltekit file convention"):
        return "[id]"
    return r"(\d+)" if router == "location pattern" else ":id"


def _resource(made: Drafted, collection: str, group: Sequence[Mapping[str, Any]], style: _Style) -> None:
    resource = _words(next((part for part in reversed(collection.split("/")) if part and part[0] not in "{:"), ""))
    if not resource:
        return
    single = [*resource[:-1], _singular(resource[-1])]
    calls = [(one, _call(one, style, resource, single)) for one in group]
    made.calls += [call for _, call in calls]
    base = f"{style.route_prefix}/{'-'.join(resource)}"
    for kind, words, path in (
        ("list", [*resource, "list"], base),
        ("detail", [*single, "detail"], f"{base}/{style.parameter}"),
        ("form", [*single, "form"], ""),
    ):
        asked = [call for one, call in calls if _kind(one, collection) == kind]
        if not asked:
            continue
        name = _component_name(style, kind, words)
        made.components.append(
            Component.model_validate(
                {
                    "name": name,
                    "kind": kind,
                    "framework": style.framework,
                    "purpose": _PURPOSE[kind].format(many=" ".join(resource), one=" ".join(single)),
                    "calls": [f"{call.method} {call.path}" for call in asked],
                    "location": f"{style.folder}/{name}{style.suffix}".lstrip("/"),
                    "status": "new",
                    "note": DRAFTED,
                }
            )
        )
        if path:
            route = Route(path=path, component=name, source=style.router, status="new", note=DRAFTED)
            made.routes.append(route)
    shown = [call for one, call in calls if _kind(one, collection) == "list"]
    if shown:
        made.state.append(
            StateSlice(
                name=style.name(*resource) if style.naming != "pascal" else "".join(resource),
                kind="server",
                holds=shown[0].response_fields or (),
                purpose=f"what {shown[0].method} {shown[0].path} answered, with loading and error",
                status="new",
                note=DRAFTED,
            )
        )


_PURPOSE = {
    "list": "shows the {many}, page by page where the endpoint has pages, with empty, loading and error states",
    "detail": "shows one {one}, and says so where there is none",
    "form": "creates or changes one {one}; shows the endpoint's validation errors beside their fields",
}


def _kind(endpoint: Mapping[str, Any], collection: str) -> Kind:
    if str(endpoint["method"]).upper() in _WRITES:
        return "form"
    whole = str(endpoint["path"]).split("?", 1)[0].rstrip("/") == collection
    return "list" if whole and str(endpoint["method"]).upper() != "DELETE" else "detail"


def _component_name(style: _Style, kind: str, words: Sequence[str]) -> str:
    """`OrdersPage` and `OrderPage` where pages are named so; else `OrdersList`, `OrderDetail`, `OrderForm`."""
    if style.page_suffix and kind != "form":
        return style.name(*words[:-1], style.page_suffix.lower())
    return style.name(*words)


def _call(endpoint: Mapping[str, Any], style: _Style, resource: Sequence[str], single: Sequence[str]) -> ApiCall:
    kind = _kind(endpoint, _collection(str(endpoint["path"])))
    words = [*(resource if kind == "list" else single), kind]
    return ApiCall(
        method=str(endpoint["method"]),
        path=str(endpoint["path"]),
        request_fields=body_fields(endpoint.get("request_schema")),
        response_fields=body_fields(endpoint.get("response_schema")),
        purpose=str(endpoint.get("purpose") or ""),
        component=_component_name(style, kind, words),
        status="new",
        note=DRAFTED,
    )


def body_fields(schema: object) -> tuple[str, ...] | None:
    """The names of a body's fields, as the backend states them; None where it does not."""
    if not isinstance(schema, Mapping):
        return None
    envelope = [one for one in schema.get("envelope") or () if isinstance(one, str)]
    names = [str(one["name"]) for one in schema.get("fields") or () if isinstance(one, Mapping) and one.get("name")]
    return tuple(dict.fromkeys((*envelope, *names))) if names else None
