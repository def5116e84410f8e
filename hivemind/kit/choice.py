"""Which plugins, workers and models a test's session has."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

from hivemind.config import Configuration
from hivemind.errors import PluginError, UsageError, did_you_mean
from hivemind.hookspecs import hookimpl
from hivemind.kit.provider import FakeProvider
from hivemind.lockfile import Lockfile
from hivemind.models import EMBEDDED, WorkerSpec
from hivemind.plugin_folders import open_folders
from hivemind.plugin_lock import PluginLock
from hivemind.plugins import GROUP, PluginManager, load_plugins

if TYPE_CHECKING:
    from pydantic_ai.models import Model

    from hivemind.protocols import ModelProvider

PREFIX = "scripted"
GivenModel: TypeAlias = "str | Model | FakeProvider | None"
"""A model's name, a pydantic-ai model such as a scripted one, a fake provider, or None for what settings say."""


@dataclass(eq=False)
class GivenModels:
    """The plugin that brings the models of a test: `scripted:NAME`."""

    prefix = PREFIX
    description = "the models that a test gives"
    models: dict[str, Model] = field(default_factory=dict)

    @hookimpl
    def hivemind_models(self) -> Iterable[ModelProvider]:
        """Bring them."""
        if self.models:
            yield self

    def resolve(self, name: str) -> Model:
        """Find a model by its name."""
        return self.models[name]


@dataclass(eq=False)
class GivenWorkers:
    """The plugin that brings workers which a test gave as plain specs."""

    specs: Sequence[WorkerSpec]

    @hookimpl
    def hivemind_workers(self) -> Iterable[WorkerSpec]:
        """Bring them."""
        yield from self.specs


@dataclass
class ModelChoice:
    """Which model each worker asks, and what the session needs for it."""

    name: str | None = None
    """The model of all workers that have none of their own here."""
    per_worker: dict[str, str] = field(default_factory=dict)
    given: GivenModels = field(default_factory=GivenModels)
    env: dict[str, str] = field(default_factory=dict)
    asks: bool = False
    """Whether a server on this machine is asked, with a real provider's client."""


def choose_models(model: GivenModel | Mapping[str, GivenModel]) -> ModelChoice:
    """Read the models that a test gives: one for all, or one by worker (the rest ask none).

    Raises:
        UsageError: Something is no model.
    """
    choice = ModelChoice()
    if isinstance(model, Mapping):
        choice.per_worker = {worker: _named(one, choice) or EMBEDDED for worker, one in model.items()}
        choice.name = EMBEDDED
    else:
        choice.name = _named(model, choice)
    return choice


def _named(model: Any, choice: ModelChoice) -> str | None:
    if model is None or isinstance(model, str):
        return model
    if isinstance(model, FakeProvider):
        choice.env |= {name: value for name, value in model.env.items() if name != "HIVEMIND_MODEL"}
        choice.asks = True
        return model.model
    from pydantic_ai.models import Model

    if not isinstance(model, Model):
        raise UsageError(
            f"{type(model).__name__} is no model: {model!r}",
            "give a model's name, scripted_model([...]), fake_provider or a pydantic-ai model",
        )
    name, number = model.model_name, 1
    while choice.given.models.setdefault(name, model) is not model:
        number += 1
        name = f"{model.model_name}-{number}"
    return f"{PREFIX}:{name}"


def load(configuration: Configuration, plugins: Sequence[object], more: Mapping[str, object]) -> PluginManager:
    """Make a manager with the core's defaults and these plugins, or all installed ones where none is given.

    Args:
        configuration: The settings, which may block plugins, name folders of more, and hold them to a lockfile.
        plugins: Plugin objects, modules, or names of installed plugins.
        more: What the kit itself adds, by name.

    Raises:
        PluginError: A plugin that was given is broken.
        UsageError: Something is no plugin, or no plugin of that name is installed.
        ConfigurationError: A folder of plugins can't be read, or the lockfile refuses something.
    """
    manager = _configured(configuration, entry_points=not plugins)
    named = [_identified(plugin) for plugin in plugins]
    named.sort(key=lambda one: getattr(one[0], "HOOKSPECS", None) is None)  # hooks of their own before who uses them
    for plugin, name, distribution, version in named:
        name = _free(name, manager)
        refuse_broken(manager, [manager.register(plugin, name, distribution=distribution, version=version).name])
    for name, plugin in more.items():
        manager.register(plugin, _free(name, manager))
    for notice in [notice for info in manager.plugins.values() for notice in info.notices]:
        warnings.warn(notice, FutureWarning, stacklevel=2)
    if not plugins:
        for info in manager.broken:
            warnings.warn(f"the installed plugin {info.name!r} is broken: {info.problem}", stacklevel=2)
    return manager


def _configured(configuration: Configuration, *, entry_points: bool) -> PluginManager:
    settings = configuration.settings
    folders = open_folders(configuration, options_only=not entry_points)
    for folder in folders.untrusted:
        warnings.warn(folder.warning, stacklevel=2)
    lock = PluginLock(Lockfile.read(configuration.repo), everything=entry_points) if settings.locked else None
    manager = load_plugins(settings.block_plugins, entry_points=entry_points, local=folders.candidates, refuse=lock)
    manager.not_loaded = [folder.hint for folder in folders.untrusted]
    refused = {info.name: info.problem or "" for info in manager.plugins.values() if info.status == "refused"}
    problem = lock.problem(refused) if lock is not None else None
    if problem is not None:
        raise problem
    return manager


def refuse_broken(manager: PluginManager, names: Iterable[str]) -> None:
    """Raise if one of these plugins could not be loaded or failed to say what it brings.

    Raises:
        PluginError: One is; says why.
    """
    for name in names:
        info = manager.plugins[name]
        if info.status == "broken":
            raise PluginError(info.name, "", info.problem or "it is broken")


def _free(name: str, manager: PluginManager) -> str:
    number, free = 1, name
    while free in manager.plugins:
        number += 1
        free = f"{name}-{number}"
    return free


def _identified(plugin: object) -> tuple[object, str, str, str]:
    """A plugin with its name, distribution and version, as its entry point says, if it has one."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    if isinstance(plugin, str):
        for point in points:
            if point.name == plugin:
                return point.load(), *_of_point(point)
        hint = did_you_mean(plugin, [point.name for point in points])
        raise UsageError(f"no plugin {plugin!r} is installed", hint or "list them with 'hivemind plugins list'")
    if isinstance(plugin, type):
        raise UsageError(f"the plugin {plugin.__qualname__} is a class", f"give an object: {plugin.__qualname__}()")
    if isinstance(plugin, ModuleType):
        for point in points:
            if point.value == plugin.__name__:
                return plugin, *_of_point(point)
        words = [word for word in plugin.__name__.split(".") if word != "plugin"]
        return plugin, words[-1] if words else plugin.__name__, "", ""
    if plugin is None or isinstance(plugin, (bytes, int, float, Mapping, list, tuple)):
        raise UsageError(f"{plugin!r} is no plugin", "give a plugin's object, its module or its name")
    return plugin, type(plugin).__name__.lower(), "", ""


def _of_point(point: EntryPoint) -> tuple[str, str, str]:
    return point.name, point.dist.name if point.dist else "", point.dist.version if point.dist else ""
