"""Whether a plugin fits this core's hooks: the version it was made for, the arguments it names, names that changed."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from hivemind import hookspecs
from hivemind.errors import ConfigurationError, did_you_mean

if TYPE_CHECKING:
    import pluggy

MADE_FOR = "HOOK_API_VERSION"
MINIMUM = "HOOK_API_MINIMUM"
OLDEST = 1
"""The oldest major version of which plugins still work."""
_UPGRADE = "upgrade hivemind-orchestrator"
_FORM = 'write 1, "1.2" or (1, 2)'
_SILENT = object()


class HookVersion(NamedTuple):
    """A version of the hooks: the major one rises when something breaks, the minor one when something is added."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}" if self.minor else str(self.major)


class RenamedWarning(FutureWarning):
    """Says that a hook or an argument has another name now, and works under its old one for a while.

    Given to pluggy's own marker in the specification that keeps the old name: `@hookspec(warn_on_impl=...)` for a hook,
    `@hookspec(warn_on_impl_args={"old": ...})` for an argument.

    Args:
        old: Its old name.
        new: Its name now.
        until: The major version with which the old name goes.
    """

    def __init__(self, old: str, new: str, until: int) -> None:
        super().__init__(f"{old!r} is now called {new!r}, and the old name goes with hook API version {until}")
        self.old = old
        self.new = new


def current() -> HookVersion:
    """The version of this core's hooks."""
    return HookVersion(hookspecs.HOOK_API_VERSION, hookspecs.HOOK_API_MINOR)


def read_version(value: object, name: str = MADE_FOR) -> HookVersion:
    """Read a version as a plugin writes it: 1, "1.2", (1, 2).

    Args:
        value: What stands there.
        name: Where it stands, for the error.

    Raises:
        ConfigurationError: It is no version.
    """
    parts: Sequence[object] = ()
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}(\.\d{1,6}){0,2}", value, re.ASCII):
        parts = [int(part) for part in value.split(".")]
    elif isinstance(value, int):
        parts = [value]
    elif isinstance(value, (tuple, list)) and len(value) <= 3:
        parts = value
    numbers = [part for part in parts if isinstance(part, int) and not isinstance(part, bool) and part >= 0]
    if not numbers or len(numbers) != len(parts):
        raise ConfigurationError(f"{name} is {_short(value)}, which is no version", _FORM)
    if numbers[0] < 1:
        raise ConfigurationError(f"{name} is {_short(value)}, and versions of the hooks begin at 1", _FORM)
    return HookVersion(numbers[0], numbers[1] if len(numbers) > 1 else 0)


def check_version(plugin: object) -> None:
    """Make sure that a plugin was made for hooks that this core has; one that says nothing was.

    Raises:
        ConfigurationError: It was made for a newer major version, or for one that is no longer supported, needs a
            newer version than this core has, or gives no version where it should.
    """
    core = current()
    said, least = getattr(plugin, MADE_FOR, _SILENT), getattr(plugin, MINIMUM, _SILENT)
    made_for = core if said is _SILENT else read_version(said)
    if made_for.major > core.major:
        raise ConfigurationError(f"made for hook API version {made_for}, this hivemind has {core}", _UPGRADE)
    if made_for.major < OLDEST:
        raise ConfigurationError(
            f"made for hook API version {made_for}, and this hivemind has {core} and takes {OLDEST} at the least",
            "upgrade the plugin, or install an older hivemind-orchestrator",
        )
    if least is _SILENT:
        return
    minimum = read_version(least, MINIMUM)
    if minimum > core:
        raise ConfigurationError(f"needs hook API version {minimum} at the least, this hivemind has {core}", _UPGRADE)
    if minimum > made_for:
        raise ConfigurationError(
            f"{MINIMUM} is {minimum}, which is newer than its own {MADE_FOR} {made_for}", "mend one of the two"
        )


def check_arguments(hook: str, function: Any, known: Iterable[str] | None) -> None:
    """Make sure that an implementation names only arguments that its hook has.

    Args:
        hook: The hook.
        function: The implementation.
        known: The arguments of the hook's specification; None where there is none.

    Raises:
        ConfigurationError: It names another, as one that is made for a newer hook API does.
    """
    if known is None:
        return
    has = tuple(known)
    positional, only_by_name = _named_arguments(function)
    for name in positional:
        if name not in has:
            near = did_you_mean(name, has)
            which = f"it has {', '.join(has)}" if has else "it has none"
            raise ConfigurationError(
                f"{hook} names the argument {name!r}, which this hivemind's hook API {current()} does not have: the "
                "plugin is made for a newer hook API, or the name is wrong",
                near or f"{_UPGRADE}, or take the argument out ({which})",
            )
    if only_by_name:
        raise ConfigurationError(
            f"{hook} takes {only_by_name[0]!r} by name only, and arguments are given by position",
            "take out the '*' before it",
        )


def _named_arguments(function: Any) -> tuple[list[str], list[str]]:
    """The arguments that must be given: those by position, and those by name only."""
    parameters = list(inspect.signature(function).parameters.values())
    needed = [one for one in parameters if one.default is one.empty]
    by_position = [one.name for one in needed if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    return by_position, [one.name for one in needed if one.kind is one.KEYWORD_ONLY]


# -- names that changed ------------------------------------------------------------------------------------------------


def current_name(pm: pluggy.PluginManager, hook: str) -> str:
    """The name that a hook has now."""
    renamed = _renamed(pm, hook)
    return renamed.new if renamed is not None else hook


def arguments_of(pm: pluggy.PluginManager, hook: str) -> tuple[str, ...] | None:
    """The arguments that a hook's specification has, old names among them; None where there is no such hook."""
    spec = _spec(pm, hook)
    return None if spec is None else (*spec.argnames, *spec.kwargnames)


def implementations(pm: pluggy.PluginManager, hook: str) -> list[tuple[pluggy.HookImpl, tuple[str, ...]]]:
    """The implementations of a hook, those under its old names too; a plugin that has both is called by the new one.

    Returns:
        Each with the arguments that it takes, by the names that they have now.
    """
    found = _under(pm, hook)
    plugins = {impl.plugin_name for impl, _ in found}
    for old in vars(pm.hook):
        if old != hook and current_name(pm, old) == hook:
            found += [(impl, names) for impl, names in _under(pm, old) if impl.plugin_name not in plugins]
    return found


def _under(pm: pluggy.PluginManager, name: str) -> list[tuple[pluggy.HookImpl, tuple[str, ...]]]:
    spec = _spec(pm, name)
    warned: Mapping[str, Warning] = (spec.warn_on_impl_args or {}) if spec is not None else {}
    now = {old: said.new for old, said in warned.items() if isinstance(said, RenamedWarning)}
    caller: pluggy.HookCaller = getattr(pm.hook, name)
    return [(impl, tuple(now.get(one, one) for one in impl.argnames)) for impl in caller.get_hookimpls()]


def register(pm: pluggy.PluginManager, plugin: object, name: str) -> list[str]:
    """Register a plugin with pluggy.

    Returns:
        What to tell about old names that it uses, once each.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pm.register(plugin, name)
    notices: list[str] = []
    for one in caught:
        if isinstance(one.message, RenamedWarning):
            notices.append(f"plugin {name!r} uses an old name: {one.message}")
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno, source=one.source)
    return list(dict.fromkeys(notices))


def made_for_newer(plugin: object) -> str | None:
    """Say that a plugin was made for a newer version than this core has; None where it says nothing of the kind."""
    said = getattr(plugin, MADE_FOR, None)
    if said is None or read_version(said) <= current():
        return None
    return f"it is made for hook API version {read_version(said)}, this hivemind has {current()}: {_UPGRADE}"


def _spec(pm: pluggy.PluginManager, hook: str) -> Any:
    caller: pluggy.HookCaller | None = getattr(pm.hook, hook, None)
    return caller.spec if caller is not None else None


def _renamed(pm: pluggy.PluginManager, hook: str) -> RenamedWarning | None:
    spec = _spec(pm, hook)
    warning = spec.warn_on_impl if spec is not None else None
    return warning if isinstance(warning, RenamedWarning) else None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
