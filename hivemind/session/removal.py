"""Takes sessions away: to the archive, or for good. Only what is a session and lies in the root is ever touched."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hivemind.errors import (
    SessionCorruptError,
    SessionError,
    SessionLockedError,
    SessionNotFoundError,
    SessionUnwritableError,
    UsageError,
)
from hivemind.session.archive import (
    ARCHIVE,
    SUFFIX,
    archive_path,
    archived_id,
    cached_copies,
    first_file,
    is_archive,
    pack,
    unpacked,
)
from hivemind.session.folder import SessionFolder
from hivemind.session.layout import JOURNAL, Layout
from hivemind.session.listing import current_snapshot, find_stored, last_timestamp
from hivemind.session.lock import OwnedLock

_TRASH = ".removed"


def find_in_root(root: Path, name: str) -> Path:
    """Find a session that may be taken away: a folder in the root, or a file in its archive.

    Args:
        root: The folder of the sessions.
        name: An id, a part that fits one, 'last', or a path.

    Returns:
        Its folder or archive, as it lies in the root.

    Raises:
        SessionNotFoundError: None or more than one fits, or what fits is no session.
        UsageError: It is a link, or lies outside the root.
    """
    written = Path(os.path.abspath(Path(name).expanduser()))
    as_path = Path(name).name != name or is_archive(written) or (written / JOURNAL).is_file()
    found = written if name and as_path and os.path.lexists(written) else find_stored(root, name)
    home = root / ARCHIVE if found.name.endswith(SUFFIX) else root
    if found.parent.resolve() != home.resolve() or (home != root and home.is_symlink()):
        raise UsageError(
            f"{found} is not in {home}: only sessions of the root are taken away",
            "name its own root with --sessions-root",
        )
    stored = home / found.name
    if stored.is_symlink():
        raise UsageError(
            f"{stored} is a link: what it points to is left alone", f"remove the link itself: {stored.name}"
        )
    if not (is_archive(stored) or is_session(stored)):
        raise SessionNotFoundError(
            f"{stored} is no session: it has no {JOURNAL} that begins as one",
            "list the sessions with 'hivemind sessions list'",
        )
    return stored


def is_session(folder: Path) -> bool:
    """Whether a folder is a session's: it has a journal of its own that is empty or begins with an event."""
    journal = folder / JOURNAL
    if folder.is_symlink() or journal.is_symlink() or not journal.is_file():
        return False
    try:
        with journal.open("rb") as handle:
            head = handle.read(7)
    except OSError:
        return False
    return b'{"seq":'.startswith(head) if len(head) < 7 else head == b'{"seq":'


def last_active(folder: Path) -> datetime:
    """Say when something last happened in a session: its last event, or the journal's own time where that is torn."""
    stamp = None
    with contextlib.suppress(OSError, ValueError):
        stamp = datetime.fromisoformat(last_timestamp(folder / JOURNAL) or "")
    if stamp is None:
        return datetime.fromtimestamp((folder / JOURNAL).stat().st_mtime, UTC)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def size_of(path: Path) -> int:
    """Count the bytes of a folder or file; links count as nothing."""
    if not path.is_dir():
        return path.stat().st_size
    total = 0
    for above, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(above, name)).st_size
    return total


def refuse_running(folder: Path) -> None:
    """Make sure that nobody runs a session or one of its workers.

    Raises:
        SessionLockedError: Somebody does.
    """
    lock = _lock(folder)
    if lock.held():
        owner = lock.owner()
        who = f"process {owner['pid']} on {owner['host']} since {owner['since']}" if owner else "another process"
        raise _running(folder, f"by {who}")
    locks = Layout(folder).workers / "locks"
    for path in sorted(locks.glob("*.lock")) if locks.is_dir() else ():
        if OwnedLock(path, "").held():
            raise _running(folder, f"in part: its worker {path.stem!r} runs")


def _running(folder: Path, how: str) -> SessionLockedError:
    return SessionLockedError(
        f"session {folder.name!r} is being run {how}", f"wait until it has ended, or 'hivemind cancel {folder.name}'"
    )


def _lock(folder: Path) -> OwnedLock:
    return OwnedLock(Layout(folder).lock, f"session {folder.name!r}")


@contextmanager
def _claimed(folder: Path) -> Iterator[OwnedLock]:
    """Hold a session so that nobody begins to run it; where nobody does."""
    refuse_running(folder)
    lock = _lock(folder)
    lock.acquire()
    try:
        yield lock
    finally:
        lock.release()


def archive_session(root: Path, folder: Path) -> Path:
    """Move a session into the archive.

    Returns:
        The archive.

    Raises:
        SessionLockedError: Somebody runs it.
        SessionUnwritableError: It can't be written or taken away.
        SessionError: There is another session's archive of that name.
    """
    target = archive_path(root, folder.name)
    if target.parent.is_symlink():
        raise SessionUnwritableError(f"{target.parent} is a link: nothing is moved out of {root}")
    with _claimed(folder) as lock:
        if os.path.lexists(target) and not _same(target, folder):
            raise SessionError(
                f"{target} is there already and holds something else", "move it away, or delete it from the archive"
            )
        _refresh(folder)
        before = (folder / JOURNAL).stat().st_size
        pack(folder, target)
        if (folder / JOURNAL).stat().st_size != before:
            target.unlink(missing_ok=True)
            raise _running(folder, "by a process that began meanwhile")
        _remove(root, folder, lock)
    return target


def _same(archive: Path, folder: Path) -> bool:
    """Whether an archive is of this very session, left by a process that was killed before it took the folder away."""
    try:
        kept = first_file(archive, JOURNAL)
    except SessionCorruptError:
        return False
    return kept is not None and not archive.is_symlink() and kept == (folder / JOURNAL).read_bytes()


def _refresh(folder: Path) -> None:
    """Bring SESSION.json up to date: a listing of the archive reads nothing else."""
    if current_snapshot(folder) is None:
        try:
            session = SessionFolder.open(folder)
        except SessionError:  # one that can't be read is kept as it is
            return
        session.write_snapshot()
        session.close()


def delete_session(root: Path, stored: Path) -> None:
    """Delete a session's folder or archive for good.

    Raises:
        SessionLockedError: Somebody runs it.
        SessionUnwritableError: It can't be taken away.
    """
    if is_archive(stored):
        shutil.rmtree(cached_copies(stored), ignore_errors=True)
        try:
            stored.unlink()
        except OSError as error:
            raise _stuck(stored, error) from error
        return
    with _claimed(stored) as lock:
        _remove(root, stored, lock)


def restore_session(root: Path, archive: Path) -> Path:
    """Bring an archived session back.

    Returns:
        Its folder.

    Raises:
        SessionError: There is a session of that id already.
        SessionCorruptError: The archive is damaged.
        SessionUnwritableError: It can't be written.
    """
    copy = unpacked(archive)
    target = root / archived_id(archive)
    if os.path.lexists(target):
        raise SessionError(f"{target} is there already", "archive or delete it first")
    fresh = _trash(root) / f"{target.name}-{secrets.token_hex(4)}"
    try:
        try:
            shutil.copytree(copy, fresh)
            os.rename(fresh, target)
        except OSError as error:
            raise SessionUnwritableError(
                f"can't bring {archive.name} back: {error.strerror or error}",
                "free space or mend the folder's permissions; the archive is as it was",
            ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        _tidy(root)
    delete_session(root, archive)
    return target


def _remove(root: Path, folder: Path, lock: OwnedLock) -> None:
    """Take a folder out of the listing in one step, then its files; links in it are removed, not followed."""
    gone = _trash(root) / f"{folder.name}-{secrets.token_hex(4)}"
    try:
        if os.name == "nt":  # a folder whose lock is open can't be moved there
            lock.release()
        os.rename(folder, gone)
    except OSError as error:
        raise _stuck(folder, error) from error
    try:
        shutil.rmtree(gone)
    except OSError as error:
        raise _stuck(gone, error) from error
    finally:
        _tidy(root)


def _trash(root: Path) -> Path:
    place = root / _TRASH
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise _stuck(place, error) from error
    if place.is_symlink():
        raise SessionUnwritableError(f"{place} is a link: nothing is moved out of {root}", "remove the link")
    return place


def _tidy(root: Path) -> None:
    with contextlib.suppress(OSError):
        (root / _TRASH).rmdir()


def _stuck(path: Path, error: OSError) -> SessionUnwritableError:
    return SessionUnwritableError(
        f"can't take away {path}: {error.strerror or error}", "mend the permissions of the folder and of the one above"
    )
