"""What the import of a module pulls in: judged by name, and by how much code it is. No clock: a busy machine is no
fault of a plugin."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from hivemind.conformance.bench import Bench
from hivemind.conformance.verdict import Verdict, judge, skipped

_NAMES = """
pydantic_ai pydantic_ai_harness pydantic_graph networkx tree_sitter sqlglot sqlalchemy numpy pandas
scipy torch tensorflow keras jax sklearn transformers matplotlib plotly PIL cv2 openai anthropic
google mistralai cohere groq boto3 botocore azure httpx aiohttp requests urllib3 grpc rich jinja2
django flask fastapi starlette uvicorn litellm langchain langchain_core llama_index crewai spacy
nltk polars pyarrow duckdb dask lxml bs4 selenium playwright docker kubernetes git github
openapi_spec_validator graphql jsonschema redis pymongo psycopg psycopg2 asyncpg celery pytest
hypothesis IPython mypy libcst jedi black
"""
HEAVY = frozenset(_NAMES.split())
"""Packages of which everybody knows that they are not light."""
MAX_MODULES = 60
MAX_BYTES = 1_500_000
"""Of code and extensions, for one package that is not on the list."""


@dataclass
class Pulled:
    """A top-level package that an import pulled in."""

    package: str
    where: str = ""
    """Where it is imported first: file and line."""
    importer: str = ""
    """The top-level package that imports it first."""
    modules: int = 0
    size: int = 0
    """Bytes of its files that were loaded."""

    @property
    def heavy(self) -> bool:
        """Whether it is too much for an entry point's module."""
        return self.package in HEAVY or self.modules > MAX_MODULES or self.size > MAX_BYTES

    def __str__(self) -> str:
        return f"{self.package} ({self.modules} modules, {self.size / 1e6:.1f} MB{self.where})"


class _Watcher:
    """Stands before all finders, finds nothing, and keeps who asked for a top-level package first."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[str, str]] = {}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        """Note who asks."""
        if "." not in name and name not in self.asked:
            self.asked[name] = _importer()
        return None


def _importer() -> tuple[str, str]:
    """Where an import stands, and in which top-level package."""
    frame = sys._getframe(2)
    while frame.f_back is not None:
        name = frame.f_code.co_filename
        if "importlib" not in name and name != __file__ and not name.startswith("<frozen"):
            place = f", imported at {os.path.basename(name)}:{frame.f_lineno}"
            return place, str(frame.f_globals.get("__name__", "")).partition(".")[0]
        frame = frame.f_back
    return "", ""


@contextmanager
def watch_imports() -> Iterator[list[Pulled]]:
    """Collect what is imported meanwhile, by top-level package; the standard library is left out."""
    watcher, found = _Watcher(), list[Pulled]()
    before = set(sys.modules)
    sys.meta_path.insert(0, watcher)
    try:
        yield found
    finally:
        if watcher in sys.meta_path:
            sys.meta_path.remove(watcher)
        found.extend(_pulled(sorted(set(sys.modules) - before), watcher.asked))


def _pulled(names: Sequence[str], asked: dict[str, tuple[str, str]]) -> list[Pulled]:
    packages: dict[str, Pulled] = {}
    for name in names:
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in ("hivemind", "__mp_main__"):
            continue
        one = packages.setdefault(top, Pulled(top, *asked.get(top, ("", ""))))
        one.modules += 1
        one.size += _size(sys.modules.get(name))
    return sorted(packages.values(), key=lambda one: one.package)


def _size(module: object) -> int:
    file = getattr(module, "__file__", None)
    try:
        return Path(file).stat().st_size if isinstance(file, str) else 0
    except OSError:
        return 0


def import_cost(bench: Bench) -> Verdict:
    """The import pulls in nothing heavy."""
    from hivemind.conformance.loading import loadings

    if all(ref.live >= 0 for ref in bench.job.target.plugins):
        return skipped("the plugin is an object that was there already")
    own = {ref.module.partition(".")[0] for ref in bench.job.target.plugins}
    problems: list[str] = []
    modules = size = 0
    for one in loadings(bench):
        heavy = [pulled for pulled in one.pulled if pulled.heavy and pulled.package not in own]
        packages = {pulled.package for pulled in heavy}
        heavy = [pulled for pulled in heavy if pulled.importer not in packages]  # what another brings along
        problems += [f"{bench.said_by(one.plugin)}its import pulls in {pulled}" for pulled in heavy]
        problems += [
            f"{bench.said_by(one.plugin)}its import loads much of its own code: {pulled}"
            for pulled in one.pulled
            if pulled.package in own and (pulled.modules > MAX_MODULES or pulled.size > MAX_BYTES)
        ]
        modules += sum(pulled.modules for pulled in one.pulled)
        size += sum(pulled.size for pulled in one.pulled)
    return judge(problems, f"{modules} modules, {size / 1000:.0f} kB of code")
