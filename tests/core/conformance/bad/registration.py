"""Gives a worker without a description."""

from hivemind import hookimpl


@hookimpl
def hivemind_workers():
    yield {"name": "bad-worker", "role": "bad", "colour": "red"}
