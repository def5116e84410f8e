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

from hivemind.version import __version__

GROUP = "hivemind.plugins"
PATIENCE_S = 10.0
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


def installed(blocked: Sequence[str] = ()) -> Inventory:
    """Say what the installed plugins bring, from the cache or from a process that asks them.

    Args:
        blocked: Plugins that are not to be loaded, beside those that the environment and the settings block.
    """
    names = sorted({*blocked, *_blocked_names()})
    key = _key(names)
    path = _cache_folder() / f"inventory-{key}.json"
    try:
        return _read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        found = _ask(names)
        _keep(path, found)
        return found


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


def _key(blocked: Sequence[str]) -> str:
    """A hash over all that the answer depends on: entry points, their modules, blocked names, versions."""
    import zlib

    parts: list[object] = [__version__, sys.version, sys.executable, list(blocked)]
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


def _blocked_names() -> set[str]:
    """Every plugin that the environment or a settings file blocks; read without the settings' models."""
    names = {one.strip() for one in os.environ.get("HIVEMIND_BLOCK_PLUGINS", "").split(",")}
    from hivemind.cli.options import default_repo

    repo = default_repo()
    for path in (repo / "hivemind.toml", repo / "pyproject.toml", _user_file()):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if b"block_plugins" in data:
            names |= _block_table(data, path.name == "pyproject.toml")
    return names - {""}


def _block_table(data: bytes, nested: bool) -> set[str]:
    import tomllib

    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError:  # told by every command that needs the settings
        return set()
    found = table.get("tool", {}).get("hivemind", {}) if nested else table
    listed = found.get("block_plugins", []) if isinstance(found, dict) else []
    return {str(one) for one in listed} if isinstance(listed, list) else set()


def _user_file() -> Path:
    if chosen := os.environ.get("HIVEMIND_CONFIG_DIR"):
        return Path(chosen) / "hivemind.toml"
    import platformdirs

    return Path(platformdirs.user_config_dir("hivemind", appauthor=False)) / "hivemind.toml"


def _ask(blocked: Sequence[str]) -> Inventory:
    """Ask the plugins in a process of its own: what one prints, loads or breaks stays there."""
    import subprocess

    command = [sys.executable, "-P", "-c", _CHILD, json.dumps(sys.path), json.dumps(list(blocked))]
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
            said = json.loads(line)
            commands += [Brought(*one) for one in said.get("commands", ())]
            workers += [Brought(*one) for one in said.get("workers", ())]
            problem = problem or said.get("problem")
    except (ValueError, TypeError):
        problem = problem or "what the plugins bring could not be read"
    return Inventory(tuple(commands), tuple(workers), problem)


def main(blocked: Sequence[str]) -> None:
    """Load the plugins and write what they bring to stdout: one line of commands, one of workers."""
    from hivemind.cli.commands import CORE
    from hivemind.cli.output import stray_output_to_stderr
    from hivemind.cli.plugin_commands import collect_commands
    from hivemind.plugins import load_plugins
    from hivemind.registry import build_registry

    with stray_output_to_stderr():
        manager = load_plugins(blocked)
        found = collect_commands(manager, CORE)
    listed = [(name, plugin, command.get_short_help_str(80)) for name, (plugin, command) in found.commands.items()]
    for name, plugins in found.duplicates.items():
        listed.append((name, ", ".join(plugins), f"given by plugins {' and '.join(plugins)}: block one of them"))
    broken = ", ".join(info.name for info in manager.broken)
    _line({"commands": sorted(listed), "problem": f"broken plugins: {broken}" if broken else None})
    with stray_output_to_stderr():
        registry = build_registry(manager)
    workers = [(name, entry.plugin, entry.spec.description) for name, entry in sorted(registry.workers.items())]
    _line({"workers": workers})


def _line(data: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()
