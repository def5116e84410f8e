"""The target's plugins in a real plugin manager, beside those that are installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hivemind.conformance.bench import Bench
from hivemind.conformance.metadata import CORE
from hivemind.models import WorkerOutput, WorkerSpec

if TYPE_CHECKING:
    from hivemind.plugins import PluginManager
    from hivemind.registry import Registry

STAND_IN = WorkerSpec(
    name="conformance-stand-in", role="conformance", description="Stands for a worker of another plugin."
)
"""A worker that no plugin brings."""
MODELS = "conformance-models"
"""The plugin that brings this package's models to a process."""


@dataclass(frozen=True)
class Hive:
    """All plugins of one process."""

    manager: PluginManager
    registry: Registry
    own: Mapping[str, str]
    """The target's plugins: their names in the manager, and in the target."""
    seen: Mapping[str, Sequence[WorkerOutput]]
    """The outputs of workers that ran here, as they were before they became JSON."""

    def workers(self) -> list[WorkerSpec]:
        """The target's own workers, by name; also those whose name another plugin has too."""
        found = {name: entry.spec for name, entry in self.registry.workers.items() if entry.plugin in self.own}
        for name, entries in self.registry.duplicates.items():
            found.update((name, entry.spec) for entry in entries if entry.plugin in self.own)
        return [found[name] for name in sorted(found)]

    def implementations(self, hook: str) -> list[tuple[str, Any]]:
        """The target's own implementations of a hook: plugin and function of a mapping of arguments."""
        return [(plugin, call) for plugin, call in self.manager.implementations(hook) if plugin in self.own]

    def broken(self) -> Iterator[str]:
        """What is wrong with each of the target's plugins that the manager refuses."""
        for name in self.own:
            info = self.manager.plugins[name]
            if info.status == "broken":
                yield f"plugin {name!r}: {info.problem}"


def hive_of(bench: Bench) -> Hive:
    """The target among all installed plugins."""
    return bench.once("hive", lambda: _make(bench, alone=False))


def small_hive_of(bench: Bench) -> Hive:
    """The target among the shipped plugins only, where its workers can run without others'."""
    return bench.once("small hive", lambda: _small(bench))


def _small(bench: Bench) -> Hive:
    from hivemind.errors import HivemindError
    from hivemind.graph import resolve

    hive = _make(bench, alone=True)
    try:
        resolve(hive.registry, [spec.name for spec in hive.workers()])
    except HivemindError:
        return hive_of(bench)
    return hive


def _make(bench: Bench, *, alone: bool) -> Hive:
    from hivemind.conformance.models_of_checks import CheckModels
    from hivemind.plugins import load_plugins
    from hivemind.registry import build_registry

    target = bench.job.target
    blocked = set(target.replaces)
    if alone:
        own = {ref.name for ref in target.plugins} if target.installed else set()
        blocked |= {name for name, owner in _installed() if owner != CORE and name not in own}
    manager: PluginManager = load_plugins(blocked)
    names: dict[str, str] = {}
    for ref in target.plugins:
        if target.installed:
            names[ref.name] = ref.name
            continue
        if ref.name in blocked:  # another edition of it, which makes way
            manager.plugins.pop(ref.name, None)
            manager.blocked -= {ref.name}
        declared = target.declared
        info = manager.register(
            bench.plugin(ref),
            ref.name,
            distribution=declared.name if declared else "",
            version=declared.version if declared else "",
        )
        names[info.name] = ref.name
    registry = build_registry(manager)
    prefer: dict[str, str] = {}
    if alone:  # a name that another plugin has too is another rule's matter: here the target's own worker is meant
        for name, entries in registry.duplicates.items():
            prefer.update((name, entry.plugin) for entry in entries if entry.plugin in names)
    models = CheckModels(with_worker=alone and not any(one.plugin in names for one in registry.workers.values()))
    manager.register(models, MODELS)
    return Hive(manager, build_registry(manager, prefer=prefer), names, models.seen)


def _installed() -> list[tuple[str, str]]:
    from hivemind.conformance.installed import points

    return [(point.name, point.dist.name if point.dist is not None else "") for point in points()]
