"""Plugins that are objects of this process: how another process can have them too."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType

from hivemind.conformance.code_folder import top_level
from hivemind.conformance.installed import same_code
from hivemind.conformance.target import PluginRef, Target


def of_module(module: ModuleType) -> Target:
    """The plugin that a module is; one that no file holds is only in this process."""
    name = module.__name__
    ref = module_ref(module)
    if ref is None:
        return Target(name, (PluginRef(name.rpartition(".")[2], name, live=0),), objects=(module,))
    paths = () if ref.file else (str(top_level(Path(module.__file__ or ""), name)),)
    target = Target(name, (ref,), paths=paths)
    return target if ref.file else same_code(target)


def module_ref(module: ModuleType) -> PluginRef | None:
    """How another process imports a module: by its name, or by its file; None where neither can be."""
    file, name = getattr(module, "__file__", None), module.__name__
    if not file or not Path(file).is_file():
        return None
    short = name.rpartition(".")[2]
    path = Path(file).resolve()
    relative = Path(*name.split("."))
    tail = path.parent.parts[-len(relative.parts) :] if path.name == "__init__.py" else path.with_suffix("").parts
    if tuple(tail[-len(relative.parts) :]) == relative.parts and _importable(name, path):
        return PluginRef(short, name)
    return PluginRef(short, name, file=str(path))


def _importable(name: str, path: Path) -> bool:
    root = str(top_level(path, name))
    return any(str(Path(one or ".").resolve()) == root for one in sys.path) or name in sys.modules


def of_object(plugin: object) -> Target:
    """The plugin that an object is: a copy of this process has it as it is; where none can be made, another process
    finds it by its name in the module that holds it."""
    name = str(getattr(plugin, "__name__", None) or type(plugin).__name__)
    live = Target(name, (PluginRef(name, type(plugin).__qualname__, live=0),), objects=(plugin,))
    return live if hasattr(os, "fork") else _by_name(plugin, name) or live


def _by_name(plugin: object, name: str) -> Target | None:
    for module in list(sys.modules.values()):
        if not isinstance(module, ModuleType) or module.__name__ == "__main__":
            continue
        attribute = next((key for key, value in list(vars(module).items()) if value is plugin), None)
        ref = module_ref(module) if attribute else None
        if ref is not None:
            paths = () if ref.file else (str(top_level(Path(module.__file__ or ""), module.__name__)),)
            return Target(name, (PluginRef(str(attribute), ref.module, str(attribute), ref.file),), paths=paths)
    return None
