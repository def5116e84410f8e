"""Places that a result names are there: the file exists, in the repository or among the generated, with that line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hivemind.verification.code import BY_SUFFIX
from hivemind.verification.problem import Problem
from hivemind.verification.texts import Text

MAX_CHECKED = 5_000
MAX_TOLD = 40
_MAX_BYTES = 50_000_000
_PLACE = re.compile(r"^(?P<file>[^\s:*?\"<>|]+):L?(?P<line>\d+)(?:[-–:](?:L?(?P<end>\d+))?)?$")
_FIELDS = frozenset(("location", "where", "place"))
_PARTS = re.compile(r"\s*(?:[,;]|\band\b)\s+|\s*[,;]\s*")
_LISTED = (
    ".c .cc .cpp .cs .css .dart .ex .exs .gradle .graphql .h .hcl .html .ini .kt .less .lua .md .php .prisma .proto "
    ".rb .rs .scala .scss .sh .svelte .swift .tf .txt .vue .xml .cfg .conf .env .jinja .j2 .lock .mmd"
)
_SOURCES = frozenset(BY_SUFFIX) | frozenset(_LISTED.split())
_BARE_NAMES = frozenset(("dockerfile", "makefile", "procfile", "jenkinsfile", "gemfile", "rakefile", "justfile"))


def place_problems(
    texts: Iterable[Text], repo: str, generated: Mapping[str, str], folder: Path | None, *, strict: bool
) -> Iterator[Problem]:
    """Say which places are not there.

    Args:
        texts: Of the result.
        repo: Where the repository is.
        generated: The result's own files by path.
        folder: Where the session keeps the generated files of all workers.
        strict: Whether a place that is not there is an error: where a model wrote it.
    """
    files = _Files(repo, generated, folder)
    found: list[Problem] = []
    for number, (owner, place) in enumerate(_places(texts)):
        if number >= MAX_CHECKED:
            detail = f"more than {MAX_CHECKED:,} are named; the rest was not looked up"
            found.insert(0, Problem("not every place was checked", detail, level="warning"))
            break
        reason = files.missing(place)
        if reason:
            level = "error" if strict else "warning"
            found.append(Problem("a place is not there", f"{owner} names {place}, {reason}", place, level))  # type: ignore[arg-type]
    yield from found[:MAX_TOLD]
    if len(found) > MAX_TOLD:
        yield Problem("more places are not there", f"{len(found) - MAX_TOLD} more of {len(found)}", level="warning")


def _places(texts: Iterable[Text]) -> Iterator[tuple[str, str]]:
    """(owner, place) of every text that stands where a place belongs and has its form."""
    for one in texts:
        if one.field in _FIELDS or one.field.endswith("_location"):
            for part in _PARTS.split(one.text.strip()):
                if _PLACE.match(part):
                    yield one.owner, part


class _Files:
    """Looks places up; each file is read once."""

    def __init__(self, repo: str, generated: Mapping[str, str], folder: Path | None) -> None:
        self._root = Path(repo).resolve()
        self._generated = generated
        self._folder = folder
        self._lines: dict[str, list[int]] = {}

    def missing(self, place: str) -> str:
        """Why a place is not there; '' where it is, or where the text names no file."""
        match = _PLACE.match(place)
        assert match is not None
        file = match["file"].replace("\\", "/").removeprefix("./")
        first = int(match["line"])
        last = max(first, int(match["end"] or 0)) if "-" in place or "–" in place else first
        if file not in self._lines:
            self._lines[file] = self._count(file)
        counts = self._lines[file]
        if not counts:
            if not _is_file_name(file):
                return ""  # host:port, and the like
            if ".." in file.split("/") or file.startswith("/"):
                return "which is no path inside the repository"
            return "and there is no such file"
        if first < 1 or last > max(*counts, 1):
            most = max(counts)
            return f"and the file has {most} line{'' if most == 1 else 's'}"
        return ""

    def _count(self, file: str) -> list[int]:
        """The lines of every file of this name: the repository's, the result's own, another worker's."""
        if file.startswith("/") or ".." in file.split("/"):
            return []
        counts = []
        if file in self._generated:
            text = self._generated[file]
            counts.append(text.count("\n") + (not text.endswith("\n")))
        roots = [self._root]
        if self._folder is not None and self._folder.is_dir():
            roots += [self._folder, *(one for one in self._folder.iterdir() if one.is_dir())]
        for root in roots:
            known = _lines_in(root, file)
            if known is not None:
                counts.append(known)
        return counts


def _is_file_name(file: str) -> bool:
    name = file.rsplit("/", 1)[-1].lower()
    suffix = f".{name.rsplit('.', 1)[-1]}" if "." in name else ""
    if suffix in _SOURCES or name in _BARE_NAMES:
        return True
    return bool(suffix) and "/" in file and "//" not in file


def _lines_in(root: Path, file: str) -> int | None:
    """The lines of a file inside a folder; None if there is none."""
    try:
        path = (root / file).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return None
        data = path.read_bytes()
    except (OSError, ValueError):
        return None
    return data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))
