"""Names of tables and columns as Hibernate makes them, with or without Spring's naming strategy."""

from __future__ import annotations

import re

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def spring(name: str) -> str:
    """Spring's physical naming: dots and camel case become underscores, all in lower case."""
    return _WORDS.sub("_", name.replace(".", "_")).lower()


def unquoted(name: str) -> str:
    """A name without the quotes that annotations may carry."""
    return name.strip().strip('`"[]')
