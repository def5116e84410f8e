"""JavaScript, TypeScript and the pages that hold them, as plain tuples.

A digest has these keys:

- `body`: the statements of the module (forms below).
- `imports`: ((line, source, kind), ...), kind 'import', 'type' (types only), 'require', 'dynamic' or 'export'.
- `environment`: ((line, name, has a default), ...) read from `process.env` or `import.meta.env`.
- `mentions`: every identifier, property and short string of the file once, sorted: to ask before looking closer.
- `lines`: how many lines the file has.
- `errors`: ((line, reason), ...) where it did not parse.

For rules:

- `sql`: ((line, callee, text, dynamic parts, in a loop, function), ...): strings that look like SQL and are built from
  parts that are not constant (templates, concatenation), passed to a call (callee) or not (''). Tagged templates
  (sql`...`, Prisma.sql`...`) are bound, not built, and are not listed.
- `loops`: ((line, callee, function), ...): calls awaited inside a loop or a mapped callback, and database queries
  there whether awaited or not, callee as dotted text.
- `functions`: ((line, name, last line, is async), ...) of every named function and method.
- `uses`: {name: count} of identifiers and properties (a definition counts once), to tell what is never used.
- `shown`: {name: count}: how many of those uses define or merely export the name.
- `guards`: ((line, name, 'function' or 'class', status), ...) that look like access guards and deny with the status.
- `literals`: ((line, name, value), ...): non-empty strings given to a name or a property (hard-coded secrets).
- `calls`: ((line, dotted callee, number of arguments, option names of object arguments), ...).

Expressions: ('str', value) ('tpl', parts) ('num', text) ('lit', word) ('re', pattern) ('id', name)
('mem', object, name) ('sub', object, expression) ('call', line, callee, arguments[, type arguments])
('new', line, callee, arguments) ('fn', line, name, parameters, body, flags, return type, last line)
('cls', line, name, base, decorators, members, type arguments of the base)
('obj', line, ((line, key, value), ...)), key None for a spread, value ('getter', function) for a getter
('arr', items) ('spread', e) ('sum', operands) ('bin', operator, left, right) ('un', operator, e)
('cond', test, then, else) ('await', e) ('asg', line, target, value, operator) ('tag', line, tag, template)
('jsx', name, line, attributes, children) ('?', parts) for anything else.
Flags of a function: 'a' async, '=' arrow, 'g' getter.
Parameters: (pattern, default, type, decorators, accessibility, optional). Decorators: (line, expression).
Patterns: ('id', name) ('opat', ((pattern, key, default), ...)) ('apat', patterns or None) ('rest', pattern).
Members: (kind, line, name, static, decorators, function or value, type, optional); kind 'method', 'get', 'set',
'field' or 'static'.

Statements: ('var', line, pattern, value or None, type) ('expr', line, e) ('ret', line, e) ('throw', line, e)
('if', line, test, then, else) ('loop', line, 'of' | 'in' | 'while', pattern, over, body)
('try', line, body, catch, finally) ('switch', line, value, ((test or None, body), ...)) ('block', line, body)
('enum', line, name, ((line, name, e), ...)) ('type', line, name, ((line, field, type, optional), ...))
('import', line, source, default, namespace, ((imported, local), ...), types only)
('export', line, ((local, exported), ...), source or None) ('exportall', line, source, name or None)
('expdefault', line, e), and functions and classes as above.
"""

from __future__ import annotations

from hivemind_facts.languages.javascript import statements  # noqa: F401 - fills the dispatch tables
from hivemind_facts.languages.javascript.conversion import Conversion
from hivemind_facts.languages.javascript.scripts import scripts
from hivemind_facts.languages.javascript.survey import survey
from hivemind_facts.reading import Digest

VERSION = 3


class _Script:
    """What the languages of this family share."""

    name = ""
    version = VERSION
    grammar = "javascript"

    def digest(self, path: str, data: bytes) -> Digest:  # noqa: ARG002
        """Make the digest of one file; see the module's docstring for its keys."""
        from hivemind_facts.languages import treesitter

        tree = treesitter.parse(self.grammar, data)
        conv = Conversion(data)
        body = conv.statements(tree.root_node.named_children)
        errors = treesitter.errors(tree)
        if conv.too_deep is not None:
            errors.append((conv.too_deep, "nested too deeply: what is inside was not read"))
        return {"body": body, "lines": data.count(b"\n") + 1, "errors": tuple(errors), **survey(body)}


class JavaScript(_Script):
    """`.js`, `.mjs`, `.cjs`."""

    name = "javascript"


class Jsx(_Script):
    """`.jsx`."""

    name = "jsx"


class TypeScript(_Script):
    """`.ts`, `.mts`, `.cts`."""

    name = "typescript"
    grammar = "typescript"


class Tsx(_Script):
    """`.tsx`."""

    name = "tsx"
    grammar = "tsx"


class _Page(_Script):
    def digest(self, path: str, data: bytes) -> Digest:
        """Make the digest of the scripts in a page."""
        code, typed = scripts(data)
        return (TypeScript if typed else JavaScript)().digest(path, code)


class Vue(_Page):
    """Single-file components of Vue."""

    name = "vue"


class Svelte(_Page):
    """Single-file components of Svelte."""

    name = "svelte"


class Html(_Page):
    """Pages with scripts inside."""

    name = "html"
