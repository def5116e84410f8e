"""`hivemind plugins new`: a complete distribution to begin a plugin with."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say

if TYPE_CHECKING:
    from hivemind.scaffold.naming import PluginNames


@click.command(
    "new",
    short_help="Write a new plugin to begin with.",
    epilog=options.example(
        "hivemind plugins new database-reviewer",
        "hivemind plugins new acme-tools --worker security --path ~/src/acme-tools",
    ),
)
@click.argument("name")
@click.option(
    "--worker",
    "role",
    metavar="ROLE",
    help="The role of its worker, which is then called ROLE-worker.  [default: NAME is both]",
)
@click.option(
    "--path",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder to write, new or empty.  [default: hivemind-NAME in the current folder]",
)
@options.json_option
@options.everywhere
def new(name: str, role: str | None, path: Path | None, as_json: bool) -> None:
    """Write a new plugin: a distribution of its own with a worker, hooks, rules, tests, README and CI file.

    It works as it stands: its worker lists what the authors of a repository marked as unfinished. Nothing is
    overwritten.
    """
    from hivemind.scaffold.naming import plugin_names
    from hivemind.scaffold.rendering import render
    from hivemind.scaffold.writing import write_folder

    names = plugin_names(name, role)
    files = render(names)
    target = Path(names.distribution) if path is None else path
    written = write_folder(target, files, other=None if path is None else path / names.distribution)
    said = written if str(target).startswith("~") else target  # a shell does not expand what is quoted
    following = next_commands(names, written, said)
    if as_json:
        from hivemind.cli.scaffold_documents import PluginNewDocument

        emit(
            PluginNewDocument(
                plugin=names.plugin,
                distribution=names.distribution,
                package=names.package,
                worker=names.worker,
                role=names.role,
                path=str(written),
                files=tuple(files),
                next=following,
            )
        )
        return
    say(f"written: {said}, plugin {names.plugin!r} with worker {names.worker!r} (role {names.role!r})")
    for file in files:
        say(f"  {file}")
    say("next:")
    for command in following:
        say(f"  {command}")


def next_commands(names: PluginNames, written: Path, said: Path) -> tuple[str, ...]:
    """The commands that come next: install it, run its tests, check it, run its worker.

    Args:
        names: Of the plugin.
        written: Its folder.
        said: The folder in the user's words.
    """
    go = () if written == Path.cwd() else (f"cd {shlex.quote(str(said))}",)
    return (
        *go,
        "python -m pip install -e '.[test]'",
        "python -m pytest",
        "hivemind plugins check .",
        f"hivemind run 'Look at what is left to do' --worker {names.worker}",
    )
