"""`hivemind plugins trust`: take plugins into the lockfile as they are, or load a folder that a repository names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say, tell, warn
from hivemind.errors import UsageError

if TYPE_CHECKING:
    from hivemind.cli.plugin_documents import FolderTrust
    from hivemind.config import Configuration
    from hivemind.plugin_loading import Candidate


@click.command(
    "trust",
    short_help="Trust plugins as they are, or a repository's folder of plugins.",
    epilog=options.example(
        "hivemind plugins trust ./tools",
        "hivemind plugins trust ./tools --revoke",
        "hivemind plugins trust acme-greeter",
        "hivemind plugins trust --all",
    ),
)
@click.argument("targets", metavar="[NAME_OR_DIR]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All plugins of others: write the whole hivemind.lock.")
@click.option("--revoke", is_flag=True, help="Trust it no longer.")
@options.repo_option
@options.json_option
@options.everywhere
def trust(targets: tuple[str, ...], everything: bool, revoke: bool, repo: Path | None, as_json: bool) -> int:
    """Trust plugins as they are now; a change asks again. Nothing of them is imported.

    \b
    DIR   a folder of plugins that only a repository's settings name: they are loaded from now on. Kept for you
          alone, in your state folder.
    NAME  a plugin or a distribution: its entry in the repository's hivemind.lock is written, for '--locked'.
    """
    from hivemind.cli.opening import configure
    from hivemind.cli.plugin_lock import there, write_lock

    configuration = configure(repo)
    if everything:
        if targets or revoke:
            raise UsageError("--all goes with no name and not with --revoke", "delete hivemind.lock to lock nothing")
        return write_lock(configuration, None, as_json=as_json)
    if not targets:
        raise UsageError("nothing is named to be trusted", "name a folder or a plugin, or give --all")
    folders = [one for one in targets if _is_folder(one) or (revoke and _was_trusted(one))]
    if folders and len(folders) < len(targets):
        raise UsageError("folders and names can't be trusted in one call", "trust the one, then the other")
    if folders:
        return _folders(configuration, folders, revoke=revoke, as_json=as_json)
    if revoke:
        return _revoke_names(configuration, targets, as_json=as_json)
    candidates, _ = there(configuration)
    chosen = [candidate for one in targets for candidate in _named(one, candidates)]
    return write_lock(configuration, list({id(one): one for one in chosen}.values()), as_json=as_json)


def _is_path(target: str) -> bool:
    return target.startswith((".", "~")) or any(one in target for one in (os.sep, os.altsep) if one)


def _is_folder(target: str) -> bool:
    """Whether a target is a folder and no plugin's name.

    Raises:
        UsageError: It is both.
    """
    from hivemind.plugin_loading import installed_candidates

    if _is_path(target) or not Path(target).is_dir():
        return _is_path(target)
    if any(target in (one.info.name, one.info.distribution) for one in installed_candidates()):
        raise UsageError(f"{target!r} is a plugin and a folder", f"write ./{target} for the folder")
    return True


def _was_trusted(target: str) -> bool:
    """Whether a folder was trusted that may be gone by now."""
    from hivemind.plugin_trust import trusted_folders

    return Path(os.path.realpath(target)) in trusted_folders()


def _named(name: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The plugins of a name's distribution.

    Raises:
        UsageError: There is none.
    """
    from hivemind.errors import did_you_mean
    from hivemind.plugin_loading import installed_candidates

    local = [one for one in candidates if one.local is not None and one.info.name == name]
    whose = {one.info.distribution for one in candidates if name in (one.info.name, one.info.distribution)} - {""}
    found = [one for one in candidates if one.local is None and one.info.distribution in whose]
    if not found and not local:
        shipped = [one for one in installed_candidates() if one.info.shipped]
        if name in {"core", *(one.info.name for one in shipped), *(one.info.distribution for one in shipped)}:
            tell(f"{name} is shipped with hivemind, which needs no entry in the lockfile")
            return []
        known = [one.info.name for one in candidates] + [one.info.distribution for one in candidates]
        hint = did_you_mean(name, filter(None, known)) or "see 'hivemind plugins list'; a folder is written ./like/this"
        raise UsageError(f"no plugin {name!r} of others is there, and no folder", hint)
    return [*found, *local]


def _revoke_names(configuration: Configuration, names: Sequence[str], *, as_json: bool) -> int:
    from hivemind.cli.plugin_lock import finish, open_lockfile
    from hivemind.errors import did_you_mean
    from hivemind.locking import remove

    lockfile = open_lockfile(configuration, anew=False)
    keys: list[tuple[bool, str]] = []
    for name in names:
        plugins = {key: [one.partition(" = ")[0] for one in e.plugins] for key, e in lockfile.entries.items()}
        found = [key for key in lockfile.entries if name == key[1] or name in plugins[key]]
        if not found:
            known = [one for key, of in plugins.items() for one in (key[1], *of)]
            raise UsageError(f"{lockfile.path} has no entry {name!r}", did_you_mean(name, known) or None)
        keys += [key for key in found if key not in keys]
    return finish(lockfile, remove(lockfile, keys), as_json=as_json)


def _folders(configuration: Configuration, folders: Sequence[str], *, revoke: bool, as_json: bool) -> int:
    from hivemind.cli.plugin_documents import FoldersTrustDocument

    made: list[FolderTrust] = []
    for one in folders:
        folder = Path(one).expanduser().absolute()
        made.append(_revoke(folder) if revoke else _trust(configuration, folder))
    if as_json:
        emit(FoldersTrustDocument(folders=tuple(made)))
        return 0
    for said in made:
        if not said.trusted:
            say(f"no longer trusted: {said.folder}" if said.changed else f"{said.folder} was not trusted")
            continue
        say(f"trusted as it is now: {said.folder}")
        if said.before:
            say(f"  before: {one_line(said.before)}")
        say(f"  plugins {', '.join(said.plugins) or 'none'}")
        for name in said.files:
            say(f"  {name}")
    return 0


def _trust(configuration: Configuration, folder: Path) -> FolderTrust:
    from hivemind import plugin_trust
    from hivemind.cli.plugin_documents import FolderTrust
    from hivemind.content import digest
    from hivemind.local_plugins import plugins_in

    plugins = plugins_in(folder, "'plugins trust'")
    named = {os.path.realpath(one.value) for one in configuration.named.get("plugins_dir", ())}
    if os.path.realpath(folder) not in named:
        warn(f"no setting of {configuration.repo} names {folder}: it is loaded once 'plugins_dir' does")
    before = plugin_trust.trust_of(folder)
    files = plugin_trust.trust(folder)
    return FolderTrust(
        folder=str(folder),
        trusted=True,
        changed=not before.trusted,
        before=before.why,
        sha256=digest(files),
        files=files,
        plugins=tuple(one.name for one in plugins),
    )


def _revoke(folder: Path) -> FolderTrust:
    from hivemind import plugin_trust
    from hivemind.cli.plugin_documents import FolderTrust

    changed = plugin_trust.revoke(folder)
    return FolderTrust(folder=str(folder), trusted=False, changed=changed, sha256=None, files={}, plugins=())
