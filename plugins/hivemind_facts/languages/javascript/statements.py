"""Statements as tuples; the forms are listed in the package's docstring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind_facts.languages.javascript.conversion import NOTHING, STATEMENTS, Conversion, Expr
from hivemind_facts.languages.javascript.expressions import key, unescape
from hivemind_facts.languages.javascript.functions import class_, function, pattern

if TYPE_CHECKING:
    from tree_sitter import Node


MAX_CHAIN = 40
"""Longer chains of else-if are kept side by side instead of one in the other."""


def _variables(conv: Conversion, node: Node, out: list[Expr]) -> None:
    for child in node.named_children:
        if child.type == "variable_declarator":
            value = child.child_by_field_name("value")
            target = pattern(conv, child.child_by_field_name("name"))
            typed = conv.type_text(child.child_by_field_name("type"))
            out.append(("var", conv.line(child), target, conv.expr(value) if value is not None else None, typed))


def _expression(conv: Conversion, node: Node, out: list[Expr]) -> None:
    for child in node.named_children:
        if child.type not in NOTHING:
            made = conv.expr(child)
            # a chained call starts where its statement does, but is at the line of its last link
            out.append(("expr", conv.line(child), made))


def _return(conv: Conversion, node: Node, out: list[Expr]) -> None:
    kept = [child for child in node.named_children if child.type not in NOTHING]
    kind = "throw" if node.type == "throw_statement" else "ret"
    out.append((kind, conv.line(node), conv.expr(kept[0]) if kept else ("lit", "undefined")))


def _if(conv: Conversion, node: Node, out: list[Expr]) -> None:
    # else-if chains are walked without recursion
    chain: list[tuple[int, Expr, Expr]] = []
    last: Expr = ()
    here: Node | None = node
    while here is not None:
        test = conv.expr(here.child_by_field_name("condition"))
        chain.append((conv.line(here), test, conv.body(here.child_by_field_name("consequence"))))
        alternative = here.child_by_field_name("alternative")
        inner = next((c for c in alternative.named_children if c.type not in NOTHING), None) if alternative else None
        if inner is not None and inner.type == "if_statement":
            here = inner
            continue
        here = None
        last = conv.body(inner)
    if len(chain) > MAX_CHAIN:
        out.extend(("if", line, test, then, ()) for line, test, then in chain)
        out.extend(last)
        return
    for line, test, then in reversed(chain):
        last = (("if", line, test, then, last),)
    out.extend(last)


def _for_in(conv: Conversion, node: Node, out: list[Expr]) -> None:
    left = node.child_by_field_name("left")
    kind = conv.text(node.child_by_field_name("operator")) or "of"
    over = conv.expr(node.child_by_field_name("right"))
    body = conv.body(node.child_by_field_name("body"))
    out.append(("loop", conv.line(node), kind, pattern(conv, left), over, body))


def _loop(conv: Conversion, node: Node, out: list[Expr]) -> None:
    start = node.child_by_field_name("initializer")
    if start is not None:
        conv.statement(start, out)
    test = node.child_by_field_name("condition")
    over = conv.expr(test) if test is not None else ("lit", "true")
    out.append(("loop", conv.line(node), "while", None, over, conv.body(node.child_by_field_name("body"))))


def _try(conv: Conversion, node: Node, out: list[Expr]) -> None:
    handler = node.child_by_field_name("handler")
    caught = conv.body(handler.child_by_field_name("body")) if handler is not None else ()
    final = node.child_by_field_name("finalizer")
    last = conv.body(final.child_by_field_name("body")) if final is not None else ()
    out.append(("try", conv.line(node), conv.body(node.child_by_field_name("body")), caught, last))


def _switch(conv: Conversion, node: Node, out: list[Expr]) -> None:
    value = conv.expr(node.child_by_field_name("value"))
    cases: list[Expr] = []
    body = node.child_by_field_name("body")
    for case in body.named_children if body is not None else ():
        test = case.child_by_field_name("value")
        kept = conv.statements(case.children_by_field_name("body"))
        cases.append((conv.expr(test) if test is not None else None, kept))
    out.append(("switch", conv.line(node), value, tuple(cases)))


def _block(conv: Conversion, node: Node, out: list[Expr]) -> None:
    out.append(("block", conv.line(node), conv.statements(node.named_children)))


def _labeled(conv: Conversion, node: Node, out: list[Expr]) -> None:
    body = node.child_by_field_name("body")
    if body is not None:
        conv.statement(body, out)


def _function(conv: Conversion, node: Node, out: list[Expr]) -> None:
    out.append(function(conv, node))


def _class(conv: Conversion, node: Node, out: list[Expr]) -> None:
    out.append(class_(conv, node))


def _enum(conv: Conversion, node: Node, out: list[Expr]) -> None:
    body = node.child_by_field_name("body")
    members: list[Expr] = []
    for index, child in enumerate(body.named_children if body is not None else ()):
        if child.type == "enum_assignment":
            value = conv.expr(child.child_by_field_name("value"))
            members.append((conv.line(child), key(conv, child.child_by_field_name("name")), value))
        elif child.type not in NOTHING:
            members.append((conv.line(child), key(conv, child), ("num", str(index))))
    out.append(("enum", conv.line(node), conv.text(node.child_by_field_name("name")), tuple(members)))


def _type(conv: Conversion, node: Node, out: list[Expr]) -> None:
    name = conv.text(node.child_by_field_name("name"))
    value = node.child_by_field_name("body") or node.child_by_field_name("value")
    fields: list[Expr] = []
    if value is not None and value.type in ("interface_body", "object_type"):
        for child in value.named_children:
            if child.type == "property_signature":
                optional = any(each.type == "?" for each in child.children)
                typed = conv.type_text(child.child_by_field_name("type"))
                fields.append((conv.line(child), conv.text(child.child_by_field_name("name")), typed, optional))
    out.append(("type", conv.line(node), name, tuple(fields)))


def _source(conv: Conversion, node: Node) -> str | None:
    source = node.child_by_field_name("source")
    return unescape(conv.text(source)[1:-1]) if source is not None else None


def _import(conv: Conversion, node: Node, out: list[Expr]) -> None:
    line, source = conv.line(node), _source(conv, node)
    only_types = any(child.type == "type" for child in node.children)
    default, whole, names = None, None, []
    for child in node.named_children:
        if child.type == "import_require_clause":
            name = conv.text(child.named_children[0]) if child.named_children else ""
            out.append(("import", line, _source(conv, child) or "", None, name, (), False))
            return
        for part in child.named_children if child.type == "import_clause" else ():
            if part.type == "identifier":
                default = conv.text(part)
            elif part.type == "namespace_import":
                whole = conv.text(part.named_children[0]) if part.named_children else None
            elif part.type == "named_imports":
                names += [_specifier(conv, each) for each in part.named_children if each.type == "import_specifier"]
    out.append(("import", line, source or "", default, whole, tuple(names), only_types))


def _specifier(conv: Conversion, node: Node) -> Expr:
    name = node.child_by_field_name("name")
    alias = node.child_by_field_name("alias")
    return (conv.text(name).strip("'\""), conv.text(alias or name).strip("'\""))


def _export(conv: Conversion, node: Node, out: list[Expr]) -> None:
    line, source = conv.line(node), _source(conv, node)
    default = any(child.type == "default" for child in node.children)
    declaration = node.child_by_field_name("declaration")
    outer = node.children_by_field_name("decorator")
    if declaration is not None and declaration.type in ("class_declaration", "abstract_class_declaration"):
        made: list[Expr] = [class_(conv, declaration, outer)]
    else:
        made = []
        if declaration is not None:
            conv.statement(declaration, made)
    if default:
        value = node.child_by_field_name("value")
        if made and made[0][0] in ("fn", "cls") and made[0][2]:
            out.extend(made)
            out.append(("expdefault", line, ("id", made[0][2])))
        else:
            out.append(("expdefault", line, made[0] if made else conv.expr(value)))
        return
    if made:
        out.extend(made)
        out.append(("export", line, tuple((name, name) for each in made for name in _declared(each)), None))
        return
    _export_list(conv, node, out, line, source)


def _export_list(conv: Conversion, node: Node, out: list[Expr], line: int, source: str | None) -> None:
    clause = next((c for c in node.named_children if c.type == "export_clause"), None)
    if clause is not None:
        names = tuple(_specifier(conv, each) for each in clause.named_children if each.type == "export_specifier")
        out.append(("export", line, names, source))
    elif source is not None:
        whole = next((c for c in node.named_children if c.type == "namespace_export"), None)
        name = conv.text(whole.named_children[0]) if whole is not None and whole.named_children else None
        out.append(("exportall", line, source, name))
    elif any(child.type == "=" for child in node.children) and node.named_children:
        value = conv.expr(node.named_children[-1])
        target = ("mem", ("id", "module"), "exports")
        out.append(("expr", line, ("asg", line, target, value, "=")))


def _declared(statement: Expr) -> list[str]:
    if statement[0] in ("fn", "cls", "enum", "type"):
        return [statement[2]] if statement[2] else []
    return bound(statement[2]) if statement[0] == "var" else []


def bound(target: Expr | None) -> list[str]:
    """The names that a pattern binds."""
    found: list[str] = []
    stack = [target]
    while stack:
        here = stack.pop()
        if here is None:
            continue
        if here[0] == "id":
            found.append(here[1])
        elif here[0] == "opat":
            stack += [each[0] for each in here[1]]
        elif here[0] == "apat":
            stack += list(here[1])
        elif here[0] == "rest":
            stack.append(here[1])
    return found


def _ambient(conv: Conversion, node: Node, out: list[Expr]) -> None:
    """`declare ...` says nothing about what runs."""


def _namespace(conv: Conversion, node: Node, out: list[Expr]) -> None:
    out.extend(conv.body(node.child_by_field_name("body")))


def _error(conv: Conversion, node: Node, out: list[Expr]) -> None:
    for child in node.named_children:
        if child.type in STATEMENTS or child.type == "call_expression":
            conv.statement(child, out)


STATEMENTS.update(
    {
        "lexical_declaration": _variables,
        "variable_declaration": _variables,
        "expression_statement": _expression,
        "return_statement": _return,
        "throw_statement": _return,
        "if_statement": _if,
        "for_in_statement": _for_in,
        "for_statement": _loop,
        "while_statement": _loop,
        "do_statement": _loop,
        "try_statement": _try,
        "switch_statement": _switch,
        "statement_block": _block,
        "labeled_statement": _labeled,
        "function_declaration": _function,
        "generator_function_declaration": _function,
        "class_declaration": _class,
        "abstract_class_declaration": _class,
        "enum_declaration": _enum,
        "interface_declaration": _type,
        "type_alias_declaration": _type,
        "import_statement": _import,
        "export_statement": _export,
        "ambient_declaration": _ambient,
        "internal_module": _namespace,
        "module": _namespace,
        "ERROR": _error,
    }
)
