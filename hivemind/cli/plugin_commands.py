"""Commands that plugins bring with `hivemind_commands`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hivemind.cli.output import stray_output_to_stderr
from hivemind.errors import PluginError, UsageError, did_you_mean

if TYPE_CHECKING:
    from hivemind.plugins import PluginManager

HOOK = "hivemind_commands"
PATIENCE_S = 3.0


@dataclass
class PluginCommands:
    """What plugins bring: commands by name, names that more than one gives, and names that are the core's."""

    commands: dict[str, tuple[str, click.Command]] = field(default_factory=dict)
    """Name to (plugin, command)."""
    duplicates: dict[str, list[str]] = field(default_factory=dict)
    """Name to the plugins that give it; none of them is taken."""
    taken: list[tuple[str, str]] = field(default_factory=list)
    """(plugin, name) where the name is a command of the core, which stays."""


def collect_commands(manager: PluginManager, core: Collection[str]) -> PluginCommands:
    """Ask every plugin for its commands; one that fails or hangs is reported broken and left out.

    Args:
        manager: The plugins.
        core: The core's own names, which no plugin can take.
    """
    found = PluginCommands()
    for plugin, command in _given(manager):
        name = command.name or ""
        if name in core:
            found.taken.append((plugin, name))
        elif name in found.duplicates:
            found.duplicates[name].append(plugin)
        elif name in found.commands:
            other, _ = found.commands.pop(name)
            found.duplicates[name] = [other, plugin]
        else:
            found.commands[name] = (plugin, command)
    return found


def _given(manager: PluginManager) -> list[tuple[str, click.Command]]:
    from hivemind.threads import within

    given: list[tuple[str, click.Command]] = []
    for plugin, implementation in sorted(manager.implementations(HOOK), key=lambda one: one[0]):
        try:
            results = within(partial(_listed, implementation), PATIENCE_S, plugin)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            manager.report(plugin, HOOK, error)
            continue
        wrong = [one for one in results if not isinstance(one, click.Command) or not one.name]
        if wrong:
            what = "a command without a name" if isinstance(wrong[0], click.Command) else type(wrong[0]).__name__
            manager.report(plugin, HOOK, TypeError(f"gave {what}, not a click.Command with a name"))
            continue
        given.extend((plugin, command) for command in results)
    return given


def _listed(implementation: Any) -> list[Any]:
    result = implementation({})
    return [] if result is None else list(result)


def find_command(manager: PluginManager, name: str, core: Collection[str]) -> tuple[str, click.Command]:
    """Find a plugin's command by name.

    Returns:
        The plugin and its command.

    Raises:
        PluginError: More than one plugin gives it.
        UsageError: There is none; suggests near names and names broken plugins.
    """
    with stray_output_to_stderr():
        found = collect_commands(manager, core)
    if name in found.commands:
        return found.commands[name]
    if name in found.duplicates:
        first, *others = found.duplicates[name]
        raise PluginError(
            first,
            HOOK,
            f"command {name!r} is given by plugin {' and '.join(map(repr, others))} too",
            f"block all but one, such as with --block-plugin {first}",
        )
    hint = did_you_mean(name, [*core, *found.commands])
    broken = [f"plugin {info.name!r} is broken: {info.problem}" for info in manager.broken]
    told = "; ".join(filter(None, (hint, *broken, *manager.not_loaded)))
    raise UsageError(f"no such command {name!r}", told or "see 'hivemind --help'")
