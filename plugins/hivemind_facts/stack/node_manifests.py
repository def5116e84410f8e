"""Node's manifests and lock files: package.json, package-lock.json, yarn.lock, pnpm-lock.yaml."""

from __future__ import annotations

import json
import re
from typing import Any

from hivemind_facts.stack.dependency import Dependency, Lines

_SECTIONS = {
    "dependencies": False,
    "optionalDependencies": False,
    "peerDependencies": True,
    "devDependencies": True,
}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def package_json(text: str) -> tuple[str | None, list[Dependency], dict[str, object]]:
    """A package.json: name, dependencies, and its scripts and entry points."""
    data = _table(json.loads(text))
    lines = Lines(text)
    found: dict[str, Dependency] = {}
    for section, dev in _SECTIONS.items():
        for name, version in _table(data.get(section)).items():
            stated = version if isinstance(version, str) else None
            found.setdefault(name, Dependency(name, stated, lines.of(name), dev, "node"))
    title = data.get("name")
    kept: dict[str, object] = {
        key: data[key] for key in ("scripts", "main", "bin", "workspaces", "module") if key in data
    }
    return title if isinstance(title, str) else None, list(found.values()), kept


def package_lock(text: str) -> list[Dependency]:
    """A package-lock.json of any version: the packages at its top."""
    data = _table(json.loads(text))
    found = []
    for where, value in _table(data.get("packages")).items():
        if where.startswith("node_modules/") and "/node_modules/" not in where:
            found.append(_locked(where.removeprefix("node_modules/"), value))
    if not found:
        found = [_locked(name, value) for name, value in _table(data.get("dependencies")).items()]
    return found


def _locked(name: str, value: object) -> Dependency:
    version = _table(value).get("version")
    return Dependency(name, version if isinstance(version, str) else None, None, bool(_table(value).get("dev")), "node")


def yarn_lock(text: str) -> list[Dependency]:
    """A yarn.lock of either form; read by line."""
    found: list[Dependency] = []
    name, line = "", 0
    for number, content in enumerate(text.splitlines(), 1):
        head = re.match(r'"?((?:@[^@/\s"]+/)?[^@\s",]+)@', content)
        if head and content.rstrip().endswith(":"):
            name, line = head.group(1), number
        version = re.match(r'\s+version:?\s+"?([^"\s]+)', content)
        if version and name:
            found.append(Dependency(name, version.group(1), line, False, "node"))
            name = ""
    return found


def pnpm_lock(text: str) -> list[Dependency]:
    """A pnpm-lock.yaml: the direct dependencies of every importer; read by line, because it is long and regular."""
    found: list[Dependency] = []
    section, dev, name = "", False, ""
    for number, line in enumerate(text.splitlines(), 1):
        top = re.match(r"([A-Za-z]+):", line)
        if top:
            section = top.group(1)
        if section not in ("importers", *_SECTIONS):
            continue
        group = re.match(r"\s*(dependencies|devDependencies|optionalDependencies):\s*$", line)
        if group:
            dev, name = _SECTIONS[group.group(1)], ""
            continue
        item = re.match(r"\s+'?(@?[A-Za-z0-9][^\s:']*)'?:\s*([0-9]\S*)?\s*$", line)
        version = re.match(r"\s+version:\s*'?([0-9][^\s('_]*)", line)
        if version and name:
            found.append(Dependency(name, version.group(1), number - 2, dev, "node"))
            name = ""
        elif item and item.group(2):
            found.append(
                Dependency(item.group(1), item.group(2).partition("(")[0].partition("_")[0], number, dev, "node")
            )
        elif item:
            name = item.group(1)
    return found
