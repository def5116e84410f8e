"""Python's manifests and lock files: pyproject.toml, requirements, setup.cfg, setup.py, Pipfile, conda, lock files."""

from __future__ import annotations

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from hivemind_facts.stack.dependency import Dependency, Lines

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*\(?\s*([^;#)@]*)")
_EXACT = re.compile(r"^={2,3}\s*([^\s,*]+)$")


def requirement(text: str, line: int | None = None, dev: bool = False) -> Dependency | None:
    """One PEP 508 requirement; None if it is none."""
    found = _REQUIREMENT.match(text)
    if not found:
        return None
    spec = found.group(2).strip()
    exact = _EXACT.match(spec)
    return Dependency(found.group(1), (exact.group(1) if exact else spec) or None, line, dev, "python")


def _all(items: Iterable[object], lines: Lines, dev: bool = False) -> Iterator[Dependency]:
    for item in items:
        one = requirement(item, dev=dev) if isinstance(item, str) else None
        if one is not None:
            yield Dependency(one.name, one.version, lines.of(one.name), dev, "python")


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def pyproject(text: str) -> tuple[str | None, list[Dependency], dict[str, object]]:
    """PEP 621, PEP 735, Poetry, uv and PDM; name, dependencies and scripts."""
    data = tomllib.loads(text)
    lines = Lines(text)
    project, tool = _table(data.get("project")), _table(data.get("tool"))
    found = list(_all(_list(project.get("dependencies")), lines))
    for group in _table(project.get("optional-dependencies")).values():
        found += _all(_list(group), lines, dev=True)
    groups = [
        *_table(data.get("dependency-groups")).values(),
        *_table(_table(tool.get("pdm")).get("dev-dependencies")).values(),
    ]
    groups.append(_table(tool.get("uv")).get("dev-dependencies"))
    for group in groups:
        found += _all(_list(group), lines, dev=True)
    poetry = _table(tool.get("poetry"))
    found += _poetry(_table(poetry.get("dependencies")), lines)
    found += _poetry(_table(poetry.get("dev-dependencies")), lines, dev=True)
    for title, group in _table(poetry.get("group")).items():
        found += _poetry(_table(_table(group).get("dependencies")), lines, dev=title != "main")
    name = project.get("name") or poetry.get("name")
    scripts = {**_table(poetry.get("scripts")), **_table(project.get("scripts"))}
    return name if isinstance(name, str) else None, found, {"scripts": scripts}


def _poetry(table: dict[str, Any], lines: Lines, dev: bool = False) -> Iterator[Dependency]:
    for name, value in table.items():
        if name.lower() != "python":
            version = value.get("version") if isinstance(value, dict) else value
            yield Dependency(name, version if isinstance(version, str) else None, lines.of(name), dev, "python")


def requirements(text: str, dev: bool = False) -> list[Dependency]:
    """A requirements file; options, URLs and continued hashes are passed over."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip().rstrip("\\").strip()
        if not stripped or stripped.startswith(("#", "-")) or re.match(r"\S+://", stripped):
            egg = re.search(r"#egg=([A-Za-z0-9._-]+)", stripped)
            if egg:
                found.append(Dependency(egg.group(1), None, number, dev, "python"))
            continue
        one = requirement(stripped.split(" --")[0], number, dev)
        if one is not None:
            found.append(one)
    return found


def setup_cfg(text: str) -> tuple[str | None, list[Dependency]]:
    """The declarative form of setuptools."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    lines = Lines(text)
    found = list(_all(parser.get("options", "install_requires", fallback="").splitlines(), lines))
    if parser.has_section("options.extras_require"):
        for _, value in parser.items("options.extras_require"):
            found += _all(value.splitlines(), lines, dev=True)
    return parser.get("metadata", "name", fallback=None), found


def setup_py(text: str) -> tuple[str | None, list[Dependency]]:
    """What `setup()` is called with, where that is written down as constants."""
    tree = ast.parse(text)
    names: dict[str, ast.expr] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            names[statement.targets[0].id] = statement.value
    found: list[Dependency] = []
    name: str | None = None
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", getattr(node.func, "attr", "")) != "setup":
            continue
        for keyword in node.keywords:
            value = names.get(keyword.value.id, keyword.value) if isinstance(keyword.value, ast.Name) else keyword.value
            if keyword.arg == "name" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                name = value.value
            elif keyword.arg in ("install_requires", "extras_require", "tests_require"):
                dev = keyword.arg != "install_requires"
                for part in ast.walk(value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        one = requirement(part.value, part.lineno, dev)
                        found += [one] if one is not None else []
    return name, found


def pipfile(text: str) -> list[Dependency]:
    """A Pipfile."""
    data, lines = tomllib.loads(text), Lines(text)
    found = list(_poetry(_table(data.get("packages")), lines))
    return found + list(_poetry(_table(data.get("dev-packages")), lines, dev=True))


def conda(text: str) -> list[Dependency]:
    """A conda environment file, with its pip part; read by line."""
    found, active = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\S", line) and not line.startswith("-"):
            active = line.startswith("dependencies:")
        item = re.match(r"\s*-\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*=*([0-9][^\s=]*)?", line)
        if active and item and item.group(1).lower() not in ("python", "pip"):
            found.append(Dependency(item.group(1), item.group(2), number, False, "python"))
    return found


def toml_lock(text: str) -> list[Dependency]:
    """poetry.lock, uv.lock, pdm.lock: read by line, because they are long and regular."""
    found: list[Dependency] = []
    name, line, inside = "", 0, False
    for number, content in enumerate(text.splitlines(), 1):
        if content.startswith("["):
            inside = content.strip() == "[[package]]"
        elif inside and content.startswith("name = "):
            name, line = content[7:].strip().strip("\"'"), number
        elif inside and content.startswith("version = ") and name:
            found.append(Dependency(name, content[10:].strip().strip("\"'"), line, False, "python"))
            name = ""
    return found


def pipfile_lock(text: str) -> list[Dependency]:
    """A Pipfile.lock."""
    data = json.loads(text)
    found = []
    for section in ("default", "develop"):
        for name, value in _table(_table(data).get(section)).items():
            version = _table(value).get("version")
            found.append(
                Dependency(
                    name,
                    version.lstrip("=") if isinstance(version, str) else None,
                    None,
                    section != "default",
                    "python",
                )
            )
    return found
