"""Rules of the registration hooks: what they give is what it must be, and always the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

from hivemind.conformance.bench import Bench
from hivemind.conformance.hive import Hive, hive_of
from hivemind.conformance.verdict import Verdict, judge, skipped

_PATIENCE_S = 5.0
_COMMANDS = "hivemind.cli.commands"
"""Where the core's own commands are listed; named, not imported: the command line stands above this package."""


def registration(bench: Bench) -> Verdict:
    """Every registration hook gives what it must."""
    hive = hive_of(bench)
    problems: list[str] = []
    given: list[str] = []
    for hook, plugin, results in _all(hive):
        if isinstance(results, str):
            problems.append(f"{bench.said_by(plugin)}{hook} {results}")
            continue
        wrong = [f"{bench.said_by(plugin)}{hook} {one}" for result in results for one in _wrong(hook, result)]
        problems += wrong
        given += [] if wrong else [f"{len(results)} from {hook}"]
    if not problems:
        problems += hive.broken()
    if not problems and not given:
        return skipped("the plugin has no registration hook")
    return judge(problems, ", ".join(given))


def _all(hive: Hive) -> Iterator[tuple[str, str, list[Any] | str]]:
    """Call every registration hook of the target: hook, plugin, and what it gave or why not."""
    from hivemind.plugins import ASYNC_HOOKS

    for hook in sorted(vars(hive.manager.pm.hook)):
        if hook in ASYNC_HOOKS or hook in ("hivemind_execute", "hivemind_edges") or hook.startswith("_"):
            continue
        if not getattr(hive.manager.pm.hook, hook).has_spec():
            continue
        for plugin, call in hive.implementations(hook):
            if not call.names:
                yield hook, plugin, _called(call, plugin)


def _called(call: Callable[[dict[str, object]], Any], plugin: str) -> list[Any] | str:
    from hivemind.conformance.process import place_of
    from hivemind.threads import within

    try:
        return within(partial(_list_of, call), _PATIENCE_S, plugin)
    except TimeoutError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  (the plugin's own, and told)
        return f"raised {type(error).__name__}: {error}{place_of(error)}"


def _list_of(call: Callable[[dict[str, object]], Any]) -> list[Any]:
    result = call({})
    return [] if result is None else list(result)


def _wrong(hook: str, result: Any) -> Iterator[str]:
    """What is wrong with one thing that a hook gave."""
    kind = type(result).__name__
    if hook == "hivemind_workers":
        yield from _wrong_worker(result)
    elif hook == "hivemind_engines":
        if not isinstance(getattr(result, "name", None), str) or not callable(getattr(result, "run", None)):
            yield f"gave {kind}, which is no engine: it has a name, and run(work)"
    elif hook == "hivemind_models":
        if not isinstance(getattr(result, "prefix", None), str) or not callable(getattr(result, "resolve", None)):
            yield f"gave {kind}, which is no family of models: it has a prefix, a description, and resolve(name)"
        elif ":" in result.prefix or not result.prefix:
            yield f"gave models with the prefix {result.prefix!r}; it is a word without a colon"
    elif hook == "hivemind_commands":
        yield from _wrong_command(result)


def _wrong_worker(result: Any) -> Iterator[str]:
    from collections.abc import Mapping

    from pydantic import ValidationError

    from hivemind.models import WorkerSpec

    if isinstance(result, Mapping):
        try:
            WorkerSpec.model_validate(dict(result))
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
            yield f"gave a worker that is none: {told}"
    elif not isinstance(result, WorkerSpec):
        yield f"gave {type(result).__name__}, not a WorkerSpec"


def _wrong_command(result: Any) -> Iterator[str]:
    import click

    if not isinstance(result, click.Command):
        yield f"gave {type(result).__name__}, not a click.Command"
    elif not result.name:
        yield "gave a command without a name"
    elif result.name in import_module(_COMMANDS).CORE:
        yield f"gave the command {result.name!r}, which is the core's own"


def registration_deterministic(bench: Bench) -> Verdict:
    """Two calls give the same, and so do two processes."""
    hive = hive_of(bench)
    problems: list[str] = []
    prints: dict[str, str] = {}
    for (hook, plugin, one), (_, _, other) in zip(_all(hive), _all(hive), strict=True):
        said = f"{bench.said_by(plugin)}what {hook} gives"
        if isinstance(one, str) or isinstance(other, str):
            if isinstance(one, str) != isinstance(other, str):
                problems.append(f"{said} fails only sometimes: {one if isinstance(one, str) else other}")
            continue
        prints[said] = _print(one)
        if prints[said] != _print(other):
            from hivemind.conformance.comparing import difference

            problems.append(f"{said} is not the same twice: {difference(prints[said], _print(other))}")
    if not prints and not problems:
        return skipped("the plugin has no registration hook")
    return judge(problems, ", ".join(prints), prints)


def _print(results: list[Any]) -> str:
    """Results as text, sorted: their order does not matter, as the core sorts them."""
    from pydantic import BaseModel

    lines = [
        json.dumps(one.model_dump(mode="json")) if isinstance(one, BaseModel) else _described(one) for one in results
    ]
    return "\n".join(sorted(lines))


def _described(one: Any) -> str:
    name = getattr(one, "name", None) or getattr(one, "prefix", None) or ""
    parameters = [parameter.name for parameter in getattr(one, "params", ())]
    said = json.dumps(one, default=str) if isinstance(one, dict) else ""
    return f"{type(one).__qualname__} {name} {parameters or ''} {said}".strip()
