"""A plugin that is a `.py` file or a package's folder, without packaging around it."""

from __future__ import annotations

import re
from pathlib import Path

from hivemind.conformance.target import PluginRef, Target

_MARK = re.compile(r"^\s*@(?:\w+\.)?hookimpl\b", re.MULTILINE)


def of_file(path: Path) -> Target:
    """The plugin of one file; a name that no import can say is made fit."""
    name = re.sub(r"\W", "_", path.stem)
    name = f"_{name}" if name[:1].isdigit() else name
    package = _package_of(path)
    if package is not None:
        module = ".".join([*package.parts, path.stem])
        return Target(str(path), (PluginRef(path.stem, module),), paths=(str(top_level(path, module)),))
    return Target(str(path), (PluginRef(name, name, file=str(path)),), paths=(str(path.parent),))


def _package_of(path: Path) -> Path | None:
    """The dotted package in which a file lies, as a path; None where it lies in none."""
    parts: list[str] = []
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    return Path(*parts) if parts and path.stem.isidentifier() else None


def of_package(folder: Path) -> Target:
    """The plugin of a package: the package itself where it has hooks, else its one module that has some."""
    module = ".".join([*_parts(folder), folder.name])
    if not _has_hooks(folder / "__init__.py"):
        inside = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py" and _has_hooks(path)]
        chosen = next((path for path in inside if path.stem == "plugin"), inside[0] if inside else None)
        if chosen is not None:
            module = f"{module}.{chosen.stem}"
    return Target(str(folder), (PluginRef(folder.name, module),), paths=(str(_above(folder)),))


def _parts(folder: Path) -> list[str]:
    package = _package_of(folder / "x.py")
    return list(package.parts[:-1]) if package else []


def _above(folder: Path) -> Path:
    for _ in range(len(_parts(folder)) + 1):
        folder = folder.parent
    return folder


def top_level(file: Path, module: str) -> Path:
    """The folder from which a module's file is imported by this name."""
    depth = module.count(".") + (1 if file.name == "__init__.py" else 0)
    folder = file.parent
    for _ in range(depth):
        folder = folder.parent
    return folder


def _has_hooks(path: Path) -> bool:
    try:
        return _MARK.search(path.read_text(encoding="utf-8", errors="replace")) is not None
    except OSError:
        return False
