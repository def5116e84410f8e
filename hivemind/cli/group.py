"""The top group: knows its commands by name, loads one when called, and asks plugins for names it does not know."""

from __future__ import annotations

import importlib

import click
from click.shell_completion import CompletionItem

from hivemind.cli.commands import CORE
from hivemind.cli.inventory import Brought, Inventory, brought
from hivemind.cli.options import Invocation
from hivemind.cli.output import one_line


class TopGroup(click.Group):
    """The commands of the core, and those of plugins."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List names without loading a command."""
        return [*CORE, *(one.name for one in self._brought(ctx).commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; a name that the core does not know is looked for among the plugins'."""
        if cmd_name in CORE:
            module, _, attribute = CORE[cmd_name][0].partition(":")
            command = getattr(importlib.import_module(module), attribute)
            assert isinstance(command, click.Command)
            return command
        if ctx.resilient_parsing and cmd_name not in {one.name for one in self._brought(ctx).commands}:
            return None
        from hivemind.cli.opening import load_all_plugins
        from hivemind.cli.plugin_commands import find_command

        called = ctx.find_root().ensure_object(Invocation)
        called.plugin, command = find_command(load_all_plugins(called), cmd_name, CORE)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take an option in place of a command for what it is: an unknown option."""
        if args and args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.NoSuchOption(args[0], ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from what is known of them."""
        brought = self._brought(ctx)
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in CORE.items()])
        if brought.commands:
            with formatter.section("Commands of plugins"):
                formatter.write_dl([(one.name, _said(one)) for one in brought.commands])
        if brought.problem:
            with formatter.section("Plugins"):
                formatter.write_text(f"{one_line(brought.problem, 200)}: see 'hivemind plugins list'")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names without loading a command."""
        known = {name: said for name, (_, said) in CORE.items()}
        known |= {one.name: _said(one) for one in self._brought(ctx).commands}
        found = [CompletionItem(name, help=said) for name, said in known.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def _brought(self, ctx: click.Context) -> Inventory:
        called = ctx.find_root().ensure_object(Invocation)
        return brought(called)


def _said(brought: Brought) -> str:
    return one_line(brought.help, 80) or f"From plugin {brought.plugin}."
