"""Rules of the import: it works, it says nothing, and it changes nothing around it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from hivemind.conformance.bench import Bench
from hivemind.conformance.import_cost import Pulled, watch_imports
from hivemind.conformance.target import PluginRef
from hivemind.conformance.verdict import Verdict, judge, skipped

_SHOWN = 120


@dataclass
class Loading:
    """What the import of one plugin did."""

    plugin: str
    problem: str = ""
    printed: str = ""
    changed: tuple[str, ...] = ()
    pulled: tuple[Pulled, ...] = ()


def loadings(bench: Bench) -> list[Loading]:
    """Import all plugins, once, and look at what that did."""
    return bench.once("loadings", lambda: [_load(bench, ref) for ref in bench.job.target.plugins])


def _load(bench: Bench, ref: PluginRef) -> Loading:
    # What a plugin gets from the public API is no cost of its own, nor is what that imports.
    import hivemind.hookspecs
    import hivemind.models
    import hivemind.notes
    import hivemind.prompt
    import hivemind.protocols  # noqa: F401
    from hivemind.conformance.process import place_of
    from hivemind.conformance.state import differences, state_of_process

    found = Loading(ref.name)
    before = state_of_process()
    with _captured() as said, watch_imports() as pulled:
        try:
            bench.plugin(ref)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  (it is the plugin's, and told)
            found.problem = f"importing {ref.value} raised {type(error).__name__}: {error}{place_of(error)}"
    found.changed = tuple(differences(before, state_of_process()))
    found.printed = said[0]
    found.pulled = tuple(pulled)
    return found


@contextmanager
def _captured() -> Iterator[list[str]]:
    """Take what is written to the descriptors of stdout and stderr meanwhile, whoever writes it."""
    said = [""]
    with tempfile.TemporaryFile("w+b") as file:
        held = _redirect(file)
        streams = (sys.stdout, sys.stderr)
        try:
            yield said
        finally:
            for stream in (*streams, sys.stdout, sys.stderr):
                if stream is not None and not stream.closed:
                    stream.flush()
            for number, copy in held.items():
                os.dup2(copy, number)
                os.close(copy)
            sys.stdout, sys.stderr = streams
            file.seek(0)
            said[0] = file.read().decode("utf-8", "replace")


def _redirect(file: IO[Any]) -> dict[int, int]:
    held: dict[int, int] = {}
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        stream.flush()
        held[number] = os.dup(number)
        os.dup2(file.fileno(), number)
    return held


def loads(bench: Bench) -> Verdict:
    """The import works, and says nothing."""
    problems: list[str] = []
    for one in loadings(bench):
        if one.problem:
            problems.append(f"{bench.said_by(one.plugin)}{one.problem}")
        elif one.printed.strip():
            problems.append(f"{bench.said_by(one.plugin)}its import prints {_short(one.printed)!r}")
    return judge(problems, ", ".join(ref.value for ref in bench.job.target.plugins))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else f"{flat[:_SHOWN]}..."


def import_effects(bench: Bench) -> Verdict:
    """The import changes nothing around it."""
    if all(ref.live >= 0 for ref in bench.job.target.plugins):
        return skipped("the plugin is an object that was there already")
    problems = [f"{bench.said_by(one.plugin)}{change}" for one in loadings(bench) for change in one.changed]
    return judge(problems)
