"""Which commands and workers the installed plugins bring, known without loading one of them.

`--help` and shell completion list what plugins bring, yet must not pay for their imports, nor fail or hang with them.
So a process of its own asks them once, and what they said is kept until an entry point or its module changes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hivemind.cli.said import Said
from hivemind.version import __version__

if TYPE_CHECKING:
    from hivemind.cli.options import Invocation
    from hivemind.plugins import PluginManager

GROUP = "hivemind.plugins"
PATIENCE_S = 10.0
LOADING_PATIENCE_S = 3.0
_KEPT = 16
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from hivemind.cli.inventory import main; main(json.loads(sys.argv[2]))"
)


@dataclass(frozen=True)
class Brought:
    """A command or a worker that a plugin brings."""

    name: str
    plugin: str
    help: str = ""


@dataclass(frozen=True)
class Inventory:
    """What plugins bring."""

    commands: tuple[Brought, ...] = ()
    workers: tuple[Brought, ...] = ()
    problem: str | None = None
    """Why the lists may lack something."""


def installed(
    blocked: Sequence[str] = (), plugins_dir: Sequence[str] = (), *, locked: bool = False, no_plugins: bool = False
) -> Inventory:
    """Say what the plugins bring, from the cache or from a process that asks them.

    Args:
        blocked: Plugins that are not to be loaded, beside those that the environment and the settings block.
        plugins_dir: Folders of local plugins, beside those of the environment and the settings.
        locked: Whether only plugins that are as the lockfile says are loaded, even if no setting says so.
        no_plugins: Whether only those of `plugins_dir` are loaded.
    """
    said = Said.here(blocked, plugins_dir, locked=locked, no_plugins=no_plugins)
    path = _cache_folder() / f"inventory-{_key(said)}.json"
    try:
        return _read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        found = _ask(said)
        _keep(path, found)
        return found


def brought(called: Invocation) -> Inventory:
    """Say what the plugins bring that a call would load."""
    if called.no_plugins and not called.plugins_dir:
        return Inventory()
    return installed(called.block, called.plugins_dir, locked=called.locked, no_plugins=called.no_plugins)


def _read(text: str) -> Inventory:
    data = json.loads(text)
    return Inventory(
        tuple(Brought(**one) for one in data["commands"]),
        tuple(Brought(**one) for one in data["workers"]),
        data["problem"],
    )


def _keep(path: Path, found: Inventory) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(asdict(found)), encoding="utf-8")
        temporary.replace(path)
        kept = sorted(path.parent.glob("inventory-*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in kept[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:  # a cache that can't be written costs time, nothing else
        return


def _cache_folder() -> Path:
    if chosen := os.environ.get("HIVEMIND_CACHE_DIR"):
        return Path(chosen).expanduser() / "cli"
    import platformdirs

    return Path(platformdirs.user_cache_dir("hivemind", appauthor=False)) / "cli"


def _key(said: Said) -> str:
    """A hash over all that the answer depends on: entry points, their modules, local plugins, settings, versions."""
    import zlib

    depends = asdict(said)
    if not said.of_here:  # one answer for all repositories
        del depends["repo"]
    parts: list[object] = [__version__, sys.version, sys.executable, depends, said.stats()]
    for folder in dict.fromkeys(sys.path):
        for declared, text in _declarations(folder or "."):
            parts.append((declared, text))
            parts.extend(_stat_of_module(line.partition("=")[2]) for line in text.splitlines() if "=" in line)
    return f"{zlib.crc32(repr(parts).encode('utf-8', 'replace')):08x}"


def _declarations(folder: str) -> Iterator[tuple[str, str]]:
    """The entry point files in a folder of `sys.path` that name the group."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info")))
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name, "entry_points.txt")
        try:
            with open(path, encoding="utf-8") as handle:
                text = handle.read()
        except (OSError, UnicodeDecodeError):
            continue
        if GROUP in text:
            yield path, text


def _stat_of_module(value: str) -> tuple[int, int] | None:
    relative = value.partition(":")[0].split("[")[0].strip().replace(".", os.sep)
    for folder in sys.path:
        for ending in (f"{relative}.py", os.path.join(relative, "__init__.py")):
            try:
                found = os.stat(os.path.join(folder or ".", ending))
            except OSError:
                continue
            return found.st_mtime_ns, found.st_size
    return None


def _ask(said: Said) -> Inventory:
    """Ask the plugins in a process of its own: what one prints, loads or breaks stays there."""
    import subprocess

    command = [sys.executable, "-P", "-c", _CHILD, json.dumps(sys.path), json.dumps(asdict(said))]
    problem: str | None = None
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False, stdin=subprocess.DEVNULL)
        output = done.stdout
        if done.returncode:
            problem = f"a plugin ended the process that asked for its commands (exit code {done.returncode})"
    except subprocess.TimeoutExpired as error:
        output, problem = error.stdout or b"", f"a plugin did not answer within {PATIENCE_S:g} s"
    except OSError as error:
        return Inventory(problem=f"can't start {sys.executable}: {error.strerror or error}")
    commands: list[Brought] = []
    workers: list[Brought] = []
    try:
        for line in output.splitlines():
            told = json.loads(line)
            commands += [Brought(*one) for one in told.get("commands", ())]
            workers += [Brought(*one) for one in told.get("workers", ())]
            problem = problem or told.get("problem")
    except (ValueError, TypeError):
        problem = problem or "what the plugins bring could not be read"
    return Inventory(tuple(commands), tuple(workers), problem)


def main(data: dict[str, Any]) -> None:
    """Load the plugins and write what they bring to stdout: one line of commands, one of workers."""
    from hivemind.cli.commands import CORE
    from hivemind.cli.output import stray_output_to_stderr
    from hivemind.cli.plugin_commands import collect_commands
    from hivemind.registry import build_registry

    with stray_output_to_stderr():
        manager, problem = _load(Said(**data))
        found = collect_commands(manager, CORE)
    listed = [(name, plugin, command.get_short_help_str(80)) for name, (plugin, command) in found.commands.items()]
    for name, plugins in found.duplicates.items():
        listed.append((name, ", ".join(plugins), f"given by plugins {' and '.join(plugins)}: block one of them"))
    broken = ", ".join(info.name for info in manager.broken)
    problem = problem or (f"broken plugins: {broken}" if broken else None)
    _line({"commands": sorted(listed), "problem": problem})
    with stray_output_to_stderr():
        registry = build_registry(manager)
    workers = [(name, entry.plugin, entry.spec.description) for name, entry in sorted(registry.workers.items())]
    _line({"workers": workers})


def _load(said: Said) -> tuple[PluginManager, str | None]:
    """Load what a command of this call would load; what the lock refuses is not loaded here either."""
    from hivemind.cli.opening import load_chosen, said_before
    from hivemind.cli.options import Invocation
    from hivemind.config import load_configuration
    from hivemind.errors import HivemindError
    from hivemind.plugins import load_plugins

    called = Invocation(no_plugins=said.no_plugins, block=said.option_block, plugins_dir=said.option_folders)
    called.locked = said.option_locked
    try:
        configuration = load_configuration(Path(said.repo), said_before(called))
        loaded = load_chosen(configuration, called, LOADING_PATIENCE_S)
    except HivemindError as error:  # told by every command that needs the settings
        entry_points = not (said.locked or said.no_plugins)
        manager = load_plugins(said.blocked, entry_points=entry_points, patience_s=LOADING_PATIENCE_S)
        return manager, error.message if said.of_here else None
    problem = loaded.problem.message if loaded.problem is not None else None
    if loaded.untrusted and problem is None:
        problem = f"the plugins of {', '.join(str(one.folder) for one in loaded.untrusted)} are not trusted"
    return loaded.manager, problem


def _line(data: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()
