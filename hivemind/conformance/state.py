"""What an import could change in a process, before and after."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

State = Mapping[str, Any]


def state_of_process() -> State:
    """Look at all that an import should leave alone."""
    mask = os.umask(0o077)
    os.umask(mask)
    return {
        "working folder": os.getcwd(),
        "sys.path": tuple(sys.path),
        "sys.argv": tuple(sys.argv),
        "environment": dict(os.environ),
        "signal handlers": _handlers(),
        "asyncio policy": _policy(),
        "sys.excepthook": sys.excepthook,
        "threading.excepthook": threading.excepthook,
        "sys.stdout": sys.stdout,
        "sys.stderr": sys.stderr,
        "recursion limit": sys.getrecursionlimit(),
        "umask": mask,
        "warnings.filters": tuple(map(str, warnings.filters)),
        "logging's root": (logging.root.level, tuple(map(str, logging.root.handlers)), logging.root.manager.disable),
        "threads": frozenset(thread.name for thread in threading.enumerate()),
    }


def _handlers() -> dict[str, str]:
    found: dict[str, str] = {}
    for number in signal.valid_signals():
        try:
            handler = signal.getsignal(number)
        except ValueError:
            continue
        found[signal.Signals(number).name if number in list(signal.Signals) else str(number)] = str(handler)
    return found


def _policy() -> object:
    """The policy that was set; one that Python makes by default, on first use, is none."""
    events = asyncio.events
    policy = getattr(events, "_event_loop_policy", None)
    kind = type(policy)
    return (
        None if policy is None or kind.__module__.startswith("asyncio.") else f"{kind.__module__}.{kind.__qualname__}"
    )


def differences(before: State, after: State) -> Iterator[str]:
    """Say what is no longer as it was."""
    for name, old in before.items():
        new = after[name]
        if old == new:
            continue
        if isinstance(old, dict):
            changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
            yield f"its import changes the {name}: {', '.join(changed)}"
        elif name == "threads":
            yield (
                f"its import starts a thread: {', '.join(sorted(new - old))}"
                if new - old
                else "its import ends threads"
            )
        elif isinstance(old, tuple) and name.startswith("sys."):
            more = [one for one in new if one not in old] or [one for one in old if one not in new]
            yield f"its import changes {name}: {', '.join(map(str, more)) or 'the order'}"
        else:
            the = "" if "." in name or "'" in name else "the "
            yield f"its import changes {the}{name}" + (f" to {new}" if isinstance(new, (str, int)) else "")
