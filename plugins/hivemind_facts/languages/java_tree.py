"""Java syntax as plain tuples, in the form that `hivemind_facts.languages.go_tree` documents, with a few more.

More expressions: `("new", type, [arguments], line)`, `("arr", [values])`, `("ref", text)` for a method reference,
`("?", condition, one, other)`; a class literal is `("ty", name)`, a lambda `("fn", [(name, type)], [], body, line)`.
One more statement: `("throw", expression, line)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hivemind_facts.languages.go_tree import MAX_DEPTH, Expression, Statement, named
from hivemind_facts.languages.treesitter import line, text

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "0": "\0"}


def string(node: Node) -> str:
    """The value of a string literal or text block."""
    raw = text(node)
    block = raw.startswith('"""')
    body = raw[3:-3] if block else raw[1:-1]
    if block:
        body = body[1:] if body.startswith("\n") else body
    if "\\" not in body:
        return body
    out, index = [], 0
    while index < len(body):
        if body[index] == "\\" and index + 1 < len(body):
            out.append(_ESCAPES.get(body[index + 1], body[index + 1]))
            index += 2
        else:
            out.append(body[index])
            index += 1
    return "".join(out)


def expression(node: Node | None, depth: int = 0) -> Expression:
    """The tuple of an expression."""
    if node is None or depth > MAX_DEPTH:
        return None
    maker = _EXPRESSIONS.get(node.type)
    return maker(node, depth + 1) if maker is not None else None


def arguments(node: Node | None, depth: int) -> list[Expression]:
    """The tuples of an argument list."""
    return [expression(child, depth) for child in named(node)]


def named_here(node: Node | None) -> list[Node]:
    """The named children without comments of either kind."""
    return [] if node is None else [child for child in node.named_children if not child.type.endswith("comment")]


def _call(node: Node, depth: int) -> Expression:
    target, name = node.child_by_field_name("object"), node.child_by_field_name("name")
    function = (".", expression(target, depth), text(name)) if target is not None else ("id", text(name))
    at = line(name) if name is not None else line(node)
    return ("call", function, arguments(node.child_by_field_name("arguments"), depth), at, False)


def _lambda(node: Node, depth: int) -> Expression:
    given = node.child_by_field_name("parameters")
    names: list[tuple[str, str]] = []
    if given is not None and given.type == "identifier":
        names = [(text(given), "")]
    else:
        for child in named_here(given):
            name = child.child_by_field_name("name")
            names.append((text(name or child), text(child.child_by_field_name("type"))))
    body = node.child_by_field_name("body")
    statements = block(body, depth) if body is not None and body.type == "block" else []
    if body is not None and body.type != "block":
        statements = [("ret", [expression(body, depth)], line(body))]
    return ("fn", names, [], statements, line(node))


def _new(node: Node, depth: int) -> Expression:
    given = arguments(node.child_by_field_name("arguments"), depth)
    return ("new", text(node.child_by_field_name("type")), given, line(node))


def _array(node: Node, depth: int) -> Expression:
    values = node.child_by_field_name("value") if node.type == "array_creation_expression" else node
    return ("arr", arguments(values, depth))


def _binary(node: Node, depth: int) -> Expression:
    operator = text(node.child_by_field_name("operator"))
    left = expression(node.child_by_field_name("left"), depth)
    return ("bin", operator, left, expression(node.child_by_field_name("right"), depth))


def _first(node: Node, depth: int) -> Expression:
    inside = named_here(node)
    return expression(inside[0], depth) if inside else None


def _field(node: Node, depth: int) -> Expression:
    return (".", expression(node.child_by_field_name("object"), depth), text(node.child_by_field_name("field")))


def _assignment(node: Node, depth: int) -> Expression:
    return expression(node.child_by_field_name("right"), depth)


_EXPRESSIONS: dict[str, Any] = {
    "string_literal": lambda node, _: ("s", string(node)),
    "character_literal": lambda node, _: ("s", text(node)[1:-1]),
    "decimal_integer_literal": lambda node, _: ("n", text(node).rstrip("lL").replace("_", "")),
    "decimal_floating_point_literal": lambda node, _: ("n", text(node)),
    "hex_integer_literal": lambda node, _: ("n", text(node)),
    "true": lambda *_: ("id", "true"),
    "false": lambda *_: ("id", "false"),
    "null_literal": lambda *_: ("id", "null"),
    "this": lambda *_: ("id", "this"),
    "super": lambda *_: ("id", "super"),
    "identifier": lambda node, _: ("id", text(node)),
    "type_identifier": lambda node, _: ("ty", text(node)),
    "field_access": _field,
    "scoped_identifier": lambda node, _: ("id", text(node)),
    "method_invocation": _call,
    "object_creation_expression": _new,
    "array_creation_expression": _array,
    "array_initializer": _array,
    "element_value_array_initializer": _array,
    "lambda_expression": _lambda,
    "method_reference": lambda node, _: ("ref", text(node)),
    "class_literal": lambda node, _: ("ty", text(named_here(node)[0]) if named_here(node) else ""),
    "binary_expression": _binary,
    "unary_expression": lambda node, depth: (
        "un",
        text(node.child_by_field_name("operator")),
        expression(node.child_by_field_name("operand"), depth),
    ),
    "parenthesized_expression": _first,
    "assignment_expression": _assignment,
    "ternary_expression": lambda node, depth: (
        "?",
        expression(node.child_by_field_name("condition"), depth),
        expression(node.child_by_field_name("consequence"), depth),
        expression(node.child_by_field_name("alternative"), depth),
    ),
    "cast_expression": lambda node, depth: expression(node.child_by_field_name("value"), depth),
    "array_access": lambda node, depth: (
        "ix",
        expression(node.child_by_field_name("array"), depth),
        expression(node.child_by_field_name("index"), depth),
    ),
    "annotation": lambda node, depth: annotation(node, depth),
    "marker_annotation": lambda node, depth: annotation(node, depth),
}


def annotation(node: Node, depth: int = 0) -> tuple[str, dict[str, Expression], int]:
    """(name, values, line) of an annotation; a lone value is `value`."""
    values: dict[str, Expression] = {}
    for child in named_here(node.child_by_field_name("arguments")):
        if child.type == "element_value_pair":
            values[text(child.child_by_field_name("key"))] = expression(child.child_by_field_name("value"), depth)
        else:
            values["value"] = expression(child, depth)
    return (text(node.child_by_field_name("name")), values, line(node))


def block(node: Node | None, depth: int = 0) -> list[Statement]:
    """The tuples of a block's statements, or of a lone statement."""
    if node is None or depth > MAX_DEPTH:
        return []
    if node.type not in ("block", "constructor_body", "switch_block_statement_group"):
        return statement(node, depth)
    out: list[Statement] = []
    for child in named_here(node):
        out += statement(child, depth + 1)
    return out


def statement(node: Node, depth: int) -> list[Statement]:
    """The tuples of one statement; what is not followed makes none."""
    maker = _STATEMENTS.get(node.type)
    if maker is None or depth > MAX_DEPTH:
        return []
    made: list[Statement] = maker(node, depth)
    return made


def _expression_statement(node: Node, depth: int) -> list[Statement]:
    inside = named_here(node)
    if inside and inside[0].type == "assignment_expression":
        left = expression(inside[0].child_by_field_name("left"), depth)
        right = expression(inside[0].child_by_field_name("right"), depth)
        operator = text(inside[0].child_by_field_name("operator"))
        return [("=", [left], [right], line(inside[0]), operator)]
    return [("x", expression(inside[0], depth))] if inside else []


def _local(node: Node, depth: int) -> list[Statement]:
    kind = text(node.child_by_field_name("type"))
    out: list[Statement] = []
    for declarator in node.children_by_field_name("declarator"):
        value = declarator.child_by_field_name("value")
        values = [expression(value, depth)] if value is not None else []
        out.append(("var", [text(declarator.child_by_field_name("name"))], kind, values, line(declarator)))
    return out


def _if(node: Node, depth: int) -> list[Statement]:
    condition = expression(node.child_by_field_name("condition"), depth)
    then = block(node.child_by_field_name("consequence"), depth)
    return [("if", [], condition, then, block(node.child_by_field_name("alternative"), depth), line(node))]


def _for(node: Node, depth: int) -> list[Statement]:
    names: list[str] = []
    ranged: Expression = None
    if node.type == "enhanced_for_statement":
        names = [text(node.child_by_field_name("name"))]
        ranged = expression(node.child_by_field_name("value"), depth)
    return [("for", names, ranged, block(node.child_by_field_name("body"), depth), line(node))]


def _switch(node: Node, depth: int) -> list[Statement]:
    cases: list[tuple[list[Expression], list[Statement]]] = []
    for child in named_here(node.child_by_field_name("body")):
        labels: list[Expression] = []
        body: list[Statement] = []
        for inner in named_here(child):
            if inner.type == "switch_label":
                labels += arguments(inner, depth)
            else:
                body += block(inner, depth + 1)
        cases.append((labels, body))
    return [("switch", expression(node.child_by_field_name("condition"), depth), cases, line(node))]


def _try(node: Node, depth: int) -> list[Statement]:
    out: list[Statement] = []
    for resource in named_here(node.child_by_field_name("resources")):
        value = resource.child_by_field_name("value")
        name = text(resource.child_by_field_name("name"))
        kind = text(resource.child_by_field_name("type"))
        out.append(("var", [name], kind, [expression(value, depth)], line(resource)))
    out.append(("do", block(node.child_by_field_name("body"), depth)))
    for child in named_here(node):
        if child.type in ("catch_clause", "finally_clause"):
            inner = child.child_by_field_name("body") or (named_here(child)[-1] if named_here(child) else None)
            out.append(("do", block(inner, depth)))
    return out


def _return(node: Node, depth: int) -> list[Statement]:
    return [("ret", arguments(node, depth), line(node))]


def _throw(node: Node, depth: int) -> list[Statement]:
    return [("throw", _first(node, depth), line(node))]


_STATEMENTS: dict[str, Any] = {
    "expression_statement": _expression_statement,
    "explicit_constructor_invocation": lambda node, depth: [
        ("x", ("call", ("id", "super"), arguments(node.child_by_field_name("arguments"), depth), line(node), False))
    ],
    "local_variable_declaration": _local,
    "return_statement": _return,
    "yield_statement": _return,
    "throw_statement": _throw,
    "if_statement": _if,
    "for_statement": _for,
    "enhanced_for_statement": _for,
    "while_statement": _for,
    "do_statement": _for,
    "switch_expression": _switch,
    "switch_statement": _switch,
    "try_statement": _try,
    "try_with_resources_statement": _try,
    "block": lambda node, depth: [("do", block(node, depth))],
    "synchronized_statement": lambda node, depth: [("do", block(node.child_by_field_name("body"), depth))],
    "labeled_statement": lambda node, depth: statement(named_here(node)[-1], depth + 1) if named_here(node) else [],
    "break_statement": lambda *_: [("jump", "break")],
    "continue_statement": lambda *_: [("jump", "continue")],
}
