"""Expects that every event says a status."""

from hivemind import hookimpl


@hookimpl
def hivemind_event(event):
    assert event.details.status
