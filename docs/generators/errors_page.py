"""The page of the errors and exit codes."""

from __future__ import annotations

import inspect

from generators.markdown import code, doc, prose, table
from hivemind import errors

INTRO = """# Errors and exit codes

An error is one sentence on standard error: `error:` what happened, to which thing, and, where it is known, what to do.
A traceback is a bug; `--debug` shows where an error came from.
"""
CODES = {
    "DONE": "done",
    "WORKER": "a worker failed, was blocked or stayed unverified",
    "USAGE": "the command's words do not fit",
    "CONFIGURATION": "configuration, plugin, model or session",
    "PAUSED": "paused",
    "INTERRUPTED": "interrupted",
}


def page() -> str:
    """Make the page."""
    codes = [(str(int(one)), CODES[one.name]) for one in errors.ExitCode]
    rows = []
    for kind in vars(errors).values():
        if inspect.isclass(kind) and issubclass(kind, errors.HivemindError):
            base = kind.__mro__[1].__name__ if kind is not errors.HivemindError else "Exception"
            rows.append((code(kind.__name__), str(int(kind.exit_code)), code(base), prose(doc(kind).split("\n")[0])))
    return "\n".join(
        [
            INTRO,
            "## Exit codes\n",
            table(("code", "meaning"), codes),
            "## Classes\n",
            table(("class", "code", "is a", "when"), rows),
        ]
    )
