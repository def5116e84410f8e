"""Holds the plugins that would be loaded against the lockfile, before any of their code runs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import Distribution
from pathlib import Path

from hivemind.checked_imports import cover
from hivemind.content import digest
from hivemind.distributions import foreign_code, label, measured
from hivemind.errors import ConfigurationError
from hivemind.lockfile import Locked, Lockfile
from hivemind.module_places import find_module
from hivemind.plugin_loading import Candidate


def measure(candidates: Iterable[Candidate], repo: Path | None = None) -> list[tuple[Locked, list[Candidate]]]:
    """Hash the distributions and local plugins of candidates; shipped ones are left out.

    Args:
        candidates: The plugins.
        repo: The repository, for where a local plugin lies in it.

    Returns:
        Each as an entry of a lockfile, with the plugins that come from it.
    """
    return [(entry, plugins) for entry, plugins, _ in _measured(candidates, repo)]


def _measured(
    candidates: Iterable[Candidate], repo: Path | None
) -> list[tuple[Locked, list[Candidate], dict[str, Path]]]:
    found: list[tuple[Locked, list[Candidate], dict[str, Path]]] = []
    grouped: dict[str, list[Candidate]] = {}
    for one in candidates:
        if one.local is not None:
            path = _in_repo(one.local.path, repo)
            found.append((Locked(one.info.name, "", one.local.digest, (), True, path, one.local.files), [one], {}))
        elif one.point is not None and not one.info.shipped:
            grouped.setdefault(one.info.distribution or one.info.module, []).append(one)
    for name, plugins in grouped.items():
        points = [one.point for one in plugins if one.point is not None]
        distribution: Distribution | None = points[0].dist
        hashes, paths = measured(distribution, points)
        declared = tuple(sorted(f"{point.name} = {point.value}" for point in points))
        entry = Locked(name, label(distribution)[1], digest(hashes), declared, files=hashes)
        found.append((entry, plugins, paths))
    return found


def _in_repo(path: Path, repo: Path | None) -> str:
    if repo is None:
        return ""
    try:
        return Path(os.path.realpath(path)).relative_to(os.path.realpath(repo)).as_posix()
    except ValueError:
        return ""


class PluginLock:
    """Refuses plugins that are not as a lockfile says.

    Args:
        lockfile: The lockfile.
        everything: Whether all that it names has to be there.
    """

    def __init__(self, lockfile: Lockfile, *, everything: bool = True) -> None:
        self.lockfile = lockfile
        self.everything = everything
        self.absent: list[Locked] = []
        """What the lockfile names and is not there."""
        self._foreign: dict[str, str] = {}

    def __call__(self, candidates: Sequence[Candidate]) -> Mapping[str, str]:
        """Say which plugins may not be loaded, and why; what may be is from then on imported as it was hashed."""
        refused: dict[str, str] = {}
        there: set[tuple[bool, str]] = set()
        for one in candidates:
            there.add((one.local is not None, one.local.name if one.local else one.info.distribution))
        wanted = [one for one in candidates if one.info.status == "loaded"]
        self._foreign = foreign_code([one.point for one in wanted if one.point is not None and one.info.shipped])
        refused |= self._foreign
        refused |= {
            one.info.name: f"its module {one.point.module} is no file that could be hashed"
            for one in wanted
            if one.point is not None and not one.info.shipped and find_module(one.point.module) is None
        }
        for entry, plugins, paths in _measured([one for one in wanted if one.info.name not in refused], None):
            problem = self.lockfile.difference(entry)
            if problem is not None:
                refused |= {one.info.name: problem for one in plugins}
            elif paths:
                _cover(entry.files, paths)
        if self.everything:
            self.absent = [entry for key, entry in sorted(self.lockfile.entries.items()) if key not in there]
        return refused

    def problem(self, refused: Mapping[str, str]) -> ConfigurationError | None:
        """The error that a command ends with; None where all is as the lockfile says."""
        told = [f"plugin {name!r} is refused, nothing of it was loaded: {why}" for name, why in sorted(refused.items())]
        if told:
            first = next((name for name in sorted(refused) if name not in self._foreign), None)
            if first is None:
                return ConfigurationError("; ".join(told), "install hivemind-orchestrator anew")
            return ConfigurationError(
                "; ".join(told),
                f"look at what it is now, then trust it with 'hivemind plugins trust {first}', put back what was "
                f"locked, or leave it out with --block-plugin {first}",
            )
        if self.absent:
            names = ", ".join(entry.said for entry in self.absent)
            return ConfigurationError(
                f"{self.lockfile.path.name} names what is not installed here: {names}",
                "install it (of a local plugin, name its folder with --plugins-dir), or take it out with "
                "'hivemind plugins lock'",
            )
        return None


def _cover(hashes: Mapping[str, str], paths: Mapping[str, Path]) -> None:
    """Have a distribution's modules imported from their sources, as they were hashed."""
    modules: dict[str, str] = {}
    sha256: dict[str, str] = {}
    for name, path in paths.items():
        if name.endswith(".py"):
            dotted = name.removeprefix("from elsewhere/").removesuffix(".py").removesuffix("/__init__")
            modules[dotted.replace("/", ".")] = str(path)
            sha256[os.path.realpath(path)] = hashes[name]
    cover(modules, sha256)
