"""Points in time as people write them: an age or a date."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hivemind.errors import UsageError

_AGE = re.compile(r"(\d{1,9})\s*([hdw])", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168}


def cutoff(text: str, now: datetime | None = None) -> datetime:
    """Read an age such as 12h, 30d or 4w as the time that long ago, or an ISO date or time as it is.

    A date without a time begins at midnight; a time without a zone is this machine's.

    Raises:
        UsageError: It is neither, or longer ago than the calendar reaches.
    """
    given = text.strip()
    match = _AGE.fullmatch(given)
    hint = "give hours, days or weeks (12h, 30d, 4w) or an ISO date (2026-10-01)"
    try:
        if match:
            return (now or datetime.now(UTC)) - timedelta(hours=int(match.group(1)) * _HOURS[match.group(2).lower()])
        return datetime.fromisoformat(given).astimezone(UTC)
    except (OverflowError, OSError):
        raise UsageError(f"{text!r} is longer ago than the calendar reaches", hint) from None
    except ValueError:
        raise UsageError(f"{text!r} is neither an age nor a date", hint) from None
