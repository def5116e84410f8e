"""`hivemind plugins`: what is installed, what each brings, and what is broken."""

from __future__ import annotations

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say
from hivemind.cli.plugin_check import command as check
from hivemind.cli.plugin_new import new


@click.group("plugins", short_help="List plugins and what each brings.")
def group() -> None:
    """List plugins and what each brings.

    \b
    Example:
      hivemind plugins list
    """


@group.command(
    "list",
    short_help="List plugins, broken ones with why.",
    epilog=options.example("hivemind plugins list", "hivemind --debug plugins list  # with the tracebacks"),
)
@options.json_option
@options.everywhere
def list_(as_json: bool) -> None:
    """List all plugins: version, distribution, hooks, workers and commands; broken ones with why."""
    from hivemind.cli.commands import CORE
    from hivemind.cli.documents import PluginsDocument, PluginShown
    from hivemind.cli.opening import configure, open_plugins, open_workers, tell_tracebacks
    from hivemind.cli.output import stray_output_to_stderr
    from hivemind.cli.plugin_commands import collect_commands
    from hivemind.plugins import describe

    configuration = configure(None)
    manager = open_plugins(configuration)
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
            name=info.name,
            version=info.version,
            distribution=info.distribution,
            module=info.module,
            status=info.status,
            hooks=info.hooks,
            workers=tuple(info.workers),
            commands=tuple(sorted(commands.get(info.name, ()))),
            problem=info.problem or troubles.get(info.name),
        )
        for info in describe(manager)
    )
    tell_tracebacks(manager)
    if as_json:
        emit(PluginsDocument(plugins=listed))
        return
    for line in plugin_lines(listed):
        say(line)


def plugin_lines(plugins: tuple[object, ...]) -> list[str]:
    """Describe plugins: a line for each, and under it what it brings."""
    from hivemind.cli.documents import PluginShown
    from hivemind.cli.figures import columns

    shown = [one for one in plugins if isinstance(one, PluginShown)]
    rows: list[tuple[str, ...]] = [(one.name, one.version or "-", one.distribution or "-", one.status) for one in shown]
    heads = columns(rows, ("plugin", "version", "distribution", "status"))
    lines = [heads[0]]
    for one, head in zip(shown, heads[1:], strict=True):
        lines.append(head)
        for what, names in (("hooks", one.hooks), ("workers", one.workers), ("commands", one.commands)):
            if names:
                lines.append(f"  {what:<9} {', '.join(names)}")
        if one.problem:
            lines.append(f"  {'problem':<9} {one_line(one.problem)}")
    return lines


group.add_command(check)


group.add_command(new)
