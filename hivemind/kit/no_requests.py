"""Refuses real requests of pydantic-ai while a test runs, and imports pydantic-ai for that under no circumstances."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

_MODULE = "pydantic_ai.models"
_SWITCH = "ALLOW_MODEL_REQUESTS"


class _Switched(Loader):
    """Loads the module as its own loader does, then sets the switch."""

    def __init__(self, loader: Loader, wanted: Sequence[bool]) -> None:
        self._loader = loader
        self._wanted = wanted

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave it to the loader."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module and set the switch, as it is wanted now."""
        self._loader.exec_module(module)
        if self._wanted:
            setattr(module, _SWITCH, self._wanted[-1])


class _OnImport(MetaPathFinder):
    """Waits for somebody to import the module."""

    def __init__(self) -> None:
        self.wanted: list[bool] = []
        self._looking = False

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Find the one module with the other finders; pass over all others."""
        if fullname != _MODULE or self._looking:
            return None
        self._looking = True
        try:
            spec = find_spec(fullname)
        finally:
            self._looking = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Switched(spec.loader, self.wanted)
        return spec


_finder = _OnImport()


@contextmanager
def model_requests(*, allowed: bool) -> Iterator[None]:
    """Allow or refuse real requests of pydantic-ai inside, also where it is imported only there.

    Args:
        allowed: What its switch `ALLOW_MODEL_REQUESTS` says meanwhile.
    """
    loaded = sys.modules.get(_MODULE)
    before = getattr(loaded, _SWITCH) if loaded is not None else _finder.wanted[-1] if _finder.wanted else True
    _finder.wanted.append(allowed)
    if loaded is not None:
        setattr(loaded, _SWITCH, allowed)
    elif _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    try:
        yield
    finally:
        _finder.wanted.pop()
        if not _finder.wanted and _finder in sys.meta_path:
            sys.meta_path.remove(_finder)
        now = sys.modules.get(_MODULE)
        if now is not None:
            setattr(now, _SWITCH, before)
