"""The digest of a Java file: its types with annotations and bodies as plain tuples, and notes for rules.

Keys of the digest (all plain data):

- `package`, `lines`, `test` (whether the path is a test's; then bodies and notes are empty).
- `imports`: list of `(line, dotted name, static, star)`.
- `types`: list of dicts, nested types after their outer one:
  `{name, kind, line, annotations, modifiers, extends, implements, parameters, fields, methods, constants}`; `name` is
  'Outer.Inner' for a nested one; `kind` is class, interface, enum, record or annotation; `extends` and `implements`
  hold types as written; `parameters` are type parameters as `(name, bound)`; `constants` those of an enum as
  `(name, [arguments])`.
  A field is `{name, type, annotations, modifiers, line, value}` (a record's components are fields), a method
  `{name, type, params, annotations, modifiers, line, end, body}` with params of `(name, type, annotations)`; `body` is
  None for none, and where nothing in it could matter to a reader.
  An annotation is `(name, {key: expression}, line)`, a lone value has the key `value`.
- `calls`, `sql_strings`, `secrets`, `env`, `guards`: as the Python digest has them, of the bodies that were kept;
  `calls` holds only calls on something ('repository.findById'); `function` is 'Class.method'.
  `guards` are filters, interceptors and annotations; `kind` is always 'class'.
- `names`: sorted list of every identifier that stands anywhere but where it is defined.
- `errors`: list of `(line, reason)`.

Expressions and statements are in the form of `hivemind_facts.languages.java_tree`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hivemind_facts.languages import treesitter
from hivemind_facts.languages.identifiers import used
from hivemind_facts.languages.java_tree import annotation, arguments, block, expression, named_here
from hivemind_facts.languages.treesitter import line, source, text
from hivemind_facts.languages.tuple_notes import Notes
from hivemind_facts.reading import Digest

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "enum_declaration": "enum",
    "record_declaration": "record",
    "annotation_type_declaration": "annotation",
}
INTERESTING = re.compile(
    rb"Matchers|permitAll|authenticated|authorize|addPathPrefix|Interceptor|PathPatterns|route\(|GET\(|POST\(|RestTemplate|"
    rb"WebClient|RestClient|HttpClient|getenv|createQuery|createNativeQuery|SELECT|INSERT|UPDATE|DELETE|select |"
    rb"insert |jdbc|UNAUTHORIZED|FORBIDDEN|401|403|Template|find\w*\(|get\w*By|save\(|query|execute|Unauthorized|"
    rb"Forbidden|setContextPath|[Pp]refix|doFilter|principal|AuthUser|currentUser|[Ss]ecret|[Pp]assword"
)
SMALL = 240
MAX_NESTING = 12
_FILTERS = frozenset(("OncePerRequestFilter", "GenericFilterBean", "Filter", "HttpFilter", "HttpServerFilter"))
_REGISTERED = frozenset(("Component", "WebFilter", "Provider", "Service", "Configuration", "Filter", "ServerFilter"))
_INTERCEPTORS = frozenset(("HandlerInterceptor", "HandlerInterceptorAdapter", "ContainerRequestFilter"))
_GUARDING = re.compile(r"auth|jwt|token|login|role|admin|permission|access|api_?key|secur", re.IGNORECASE)
_ASKING = re.compile(r"^(?:Requires?|Is|Has|Only|Allow)\w*(?:Auth|Login|Role|Admin|Permission|Owner)")
_TEST = re.compile(
    r"(^|/)(src/)?(test|tests|it|integrationTest|testFixtures)/(java|kotlin|groovy)/|(^|/)[^/]+Tests?\.java$"
)


class JavaLanguage:
    """Java through its tree-sitter grammar."""

    name = "java"
    version = 2

    def digest(self, path: str, data: bytes) -> Digest:
        """Make the digest of one Java file.

        Raises:
            UnparsableError: Parsing took too long.
        """
        tree = treesitter.parse("java", data)
        digest: Digest = {
            "package": "",
            "lines": data.count(b"\n") + 1,
            "test": _TEST.search(path) is not None,
            "imports": [],
            "types": [],
            "errors": treesitter.errors(tree),
        }
        for node in named_here(tree.root_node):
            if node.type == "package_declaration":
                digest["package"] = text(named_here(node)[-1]) if named_here(node) else ""
            elif node.type == "import_declaration":
                digest["imports"].append(_import(node))
            elif node.type in KINDS:
                _type(node, "", digest["types"], 0, not digest["test"])
        digest.update(_notes(digest).result())
        digest["guards"] = [] if digest["test"] else list(_guards(digest))
        defined = [str(kind["name"]).rsplit(".", 1)[-1] for kind in digest["types"]]
        defined += [method["name"] for kind in digest["types"] for method in kind["methods"]]
        digest["names"] = used(data, defined)
        return digest


def _guards(digest: Digest) -> Iterator[dict[str, Any]]:
    """Filters, interceptors and annotations that look like access guards; Spring takes filters that are components."""
    denies = {str(one["name"]).rsplit(".", 1)[0]: one["status"] for one in digest["guards"]}
    for declared in digest["types"]:
        above = {one.split("<", 1)[0].rsplit(".", 1)[-1] for one in (*declared["extends"], *declared["implements"])}
        marks = {one[0].rsplit(".", 1)[-1] for one in declared["annotations"]}
        filters = bool(above & _FILTERS) and not marks & _REGISTERED
        asks = declared["kind"] == "annotation" and bool(_ASKING.search(declared["name"]))
        if ((filters or above & _INTERCEPTORS) and _GUARDING.search(declared["name"])) or asks:
            status = denies.get(declared["name"], 0)
            yield {"line": declared["line"], "name": declared["name"], "kind": "class", "status": status}


def _notes(digest: Digest) -> Notes:
    notes = Notes()
    if digest["test"]:
        return notes
    for declared in digest["types"]:
        notes.values(
            [("var", [f["name"]], f["type"], [f["value"]], f["line"]) for f in declared["fields"] if f["value"]]
        )
        for method in declared["methods"]:
            notes.function(f"{declared['name']}.{method['name']}", method["line"], method["body"] or [])
    return notes


def _import(node: Node) -> tuple[int, str, bool, bool]:
    words = [child.type for child in node.children]
    name = next((text(child) for child in named_here(node) if child.type in ("scoped_identifier", "identifier")), "")
    return (line(node), name, "static" in words, "asterisk" in words)


def modified(node: Node) -> tuple[list[Any], list[str]]:
    """The annotations and the modifiers of a declaration."""
    annotations: list[Any] = []
    words: list[str] = []
    for child in node.children:
        if child.type == "modifiers":
            for inner in child.children:
                if inner.type in ("annotation", "marker_annotation"):
                    annotations.append(annotation(inner))
                elif not inner.type.endswith("comment"):
                    words.append(inner.type)
    return annotations, words


def _listed(node: Node | None) -> list[str]:
    """The types in an extends or implements clause."""
    found: list[str] = []
    for child in named_here(node):
        found += [text(inner) for inner in named_here(child)] if child.type == "type_list" else [text(child)]
    return found


def _type(node: Node, outer: str, types: list[dict[str, Any]], depth: int, bodies: bool) -> None:
    name = text(node.child_by_field_name("name"))
    if not name or depth > MAX_NESTING:
        return
    annotations, modifiers = modified(node)
    extends = _listed(node.child_by_field_name("superclass"))
    for child in node.children:
        if child.type == "extends_interfaces":
            extends += _listed(child)
    declared: dict[str, Any] = {
        "name": f"{outer}.{name}" if outer else name,
        "kind": KINDS[node.type],
        "line": line(node.child_by_field_name("name") or node),
        "annotations": annotations,
        "modifiers": modifiers,
        "extends": extends,
        "implements": _listed(node.child_by_field_name("interfaces")),
        "parameters": _type_parameters(node.child_by_field_name("type_parameters")),
        "fields": [],
        "methods": [],
        "constants": [],
    }
    types.append(declared)
    for name_, kind, notes, at in _parameters(node.child_by_field_name("parameters")):
        declared["fields"].append(_field_of(name_, kind, notes, [], at, None))
    _members(node.child_by_field_name("body"), declared, types, depth, bodies)


def _members(
    body: Node | None, declared: dict[str, Any], types: list[dict[str, Any]], depth: int, bodies: bool
) -> None:
    for child in named_here(body):
        if child.type in ("field_declaration", "constant_declaration"):
            declared["fields"] += _fields(child)
        elif child.type in ("method_declaration", "constructor_declaration", "annotation_type_element_declaration"):
            declared["methods"].append(_method(child, bodies))
        elif child.type in KINDS:
            _type(child, declared["name"], types, depth + 1, bodies)
        elif child.type == "enum_constant":
            given = arguments(child.child_by_field_name("arguments"), 0)
            declared["constants"].append((text(child.child_by_field_name("name")), given))
        elif child.type == "enum_body_declarations":
            _members(child, declared, types, depth, bodies)


def _type_parameters(node: Node | None) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for child in named_here(node):
        inside = named_here(child)
        bound = next((text(named_here(inner)[0]) for inner in inside if inner.type == "type_bound"), "")
        name = next((text(inner) for inner in inside if inner.type in ("type_identifier", "identifier")), "")
        found.append((name, bound))
    return found


def _field_of(
    name: str, kind: str, annotations: list[Any], modifiers: list[str], at: int, value: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "annotations": annotations,
        "modifiers": modifiers,
        "line": at,
        "value": value,
    }


def _fields(node: Node) -> list[dict[str, Any]]:
    annotations, modifiers = modified(node)
    kind = text(node.child_by_field_name("type"))
    return [
        _field_of(
            text(declarator.child_by_field_name("name")),
            kind,
            annotations,
            modifiers,
            line(declarator),
            expression(declarator.child_by_field_name("value")),
        )
        for declarator in node.children_by_field_name("declarator")
    ]


def _parameters(node: Node | None) -> list[tuple[str, str, list[Any], int]]:
    found: list[tuple[str, str, list[Any], int]] = []
    for child in named_here(node):
        if child.type == "formal_parameter":
            name, kind = text(child.child_by_field_name("name")), text(child.child_by_field_name("type"))
            found.append((name, kind, modified(child)[0], line(child)))
        elif child.type == "spread_parameter":
            inside = named_here(child)
            kind = next((text(inner) for inner in inside if inner.type not in ("modifiers", "variable_declarator")), "")
            name = next(
                (text(inner.child_by_field_name("name")) for inner in inside if inner.type == "variable_declarator"), ""
            )
            found.append((name, kind + "...", modified(child)[0], line(child)))
    return found


def _method(node: Node, bodies: bool) -> dict[str, Any]:
    annotations, modifiers = modified(node)
    body = node.child_by_field_name("body")
    kept: list[Any] | None = None
    if body is not None and bodies:
        code = source(body)
        if len(code) <= SMALL or INTERESTING.search(code) or annotations:
            kept = block(body)
    return {
        "name": text(node.child_by_field_name("name")),
        "type": text(node.child_by_field_name("type")),
        "params": [(name, kind, notes) for name, kind, notes, _ in _parameters(node.child_by_field_name("parameters"))],
        "annotations": annotations,
        "modifiers": modifiers,
        "line": line(node.child_by_field_name("name") or node),
        "end": node.end_point[0] + 1,
        "body": kept,
    }
