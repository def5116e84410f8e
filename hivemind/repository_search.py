"""Searches the repository's files with a regular expression that a model wrote, in a process that can be stopped.

Python's `re` knows no time limit and holds the interpreter: an expression such as `(a|a)+!` over one long line would
stop the whole session, its time limits included. So the matching runs in a small process of its own.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from fnmatch import fnmatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hivemind.repository_workspace import RepositoryWorkspace

TIME_LIMIT_S = 15.0
MAX_MATCHES = 200
MAX_FILES = 20_000
_MAX_BYTES = 4 * 1024 * 1024
_MAX_LINE = 300
_WORKER = """
import json, re, sys
order = json.loads(sys.stdin.buffer.read())
pattern, left = re.compile(order["pattern"]), order["matches"]
out = sys.stdout.buffer
for shown, host in order["files"]:
    try:
        with open(host, "rb") as file:
            data = file.read(order["bytes"] + 1)
    except OSError:
        continue
    if b"\\0" in data[:8192] or len(data) > order["bytes"]:
        continue
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if pattern.search(line):
            text = line if len(line) <= order["line"] else line[: order["line"]] + " [cut]"
            out.write(f"{shown}:{number}:{text}\\n".encode("utf-8", "replace"))
            out.flush()
            left -= 1
            if left == 0:
                sys.exit(3)
"""


async def search_files(
    workspace: RepositoryWorkspace,
    pattern: str,
    path: str = ".",
    include_glob: str | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> str:
    """Search for lines that match; the answer says so where it is not complete.

    Args:
        workspace: The repository as a model may see it.
        pattern: A regular expression.
        path: A file or folder.
        include_glob: Which files; `*` also stands for slashes.
        time_limit_s: How long the matching may take.

    Returns:
        `file:line:text` lines.

    Raises:
        ValueError: The expression is none.
        OSError: The path is not there or may not be seen.
    """
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"the regular expression is not valid: {error}") from error
    hidden = bool(include_glob and any(part.startswith(".") for part in include_glob.split("/")))
    files, complete = await asyncio.to_thread(workspace.walk, path, hidden, MAX_FILES)
    if include_glob:
        files = [(shown, host) for shown, host in files if fnmatch(shown, include_glob)]
    order = {
        "pattern": pattern,
        "files": [(shown, str(host)) for shown, host in files],
        "matches": MAX_MATCHES,
        "bytes": _MAX_BYTES,
        "line": _MAX_LINE,
    }
    found, ended = await _run(json.dumps(order).encode(), time_limit_s)
    lines = found.splitlines()
    if ended is None:
        lines.append(f"[stopped after {time_limit_s:g} s: use a simpler expression or a narrower path]")
    elif ended == 3:
        lines.append(f"[only the first {MAX_MATCHES} matches: use a narrower expression or path]")
    elif ended != 0:
        raise OSError(f"the search ended with {ended}")
    if not complete:
        lines.append(f"[only the first {MAX_FILES:,} files: use a narrower path]")
    return "\n".join(lines) or "No matches found."


async def _run(order: bytes, time_limit_s: float) -> tuple[str, int | None]:
    """Run the matching; returns what it found, and its exit code or None where it was stopped."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        "-c",
        _WORKER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    reading = asyncio.create_task(process.stdout.read())
    stopped = False
    try:
        async with asyncio.timeout(time_limit_s):
            process.stdin.write(order)
            process.stdin.write_eof()
            await process.stdin.drain()
            await process.wait()
    except TimeoutError:
        stopped = True
    finally:
        if process.returncode is None:
            process.kill()
        data = await reading
        await process.wait()
    return data.decode("utf-8", "replace"), None if stopped else process.returncode
