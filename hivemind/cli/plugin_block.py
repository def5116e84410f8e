"""`hivemind plugins block` and `unblock`: keep a plugin from being loaded, for good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say, tell, warn

if TYPE_CHECKING:
    from hivemind.config import Configuration

_HERE = "."
project_option = click.option(
    "--repo",
    "repo",
    metavar="[DIR]",
    is_flag=False,
    flag_value=_HERE,
    help="Change hivemind.toml of the repository in place of your own settings file; alone, of the one around the "
    "current folder.",
)


@click.command(
    "block",
    short_help="Keep a plugin from being loaded, from now on.",
    epilog=options.example("hivemind plugins block analyzer", "hivemind plugins block acme-thing --repo"),
)
@click.argument("name")
@project_option
@options.json_option
@options.everywhere
def block(name: str, repo: str | None, as_json: bool) -> None:
    """Have your own settings file, or the repository's, block a plugin: nothing of it is imported any more.

    Shipped plugins can be blocked too, and such as are not installed yet.
    """
    from hivemind import settings_file

    configuration, path = _place(repo)
    changed = settings_file.block(path, name)
    if (doubt := _unknown(configuration, name)) is not None:
        warn(doubt)
    said = f"blocked {name} in {path}" if changed else f"{name} is blocked in {path} already"
    _told(as_json, name, path, changed=changed, elsewhere=_elsewhere(configuration, name, path), said=said)


@click.command(
    "unblock",
    short_help="Let a plugin be loaded that a settings file blocks.",
    epilog=options.example("hivemind plugins unblock analyzer", "hivemind plugins unblock acme-thing --repo"),
)
@click.argument("name")
@project_option
@options.json_option
@options.everywhere
def unblock(name: str, repo: str | None, as_json: bool) -> None:
    """Have your own settings file, or the repository's, block a plugin no more; says who else blocks it.

    Exits 3 if only others block it.
    """
    from hivemind import settings_file
    from hivemind.errors import ConfigurationError

    configuration, path = _place(repo)
    changed = settings_file.unblock(path, name)
    elsewhere = _elsewhere(configuration, name, path)
    if not changed and elsewhere:
        raise ConfigurationError(
            f"plugin {name!r} is not blocked in {path}, but by {' and '.join(elsewhere)}", _remedy(name, elsewhere)
        )
    if changed:
        said = f"unblocked {name} in {path}"
    else:
        said = f"{name} is not blocked"
        if (doubt := _unknown(configuration, name)) is not None:
            warn(doubt)
    _told(as_json, name, path, changed=changed, elsewhere=elsewhere, said=said)


def _told(as_json: bool, name: str, path: Path, *, changed: bool, elsewhere: Sequence[str], said: str) -> None:
    from hivemind.cli.plugin_documents import PluginBlockDocument

    if as_json:
        emit(PluginBlockDocument(plugin=name, file=str(path), changed=changed, blocked_elsewhere=tuple(elsewhere)))
    else:
        say(said)
    if elsewhere:
        tell(f"it is blocked by {' and '.join(elsewhere)} too")


def _place(repo: str | None) -> tuple[Configuration, Path]:
    """The settings, and the file to change."""
    from hivemind.cli.opening import configure
    from hivemind.config import user_file

    configuration = configure(None if repo in (None, _HERE) else Path(str(repo)))
    return configuration, user_file() if repo is None else configuration.repo / "hivemind.toml"


def _elsewhere(configuration: Configuration, name: str, path: Path) -> list[str]:
    """Who else blocks a plugin."""
    found = blocked_by(configuration, name)
    own = {str(path), path.name if path.parent == configuration.repo else str(path)}
    return [one for one in found if one not in own]


def blocked_by(configuration: Configuration, name: str) -> list[str]:
    """Who blocks a plugin: options, the environment, which files."""
    called = options.invocation()
    origins = [one.origin for one in configuration.named.get("block_plugins", ()) if one.value == name]
    by_option = ["option --block-plugin"] if name in called.block else []
    return list(dict.fromkeys([*by_option, *reversed(origins)]))


def _remedy(name: str, elsewhere: Sequence[str]) -> str:
    first = elsewhere[0]
    if first == "hivemind.toml":
        return f"take it out there with 'hivemind plugins unblock {name} --repo'"
    return "leave the option out" if first.startswith("option") else f"take it out of {first}"


def _unknown(configuration: Configuration, name: str) -> str | None:
    """Say that nothing of this name is there; nothing is imported to know that."""
    from hivemind.errors import did_you_mean
    from hivemind.plugin_folders import open_folders
    from hivemind.plugin_loading import installed_candidates

    folders = open_folders(configuration)
    known = {one.info.name for one in (*installed_candidates(), *folders.candidates)}
    known |= {plugin for folder in folders.untrusted for plugin in folder.plugins}
    if name in known:
        return None
    hint = did_you_mean(name, known)
    return f"no plugin {name!r} is installed" + (f" ({hint})" if hint else "")
