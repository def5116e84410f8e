"""The page of the public names."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools

import hivemind
from generators.markdown import code, doc, prose, table
from hivemind.hookspecs import HOOK_API_VERSION

INTRO = f"""# Public names

`from hivemind import ...` gives these names and no others; they are what a plugin may rely on. How they change
stands on [the page about plugins](../plugins.md#what-is-public-and-how-it-changes). The hook API
has version {HOOK_API_VERSION}.
"""


def page() -> str:
    """Make the page."""
    rows = []
    for name in hivemind.__all__:
        value = getattr(hivemind, name)
        documented = inspect.isclass(value) or inspect.isfunction(value)
        said = doc(value).split("\n\n")[0].replace("\n", " ") if documented else OTHERS.get(name) or _constant(name)
        rows.append((code(name), prose(said)))
    return "\n".join([INTRO, table(("name", "what it is"), rows)])


OTHERS = {
    "MISMATCHES": "How a call can fail to fit an endpoint: a severity and words for each kind.",
    "__version__": "The version of the distribution.",
    "hookimpl": "Marks a function as the implementation of a hook.",
    "hookspec": "Marks a function as the specification of a hook, for a plugin that brings hooks of its own.",
}


def _constant(name: str) -> str:
    """What stands below a constant in the module that it comes from."""
    module = importlib.import_module(hivemind._WHERE[name])
    body = ast.parse(inspect.getsource(module)).body
    for node, after in itertools.pairwise(body):
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        if any(getattr(one, "id", None) == name for one in targets) and isinstance(after, ast.Expr):
            return inspect.cleandoc(ast.literal_eval(after.value)).replace("\n", " ")
    raise SystemExit(f"public name {name!r} has no word on what it is: write a string below it in {module.__name__}")
