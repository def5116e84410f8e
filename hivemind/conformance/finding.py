"""Finds what is meant by the words of a target: a distribution, an entry point's name, a folder, a file, a module."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import ModuleType

from hivemind.conformance.code_folder import of_file, of_package, top_level
from hivemind.conformance.installed import distributions, locate, named, of_distribution, of_entry_point, same_code
from hivemind.conformance.live_objects import of_module, of_object
from hivemind.conformance.source_tree import is_tree, of_tree
from hivemind.conformance.target import PluginRef, Target
from hivemind.errors import ConfigurationError, UsageError, did_you_mean

_MODULE = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*)?$")


def find_target(target: str | Path | ModuleType | object) -> Target:
    """Find what is meant.

    Args:
        target: A distribution's name, an entry point's name, a path, an importable module's name, or in Python also a
            module or a plugin object.

    Raises:
        UsageError: There is nothing of that name.
        ConfigurationError: There is, but it brings no plugin.
    """
    if isinstance(target, ModuleType):
        return of_module(target)
    if isinstance(target, os.PathLike):
        return of_path(Path(target))
    if isinstance(target, str):
        return _of_words(target)
    return of_object(target)


def _of_words(words: str) -> Target:
    text = words.strip()
    if not text:
        raise UsageError("no plugin named to be checked", "name a distribution, an entry point or a path")
    if _is_path(text):
        return of_path(Path(text).expanduser())
    found = of_distribution(text) or of_entry_point(text)
    if found is not None:
        return found
    path = Path(text).expanduser()
    if path.exists():
        return of_path(path)
    if _MODULE.match(text) and (found := _of_module_name(text)) is not None:
        return found
    raise _unknown(text)


def _is_path(text: str) -> bool:
    return text.startswith((".", "~")) or text.endswith(".py") or "/" in text or os.sep in text


def of_path(path: Path) -> Target:
    """Find the plugins of a path.

    Raises:
        UsageError: There is no such path.
        ConfigurationError: It holds no plugin.
    """
    if not path.exists():
        near = did_you_mean(path.name, _beside(path))
        raise UsageError(f"there is no {path} to be checked", near or "name a distribution, an entry point or a path")
    path = path.resolve()
    if path.is_file():
        if path.suffix != ".py":
            raise ConfigurationError(f"{path.name} is no Python file", "name a .py file, a package or a source tree")
        if path.name == "__init__.py" and path.parent.name.isidentifier():
            return same_code(of_package(path.parent))
        return same_code(of_file(path))
    if is_tree(path):
        return of_tree(path)
    if (path / "__init__.py").is_file() and path.name.isidentifier():
        return same_code(of_package(path))
    raise ConfigurationError(
        f"{path} holds no plugin: no pyproject.toml or setup.cfg with entry points, and no package",
        "name a source tree, a folder with an __init__.py, or a .py file",
    )


def _beside(path: Path) -> list[str]:
    try:
        return [one.name for one in path.parent.iterdir()]
    except OSError:
        return []


def _of_module_name(text: str) -> Target | None:
    module, _, attribute = text.partition(":")
    path = locate(module)
    if path is None:
        return None
    ref = PluginRef(module.rpartition(".")[2], module, attribute)
    return same_code(Target(text, (ref,), paths=(str(top_level(path, module)),)))


def _unknown(text: str) -> UsageError:
    known = [*distributions(), *named(), *(one.name for one in Path().iterdir() if one.suffix in ("", ".py"))]
    near = did_you_mean(text, known)
    listed = ", ".join(sorted({*distributions(), *named()}))
    hint = near or f"name a path, or one of what is installed: {listed}"
    return UsageError(f"no distribution, entry point or path {text!r} to be checked", hint)
