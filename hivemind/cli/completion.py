"""Shell completion of worker names and sessions, and the script that a shell reads."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")


def _repo(context: click.Context) -> Path:
    chosen = context.params.get("repo")
    if chosen:
        return Path(chosen).expanduser()
    from hivemind.cli.options import default_repo

    return default_repo()


def complete_worker(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of installed workers and of those that agent files give."""
    from hivemind.agent_files.loading import load_agent_files
    from hivemind.cli.inventory import brought
    from hivemind.cli.options import Invocation

    called = context.find_root().ensure_object(Invocation)
    names: dict[str, str] = {}
    for worker in brought(called).workers:
        names[worker.name] = worker.help
    for file in load_agent_files(_repo(context), user_agents=called.user_agents).files:
        names.setdefault(file.spec.name, f"from {file.where}")
    return [CompletionItem(name, help=said) for name, said in sorted(names.items()) if name.startswith(incomplete)]


def complete_session(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of the sessions, newest first, and 'last'."""
    from hivemind.config import load_configuration
    from hivemind.errors import HivemindError

    root = context.params.get("sessions_root")
    if root is None:
        try:
            root = load_configuration(_repo(context)).sessions_root
        except HivemindError:  # a completion has no place to say so; the command itself will
            return []
    return [CompletionItem(name) for name in ("last", *_ids(Path(root))) if name.startswith(incomplete)]


def _ids(root: Path) -> Iterable[str]:
    from hivemind.session.archive import ARCHIVE, archived_files, archived_id

    try:
        with os.scandir(root) as entries:
            folders = {entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")}
    except OSError:
        return ()
    archived = sorted({archived_id(path) for path in archived_files(root)} - folders, reverse=True)
    return [*sorted(folders - {ARCHIVE}, reverse=True), *archived]


@click.command(
    "completion",
    short_help="Print the script that completes commands in a shell.",
    help="Print the script that completes commands, workers and sessions in a shell.\n\n"
    "\b\nExample:\n"
    '  eval "$(hivemind completion bash)"          in ~/.bashrc\n'
    '  eval "$(hivemind completion zsh)"           in ~/.zshrc\n'
    "  hivemind completion fish > ~/.config/fish/completions/hivemind.fish",
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a shell's completion script."""
    from click.shell_completion import get_completion_class

    from hivemind.cli.output import say

    kind = get_completion_class(shell)
    assert kind is not None, "click completes the shells named above"
    script = kind(context.find_root().command, {}, "hivemind", "_HIVEMIND_COMPLETE")
    say(script.source_template % script.source_vars())
