"""Which folders are vendored packages or build output: decided by what is in and beside them, not by name alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from posixpath import basename, dirname, normpath

ALWAYS = {
    "node_modules": "vendored packages",
    "bower_components": "vendored packages",
    "jspm_packages": "vendored packages",
    "site-packages": "vendored packages",
    "__pypackages__": "vendored packages",
    ".yarn": "vendored packages",
    ".pnpm-store": "vendored packages",
    ".venv": "virtual environment",
    ".git": "version control",
    ".hg": "version control",
    ".svn": "version control",
    "__pycache__": "build output",
    ".tox": "build output",
    ".nox": "build output",
    ".eggs": "build output",
    ".gradle": "build output",
    ".terraform": "build output",
    ".serverless": "build output",
    ".next": "build output",
    ".nuxt": "build output",
    ".output": "build output",
    ".svelte-kit": "build output",
    ".angular": "build output",
    ".nyc_output": "build output",
    "htmlcov": "build output",
    "storybook-static": "build output",
    ".mypy_cache": "cache",
    ".pytest_cache": "cache",
    ".ruff_cache": "cache",
    ".hypothesis": "cache",
    ".ipynb_checkpoints": "cache",
    ".turbo": "cache",
    ".parcel-cache": "cache",
    ".history": "editor history",
}
"""Folders that hold no source whatever they are beside."""

OUTPUT = "build output"
VENDORED = "vendored packages"
_STATIC = frozenset({"static", "public", "assets", "wwwroot", "resources", "www", "web"})
_VENDOR_NAMES = frozenset(
    {"vendor", "vendors", "third_party", "thirdparty", "third-party", "3rdparty", "Pods", "Godeps"}
)
_OUTPUT_NAMES = frozenset(
    {"dist", "build", "out", "target", "bin", "obj", "lib", "es", "esm", "cjs", "release", "debug", "Release", "Debug"}
)
_ARTEFACT = re.compile(
    r"\.(class|o|obj|so|dll|exe|jar|war|whl|pyc|wasm|pdb|nupkg|map|tsbuildinfo)$|\.min\.(js|css)$"
    r"|[.\-_][0-9a-f]{8,}(\.chunk)?\.(js|mjs|css|svg|png|woff2?)$"
)
_SOURCE = re.compile(r"\.(go|java|kt|py|rb|php|rs|cs|scala|tsx?|vue|svelte|sql)$")
_GRADLE = frozenset(
    {"classes", "libs", "generated", "resources", "tmp", "reports", "kotlin", "outputs", "intermediates"}
)
_OUT_DIR = re.compile(r'"(?:outDir|declarationDir|outputPath|outFile)"\s*:\s*"([^"]+)"')
_MIRRORED = ("src/main/resources/", "src/main/java/", "src/test/resources/", "src/test/java/", "src/", "")
_SAMPLE = 2000


class Folders:
    """Judges the folders of one tree.

    Args:
        paths: Every listed file, sorted.
        read: Gives the text of a small file, '' if it can't be read.
    """

    def __init__(self, paths: Sequence[str], read: Callable[[str], str]) -> None:
        self._paths = paths
        self._known = set(paths)
        self._read = read
        self._names: dict[str, set[str]] = {}
        self._verdicts: dict[str, str | None] = {"": None}
        self._out: dict[str, frozenset[str]] = {}
        self._reasons: dict[str, tuple[str, str] | None] = {"": None}
        for path in paths:
            while path:
                parent = dirname(path)
                names = self._names.setdefault(parent, set())
                name = basename(path)
                if name in names:
                    break
                names.add(name)
                path = parent

    def reason(self, path: str) -> tuple[str, str] | None:
        """The outermost skipped folder that a file is in, and why; None if it is in none."""
        return self._within(dirname(path))

    def twin(self, path: str) -> str | None:
        """Why a JavaScript file is a compiled copy of the TypeScript file beside it, None if it is not."""
        if not path.endswith((".js", ".jsx", ".mjs", ".cjs")):
            return None
        stem = path[: path.rindex(".")]
        for suffix in (".ts", ".tsx", ".mts", ".cts"):
            if stem + suffix in self._known:
                return f"compiled from {basename(stem)}{suffix}"
        return None

    def _within(self, folder: str) -> tuple[str, str] | None:
        if folder not in self._reasons:
            above = self._within(dirname(folder))
            if above is None:
                why = self._judge(folder)
                above = (folder, why) if why else None
            self._reasons[folder] = above
        return self._reasons[folder]

    def _judge(self, folder: str) -> str | None:
        name, inside = basename(folder), self._names[folder]
        if name in ALWAYS:
            return ALWAYS[name]
        if name.endswith((".egg-info", ".dist-info")):
            return OUTPUT
        if "pyvenv.cfg" in inside or "conda-meta" in inside:
            return "virtual environment"
        if inside & {"swagger-ui-bundle.js", "swagger-ui.js"}:
            return VENDORED
        if name in _VENDOR_NAMES:
            return self._vendor(folder, inside)
        if "schema.prisma" in inside and inside & {"runtime", "query_engine_bg.js"}:
            return "generated"
        if name == "coverage" and inside & {"lcov.info", "lcov-report", "coverage-final.json", "clover.xml"}:
            return OUTPUT
        if name in ("site", "_site", "_build", "html") and inside & {"sitemap.xml", "searchindex.js", "objects.inv"}:
            return OUTPUT
        if name in ("staticfiles", "static_root", "collected_static") and inside & {"admin", "staticfiles.json"}:
            return "collected static files"
        if inside & {"allclasses-index.html", "allclasses-frame.html", "element-list"}:
            return OUTPUT
        if self._declared_output(folder):
            return OUTPUT
        return self._output(folder, name, inside) if name in _OUTPUT_NAMES else None

    def _vendor(self, folder: str, inside: set[str]) -> str | None:
        beside = self._names[dirname(folder)]
        if inside & {"modules.txt", "autoload.php", "bundle", "_workspace"} or folder.endswith("Pods"):
            return VENDORED
        if beside & {"go.mod", "composer.json", "Gemfile", "Podfile"}:
            return VENDORED
        if _STATIC.intersection(folder.split("/")) and not self._has_source(folder):
            return VENDORED
        licences = sum(1 for path in self._beneath(folder) if basename(path).upper().startswith(("LICENSE", "COPYING")))
        return VENDORED if licences else None

    def _output(self, folder: str, name: str, inside: set[str]) -> str | None:
        beside = self._names[dirname(folder)]
        found = self._beneath(folder)
        artefacts = sum(1 for path in found if _ARTEFACT.search(path))
        if name == "target":
            return OUTPUT if beside & {"pom.xml", "Cargo.toml", "build.sbt", "project.clj"} or artefacts else None
        if name in ("bin", "obj") and any(one.endswith((".csproj", ".fsproj", ".vbproj")) for one in beside):
            return OUTPUT
        if name == "build" and (self._gradle(beside, inside) or self._setuptools(inside) or "CMakeCache.txt" in inside):
            return OUTPUT
        if any(path.endswith(".class") for path in found) or self._mirrors(folder, found):
            return OUTPUT
        if name in ("lib", "es", "esm", "cjs"):
            return None
        if self._has_source(folder):
            return OUTPUT if artefacts * 3 > len(found) else None
        if artefacts or (inside & {"index.html", "asset-manifest.json"} and name in ("dist", "build", "out")):
            return OUTPUT
        return OUTPUT if name == "dist" and self._in_node(folder) else None

    @staticmethod
    def _gradle(beside: set[str], inside: set[str]) -> bool:
        return bool(beside & {"build.gradle", "build.gradle.kts"} and inside & _GRADLE)

    @staticmethod
    def _setuptools(inside: set[str]) -> bool:
        return "__init__.py" not in inside and any(
            one == "lib" or one.startswith(("bdist.", "lib.", "temp.")) for one in inside
        )

    def _declared_output(self, folder: str) -> bool:
        """Whether a TypeScript or Angular configuration above names this folder as where output goes."""
        above = folder
        while above:
            above = dirname(above)
            if folder in self._outputs_of(above):
                return True
        return False

    def _outputs_of(self, folder: str) -> frozenset[str]:
        if folder not in self._out:
            names = self._names.get(folder, set())
            found: set[str] = set()
            for name in names:
                if name == "angular.json" or (name.startswith("tsconfig") and name.endswith(".json")):
                    text = self._read(f"{folder}/{name}" if folder else name)
                    found |= {normpath(f"{folder}/{target}".lstrip("/")) for target in _OUT_DIR.findall(text)}
            self._out[folder] = frozenset(found - {".", folder, f"{folder}/src".lstrip("/")})
        return self._out[folder]

    def _mirrors(self, folder: str, found: Sequence[str]) -> bool:
        """Whether most files below repeat, or are compiled from, files of the source folders beside."""
        parent = dirname(folder) + "/" if dirname(folder) else ""
        same = compiled = 0
        for path in found:
            rest = path[len(folder) + 1 :]
            for part in ("main/", "test/", "default/"):
                rest = rest.removeprefix(part)
            places = [f"{parent}{root}" for root in _MIRRORED]
            twins = [place + rest for place in places if place + rest in self._known and place + rest != path]
            if any(self._read(twin) == self._read(path) for twin in twins):
                same += 1
            elif rest.endswith((".js", ".d.ts")):
                stem = rest.removesuffix(".js").removesuffix(".d.ts")
                compiled += any(f"{place}{stem}{end}" in self._known for place in places for end in (".ts", ".tsx"))
        return (same > 0 or compiled > 1) and (same + compiled) * 2 >= len(found)

    def _has_source(self, folder: str) -> bool:
        return any(_SOURCE.search(path) and not path.endswith(".d.ts") for path in self._beneath(folder))

    def _in_node(self, folder: str) -> bool:
        while folder:
            folder = dirname(folder)
            if "package.json" in self._names.get(folder, ()):
                return True
        return False

    def _beneath(self, folder: str) -> Sequence[str]:
        start = bisect_left(self._paths, folder + "/")
        end = bisect_left(self._paths, folder + "0")  # '0' follows '/'
        return self._paths[start : min(end, start + _SAMPLE)]
