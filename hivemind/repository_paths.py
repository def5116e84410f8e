"""Which files of a repository a worker's `paths` let its tools see.

A pattern is a glob that starts at the repository's root: `src/**`, `*.md` (in the root alone), `**/*.sql`. One that
names a folder, such as `src` or `docs/`, stands for all that is in it. `!` leaves out, whatever lets in; where nothing
but exclusions is given, all else is let in. Case: what lets in must be written as the file is, what leaves out holds in
any case, since on some systems `SRC/Keys` is the same file as `src/keys`.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

_WILD = re.compile(r"[*?\[]")
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_MAX_EXPANDED = 1_000


@dataclass(frozen=True)
class _Pattern:
    regex: re.Pattern[str]
    segments: tuple[str, ...]
    whole: bool
    """Whether a folder that it matches stands for all that is in it."""

    def matches(self, path: str) -> bool:
        found = self.regex.match(path)
        # pathspec marks by this group that a folder above the path was matched, not the path itself
        return found is not None and (self.whole or not found.groupdict().get("ps_d"))

    def may_lead(self, parts: Sequence[str]) -> bool:
        """Whether something in this folder may match, as far as the folder's name tells."""
        for number, part in enumerate(parts):
            if number == len(self.segments):
                return self.whole
            wanted = self.segments[number]
            if wanted == "**":
                return True
            if "[" not in wanted and not fnmatchcase(part, wanted):
                return False
        return len(parts) < len(self.segments) or self.whole


class PathRules:
    """The patterns of one worker's `paths`.

    Args:
        patterns: Globs; none at all let nothing in.

    Raises:
        ValueError: One is no pattern of paths in a repository; says which and why.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        self._inside = [made for one in patterns if not one.startswith("!") for made in _compiled(one, one)]
        self._outside = [
            made for one in patterns if one.startswith("!") for made in _compiled(one[1:], one, any_case=True)
        ]
        self._all_else = bool(patterns) and not self._inside

    def shows(self, path: str) -> bool:
        """Whether a file may be seen.

        Args:
            path: Relative to the repository, with forward slashes.
        """
        known = unicodedata.normalize("NFC", path)
        if any(one.matches(known) for one in self._outside):
            return False
        return self._all_else or any(one.matches(known) for one in self._inside)

    def may_lead(self, folder: str) -> bool:
        """Whether a folder may hold a file that may be seen, as far as its name tells; '' is the repository."""
        if not folder:
            return True
        parts = unicodedata.normalize("NFC", folder).split("/")
        return self._all_else or any(one.may_lead(parts) for one in self._inside)


def _compiled(pattern: str, said: str, *, any_case: bool = False) -> list[_Pattern]:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    made: list[_Pattern] = []
    for one in _expanded(_checked(pattern, said), said):
        segments = one.rstrip("/").split("/")
        whole = one.endswith("/") or segments[-1] == "**" or not _WILD.search(segments[-1])
        regex, _ = GitIgnoreSpecPattern.pattern_to_regex(one if segments[0] == "**" else f"/{one}")
        if regex is None:
            raise ValueError(f"{said!r} is no pattern: a '[' in it is never closed")
        made.append(_Pattern(_regex(regex, said, any_case=any_case), tuple(segments), whole))
    return made


def _regex(regex: str, said: str, *, any_case: bool) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `[[]id]`, which means what it says
        try:
            return re.compile(regex, re.IGNORECASE if any_case else 0)
        except re.error as error:
            raise ValueError(f"{said!r} is no pattern: {error.msg}") from error


def _checked(pattern: str, said: str) -> str:
    """The pattern without what does not matter.

    Raises:
        ValueError: It can't mean a path in the repository.
    """
    cleaned = unicodedata.normalize("NFC", pattern)
    while cleaned.startswith("./"):
        cleaned = cleaned[2:]
    if not cleaned.strip("/. ") and cleaned not in (".", "*"):
        raise ValueError(f"{said!r} names nothing: use '**' for all files of the repository")
    if cleaned != cleaned.strip():
        raise ValueError(f"{said!r} begins or ends with a space")
    if "\\" in cleaned:
        raise ValueError(f"{said!r} has a backslash: separate folders with '/'")
    if cleaned.startswith(("/", "~")) or re.match(r"[A-Za-z]:", cleaned):
        raise ValueError(f"{said!r} is not relative to the repository: leave out what comes before its root")
    if any(ord(char) < 32 for char in cleaned):
        raise ValueError(f"{said!r} has a character that no path has")
    segments = cleaned.rstrip("/").split("/")
    if ".." in segments:
        raise ValueError(f"{said!r} leaves the repository with '..'")
    if "" in segments:
        raise ValueError(f"{said!r} has two slashes in a row")
    return "**" if cleaned == "." else cleaned


def _expanded(pattern: str, said: str) -> list[str]:
    """The pattern with each `{a,b}` in it written out."""
    left, done = [pattern], []
    while left:
        one = left.pop()
        found = _BRACES.search(one)
        if found is None:
            done.append(one)
        else:
            left += [one[: found.start()] + word + one[found.end() :] for word in found.group(1).split(",")]
        if len(left) + len(done) > _MAX_EXPANDED:
            raise ValueError(f"{said!r} stands for more than {_MAX_EXPANDED:,} patterns")
    return done
