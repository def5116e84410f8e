"""The languages and readers there are: the shipped ones by import path, foreign ones by a hook."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import cast

from hivemind_facts.languages import LANGUAGES
from hivemind_facts.reading import Language, Reader, Rule

FAMILIES = ("python", "javascript", "jvm", "go", "data", "documents")


def _load(where: str) -> object:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)()


def language(name: str) -> Language | None:
    """The language of this name, None if it has no digest."""
    where = LANGUAGES.get(name)
    return cast("Language", _load(where)) if where else None


def readers() -> list[Reader]:
    """Every shipped reader, in the order of their families."""
    found: list[Reader] = []
    for family in FAMILIES:
        paths: Iterable[str] = import_module(f"hivemind_facts.readers.{family}").READERS
        found += [cast("Reader", _load(path)) for path in paths]
    return found


def rules() -> list[Rule]:
    """Every shipped rule."""
    paths: Iterable[str] = import_module("hivemind_facts.rules").RULES
    return [cast("Rule", _load(path)) for path in paths]
