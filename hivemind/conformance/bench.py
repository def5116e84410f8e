"""What the rules of one process share: the plugins, the guard, and what one rule found out for the next."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from hivemind.conformance.guard import Guard
from hivemind.conformance.job import Job
from hivemind.conformance.target import PluginRef

ValueT = TypeVar("ValueT")


@dataclass
class Bench:
    """One process at work."""

    job: Job
    guard: Guard
    known: dict[str, Any] = field(default_factory=dict)
    """What was found out once, by name."""

    def once(self, name: str, make: Callable[[], ValueT]) -> ValueT:
        """Make something once for all rules of this process."""
        if name not in self.known:
            self.known[name] = make()
        value: ValueT = self.known[name]
        return value

    @property
    def repo(self) -> Path:
        """The repository that workers are about."""
        return Path(self.job.repo)

    def plugins(self) -> Iterator[tuple[str, object]]:
        """All plugins of the target by name, imported now if they are not."""
        for ref in self.job.target.plugins:
            yield ref.name, self.plugin(ref)

    def plugin(self, ref: PluginRef) -> object:
        """One plugin, imported now if it is not."""
        return self.once(f"plugin {ref.name}", lambda: load_ref(ref, self.job.target.objects))

    def said_by(self, plugin: str) -> str:
        """How a problem begins: with the plugin's name where there is more than one."""
        return f"{plugin}: " if len(self.job.target.plugins) > 1 else ""


def load_ref(ref: PluginRef, objects: tuple[object, ...] = ()) -> object:
    """Import a plugin."""
    if ref.live >= 0:
        return objects[ref.live]
    module = _from_file(ref) if ref.file else importlib.import_module(ref.module)
    value: object = module
    for part in ref.attribute.split(".") if ref.attribute else ():
        value = getattr(value, part)
    return value


def _from_file(ref: PluginRef) -> ModuleType:
    if ref.module in sys.modules:
        return sys.modules[ref.module]
    spec = importlib.util.spec_from_file_location(ref.module, ref.file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{ref.file} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[ref.module] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[ref.module]
        raise
    return module
