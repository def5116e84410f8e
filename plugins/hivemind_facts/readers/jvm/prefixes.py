"""Prefixes that Spring puts before every path: context paths and `addPathPrefix`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hivemind_facts.readers.jvm.program import Program, Type
from hivemind_facts.readers.jvm.settings import Settings

CONTEXT = ("server.servlet.context-path", "server.context-path", "server.servlet.contextPath")
SERVLET = ("spring.mvc.servlet.path", "server.servlet.path", "spring.webflux.base-path")


@dataclass(frozen=True)
class Prefix:
    """A prefix for the controllers that a predicate picks."""

    text: str | None
    annotations: tuple[str, ...] | None
    """None: the predicate is not understood; empty: every controller."""
    packages: tuple[str, ...]
    file: str
    line: int

    def fits(self, controller: Type, names: set[str]) -> bool | None:
        """Whether it stands before a controller's paths; None for not known."""
        if self.annotations is None:
            return None
        if self.packages:
            return any(controller.package == p or controller.package.startswith(p + ".") for p in self.packages)
        return not self.annotations or any(name in names for name in self.annotations)


def context(settings: Settings, module: str) -> str | None:
    """The context path and the servlet's path of a module; None if one is not constant."""
    parts: list[str] = []
    for keys in (CONTEXT, SERVLET):
        value = settings.get(module, *keys)
        if value is None and any(settings.get(module, key) is None and settings.declares(module, key) for key in keys):
            return None
        if value:
            parts.append(value.strip())
    return "/".join(parts)


def path_prefixes(program: Program) -> Iterator[Prefix]:
    """Every `addPathPrefix(prefix, predicate)` of the repository."""
    for owner in program.types:
        for method in owner.data["methods"]:
            if method["name"] in ("configurePathMatch", "configurePathMatching") and method["body"]:
                for node in _calls(method["body"], "addPathPrefix"):
                    yield _prefix(program, owner, node)


def _prefix(program: Program, owner: Type, node: Any) -> Prefix:
    arguments, line = node[2], node[3]
    text = program.text(arguments[0], owner) if arguments else None
    annotations: tuple[str, ...] | None = None
    packages: list[str] = []
    predicate = str(arguments[1]) if len(arguments) > 1 else ""
    names = [inner[1].rsplit(".", 1)[-1] for inner in _nodes(arguments[1:]) if inner[0] == "ty"]
    if "forBasePackageClass" in predicate:
        packages = [found.package for name in names if (found := program.resolve(name, owner)) is not None]
        annotations = () if packages else None
    elif "forBasePackage" in predicate or "getPackage" in predicate:
        texts = [str(inner[1]) for inner in _nodes(arguments[1:]) if inner[0] == "s"]
        packages, annotations = texts, () if texts else None
    elif "forAnnotation" in predicate or "isAnnotationPresent" in predicate or "hasAnnotation" in predicate:
        annotations = tuple(names) or None
    elif "'true'" in predicate or "forAnyHandlerType" in predicate:
        annotations = ()
    return Prefix(text, annotations, tuple(packages), owner.file, line)


def _nodes(body: Any) -> Iterator[tuple[Any, ...]]:
    stack, budget = [body], 5000
    while stack and budget:
        budget -= 1
        item = stack.pop()
        if isinstance(item, tuple) and item and isinstance(item[0], str):
            yield item
        if isinstance(item, tuple | list):
            stack += [child for child in reversed(item) if isinstance(child, tuple | list)]


def _calls(body: Any, name: str) -> Iterator[tuple[Any, ...]]:
    for node in _nodes(body):
        if node[0] == "call" and len(node) == 5 and node[1] and node[1][-1] == name:
            yield node
