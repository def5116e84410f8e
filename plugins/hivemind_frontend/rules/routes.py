"""Routes of browser applications, where a definition can be read with certainty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_frontend.markup.jsx import descend, line_of, string_of, text_of
from hivemind_frontend.models import Route
from hivemind_frontend.rules.reading import place

if TYPE_CHECKING:
    from tree_sitter import Node

    from hivemind_frontend.rules.roots import Root
    from hivemind_frontend.rules.sources import SourceFile

_ROUTERS = {
    "react-router": re.compile(r"[\"'](react-router(-dom)?|wouter|@reach/router)[\"'/]"),
    "vue-router": re.compile(r"[\"']vue-router[\"'/]|\bRouteRecordRaw\b"),
    "angular-router": re.compile(r"[\"']@angular/router[\"']"),
}
_ROUTE_TAG = re.compile(r"^(Route|PrivateRoute|ProtectedRoute|AuthRoute)$")
_FILE_ROUTES = (
    ("next", re.compile(r"^(?:src/)?pages/(?!api/|_)(.+)\.(?:jsx?|tsx?)$"), "pages"),
    ("next", re.compile(r"^(?:src/)?app/(?:(.+)/)?page\.(?:jsx?|tsx?)$"), "app"),
    ("nuxt", re.compile(r"^(?:app/|src/)?pages/(.+)\.vue$"), "pages"),
    ("sveltekit", re.compile(r"^src/routes/(?:(.+)/)?\+page\.svelte$"), "app"),
)


def routes(file: SourceFile, root: Root) -> Iterator[Route]:
    """Find the routes that one file defines, or is."""
    yield from _of_file(file, root)
    tree = file.tree
    if tree is None:
        return
    router = next((name for name, pattern in _ROUTERS.items() if pattern.search(file.text)), None)
    if router == "react-router":
        yield from _route_tags(file)
    if router is not None:
        yield from _route_objects(file, tree, router)
    elif re.search(r"location\.(hash|pathname)", file.text):
        yield from _patterns(file, tree)


def _of_file(file: SourceFile, root: Root) -> Iterator[Route]:
    local = file.path[len(root.prefix) :]
    for framework, pattern, style in _FILE_ROUTES:
        match = pattern.match(local) if framework in root.frameworks else None
        if match is None:
            continue
        parts = [part for part in (match.group(1) or "").split("/") if part]
        parts = [part for part in parts if not (part.startswith("(") and part.endswith(")"))]
        if style == "pages" and parts and parts[-1] == "index":
            parts.pop()
        yield Route(
            path="/" + "/".join(parts), component=file.name, source=f"{framework} file convention", location=file.path
        )
        return


def _route_tags(file: SourceFile) -> Iterator[Route]:
    """`<Route path="..." element={<Page />} />`, nested paths composed."""
    if file.markup is None:
        return
    for element in file.markup.elements():
        path = element.attributes.get("path")
        if not _ROUTE_TAG.match(element.tag) or not path or path.startswith("\0"):
            continue
        above = [
            said
            for one in element.ancestors()
            if _ROUTE_TAG.match(one.tag) and (said := one.attributes.get("path")) and not said.startswith("\0")
        ]
        shown = element.attributes.get("element") or element.attributes.get("component") or ""
        if not shown and element.children:
            shown = f"<{element.children[0].tag}" if not _ROUTE_TAG.match(element.children[0].tag) else ""
        yield Route(
            path=_join([*reversed(above), path]),
            component=_component(shown.lstrip("\0")),
            source="react-router",
            location=place(file.path, element.line),
        )


def _route_objects(file: SourceFile, tree: Node, router: str) -> Iterator[Route]:
    """`{ path: "...", component: Page, children: [...] }`, nested paths composed."""
    for node in descend(tree):
        if node.type != "object":
            continue
        pairs = _pairs(node)
        path = string_of(pairs.get("path"))
        shown = next((pairs[key] for key in _SHOWS if key in pairs), None)
        if path is None or (shown is None and "children" not in pairs and "redirect" not in pairs):
            continue
        if shown is None and "redirect" in pairs:
            continue
        yield Route(
            path=_join([*_parents(node), path]),
            component=_component(text_of(shown)) if shown is not None else "",
            source=router,
            location=place(file.path, line_of(node)),
        )


_SHOWS = ("component", "components", "element", "Component", "loadComponent", "lazy", "loadChildren")


def _pairs(node: Node) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for pair in node.named_children:
        if pair.type == "pair":
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and value is not None:
                found[text_of(key).strip("\"'")] = value
        elif pair.type == "shorthand_property_identifier":
            found[text_of(pair)] = pair
    return found


def _parents(node: Node) -> list[str]:
    """The paths of the route objects around one, the outermost first."""
    paths: list[str] = []
    one = node.parent
    while one is not None:
        if one.type == "object":
            path = string_of(_pairs(one).get("path"))
            if path is not None:
                paths.insert(0, path)
        one = one.parent
    return paths


def _join(parts: list[str]) -> str:
    path = ""
    for part in parts:
        path = part if part.startswith("/") else f"{path.rstrip('/')}/{part}"
    return (path.rstrip("/") or "/") if path != "*" else path


def _component(shown: str) -> str:
    """The name of the component that an expression shows; '' where it is not plain."""
    lazy = re.search(r"(?:import|require)\(\s*[\"']([^\"']+)[\"']", shown)
    if lazy:
        named = re.search(r"\.then\(.*?=>\s*\(?\s*\w+\.(\w+)", shown, re.DOTALL)
        if named and named.group(1) != "default":
            return named.group(1)
        return re.sub(r"\.(vue|svelte|[cm]?[jt]sx?)$", "", lazy.group(1).rsplit("/", 1)[-1])
    tags = re.findall(r"<([A-Z][\w.]*)", shown)
    if tags:
        return str(tags[-1])
    return shown if re.fullmatch(r"[\w$.]+", shown) else ""


def _patterns(file: SourceFile, tree: Node) -> Iterator[Route]:
    """`[/^#\\/cart$/, cartPage]` in a file that reads the location: a hand-written router."""
    for node in descend(tree):
        if node.type != "array" or len(node.named_children) != 2:
            continue
        pattern, shown = node.named_children
        if pattern.type == "regex" and shown.type == "identifier":
            body = text_of(pattern.child_by_field_name("pattern")) or text_of(pattern).strip("/")
            if body.startswith("^") and body.endswith("$"):
                source = "location pattern"
                path = body[1:-1].replace("\\/", "/").replace("\\.", ".")
                yield Route(
                    path=path, component=text_of(shown), source=source, location=place(file.path, line_of(node))
                )
