"""Rules of the hooks as they are written: which, with what arguments, of what shape, for which version."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from hivemind import hookspecs
from hivemind.conformance.bench import Bench
from hivemind.conformance.installed import GROUP
from hivemind.conformance.verdict import Verdict, judge
from hivemind.errors import ConfigurationError, did_you_mean
from hivemind.hook_versions import MADE_FOR, check_version, current, read_version
from hivemind.hookspecs import PROJECT
from hivemind.plugins import ASYNC_HOOKS


@dataclass(frozen=True)
class Implementation:
    """A function of a plugin that is marked as a hook."""

    plugin: str
    hook: str
    name: str
    function: Any
    bound: bool
    options: dict[str, Any]

    @property
    def where(self) -> str:
        """Which function, and where it stands."""
        code = getattr(inspect.unwrap(self.function), "__code__", None)
        place = f" (line {code.co_firstlineno})" if code is not None else ""
        return f"{self.name}{place}"


def implementations(bench: Bench) -> list[Implementation]:
    """All marked functions of the target's plugins."""
    return [one for name, plugin in bench.plugins() for one in _marked(name, plugin)]


def _marked(plugin_name: str, plugin: object) -> Iterator[Implementation]:
    for name in dir(plugin):
        try:
            static = inspect.getattr_static(plugin, name)
        except AttributeError:
            continue
        function = getattr(static, "__func__", static)
        options = getattr(function, f"{PROJECT}_impl", None)
        if isinstance(options, dict):
            bound = not isinstance(plugin, ModuleType) and not isinstance(static, staticmethod)
            yield Implementation(plugin_name, options.get("specname") or name, name, function, bound, options)


def specs(bench: Bench) -> dict[str, Any]:
    """All hooks that anybody specifies: the core, the target's plugins, and the installed ones."""
    return bench.once("specs", lambda: _specs(bench))


def _specs(bench: Bench) -> dict[str, Any]:
    found = dict(_specified(hookspecs))
    modules = [getattr(plugin, "HOOKSPECS", None) for _, plugin in bench.plugins()]
    for name in [*modules, *_installed_specs()]:
        if isinstance(name, str):
            found |= _specified(import_module(name))
    return found


def _installed_specs() -> Iterator[str]:
    """Where installed plugins keep the specs of their own hooks; one that can't be imported has none."""
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            where = getattr(point.load(), "HOOKSPECS", None)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            continue
        if isinstance(where, str):
            yield where


def _specified(module: ModuleType) -> dict[str, Any]:
    return {name: one for name, one in vars(module).items() if hasattr(one, f"{PROJECT}_spec")}


def hook_api_version(bench: Bench) -> Verdict:
    """The declared version is one that this core has."""
    problems: list[str] = []
    declared: list[str] = []
    for name, plugin in bench.plugins():
        try:
            check_version(plugin)
        except ConfigurationError as error:
            problems.append(f"{bench.said_by(name)}{error.message}")
            continue
        if hasattr(plugin, MADE_FOR):
            declared.append(f"{bench.said_by(name)}version {read_version(getattr(plugin, MADE_FOR))}")
        else:
            declared.append(f"{bench.said_by(name)}not declared, taken as {current()}")
    return judge(problems, "; ".join(declared))


def hook_names(bench: Bench) -> Verdict:
    """Every marked function is a hook, and every function named like a hook is marked."""
    known = specs(bench)
    found = implementations(bench)
    problems: list[str] = []
    for one in found:
        if one.hook not in known:
            hint = did_you_mean(one.hook, known)
            problems.append(f"{bench.said_by(one.plugin)}{one.where} is no known hook" + (f", {hint}" if hint else ""))
    for name, plugin in bench.plugins():
        own = [one for one in found if one.plugin == name]
        unmarked = list(_unmarked(plugin, known))
        problems += [f"{bench.said_by(name)}{one} is not marked with @hookimpl, so nobody calls it" for one in unmarked]
        if not own and not unmarked:
            problems.append(f"{bench.said_by(name)}no function is marked with @hookimpl: the plugin does nothing")
    return judge(problems, ", ".join(sorted({one.hook for one in found})))


def _unmarked(plugin: object, known: dict[str, Any]) -> Iterator[str]:
    for name in dir(plugin):
        function = inspect.getattr_static(plugin, name, None)
        function = getattr(function, "__func__", function)
        marked = hasattr(function, f"{PROJECT}_impl") or hasattr(function, f"{PROJECT}_spec")
        if name in known and inspect.isfunction(function) and not marked:
            yield name


def hook_signatures(bench: Bench) -> Verdict:
    """Every hook takes only what its spec gives."""
    known = specs(bench)
    problems: list[str] = []
    checked = 0
    for one in implementations(bench):
        if one.hook in known:
            checked += 1
            given = list(inspect.signature(known[one.hook]).parameters)
            problems += [f"{bench.said_by(one.plugin)}{one.where} {wrong}" for wrong in _wrong_arguments(one, given)]
    return judge(problems, f"{checked} hooks")


def _wrong_arguments(one: Implementation, given: list[str]) -> Iterator[str]:
    parameters = list(inspect.signature(one.function).parameters.values())
    if one.bound and parameters:
        parameters = parameters[1:]
    allowed = ", ".join(given) or "none"
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            yield f"takes {parameter}, and would be given nothing for it; arguments of {one.hook}: {allowed}"
        elif parameter.default is not parameter.empty:
            if parameter.name in given:
                yield f"takes {parameter.name!r} with a default, and so is never given it"
        elif parameter.name not in given:
            hint = did_you_mean(parameter.name, given)
            more = f" ({hint})" if hint else ""
            yield f"takes {parameter.name!r}, which {one.hook} does not give{more}; its arguments: {allowed}"
        elif parameter.kind is parameter.KEYWORD_ONLY:
            yield f"takes {parameter.name!r} by keyword only; hooks are called by position"


def async_shape(bench: Bench) -> Verdict:
    """Nothing is async that nobody awaits, and nothing is a wrapper."""
    problems: list[str] = []
    found = implementations(bench)
    for one in found:
        said = f"{bench.said_by(one.plugin)}{one.where}"
        if inspect.isasyncgenfunction(one.function):
            problems.append(f"{said} is an async generator")
        elif inspect.iscoroutinefunction(one.function) and one.hook not in ASYNC_HOOKS:
            problems.append(f"{said} is 'async def', and {one.hook} is not awaited")
        elif one.options.get("wrapper") or one.options.get("hookwrapper"):
            problems.append(f"{said} is a wrapper")
        elif not callable(one.function):
            problems.append(f"{said} is no function")
    return judge(problems, f"{len(found)} hooks")
