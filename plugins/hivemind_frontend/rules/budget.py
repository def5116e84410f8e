"""What each front end ships, measured in bytes, beside the limits that the repository itself sets."""

from __future__ import annotations

import gzip
import re
from posixpath import splitext
from typing import TYPE_CHECKING, Any, Literal

from hivemind_frontend.models import Asset, BudgetLine, PerformanceBudget
from hivemind_frontend.rules.files import sizes_below
from hivemind_frontend.rules.roots import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hivemind_frontend.rules.files import Found
    from hivemind_frontend.rules.roots import Root

Kind = Literal["script", "style", "image", "font", "document", "media", "other"]
_KINDS: dict[str, Kind] = {
    **dict.fromkeys((".js", ".mjs", ".wasm"), "script"),
    **dict.fromkeys((".css",), "style"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp"), "image"),
    **dict.fromkeys((".woff", ".woff2", ".ttf", ".otf", ".eot"), "font"),
    **dict.fromkeys((".html", ".htm"), "document"),
    **dict.fromkeys((".mp4", ".webm", ".mp3", ".ogg", ".wav", ".m4a"), "media"),
}
_PACKED = frozenset((".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".woff", ".woff2", ".mp4", ".webm", ".mp3"))
_BUILT = ("dist", "build", "out", ".next/static", ".output/public", "public/build")
_STATIC = ("public/", "static/", "src/assets/", "assets/")
_GZIP_MAX = 3_000_000
_GZIP_FILES = 400
_LARGEST = 10
_SIZE = re.compile(r"^\s*([\d.]+)\s*(k|m)?i?b?\s*$", re.IGNORECASE)


def budget(found: Found, root: Root) -> PerformanceBudget | None:
    """Measure one front end; None where there is nothing to measure."""
    assets, basis = _shipped(found, root)
    limits = list(_limits(found, root))
    if not assets and not limits:
        return None
    order: tuple[Kind, ...] = ("script", "style", "image", "font", "document", "media", "other")
    lines = [_line(kind, [one for one in assets if one.kind == kind]) for kind in order]
    lines = [line for line in lines if line.files]
    if assets:
        lines.append(_line("total", assets))
    assets.sort(key=lambda one: (-one.bytes, one.path))
    no_limit = "" if limits else " The repository sets no limit, so none is stated here."
    return PerformanceBudget(
        root=root.name, basis=basis + no_limit, lines=(*lines, *limits), largest=tuple(assets[:_LARGEST])
    )


def _line(kind: Kind | Literal["total"], assets: Sequence[Asset]) -> BudgetLine:
    packed = [one.gzip_bytes if one.gzip_bytes is not None else one.bytes for one in assets]
    measured = any(one.gzip_bytes is not None for one in assets)
    return BudgetLine(
        kind=kind,
        files=len(assets),
        measured_bytes=sum(one.bytes for one in assets),
        measured_gzip_bytes=sum(packed) if measured else None,
    )


def _shipped(found: Found, root: Root) -> tuple[list[Asset], str]:
    """The files that a browser gets, and how they were told from the rest."""
    for folder in _BUILT if root.bundled else ():
        built = sizes_below(found.root, root.prefix + folder)
        if any(path.endswith((".js", ".mjs")) for path in built):
            basis = f"Measured from the built output in {root.prefix}{folder}; it is as old as its last build."
            return _assets(found, built), basis
    mine = {path: size for path, size in found.sizes.items() if path.startswith(root.prefix)}
    if root.bundled:
        kept = {path: size for path, size in mine.items() if path[len(root.prefix) :].startswith(_STATIC)}
        basis = (
            "Static files only: scripts and styles are made by a build tool and no built output is here, so their "
            "weight is not measured."
        )
        return _assets(found, kept), basis
    basis = "Every file of these kinds below the folder, as it stands: no build tool makes others of them."
    return _assets(found, mine), basis


def _assets(found: Found, sizes: Mapping[str, int]) -> list[Asset]:
    assets: list[Asset] = []
    for path in sorted(sizes):
        suffix = splitext(path)[1].lower()
        kind = _KINDS.get(suffix)
        if kind is not None:
            packable = suffix not in _PACKED and sizes[path] <= _GZIP_MAX and len(assets) < _GZIP_FILES
            assets.append(
                Asset(
                    path=path,
                    kind=kind,
                    bytes=sizes[path],
                    gzip_bytes=_gzipped(found, path) if packable else None,
                )
            )
    return assets


def _gzipped(found: Found, path: str) -> int | None:
    try:
        return len(gzip.compress((found.root / path).read_bytes(), compresslevel=6, mtime=0))
    except OSError:
        return None


def _limits(found: Found, root: Root) -> Iterator[BudgetLine]:
    """The limits that size-limit, bundlesize or Angular's budgets set."""
    for path in found.manifests:
        if not path.startswith(root.prefix):
            continue
        data = manifest(found, path)
        for key in ("size-limit", "bundlesize"):
            for entry in _entries(data, key):
                size = _bytes(entry.get("limit") or entry.get("maxSize"))
                if size is not None:
                    yield BudgetLine(
                        kind="script" if ".js" in str(entry.get("path", ".js")) else "other",
                        limit_bytes=size,
                        limit_source=f"{key} in {path}: {entry.get('name') or entry.get('path') or 'bundle'}",
                    )
        for entry in _angular(data):
            size = _bytes(entry.get("maximumError") or entry.get("maximumWarning"))
            if size is not None:
                yield BudgetLine(
                    kind="total", limit_bytes=size, limit_source=f"budget {entry.get('type', '')!r} in {path}"
                )


def _entries(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    part = data.get(key)
    entries = part.get("files") if isinstance(part, dict) else part
    return [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []


def _angular(data: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "budgets" and isinstance(value, list):
                yield from (one for one in value if isinstance(one, dict))
            else:
                yield from _angular(value)


def _bytes(said: object) -> int | None:
    match = _SIZE.match(str(said)) if said is not None else None
    if match is None:
        return None
    unit = {"k": 1_000, "m": 1_000_000}.get((match.group(2) or "").lower(), 1)
    try:
        return int(float(match.group(1)) * unit)
    except ValueError:
        return None
