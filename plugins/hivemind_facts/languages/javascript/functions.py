"""Functions, parameters, patterns and classes as tuples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind_facts.languages.javascript.conversion import EXPRESSIONS, NOTHING, UNKNOWN, Conversion, Expr

if TYPE_CHECKING:
    from tree_sitter import Node


def function(conv: Conversion, node: Node, flags: str = "") -> Expr:
    """A function of any form."""
    if any(child.type == "async" for child in node.children):
        flags += "a"
    body = node.child_by_field_name("body")
    if node.type == "arrow_function":
        flags += "="
    if body is not None and body.type != "statement_block":
        content: Expr = (("ret", conv.line(body), conv.expr(body)),)
    else:
        content = conv.body(body)
    single = node.child_by_field_name("parameter")
    if single is not None:
        params: Expr = ((pattern(conv, single), None, "", (), "", False),)
    else:
        params = parameters(conv, node.child_by_field_name("parameters"))
    name = conv.text(node.child_by_field_name("name"))
    returns = conv.type_text(node.child_by_field_name("return_type"))
    return ("fn", conv.line(node), name, params, content, flags, returns, node.end_point[0] + 1)


def parameters(conv: Conversion, node: Node | None) -> Expr:
    """Parameters as (pattern, default, type, decorators, accessibility, optional)."""
    found: list[Expr] = []
    for child in node.named_children if node is not None else ():
        if child.type in ("required_parameter", "optional_parameter"):
            value = child.child_by_field_name("value")
            access = next(
                (conv.text(c) for c in child.children if c.type in ("accessibility_modifier", "readonly")), ""
            )
            found.append(
                (
                    pattern(conv, child.child_by_field_name("pattern")),
                    conv.expr(value) if value is not None else None,
                    conv.type_text(child.child_by_field_name("type")),
                    decorators(conv, child.children_by_field_name("decorator")),
                    access,
                    child.type == "optional_parameter",
                )
            )
        elif child.type not in NOTHING:
            target, default = _defaulted(conv, child)
            found.append((target, default, "", (), "", False))
    return tuple(found)


def _defaulted(conv: Conversion, node: Node) -> tuple[Expr, Expr | None]:
    if node.type in ("assignment_pattern", "object_assignment_pattern"):
        return pattern(conv, node.child_by_field_name("left")), conv.expr(node.child_by_field_name("right"))
    return pattern(conv, node), None


def pattern(conv: Conversion, node: Node | None) -> Expr:
    """What a value is bound to: a name or a destructuring."""
    if node is None or conv.depth > 100:
        return UNKNOWN
    if node.type in ("identifier", "shorthand_property_identifier_pattern", "this"):
        return ("id", conv.text(node))
    conv.depth += 1
    try:
        return _structured(conv, node)
    finally:
        conv.depth -= 1


def _structured(conv: Conversion, node: Node) -> Expr:
    if node.type == "object_pattern":
        return ("opat", tuple(_property(conv, child) for child in node.named_children if child.type not in NOTHING))
    if node.type == "array_pattern":
        items: list[Expr | None] = []
        gap = True
        for child in node.children:
            if child.type == ",":
                if gap:
                    items.append(None)
                gap = True
            elif child.is_named and child.type not in NOTHING:
                items.append(_defaulted(conv, child)[0])
                gap = False
        return ("apat", tuple(items))
    if node.type == "rest_pattern":
        return ("rest", pattern(conv, node.named_children[0] if node.named_children else None))
    return conv.expr(node)


def _property(conv: Conversion, node: Node) -> Expr:
    if node.type == "pair_pattern":
        from hivemind_facts.languages.javascript.expressions import key

        value = node.child_by_field_name("value")
        target, default = _defaulted(conv, value) if value is not None else (UNKNOWN, None)
        return (target, key(conv, node.child_by_field_name("key")), default)
    if node.type == "rest_pattern":
        return (pattern(conv, node.named_children[0] if node.named_children else None), None, None)
    target, default = _defaulted(conv, node)
    return (target, target[1] if target[0] == "id" else "", default)


def decorators(conv: Conversion, nodes: list[Node]) -> Expr:
    """Decorators as expressions, with their lines."""
    return tuple((conv.line(node), conv.expr(node.named_children[0])) for node in nodes if node.named_children)


def class_(conv: Conversion, node: Node, outer: list[Node] | None = None) -> Expr:
    """A class: ('cls', line, name, base, decorators, members, base type arguments)."""
    body = node.child_by_field_name("body")
    found = decorators(conv, [*(outer or ()), *node.children_by_field_name("decorator")])
    base, types = _base(conv, node)
    members: list[Expr] = []
    pending: list[Node] = []
    for child in body.named_children if body is not None else ():
        if child.type == "decorator":
            pending.append(child)
        else:
            member = _member(conv, child, pending)
            if member is not None:
                members.append(member)
            if child.type not in NOTHING:
                pending = []
    return ("cls", conv.line(node), conv.text(node.child_by_field_name("name")), base, found, tuple(members), types)


def _base(conv: Conversion, node: Node) -> tuple[Expr | None, str]:
    heritage = next((child for child in node.children if child.type == "class_heritage"), None)
    if heritage is None or not heritage.named_children:
        return None, ""
    first = heritage.named_children[0]
    if first.type != "extends_clause":
        return (None, "") if first.type == "implements_clause" else (conv.expr(first), "")
    return conv.expr(first.child_by_field_name("value")), conv.type_text(first.child_by_field_name("type_arguments"))


def _member(conv: Conversion, node: Node, pending: list[Node]) -> Expr | None:
    from hivemind_facts.languages.javascript.expressions import key

    words = {child.type for child in node.children if not child.is_named}
    static = "static" in words
    found = decorators(conv, [*pending, *node.children_by_field_name("decorator")])
    if node.type == "method_definition":
        kind = "get" if "get" in words else "set" if "set" in words else "method"
        name = key(conv, node.child_by_field_name("name"))
        return (kind, conv.line(node), name, static, found, function(conv, node), "", False)
    if node.type in ("field_definition", "public_field_definition"):
        name = key(conv, node.child_by_field_name("property") or node.child_by_field_name("name"))
        value = node.child_by_field_name("value")
        kept = conv.expr(value) if value is not None else None
        typed = conv.type_text(node.child_by_field_name("type"))
        return ("field", conv.line(node), name, static, found, kept, typed, "?" in words)
    if node.type == "class_static_block":
        made = ("fn", conv.line(node), "", (), conv.body(node.child_by_field_name("body")), "", "", 0)
        return ("static", conv.line(node), "", True, (), made, "", False)
    return None


for _kind in ("function_expression", "arrow_function", "generator_function", "function", "method_definition"):
    EXPRESSIONS[_kind] = function
for _kind in ("class", "class_declaration", "abstract_class_declaration"):
    EXPRESSIONS[_kind] = class_
