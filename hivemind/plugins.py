"""The plugin manager: discover, block, validate; `collect()` and `notify()` for hooks that may be async.

pluggy has no notion of a coroutine: an `async def` on a firstresult hook would win with its coroutine, a wrapper would
end before the coroutine runs, and one raising implementation stops the others without a name. So the core calls
implementations one by one over the public `HookCaller.get_hookimpls()`.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Awaitable, Coroutine, Iterable, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from hivemind import hook_versions, hookspecs
from hivemind.errors import ConfigurationError, PluginError, SessionError, did_you_mean, said_of
from hivemind.hookspecs import PROJECT
from hivemind.plugin_info import DISTRIBUTION
from hivemind.plugin_info import PluginInfo as PluginInfo
from hivemind.plugin_loading import LOCAL_PATIENCE_S, Candidate, Refuse, installed_candidates, local_candidates
from hivemind.threads import in_thread, within

GROUP = "hivemind.plugins"
ASYNC_HOOKS = frozenset(("hivemind_load_context", "hivemind_verify", "hivemind_publish", "hivemind_event"))
CORE_PLUGIN = "core"
CORE_MODULE = "hivemind.defaults"
"""The core's own plugin, named and not imported: a default comes through the same door as everybody's."""
REGISTRATION_TIMEOUT_S = 30.0


class PluginManager:
    """The plugins of one process.

    Args:
        blocked: Names that are never imported.
    """

    def __init__(self, blocked: Iterable[str] = ()) -> None:
        self.blocked = frozenset(blocked)
        self.pm = pluggy.PluginManager(PROJECT)
        self.pm.add_hookspecs(hookspecs)
        self.plugins: dict[str, PluginInfo] = {}
        self._implementations: dict[str, list[tuple[str, Any]]] = {}
        self.not_loaded: list[str] = []
        """What was left out and may bring what somebody looks for, a sentence each with what to do."""

    def register(self, plugin: object, name: str, *, distribution: str = "", version: str = "") -> PluginInfo:
        """Register a plugin object; a broken one is reported, not raised.

        Returns:
            What became of it.
        """
        module = plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__qualname__
        info = PluginInfo(name, distribution, version, module)
        if not self._claim(info) or info.status == "blocked":
            return info
        return self._register(plugin, info)

    def _claim(self, info: PluginInfo) -> bool:
        """Take a plugin in under its name, blocked or not; one whose name is taken is reported under another."""
        other = self.plugins.get(info.name)
        if other is not None:
            info.status = "broken"
            info.problem = f"the name {info.name!r} is taken by {other.path or other.distribution or other.module}"
            if info.path:
                info.problem = f"{info.path}: {info.problem}"
            taken = info.name
            info.name = f"{taken} ({info.path or info.distribution or info.module})"
        elif info.name in self.blocked:
            info.status = "blocked"
        self.plugins.setdefault(info.name, info)
        return other is None

    def _register(self, plugin: object, info: PluginInfo) -> PluginInfo:
        name = info.name
        self._implementations.clear()
        try:
            self._add_own_hookspecs(plugin)
            info.hooks = _validate(plugin, self.pm)
            info.notices = hook_versions.register(self.pm, plugin, name)
            unknown = sorted(set(info.hooks) - set(vars(self.pm.hook)) - {"pm"})
            for hook in info.hooks:
                if not getattr(self.pm.hook, hook).has_spec():
                    unknown.append(hook)
            if unknown:
                known = [one for one in vars(self.pm.hook) if getattr(self.pm.hook, one).has_spec()]
                hint = hook_versions.made_for_newer(plugin) or did_you_mean(unknown[0], known) or None
                raise ConfigurationError(f"unknown hook {unknown[0]!r}", hint)
        except (Exception, SystemExit) as error:  # noqa: BLE001  (a plugin may raise anything; it is named)
            info.break_with(error)
            if self.pm.get_plugin(name) is plugin:  # under another name it is somebody else's, and stays
                self.pm.unregister(name=name)
        self._implementations.clear()
        return info

    def _add_own_hookspecs(self, plugin: object) -> None:
        """A plugin may bring hooks of its own: `HOOKSPECS = "package.hookspecs"`."""
        where = getattr(plugin, "HOOKSPECS", None)
        if where is None:
            return
        if not isinstance(where, str):
            raise ConfigurationError("HOOKSPECS must be the import path of a module")
        specs = importlib.import_module(where)
        if any(name.startswith(f"{PROJECT}_") and hasattr(hookspecs, name) for name in vars(specs)):
            raise ConfigurationError(f"{where} redefines a hook of the core")
        self.pm.add_hookspecs(specs)
        connect = getattr(plugin, "connect", None)
        if callable(
            connect
        ):  # how it calls its own hooks later: connect(collect), collect(hook) -> [(plugin, results)]
            connect(self.collect_now)

    def load(
        self,
        candidates: Iterable[Candidate],
        refuse: Refuse | None = None,
        patience_s: float = REGISTRATION_TIMEOUT_S,
    ) -> None:
        """Load plugins in their order, each in its own try.

        Args:
            candidates: The plugins; those that are blocked are not imported.
            refuse: Says which others may not be imported either; it is given all.
            patience_s: How long each may take.
        """
        known = [(one, self._claim(one.info)) for one in candidates]
        refused = refuse([one for one, _ in known]) if refuse is not None else {}
        late: list[tuple[object, PluginInfo]] = []
        for one, own in known:
            info = one.info
            if not own or info.status == "blocked":
                continue
            if info.name in refused:
                info.status, info.problem = "refused", refused[info.name]
                continue
            patience = min(patience_s, LOCAL_PATIENCE_S) if one.local is not None else patience_s
            try:
                late.append((within(one.load, patience, info.name), info))
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                info.break_with(error)
        # Plugins that bring hooks of their own come first, so that others' implementations of these find their spec.
        late.sort(key=lambda one: getattr(one[0], "HOOKSPECS", None) is None)
        for plugin, info in late:
            if isinstance(plugin, ModuleType):
                info.module = plugin.__name__ if not info.path else info.module
            self._register(plugin, info)

    @property
    def broken(self) -> list[PluginInfo]:
        """The plugins that could not be loaded, or failed to say what they bring."""
        return [info for info in self.plugins.values() if info.status == "broken"]

    def report(self, plugin: str, hook: str, error: BaseException) -> None:
        """Mark a loaded plugin broken: it failed to say what it brings."""
        info = self.plugins.get(plugin)
        if info is not None:
            info.break_with(error)
            info.problem = f"{hook}: {info.problem}"

    def implementations(self, hook: str) -> list[tuple[str, Any]]:
        """List (plugin, function) of a hook: tryfirst before the rest before trylast, each by name."""
        if hook in self._implementations:  # asked several times for each worker
            return self._implementations[hook]
        found = [
            (impl, names)
            for impl, names in hook_versions.implementations(self.pm, hook)
            if not (impl.hookwrapper or impl.wrapper)
        ]
        found.sort(key=lambda one: (-int(one[0].tryfirst) + int(one[0].trylast), one[0].plugin_name))
        listed = [(impl.plugin_name, _Implementation(impl, names)) for impl, names in found]
        self._implementations[hook] = listed
        return listed

    def implements(self, hook: str) -> bool:
        """Whether any plugin implements a hook."""
        return bool(hook_versions.implementations(self.pm, hook))

    def collect_now(self, hook: str, **arguments: object) -> list[tuple[str, Any]]:
        """Call a registration hook of every plugin.

        Returns:
            (plugin, result) by plugin name; a plugin that raises is marked broken and left out.
        """
        results: list[tuple[str, Any]] = []
        for plugin, implementation in self.implementations(hook):
            function = partial(_listing, implementation, arguments)
            try:
                results.append((plugin, within(function, REGISTRATION_TIMEOUT_S, plugin)))
            except (Exception, SystemExit) as error:  # noqa: BLE001  (reported by name; fatal where it is needed)
                self.report(plugin, hook, error)
        return sorted(results, key=lambda one: one[0])

    async def collect(self, hook: str, **arguments: object) -> list[tuple[str, Any]]:
        """Call a work hook of every plugin, `def` or `async def`, at the same time.

        Returns:
            (plugin, result) by plugin name, results of None left out.

        Raises:
            PluginError: An implementation raised; names the plugin and the hook.
        """
        found = self.implementations(hook)
        if not found:
            return []
        outcomes = await _together([_call(function, arguments) for _, function in found])
        results: list[tuple[str, Any]] = []
        for (plugin, _), outcome in zip(found, outcomes, strict=True):
            if isinstance(outcome, SessionError):
                raise outcome  # a full disk is no fault of the plugin that met it
            if isinstance(outcome, Exception):
                raise PluginError(plugin, hook, said_of(_own(outcome))) from outcome
            if isinstance(outcome, BaseException):
                raise outcome
            if outcome is not None:
                results.append((plugin, outcome))
        return sorted(results, key=lambda one: one[0])

    async def notify(self, hook: str, skip: Iterable[str] = (), **arguments: object) -> list[PluginError]:
        """Call a hook of every plugin and return errors instead of raising them.

        Args:
            skip: Plugins not to call.
        """
        muted = set(skip)
        errors: list[PluginError] = []
        for plugin, function in self.implementations(hook):
            if plugin in muted:
                continue
            try:
                await _call(function, arguments)
            except Exception as error:  # noqa: BLE001  (returned with the plugin's name)
                errors.append(PluginError(plugin, hook, said_of(_own(error))))
        return errors

    def first(self, hook: str, **arguments: object) -> tuple[str, Awaitable[Any]] | None:
        """Ask the implementations of a firstresult hook in order; the first that answers takes the work.

        Raises:
            PluginError: An implementation raised, or returned something that can't be awaited.
        """
        for plugin, function in self.implementations(hook):
            try:
                result = function(arguments)
            except (Exception, SystemExit) as error:
                raise PluginError(plugin, hook, said_of(error)) from error
            if result is None:
                continue
            if not inspect.isawaitable(result):
                raise PluginError(plugin, hook, f"returned {type(result).__name__}, not an awaitable or None")
            return plugin, result
        return None


def _listing(function: Any, arguments: dict[str, object]) -> list[Any]:
    result = function(arguments)
    return [] if result is None else list(result)


async def _together(calls: Sequence[Coroutine[Any, Any, Any]]) -> Sequence[Any]:
    """Await calls at the same time: their results, or what they raised. A single one needs no task of its own."""
    if len(calls) > 1:
        return await asyncio.gather(*calls, return_exceptions=True)
    try:
        return [await calls[0]]
    except Exception as error:  # noqa: BLE001  (handed on with the plugin's name)
        return [error]


class _ProcessEndError(Exception):
    """Stands for a SystemExit, which would go through a task of asyncio and end the loop."""


def _own(error: Exception) -> BaseException:
    cause = error.__cause__
    return cause if isinstance(error, _ProcessEndError) and cause is not None else error


async def _call(function: Any, arguments: dict[str, object]) -> Any:
    try:
        return await _awaited(function, arguments)
    except SystemExit as error:
        raise _ProcessEndError from error


async def _awaited(function: Any, arguments: dict[str, object]) -> Any:
    """Call one implementation: `async def` in the loop, plain `def` in a thread, where it may take its time."""
    if function.is_async:
        return await function(arguments)

    def plain() -> Any:
        result = function(arguments)
        return list(result) if inspect.isgenerator(result) else result

    result = await in_thread(plain, function.plugin)
    return await result if inspect.isawaitable(result) else result


class _Implementation:
    """Calls an implementation with the arguments that it names, as pluggy does: new ones do not break old plugins."""

    def __init__(self, impl: pluggy.HookImpl, names: Sequence[str]) -> None:
        self.function = impl.function
        self.names = names
        self.plugin = impl.plugin_name
        self.is_async = inspect.iscoroutinefunction(impl.function)

    def __call__(self, arguments: dict[str, object]) -> Any:
        return self.function(*[arguments[name] for name in self.names])


def _validate(plugin: object, pm: pluggy.PluginManager) -> tuple[str, ...]:
    """Check a plugin's hooks before it is registered.

    Returns:
        The names of the hooks that it implements.

    Raises:
        ConfigurationError: A hook has the wrong shape, or the plugin is made for another hook API.
    """
    hook_versions.check_version(plugin)
    hooks: list[str] = []
    for name in dir(plugin):
        try:
            function = inspect.getattr_static(plugin, name)
        except AttributeError:
            continue
        function = getattr(function, "__func__", function)
        options = getattr(function, f"{PROJECT}_impl", None)
        if options is None:
            continue
        hook = options.get("specname") or name
        hooks.append(hook)
        is_async = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
        if inspect.isasyncgenfunction(function):
            raise ConfigurationError(f"{hook} is an async generator: return a list from an 'async def' instead")
        now = hook_versions.current_name(pm, hook)
        if is_async and now not in ASYNC_HOOKS:
            hint = "make it a plain def that returns an awaitable" if now == "hivemind_execute" else "make it a def"
            raise ConfigurationError(f"{hook} can't be 'async def'", hint)
        if options.get("wrapper") or options.get("hookwrapper"):
            raise ConfigurationError(f"{hook} can't be a wrapper", "implement the hook itself, or hivemind_event")
        if not callable(function):
            raise ConfigurationError(f"{hook} is not a function")
        hook_versions.check_arguments(hook, getattr(plugin, name), hook_versions.arguments_of(pm, hook))
    return tuple(sorted(hooks))


def load_plugins(
    blocked: Iterable[str] = (),
    *,
    entry_points: bool = True,
    local: Iterable[Candidate | Path | str] = (),
    refuse: Refuse | None = None,
    patience_s: float = REGISTRATION_TIMEOUT_S,
) -> PluginManager:
    """Make a manager with the core's own defaults and, unless told otherwise, all installed plugins.

    Args:
        blocked: Names that are never imported.
        entry_points: Whether installed plugins are loaded.
        local: Folders whose plugins are loaded too, or plugins of folders.
        refuse: Says which plugins may not be imported.
        patience_s: How long each may take to be imported.

    Raises:
        ConfigurationError: A folder can't be read.
    """
    manager = PluginManager(blocked)
    manager.register(importlib.import_module(CORE_MODULE), CORE_PLUGIN, distribution=DISTRIBUTION)
    given = list(local)
    found = local_candidates(one for one in given if isinstance(one, Path | str))
    found += [one for one in given if isinstance(one, Candidate)]
    manager.load([*(installed_candidates() if entry_points else ()), *found], refuse, patience_s)
    return manager


def describe(manager: PluginManager) -> Sequence[PluginInfo]:
    """List all plugins: shipped ones first, then by distribution and name, and local ones last."""
    return sorted(
        manager.plugins.values(), key=lambda info: (not info.shipped, info.folder, info.distribution, info.name)
    )
