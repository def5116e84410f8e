"""`hivemind plugins`: what is installed, what each brings, and what is broken."""

from __future__ import annotations

from pathlib import Path

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
    from hivemind.cli.commands import CORE
    from hivemind.cli.documents import PluginsDocument, PluginShown
    from hivemind.cli.opening import configure, load_chosen, open_workers, tell_tracebacks
    from hivemind.cli.output import stray_output_to_stderr
    from hivemind.cli.plugin_commands import collect_commands
    from hivemind.plugins import describe

    configuration = configure(repo)
    loaded = load_chosen(configuration, options.invocation())
    manager = loaded.manager
    for said in loaded.warnings:
        warn(said)
    open_workers(configuration, manager)
    with stray_output_to_stderr():
        found = collect_commands(manager, CORE)
    commands: dict[str, list[str]] = {}
    for name, (plugin, _) in found.commands.items():
        commands.setdefault(plugin, []).append(name)
    troubles = {plugin: f"command {name!r} is the core's own and stays so" for plugin, name in found.taken}
    for name, plugins in found.duplicates.items():
        for plugin in plugins:
            others = ", ".join(sorted(set(plugins) - {plugin})) or "itself"
            troubles[plugin] = f"command {name!r} is given by {others} too, so none of them is taken"
    listed = tuple(
        PluginShown(
            name=plugin.name,
            version=plugin.version,
            distribution=plugin.distribution,
            module=plugin.module,
            status=plugin.status,
            hooks=plugin.hooks,
            workers=tuple(plugin.workers),
            commands=tuple(sorted(commands.get(plugin.name, ()))),
            problem=plugin.problem or troubles.get(plugin.name),
            folder=plugin.folder,
        )
        for plugin in describe(manager)
    )
    listed += tuple(
        PluginShown(name=name, status="not trusted", folder=str(one.folder), problem=one.why)
        for one in loaded.untrusted
        for name in one.plugins
    )
    tell_tracebacks(manager)
    code = ExitCode.DONE
    if loaded.problem is not None:
        code = loaded.problem.exit_code
        tell(f"error: {one_line(str(loaded.problem))}")
    options.invocation().exit_code = int(code)
    if as_json:
        emit(PluginsDocument(plugins=listed))
        return int(code)
    for line in plugin_lines(listed):
        say(line)
    return int(code)


def plugin_lines(plugins: tuple[object, ...]) -> list[str]:
    """Describe plugins: a line for each, and under it what it brings."""
    from hivemind.cli.documents import PluginShown
    from hivemind.cli.figures import columns

    shown = [one for one in plugins if isinstance(one, PluginShown)]
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
