"""The digest of a Go file: declarations and bodies as plain tuples, and notes that rules and readers look up.

Keys of the digest (all plain data):

- `package`, `lines`, `test` (whether the name ends in `_test.go`; then bodies and notes are empty).
- `imports`: list of `(line, path, alias)`; alias is '' without one, '.' or '_' as written.
- `values`: package-level constants and variables, list of `("var", [names], type, [values], line)` in
  `hivemind_facts.languages.go_tree`'s form; `constant` names are in `constants`.
- `types`: by name `("struct", [(field, type, tag, line)], line)` where an embedded field's name is '',
  `("interface", [(method, [(name, type)], [results])], line)` or `("alias", type, line)`.
- `functions`: list of dicts `{name, receiver, params, results, line, end, body}`; `receiver` is `(name, type)` or None;
  `body` is None where nothing in it could matter to a reader (see `INTERESTING`).
- `calls`, `sql_strings`, `secrets`, `env`, `guards`: as the Python digest has them, of the bodies that were kept;
  `calls` holds only calls with a selector ('db.Find', 'http.Get'), `function` is 'Receiver.method' or the name.
- `names`: sorted list of every identifier that stands anywhere but where it is defined.
- `errors`: list of `(line, reason)`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hivemind_facts.languages import treesitter
from hivemind_facts.languages.go_tree import block, named, parameters, results, specs, string
from hivemind_facts.languages.identifiers import used
from hivemind_facts.languages.treesitter import line, source, text
from hivemind_facts.languages.tuple_notes import Notes
from hivemind_facts.reading import Digest

if TYPE_CHECKING:
    from tree_sitter import Node

INTERESTING = re.compile(
    rb"gin\.|echo\.|fiber\.|chi\.|mux\.|http\.|Getenv|LookupEnv|viper\.|SELECT|INSERT|UPDATE|DELETE|select |insert |"
    rb"\.(Query|Exec|Raw|Find|First|Where|Get|Post|Use|Group|Handle|Route|Mount|Listen|Serve)|[Uu]nauthorized|401|403|"
    rb"Forbidden|sql\.|gorm\.|[Rr]oute|Register|redis\.|kafka|amqp|Server|Dial|New[A-Z]|AutoMigrate|Join|[Mm]iddleware"
)
SMALL = 400
"""Bodies up to so many bytes are always kept: constants, table names and wrappers hide in them."""
_WEB = re.compile(r"gin-gonic/gin|labstack/echo|gofiber/fiber|go-chi/chi|gorilla/mux|^net/http$")


class GoLanguage:
    """Go through its tree-sitter grammar."""

    name = "go"
    version = 2

    def digest(self, path: str, data: bytes) -> Digest:
        """Make the digest of one Go file.

        Raises:
            UnparsableError: Parsing took too long.
        """
        tree = treesitter.parse("go", data)
        digest: Digest = {
            "package": "",
            "lines": data.count(b"\n") + 1,
            "test": path.endswith("_test.go"),
            "imports": [],
            "values": [],
            "constants": [],
            "types": {},
            "functions": [],
            "errors": treesitter.errors(tree),
        }
        for node in named(tree.root_node):
            _declaration(node, digest)
        notes = Notes()
        if not digest["test"]:
            for function in digest["functions"]:
                owner = f"{bare(function['receiver'][1])}." if function["receiver"] else ""
                notes.function(owner + function["name"], function["line"], function["body"] or [])
            notes.values(digest["values"])
        digest.update(notes.result())
        defined = [*(function["name"] for function in digest["functions"]), *digest["types"]]
        digest["names"] = used(data, defined)
        return digest


def bare(kind: str) -> str:
    """The name of a type without pointer and type arguments."""
    return kind.lstrip("*").split("[", 1)[0]


def _declaration(node: Node, digest: Digest) -> None:
    if node.type == "package_clause":
        digest["package"] = text(named(node)[0]) if named(node) else ""
    elif node.type == "import_declaration":
        _imports(node, digest)
    elif node.type in ("const_declaration", "var_declaration"):
        made = specs(node, 0)
        if node.type == "const_declaration":
            digest["constants"] += [name for spec in made for name in spec[1]]
            made = _iota(made)
        digest["values"] += made
    elif node.type == "type_declaration":
        for spec in named(node):
            _type(spec, digest["types"])
    elif node.type in ("function_declaration", "method_declaration"):
        digest["functions"].append(_function(node, digest))


def _iota(made: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Give every constant of a block its own value: an omitted one repeats the last, with the next iota."""
    out: list[tuple[Any, ...]] = []
    last: list[Any] = []
    for index, (op, names, kind, values, at) in enumerate(made):
        last = values or last
        counted = [("n", str(index)) if value == ("id", "iota") else value for value in last]
        out.append((op, names, kind, counted, at))
    return out


def _imports(node: Node, digest: Digest) -> None:
    specs_ = [child for child in named(node) if child.type == "import_spec"]
    for child in named(node):
        specs_ += [inner for inner in named(child) if inner.type == "import_spec"]
    for spec in specs_:
        path = spec.child_by_field_name("path")
        if path is not None:
            digest["imports"].append((line(spec), string(path), text(spec.child_by_field_name("name"))))


def _type(spec: Node, types: dict[str, Any]) -> None:
    name, kind = text(spec.child_by_field_name("name")), spec.child_by_field_name("type")
    if not name or kind is None:
        return
    if kind.type == "struct_type":
        types[name] = ("struct", fields(kind), line(spec))
    elif kind.type == "interface_type":
        methods = [
            (
                text(child.child_by_field_name("name")),
                parameters(child.child_by_field_name("parameters")),
                results(child.child_by_field_name("result")),
            )
            for child in named(kind)
            if child.type == "method_elem"
        ]
        types[name] = ("interface", methods, line(spec))
    else:
        types[name] = ("alias", text(kind), line(spec))


def fields(struct: Node) -> list[tuple[str, str, str, int]]:
    """(name, type, tag, line) of a struct's fields; '' is the name of an embedded one."""
    found: list[tuple[str, str, str, int]] = []
    for listing in named(struct):
        for child in named(listing):
            if child.type != "field_declaration":
                continue
            tag = child.child_by_field_name("tag")
            kind = text(child.child_by_field_name("type"))
            note = string(tag) if tag is not None else ""
            names = [text(name) for name in child.children_by_field_name("name")]
            found += [(name, kind, note, line(child)) for name in names or [""]]
    return found


def _function(node: Node, digest: Digest) -> dict[str, Any]:
    receivers = parameters(node.child_by_field_name("receiver"))
    body = node.child_by_field_name("body")
    kept: list[Any] | None = None
    if body is not None and not digest["test"]:
        web = any(_WEB.search(path) for _, path, _ in digest["imports"])
        code = source(body)
        if web or len(code) <= SMALL or INTERESTING.search(code):
            kept = block(body)
    return {
        "name": text(node.child_by_field_name("name")),
        "receiver": receivers[0] if receivers else None,
        "params": parameters(node.child_by_field_name("parameters")),
        "results": results(node.child_by_field_name("result")),
        "line": line(node),
        "end": node.end_point[0] + 1,
        "body": kept,
    }
