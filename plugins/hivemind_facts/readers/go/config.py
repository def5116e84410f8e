"""Settings that Go programs read at run time, as the configuration files in the repository give them.

A value counts only where every file that has the key says the same.
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import Any

from hivemind_facts.reading import Repository

_FILE = re.compile(r"^(config|conf|app|application|settings|default|local|dev|development)[\w.-]*\.(ya?ml|toml|json)$")
_SAMPLE = re.compile(
    r"^(\.env|env|app|config)([._-](example|sample|template|dist|default|defaults))?(\.env)?([._-](example|sample))?$"
)
_TAG = re.compile(r'\b(?:mapstructure|yaml|json|toml|env|koanf):"([^",]+)')
_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*[\"']?([^\"'#\n]*?)[\"']?\s*(?:#.*)?$", re.MULTILINE)
MAX_BYTES = 300_000


class Config:
    """Values by dotted key, read when first asked for."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._values: dict[str, set[str]] | None = None

    def _read(self) -> dict[str, set[str]]:
        values: dict[str, set[str]] = {}
        for file in self._repository.files():
            name = basename(file.path)
            if file.size > MAX_BYTES or "node_modules/" in file.path:
                continue
            if _SAMPLE.match(name) or name.endswith(".env"):
                pairs = dict(_LINE.findall(self._repository.text(file.path)))
            elif _FILE.match(name):
                pairs = _flat(name, self._repository.text(file.path))
            else:
                continue
            for key, value in pairs.items():
                values.setdefault(key.lower(), set()).add(value)
        return values

    def get(self, key: str) -> str | None:
        """The value of a key, or of the only key that ends so; None where it is not certain."""
        if self._values is None:
            self._values = self._read()
        key = key.lower()
        found = self._values.get(key) or {v for k, vs in self._values.items() if k.endswith("." + key) for v in vs}
        return next(iter(found)) if len(found) == 1 else None

    def field(self, tag: str) -> str | None:
        """The value of a struct field by its tags."""
        for key in _TAG.findall(tag):
            value = self.get(key)
            if value is not None:
                return value
        return None


def _flat(name: str, text: str) -> dict[str, str]:
    out: dict[str, str] = {}
    try:
        _collect("", _parse(name, text), out, 0)
    except (ValueError, RecursionError):
        return {}
    return out


def _parse(name: str, text: str) -> Any:
    if name.endswith(".toml"):
        import tomllib

        return tomllib.loads(text)
    if name.endswith(".json"):
        import json

        return json.loads(text)
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _collect(prefix: str, value: Any, out: dict[str, str], depth: int) -> None:
    if isinstance(value, dict) and depth < 12:
        for key, inner in value.items():
            _collect(f"{prefix}.{key}" if prefix else str(key), inner, out, depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        out[prefix] = str(value)
