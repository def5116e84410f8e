"""Assertions on a session: what happened, what did not, in which order, and that no secret is in its folder."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from pydantic import BaseModel

from hivemind.errors import did_you_mean
from hivemind.events import SYSTEM, Event, OtherEvent
from hivemind.kit.journal import Events, Session, events_of, folder_of

_SHOWN = 40
"""Events in a failure's message at the most."""
_MIN_SECRET = 4


def assert_event(events: Events, type: str, worker: str | None = None, **details: object) -> Event:  # noqa: A002
    """Make sure that something happened.

    Args:
        events: A run's events, a journal reader, a list of events or a session's folder.
        type: The event's type, such as `worker_completed`.
        worker: Whose; None for anybody's.
        details: What its details say; of a mapping, what is named here.

    Returns:
        The first such event.

    Raises:
        AssertionError: There is none; shows those that come near, else the whole journal.
    """
    __tracebackhide__ = True
    found = events_of(events)
    for event in found:
        if _is(event, type, worker) and not _differences(event, details):
            return event
    raise AssertionError(_missing(found, type, worker, details))


def assert_no_event(events: Events, type: str, worker: str | None = None, **details: object) -> None:  # noqa: A002
    """Make sure that something did not happen; the arguments are those of `assert_event`.

    Raises:
        AssertionError: It did.
        ValueError: There is no event of this name: the assertion could never fail.
    """
    __tracebackhide__ = True
    found = events_of(events)
    if type not in _known_types() and all(event.type != type for event in found):
        hint = did_you_mean(type, _known_types())
        raise ValueError(f"no event has the type {type!r}" + (f" ({hint})" if hint else ""))
    for event in found:
        if _is(event, type, worker) and not _differences(event, details):
            raise AssertionError(f"{_wanted(type, worker, details)} happened:\n  {_line(event)}")


def assert_order(events: Events, *steps: tuple[str, str | None] | str) -> None:
    """Make sure that things happened in this order.

    Args:
        events: A run's events, a journal reader, a list of events or a session's folder.
        steps: Pairs of a type and a worker (None for anybody), or a type alone. The first mention of a pair means the
            first such event, the second mention the second one.

    Raises:
        AssertionError: One did not happen, or not in its place.
        ValueError: There are not two steps.
    """
    __tracebackhide__ = True
    if len(steps) < 2:
        raise ValueError("an order needs two steps at least")
    found = events_of(events)
    pairs = [(step, None) if isinstance(step, str) else step for step in steps]
    met: list[tuple[str, Event]] = []
    for number, (kind, worker) in enumerate(pairs):
        mention = pairs[:number].count((kind, worker))
        matching = [event for event in found if _is(event, kind, worker)]
        if len(matching) <= mention:
            times = f" {mention + 1} times" if mention else ""
            raise AssertionError(_missing(found, kind, worker, {}, times))
        met.append((_wanted(kind, worker, {}), matching[mention]))
    for (first, before), (second, after) in pairwise(met):
        if after.seq <= before.seq:
            raise AssertionError(
                f"{second} (event {after.seq}) came before {first} (event {before.seq})\n{_shown(found)}"
            )


def assert_no_secret(session_folder: Session, secret: str) -> None:
    """Make sure that a secret is in no file of a session, plain or encoded, nor in the name of one.

    Args:
        session_folder: The session's folder or any other, a session or a run.
        secret: The secret; a failure's message does not repeat it.

    Raises:
        AssertionError: It is there, or there is no file to look into; names every file and line.
        ValueError: The secret is too short to be looked for.
    """
    __tracebackhide__ = True
    if len(secret) < _MIN_SECRET:
        raise ValueError(f"a secret of less than {_MIN_SECRET} characters is found anywhere: give a longer one")
    folder = folder_of(session_folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    if not files:
        raise AssertionError(f"{folder} holds no file: there is nothing that could hold a secret")
    found = [place for path in files for place in _places(path, folder, secret)]
    if found:
        raise AssertionError("the secret is in the session's folder:\n  " + "\n  ".join(found))


def _places(path: Path, folder: Path, secret: str) -> Iterator[str]:
    name = path.relative_to(folder).as_posix()
    if secret in name:
        yield f"in the name of a file: {name.replace(secret, '***')}"
    data = path.read_bytes()
    for how, form in _forms(secret).items():
        at = data.find(form)
        if at >= 0:
            yield f"{name.replace(secret, '***')}, line {data.count(bytes([10]), 0, at) + 1}{how}"


def _forms(secret: str) -> dict[str, bytes]:
    """The secret as it may stand in a file, by how that is said; forms that are the same as an earlier one left out."""
    raw = secret.encode()
    written = {
        "": raw,
        " (as JSON)": json.dumps(secret)[1:-1].encode(),
        " (percent-encoded)": quote(secret, safe="").encode(),
        " (in base64)": base64.b64encode(raw).rstrip(b"="),
        " (in UTF-16)": secret.encode("utf-16-le"),
    }
    forms: dict[str, bytes] = {}
    for how, form in written.items():
        if form not in forms.values():
            forms[how] = form
    return forms


# -- what a failure says -----------------------------------------------------------------------------------------------


def _is(event: Event, kind: str, worker: str | None) -> bool:
    return event.type == kind and worker in (None, event.agent)


def _differences(event: Event, details: Mapping[str, object]) -> list[str]:
    given = event.details if isinstance(event.details, Mapping) else event.details.model_dump()
    return list(_differ(given, _plain(details), ""))


def _differ(given: Any, wanted: Any, where: str) -> Iterator[str]:
    if isinstance(wanted, Mapping) and isinstance(given, Mapping):
        for name, value in wanted.items():
            inside = f"{where}.{name}" if where else str(name)
            if name not in given:
                yield f"it has no {inside}"
            else:
                yield from _differ(given[name], value, inside)
    elif _plain(given) != wanted:
        yield f"{where} is {_plain(given)!r}"


def _plain(value: Any) -> Any:
    """Plain data, so that a list equals a tuple and a model its fields."""
    if isinstance(value, BaseModel):
        return _plain(value.model_dump())
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _known_types() -> list[str]:
    models = [model for model in get_args(Event) if model is not OtherEvent]
    return [name for model in models for name in get_args(model.model_fields["type"].annotation)]


def _wanted(kind: str, worker: str | None, details: Mapping[str, object]) -> str:
    said = f"{kind} of {worker!r}" if worker is not None else kind
    if details:
        said += " with " + ", ".join(f"{name}={value!r}" for name, value in details.items())
    return said


def _missing(
    found: Sequence[Event], kind: str, worker: str | None, details: Mapping[str, object], times: str = ""
) -> str:
    said = f"{_wanted(kind, worker, details)} did not happen{times}"
    near = [event for event in found if _is(event, kind, worker)]
    if near and details:
        why = [f"  event {event.seq}: {'; '.join(_differences(event, details))}" for event in near[:_SHOWN]]
        return "\n".join([f"{said}; there is:", *why])
    whose = sorted({event.agent for event in found if event.type == kind})
    if whose:
        said += f"; it did for: {', '.join(whose)}"
    elif hint := did_you_mean(kind, [*_known_types(), *(event.type for event in found)]):
        said += f" ({hint})"
    return f"{said}\n{_shown(found)}"


def _shown(found: Sequence[Event]) -> str:
    if not found:
        return "the journal is empty"
    lines = [f"  {_line(event)}" for event in found[:_SHOWN]]
    more = [f"  ... and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "\n".join(["the journal:", *lines, *more])


def _line(event: Event) -> str:
    who = "" if event.agent == SYSTEM else f" {event.agent}"
    details = event.details if isinstance(event.details, Mapping) else event.details.model_dump()
    said = str(details.get("error") or details.get("message") or details.get("summary") or details.get("status") or "")
    said = " ".join(said.split())
    return f"{event.seq} {event.type}{who}" + (f": {said[:120]}" if said else "")
