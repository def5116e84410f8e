"""What this user spent today (UTC), over all sessions and repositories: one small append-only file a day.

A file of its own instead of the session journals: those lie under as many roots as there are repositories, are moved
and deleted, and would all have to be read before each request. Here one lock makes all processes of a user count
together. Only requests that are made under a daily budget are entered.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from hivemind.budget import Amount, Ledger, Limits
from hivemind.errors import ConfigurationError
from hivemind.user_state import state_folder

_LOCK_TIMEOUT_S = 30.0


def utc_day() -> str:
    """Today's date in UTC."""
    return datetime.now(UTC).date().isoformat()


class DaySpending:
    """The day's ledger, shared by all processes of a user.

    The day is that of UTC, as in the cost of sessions: two processes in different time zones are in the same one. A
    request that was reserved before midnight and answered after it counts in full on the first day, and with what it
    used on the second.

    Args:
        folder: Where the files are; the user's state folder by default.
        today: Says the day; by default the clock does.
    """

    def __init__(self, folder: Path | None = None, today: Callable[[], str] = utc_day) -> None:
        self._today = today
        self._folder = (folder or state_folder()) / "spending"
        self._lock = FileLock(self._folder / ".lock", timeout=_LOCK_TIMEOUT_S)
        self._day = ""
        self._read = 0
        self._ledger = Ledger()

    def taken(self) -> Amount:
        """What is spent and reserved today.

        Raises:
            ConfigurationError: The file can't be read.
        """
        with self._open():
            return self._ledger.taken()

    def spent(self) -> Amount:
        """What is spent today, as last read."""
        return self._ledger.spent

    def try_reserve(self, key: str, session: str, amount: Amount, limits: Limits) -> bool:
        """Reserve an amount if it fits into the day's limits.

        Raises:
            ConfigurationError: The file can't be written.
        """
        with self._open():
            if limits.over(self._ledger.taken() + amount) is not None:
                return False
            self._append("reserve", key, session, amount)
            return True

    def settle(self, key: str, session: str, actual: Amount) -> None:
        """Put what was really spent in the place of a reservation.

        Raises:
            ConfigurationError: The file can't be written.
        """
        with self._open():
            self._append("settle", key, session, actual)

    def _open(self) -> _Held:
        return _Held(self)

    def _append(self, kind: str, key: str, session: str, amount: Amount) -> None:
        entry = {
            "kind": kind,
            "key": key,
            "session": session,
            "tokens": amount.tokens,
            "nano_usd": amount.nano,
            "requests": amount.requests,
        }
        line = (json.dumps(entry) + "\n").encode()
        with self._path.open("ab") as handle:
            handle.write(line)
        self._catch_up()

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._day}.jsonl"

    def _catch_up(self) -> None:
        """Read what was appended since, by whomever."""
        today = self._today()
        if today != self._day:
            self._day, self._read, self._ledger = today, 0, Ledger()
        try:
            with self._path.open("rb") as handle:
                handle.seek(self._read)
                data = handle.read()
        except FileNotFoundError:
            return
        if data and not data.endswith(b"\n"):  # a writer died in the middle: its line ends here, and says nothing
            with self._path.open("ab") as handle:
                handle.write(b"\n")
            data += b"\n"
        self._read += len(data)
        for line in data.splitlines():
            self._enter(line)

    def _enter(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            key, session = str(entry["key"]), str(entry["session"])
            amount = Amount(int(entry["tokens"]), int(entry["nano_usd"]), int(entry["requests"]))
        except (ValueError, KeyError, TypeError):
            return  # only a line that was cut off when its writer died
        if entry.get("kind") == "reserve":
            self._ledger.reserve(key, session, amount)
        else:
            self._ledger.settle(key, session, amount)


class _Held:
    """Holds the day's lock, with the ledger as new as the file."""

    def __init__(self, day: DaySpending) -> None:
        self._day = day

    def __enter__(self) -> None:
        day = self._day
        try:
            day._folder.mkdir(parents=True, exist_ok=True)
            day._lock.acquire()
            try:
                day._catch_up()
            except BaseException:
                day._lock.release()
                raise
        except (OSError, Timeout) as error:
            raise self._unusable(error) from error

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self._day._lock.release()
        if isinstance(error, OSError):
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> ConfigurationError:
        reason = getattr(error, "strerror", None) or error
        return ConfigurationError(
            f"can't keep the day's spending in {self._day._folder}: {reason}",
            "free space, mend its permissions, or name another folder with HIVEMIND_STATE_DIR",
        )
