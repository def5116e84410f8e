"""Refuses real requests of pydantic-ai while a test runs, and imports pydantic-ai for that under no circumstances."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

_MODULE = "pydantic_ai.models"
_SWITCH = "ALLOW_MODEL_REQUESTS"


class _SwitchedOff(Loader):
    """Loads the module as its own loader does, then switches requests off."""

    def __init__(self, loader: Loader, value: bool) -> None:
        self._loader = loader
        self._value = value

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave it to the loader."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module and set the switch."""
        self._loader.exec_module(module)
        setattr(module, _SWITCH, self._value)


class _OnImport(MetaPathFinder):
    """Waits for somebody to import the module."""

    def __init__(self, value: bool) -> None:
        self.value = value
        self._looking = False

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Find the one module with the finders that come after this one; pass over all others."""
        if fullname != _MODULE or self._looking:
            return None
        self._looking = True
        try:
            spec = find_spec(fullname)
        finally:
            self._looking = False
        if spec is not None and spec.loader is not None:
            spec.loader = _SwitchedOff(spec.loader, self.value)
        return spec


@contextmanager
def model_requests(*, allowed: bool) -> Iterator[None]:
    """Allow or refuse real requests of pydantic-ai inside, also where it is imported only there.

    Args:
        allowed: What its switch `ALLOW_MODEL_REQUESTS` says meanwhile.
    """
    loaded = sys.modules.get(_MODULE)
    finder = _OnImport(allowed)
    before = getattr(loaded, _SWITCH, True)
    if loaded is not None:
        setattr(loaded, _SWITCH, allowed)
    else:
        sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
        now = sys.modules.get(_MODULE)
        if now is not None:
            setattr(now, _SWITCH, before)
