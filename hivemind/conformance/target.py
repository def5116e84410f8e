"""What is to be checked: plugins, where their code is, and the distribution that they come from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class PluginRef:
    """One plugin, as any process can find it."""

    name: str
    module: str
    attribute: str = ""
    """The object in the module; '' for the module itself."""
    file: str = ""
    """The module's file, where it can't be imported by its name."""
    live: int = -1
    """The position among objects that only this process has."""

    @property
    def value(self) -> str:
        """As an entry point says it."""
        return f"{self.module}:{self.attribute}" if self.attribute else self.module


@dataclass(frozen=True)
class Declared:
    """What a distribution says of itself."""

    name: str
    version: str = ""
    requires: tuple[str, ...] = ()
    entry_points: tuple[tuple[str, str], ...] = ()
    """Those of the plugins' group: name and value."""
    where: str = ""
    """What says so: the metadata of an installed distribution, or a file."""


@dataclass(frozen=True)
class Target:
    """What is to be checked."""

    name: str
    plugins: tuple[PluginRef, ...]
    installed: bool = False
    """Whether the plugins are found by their entry points in any process."""
    paths: tuple[str, ...] = ()
    """Folders to look for its code in, before all others."""
    declared: Declared | None = None
    replaces: tuple[str, ...] = ()
    """Installed plugins that are left out, since the target is another edition of them."""
    objects: tuple[object, ...] = field(default=(), compare=False)
    """What `PluginRef.live` points to."""

    def plain(self) -> dict[str, Any]:
        """As data for another process."""
        data = {name: value for name, value in vars(self).items() if name not in ("objects", "plugins", "declared")}
        return {
            **data,
            "plugins": [asdict(one) for one in self.plugins],
            "declared": asdict(self.declared) if self.declared else None,
        }

    @classmethod
    def of(cls, data: dict[str, Any], objects: tuple[object, ...] = ()) -> Target:
        """Read what `plain` wrote."""
        declared = data["declared"]
        if declared is not None:
            pairs = tuple((name, value) for name, value in declared["entry_points"])
            declared = Declared(**{**declared, "requires": tuple(declared["requires"]), "entry_points": pairs})
        return cls(
            name=data["name"],
            plugins=tuple(PluginRef(**one) for one in data["plugins"]),
            installed=data["installed"],
            paths=tuple(data["paths"]),
            declared=declared,
            replaces=tuple(data["replaces"]),
            objects=objects,
        )
