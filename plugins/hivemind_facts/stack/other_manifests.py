"""Manifests of other ecosystems: go.mod, Cargo.toml, Gemfile, composer.json, .NET projects."""

from __future__ import annotations

import json
import re
import tomllib

from hivemind_facts.stack.dependency import Dependency, Lines


def go_mod(text: str) -> tuple[str | None, list[Dependency], dict[str, object]]:
    """A go.mod: module path, direct and indirect requirements, the Go version."""
    found, name, inside, version = [], None, False, None
    for number, line in enumerate(text.splitlines(), 1):
        code, _, comment = line.partition("//")
        words = code.split()
        if not words:
            continue
        if words[0] == "module" and len(words) > 1:
            name = words[1].strip('"')
        elif words[0] == "go" and len(words) > 1:
            version = words[1]
        elif words[0] == "require" and words[1:2] == ["("]:
            inside = True
        elif words[0] == ")" or (words[0] in ("replace", "exclude", "retract") and words[1:2] == ["("]):
            inside = False
        else:
            item = words[1:] if words[0] == "require" else words if inside else []
            if len(item) == 2:
                found.append(Dependency(item[0], item[1], number, "indirect" in comment, "go"))
    return name, found, {"go": version}


def cargo(text: str) -> tuple[str | None, list[Dependency]]:
    """A Cargo.toml."""
    data, lines = tomllib.loads(text), Lines(text)
    found = []
    for section, dev in (("dependencies", False), ("dev-dependencies", True), ("build-dependencies", True)):
        table = data.get(section)
        for name, value in (table if isinstance(table, dict) else {}).items():
            version = value.get("version") if isinstance(value, dict) else value
            found.append(Dependency(name, version if isinstance(version, str) else None, lines.of(name), dev, "rust"))
    package = data.get("package")
    name = package.get("name") if isinstance(package, dict) else None
    return name if isinstance(name, str) else None, found


def gemfile(text: str) -> list[Dependency]:
    """A Gemfile."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        gem = re.match(r"\s*gem\s+[\"']([\w.\-]+)[\"'](?:\s*,\s*[\"']([^\"']+)[\"'])?", line)
        if gem:
            found.append(Dependency(gem.group(1), gem.group(2), number, False, "ruby"))
    return found


def composer(text: str) -> tuple[str | None, list[Dependency]]:
    """A composer.json."""
    data, lines = json.loads(text), Lines(text)
    data = data if isinstance(data, dict) else {}
    found = []
    for section, dev in (("require", False), ("require-dev", True)):
        table = data.get(section)
        for name, version in (table if isinstance(table, dict) else {}).items():
            if "/" in name:
                stated = version if isinstance(version, str) else None
                found.append(Dependency(name, stated, lines.of(name), dev, "php"))
    name = data.get("name")
    return name if isinstance(name, str) else None, found


def dotnet(text: str) -> list[Dependency]:
    """A .NET project file; read by line."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        use = re.search(r"<PackageReference\s[^>]*Include=\"([^\"]+)\"(?:[^>]*Version=\"([^\"]+)\")?", line)
        if use:
            found.append(Dependency(use.group(1), use.group(2), number, False, "dotnet"))
    return found
