"""Which code a worker's result depends on: a hash of the files of its plugin and of the modules that its spec names."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import threading
import weakref
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from hivemind.models import WorkerSpec
from hivemind.plugin_info import DISTRIBUTION
from hivemind.plugins import PluginManager

CORE = "hivemind"
_TELLING = (
    "agent.py",
    "context.py",
    "fingerprint.py",
    "models.py",
    "prompt.py",
    "repository_paths.py",
    "repository_rules.py",
    "repository_search.py",
    "repository_tools.py",
    "repository_workspace.py",
    "rules.py",
    "session_journal.py",
    "tool_gate.py",
    "tool_policy.py",
)
"""The core's files that decide what a worker is told and how it is run."""
_MAX_FILES = 3000
"""Files of one package whose content is read; in a larger one, size and time stand for it."""
_NOT_CODE = (".pyc", ".pyo", ".so", ".pyd", ".dll")
_lock = threading.Lock()
_looked_for: weakref.ref[PluginManager] | None = None


def plugin_module(manager: PluginManager, name: str) -> str | None:
    """The module that a plugin's code is in; None for one that is not an installed distribution's: an object that a
    program registered can hold anything, and no file says what."""
    _look_again(manager)
    info, plugin = manager.plugins.get(name), manager.pm.get_plugin(name)
    if info is None or plugin is None or not (info.distribution or info.path):
        return None
    return plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__module__


def _look_again(manager: PluginManager) -> None:
    """Forget what was read for plugins that were loaded before these: their files may have been edited since."""
    global _looked_for
    with _lock:
        if _looked_for is None or _looked_for() is not manager:
            _looked_for = weakref.ref(manager)
            for seen in (_place, _file_of, _place_digest, _digest):
                seen.cache_clear()


def spec_modules(spec: WorkerSpec) -> list[str]:
    """The modules that a spec names by import path."""
    paths = (spec.output_type, spec.agent, spec.rules, spec.notes, *spec.toolsets)
    return sorted({path.partition(":")[0] for path in paths if path})


def others_executing(manager: PluginManager, owner: str) -> list[str]:
    """Plugins of others that may take over any worker's execution; the shipped ones execute their own only."""
    found = (name for name, _ in manager.implementations("hivemind_execute"))
    return [name for name in found if name != owner and manager.plugins[name].distribution != DISTRIBUTION]


def worker_code(manager: PluginManager, plugin: str, spec: WorkerSpec) -> str:
    """Hash the code that a worker is made of: its plugin's, and that of the modules that its spec names.

    Workers of one plugin share the price: each package is read once in a process.

    Returns:
        The hash; '' where no file says what the code is: a worker file, an object that a program registered.
    """
    entry = plugin_module(manager, plugin)
    return _digest(tuple(spec_modules(spec)), entry) if entry is not None else ""


@lru_cache(maxsize=1024)
def _digest(modules: tuple[str, ...], entry: str) -> str:
    return code_digest(modules, entry)


def code_digest(modules: Iterable[str], entry: str | None = None) -> str:
    """Hash the files of the packages that these modules belong to.

    Args:
        modules: Module names.
        entry: A plugin's own module, whose worker specs are left out: they are part of the fingerprint by themselves,
            so that what one worker is told does not make its neighbours run again.
    """
    with _lock:
        places = {_place(module) for module in (*modules, *([entry] if entry else ()))}
        own = _file_of(entry) if entry else None
        told = hashlib.sha256()
        for place in sorted(place for place in places if place is not None):
            told.update(_place_digest(place, own if own and own.startswith(place) else None).encode())
        return told.hexdigest()


@lru_cache(maxsize=512)
def _place(module: str) -> str | None:
    """The folder of a module's outermost regular package, or its file; None for the core's and what has no file."""
    if module.partition(".")[0] == CORE:
        return None
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        try:
            spec = importlib.util.find_spec(".".join(parts[:length]))
        except (ImportError, ValueError, AttributeError):
            return None
        if spec is None:
            return None
        if spec.origin and os.path.isfile(spec.origin):
            return os.path.dirname(spec.origin) if spec.submodule_search_locations else spec.origin
    return None


@lru_cache(maxsize=512)
def _file_of(module: str) -> str | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
    return spec.origin if spec is not None else None


@lru_cache(maxsize=256)
def _place_digest(place: str, entry: str | None) -> str:
    told = hashlib.sha256()
    files = list(_files(place))
    for path in files:
        told.update(os.path.relpath(path, place).encode("utf-8", "surrogateescape") + b"\0")
        try:
            if len(files) > _MAX_FILES:
                status = os.stat(path)
                data = f"{status.st_size} {status.st_mtime_ns}".encode()
            else:
                data = Path(path).read_bytes()
        except OSError as error:
            data = f"unreadable: {error.strerror}".encode()
        told.update(hashlib.sha256(_without_specs(data) if path == entry else data).digest())
    return told.hexdigest()


def _files(place: str) -> Iterator[str]:
    if os.path.isfile(place):
        yield place
        return
    for folder, below, names in os.walk(place):
        # What tools leave beside the code (.mypy_cache, .DS_Store, an editor's .plugin.py.swp) is none.
        below[:] = sorted(name for name in below if name != "__pycache__" and not name.startswith("."))
        for name in sorted(names):
            if not name.endswith(_NOT_CODE) and not name.startswith("."):
                yield os.path.join(folder, name)


class _SpecsOut(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Put a word in the place of each `WorkerSpec(...)`."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "WorkerSpec":
            return ast.Constant("a worker's spec")
        self.generic_visit(node)
        return node


def _without_specs(source: bytes) -> bytes:
    try:
        return ast.dump(_SpecsOut().visit(ast.parse(source))).encode()
    except (SyntaxError, ValueError, RecursionError):
        return source


@lru_cache(maxsize=1)
def core_digest() -> str:
    """Hash the core's own files: what it tells a model is part of what a result depends on."""
    folder = Path(__file__).parent
    return hashlib.sha256(
        b"".join(hashlib.sha256((folder / name).read_bytes()).digest() for name in _TELLING)
    ).hexdigest()
