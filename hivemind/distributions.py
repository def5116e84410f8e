"""Installed distributions: which one is the core's own, and which files a plugin's one consists of."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from importlib.machinery import all_suffixes
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from hivemind.content import digests, tree
from hivemind.module_places import ModulePlace, find_module
from hivemind.plugin_info import DISTRIBUTION

GROUP = "hivemind.plugins"
_OWN_FILE = "hivemind/version.py"
_INFO = (".dist-info", ".egg-info")
_SCRIPTS = ("bin", "Scripts")
_CODE = tuple(all_suffixes())
_MOST = 500_000
"""Files of a distribution's package at the most."""


def plugin_points() -> list[EntryPoint]:
    """The entry points of all installed plugins: the core's own first, then by distribution and name."""
    found = {(one.name, one.value, label(one.dist)[0]): one for one in entry_points(group=GROUP)}
    return sorted(found.values(), key=lambda one: (label(one.dist)[0] != DISTRIBUTION, label(one.dist)[0], one.name))


def label(distribution: Distribution | None) -> tuple[str, str]:
    """A distribution's name and version; one that only says that it is the core's own is named as such."""
    if distribution is None:
        return "", ""
    name, version = distribution.name or "", distribution.version or ""
    if name == DISTRIBUTION and not _is_own(distribution):
        name = f"{DISTRIBUTION} (not this one)"
    return name, version


def _is_own(distribution: Distribution) -> bool:
    """Whether the code that runs is this distribution's."""
    running = Path(__file__).parent
    return _own_by(str(distribution.locate_file("")), distribution, running)


@lru_cache(maxsize=8)
def _own_by(_root: str, distribution: Distribution, running: Path) -> bool:
    record = distribution.read_text("RECORD")
    if record is None or f"{_OWN_FILE}," in record:
        try:
            return os.path.samefile(str(distribution.locate_file("hivemind")), running)
        except OSError:
            return False
    root = editable_root(distribution)
    return root is not None and os.path.realpath(root / "hivemind") == os.path.realpath(running)


def editable_root(distribution: Distribution) -> Path | None:
    """The folder of a distribution that is installed to be edited; None for any other."""
    text = distribution.read_text("direct_url.json")
    try:
        said = json.loads(text) if text else {}
        if not said.get("dir_info", {}).get("editable"):
            return None
        where = unquote(urlsplit(said["url"]).path)
        return Path(where.lstrip("/") if os.name == "nt" else where)  # /C:/folder there
    except (ValueError, KeyError, AttributeError):
        return None


def files_of(distribution: Distribution | None, points: Iterable[EntryPoint]) -> dict[str, Path]:
    """List all files that a plugin's code is in, by names that are the same on every machine.

    What the distribution says it has, what else lies in its packages and could be imported, and where an import of its
    entry points would find something that it does not have.
    """
    modules = [find_module(point.module) for point in points]
    listed = _listed(distribution) if distribution is not None else {}
    found = dict(listed) if listed else {}
    if not listed:
        tops = (distribution.read_text("top_level.txt") or "").split() if distribution is not None else []
        return _followed([place for place in (*modules, *map(find_module, tops)) if place is not None])
    found |= _unlisted(listed, distribution)
    real = {os.path.realpath(path) for path in found.values()}
    for place in (*modules, *map(find_module, _top_modules(listed))):
        if place is not None and os.path.realpath(place.file) not in real:
            found |= {f"from elsewhere/{name}": path for name, path in _owned(place).items()}
    return found


def _followed(places: list[ModulePlace]) -> dict[str, Path]:
    """Modules, and what they import from beside them and belongs to nobody else: all that is known of a distribution
    that does not list its files, or whose files lie where somebody works on them."""
    found: dict[str, Path] = {}
    roots = {_root(place) for place in places}
    while places:
        place = places.pop()
        new = {name: path for name, path in _at(place).items() if name not in found}
        found |= new
        for path in new.values():
            for module in _imports(path) if path.suffix == ".py" else ():
                other = find_module(module)
                if other is not None and _root(other) in roots and not _of_somebody(module.partition(".")[0]):
                    places.append(other)
    return found


def _root(place: ModulePlace) -> str:
    return os.path.realpath(Path(place.place, *[".."] * len(PurePosixPath(place.name).parts)))


def _imports(path: Path) -> set[str]:
    """The modules that a file names in its imports, but for relative ones, which are below its package."""
    import ast

    try:
        nodes = list(ast.walk(ast.parse(path.read_bytes())))
    except (SyntaxError, ValueError, OSError, RecursionError):
        return set()
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    from_ = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return plain | from_


@lru_cache(maxsize=1)
def _listed_tops() -> frozenset[str]:
    return frozenset(
        one.parts[0].removesuffix(".py") for other in distributions() for one in other.files or () if one.parts
    )


def _of_somebody(top: str) -> bool:
    return top == "hivemind" or top in _listed_tops()


def _at(place: ModulePlace) -> dict[str, Path]:
    return tree(place.place, f"{place.name}/", _MOST) if place.place.is_dir() else {place.name: place.place}


def _listed(distribution: Distribution) -> dict[str, Path]:
    """What the distribution's own list names, but for what an installer makes; nothing for one that is editable."""
    if editable_root(distribution) is not None:
        return {}
    found: dict[str, Path] = {}
    for one in distribution.files or ():
        parts = [part for part in PurePosixPath(one.as_posix()).parts if part != ".."]
        outside = ".." in one.parts
        if not parts or "__pycache__" in parts or parts[0].endswith(_INFO) or (outside and parts[0] in _SCRIPTS):
            continue
        if any(part.endswith(_INFO) for part in parts):
            continue
        found["/".join(["outside", *parts] if outside else parts)] = Path(str(distribution.locate_file(one)))
    code = [name for name in found if name.endswith(_CODE) and not name.startswith("__editable__")]
    return found if code else {}


def _packages(listed: Iterable[str]) -> list[str]:
    """The outermost regular packages among file names."""
    inits = {name.rpartition("/")[0] for name in listed if name.rpartition("/")[2] == "__init__.py"}
    return sorted(one for one in inits if one and one.rpartition("/")[0] not in inits)


def _top_modules(listed: Iterable[str]) -> list[str]:
    """The outermost modules and packages among file names, as they are imported."""
    names = set(listed)
    single = [name.removesuffix(".py") for name in names if name.endswith(".py") and "/" not in name]
    return sorted({one.replace("/", ".") for one in (*single, *_packages(names))})


def _unlisted(listed: dict[str, Path], distribution: Distribution | None) -> dict[str, Path]:
    """Code in the distribution's packages that no distribution says it has: it could be imported all the same."""
    extra: dict[str, Path] = {}
    for package in _packages(listed):
        folder = listed[f"{package}/__init__.py"].parent
        extra |= {
            name: path
            for name, path in tree(folder, f"{package}/", _MOST).items()
            if name.endswith(_CODE) and name not in listed
        }
    if extra:
        names = {path.name for path in extra.values()}
        others = {os.path.realpath(path) for path in _others_files(distribution, names)}
        extra = {name: path for name, path in extra.items() if os.path.realpath(path) not in others}
    return extra


def _others_files(distribution: Distribution | None, names: Collection[str]) -> Iterator[Path]:
    for other in distributions():
        if distribution is None or other.name != distribution.name:
            yield from (Path(str(other.locate_file(one))) for one in other.files or () if one.name in names)


def _owned(place: ModulePlace) -> dict[str, Path]:
    """The files of the distribution that has a module; those of its package where none has it."""
    real = os.path.realpath(place.file)
    for other in distributions():
        alike = (one for one in other.files or () if one.name == place.file.name)
        if any(os.path.realpath(str(other.locate_file(one))) == real for one in alike):
            return _listed(other) or _at(place)
    return _at(place)


def measured(distribution: Distribution | None, points: Iterable[EntryPoint]) -> tuple[dict[str, str], dict[str, Path]]:
    """Hash the files of a plugin's distribution.

    Returns:
        The hashes by name, its entry points among them, and the files by name.
    """
    points = tuple(points)
    files = files_of(distribution, points)
    declared = distribution.entry_points if distribution is not None else points
    lines = sorted(f"{one.group}: {one.name} = {one.value}" for one in declared)
    said = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return {**digests(files), "entry points": said}, files


def modified(distribution: Distribution) -> list[str]:
    """The files that are not any more what was installed, as far as the distribution says what that was."""
    import base64

    found: list[str] = []
    for one in distribution.files or ():
        if one.hash is None or one.hash.mode != "sha256" or "__pycache__" in one.parts:
            continue
        try:
            data = Path(str(distribution.locate_file(one))).read_bytes()
        except OSError:
            found.append(one.as_posix())
            continue
        if base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode() != one.hash.value:
            found.append(one.as_posix())
    return sorted(found)


def foreign_code(shipped: Iterable[EntryPoint]) -> dict[str, str]:
    """Say which shipped plugins are not the code that came with the core: found elsewhere, or written over."""
    told: dict[str, str] = {}
    points = list(shipped)
    written_over = modified(points[0].dist) if points and points[0].dist is not None else []
    roots = {os.path.realpath(root) for root in _own_roots(points)}
    for point in points:
        place = find_module(point.module)
        if place is None or _root(place) not in roots:
            where = place.file if place is not None else "nowhere"
            told[point.name] = f"it is shipped with hivemind, but its module {point.module} comes from {where}"
        elif changed := [name for name in written_over if name.startswith(f"{place.name}/")]:
            told[point.name] = f"it is shipped with hivemind, but not as it was installed: {', '.join(changed[:5])}"
    return told


def _own_roots(points: Iterable[EntryPoint]) -> Iterator[Path]:
    """The folders that the core's own packages are imported from."""
    yield Path(__file__).parent.parent
    for point in points:
        root = editable_root(point.dist) if point.dist is not None else None
        if root is not None:
            yield from (root, root / "plugins")
        return
