"""The page of the documents that `--json` prints."""

from __future__ import annotations

import importlib
import pkgutil

from generators.markdown import doc, fields, prose, reachable, sections
from hivemind import SessionView as _  # noqa: F401  (loads what annotations of documents name)
from hivemind.models import WorkerSpec

INTRO = """# JSON documents

`--json` prints exactly one document on standard output; everything for people goes to standard error.
`sessions events --follow --json` prints one object a line instead. Every document says its `schema_version`: fields may
be added within a version, and are taken away or given another meaning only in the next.

`hivemind facts --json` prints [the facts](#facts).
"""


def page() -> str:
    """Make the page."""
    from hivemind_facts.diff import FactsDiff
    from hivemind_facts.models import Facts

    import hivemind.cli as package
    from hivemind.cli.documents import Document, WorkerDocument

    for module in pkgutil.iter_modules(package.__path__):
        if "document" in module.name:
            importlib.import_module(f"hivemind.cli.{module.name}")
    documents = sorted(Document.__subclasses__(), key=lambda one: doc(one))
    parts = [INTRO, "## Documents\n"]
    for one in documents:
        parts.append(f"### {one.__name__}\n\n{prose(doc(one))}\n")
        if one is WorkerDocument:
            parts.append("`schema_version`, every field of [WorkerSpec](#workerspec), and:\n")
            parts.append(fields(one, leave=("spec", "schema_version")))
        else:
            parts.append(fields(one))
    for command, model in (("facts", Facts), ("facts diff", FactsDiff)):
        parts.append(f"### {model.__name__}\n\n`hivemind {command} --json`: {prose(doc(model))}\n\n{fields(model)}")
    types = reachable([*documents, Facts, FactsDiff])
    assert WorkerSpec in types
    return "\n".join([*parts, "## Types\n", sections(types)])
