"""A folder of installed distributions, for tests of what the real entry-point machinery finds."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass
class PluginSite:
    """A folder of installed distributions, as `pip install --target` would leave it."""

    path: Path

    def add(
        self,
        name: str,
        source: str,
        *,
        distribution: str | None = None,
        version: str = "1.0",
        module: str | None = None,
        entry_points: Sequence[str] | None = None,
        modules: Mapping[str, str] | None = None,
    ) -> Path:
        """Install a plugin.

        Args:
            name: The entry point's name.
            source: The code of its module.
            distribution: The distribution's name; `hivemind-NAME` by default.
            version: The distribution's version.
            module: The module's name; made of the name by default.
            entry_points: Lines of the group instead of the one that names the module.
            modules: More modules by name.

        Returns:
            The module's file.
        """
        module = module or f"{name.replace('-', '_')}_plugin"
        dist = distribution or f"hivemind-{name}"
        self.path.mkdir(parents=True, exist_ok=True)
        info = self.path / f"{dist.replace('-', '_')}-{version}.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\n", encoding="utf-8")
        lines = list(entry_points) if entry_points is not None else [f"{name} = {module}"]
        (info / "entry_points.txt").write_text("\n".join(["[hivemind.plugins]", *lines, ""]), encoding="utf-8")
        for other, code in (modules or {}).items():
            (self.path / f"{other}.py").write_text(textwrap.dedent(code), encoding="utf-8")
        target = self.path / f"{module}.py"
        target.write_text(textwrap.dedent(source), encoding="utf-8")
        return target
