"""The page of what the facts plugin reads: languages, readers, rules."""

from __future__ import annotations

from generators.markdown import code, doc, prose, table

INTRO = """# What the facts plugin reads

What is extracted and how to use it stands on [the page of the facts](../facts.md); these are the parts that are
installed with it. Others are added with the hook [hivemind_fact_readers](hooks.md#hivemind_fact_readers).
"""


def page() -> str:
    """Make the page."""
    from hivemind_facts import registry
    from hivemind_facts.languages import LANGUAGES

    registry.use_hook(None)
    return "\n".join(
        [
            INTRO,
            "## Rules\n",
            table(("rule", "finds"), [(code(one.name), _first(one)) for one in registry.rules()]),
            "## Readers\n",
            table(("reader", "reads"), [(code(one.name), _first(one)) for one in registry.readers()]),
            "## Languages\n",
            ", ".join(code(name) for name in sorted(LANGUAGES)) + "\n",
        ]
    )


def _first(thing: object) -> str:
    return prose(doc(type(thing)).split("\n\n")[0].replace("\n", " "))
