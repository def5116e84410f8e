"""Where a module's file is, found without running any code of it or of its parents."""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec, PathFinder
from pathlib import Path

from hivemind.checked_imports import is_checked


@dataclass(frozen=True)
class ModulePlace:
    """Where a module is.

    Args:
        file: The module's own file.
        place: The folder of its outermost regular package, or its file.
        name: The place as a path from the folder that is imported from: `acme/greeter`, `acme_greeter.py`.
    """

    file: Path
    place: Path
    name: str


def find_module(module: str) -> ModulePlace | None:
    """Find a module's file as an import would; None where it has none."""
    parts = module.split(".")
    where: Sequence[str] | None = None
    place: tuple[Path, str] | None = None
    file: Path | None = None
    for number, _ in enumerate(parts, 1):
        spec = _spec(".".join(parts[:number]), where)
        if spec is None:
            return None
        file = Path(spec.origin) if spec.origin and os.path.isfile(spec.origin) else None
        if file is not None and place is None:
            name = "/".join(parts[:number])
            package = spec.submodule_search_locations is not None
            place = (file.parent, name) if package else (file, name + file.suffix)
        where = list(spec.submodule_search_locations or ())
    if file is None or place is None:
        return None
    return ModulePlace(file, *place)


def _spec(fullname: str, where: Sequence[str] | None) -> ModuleSpec | None:
    """Ask the finders; None for a name that nothing has."""
    own = (BuiltinImporter, FrozenImporter, PathFinder)
    for finder in sys.meta_path:
        if is_checked(finder) or (where is not None and finder in own):
            continue
        try:
            spec = finder.find_spec(fullname, where, None)
        except (ImportError, ValueError, AttributeError, KeyError):
            continue
        if spec is not None:
            return spec
    return None if where is None else _below(fullname, where)


def _below(fullname: str, where: Sequence[str]) -> ModuleSpec | None:
    """Look for a submodule in its parent's folders. The path finder itself would want the parent to be imported."""
    portions: list[str] = []
    for spec in _candidates(fullname, where):
        if spec.loader is not None:
            return spec
        portions += spec.submodule_search_locations or ()
    if not portions:
        return None
    found = ModuleSpec(fullname, None, is_package=True)
    found.submodule_search_locations = portions
    return found


def _candidates(fullname: str, where: Sequence[str]) -> Iterator[ModuleSpec]:
    for entry in where:
        finder = pkgutil.get_importer(entry)
        spec = finder.find_spec(fullname) if finder is not None else None
        if spec is not None:
            yield spec
