"""What most commands begin with: settings, plugins, workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hivemind.cli.options import Invocation, find_repo, invocation
from hivemind.cli.output import stray_output_to_stderr, tell, warn
from hivemind.errors import did_you_mean

if TYPE_CHECKING:
    from hivemind.config import Configuration
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

    chosen = dict(options or {})
    root = chosen.get("sessions_root")
    if root is not None:  # an option is relative to where the user stands, a setting to the repository
        chosen["sessions_root"] = str(Path(root).expanduser().absolute())
    if user_agents_asked():
        chosen["user_agents"] = True
    return load_configuration(find_repo(repo), chosen)


def user_agents_asked() -> bool:
    """Whether the call has `--user-agents`; no call, as in a program that uses this, has it not."""
    context = click.get_current_context(silent=True)
    called = context.find_root().obj if context else None
    return isinstance(called, Invocation) and called.user_agents


def open_plugins(configuration: Configuration, called: Invocation | None = None) -> PluginManager:
    """Load the plugins that nobody blocked, keeping what they print out of stdout."""
    from hivemind.plugins import load_plugins

    called = called or invocation()
    blocked = {*configuration.settings.block_plugins, *called.block}
    with stray_output_to_stderr():
        manager = load_plugins(blocked, entry_points=not called.no_plugins)
    for name in called.block:
        if name not in manager.plugins and not called.no_plugins:
            hint = did_you_mean(name, manager.plugins)
            warn(f"no plugin {name!r} is installed to be blocked" + (f" ({hint})" if hint else ""))
    return manager


def load_all_plugins(called: Invocation) -> PluginManager:
    """Load the plugins for a command that one of them may bring."""
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
