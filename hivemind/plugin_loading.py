"""What could be loaded: the plugins of installed distributions, and those of folders; none is imported yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

from hivemind.distributions import label, plugin_points
from hivemind.local_plugins import LocalPlugin, plugins_in
from hivemind.plugin_info import PluginInfo

LOCAL_PATIENCE_S = 10.0
"""How long a local plugin may take to be imported."""


@dataclass(frozen=True)
class Candidate:
    """A plugin that could be loaded."""

    info: PluginInfo
    load: Callable[[], object]
    point: EntryPoint | None = None
    local: LocalPlugin | None = None


Refuse = Callable[[Sequence[Candidate]], Mapping[str, str]]
"""Says which of the plugins that would be loaded may not be, by name, and why."""


def installed_candidates() -> list[Candidate]:
    """The plugins of installed distributions: shipped ones first, then by distribution and name."""
    found: list[Candidate] = []
    for point in plugin_points():
        distribution, version = label(point.dist)
        info = PluginInfo(point.name, distribution, version, point.value)
        found.append(Candidate(info, point.load, point=point))
    return found


def local_candidates(folders: Iterable[Path | str], named_by: str = "the list of plugin folders") -> list[Candidate]:
    """The plugins of folders, folder by folder in the order of their paths.

    Raises:
        ConfigurationError: A folder can't be read.
    """
    found: list[Candidate] = []
    for folder in sorted({Path(one).absolute() for one in folders}):
        found += [local_candidate(plugin) for plugin in plugins_in(folder, named_by)]
    return found


def local_candidate(plugin: LocalPlugin) -> Candidate:
    """Offer a plugin of a folder."""
    info = PluginInfo(
        plugin.name,
        version=plugin.version,
        module=plugin.entry,
        folder=str(plugin.folder),
        path=str(plugin.path),
    )
    return Candidate(info, plugin.load, local=plugin)
