"""The folders of local plugins that the settings name: whose word each is, and what may be loaded of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hivemind.config import Configuration
from hivemind.errors import ConfigurationError
from hivemind.local_plugins import plugins_in
from hivemind.plugin_loading import Candidate, local_candidate
from hivemind.plugin_trust import trust_of

SETTING = "plugins_dir"


@dataclass(frozen=True)
class Untrusted:
    """A folder that only the repository names, and that the user does not trust as it is."""

    folder: Path
    origin: str
    plugins: tuple[str, ...]
    why: str

    @property
    def command(self) -> str:
        """What trusts it."""
        return f"hivemind plugins trust {shlex.quote(str(self.folder))}"

    @property
    def warning(self) -> str:
        """Say what is not loaded, and what to do."""
        what = f"its plugins {', '.join(self.plugins)}" if self.plugins else "its plugins"
        return (
            f"{self.origin} names {self.folder} as a folder of plugins, and {self.why}, so {what} are not loaded; "
            f"look at them, then: {self.command}"
        )

    @property
    def hint(self) -> str:
        """Point to it where something is missing."""
        names = f" ({', '.join(self.plugins)})" if self.plugins else ""
        return f"the plugins of {self.folder}{names} are not loaded, since {self.why}: '{self.command}'"


@dataclass
class Folders:
    """What the folders of local plugins give."""

    candidates: list[Candidate] = field(default_factory=list)
    untrusted: list[Untrusted] = field(default_factory=list)


def open_folders(configuration: Configuration, *, options_only: bool = False) -> Folders:
    """Look at the folders that the settings name; nothing is imported.

    Args:
        configuration: The settings.
        options_only: Whether only those count that options name.

    Raises:
        ConfigurationError: One is no folder or can't be read; names who named it.
    """
    found = Folders()
    # The user's own come first: where two have a plugin of one name, the repository's is the one that is refused.
    for folder, origin, of_repository in sorted(_named(configuration), key=lambda one: (one[2], one[0])):
        if options_only and origin != "option":
            continue
        named_by = _named_by(origin)
        if of_repository:
            _refuse_around(folder, configuration.repo, named_by)
        plugins = plugins_in(folder, named_by)
        trusted = trust_of(folder) if of_repository else None
        if trusted is not None and not trusted.trusted:
            found.untrusted.append(Untrusted(folder, origin, tuple(one.name for one in plugins), trusted.why))
        else:
            found.candidates += [local_candidate(plugin) for plugin in plugins]
    return found


def _named(configuration: Configuration) -> Iterator[tuple[Path, str, bool]]:
    """Each folder once; one that the user names too is the user's."""
    known: dict[str, tuple[Path, str, bool]] = {}
    for one in sorted(configuration.named.get(SETTING, ()), key=lambda one: one.of_repository):
        if not one.value:
            raise ConfigurationError(f"{_named_by(one.origin)} names no folder", "take the empty name out")
        known.setdefault(os.path.realpath(one.value), (Path(one.value), one.origin, one.of_repository))
    yield from known.values()


def _named_by(origin: str) -> str:
    if origin == "option":
        return "option --plugins-dir"
    return origin if origin.startswith("HIVEMIND_") else f"setting {SETTING!r} from {origin}"


def _refuse_around(folder: Path, repo: Path, named_by: str) -> None:
    """What a repository names has to be a folder of its own: what a session writes would else change its content."""
    real, root = Path(os.path.realpath(folder)), Path(os.path.realpath(repo))
    if root.is_relative_to(real):
        raise ConfigurationError(
            f"{named_by} names {folder}, in which the whole repository lies", "keep plugins in a folder of their own"
        )
