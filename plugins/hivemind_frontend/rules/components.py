"""Components, where a file or a declaration shows with certainty that it is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_frontend.markup.jsx import descend, line_of, string_of, text_of
from hivemind_frontend.models import Component
from hivemind_frontend.rules.reading import place

if TYPE_CHECKING:
    from tree_sitter import Node

    from hivemind_frontend.rules.sources import SourceFile

_FUNCTIONS = ("function_declaration", "arrow_function", "function_expression", "function")
_JSX = ("jsx_element", "jsx_self_closing_element")
_PROPS = re.compile(r"defineProps\s*(?:<\{([^}]*)\}>|\(\s*\{([^}]*)\}|\(\s*\[([^\]]*)\])")
_EXPORT_LET = re.compile(r"^\s*export\s+let\s+(\w+)", re.MULTILINE)
_MOST_USES = 20


def components(file: SourceFile) -> Iterator[Component]:
    """Find the components of one file."""
    if file.suffix in (".html", ".htm"):
        yield from _document(file)
    elif file.suffix in (".vue", ".svelte"):
        yield _single_file(file)
    elif file.tree is not None:
        if file.markup is not None and file.markup.roots:
            yield from _react(file, file.tree)
        if "@Component" in file.text:
            yield from _angular(file, file.tree)


def _document(file: SourceFile) -> Iterator[Component]:
    elements = list(file.markup.elements()) if file.markup is not None else []
    top = next((one for one in elements if one.tag.lower() == "html"), None)
    if top is None and not file.path.endswith(".component.html") and elements:
        yield Component(name=file.name, kind="layout", framework="html", location=file.path)
    elif top is not None:
        yield Component(name=file.name, kind="document", framework="html", location=place(file.path, top.line))


def _single_file(file: SourceFile) -> Component:
    used = {one.tag for one in file.markup.elements() if one.component} if file.markup is not None else set()
    return Component(
        name=file.name,
        framework=file.suffix[1:],
        props=tuple(_props(file)),
        uses=tuple(sorted(used - {"slot", "component"})[:_MOST_USES]),
        location=file.path,
    )


def _props(file: SourceFile) -> list[str]:
    if file.suffix == ".svelte":
        return _EXPORT_LET.findall(file.text)
    match = _PROPS.search(file.text)
    if match is None:
        return []
    body = next(part for part in match.groups() if part is not None)
    if match.group(3) is not None:
        return re.findall(r"[\"'](\w+)[\"']", body)
    return re.findall(r"(?:^|[,;\n{])\s*(\w+)\??\s*:", body)


def _react(file: SourceFile, tree: Node) -> Iterator[Component]:
    """Functions and classes with a capital that hold JSX, declared at the top of the file."""
    for node in _top_level(tree):
        name, body = _declared(node)
        if not name[:1].isupper() or body is None:
            continue
        inside = [one for one in descend(body) if one.type in _JSX]
        if inside:
            yield Component(
                name=name,
                framework="react",
                props=tuple(_parameters(body)),
                uses=tuple(sorted(_shown(inside) - {name})[:_MOST_USES]),
                location=place(file.path, line_of(node)),
            )


def _top_level(tree: Node) -> Iterator[Node]:
    for node in tree.named_children:
        inner = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        yield inner if node.type == "export_statement" and inner is not None else node


def _declared(node: Node) -> tuple[str, Node | None]:
    """The name and the body of a declaration; a call around a function (memo, forwardRef) is looked through."""
    if node.type in ("function_declaration", "class_declaration"):
        return text_of(node.child_by_field_name("name")), node
    if node.type in ("lexical_declaration", "variable_declaration") and node.named_children:
        declarator = node.named_children[0]
        value = declarator.child_by_field_name("value")
        while value is not None and value.type == "call_expression":
            arguments = value.child_by_field_name("arguments")
            value = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        if value is not None and value.type in _FUNCTIONS:
            return text_of(declarator.child_by_field_name("name")), value
    return "", None


def _parameters(body: Node) -> list[str]:
    """The names that a function takes out of its props."""
    parameters = body.child_by_field_name("parameters")
    if parameters is None or not parameters.named_children:
        return []
    first = parameters.named_children[0]
    pattern = first.child_by_field_name("pattern") or first
    if pattern.type != "object_pattern":
        return []
    names = []
    for part in pattern.named_children:
        if part.type == "shorthand_property_identifier_pattern":
            names.append(text_of(part))
        elif part.type == "pair_pattern":
            names.append(text_of(part.child_by_field_name("key")))
        elif part.type == "object_assignment_pattern":
            names.append(text_of(part.child_by_field_name("left")))
    return names


def _shown(nodes: list[Node]) -> set[str]:
    names = set()
    for node in nodes:
        opening = node if node.type == "jsx_self_closing_element" else node.child_by_field_name("open_tag")
        name = text_of(opening.child_by_field_name("name")) if opening is not None else ""
        if name[:1].isupper() and name not in ("Fragment", "React.Fragment"):
            names.add(name)
    return names


def _angular(file: SourceFile, tree: Node) -> Iterator[Component]:
    for node in descend(tree):
        if node.type != "decorator" or not text_of(node).startswith("@Component"):
            continue
        owner = node.parent
        declared = owner.child_by_field_name("declaration") if owner is not None else None
        owner = declared or owner
        name = text_of(owner.child_by_field_name("name")) if owner is not None else ""
        selector = next(
            (
                string_of(pair.child_by_field_name("value")) or ""
                for pair in descend(node)
                if pair.type == "pair" and text_of(pair.child_by_field_name("key")) == "selector"
            ),
            "",
        )
        if name:
            yield Component(
                name=name,
                framework="angular",
                purpose=f"shown as <{selector}>" if selector else "",
                location=place(file.path, line_of(node)),
            )
