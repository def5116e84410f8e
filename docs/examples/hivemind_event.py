import sys

from hivemind import hookimpl


@hookimpl
def hivemind_event(event):
    print(event.type, file=sys.stderr)
