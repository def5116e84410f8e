"""Watches what the code of a process does through Python's audit events: network, files, other programs."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LOCAL = ("localhost", "ip6-localhost", "0.0.0.0", "::", "")  # noqa: S104  (names that are looked for, not bound)
_HERE = socket.gethostname()
_NETWORK_PROGRAMS = frozenset(
    ("curl", "wget", "ssh", "scp", "sftp", "rsync", "ftp", "telnet", "nc", "ncat", "pip", "npm")
)
_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGING = {
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.rename": (0, 1),
    "os.link": (1,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "shutil.rmtree": (0,),
    "sqlite3.connect": (0,),
}


class NetworkRefusedError(ConnectionRefusedError):
    """A connection that a check does not allow."""


@dataclass
class Guard:
    """What was tried in this process. An audit hook can't be taken away: it lives as long as the process does."""

    allowed: tuple[str, ...]
    """Folders below which anything may be written."""
    network: list[str] = field(default_factory=list)
    writes: list[tuple[str, str]] = field(default_factory=list)
    """What was written where nothing should be: the path, and where in the code."""
    watching_files: bool = False
    _busy: bool = False

    def install(self) -> None:
        """Begin to watch."""
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _SENDING:
            self._connect(arguments[1])
        elif event in _LOOKUPS:
            self._look_up(arguments[0])
        elif event == "subprocess.Popen":
            self._program(arguments[0], arguments[1])
        elif self.watching_files and not self._busy:
            self._busy = True
            try:
                self._file(event, arguments)
            finally:
                self._busy = False

    def _refuse(self, what: str) -> None:
        told = f"{what}{_caller()}"
        if told not in self.network:
            self.network.append(told)
        raise NetworkRefusedError(f"a check allows no network: {what}")

    def _connect(self, address: Any) -> None:
        if isinstance(address, tuple) and address and not _is_local(address[0]):
            self._refuse(f"connect to {address[0]}:{address[1] if len(address) > 1 else '?'}")

    def _look_up(self, host: Any) -> None:
        if host is not None and not _is_local(host) and not _is_address(host):
            self._refuse(f"look up of {host.decode() if isinstance(host, bytes) else host}")

    def _program(self, program: Any, arguments: Any) -> None:
        words = [arguments] if isinstance(arguments, (str, bytes)) else list(arguments or [])
        first = os.fsdecode(words[0] if words else program or "")
        name = Path(first.split()[0]).name if first.split() else ""
        if name in _NETWORK_PROGRAMS:
            self._refuse(f"a call of the program {name!r}")

    def _file(self, event: str, arguments: tuple[Any, ...]) -> None:
        for path in _changed_by(event, arguments):
            full = os.path.abspath(os.fsdecode(path))
            if not self._is_allowed(full):
                told = (full, _caller())
                if told not in self.writes:
                    self.writes.append(told)

    def _is_allowed(self, path: str) -> bool:
        return path.startswith((*self.allowed, "/dev/", "/proc/")) or path == os.devnull


def _changed_by(event: str, arguments: tuple[Any, ...]) -> list[str | bytes | os.PathLike[str]]:
    """The paths that an audit event changes; one that is as it is to become is none."""
    if event == "open":
        path, mode, flags = arguments
        writes = any(one in (mode or "") for one in "wax+") or bool((flags or 0) & _WRITING)
        found = [path] if writes else []
    else:
        found = [arguments[number] for number in _CHANGING.get(event, ()) if number < len(arguments)]
    named = [one for one in found if isinstance(one, (str, bytes, os.PathLike)) and one not in (":memory:", "")]
    if event == "os.mkdir":
        return [one for one in named if not os.path.exists(one)]
    if event in ("os.remove", "os.rmdir", "shutil.rmtree"):
        return [one for one in named if os.path.lexists(one)]
    return named


def _is_address(host: Any) -> bool:
    """Whether a host is given by its number, so that nobody is asked for it."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return True


def _is_local(host: Any) -> bool:
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    return text.startswith("127.") or text in ("::1", *_LOCAL, _HERE)


def _caller() -> str:
    """Where the call comes from: the innermost line of code that is neither a library's nor hivemind's own."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if is_foreign(name):
            return f" at {os.path.basename(name)}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


_CORE = os.path.dirname(os.path.dirname(__file__))
_LIBRARIES = tuple({os.path.dirname(os.__file__), sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]})


_own_code: list[str] = []


def know_own_code(modules: Iterable[str]) -> None:
    """Remember where the code of these modules is, which may be among installed packages."""
    from hivemind.conformance.installed import locate

    for module in modules:
        file = locate(module)
        top = locate(module.partition(".")[0]) or file
        if file is not None and top is not None:
            _own_code.append(str(top.parent) if top.name == "__init__.py" else str(file))


def is_foreign(file: str) -> bool:
    """Whether code of this file is a plugin's: not the standard library's, another package's or the core's."""
    if file.startswith(tuple(_own_code)):
        return True
    return not file.startswith(("<", f"{_CORE}{os.sep}", *_LIBRARIES))


def allowed_folders(folders: Iterable[Path]) -> tuple[str, ...]:
    """Folders as the guard compares them, each also as it is reached through links."""
    found = {str(one) for folder in folders for one in (folder.absolute(), folder.resolve())}
    return tuple(sorted(f"{one}{os.sep}" for one in found)) + tuple(sorted(found))
