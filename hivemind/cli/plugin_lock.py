"""`hivemind plugins lock`, and the part of `hivemind plugins trust` that writes the lockfile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say, tell, warn
from hivemind.errors import ExitCode

if TYPE_CHECKING:
    from hivemind.config import Configuration
    from hivemind.lockfile import Lockfile
    from hivemind.locking import Change
    from hivemind.plugin_loading import Candidate


@click.command(
    "lock",
    short_help="Write hivemind.lock: the plugins of others as they are.",
    epilog=options.example("hivemind plugins lock", "hivemind plugins lock --check  # for CI"),
)
@click.option("--check", is_flag=True, help="Write nothing; exit 3 if the file is not what would be written.")
@options.repo_option
@options.json_option
@options.everywhere
def lock(check: bool, repo: Path | None, as_json: bool) -> int:
    """Write the repository's hivemind.lock: each distribution and each local plugin of others, by the content of its
    files. Nothing of them is imported. '--locked' then refuses what is not as the file says.
    """
    from hivemind.cli.opening import configure

    return write_lock(configure(repo), None, check=check, as_json=as_json)


def there(configuration: Configuration) -> tuple[list[Candidate], list[tuple[bool, str]]]:
    """All plugins of others that there are, blocked or not, and those of folders that are not trusted, as the lockfile
    has them; nothing is imported."""
    from hivemind.plugin_folders import open_folders
    from hivemind.plugin_loading import installed_candidates

    folders = open_folders(configuration)
    for folder in folders.untrusted:
        warn(folder.warning)
    found = [one for one in (*installed_candidates(), *folders.candidates) if not one.info.shipped]
    return found, [(True, name) for folder in folders.untrusted for name in folder.plugins]


def open_lockfile(configuration: Configuration, *, anew: bool) -> Lockfile:
    """The repository's lockfile, an empty one where there is none.

    Args:
        configuration: The settings.
        anew: Whether a malformed one may be written over.
    """
    from hivemind.errors import ConfigurationError
    from hivemind.lockfile import NAME, Lockfile

    path = configuration.repo / NAME
    if not path.exists():
        return Lockfile(path)
    try:
        return Lockfile.read(configuration.repo)
    except ConfigurationError as error:
        if not anew:
            raise
        warn(f"{error.message}; it is written anew")
        return Lockfile(path)


def write_lock(
    configuration: Configuration, chosen: Sequence[Candidate] | None, *, check: bool = False, as_json: bool
) -> int:
    """Hash plugins, write them into the lockfile, and say what changed.

    Args:
        configuration: The settings.
        chosen: The plugins; None for all there are, and then the file holds no other.
        check: Write nothing.
        as_json: Print the document.
    """
    from hivemind.distributions import modified
    from hivemind.lockfile import remember
    from hivemind.locking import update
    from hivemind.plugin_lock import measure

    lockfile = open_lockfile(configuration, anew=chosen is None and not check)
    everything, kept = there(configuration) if chosen is None else (chosen, [])
    measured = measure(everything, configuration.repo)
    for entry, plugins in measured:
        remember(entry.files)
        point = plugins[0].point
        if point is not None and point.dist is not None and (files := modified(point.dist)):
            warn(f"{entry.said} is not as it was installed: {', '.join(files[:5])}")
    made = update(lockfile, [entry for entry, _ in measured], whole=chosen is None, kept=kept)
    return finish(lockfile, made, check=check, as_json=as_json)


def finish(lockfile: Lockfile, made: Sequence[Change], *, check: bool = False, as_json: bool) -> int:
    """Write a lockfile if it is another one now, and say what changed."""
    from hivemind.cli.plugin_documents import LockDocument, TrustChange
    from hivemind.locking import differs

    write = not check and (differs(made) or not lockfile.path.exists())
    if write:
        lockfile.write()
    if as_json:
        changes = tuple(
            TrustChange(
                name=one.entry.name,
                local=one.entry.local,
                change=one.what,
                detail=one.detail,
                sha256=None if one.what == "removed" else one.entry.sha256,
            )
            for one in made
        )
        emit(LockDocument(file=str(lockfile.path), written=write, changes=changes))
    else:
        for one in made:
            kind = "local plugin " if one.entry.local else ""
            say(f"{one.what:<9} {kind}{one.entry.name}: {one_line(one.detail)}")
        if not made:
            say("no plugin of others is there")
    tell(f"written: {lockfile.path}" if write else f"not changed: {lockfile.path}")
    wrong = check and (differs(made) or not lockfile.path.exists())
    code = ExitCode.CONFIGURATION if wrong else ExitCode.DONE
    options.invocation().exit_code = int(code)
    return int(code)
