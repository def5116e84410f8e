"""What a new plugin is called: its distribution, its package, its entry point and its worker."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution
from typing import TYPE_CHECKING

from hivemind.errors import UsageError
from hivemind.model_providers import DISTRIBUTION
from hivemind.plugins import CORE_PLUGIN, GROUP

if TYPE_CHECKING:
    from hivemind.models import WorkerSpec

PREFIX = "hivemind-"
MAX_LENGTH = 50
_DISTRIBUTION_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_WORKER_END = "-worker"


@dataclass(frozen=True)
class PluginNames:
    """The names of a new plugin."""

    plugin: str
    """Of the entry point: 'database-reviewer'."""
    worker: str
    role: str

    @property
    def distribution(self) -> str:
        """What pip calls it: 'hivemind-database-reviewer'."""
        return PREFIX + self.plugin

    @property
    def package(self) -> str:
        """What Python imports: 'hivemind_database_reviewer'."""
        return self.distribution.replace("-", "_")


def normalise(name: str) -> str:
    """Make the name of a plugin of what the user calls it, as package indexes compare names.

    Returns:
        Lower case, single dashes, without the prefix `hivemind-`.

    Raises:
        UsageError: No distribution can have that name.
    """
    if len(name) > MAX_LENGTH + len(PREFIX) or not _DISTRIBUTION_NAME.fullmatch(name):
        reason = "is too long" if len(name) > MAX_LENGTH + len(PREFIX) else "is no name for a distribution"
        raise UsageError(
            f"{name[:80]!r} {reason}",
            f"use up to {MAX_LENGTH} letters a to z, digits and single dashes, such as 'database-reviewer'",
        )
    plain = re.sub(r"[-_.]+", "-", name).lower().removeprefix(PREFIX)
    if len(plain) > MAX_LENGTH:
        raise UsageError(f"{name!r} is too long", f"use up to {MAX_LENGTH} characters")
    return plain


def plugin_names(name: str, role: str | None = None) -> PluginNames:
    """Say what a new plugin and its worker are called.

    Args:
        name: What the user calls the plugin; `hivemind-` before it makes no difference.
        role: The worker's role; the worker is then ROLE-worker. None: the plugin's name is the worker's and its role.

    Raises:
        UsageError: A name can't be, or is taken by what is shipped.
    """
    plugin = normalise(name)
    if keyword.iskeyword(plugin) or keyword.iskeyword(name):
        raise UsageError(f"{name!r} is a word of the Python language", "choose another name")
    names = PluginNames(plugin, plugin, plugin) if role is None else PluginNames(plugin, *_worker(role))
    _check_free(name, names)
    return names


def _worker(role: str) -> tuple[str, str]:
    """(worker, role) of what stands behind `--worker`."""
    if len(role) > MAX_LENGTH or not _ROLE.fullmatch(role):
        raise UsageError(
            f"{role[:80]!r} is no role for a worker",
            f"use up to {MAX_LENGTH} letters a to z, digits, '-', '_' and '.', such as 'database'",
        )
    plain = role.removesuffix(_WORKER_END) or role
    return plain + _WORKER_END, plain


def _check_free(name: str, names: PluginNames) -> None:
    points = _shipped()
    if names.distribution == DISTRIBUTION or names.plugin in ("hivemind", CORE_PLUGIN):
        raise UsageError(f"{name!r} is the core's own name", "choose another name")
    taken = {point.name for point in points} | {point.module.split(".")[0] for point in points}
    if names.plugin in taken or names.package in taken:
        raise UsageError(f"{name!r} is a plugin that hivemind ships", "choose another name")
    if names.worker in _workers_of(points):
        raise UsageError(
            f"{names.worker!r} is a worker that hivemind ships", "choose another name, or another role with --worker"
        )


def _shipped() -> list[EntryPoint]:
    try:
        return list(distribution(DISTRIBUTION).entry_points.select(group=GROUP))
    except PackageNotFoundError:  # run from its source, without being installed: then it has no plugins either
        return []


def _workers_of(points: Iterable[EntryPoint]) -> set[str]:
    names: set[str] = set()
    for point in points:
        give: Callable[[], Iterable[WorkerSpec]] = getattr(point.load(), "hivemind_workers", tuple)
        names.update(spec.name for spec in give())
    return names
