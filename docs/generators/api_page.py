"""The page of the public names."""

from __future__ import annotations

import inspect

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
        said = doc(value).split("\n\n")[0].replace("\n", " ") if documented else OTHERS[name]
        rows.append((code(name), prose(said)))
    return "\n".join([INTRO, table(("name", "what it is"), rows)])


OTHERS = {
    "__version__": "The version of the distribution.",
    "hookimpl": "Marks a function as the implementation of a hook.",
    "hookspec": "Marks a function as the specification of a hook, for a plugin that brings hooks of its own.",
}
