"""The words of a task, and how well a fact fits them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_STOP_WORDS = """
a add all also an and any api are as at be build by can change code create do does each every fix for from has
have how i implement improve in into is it its make must need new of on or our please should so support that the
their them then there this to up update use using want we what when where which who with work write you your
"""
_STOP = frozenset(_STOP_WORDS.split())
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def stem(word: str) -> str:
    """A word without the commonest endings, so that 'orders' fits 'order' and 'categories' 'category'."""
    word = word.lower()
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 5 and word.endswith("ing"):
        return word[:-3]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def words_of(text: str) -> frozenset[str]:
    """The telling words of a text, stemmed; camelCase and snake_case taken apart."""
    found = (one.lower() for one in _SPLIT.findall(text))
    return frozenset(stem(one) for one in found if one not in _STOP and (len(one) > 1 or one.isdigit()))


def fit(wanted: frozenset[str], texts: Iterable[str]) -> int:
    """How many of the wanted words are in some texts."""
    if not wanted:
        return 0
    return len(wanted & words_of(" ".join(texts)))
