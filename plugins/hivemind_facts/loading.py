"""The facts of a repository, read once however many ask for them at the same time."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path

from hivemind import HivemindError
from hivemind_facts.assemble import extract
from hivemind_facts.cache import Cache, cache_folder
from hivemind_facts.contents import Progress
from hivemind_facts.models import Facts
from hivemind_facts.sessions import REASON as SESSIONS

KEPT = 4
"""How many sessions' facts are held in memory."""

_lock = threading.Lock()
_flights: OrderedDict[tuple[str, str], Future[Facts]] = OrderedDict()
_digests: list[tuple[Facts, str]] = []


def load_facts(repo: str | os.PathLike[str], session: str = "") -> Facts:
    """Read the facts of a repository for one session; all who ask meanwhile and later in it get the same.

    Args:
        repo: The repository's folder.
        session: The session's identifier; without one the facts are read anew once nobody is reading them.

    Raises:
        HivemindError: The repository can't be read.
    """
    root = check_root(repo)
    key = (os.path.realpath(root), session)
    with _lock:
        flight = _flights.get(key)
        mine = flight is None
        if flight is None:
            flight = _flights[key] = Future()
            while len(_flights) > KEPT:
                _forget_one(key)
        _flights.move_to_end(key)
    if not mine:
        return flight.result()
    try:
        facts = extract(root, cache=Cache(cache_folder()))
    except BaseException as error:
        with _lock:
            _flights.pop(key, None)
        flight.set_exception(error)
        raise
    flight.set_result(facts)
    if not session:
        with _lock:
            _flights.pop(key, None)
    return facts


def _forget_one(but: tuple[str, str]) -> None:
    for key in list(_flights):
        if key != but:
            del _flights[key]
            return


def digest_of(facts: Facts) -> str:
    """A hash of all facts, made once for those that a session's workers share."""
    with _lock:
        for known, digest in _digests:
            if known is facts:
                return digest
        skipped = tuple(one for one in facts.skipped if one.reason != SESSIONS)  # those come and go without the code
        told = facts.model_copy(update={"skipped": skipped}).model_dump_json()
        digest = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
        _digests.append((facts, digest))
        del _digests[:-KEPT]
        return digest


def read_facts(repo: str | os.PathLike[str], *, cached: bool = True, progress: Progress | None = None) -> Facts:
    """Read the facts of a repository now.

    Raises:
        HivemindError: The repository can't be read.
    """
    return extract(check_root(repo), cache=Cache(cache_folder()) if cached else None, progress=progress)


def check_root(repo: str | os.PathLike[str]) -> Path:
    """A repository's folder, made sure that it can be read.

    Raises:
        HivemindError: It is not there, no folder, or not readable.
    """
    root = Path(repo)
    try:
        if not root.is_dir():
            what = "is a file, not a folder" if root.exists() else "is not there"
            raise HivemindError(f"the repository {str(root)!r} {what}", "name a folder with --repo")
        with os.scandir(root) as entries:
            next(entries, None)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HivemindError(f"the repository {str(root)!r} can't be read: {reason}", "check its permissions") from error
    return root
