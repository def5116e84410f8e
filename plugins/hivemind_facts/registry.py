"""The languages, readers and rules there are: the shipped ones by import path, foreign ones by a hook.

A plugin adds its own with the hook `hivemind_fact_readers` (see `hivemind_facts.hookspecs`). The plugin manager hands
this plugin the means to ask for them through `connect`, which the plugin's entry point passes on to `use_hook`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, TypeAlias, cast

from hivemind_facts.languages import LANGUAGES
from hivemind_facts.reading import Language, Reader, Rule

FAMILIES = ("python", "javascript", "jvm", "go", "data", "documents")
HOOK = "hivemind_fact_readers"

Collect: TypeAlias = Callable[..., Sequence[tuple[str, Sequence[Any]]]]
"""Calls a hook of every plugin: (hook name) -> (plugin, what it gave) by plugin name."""

_collect: list[Collect] = []


def use_hook(collect: Collect | None) -> None:
    """Say how foreign readers are asked for; None to ask nobody."""
    _collect[:] = [] if collect is None else [collect]


def _foreign() -> list[tuple[str, object]]:
    """What plugins give, by plugin name; each thing checked.

    Raises:
        DefinitionError: Something that is no reader, rule or language, or a name that is taken.
    """
    from hivemind import DefinitionError

    found: list[tuple[str, object]] = []
    names: dict[tuple[str, str], str] = {}
    for plugin, given in _collect[0](HOOK) if _collect else ():
        for thing in given:
            kind = kind_of(thing)
            if kind is None:
                raise DefinitionError(
                    f"plugin {plugin!r} gave {type(thing).__name__} in {HOOK}: no reader, rule or language",
                    "a reader has name, version and read(); a rule check(); a language digest()",
                )
            key = (kind, cast("Reader", thing).name)
            if key in names:
                raise DefinitionError(f"plugins {names[key]!r} and {plugin!r} both give a {kind} named {key[1]!r}")
            names[key] = plugin
            found.append((plugin, thing))
    return found


def kind_of(thing: object) -> str | None:
    """'reader', 'rule' or 'language'; None if it is none of them."""
    if isinstance(thing, type):
        return None
    if isinstance(thing, Reader):
        return "reader"
    if isinstance(thing, Rule):
        return "rule"
    return "language" if isinstance(thing, Language) else None


def _load(where: str) -> object:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)()


def _refuse_taken(kind: str, shipped: Iterable[str], foreign: Iterable[tuple[str, object]]) -> None:
    from hivemind import DefinitionError

    taken = set(shipped)
    for plugin, thing in foreign:
        name = cast("Reader", thing).name
        if kind_of(thing) == kind and name in taken:
            raise DefinitionError(f"plugin {plugin!r} gives a {kind} named {name!r}, which is shipped already")


def language(name: str) -> Language | None:
    """The shipped language of this name, None if it has no digest."""
    where = LANGUAGES.get(name)
    return cast("Language", _load(where)) if where else None


def foreign_languages() -> list[Language]:
    """The languages that plugins give."""
    foreign = _foreign()
    _refuse_taken("language", LANGUAGES, foreign)
    return [cast("Language", thing) for _, thing in foreign if kind_of(thing) == "language"]


def readers() -> list[Reader]:
    """Every reader: the shipped ones in the order of their families, then those that plugins give."""
    found: list[Reader] = []
    for family in FAMILIES:
        paths: Iterable[str] = import_module(f"hivemind_facts.readers.{family}").READERS
        found += [cast("Reader", _load(path)) for path in paths]
    foreign = _foreign()
    _refuse_taken("reader", (one.name for one in found), foreign)
    return found + [cast("Reader", thing) for _, thing in foreign if kind_of(thing) == "reader"]


def rules() -> list[Rule]:
    """Every rule: the shipped ones, then those that plugins give."""
    paths: Iterable[str] = import_module("hivemind_facts.rules").RULES
    found = [cast("Rule", _load(path)) for path in paths]
    foreign = _foreign()
    _refuse_taken("rule", (one.name for one in found), foreign)
    return found + [cast("Rule", thing) for _, thing in foreign if kind_of(thing) == "rule"]
