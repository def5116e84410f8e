"""Archived sessions: one compressed file each, read through a copy that is unpacked on demand."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from hivemind.errors import SessionCorruptError, SessionNotFoundError, SessionUnwritableError
from hivemind.session.layout import JOURNAL, LOCK, SNAPSHOT, STOP

ARCHIVE = "archive"
SUFFIX = ".tar.gz"
_ORIGIN = ".unpacked-from"
"""Stands beside an unpacked session, never in it, and names its archive."""
_NOT_KEPT = frozenset((LOCK, STOP, ".session.owner.json", ".journal.lock", "workers/locks"))
"""What belongs to running processes, not to the session."""
_DAMAGE = (tarfile.TarError, EOFError, zlib.error, UnicodeError, KeyError)


def archive_path(root: Path, session_id: str) -> Path:
    """Where the archive of a session is."""
    return root / ARCHIVE / f"{session_id}{SUFFIX}"


def is_archive(path: Path) -> bool:
    """Whether a path is an archived session's file, by its name."""
    return path.name.endswith(SUFFIX) and path.is_file()


def archived_id(path: Path) -> str:
    """The id of the session that an archive holds, by the file's name."""
    return path.name.removesuffix(SUFFIX)


def archived_files(root: Path) -> list[Path]:
    """List the archives under a root by name, the newest ids first; links are left out."""
    try:
        found = [path for path in (root / ARCHIVE).iterdir() if is_archive(path) and not path.is_symlink()]
    except OSError:
        return []
    return sorted((path for path in found if not path.name.startswith(".")), reverse=True)


def pack(folder: Path, target: Path) -> int:
    """Write a session's archive; the folder is left as it is. For code that holds the session's lock.

    Links are kept as links: what they point to is never read.

    Args:
        folder: The session's folder.
        target: The archive; its folder is made.

    Returns:
        The archive's size in bytes.

    Raises:
        SessionUnwritableError: It can't be written, or something in the folder can't be kept in an archive.
    """
    temporary = target.with_name(f".{target.name[:60]}.{os.getpid():x}-{secrets.token_hex(4)}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as handle:
            packed = _write(folder, handle)
            handle.flush()
            os.fsync(handle.fileno())
        _verify(temporary, packed)
        size = temporary.stat().st_size
        os.replace(temporary, target)
    except OSError as error:
        raise SessionUnwritableError(
            f"can't archive session {folder.name!r}: {error.strerror or error}",
            "free space or mend the folder's permissions; the session is as it was",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return size


def _write(folder: Path, handle: IO[bytes]) -> dict[str, int]:
    """Write all members; returns the size of each regular file. What a listing reads comes first."""
    packed: dict[str, int] = {}
    with tarfile.open(fileobj=handle, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as tar:
        for name in _members(folder):
            path = folder / name
            info = tar.gettarinfo(path, arcname=f"{folder.name}/{name}")
            if info is None:
                raise OSError(f"{name} is a socket, which no archive can hold")
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            if not info.isreg():
                if info.islnk():  # the second name of a file that is in already
                    packed[info.name] = 0
                tar.addfile(info)
                continue
            with path.open("rb") as content:
                tar.addfile(info, content)
            packed[info.name] = info.size
    return packed


def _members(folder: Path) -> Iterator[str]:
    first = [name for name in (SNAPSHOT, JOURNAL) if (folder / name).is_file()]
    yield from first
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(folder / below) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            name = f"{below}{entry.name}"
            if name in first or name in _NOT_KEPT:
                continue
            yield name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{name}/")


def _verify(path: Path, packed: dict[str, int]) -> None:
    """Read the whole archive again: only then may the folder go."""
    try:
        with tarfile.open(path, "r:gz") as tar:
            found = {info.name: info.size for info in tar if info.isreg() or info.islnk()}
    except _DAMAGE as error:
        raise OSError(f"the archive could not be read back: {error}") from error
    if found != packed:
        raise OSError("the archive that was read back does not hold what was written")


def unpacked(archive: Path) -> Path:
    """Give a folder with an archived session's files: a copy in the cache, made on demand.

    Returns:
        The session's folder; what is written there is lost.

    Raises:
        SessionNotFoundError: There is no such file.
        SessionCorruptError: It is damaged, is no archive of a session, or holds paths that leave it.
        SessionUnwritableError: The copy can't be written.
    """
    try:
        state = archive.stat()
    except OSError as error:
        raise SessionNotFoundError(f"can't read {archive}: {error.strerror or error}") from error
    place = cached_copies(archive)
    stamp = place / f"{state.st_size:x}-{state.st_mtime_ns:x}"
    if (known := _session_in(stamp)) is not None:
        return known
    shutil.rmtree(stamp, ignore_errors=True)  # one of which somebody took files away
    fresh = place / f".{stamp.name}.{os.getpid():x}-{secrets.token_hex(4)}"
    try:
        try:
            fresh.mkdir(parents=True, mode=0o700)
            _extract(archive, fresh)
            (fresh / _ORIGIN).write_text(f"{archive.resolve()}\n", encoding="utf-8")
            with contextlib.suppress(OSError):  # another process was quicker: its copy is as good
                os.rename(fresh, stamp)
        except OSError as error:
            raise SessionUnwritableError(
                f"can't unpack {archive}: {error.strerror or error}", "choose a cache folder with HIVEMIND_CACHE_DIR"
            ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _drop_older(place, stamp)
    found = _session_in(stamp)
    if found is None:
        raise SessionCorruptError(
            f"{archive} holds no session: {JOURNAL} is missing", "see what it holds with 'tar -tzf'"
        )
    return found


def cached_copies(archive: Path) -> Path:
    """The folder of the copies of one archive."""
    key = hashlib.sha256(str(archive.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
    if chosen := os.environ.get("HIVEMIND_CACHE_DIR"):
        return Path(chosen) / "archives" / key[:24]
    import platformdirs

    return Path(platformdirs.user_cache_dir("hivemind", appauthor=False)) / "archives" / key[:24]


def archive_of(folder: Path) -> Path | None:
    """Say which archive a session's folder is a copy of; None for a folder that is the session itself."""
    try:
        return Path((folder.parent / _ORIGIN).read_text(encoding="utf-8").rstrip("\n"))
    except (OSError, ValueError):
        return None


def _session_in(stamp: Path) -> Path | None:
    try:
        folders = [path for path in stamp.iterdir() if path.is_dir() and (path / JOURNAL).is_file()]
    except OSError:
        return None
    return folders[0] if len(folders) == 1 and (stamp / _ORIGIN).is_file() else None


def _drop_older(place: Path, kept: Path) -> None:
    with contextlib.suppress(OSError):
        for other in place.iterdir():
            if other != kept and not other.name.startswith("."):
                shutil.rmtree(other, ignore_errors=True)


def _extract(archive: Path, into: Path) -> None:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for info in tar:
                _extract_one(tar, info, into, archive)
    except (*_DAMAGE, FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise _damaged(archive, str(error)) from error
    except OSError as error:
        if error.errno is None:  # gzip's own: not a gzip file, or a checksum that is wrong
            raise _damaged(archive, str(error)) from error
        raise


def _extract_one(tar: tarfile.TarFile, info: tarfile.TarInfo, into: Path, archive: Path) -> None:
    """Write a file or folder. Links are left out, so that nothing is ever written or read through one; the second
    name of a file that is in the archive becomes a file."""
    target = into.joinpath(*_inside(info.name, archive))
    if info.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    if not (info.isreg() or info.islnk()):
        return
    if info.islnk():
        _inside(info.linkname, archive)
    content = tar.extractfile(info)
    if content is None:
        raise _damaged(archive, f"{info.name} has no content")
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("xb") as handle:
        shutil.copyfileobj(content, handle)


def _inside(name: str, archive: Path) -> tuple[str, ...]:
    """The parts of a member's path.

    Raises:
        SessionCorruptError: It is absolute or leaves the folder.
    """
    parts = tuple(part for part in PurePosixPath(name).parts if part != ".")
    odd = "\\" in name or "\0" in name or PureWindowsPath(name).drive or PurePosixPath(name).is_absolute()
    if odd or ".." in parts:
        raise _damaged(archive, f"the path {name!r} leaves its folder")
    return parts


def _damaged(archive: Path, reason: str) -> SessionCorruptError:
    return SessionCorruptError(f"archive {archive.name} can't be used: {reason}", "restore it from a copy")


def first_file(archive: Path, name: str, limit: int = 64 * 1024 * 1024) -> bytes | None:
    """Read one of an archive's first files without unpacking the rest; None where it is not among them.

    Raises:
        SessionCorruptError: The archive is damaged.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for _ in range(4):
                info = tar.next()
                if info is None:
                    return None
                if info.isreg() and PurePosixPath(info.name).name == name and info.size <= limit:
                    content = tar.extractfile(info)
                    return content.read() if content is not None else None
    except (*_DAMAGE, OSError) as error:
        raise _damaged(archive, str(error)) from error
    return None
