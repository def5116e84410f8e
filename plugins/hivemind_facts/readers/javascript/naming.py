"""How object mappers name tables and columns."""

from __future__ import annotations

import re

_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice", "foot": "feet"}
_IRREGULAR |= {"tooth": "teeth", "goose": "geese", "ox": "oxen", "leaf": "leaves", "life": "lives", "knife": "knives"}
_SAME = frozenset(
    {
        "sheep",
        "fish",
        "series",
        "species",
        "news",
        "information",
        "equipment",
        "money",
        "rice",
        "media",
        "data",
        "staff",
        "feedback",
    }
)
_RULES = (
    (r"(quiz)$", r"\1zes"),
    (r"(matr|vert|ind)(ix|ex)$", r"\1ices"),
    (r"(x|ch|ss|sh)$", r"\1es"),
    (r"([^aeiouy]|qu)y$", r"\1ies"),
    (r"(hive)$", r"\1s"),
    (r"([^f])fe$", r"\1ves"),
    (r"([lr])f$", r"\1ves"),
    (r"sis$", "ses"),
    (r"(buffal|tomat|potat|her)o$", r"\1oes"),
    (r"(bu|statu|viru|alia)s$", r"\1ses"),
    (r"s$", "s"),
    (r"$", "s"),
)


def snake(name: str) -> str:
    """snake_case as TypeORM's and Sequelize's own functions make it."""
    first = re.sub(r"([A-Z])([A-Z])([a-z])", r"\1_\2\3", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", first).replace("-", "_").lower()


def camel(name: str) -> str:
    """camelCase, first letter lower, underscores folded."""
    parts = re.split(r"[_\s-]+", name)
    head = parts[0][:1].lower() + parts[0][1:]
    return head + "".join(part[:1].upper() + part[1:] for part in parts[1:])


def lower_first(name: str) -> str:
    """The first letter lower."""
    return name[:1].lower() + name[1:]


def plural(name: str) -> str:
    """The plural as the inflection libraries of the mappers make it."""
    head, tail = re.match(r"(.*?)([A-Za-z]?[a-z]*)$", name, re.DOTALL).groups() if name else ("", "")  # type: ignore[union-attr]
    low = tail.lower()
    if low in _SAME or low in _IRREGULAR.values():
        return name
    if low in _IRREGULAR:
        made = _IRREGULAR[low]
        return head + (made.capitalize() if tail[:1].isupper() else made)
    for pattern, replacement in _RULES:
        if re.search(pattern, name, re.IGNORECASE):
            return re.sub(pattern, replacement, name, count=1, flags=re.IGNORECASE)
    return name


def singular(name: str) -> str:
    """The singular of a plural that `plural` made."""
    low = name.lower()
    for one, many in _IRREGULAR.items():
        if low == many:
            return one.capitalize() if name[:1].isupper() else one
    if low.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if re.search(r"(xes|ches|sses|shes)$", low):
        return name[:-2]
    return name[:-1] if low.endswith("s") and not low.endswith(("ss", "us", "is")) else name
