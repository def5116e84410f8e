"""Which file an import means: relative, index files, tsconfig paths, workspaces."""

from __future__ import annotations

import json
import re
from posixpath import dirname, join, normpath
from typing import Any

from hivemind_facts.reading import Repository

SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".json")
_SWAPPED = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r",(\s*[}\]])")


def relaxed_json(text: str) -> Any:
    """Read JSON that may have comments and trailing commas; None where it is not JSON."""
    bare = _COMMENT.sub(lambda match: match.group() if match.group()[0] == '"' else "", text)
    try:
        return json.loads(_TRAILING.sub(r"\1", bare))
    except (ValueError, RecursionError):
        return None


class Resolver:
    """Resolves module names against a repository's files."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._aliases: list[tuple[str, str, tuple[str, ...]]] = []
        """(folder of the tsconfig, pattern, targets relative to the root), the deepest folder first."""
        self._bases: list[tuple[str, str]] = []
        self._packages: dict[str, tuple[str, dict[str, Any]]] = {}
        for file in repository.files("package.json"):
            if file.path.rsplit("/", 1)[-1] == "package.json":
                data = relaxed_json(repository.text(file.path))
                if isinstance(data, dict) and isinstance(data.get("name"), str):
                    self._packages[data["name"]] = (dirname(file.path), data)
                if isinstance(data, dict):
                    self._package_aliases(dirname(file.path), data)
        for file in repository.files(".json"):
            name = file.path.rsplit("/", 1)[-1]
            if name.startswith(("tsconfig", "jsconfig")):
                self._tsconfig(file.path)
        self._aliases.sort(key=lambda each: (-len(each[0]), -len(each[1])))
        self._bases.sort(key=lambda each: -len(each[0]))

    def _package_aliases(self, folder: str, data: dict[str, Any]) -> None:
        aliases = data.get("_moduleAliases")
        imports = data.get("imports")
        for name, target in aliases.items() if isinstance(aliases, dict) else ():
            if isinstance(target, str):
                self._aliases.append((folder, name, (normpath(join(folder, target)),)))
                self._aliases.append((folder, f"{name}/*", (normpath(join(folder, target, "*")),)))
        for name, target in imports.items() if isinstance(imports, dict) else ():
            if isinstance(target, str):
                self._aliases.append((folder, name, (normpath(join(folder, target)),)))

    def _tsconfig(self, path: str) -> None:
        data = relaxed_json(self._repository.text(path))
        options = data.get("compilerOptions") if isinstance(data, dict) else None
        if not isinstance(options, dict):
            return
        folder = dirname(path)
        base = options.get("baseUrl")
        start = normpath(join(folder, base)) if isinstance(base, str) else folder
        if isinstance(base, str):
            self._bases.append((folder, start))
        paths = options.get("paths")
        for pattern, targets in paths.items() if isinstance(paths, dict) else ():
            if isinstance(targets, list):
                where = tuple(normpath(join(start, str(target))) for target in targets)
                self._aliases.append((folder, pattern, where))

    def resolve(self, source: str, importer: str) -> str | None:
        """The file that `source` means in `importer`; None for a package outside of the repository."""
        if source.startswith("/@repo/"):
            return self._file(source[len("/@repo/") :])
        if source.startswith("."):
            return self._file(normpath(join(dirname(importer), source)))
        for folder, pattern, targets in self._aliases:
            if _inside(importer, folder):
                for target in _aliased(source, pattern, targets):
                    found = self._file(target)
                    if found is not None:
                        return found
        found = self._workspace(source) or self._conventional(source, importer)
        if found is not None:
            return found
        for folder, base in self._bases:
            if _inside(importer, folder) and (found := self._file(normpath(join(base, source)))) is not None:
                return found
        return None

    def _conventional(self, source: str, importer: str) -> str | None:
        # bundlers' usual aliases for the folder of sources
        for prefix in ("@/", "~/", "@@/", "~~/", "src/", "$lib/"):
            if source.startswith(prefix):
                rest = source[len(prefix) :]
                folder = dirname(importer)
                while True:
                    for inner in ("src", "src/lib", "app", "", "client"):
                        found = self._file(normpath(join(folder, inner, rest)))
                        if found is not None:
                            return found
                    if not folder:
                        return None
                    folder = dirname(folder)
        return None

    def _workspace(self, source: str) -> str | None:
        parts = source.split("/")
        name = "/".join(parts[:2]) if source.startswith("@") else parts[0]
        known = self._packages.get(name)
        if known is None:
            return None
        folder, data = known
        rest = source[len(name) + 1 :]
        if rest:
            return self._file(normpath(join(folder, rest))) or self._file(normpath(join(folder, "src", rest)))
        targets = [data.get(field) for field in ("source", "module", "main", "types")]
        targets.append(_exported(data.get("exports")))
        for target in targets:
            if isinstance(target, str):
                for variant in (target, re.sub(r"^(\./)?(dist|lib|build|out)/", "src/", target)):
                    found = self._file(normpath(join(folder, variant)))
                    if found is not None and not found.endswith(".d.ts"):
                        return found
        return self._file(normpath(join(folder, "src/index"))) or self._file(normpath(join(folder, "index")))

    def _file(self, path: str) -> str | None:
        path = "" if path == "." else path
        if path.startswith(".."):
            return None
        exists = self._repository.exists
        if exists(path) and path.endswith(SUFFIXES):
            return path
        for suffix, others in _SWAPPED.items():
            if path.endswith(suffix):
                for other in others:
                    if exists(path[: -len(suffix)] + other):
                        return path[: -len(suffix)] + other
        for suffix in SUFFIXES:
            if exists(path + suffix):
                return path + suffix
        return next((p for suffix in SUFFIXES if exists(p := join(path, "index" + suffix))), None)


def _inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _aliased(source: str, pattern: str, targets: tuple[str, ...]) -> list[str]:
    if "*" not in pattern:
        return list(targets) if source == pattern else []
    before, after = pattern.split("*", 1)
    if len(source) < len(before) + len(after) or not (source.startswith(before) and source.endswith(after)):
        return []
    middle = source[len(before) : len(source) - len(after)]
    return [normpath(target.replace("*", middle, 1)) for target in targets]


def _exported(exports: Any) -> str | None:
    for _ in range(4):
        if isinstance(exports, str):
            return exports
        if not isinstance(exports, dict):
            return None
        keys = (".", "import", "default", "require", "node", "types")
        exports = next((exports[key] for key in keys if key in exports), None)
    return None


def env_samples(repository: Repository) -> dict[str, str]:
    """Values that a repository's sample environment files give (real ones are never read)."""
    found: dict[str, str] = {}
    for file in repository.files():
        name = file.path.rsplit("/", 1)[-1]
        if name.startswith((".env", "env.")) or name.endswith(".env"):
            for line in repository.text(file.path).splitlines()[:1000]:
                key, equals, value = line.strip().removeprefix("export ").partition("=")
                if equals and key.strip().isidentifier():
                    bare = value.split(" #", 1)[0].strip().strip("\"'")
                    if bare:
                        found.setdefault(key.strip(), bare)
    return found
