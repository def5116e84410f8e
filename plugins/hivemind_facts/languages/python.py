"""The digest of a Python file: its syntax as plain tuples, and notes that rules and readers look up.

Keys of the digest (all plain data):

- `lines`: how many lines the file has; `doc`: the module's docstring, first line.
- `test`: whether the path is a test's; then `body`, `calls`, `sql_strings`, `secrets` and `guards` are empty.
- `imports`: list of `(line, module, level, name, alias)`; `import a.b as c` has name None, `from ..a import b as c`
  has module 'a', level 2, name 'b', alias 'c' (None if there is no alias; name '*' for a star).
- `names`: sorted list of every identifier that the file uses (loaded names and attributes; not definitions, not
  imports). A function that is defined and stands in no file's `names` is never used by name.
- `body`: the statements, see `hivemind_facts.languages.python_tree` for their form.
- `calls`: list of dicts `{line, callee, function, loop, first, keywords, arguments}`: `callee` is the dotted text
  ('session.query', 'get().filter' after a call), `function` the qualified name around it ('' at module level),
  `loop` the line of the innermost loop or comprehension around it inside the same function (0 if none), `first` the
  first argument if it is a constant string, `keywords` the names of keyword arguments ('**' for a spread),
  `arguments` how many positional ones.
- `sql_strings`: list of dicts `{line, text, how, executed, callee, function, loop}`: strings that start like an SQL
  statement. `how` is 'constant', 'f-string', 'format', 'percent' or 'concatenation' (the last four only where
  something that is not constant is put in, shown as `{name}` in `text`); `executed` whether it is handed to a call
  such as `execute` directly or through a name of the same function, and `callee` says which; `loop` as above.
- `guards`: list of dicts `{line, name, kind, status}`: functions and classes that look like access guards: they
  raise or return 401 or 403 themselves ('status' says which), or are named like one; `kind` is 'function' or 'class'.
- `secrets`: list of dicts `{line, name, masked, length}`: literal strings assigned to names such as `SECRET_KEY`,
  `password`, `api_token`; the value is masked, never kept whole.
- `env`: list of dicts `{line, name, default}`: environment variables read through `os.environ` or `os.getenv`.
- `errors`: list of `(line, reason)`; what of a file could not be digested.
"""

from __future__ import annotations

import ast
import re
import warnings

from hivemind_facts.languages.python_newer import older, parts
from hivemind_facts.languages.python_notes import Notes
from hivemind_facts.languages.python_tree import Converter
from hivemind_facts.reading import Digest, UnparsableError

MAX_BYTES = 3_000_000
_TEST = re.compile(r"(^|/)(tests?|testing|__tests__)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest|tests)\.py$")


def is_test(path: str) -> bool:
    """Whether a path is a test's by its name."""
    return _TEST.search(path) is not None


class PythonLanguage:
    """Python through the standard library's parser."""

    name = "python"
    version = 1

    def digest(self, path: str, data: bytes) -> Digest:
        """Make the digest of one Python file.

        Raises:
            UnparsableError: The file is no Python 3 that this interpreter's parser knows.
        """
        tree, errors = _parse(data)
        test = is_test(path)
        notes = Notes()
        converter = Converter(notes)
        try:
            if test:
                for node in ast.walk(tree):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        converter.statement(node)
                    elif isinstance(node, ast.Name | ast.Attribute):
                        notes.names.add(node.id if isinstance(node, ast.Name) else node.attr)
                body = []
            else:
                body = converter.block(tree.body)
        except RecursionError:
            raise UnparsableError("nested too deeply to be read") from None
        text = ast.get_docstring(tree) or ""
        return {
            "lines": data.count(b"\n") + (not data.endswith(b"\n") and bool(data)),
            "doc": text.strip().splitlines()[0][:200] if text.strip() else "",
            "test": test,
            "imports": notes.imports,
            "names": sorted(notes.names),
            "body": body,
            "calls": notes.calls,
            "sql_strings": notes.sql_strings(),
            "guards": notes.guards,
            "secrets": notes.secrets,
            "env": notes.env,
            "errors": errors,
        }


def _parse(data: bytes) -> tuple[ast.Module, list[tuple[int, str]]]:
    if len(data) > MAX_BYTES:
        raise UnparsableError(f"{len(data):,} bytes of Python in one file: more than is read")
    text = data.decode("utf-8", errors="replace")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text), []
        except SyntaxError as error:
            problem = UnparsableError(f"not valid Python: {error.msg}", error.lineno)
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            raise UnparsableError(f"not valid Python: {error}") from None
        try:
            return ast.parse(older(text)), []
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            tree, errors = parts(text)
        if not tree.body:
            raise problem
        return tree, errors
