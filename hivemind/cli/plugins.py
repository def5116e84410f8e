"""`hivemind plugins`: what is installed, what each brings, and what is broken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say, tell, warn
from hivemind.cli.plugin_block import block, unblock
from hivemind.cli.plugin_check import command as check
from hivemind.cli.plugin_lock import lock
from hivemind.cli.plugin_new import new
from hivemind.cli.plugin_show import info
from hivemind.cli.plugin_trust import trust
from hivemind.errors import ExitCode

if TYPE_CHECKING:
    from hivemind.cli.documents import PluginShown
    from hivemind.cli.opening import Loaded


@click.group("plugins", short_help="List, check, block and trust plugins.")
def group() -> None:
    """List plugins and what each brings; make, check, block, trust and lock them.

    \b
    Example:
      hivemind plugins list
      hivemind plugins info backend
    """


@group.command(
    "list",
    short_help="List plugins, broken ones with why.",
    epilog=options.example("hivemind plugins list", "hivemind --debug plugins list  # with the tracebacks"),
)
@options.repo_option
@options.json_option
@options.everywhere
def list_(repo: Path | None, as_json: bool) -> int:
    """List all plugins: version, distribution or folder, hooks, workers and commands; broken ones with why, and those
    of a folder that is not trusted. Exits 3 if the lock refuses something.
    """
    from hivemind.cli.documents import PluginsDocument
    from hivemind.cli.opening import configure, load_chosen, open_workers, tell_tracebacks

    configuration = configure(repo)
    loaded = load_chosen(configuration, options.invocation())
    for said in loaded.warnings:
        warn(said)
    open_workers(configuration, loaded.manager)
    shown = _shown(loaded)
    tell_tracebacks(loaded.manager)
    code = ExitCode.DONE
    if loaded.problem is not None:
        code = loaded.problem.exit_code
        tell(f"error: {one_line(str(loaded.problem))}")
    options.invocation().exit_code = int(code)
    if as_json:
        emit(PluginsDocument(plugins=shown))
        return int(code)
    for line in plugin_lines(shown):
        say(line)
    return int(code)


def _shown(loaded: Loaded) -> tuple[PluginShown, ...]:
    """All plugins, and those of folders that are not trusted."""
    from hivemind.cli.commands import CORE
    from hivemind.cli.documents import PluginShown
    from hivemind.cli.output import stray_output_to_stderr
    from hivemind.cli.plugin_commands import collect_commands
    from hivemind.plugins import describe

    with stray_output_to_stderr():
        found = collect_commands(loaded.manager, CORE)
    commands: dict[str, list[str]] = {}
    for name, (plugin, _) in found.commands.items():
        commands.setdefault(plugin, []).append(name)
    troubles = {plugin: f"command {name!r} is the core's own and stays so" for plugin, name in found.taken}
    for name, plugins in found.duplicates.items():
        for plugin in plugins:
            others = ", ".join(sorted(set(plugins) - {plugin})) or "itself"
            troubles[plugin] = f"command {name!r} is given by {others} too, so none of them is taken"
    there = (
        PluginShown(
            name=one.name,
            version=one.version,
            distribution=one.distribution,
            module=one.module,
            status=one.status,
            hooks=one.hooks,
            workers=tuple(one.workers),
            commands=tuple(sorted(commands.get(one.name, ()))),
            problem=one.problem or troubles.get(one.name),
            folder=one.folder,
        )
        for one in describe(loaded.manager)
    )
    left_out = (
        PluginShown(name=name, status="not trusted", folder=str(folder.folder), problem=folder.why)
        for folder in loaded.untrusted
        for name in folder.plugins
    )
    return (*there, *left_out)


def plugin_lines(shown: Sequence[PluginShown]) -> list[str]:
    """Describe plugins: a line for each, and under it what it brings."""
    from hivemind.cli.figures import columns

    rows: list[tuple[str, ...]] = [
        (one.name, one.version or "-", one.distribution or one.folder or "-", one.status) for one in shown
    ]
    heads = columns(rows, ("plugin", "version", "distribution or folder", "status"))
    lines = [heads[0]]
    for one, head in zip(shown, heads[1:], strict=True):
        lines.append(head)
        for what, names in (("hooks", one.hooks), ("workers", one.workers), ("commands", one.commands)):
            if names:
                lines.append(f"  {what:<9} {', '.join(names)}")
        if one.problem:
            lines.append(f"  {'problem':<9} {one_line(one.problem)}")
    return lines


for command in (info, block, unblock, trust, lock, check, new):
    group.add_command(command)
