"""GORM's naming strategy: snake case with known initialisms, and plural table names."""

from __future__ import annotations

import re

_INITIALISMS = sorted(
    (
        *(
            "API",
            "ASCII",
            "CPU",
            "CSS",
            "DNS",
            "EOF",
            "GUID",
            "HTML",
            "HTTP",
            "HTTPS",
            "ID",
            "IP",
            "JSON",
            "LHS",
            "QPS",
        ),
        *(
            "RAM",
            "RHS",
            "RPC",
            "SLA",
            "SMTP",
            "SSH",
            "TLS",
            "TTL",
            "UID",
            "UI",
            "UUID",
            "URI",
            "URL",
            "UTF8",
            "VM",
            "XML",
        ),
        *("XSRF", "XSS"),
    ),
    key=len,
    reverse=True,
)
_SAME = frozenset(
    ("equipment", "information", "rice", "money", "species", "series", "fish", "sheep", "jeans", "police")
)
_IRREGULAR = {"person": "people", "man": "men", "child": "children", "sex": "sexes", "move": "moves", "ox": "oxen"}
_IRREGULAR |= {"mombie": "mombies", "mouse": "mice", "louse": "lice", "quiz": "quizzes"}
_PLURALS = (
    (r"(ax|test)is$", r"\1es"),
    (r"(octop|vir)us$", r"\1i"),
    (r"(octop|vir)i$", r"\1i"),
    (r"(alias|status|bonus)$", r"\1es"),
    (r"(bu)s$", r"\1ses"),
    (r"(buffal|tomat|potat|her)o$", r"\1oes"),
    (r"([ti])um$", r"\1a"),
    (r"([ti])a$", r"\1a"),
    (r"sis$", "ses"),
    (r"(?:([^f])fe|([lr])f)$", r"\1\2ves"),
    (r"(hive)$", r"\1s"),
    (r"([^aeiouy]|qu)y$", r"\1ies"),
    (r"(x|ch|ss|sh)$", r"\1es"),
    (r"(matr|vert|ind)(?:ix|ex)$", r"\1ices"),
    (r"s$", "s"),
    (r"$", "s"),
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """A field's or type's name as a column's or table's."""
    for word in _INITIALISMS:
        name = name.replace(word, word.title())
    return _CAMEL.sub("_", name).lower()


def pluralise(name: str) -> str:
    """The plural of the last word of a snake-case name."""
    head, _, last = name.rpartition("_")
    front = f"{head}_" if head else ""
    if last in _SAME:
        return name
    if last in _IRREGULAR:
        return front + _IRREGULAR[last]
    for pattern, replacement in _PLURALS:
        if re.search(pattern, last):
            return front + re.sub(pattern, replacement, last, count=1)
    return name
