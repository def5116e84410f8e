"""What is known of the environment: samples such as `.env.example`, and the ways code reads variables."""

from __future__ import annotations

import re
from typing import Any

from hivemind_facts.readers.python.values import MISSING, UNKNOWN, Cls, Ext, Obj, Value, leaf, name_of
from hivemind_facts.reading import Repository

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_SAMPLE = re.compile(r"(^|/)(\.env|env)(\.(example|sample|template|dist|defaults?|dev|development|local))?$", re.I)
READERS = frozenset(
    (
        *("os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "decouple.config", "environ.get"),
        *("Config()", "AutoConfig()", "Env()", "FileAwareEnv()", "Env.str", "Env.bool", "Env.int", "Env.list"),
        *("Env.url", "Env.path", "Env.float", "Env.json", "Env.db", "FileAwareEnv.str", "FileAwareEnv.bool"),
    )
)
_CASTS = {"bool": "Env.bool", "int": "Env.int"}


def samples(repository: Repository) -> dict[str, str]:
    """The variables of all sample files, by name; the first file in path order wins."""
    found: dict[str, str] = {}
    for file in repository.files():
        if _SAMPLE.search(file.path) and file.size < 100_000:
            for line in repository.text(file.path).splitlines():
                match = _LINE.match(line)
                if match:
                    value = match.group(2)
                    quote = value[:1] if value[:1] in ("'", '"') else ""
                    value = value[1:].split(quote)[0] if quote else value.split(" #")[0].strip()
                    found.setdefault(match.group(1), value)
    return found


def read(func: Ext, args: list[Value], kwargs: dict[str, Value], known: dict[str, str]) -> Value:
    """The value that a call reads from the environment; MISSING if the call does nothing of the kind."""
    if func.name not in READERS or not args or not isinstance(args[0], str):
        return MISSING
    default = kwargs.get("default", args[1] if len(args) > 1 else MISSING)
    if func.name in ("Config()", "AutoConfig()") and len(args) > 1 and isinstance(args[1], Ext):
        default = kwargs.get("default", MISSING)
    cast = leaf(kwargs["cast"]) if "cast" in kwargs else ""
    kind = func.name.rpartition(".")[2] if func.name.startswith(("Env.", "FileAware")) else cast
    if default is not MISSING and default is not None:
        return convert(default, kind)
    return convert(known[args[0]], kind) if args[0] in known else UNKNOWN


def convert(value: Value, kind: str) -> Value:
    """The text of a variable as a type."""
    if not isinstance(value, str):
        return value
    if kind == "bool":
        return value.strip().lower() in ("1", "true", "yes", "on", "y", "t")
    if kind == "int":
        return int(value) if value.strip().lstrip("-").isdigit() else UNKNOWN
    if kind in ("list", "Csv"):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def field(cls: Cls, name: str, known: dict[str, str]) -> Value:
    """A field of a settings or data class; MISSING if it is none, or has no value that can be told."""
    found = cls.find(name)
    annotated = any(isinstance(one, Cls) and name in one.annotations for one in cls.mro())
    if not annotated and not isinstance(found, Obj):
        return found if found is not MISSING else MISSING
    if isinstance(found, Obj) and leaf(found.cls) in ("Field", "field") and name_of(found.cls) != "":
        default = found.arg(0, "default", MISSING)
        found = (
            MISSING if default is MISSING or name_of(default).endswith("Ellipsis") or default is UNKNOWN else default
        )
    if found is MISSING and annotated and cls.is_a("BaseSettings"):
        for candidate in (prefix(cls) + name, (prefix(cls) + name).upper(), (prefix(cls) + name).lower()):
            if candidate in known:
                return known[candidate]
        return UNKNOWN
    return found


def prefix(cls: Cls) -> str:
    """The prefix of the variables of a settings class."""
    config: Any = cls.find("Config")
    found: Value = config.find("env_prefix") if isinstance(config, Cls) else MISSING
    model: Any = cls.find("model_config")
    if isinstance(model, Obj):
        found = model.kwargs.get("env_prefix", found)
    elif isinstance(model, dict):
        found = model.get("env_prefix", found)
    return found if isinstance(found, str) else ""
