"""The page of the commands: each with its help, its options and its example, from click."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from generators.markdown import code, fence, prose, table

INTRO = """# Commands

Options of `hivemind` itself stand before the command's name; they are taken after it, too. Every command has `--help`.
Exit codes are listed with the [errors](errors.md), the documents that `--json` prints on [their page](json.md).
"""


def page() -> str:
    """Make the page."""
    parts = [INTRO]
    for path, command, context, plugin in commands():
        parts.append(_section(path, command, context, plugin))
    return "\n".join(parts)


def commands() -> Iterator[tuple[str, click.Command, click.Context, str]]:
    """Every command with its full name, a context to describe it in, and the plugin that brings it ('' for the core).

    Commands of plugins that are installed beside the shipped ones are left out: the pages describe this distribution.
    """
    from hivemind.cli.commands import CORE
    from hivemind.cli.main import cli

    top = cli.make_context("hivemind", [], resilient_parsing=True)
    yield "hivemind", cli, top, ""
    found: dict[str, tuple[click.Command, str]] = {}
    for name in CORE:
        command = cli.get_command(top, name)  # type: ignore[attr-defined]
        if command is None:
            raise SystemExit(f"command {name!r} can't be loaded")
        found[name] = (command, "")
    found |= {str(command.name): (command, plugin) for plugin, command in _shipped()}
    for name, (command, plugin) in found.items():
        yield from _walk(name, command, top, plugin)


def _shipped() -> list[tuple[str, click.Command]]:
    from hivemind.plugins import load_plugins

    manager = load_plugins()
    given = manager.collect_now("hivemind_commands")
    return [(plugin, command) for plugin, all_ in given if manager.plugins[plugin].shipped for command in all_]


def _walk(
    name: str, command: click.Command, parent: click.Context, plugin: str
) -> Iterator[tuple[str, click.Command, click.Context, str]]:
    context = click.Context(command, info_name=name, parent=parent)
    yield context.command_path, command, context, plugin
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            inner = command.get_command(context, sub)
            if inner is not None and not inner.hidden:
                yield from _walk(sub, inner, context, plugin)


def _section(path: str, command: click.Command, context: click.Context, plugin: str) -> str:
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    parts = [f"## {path}\n"]
    if plugin:
        parts.append(f"From the plugin `{plugin}`.\n")
    texts, examples = _texts(command)
    parts += [f"{prose(text)}\n" for text in texts]
    parts.append(fence(usage))
    if isinstance(command, click.Group) and path != "hivemind":
        subs = [(sub, command.get_command(context, sub)) for sub in command.list_commands(context)]
        parts.append(", ".join(f"[{path} {sub}](#{f'{path} {sub}'.replace(' ', '-')})" for sub, _ in subs) + "\n")
    rows = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
    rows = [(code(left), prose(right)) for left, right in rows if right and "--help" not in left]
    if rows:
        parts.append(table(("option", "meaning"), rows))
    parts += [f"Example:\n\n{fence(example, 'sh')}" for example in examples]
    return "\n".join(parts)


def _texts(command: click.Command) -> tuple[list[str], list[str]]:
    """The paragraphs of a command's help, and its examples."""
    texts: list[str] = []
    examples: list[str] = []
    for part in (command.help, command.epilog):
        for paragraph in textwrap.dedent(part or "").strip().split("\n\n"):
            lines = paragraph.split("\n")
            if lines[0].strip() == "\b":
                body = lines[1:]
                if body and body[0].strip() in ("Example:", "Examples:"):
                    examples.append(textwrap.dedent("\n".join(body[1:])))
                else:
                    texts.append(fence("\n".join(body)))
            elif paragraph.strip():
                texts.append(" ".join(paragraph.split()))
    return texts, examples
