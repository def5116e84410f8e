"""Packages that give a Node program its settings: `config` with its folder of files, `env-schema`, `envalid`."""

from __future__ import annotations

from posixpath import basename, dirname
from typing import TYPE_CHECKING

from hivemind_facts.readers.javascript.modules import of_json
from hivemind_facts.readers.javascript.resolution import relaxed_json
from hivemind_facts.readers.javascript.values import UNDEFINED, Ext, Method, Obj, Site, Unknown, Value
from hivemind_facts.reading import Repository
from hivemind_facts.stack.yaml_text import load

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter, Model

_DEFAULTS = tuple(f"default.{suffix}" for suffix in ("yaml", "yml", "json", "json5"))


def models() -> dict[str, Model]:
    """Calls that give back the environment, whose values samples name."""
    calls = ("env-schema", "env-schema.envSchema", "envalid.cleanEnv")
    return dict.fromkeys(calls, _environment)


def ambient(repository: Repository) -> dict[str, Value]:
    """The package `config`, where the repository has the default file that it reads."""
    if not repository.uses("config"):
        return {}
    for file in repository.files(*_DEFAULTS):
        if basename(dirname(file.path)) == "config" and basename(file.path) in _DEFAULTS:
            text = repository.text(file.path)
            data = load(text) if file.path.endswith((".yaml", ".yml")) else relaxed_json(text)
            if isinstance(data, dict):
                return {"config": _settings(data)}
    return {}


def _settings(data: dict[str, object]) -> Obj:
    made = of_json(data)
    assert isinstance(made, Obj)
    made.open = True

    def get(_machine: Interpreter, args: list[Value], _site: Site) -> Value:
        name = args[0] if args and isinstance(args[0], str) else ""
        value: Value = made
        for part in name.split("."):
            value = value.props.get(part, UNDEFINED) if isinstance(value, Obj) else UNDEFINED
        return value if name and value is not UNDEFINED else Unknown(f"config.{name}", env=True)

    made.props.setdefault("get", Method("get", get))
    made.props.setdefault("default", made)
    return made


def _environment(machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:  # noqa: ARG001
    return Unknown("process.env", env=True)
