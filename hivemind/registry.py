"""Hook results to named maps: workers, engines, model providers. Duplicates are refused, near names suggested."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
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
    from hivemind.agent_files.remark import Remark
    from hivemind.protocols import Engine, ModelProvider

FILES = "files"
"""What stands for the plugin of a worker that a Markdown file defines."""
_TOLD = 10


@dataclass(frozen=True)
class WorkerEntry:
    """A worker that can be chosen: its spec, the plugin that owns it, and where it was found."""

    spec: WorkerSpec
    plugin: str
    source: str
    default: bool = True
    """Whether it runs without being named."""
    remarks: tuple[Remark, ...] = ()
    """What its file says that is not enforced, or is otherwise to be told."""

    @property
    def owner(self) -> str:
        """Who gives it: the plugin and where that stands, or the file."""
        return self.source if self.plugin == FILES else f"{self.plugin} ({self.source})"


@dataclass
class Registry:
    """All workers by name; names that more than one gives are refused when they are asked for."""

    workers: dict[str, WorkerEntry] = field(default_factory=dict)
    duplicates: dict[str, list[WorkerEntry]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """What could not be read, a sentence each."""
    wrappers: dict[str, str] = field(default_factory=dict)
    """Agent files that only run a worker by its command: file to the worker's name or role."""

    not_loaded: list[str] = field(default_factory=list)
    """What was left out and may bring a worker, a sentence each with what to do."""

    def told(self) -> list[str]:
        """The problems as a command begins with them: of many files that do not load, the first and their number."""
        files = [problem for problem in self.problems if not problem.startswith("plugin ")]
        if len(files) <= _TOLD:
            return self.problems
        kept = {*files[: _TOLD // 2], *(problem for problem in self.problems if problem.startswith("plugin "))}
        more = f"and {len(files) - _TOLD // 2} more agent files do not load: see 'hivemind agents check'"
        return [*(problem for problem in self.problems if problem in kept), more]

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
        chosen = preferred(self.duplicates[name], prefer.get(name))
        if chosen is not None:
            self.workers[name] = chosen

    def settle(self, prefer: Mapping[str, str]) -> None:
        """Drop the duplicates that the configuration settles."""
        for name in list(self.duplicates):
            if (chosen := preferred(self.duplicates[name], prefer.get(name))) is not None:
                self.workers[name] = chosen
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
        if (written := self._as_written(name)) is not None:
            return written
        known = [*self.workers, *(entry.spec.role for entry in self.workers.values())]
        hint = did_you_mean(name, known) or "list them with 'hivemind workers list'"
        raise UnknownWorkerError(f"unknown worker {name!r}", "; ".join([hint, *self.not_loaded]))

    def _as_written(self, name: str) -> WorkerEntry | None:
        """Find the worker of an agent file by the name that stands there, such as `Code Reviewer`."""
        from hivemind.agent_files.reading import worker_name

        plain = worker_name(name) if name.strip() else name
        if plain != name:
            self.refuse_duplicate(plain)
        return self.workers.get(plain)

    def refuse_duplicate(self, name: str) -> None:
        """Raise if more than one plugin or file gives a worker of this name."""
        if name in self.duplicates:
            raise DuplicateWorkerError(*said_of_duplicate(name, self.duplicates[name]))

    def add_file(self, path: str) -> str:
        """Take in the worker of a Markdown file that was named by its path; it takes the place of one of its name.

        Returns:
            The worker's name; for a file that wraps an installed worker, that one's.

        Raises:
            DefinitionError: The file says no worker.
        """
        from hivemind.agent_files.reading import read_agent_file

        file = read_agent_file(Path(path))
        wrapped = file.wraps({})
        if wrapped is not None:
            return wrapped
        name = file.spec.name
        self.duplicates.pop(name, None)
        self.workers[name] = WorkerEntry(file.spec, FILES, path, default=False, remarks=file.remarks)
        return name


def preferred(given: Sequence[WorkerEntry], choice: str | None) -> WorkerEntry | None:
    """Find the one that is preferred: by its file or entry point, or by its plugin where that gives one."""
    if not choice:
        return None
    path = os.path.normpath(os.path.expanduser(choice)).replace(os.sep, "/")
    by_source = [one for one in given if choice == one.source or (one.plugin == FILES and path == one.source)]
    by_plugin = [one for one in given if one.plugin == choice]
    return by_source[0] if by_source else by_plugin[0] if len(by_plugin) == 1 else None


def said_of_duplicate(name: str, given: Sequence[WorkerEntry]) -> tuple[str, str]:
    """Say that a name is given more than once, by whom, and what settles it."""
    choice = next((one.source for one in given if one.plugin == FILES), given[0].plugin)
    owners = ", ".join(one.owner for one in given)
    settle = f'settle it in the configuration, such as hivemind.toml: [prefer] "{name}" = "{choice}"'
    blockable = any(one.plugin != FILES for one in given)
    hint = f"block one plugin with --block-plugin, or {settle}" if blockable else settle
    return f"worker {name!r} is given more than once: by {owners}", hint


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
    manager: PluginManager,
    repo: Path | None = None,
    prefer: Mapping[str, str] | None = None,
    *,
    user_agents: bool = False,
) -> Registry:
    """Collect the workers of all plugins, and those of agent files.

    Args:
        manager: The plugins.
        repo: The repository whose `.hivemind/workers` and `.claude/agents` are looked at; None for none.
        prefer: Who gives a worker that is given more than once, by name.
        user_agents: Whether the user's own agent files are taken too.
    """
    registry = Registry(not_loaded=manager.not_loaded)
    settled = prefer or {}
    for plugin, spec in _worker_specs(manager):
        info = manager.plugins[plugin]
        registry.add(WorkerEntry(spec, plugin, info.source), settled)
        info.workers.append(spec.name)
    if repo is not None or user_agents:
        _add_files(registry, runners(manager), settled, repo, user_agents)
    registry.settle(settled)
    for info in manager.broken:
        registry.problems.append(f"plugin {info.name!r} is broken: {info.problem}")
    return registry


def _add_files(
    registry: Registry, known: Mapping[str, str], prefer: Mapping[str, str], repo: Path | None, user_agents: bool
) -> None:
    from hivemind.agent_files.loading import load_agent_files

    loaded = load_agent_files(repo, user_agents=user_agents)
    registry.problems += loaded.problems
    for file in loaded.files:
        wrapped = file.wraps(known)
        if wrapped is not None:
            registry.wrappers[file.where] = wrapped
        else:
            entry = WorkerEntry(file.spec, FILES, file.where, default=False, remarks=file.remarks)
            registry.add(entry, prefer)


def runners(manager: PluginManager) -> dict[str, str]:
    """The workers of plugins that bring one each, by the module that runs it from an agent file."""
    found = {}
    for info in manager.plugins.values():
        if len(set(info.workers)) == 1 and info.module:
            package = info.module.partition(":")[0].rpartition(".")[0] or info.module.partition(":")[0]
            found[f"{package}.runner"] = info.workers[0]
    return found


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
