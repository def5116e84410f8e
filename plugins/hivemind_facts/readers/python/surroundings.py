"""What Python code has around it: its modules, environment variables, and the services it talks to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hivemind_facts.languages.python import is_test
from hivemind_facts.models import EnvironmentVariable, Module
from hivemind_facts.readers.python.environment import prefix
from hivemind_facts.readers.python.program import Program, program_of
from hivemind_facts.readers.python.values import MISSING, Cls, Obj, Value, leaf
from hivemind_facts.reading import Digest, Repository, Yielded

_ENV_CALLS = (
    "config",
    "env",
    "get_env",
    "getenv",
    "env.str",
    "env.bool",
    "env.int",
    "env.list",
    "env.url",
    "env.float",
)


class PythonModules:
    """Reads which modules of the repository import which."""

    name = "python-modules"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield every module."""
        program = program_of(repository)
        for path, digest in repository.digests("python").items():
            imported: set[str] = set()
            for _, module, level, name, _ in digest["imports"]:
                imported.update(program.imported(path, module, level, name))
            imported.discard(path)
            yield Module(path=path, imports=tuple(sorted(imported)), lines=digest["lines"])


class PythonEnvironment:
    """Reads which environment variables Python code reads."""

    name = "python-environment"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield every variable, once a file."""
        program = program_of(repository)
        found: dict[tuple[str, str], EnvironmentVariable] = {}
        for path, digest in repository.digests("python").items():
            for note in [*digest["env"], *_calls(path, digest, program)]:
                key = (path, note["name"])
                default = note["default"] or (key in found and found[key].default)
                line = found[key].line if key in found else note["line"]
                found[key] = EnvironmentVariable(name=note["name"], default=default, file=path, line=line)
        for cls in program.classes:
            if cls.is_a("BaseSettings") and not is_test(cls.path):
                for name, default in _fields(cls):
                    variable = EnvironmentVariable(name=name, default=default, file=cls.path, line=cls.line)
                    found.setdefault((cls.path, name), variable)
        yield from found.values()


def _calls(path: str, digest: Digest, program: Program) -> Iterator[Mapping[str, Value]]:
    readers = program.imports.get(path, set()) & {"decouple", "environ", "environs"}
    for call in digest["calls"]:
        first, callee = call["first"], call["callee"]
        if not first or callee not in _ENV_CALLS or not first.replace("_", "").isalnum():
            continue
        if readers or (first.isupper() and callee.startswith(("env", "config"))):
            default = call["arguments"] > 1 or "default" in call["keywords"]
            yield {"line": call["line"], "name": call["first"], "default": default}


def _fields(cls: Cls) -> Iterator[tuple[str, bool]]:
    start = prefix(cls)
    for name in cls.annotations:
        value = cls.names.get(name, MISSING)
        if name.startswith("_") or name == "model_config":
            continue
        default = value is not MISSING
        alias: Value = None
        if isinstance(value, Obj) and leaf(value.cls) == "Field":
            default = not leaf(value.arg(0, "default", MISSING)).endswith("Ellipsis") and bool(
                value.args or set(value.kwargs) & {"default", "default_factory"}
            )
            alias = value.kwargs.get("env", value.kwargs.get("validation_alias", value.kwargs.get("alias")))
        yield (alias if isinstance(alias, str) else f"{start}{name}".upper()), default
