"""What is known of one plugin, loaded or not."""

from __future__ import annotations

import linecache
import sys
import threading
import traceback
from dataclasses import dataclass, field
from types import FrameType

from hivemind.errors import HivemindError

DISTRIBUTION = "hivemind-orchestrator"
LOCAL = "local plugin"
"""What the source of a worker begins with that a local plugin gives."""


@dataclass
class PluginInfo:
    """One plugin, loaded or not."""

    name: str
    distribution: str = ""
    version: str = ""
    module: str = ""
    status: str = "loaded"
    """loaded, blocked, refused (by the lock) or broken"""
    hooks: tuple[str, ...] = ()
    problem: str | None = None
    traceback: str | None = None
    notices: list[str] = field(default_factory=list)
    """Old names of hooks and arguments that it uses, a sentence each."""
    workers: list[str] = field(default_factory=list)
    folder: str = ""
    """The folder of a local plugin."""
    path: str = ""
    """The file or the package's folder of a local plugin."""

    @property
    def shipped(self) -> bool:
        """Whether it came with the core."""
        return self.distribution == DISTRIBUTION

    @property
    def whence(self) -> str:
        """Where it comes from, in words: its distribution and version, or the folder of a local one."""
        if self.folder:
            return f"local, {self.version}, from {self.folder}"
        return " ".join(filter(None, (self.distribution, self.version))) or self.module

    @property
    def source(self) -> str:
        """Where its workers come from: its entry point, or its file."""
        return f"{LOCAL} {self.path}" if self.path else f"entry point {self.name} = {self.module}"

    def break_with(self, error: BaseException) -> None:
        """Note why it can't be used; of a local one, with the file and the line."""
        self.status = "broken"
        self.problem = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.traceback = "".join(traceback.format_exception(error))
        if self.path:
            self.problem = _placed(self, error)


def _placed(info: PluginInfo, error: BaseException) -> str:
    """Say where in a local plugin's files an error is."""
    kind = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(info.path):
        return f"{error.filename}:{error.lineno or 1}: {kind}: {error.msg}"
    if isinstance(error, TimeoutError) and (place := _where_it_hangs(info)) is not None:
        return f"{place}: {kind}: {error}"
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename.startswith(info.path)]
    said = f"{kind}: {error}" if str(error) else kind
    if isinstance(error, HivemindError):
        said = str(error)
    if isinstance(error, ModuleNotFoundError) and error.name and error.name.partition(".")[0] == info.name:
        said += " (a local plugin imports its own modules relatively: from .models import ...)"
    if frames:
        return f"{frames[-1].filename}:{frames[-1].lineno}: {said}"
    return said if info.path in said else f"{info.path}: {said}"


def _where_it_hangs(info: PluginInfo) -> str | None:
    """The line of the plugin at which the thread that loads it stands; None if it does not stand in it."""
    waiting = [one.ident for one in threading.enumerate() if one.name == f"hivemind-{info.name}"]
    frames = sys._current_frames()
    frame: FrameType | None = next((frames[one] for one in waiting if one in frames), None)
    while frame is not None and not frame.f_code.co_filename.startswith(info.path):
        frame = frame.f_back
    if frame is None:
        return None
    linecache.checkcache(frame.f_code.co_filename)
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" + (f" ({line})" if line else "")
