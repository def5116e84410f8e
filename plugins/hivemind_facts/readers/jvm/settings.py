"""Settings of JVM applications: application.properties and application.yml, by module."""

from __future__ import annotations

import re
from posixpath import basename, dirname
from typing import Any

from hivemind_facts.reading import Repository

_PLACEHOLDER = re.compile(r"\$\{([^{}:]+)(?::([^{}]*))?\}")
_BUILD = ("pom.xml", "build.gradle", "build.gradle.kts")
_NAMES = ("application", "bootstrap")


class Settings:
    """What the settings files of each module say; profile files count only where there is no plain one."""

    def __init__(self, repository: Repository) -> None:
        self.modules = sorted(
            {dirname(f.path) for f in repository.files(*_BUILD) if basename(f.path) in _BUILD}, key=len
        )
        self._builds = "\n".join(
            repository.text(f.path)
            for f in repository.files(*_BUILD, ".gradle", "libs.versions.toml")
            if f.size < 1_000_000
        )
        self._values: dict[str, dict[str, str]] = {}
        files = [f.path for f in repository.files(".properties", ".yml", ".yaml") if "src/test/" not in f.path]
        plain = [path for path in files if basename(path).rsplit(".", 1)[0] in _NAMES]
        profiled = [path for path in files if basename(path).startswith("application-")]
        for path in plain:
            self._read(repository, path)
        for path in profiled:
            if self.module(path) not in self._values:
                self._read(repository, path)

    def module(self, path: str) -> str:
        """The folder of the innermost build file around a path; '' for none."""
        found = ""
        for folder in self.modules:
            if not folder or path.startswith(folder + "/"):
                found = folder
        return found

    def _read(self, repository: Repository, path: str) -> None:
        text = repository.text(path)
        values = parse_properties(text) if path.endswith(".properties") else parse_yaml(text)
        known = self._values.setdefault(self.module(path), {})
        for key, value in values.items():
            known.setdefault(relaxed(key), value)

    def builds_with(self, *words: str) -> bool:
        """Whether a build file names one of these dependencies or plugins."""
        return any(word in self._builds for word in words)

    def has(self, module: str) -> bool:
        """Whether a module has settings."""
        return module in self._values

    def declares(self, module: str, key: str) -> bool:
        """Whether a key is set, even to something that is not constant."""
        return relaxed(key) in self._values.get(module, {})

    def get(self, module: str, *keys: str) -> str | None:
        """The first of these keys that is set, placeholders filled in; None for none."""
        for key in keys:
            value = self._values.get(module, {}).get(relaxed(key))
            if value is not None:
                return self.fill(value, module)
        return None

    def fill(self, text: str, module: str) -> str | None:
        """A text with `${key}` and `${key:default}` filled in; None if one is not known."""
        for _ in range(8):
            match = _PLACEHOLDER.search(text)
            if match is None:
                return text
            value = self._values.get(module, {}).get(relaxed(match.group(1).strip()), match.group(2))
            if value is None or len(text) > 4096:
                return None
            text = text[: match.start()] + value + text[match.end() :]
        return None


def relaxed(key: str) -> str:
    """A key as Spring's relaxed binding compares it."""
    return key.replace("-", "").replace("_", "").lower()


def parse_properties(text: str) -> dict[str, str]:
    """Keys and values of a properties file; of several documents the first is plain."""
    values: dict[str, str] = {}
    for line in text.split("#---")[0].replace("\\\n", "").splitlines():
        line = line.strip()
        if not line or line[0] in "#!":
            continue
        match = re.match(r"([^=:\s]+)\s*[=:\s]\s*(.*)", line)
        if match:
            values[match.group(1)] = match.group(2).strip()
    return values


def parse_yaml(text: str) -> dict[str, str]:
    """Flattened keys and values of a YAML file; documents for a profile are left out."""
    import yaml

    values: dict[str, str] = {}
    try:
        documents = list(yaml.load_all(re.sub(r"@([\w.]+)@", r"\1", text), Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, AttributeError, ValueError, RecursionError):
        return values
    for document in documents:
        flat: dict[str, str] = {}
        _flatten("", document, flat, 0)
        if not any(
            key.startswith(("spring.profiles", "spring.config.activate")) and "active" not in key[:22] for key in flat
        ):
            for key, value in flat.items():
                values.setdefault(key, value)
    return values


def _flatten(prefix: str, value: Any, out: dict[str, str], depth: int) -> None:
    if isinstance(value, dict) and depth < 20:
        for key, inner in value.items():
            _flatten(f"{prefix}.{key}" if prefix else str(key), inner, out, depth + 1)
    elif isinstance(value, list) and depth < 20:
        for index, inner in enumerate(value[:200]):
            _flatten(f"{prefix}[{index}]", inner, out, depth + 1)
    elif value is not None:
        out[prefix] = str(value).lower() if isinstance(value, bool) else str(value)
