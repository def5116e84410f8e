"""Secrets in settings files: properties, YAML, TOML and INI."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.languages.secrets import is_secret, masked
from hivemind_facts.reading import Repository
from hivemind_facts.rules.code import Secret
from hivemind_facts.rules.finding import is_test

_SUFFIXES = (".properties", ".yml", ".yaml", ".toml", ".ini", ".cfg")
_NOT_SETTINGS = re.compile(
    r"(?:^|/)(?:\.github|\.gitlab\S*|\.circleci|\.ci|locales?|i18n|lang|messages|translations|docs?|charts|k8s|node_modules)"
    r"(?:/|$)|(?:^|/)(?:messages\w*\.properties|gradle\.properties|gradle-wrapper\.properties|pnpm-lock\.yaml|poetry\.lock"
    r"|pyproject\.toml|Cargo\.toml|openapi\S*|swagger\S*|\.travis\.yml|mkdocs\.yml|sonar\S*)$",
    re.IGNORECASE,
)
_LINE = re.compile(r"^[ \t-]*\"?([\w.-]+)\"?[ \t]*[:=][ \t]*(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s#'\"]+))[ \t]*(?:#.*)?$")
_MAX = 200_000
_MIN_LENGTH = 8


def settings_secrets(repository: Repository) -> Iterator[tuple[str, Secret]]:
    """Yield (path, secret) for each literal under a secret's name in a settings file that is no sample."""
    for file in repository.files(*_SUFFIXES):
        if file.size > _MAX or is_test(file.path) or _NOT_SETTINGS.search(file.path):
            continue
        for number, line in enumerate(repository.text(file.path).split("\n"), 1):
            match = _LINE.match(line) if len(line) < 500 else None
            if match is None:
                continue
            name, value = match.group(1), next(group for group in match.groups()[1:] if group)
            if len(value) >= _MIN_LENGTH and is_secret(name.rsplit(".", 1)[-1], value) and _random(value):
                yield file.path, Secret(number, name, masked(value), len(value))


def _random(value: str) -> bool:
    """Whether a value looks given rather than meant as a placeholder: it has a digit or a sign, and no sample words."""
    sample = re.search(r"your|change|example|placeholder|replace|dummy|here|todo|xxx|\$|%\w|^!", value, re.IGNORECASE)
    return sample is None and re.search(r"\d|[^\w-]", value) is not None
