"""Words of names: split, cased, singular and plural."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Case = Literal["snake", "kebab", "camel", "pascal"]

_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "mice": "mouse",
    "feet": "foot",
    "criteria": "criterion",
    "analyses": "analysis",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
    "statuses": "status",
    "aliases": "alias",
    "buses": "bus",
    "bonuses": "bonus",
    "viruses": "virus",
    "campuses": "campus",
    "movies": "movie",
    "cookies": "cookie",
    "ties": "tie",
    "pies": "pie",
    "leaves": "leaf",
    "shelves": "shelf",
    "knives": "knife",
    "quizzes": "quiz",
    "lives": "life",
}
_PLURALS = {one: many for many, one in _IRREGULAR.items()}
_UNCOUNTABLE = frozenset(
    {"news", "information", "equipment", "feedback", "media", "data", "metadata", "series", "species", "staff"}
    | {"content", "advice", "software"}
)
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_HUMP = re.compile(r"[a-z0-9][A-Z]")


def words(name: str) -> list[str]:
    """Split a name of any case into its words, in lower case."""
    return [word.lower() for word in _SPLIT.findall(name)]


def bare(name: str) -> str:
    """A table's name without its schema."""
    return name.rsplit(".", 1)[-1]


def cased(parts: Sequence[str], case: Case) -> str:
    """Join words in a case."""
    if case == "snake":
        return "_".join(parts)
    if case == "kebab":
        return "-".join(parts)
    capitals = [part[:1].upper() + part[1:] for part in parts]
    return "".join(capitals) if case == "pascal" else "".join([*parts[:1], *capitals[1:]])


def singular(word: str) -> str:
    """The singular of an English noun in lower case; a word that is none already stays."""
    if word in _UNCOUNTABLE or word in _PLURALS or len(word) < 3:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def plural(word: str) -> str:
    """The plural of an English noun in lower case; a plural stays."""
    if word in _UNCOUNTABLE or word in _IRREGULAR:
        return word
    if word in _PLURALS:
        return _PLURALS[word]
    if singular(word) != word:
        return word
    if word.endswith("y") and len(word) > 1 and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def is_plural(word: str) -> bool | None:
    """Whether a noun is a plural; None where both are alike."""
    if word in _UNCOUNTABLE:
        return None
    return singular(word) != word


def singular_of(parts: Sequence[str]) -> list[str]:
    """Words with the last one in the singular."""
    return [*parts[:-1], singular(parts[-1])] if parts else []


def plural_of(parts: Sequence[str]) -> list[str]:
    """Words with the last one in the plural."""
    return [*parts[:-1], plural(parts[-1])] if parts else []


def case_of(name: str) -> Case | None:
    """The case of a name of several words; None where it has one word or no clear case."""
    if "_" in name.strip("_"):
        return "snake"
    if "-" in name.strip("-"):
        return "kebab"
    if _HUMP.search(name) and name.isalnum():
        return "pascal" if name[0].isupper() else "camel"
    return None


def same(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether two names mean the same thing, in whatever case and number."""
    return bool(left) and singular_of(list(left)) == singular_of(list(right))
