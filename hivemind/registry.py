"""Hook results to named maps: workers, engines, model providers. Duplicates are refused, near names suggested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hivemind.errors import (
    ConfigurationError,
    DefinitionError,
    DuplicateWorkerError,
    PluginError,
    UnknownWorkerError,
    did_you_mean,
)
from hivemind.models import WorkerSpec
from hivemind.plugins import PluginManager

if TYPE_CHECKING:
    from hivemind.protocols import Engine, ModelProvider

FILES_FOLDER = Path(".hivemind") / "workers"


@dataclass(frozen=True)
class WorkerEntry:
    """A worker that can be chosen: its spec, the plugin that owns it, and where it was found."""

    spec: WorkerSpec
    plugin: str
    source: str
    default: bool = True
    """Whether it runs without being named."""


@dataclass
class Registry:
    """All workers by name; names that more than one gives are refused when they are asked for."""

    workers: dict[str, WorkerEntry] = field(default_factory=dict)
    duplicates: dict[str, list[WorkerEntry]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """What could not be read, a sentence each."""

    def add(self, entry: WorkerEntry, prefer: Mapping[str, str]) -> None:
        """Add a worker; a second one of the same name makes both unavailable unless one is preferred."""
        name = entry.spec.name
        known = self.workers.get(name)
        if name in self.duplicates:
            self.duplicates[name].append(entry)
        elif known is not None and known.source != entry.source:
            self.duplicates[name] = [known, entry]
        else:
            self.workers[name] = entry
            return
        choice = prefer.get(name)
        chosen = [one for one in self.duplicates[name] if choice and choice in (one.plugin, one.source)]
        if chosen:
            self.workers[name] = chosen[0]

    def settle(self, prefer: Mapping[str, str]) -> None:
        """Drop the duplicates that the configuration settles."""
        for name in list(self.duplicates):
            if any(prefer.get(name) in (one.plugin, one.source) for one in self.duplicates[name]):
                del self.duplicates[name]
            else:
                self.workers.pop(name, None)

    def get(self, name: str) -> WorkerEntry:
        """Find a worker by name, or by a role that one worker has.

        Raises:
            UnknownWorkerError: There is none; suggests near names.
            DuplicateWorkerError: There is more than one.
        """
        self.refuse_duplicate(name)
        if name in self.workers:
            return self.workers[name]
        of_role = [entry for entry in self.workers.values() if entry.spec.role == name]
        usual = [entry for entry in of_role if entry.spec.name == f"{name}-worker"] or of_role
        if len(usual) == 1:
            return usual[0]
        if usual:
            names = ", ".join(sorted(entry.spec.name for entry in usual))
            raise UnknownWorkerError(f"role {name!r} is played by more than one worker", f"name one of: {names}")
        self.refuse_duplicate(f"{name}-worker")
        known = [*self.workers, *(entry.spec.role for entry in self.workers.values())]
        hint = did_you_mean(name, known) or "list them with 'hivemind workers list'"
        raise UnknownWorkerError(f"unknown worker {name!r}", hint)

    def refuse_duplicate(self, name: str) -> None:
        """Raise if more than one plugin or file gives a worker of this name."""
        if name in self.duplicates:
            given = ", ".join(f"{one.plugin} ({one.source})" for one in self.duplicates[name])
            raise DuplicateWorkerError(
                f"worker {name!r} is given more than once: by {given}",
                f"block one plugin with --block-plugin, or settle it in the configuration: [prefer] {name!r} = "
                "the plugin's name or the file's path",
            )


def _worker_specs(manager: PluginManager) -> Iterable[tuple[str, WorkerSpec]]:
    for plugin, results in manager.collect_now("hivemind_workers"):
        specs: list[WorkerSpec] = []
        try:
            for result in results:
                if isinstance(result, WorkerSpec):
                    specs.append(result)
                elif isinstance(result, Mapping):
                    specs.append(WorkerSpec.model_validate(dict(result)))
                else:
                    raise DefinitionError(f"gave {type(result).__name__}, not a WorkerSpec")
        except (ValidationError, DefinitionError) as error:
            manager.report(plugin, "hivemind_workers", error)
            continue
        for spec in sorted(specs, key=lambda one: one.name):
            yield plugin, spec


def build_registry(
    manager: PluginManager, repo: Path | None = None, prefer: Mapping[str, str] | None = None
) -> Registry:
    """Collect the workers of all plugins, and those of the repository's `.hivemind/workers/*.md`."""
    registry = Registry()
    settled = prefer or {}
    for plugin, spec in _worker_specs(manager):
        info = manager.plugins[plugin]
        registry.add(WorkerEntry(spec, plugin, f"entry point {plugin} = {info.module}"), settled)
        info.workers.append(spec.name)
    if repo is not None and (repo / FILES_FOLDER).is_dir():
        from hivemind.definitions import load_definition

        for path in sorted((repo / FILES_FOLDER).glob("*.md")):
            try:
                definition = load_definition(path)
            except DefinitionError as error:
                registry.problems.append(str(error))
                continue
            source = path.relative_to(repo).as_posix()
            registry.add(WorkerEntry(definition, "files", source, default=False), settled)
    registry.settle(settled)
    for info in manager.broken:
        registry.problems.append(f"plugin {info.name!r} is broken: {info.problem}")
    return registry


def _named(manager: PluginManager, hook: str, attribute: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    owner: dict[str, str] = {}
    for plugin, results in manager.collect_now(hook):
        for result in results:
            name = getattr(result, attribute, None)
            if not isinstance(name, str) or not name:
                manager.report(plugin, hook, TypeError(f"gave {type(result).__name__} without {attribute!r}"))
                break
            if name in found:
                raise PluginError(
                    plugin, hook, f"{attribute} {name!r} is taken by plugin {owner[name]!r}", "block one of the two"
                )
            found[name], owner[name] = result, plugin
    return dict(sorted(found.items()))


def engine(manager: PluginManager, name: str) -> Engine:
    """Find an engine by name.

    Raises:
        ConfigurationError: There is none.
    """
    engines: dict[str, Engine] = _named(manager, "hivemind_engines", "name")
    if name not in engines:
        hint = did_you_mean(name, engines) or f"installed: {', '.join(engines)}"
        raise ConfigurationError(f"unknown engine {name!r}", hint)
    return engines[name]


def model_providers(manager: PluginManager) -> dict[str, ModelProvider]:
    """Collect the model families that plugins bring, by prefix."""
    return _named(manager, "hivemind_models", "prefix")
