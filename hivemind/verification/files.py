"""The files of a result: each path once, relative and inside, each content in its language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hivemind.models import GeneratedFile
from hivemind.paths import check_relative
from hivemind.verification.code import code_problem, language_of, may_be_newer
from hivemind.verification.problem import Problem
from hivemind.verification.sql_text import DIALECTS, USUAL_DIALECTS
from hivemind.verification.texts import mappings_of

MAX_CHARACTERS = 1_000_000


def file_problems(files: Iterable[GeneratedFile], data: Mapping[str, Any]) -> Iterator[Problem]:
    """Say which files do not hold.

    Args:
        files: Of the result.
        data: The whole result, which may name the dialect of its SQL.
    """
    stated = _dialects(data)
    paths: set[str] = set()
    for file in files:
        folded = file.path.lower()
        if folded in paths:
            yield Problem("two generated files have the same path", file.path, file.path)
        paths.add(folded)
        try:
            check_relative(file.path)
        except ValueError as error:
            yield Problem("a generated file's path does not hold", str(error), file.path)
        language = language_of(file.path, file.language)
        if not language:
            continue
        if len(file.content) > MAX_CHARACTERS:
            said = f"{len(file.content):,} characters"
            yield Problem("a generated file is too long to check", said, file.path, "warning")
            continue
        own = DIALECTS.get(file.language.strip().lower())
        reason = code_problem(file.path, file.content, language, (own,) if own else stated)
        if reason and may_be_newer(language, file.content):
            said = f"{reason} (it may be of a later Python than the one that checks it)"
            yield Problem("a generated file could not be parsed as python", said, file.path, "warning")
        elif reason:
            yield Problem(f"a generated file does not parse as {language}", reason, file.path)


def _dialects(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The dialects that a result states for its SQL, else the usual ones."""
    found = dict.fromkeys(
        one["dialect"] for one in mappings_of(data) if isinstance(one.get("dialect"), str) and one["dialect"]
    )
    return tuple(DIALECTS.get(one.lower(), one) for one in found) or USUAL_DIALECTS
