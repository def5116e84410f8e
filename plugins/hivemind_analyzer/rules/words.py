"""The words of a task, to rank what it is about before the rest."""

from __future__ import annotations

import re

_STOP = frozenset(
    (
        *(
            "a",
            "an",
            "and",
            "all",
            "api",
            "as",
            "at",
            "be",
            "by",
            "for",
            "from",
            "in",
            "into",
            "is",
            "it",
            "its",
            "make",
        ),
        *(
            "new",
            "of",
            "on",
            "or",
            "our",
            "out",
            "please",
            "so",
            "that",
            "the",
            "their",
            "them",
            "then",
            "there",
            "this",
        ),
        *("to", "up", "use", "using", "we", "with", "add", "build", "change", "create", "fix", "get", "implement"),
        *("improve", "need", "update", "want", "write"),
    )
)
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> frozenset[str]:
    """The telling words of a text: lower case, split at case changes, singular, without the common ones."""
    found = (match.group().lower() for match in _WORD.finditer(_BOUNDARY.sub(" ", text)))
    return frozenset(_singular(word) for word in found if word not in _STOP and len(word) > 1)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def relevance(wanted: frozenset[str], *texts: str) -> int:
    """How many of the wanted words the texts hold."""
    return len(wanted & words(" ".join(texts))) if wanted else 0
