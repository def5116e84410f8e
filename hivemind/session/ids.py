"""Session ids: `YYYY-MM-DD-HH-MM-slug`, unique under concurrency."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from itertools import count
from pathlib import Path

from hivemind.errors import SessionUnwritableError

MAX_SLUG = 48
ID_PATTERN = re.compile(r"^\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-[a-z0-9]+(?:-[a-z0-9]+)*$")


def slug(text: str) -> str:
    """Make the part of an id that says what the task is; 'task' where no letter or digit is left.

    Letters beyond ASCII are kept as their plain form where there is one.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    made = ""
    for word in words:
        longer = f"{made}-{word}" if made else word
        if len(longer) > MAX_SLUG:
            break
        made = longer
    return made or (words[0][:MAX_SLUG] if words else "task")


def new_folder(root: Path, text: str, now: datetime | None = None) -> Path:
    """Make a new session folder; two that are made in the same minute for the same task get different names.

    Raises:
        SessionUnwritableError: The folder can't be made.
    """
    stamp = (now or datetime.now().astimezone()).strftime("%Y-%m-%d-%H-%M")
    base = f"{stamp}-{slug(text)}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = root / (base if number == 1 else f"{base}-{number}")
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        raise SessionUnwritableError(
            f"can't make a session folder in {root}: {error.strerror or error}",
            "choose another folder with --sessions-root or HIVEMIND_SESSIONS_ROOT",
        ) from error
    raise AssertionError("count() does not end")
