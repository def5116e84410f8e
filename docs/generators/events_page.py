"""The page of the events."""

from __future__ import annotations

import typing

from generators.markdown import code, doc, prose, reachable, sections, table
from hivemind import events

INTRO = """# Events

One event is one line of `EVENTS.jsonl`, and what a listener (`hivemind_event`) is told. A program that reads the
journal skips types that it does not know and fields that it does not know: more of both may come.

```json
{"seq": 7, "timestamp": "2026-11-23T10:40:00.000Z", "agent": "backend-worker",
 "type": "worker_progress", "details": {"message": "reading the task"}}
```

It is one line, here broken in two. `seq` rises by one from line to line; `timestamp` is UTC;
`agent` is the worker that the event is about, or `hivemind`.
"""


def page() -> str:
    """Make the page."""
    kinds = [one for one in typing.get_args(events.Event) if one is not events.OtherEvent]
    rows = []
    for kind in kinds:
        types = ", ".join(code(one) for one in typing.get_args(kind.model_fields["type"].annotation))
        details = kind.model_fields["details"].annotation
        rows.append((types, prose(doc(kind)), f"[{details.__name__}](#{details.__name__.lower()})"))
    details = list(dict.fromkeys(kind.model_fields["details"].annotation for kind in kinds))
    parts = [INTRO, table(("type", "when", "details"), rows), "## Details\n", sections(details)]
    parts += ["## Types\n", sections(reachable(details))]
    return "\n".join(parts)
