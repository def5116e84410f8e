"""Where a task's words come from: the command itself, standard input, or a file."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

from hivemind.cli.output import tell
from hivemind.errors import UsageError

MAX_BYTES = 1_000_000


def read_task(given: str) -> str:
    """Read the task: `-` is standard input, `@file` a file, anything else the task itself.

    Raises:
        UsageError: It is empty, no text, too large, or the file can't be read.
    """
    if given == "-":
        text = _decode(_standard_input(), "standard input")
    elif given.startswith("@"):
        text = _decode(_file(given[1:]), given[1:])
    else:
        text = given
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise UsageError("the task is not UTF-8 text", "give it in a UTF-8 file as '@file', or check your locale")
    text = text.strip()
    if not text:
        raise UsageError("the task is empty", 'say what is to be done: hivemind run "Add an orders API"')
    return text


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise UsageError("there is no standard input to read the task from", "give the task as text or as '@file'")
    if sys.stdin.isatty():
        tell("reading the task from standard input; end it with Ctrl-D (Ctrl-Z and Enter on Windows)")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _file(name: str) -> bytes:
    hint = "a task that itself starts with '@' goes in through standard input: hivemind run -"
    if not name:
        raise UsageError("'@' names no file", "name one: hivemind run @task.md")
    try:
        with Path(name).expanduser().open("rb") as handle:
            return handle.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"task file {name} does not exist", hint) from None
    except IsADirectoryError:
        raise UsageError(f"task file {name} is a folder", "name a text file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"can't read task file {name}: {reason}", hint) from error


def _decode(data: bytes, where: str) -> str:
    if len(data) > MAX_BYTES:
        raise UsageError(f"the task in {where} is larger than {MAX_BYTES:,} bytes", "say it shorter")
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the task in {where} is not text: {error.reason} at byte {error.start}", "give it as UTF-8"
        ) from error
    if "\0" in text:
        raise UsageError(f"the task in {where} is not text: it holds zero bytes", "give it as UTF-8")
    return text
