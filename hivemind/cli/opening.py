"""What most commands begin with: settings, plugins, workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hivemind.cli.options import Invocation, find_repo, invocation
from hivemind.cli.output import stray_output_to_stderr, tell, warn
from hivemind.errors import ConfigurationError, did_you_mean

if TYPE_CHECKING:
    from hivemind.config import Configuration
    from hivemind.plugin_folders import Untrusted
    from hivemind.plugins import PluginManager
    from hivemind.registry import Registry


@dataclass(frozen=True)
class Opened:
    """Settings, plugins and workers, as this call sees them."""

    configuration: Configuration
    manager: PluginManager
    registry: Registry


def configure(repo: Path | None, options: Mapping[str, Any] | None = None) -> Configuration:
    """Read the settings of a repository.

    Raises:
        UsageError: The repository can't be read.
        ConfigurationError: A setting does not hold.
    """
    from hivemind.config import load_configuration
    from hivemind.model_names import INHERIT

    chosen = {**dict(options or {}), **said_before(_called())}
    if chosen.get("model") == INHERIT:  # an agent file's word for what the settings say
        chosen["model"] = None
    root = chosen.get("sessions_root")
    if root is not None:  # an option is relative to where the user stands, a setting to the repository
        chosen["sessions_root"] = str(Path(root).expanduser().absolute())
    return load_configuration(find_repo(repo), chosen)


def _called() -> Invocation:
    """The call under way; an empty one in a program that uses this without one."""
    context = click.get_current_context(silent=True)
    called = context.find_root().obj if context else None
    return called if isinstance(called, Invocation) else Invocation()


def said_before(called: Invocation) -> dict[str, Any]:
    """The settings that are options of every command."""
    return {
        "plugins_dir": tuple(called.plugins_dir) or None,
        "locked": called.locked or None,
        "user_agents": called.user_agents or None,
    }


def open_plugins(configuration: Configuration, called: Invocation | None = None) -> PluginManager:
    """Load the plugins that nobody blocked and the lock does not refuse, keeping what they print out of stdout.

    Args:
        configuration: The settings.
        called: The call; the one under way by default.

    Raises:
        ConfigurationError: A folder of plugins can't be read, or the lock refuses something.
    """
    called = called or _called()
    loaded = load_chosen(configuration, called)
    manager = loaded.manager
    called.not_loaded = manager.not_loaded
    for said in loaded.warnings:
        warn(said)
    if loaded.problem is not None:
        raise loaded.problem
    for name in called.block:
        if name not in manager.plugins and not called.no_plugins:
            hint = did_you_mean(name, manager.plugins)
            warn(f"no plugin {name!r} is installed to be blocked" + (f" ({hint})" if hint else ""))
    return manager


@dataclass(frozen=True)
class Loaded:
    """Plugins, the folders whose plugins were left out, and the error of a lock that refuses some."""

    manager: PluginManager
    untrusted: Sequence[Untrusted]
    problem: ConfigurationError | None

    @property
    def warnings(self) -> list[str]:
        """What was left out, and the old names of hooks that plugins use."""
        notices = [notice for info in self.manager.plugins.values() for notice in info.notices]
        return [folder.warning for folder in self.untrusted] + notices


def load_chosen(configuration: Configuration, called: Invocation, patience_s: float | None = None) -> Loaded:
    """Load the plugins of a call, and say nothing of it."""
    from hivemind.lockfile import NAME, Lockfile
    from hivemind.plugin_folders import open_folders
    from hivemind.plugin_lock import PluginLock
    from hivemind.plugins import REGISTRATION_TIMEOUT_S, load_plugins

    folders = open_folders(configuration, options_only=called.no_plugins)
    lock, problem = None, None
    if configuration.settings.locked:
        try:
            lock = PluginLock(Lockfile.read(configuration.repo), everything=not called.no_plugins)
        except ConfigurationError as error:  # nothing is as a file says that can't be read
            lock, problem = PluginLock(Lockfile(configuration.repo / NAME), everything=False), error
    blocked = {*configuration.settings.block_plugins, *called.block}
    with stray_output_to_stderr():
        manager = load_plugins(
            blocked,
            entry_points=not called.no_plugins,
            local=folders.candidates,
            refuse=lock,
            patience_s=patience_s or REGISTRATION_TIMEOUT_S,
        )
    manager.not_loaded = [one.hint for one in folders.untrusted]
    refused = {info.name: info.problem or "" for info in manager.plugins.values() if info.status == "refused"}
    problem = problem or (lock.problem(refused) if lock is not None else None)
    return Loaded(manager, folders.untrusted, problem)


def load_all_plugins(called: Invocation) -> PluginManager:
    """Load the plugins for a command that one of them may bring.

    Raises:
        ConfigurationError: The lock refuses one.
    """
    return open_plugins(configure(None), called)


def open_workers(configuration: Configuration, manager: PluginManager) -> Registry:
    """Collect the workers of plugins and of the repository's files."""
    from hivemind.registry import build_registry

    with stray_output_to_stderr():
        settings = configuration.settings
        return build_registry(manager, configuration.repo, settings.prefer, user_agents=settings.user_agents)


def open_all(repo: Path | None, options: Mapping[str, Any] | None = None) -> Opened:
    """Read settings, load plugins, collect workers; what could not be loaded is a warning."""
    configuration = configure(repo, options)
    manager = open_plugins(configuration)
    registry = open_workers(configuration, manager)
    for problem in registry.told():
        warn(problem)
    tell_tracebacks(manager)
    return Opened(configuration, manager, registry)


def tell_tracebacks(manager: PluginManager) -> None:
    """With --debug, show how each broken plugin failed."""
    if invocation().debug:
        for info in manager.broken:
            if info.traceback:
                tell(info.traceback.rstrip())
