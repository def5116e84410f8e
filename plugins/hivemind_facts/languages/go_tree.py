"""Go syntax as plain tuples: what an abstract run of a program needs, and no more.

Expressions: `("s", text)`, `("n", literal)`, `("id", name)`, `(".", operand, field)`,
`("call", function, [arguments], line, spread)`, `("lit", type, [(key or None, value)], line)`,
`("fn", [(name, type)], [result types], [statements], line)`, `("bin", operator, left, right)`, `("un", operator, x)`,
`("ix", operand, index)`, `("as", operand, type)`, `("ty", text)`; None for what is not followed.

Statements: `("=", [left], [right], line, operator)`, `("var", [names], type, [values], line)`, `("x", expression)`,
`("ret", [expressions], line)`, `("if", [statements before], condition, [then], [else], line)`,
`("for", [names], ranged or None, [body], line)`, `("switch", subject, [([values], [body])], line)`, `("do", [body])`,
`("jump", word)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from hivemind_facts.languages.treesitter import line, text

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 90
"""Deeper nesting is not followed: no program that a person wrote goes there."""

Expression: TypeAlias = Any
Statement: TypeAlias = tuple[Any, ...]

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
_TYPES = frozenset(
    (
        *("type_identifier", "pointer_type", "slice_type", "array_type", "map_type", "struct_type", "interface_type"),
        *("function_type", "channel_type", "generic_type", "qualified_type"),
    )
)


def string(node: Node) -> str:
    """The value of a string literal."""
    raw = text(node)
    if raw[:1] == "`":
        return raw[1:-1] if len(raw) > 1 else ""
    body = raw[1:-1] if len(raw) > 1 else ""
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


def named(node: Node | None) -> list[Node]:
    """The named children without comments."""
    return [] if node is None else [child for child in node.named_children if child.type != "comment"]


def parameters(node: Node | None) -> list[tuple[str, str]]:
    """(name, type) of a parameter list; '' where a parameter has no name."""
    found: list[tuple[str, str]] = []
    for child in named(node):
        kind = text(child.child_by_field_name("type"))
        if child.type == "variadic_parameter_declaration":
            kind = "..." + kind
        names = [text(name) for name in child.children_by_field_name("name")]
        found += [(name, kind) for name in names or [""]]
    return found


def results(node: Node | None) -> list[str]:
    """The types of a function's results."""
    if node is None:
        return []
    return [kind for _, kind in parameters(node)] if node.type == "parameter_list" else [text(node)]


def expression(node: Node | None, depth: int = 0) -> Expression:
    """The tuple of an expression."""
    if node is None or depth > MAX_DEPTH:
        return None
    maker = _EXPRESSIONS.get(node.type)
    if maker is not None:
        return maker(node, depth + 1)
    return ("ty", text(node)) if node.type in _TYPES else None


def expressions(node: Node | None, depth: int) -> list[Expression]:
    """The tuples of an expression list."""
    return [expression(child, depth) for child in named(node)]


def _call(node: Node, depth: int) -> Expression:
    function = node.child_by_field_name("function")
    arguments, spread = [], False
    for child in named(node.child_by_field_name("arguments")):
        if child.type == "variadic_argument":
            spread = True
            child = named(child)[0] if named(child) else child
        arguments.append(expression(child, depth))
    place = function.child_by_field_name("field") if function is not None else None
    return ("call", expression(function, depth), arguments, line(place or node), spread)


def _literal(node: Node, depth: int, kind: str | None = None) -> Expression:
    if kind is None:
        kind = text(node.child_by_field_name("type"))
    body = node.child_by_field_name("body") or node
    inner = kind[kind.rfind("]") + 1 :] if kind.startswith(("[", "map[")) else ""
    pairs: list[tuple[Expression, Expression]] = []
    for child in named(body):
        if child.type == "keyed_element":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            pairs.append((_element(key, depth, ""), _element(value, depth, inner)))
        elif child.type == "literal_element":
            pairs.append((None, _element(child, depth, inner)))
    return ("lit", kind, pairs, line(node))


def _element(node: Node | None, depth: int, kind: str) -> Expression:
    inside = named(node)
    if not inside or depth > MAX_DEPTH:
        return None
    return _literal(inside[0], depth + 1, kind) if inside[0].type == "literal_value" else expression(inside[0], depth)


def function(node: Node, depth: int) -> Expression:
    """The tuple of a function literal."""
    return (
        "fn",
        parameters(node.child_by_field_name("parameters")),
        results(node.child_by_field_name("result")),
        block(node.child_by_field_name("body"), depth),
        line(node),
    )


def _binary(node: Node, depth: int) -> Expression:
    operator = text(node.child_by_field_name("operator"))
    return (
        "bin",
        operator,
        expression(node.child_by_field_name("left"), depth),
        expression(node.child_by_field_name("right"), depth),
    )


def _unary(node: Node, depth: int) -> Expression:
    return (
        "un",
        text(node.child_by_field_name("operator")),
        expression(node.child_by_field_name("operand"), depth),
    )


def _first(node: Node, depth: int) -> Expression:
    inside = named(node)
    return expression(inside[0], depth) if inside else None


_EXPRESSIONS: dict[str, Any] = {
    "interpreted_string_literal": lambda node, _: ("s", string(node)),
    "raw_string_literal": lambda node, _: ("s", string(node)),
    "int_literal": lambda node, _: ("n", text(node)),
    "float_literal": lambda node, _: ("n", text(node)),
    "rune_literal": lambda node, _: ("n", text(node)),
    "true": lambda *_: ("id", "true"),
    "false": lambda *_: ("id", "false"),
    "nil": lambda *_: ("id", "nil"),
    "iota": lambda *_: ("id", "iota"),
    "identifier": lambda node, _: ("id", text(node)),
    "selector_expression": lambda node, depth: (
        ".",
        expression(node.child_by_field_name("operand"), depth),
        text(node.child_by_field_name("field")),
    ),
    "call_expression": _call,
    "composite_literal": _literal,
    "func_literal": function,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "parenthesized_expression": _first,
    "index_expression": lambda node, depth: (
        "ix",
        expression(node.child_by_field_name("operand"), depth),
        expression(node.child_by_field_name("index"), depth),
    ),
    "slice_expression": lambda node, depth: (
        "ix",
        expression(node.child_by_field_name("operand"), depth),
        None,
    ),
    "type_assertion_expression": lambda node, depth: (
        "as",
        expression(node.child_by_field_name("operand"), depth),
        text(node.child_by_field_name("type")),
    ),
    "type_conversion_expression": lambda node, depth: expression(node.child_by_field_name("operand"), depth),
    "type_instantiation_expression": _first,
}


def block(node: Node | None, depth: int = 0) -> list[Statement]:
    """The tuples of a block's statements."""
    out: list[Statement] = []
    if node is None or depth > MAX_DEPTH:
        return out
    for child in named(node):
        if child.type == "statement_list":
            out += block(child, depth)
        else:
            out += statement(child, depth + 1)
    return out


def statement(node: Node, depth: int) -> list[Statement]:
    """The tuples of one statement; a declaration may make several, what is not followed none."""
    maker = _STATEMENTS.get(node.type)
    if maker is not None and depth <= MAX_DEPTH:
        made: list[Statement] = maker(node, depth)
        return made
    return []


def _assign(node: Node, depth: int) -> list[Statement]:
    left = expressions(node.child_by_field_name("left"), depth)
    right = expressions(node.child_by_field_name("right"), depth)
    operator = ":=" if node.type == "short_var_declaration" else text(node.child_by_field_name("operator"))
    return [("=", left, right, line(node), operator)]


def specs(node: Node, depth: int) -> list[Statement]:
    """The tuples of a var or const declaration."""
    out: list[Statement] = []
    stack = list(reversed(named(node)))
    while stack:
        child = stack.pop()
        if child.type == "var_spec_list":
            stack += reversed(named(child))
        elif child.type in ("var_spec", "const_spec"):
            names = [text(name) for name in child.children_by_field_name("name") if name.type == "identifier"]
            values = expressions(child.child_by_field_name("value"), depth)
            out.append(("var", names, text(child.child_by_field_name("type")), values, line(child)))
    return out


def _if(node: Node, depth: int) -> list[Statement]:
    before = node.child_by_field_name("initializer")
    alternative = node.child_by_field_name("alternative")
    otherwise: list[Statement] = []
    if alternative is not None:
        otherwise = (
            statement(alternative, depth + 1) if alternative.type == "if_statement" else block(alternative, depth)
        )
    return [
        (
            "if",
            statement(before, depth) if before is not None else [],
            expression(node.child_by_field_name("condition"), depth),
            block(node.child_by_field_name("consequence"), depth),
            otherwise,
            line(node),
        )
    ]


def _for(node: Node, depth: int) -> list[Statement]:
    names: list[str] = []
    ranged: Expression = None
    for child in named(node):
        if child.type == "range_clause":
            names = [text(name) for name in named(child.child_by_field_name("left"))]
            ranged = expression(child.child_by_field_name("right"), depth)
    return [("for", names, ranged, block(node.child_by_field_name("body"), depth), line(node))]


def _switch(node: Node, depth: int) -> list[Statement]:
    cases: list[tuple[list[Expression], list[Statement]]] = []
    for child in named(node):
        if child.type in ("expression_case", "type_case", "default_case", "communication_case"):
            values = expressions(child.child_by_field_name("value"), depth) if child.type == "expression_case" else []
            body: list[Statement] = []
            for inner in named(child):
                body += block(inner, depth) if inner.type == "statement_list" else statement(inner, depth + 1)
            cases.append((values, body))
    before = node.child_by_field_name("initializer")
    subject = (
        expression(node.child_by_field_name("value"), depth) if node.type == "expression_switch_statement" else None
    )
    made: list[Statement] = [("switch", subject, cases, line(node))]
    return (statement(before, depth) if before is not None else []) + made


def _return(node: Node, depth: int) -> list[Statement]:
    inside = named(node)
    return [("ret", expressions(inside[0], depth) if inside else [], line(node))]


def _run(node: Node, depth: int) -> list[Statement]:
    inside = named(node)
    return [("x", expression(inside[-1], depth))] if inside else []


_STATEMENTS: dict[str, Any] = {
    "short_var_declaration": _assign,
    "assignment_statement": _assign,
    "var_declaration": specs,
    "const_declaration": specs,
    "expression_statement": _run,
    "go_statement": _run,
    "defer_statement": _run,
    "return_statement": _return,
    "if_statement": _if,
    "for_statement": _for,
    "expression_switch_statement": _switch,
    "type_switch_statement": _switch,
    "select_statement": _switch,
    "block": lambda node, depth: [("do", block(node, depth))],
    "labeled_statement": lambda node, depth: statement(named(node)[-1], depth + 1) if named(node) else [],
    "break_statement": lambda *_: [("jump", "break")],
    "continue_statement": lambda *_: [("jump", "continue")],
}
