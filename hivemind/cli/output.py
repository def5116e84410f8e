"""What goes to stdout and stderr: one JSON document, lines for people, and nothing from elsewhere."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from pydantic import BaseModel


def one_line(text: str, limit: int = 0) -> str:
    """Make text fit for one line of a terminal: no line ends, no control characters, cut to a length where one is
    given."""
    flat = "".join(char if char.isprintable() else " " for char in text)
    flat = " ".join(flat.split())
    return f"{flat[: limit - 1]}…" if limit and len(flat) > limit else flat


def printable(text: str) -> str:
    """Take the control characters out of text of several lines."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def say(text: str = "") -> None:
    """Write a line to stdout, in whatever it can show."""
    _write(sys.stdout, f"{text}\n")


def tell(text: str = "") -> None:
    """Write a line to stderr; that nobody reads it is no reason to stop."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        _write(sys.stderr, f"{text}\n")
        sys.stderr.flush()


def warn(text: str) -> None:
    """Write a warning to stderr."""
    tell(f"warning: {one_line(text)}")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed by whoever started this process
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding, "replace"))


def emit(document: BaseModel | Mapping[str, Any]) -> None:
    """Write the one JSON document of this run to stdout."""
    say(dump(document, indent=2))


def dump(document: BaseModel | Mapping[str, Any], indent: int | None = None) -> str:
    """Write a document as JSON, escaped where stdout can't carry a character as it is."""
    data = dict(document) if isinstance(document, Mapping) else document.model_dump(mode="json", by_alias=True)
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(data, indent=indent)
    return text


class _Stray:
    """A stdout for code that should not write to it: what comes goes to stderr, and a closed stderr is no error."""

    def write(self, text: str) -> int:
        """Write to stderr as far as it can show it."""
        with contextlib.suppress(OSError, ValueError):
            _write(sys.stderr, text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several pieces."""
        self.write("".join(lines))

    def flush(self) -> None:
        """Flush stderr."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr, name)


@contextlib.contextmanager
def stray_output_to_stderr() -> Iterator[None]:
    """Send to stderr what plugins and their programs print meanwhile, so that stdout holds the result alone."""
    held: int | None = None
    with contextlib.redirect_stdout(cast("TextIO", _Stray())):
        try:
            sys.__stdout__.flush()  # type: ignore[union-attr]
            held = os.dup(1)
            os.dup2(2, 1)
        except (OSError, ValueError, AttributeError, io.UnsupportedOperation):
            # There is no such descriptor (closed, or a test's): redirecting the name is all that can be done.
            if held is not None:
                os.close(held)
                held = None
        try:
            yield
        finally:
            if held is not None:
                with contextlib.suppress(OSError, ValueError, AttributeError):
                    sys.__stdout__.flush()  # type: ignore[union-attr]
                os.dup2(held, 1)
                os.close(held)


def hold_descriptors() -> None:
    """Open what is closed of the first three descriptors on nothing: else the journal would get the number of stderr,
    and with it whatever a program prints there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def silence_stdout() -> None:
    """Stop writing to a stdout that nobody reads any more."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.close(null)
