"""The session folder: the only state, and its only writer."""

from __future__ import annotations

from hivemind.session.folder import SessionFolder
from hivemind.session.listing import find_session, list_sessions

__all__ = ["SessionFolder", "find_session", "list_sessions"]
