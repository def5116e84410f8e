"""A source tree that is not installed: what its pyproject.toml or setup.cfg says, and where its code lies."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hivemind.conformance.installed import GROUP, canonical, of_distribution, points
from hivemind.conformance.target import Declared, PluginRef, Target
from hivemind.errors import ConfigurationError


def is_tree(folder: Path) -> bool:
    """Whether a folder is the root of a distribution's sources."""
    return (folder / "pyproject.toml").is_file() or (
        (folder / "setup.cfg").is_file() and not (folder / "__init__.py").is_file()
    )


def of_tree(folder: Path) -> Target:
    """The plugins of a source tree.

    Raises:
        ConfigurationError: A file can't be read, or declares no plugin, or the code of one is not there.
    """
    tables = _tables(folder)
    declared = _declared(folder, tables)
    if not declared.entry_points:
        raise ConfigurationError(
            f"{folder.name} brings no plugin: {declared.where} has no entry point in the group {GROUP!r}",
            f'declare it: [project.entry-points."{GROUP}"] name = "package.plugin"',
        )
    refs = tuple(_ref(name, value, declared.where) for name, value in declared.entry_points)
    candidates = [one for one in dict.fromkeys(_folders(folder, tables)) if one.is_dir()]
    chosen: list[Path] = []
    for ref in refs:
        home = next((one for one in candidates if _holds(one, ref.module)), None)
        if home is None:
            looked = ", ".join(one.relative_to(folder).as_posix() or "." for one in candidates)
            raise ConfigurationError(
                f"{declared.where} names module {ref.module!r} for plugin {ref.name!r}, which is not there",
                f"looked in: {looked}; mend the entry point, or say where packages lie (src/, hatch's packages)",
            )
        chosen.append(home)
    installed = _installed_here(declared, chosen)
    if installed is not None:
        return installed
    names = {name for name, _ in declared.entry_points}
    own = {canonical(declared.name)}
    replaced = [
        point.name
        for point in points()
        if point.name in names or (point.dist is not None and canonical(point.dist.name) in own)
    ]
    paths = tuple(str(one) for one in dict.fromkeys(chosen))
    return Target(declared.name, refs, paths=paths, declared=declared, replaces=tuple(sorted(set(replaced))))


def _tables(folder: Path) -> Mapping[str, Any]:
    path = folder / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}", f"mend {path}") from error
    except OSError as error:
        raise ConfigurationError(f"can't read {path}: {error.strerror or error}") from error


def _at(tables: Any, *names: str) -> Any:
    for name in names:
        tables = tables.get(name) if isinstance(tables, Mapping) else None
    return tables


def _pairs(table: Any) -> tuple[tuple[str, str], ...]:
    found = table.items() if isinstance(table, Mapping) else ()
    return tuple(sorted((str(name), str(value)) for name, value in found))


def _declared(folder: Path, tables: Mapping[str, Any]) -> Declared:
    project = _at(tables, "project")
    pairs = _pairs(_at(project, "entry-points", GROUP))
    name, requires = _at(project, "name"), _at(project, "dependencies")
    poetry = _at(tables, "tool", "poetry")
    if not pairs:
        pairs = _pairs(_at(poetry, "plugins", GROUP))
    name = name or _at(poetry, "name")
    if requires is None and isinstance(_at(poetry, "dependencies"), Mapping):
        requires = [one for one in poetry["dependencies"] if one != "python"]
    where = "pyproject.toml"
    config = _setup_cfg(folder)
    if config is not None and not pairs:
        pairs = tuple(sorted(_listed_points(config.get("options.entry_points", GROUP, fallback=""))))
        where = "setup.cfg" if pairs or not tables else where
    if config is not None:
        name = name or config.get("metadata", "name", fallback=None)
        if requires is None:
            requires = config.get("options", "install_requires", fallback="").split("\n")
    listed = requires if isinstance(requires, list) else []
    found = tuple(str(one).strip() for one in listed if str(one).strip())
    return Declared(str(name or folder.name), str(_at(project, "version") or ""), found, pairs, where)


def _setup_cfg(folder: Path) -> configparser.ConfigParser | None:
    path = folder / "setup.cfg"
    if not path.is_file():
        return None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"))
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ConfigurationError(f"setup.cfg can't be read: {error}".replace("\n", " "), f"mend {path}") from error
    return parser


def _listed_points(text: str) -> Iterable[tuple[str, str]]:
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator and name.strip():
            yield name.strip(), value.strip()


def _ref(name: str, value: str, where: str) -> PluginRef:
    module, _, attribute = value.partition("[")[0].strip().partition(":")
    if not module.strip() or not all(part.isidentifier() for part in module.strip().split(".")):
        raise ConfigurationError(
            f"{where} gives plugin {name!r} as {value!r}, which is no import path", "write it as 'package.module'"
        )
    return PluginRef(name, module.strip(), attribute.strip())


def _folders(folder: Path, tables: Mapping[str, Any]) -> Iterable[Path]:
    """Where the code may lie: as the build tool is told, then `src/`, then the root."""
    hatch = _at(tables, "tool", "hatch", "build")
    for build in (_at(hatch, "targets", "wheel"), hatch):
        for package in _strings(_at(build, "packages")):
            yield (folder / package).parent
        for source in _sources(_at(build, "sources")):
            yield folder / source
        for source in _strings(_at(build, "dev-mode-dirs")):
            yield folder / source
    setuptools = _at(tables, "tool", "setuptools")
    for source in _strings(_at(setuptools, "packages", "find", "where")):
        yield folder / source
    directories = _at(setuptools, "package-dir")
    for source in directories.values() if isinstance(directories, Mapping) else ():
        yield folder / str(source)
    packages = _at(tables, "tool", "poetry", "packages")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, Mapping) and isinstance(package.get("from"), str):
            yield folder / package["from"]
    root = _at(tables, "tool", "uv", "build-backend", "module-root")
    if isinstance(root, str):
        yield folder / root
    yield folder / "src"
    yield folder


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _sources(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, Mapping) else _strings(value)


def _holds(folder: Path, module: str) -> bool:
    base = folder.joinpath(*module.split("."))
    return base.with_suffix(".py").is_file() or (base / "__init__.py").is_file()


def _installed_here(declared: Declared, homes: list[Path]) -> Target | None:
    """The installed distribution, where what is installed is this tree, as it is after `pip install -e`."""
    from hivemind.conformance.installed import same_code

    known = next(
        (point.dist for point in points() if point.dist and canonical(point.dist.name) == canonical(declared.name)),
        None,
    )
    if known is None:
        return None
    pairs = {(point.name, point.value) for point in points() if point.dist and point.dist.name == known.name}
    if pairs != set(declared.entry_points):
        return None
    for (name, value), home in zip(declared.entry_points, homes, strict=True):
        found = same_code(Target(name, (_ref(name, value, ""),), paths=(str(home),)))
        if not found.installed:
            return None
    return of_distribution(known.name)
