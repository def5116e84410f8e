"""Plugins that are installed: by distribution, by entry point, and by the code that a path holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import Distribution, EntryPoint, entry_points
from importlib.metadata import distributions as all_distributions
from importlib.util import find_spec
from pathlib import Path

from hivemind.conformance.target import Declared, PluginRef, Target
from hivemind.errors import ConfigurationError, UsageError

GROUP = "hivemind.plugins"


def canonical(name: str) -> str:
    """A distribution's name as all its spellings say it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def points() -> list[EntryPoint]:
    """The entry points of all installed plugins, each once."""
    found = {(point.name, point.value, _owner(point)): point for point in entry_points(group=GROUP)}
    return [found[key] for key in sorted(found)]


def _owner(point: EntryPoint) -> str:
    return canonical(point.dist.name) if point.dist is not None else ""


def distributions() -> list[str]:
    """The installed distributions that bring plugins."""
    return sorted({point.dist.name for point in points() if point.dist is not None})


def named() -> list[str]:
    """The names of the installed plugins."""
    return sorted({point.name for point in points()})


def of_distribution(name: str) -> Target | None:
    """The plugins of an installed distribution; None if there is none of this name.

    Raises:
        ConfigurationError: It brings no plugin.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        return None
    own = [point for point in points() if _owner(point) == canonical(name)]
    if own and own[0].dist is not None:
        return _target(own[0].dist, own)
    if name in named():
        return None  # an entry point's name says more than that of a distribution without plugins
    dist = next((one for one in all_distributions() if canonical(one.name or "") == canonical(name)), None)
    if dist is None:
        return None
    raise ConfigurationError(
        f"distribution {dist.name!r} brings no plugin: no entry point in the group {GROUP!r}",
        f'declare it in pyproject.toml: [project.entry-points."{GROUP}"], and install it again',
    )


def of_entry_point(name: str) -> Target | None:
    """The installed plugin of this entry point; None if there is none.

    Raises:
        UsageError: More than one distribution brings it.
    """
    own = [point for point in points() if point.name == name]
    if not own:
        return None
    owners = sorted({_owner(point) for point in own})
    if len(owners) > 1:
        raise UsageError(f"entry point {name!r} is brought by {' and '.join(owners)}", "name the distribution")
    dist = own[0].dist
    return _target(dist, own) if dist is not None else Target(name, _refs(own), installed=True)


def _target(dist: Distribution, own: Iterable[EntryPoint]) -> Target:
    return Target(dist.name, _refs(own), installed=True, declared=declared_by(dist))


def _refs(own: Iterable[EntryPoint]) -> tuple[PluginRef, ...]:
    return tuple(PluginRef(point.name, point.module, point.attr or "") for point in own)


def declared_by(dist: Distribution) -> Declared:
    """What an installed distribution says of itself."""
    raw = [(point.name, point.value) for point in dist.entry_points if point.group == GROUP]
    return Declared(
        dist.name, dist.version, tuple(dist.requires or ()), tuple(raw), f"the metadata of {dist.name} {dist.version}"
    )


def same_code(target: Target) -> Target:
    """The installed plugins that are the very code of a path's target; the target itself where there are none."""
    (ref,) = target.plugins
    files = _file_of(target, ref)
    for point in points():
        if files is not None and point.module == ref.module and locate(point.module) == files and not ref.file:
            found = of_distribution(point.dist.name) if point.dist is not None else None
            if found is not None:
                own = tuple(one for one in found.plugins if one.module == ref.module)
                return replace(found, name=target.name, plugins=own)
    return replace(target, replaces=tuple(point.name for point in points() if point.module == ref.module))


def _file_of(target: Target, ref: PluginRef) -> Path | None:
    for folder in target.paths:
        base = Path(folder, *ref.module.split("."))
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path.resolve()
    return None


def locate(module: str) -> Path | None:
    """The file of an importable module, found without running any of its package's code."""
    top, *rest = module.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, AttributeError, ValueError):
        return None
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin).resolve() if spec.origin and spec.has_location else None
    for folder in spec.submodule_search_locations or ():
        base = Path(folder, *rest)
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path.resolve()
    return None
