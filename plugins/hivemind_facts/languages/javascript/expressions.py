"""Expressions as tuples; the forms are listed in the package's docstring."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hivemind_facts.languages.javascript.conversion import EXPRESSIONS, MAX_STRING, NOTHING, UNKNOWN, Conversion, Expr
from hivemind_facts.languages.javascript.functions import function

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|[\s\S])")
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}


def unescape(text: str) -> str:
    """Resolve the escapes of a JavaScript string."""

    def one(match: re.Match[str]) -> str:
        body = match.group(1)
        if body[0] in "ux" and len(body) > 1:
            code = int(body[1:].strip("{}"), 16)
            return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"
        return _SIMPLE.get(body, body)

    return _ESCAPE.sub(one, text) if "\\" in text else text


def _string(conv: Conversion, node: Node) -> Expr:
    return ("str", unescape(conv.text(node)[1:-1])[:MAX_STRING])


def _template(conv: Conversion, node: Node) -> Expr:
    parts: list[Expr] = []
    at = node.start_byte + 1
    for child in node.named_children:
        if child.type == "template_substitution":
            parts.append(_slice(conv, at, child.start_byte))
            inner = child.named_children
            parts.append(conv.expr(inner[0]) if inner else UNKNOWN)
            at = child.end_byte
    parts.append(_slice(conv, at, max(at, node.end_byte - 1)))
    kept = tuple(part for part in parts if part != ("str", ""))
    if len(kept) < 2 and all(part[0] == "str" for part in kept):
        return kept[0] if kept else ("str", "")
    return ("tpl", kept)


def _slice(conv: Conversion, start: int, end: int) -> Expr:
    return ("str", unescape(conv.data[start:end].decode(errors="replace"))[:MAX_STRING])


def arguments(conv: Conversion, node: Node | None) -> Expr:
    """The arguments of a call."""
    if node is None:
        return ()
    return tuple(conv.expr(child) for child in node.named_children if child.type not in NOTHING)


def _call(conv: Conversion, node: Node) -> Expr:
    callee = node.child_by_field_name("function")
    given = node.child_by_field_name("arguments")
    target = ("id", "import") if callee is not None and callee.type == "import" else conv.expr(callee)
    if given is not None and given.type == "template_string":
        return ("tag", conv.line(node), target, conv.expr(given))
    where = callee.end_point[0] + 1 if callee is not None else conv.line(node)
    types = node.child_by_field_name("type_arguments")
    call = ("call", where, target, arguments(conv, given))
    return (*call, conv.type_text(types).strip("<>")) if types is not None else call


def _new(conv: Conversion, node: Node) -> Expr:
    target = conv.expr(node.child_by_field_name("constructor"))
    return ("new", conv.line(node), target, arguments(conv, node.child_by_field_name("arguments")))


def _member(conv: Conversion, node: Node) -> Expr:
    return ("mem", conv.expr(node.child_by_field_name("object")), conv.text(node.child_by_field_name("property")))


def _subscript(conv: Conversion, node: Node) -> Expr:
    target, index = conv.expr(node.child_by_field_name("object")), conv.expr(node.child_by_field_name("index"))
    return ("mem", target, index[1]) if index[0] == "str" else ("sub", target, index)


def key(conv: Conversion, node: Node | None) -> str | Expr:
    """A property's name; an expression where it is computed."""
    if node is None:
        return ""
    if node.type == "string":
        return unescape(conv.text(node)[1:-1])
    if node.type == "computed_property_name":
        inner = conv.expr(node.named_children[0]) if node.named_children else UNKNOWN
        return str(inner[1]) if inner[0] == "str" else inner
    return conv.text(node)


def _object(conv: Conversion, node: Node) -> Expr:
    props: list[Expr] = []
    for child in node.named_children:
        line = conv.line(child)
        if child.type == "pair":
            value = conv.expr(child.child_by_field_name("value"))
            props.append((line, key(conv, child.child_by_field_name("key")), value))
        elif child.type in ("shorthand_property_identifier", "shorthand_property_identifier_pattern"):
            name = conv.text(child)
            props.append((line, name, ("id", name)))
        elif child.type == "spread_element":
            props.append((line, None, conv.expr(child.named_children[0] if child.named_children else None)))
        elif child.type == "method_definition":
            getter = any(each.type == "get" for each in child.children)
            made = function(conv, child, "g" if getter else "")
            props.append((line, key(conv, child.child_by_field_name("name")), ("getter", made) if getter else made))
    return ("obj", conv.line(node), tuple(props))


def _array(conv: Conversion, node: Node) -> Expr:
    return ("arr", tuple(conv.expr(child) for child in node.named_children if child.type not in NOTHING))


def _spread(conv: Conversion, node: Node) -> Expr:
    return ("spread", conv.expr(node.named_children[0] if node.named_children else None))


def _binary(conv: Conversion, node: Node) -> Expr:
    operator = conv.text(node.child_by_field_name("operator"))
    if operator == "+":
        return _sum(conv, node)
    left, right = conv.expr(node.child_by_field_name("left")), conv.expr(node.child_by_field_name("right"))
    return ("bin", operator, left, right)


def _sum(conv: Conversion, node: Node) -> Expr:
    # a long concatenation leans left: walk it without recursion
    operands: list[Expr] = []
    here: Node | None = node
    while here is not None and here.type == "binary_expression":
        if conv.text(here.child_by_field_name("operator")) != "+":
            break
        operands.append(conv.expr(here.child_by_field_name("right")))
        here = here.child_by_field_name("left")
    operands.append(conv.expr(here))
    return ("sum", tuple(reversed(operands)))


def _unary(conv: Conversion, node: Node) -> Expr:
    return ("un", conv.text(node.child_by_field_name("operator")), conv.expr(node.child_by_field_name("argument")))


def _ternary(conv: Conversion, node: Node) -> Expr:
    fields = ("condition", "consequence", "alternative")
    return ("cond", *(conv.expr(node.child_by_field_name(field)) for field in fields))


def _assign(conv: Conversion, node: Node) -> Expr:
    operator = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    return ("asg", conv.line(node), conv.expr(left), conv.expr(right), conv.text(operator) or "=")


def _inner(conv: Conversion, node: Node) -> Expr:
    kept = [child for child in node.named_children if child.type not in NOTHING]
    return conv.expr(kept[0]) if kept else UNKNOWN


def _await(conv: Conversion, node: Node) -> Expr:
    return ("await", _inner(conv, node))


def _cast(conv: Conversion, node: Node) -> Expr:
    # `<T>value` has its type first, `value as T` last
    kept = [child for child in node.named_children if child.type not in NOTHING]
    return conv.expr(kept[-1] if node.type == "type_assertion" and kept else (kept[0] if kept else None))


def _jsx(conv: Conversion, node: Node) -> Expr:
    opening = node.child_by_field_name("open_tag") or node
    name = conv.text(opening.child_by_field_name("name"))
    attributes: list[Expr] = []
    for child in opening.named_children:
        if child.type == "jsx_attribute" and child.named_children:
            value = child.named_children[1] if len(child.named_children) > 1 else None
            attributes.append((conv.line(child), conv.text(child.named_children[0]), conv.expr(value)))
        elif child.type == "jsx_expression":
            attributes.append((conv.line(child), None, conv.expr(child)))
    kinds = ("jsx_element", "jsx_self_closing_element", "jsx_expression", "jsx_fragment")
    inside = tuple(conv.expr(child) for child in node.named_children if child.type in kinds)
    return ("jsx", name, conv.line(node), tuple(attributes), inside)


def _literal(_conv: Conversion, node: Node) -> Expr:
    return ("lit", node.type)


def _number(conv: Conversion, node: Node) -> Expr:
    return ("num", conv.text(node))


def _identifier(conv: Conversion, node: Node) -> Expr:
    return ("id", conv.text(node))


def _regex(conv: Conversion, node: Node) -> Expr:
    return ("re", conv.text(node.child_by_field_name("pattern"))[:500])


EXPRESSIONS.update(
    {
        "string": _string,
        "template_string": _template,
        "call_expression": _call,
        "new_expression": _new,
        "member_expression": _member,
        "subscript_expression": _subscript,
        "object": _object,
        "array": _array,
        "spread_element": _spread,
        "binary_expression": _binary,
        "unary_expression": _unary,
        "ternary_expression": _ternary,
        "assignment_expression": _assign,
        "augmented_assignment_expression": _assign,
        "parenthesized_expression": _inner,
        "instantiation_expression": _inner,
        "await_expression": _await,
        "as_expression": _cast,
        "satisfies_expression": _cast,
        "non_null_expression": _cast,
        "type_assertion": _cast,
        "jsx_element": _jsx,
        "jsx_self_closing_element": _jsx,
        "jsx_expression": _inner,
        "jsx_text": lambda _conv, _node: UNKNOWN,
        "number": _number,
        "identifier": _identifier,
        "property_identifier": _identifier,
        "shorthand_property_identifier": _identifier,
        "undefined": _literal,
        "null": _literal,
        "true": _literal,
        "false": _literal,
        "this": lambda _conv, _node: ("id", "this"),
        "super": lambda _conv, _node: ("id", "super"),
        "regex": _regex,
    }
)
