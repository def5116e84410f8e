"""Where the front ends are: folders whose manifest names a browser framework, or that hold pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from posixpath import dirname
from typing import TYPE_CHECKING, Any

from hivemind_frontend.rules.files import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hivemind_frontend.rules.files import Found

FRAMEWORKS = {
    "next": "next",
    "nuxt": "nuxt",
    "@sveltejs/kit": "sveltekit",
    "@remix-run/react": "remix",
    "gatsby": "gatsby",
    "astro": "astro",
    "@angular/core": "angular",
    "react": "react",
    "preact": "preact",
    "vue": "vue",
    "svelte": "svelte",
    "solid-js": "solid",
    "lit": "lit",
    "jquery": "jquery",
}
_BUNDLERS = frozenset(
    ("vite", "webpack", "parcel", "rollup", "esbuild", "react-scripts", "@vue/cli-service", "@angular/cli")
)
_BUILT_BY = frozenset(("next", "nuxt", "sveltekit", "remix", "gatsby", "astro", "angular"))
_MOST_PAGE_FOLDERS = 5


@dataclass(frozen=True)
class Root:
    """One front end."""

    path: str
    """'' is the repository itself."""
    frameworks: tuple[str, ...] = ()
    bundled: bool = False
    """Whether a tool makes what the browser gets from these sources."""

    @property
    def prefix(self) -> str:
        """What the paths of its files begin with."""
        return f"{self.path}/" if self.path else ""

    @property
    def name(self) -> str:
        """Its folder as documents name it."""
        return self.path or "."


def manifest(found: Found, path: str) -> Mapping[str, Any]:
    """Read a JSON manifest; empty where it is none."""
    text = read_text(found.root / path) if found.sizes.get(path, 0) < 2_000_000 else None
    try:
        data = json.loads(text or "{}")
    except ValueError:
        return {}
    if isinstance(data, list):  # .size-limit.json is the list itself
        return {"size-limit": data}
    return data if isinstance(data, dict) else {}


def find_roots(found: Found, calls: Iterable[str]) -> list[Root]:
    """Find the front ends.

    Args:
        found: The files.
        calls: Files that are known to hold browser calls.
    """
    roots: list[Root] = []
    for path in found.manifests:
        if path.rsplit("/", 1)[-1] == "package.json":
            root = _by_manifest(dirname(path), manifest(found, path))
            if root is not None:
                roots.append(root)
    pages = [path for path in found.sources if path.endswith((".html", ".htm", ".vue", ".svelte", ".jsx", ".tsx"))]
    loose = [path for path in pages if not inside(roots, path)]
    roots += [Root(folder) for folder in _folders(loose)]
    roots += [Root(folder) for folder in _folders([path for path in calls if not inside(roots, path)])]
    return sorted(roots, key=lambda one: one.path)


def inside(roots: Iterable[Root], path: str) -> bool:
    """Whether a file belongs to one of these front ends."""
    return any(path.startswith(root.prefix) for root in roots)


def _by_manifest(folder: str, data: Mapping[str, Any]) -> Root | None:
    names: set[str] = set()
    for key in ("dependencies", "devDependencies", "peerDependencies"):
        part = data.get(key)
        names.update(part if isinstance(part, dict) else ())
    frameworks = tuple(said for name, said in FRAMEWORKS.items() if name in names)
    if not frameworks:
        return None
    return Root(folder, frameworks, bool(names & _BUNDLERS) or bool(_BUILT_BY.intersection(frameworks)))


def _folders(paths: Sequence[str]) -> list[str]:
    """The outermost folders of these files; many side by side become the one that holds them all."""
    folders = sorted({dirname(path) for path in paths}, key=lambda one: (one.count("/"), one))
    outer: list[str] = []
    for folder in folders:
        if not any(folder == one or not one or folder.startswith(one + "/") for one in outer):
            outer.append(folder)
    if len(outer) <= _MOST_PAGE_FOLDERS:
        return outer
    shared = outer[0].split("/")
    for folder in outer[1:]:
        parts = folder.split("/")
        shared = shared[: next((n for n, one in enumerate(shared) if n >= len(parts) or parts[n] != one), len(shared))]
    return ["/".join(shared)]
