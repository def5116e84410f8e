"""The checks of `hivemind doctor`, one after the other; none of them changes anything that stays."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from hivemind.cli.documents import CheckShown
from hivemind.cli.opening import configure, load_chosen, open_workers, tell_tracebacks
from hivemind.cli.options import invocation
from hivemind.cli.output import stray_output_to_stderr
from hivemind.config import Configuration, user_file
from hivemind.errors import HivemindError
from hivemind.plugins import PluginManager
from hivemind.version import __version__

_PACKAGES = ("pluggy", "pydantic", "pydantic-ai-slim", "pydantic-ai-harness", "networkx", "click", "rich")


def all_checks(repo: Path | None) -> Iterator[CheckShown]:
    """Make every check; one that depends on another that is broken is left out."""
    yield _check("hivemind", f"{__version__} in {Path(__file__).parents[1]}")
    yield _python()
    yield from _packages()
    yield _git()
    try:
        configuration = configure(repo)
    except HivemindError as error:
        yield _check("settings", error.message, "broken", error.hint)
        return
    yield _check("settings", _files(configuration))
    yield _sessions(configuration)
    try:
        loaded = load_chosen(configuration, invocation())
    except HivemindError as error:
        yield _check("plugins", error.message, "broken", error.hint)
        return
    manager = loaded.manager
    yield from _plugins(configuration, manager)
    for folder in loaded.untrusted:
        yield _check("plugin folder", f"{folder.folder}: {folder.why}", "warning", folder.command)
    if configuration.settings.locked:
        problem = loaded.problem
        detail = problem.message if problem is not None else "all plugins of others are as it says"
        status: Literal["ok", "broken"] = "ok" if problem is None else "broken"
        yield _check("hivemind.lock", detail, status, problem.hint if problem is not None else None)
    tell_tracebacks(manager)
    yield from _models(configuration, manager)


def _check(
    name: str, detail: str, status: Literal["ok", "warning", "broken"] = "ok", hint: str | None = None
) -> CheckShown:
    return CheckShown(name=name, status=status, detail=detail, hint=hint)


def _python() -> CheckShown:
    found = f"{platform.python_version()} ({platform.system()}) at {sys.executable}"
    return _check("python", found)


def _packages() -> Iterator[CheckShown]:
    for package in _PACKAGES:
        try:
            yield _check(package, version(package))
        except PackageNotFoundError:
            yield _check(package, "not installed", "broken", "install hivemind-orchestrator again")


def _git() -> CheckShown:
    where = shutil.which("git")
    if where is None:
        return _check("git", "not found", "warning", "install git: facts that compare commits need it")
    try:
        done = subprocess.run([where, "--version"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return _check("git", f"{where} does not run: {error}", "warning", "mend the installation of git")
    said = done.stdout.decode(errors="replace").strip() or f"{where} says nothing"
    return _check("git", said, "ok" if done.returncode == 0 else "warning")


def _files(configuration: Configuration) -> str:
    candidates = [configuration.repo / "hivemind.toml", configuration.repo / "pyproject.toml", user_file()]
    read = [str(path) for path in candidates if path.is_file()]
    return f"read from {', '.join(read)}" if read else "defaults: no settings file"


def _sessions(configuration: Configuration) -> CheckShown:
    """Whether sessions can be made: by a file in the folder, or in the nearest parent that exists, taken away again."""
    root = configuration.sessions_root
    existing = next((folder for folder in (root, *root.parents) if folder.exists()), root)
    probe = existing / f".hivemind-write-check-{os.getpid()}"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return _check(
            "sessions folder",
            f"{root} can't be written: {error.strerror or error}",
            "broken",
            "choose another with HIVEMIND_SESSIONS_ROOT or --sessions-root",
        )
    return _check("sessions folder", f"{root} can be {'written' if existing == root else 'made'}")


def _plugins(configuration: Configuration, manager: PluginManager) -> Iterator[CheckShown]:
    from hivemind.cli.commands import CORE
    from hivemind.cli.plugin_commands import collect_commands
    from hivemind.plugins import describe

    registry = open_workers(configuration, manager)
    with stray_output_to_stderr():
        commands = collect_commands(manager, CORE)
    for info in describe(manager):
        named = f"plugin {info.name}"
        if info.status == "broken":
            yield _check(named, info.problem or "broken", "broken", f"mend it, or --block-plugin {info.name}")
        elif info.status == "blocked":
            yield _check(named, "blocked")
        elif info.status == "refused":
            yield _check(named, info.problem or "refused", "broken", f"hivemind plugins info {info.name}")
        else:
            yield _check(named, info.whence)
    for plugin, name in commands.taken:
        yield _check(f"plugin {plugin}", f"its command {name!r} is the core's own and is left out", "warning")
    for name, plugins in commands.duplicates.items():
        hint = f"block one, such as with --block-plugin {plugins[0]}"
        yield _check(f"command {name}", f"given by plugins {' and '.join(plugins)}", "warning", hint)
    for name, given in sorted(registry.duplicates.items()):
        by = ", ".join(one.owner for one in given)
        yield _check(f"worker {name}", f"given more than once: by {by}", "broken", "block one, or settle it: [prefer]")
    files = [problem for problem in registry.problems if not problem.startswith("plugin ")]
    for problem in files:
        yield _check("worker files", problem, "broken")


def _models(configuration: Configuration, manager: PluginManager) -> Iterator[CheckShown]:
    from hivemind.model_access import describe_models

    try:
        with stray_output_to_stderr():
            entries = describe_models(manager, configuration)
    except HivemindError as error:
        yield _check("models", error.message, "broken", error.hint)
        return
    keys = dict.fromkeys(key for entry in entries for key in entry.keys_set)
    if keys:
        yield _check("keys", f"set: {', '.join(keys)}")
    else:
        yield _check(
            "keys",
            "none is set: workers ask no model unless one that needs no key is chosen",
            "warning",
            "set GOOGLE_API_KEY, ANTHROPIC_API_KEY or OPENAI_API_KEY, or choose a model with --model",
        )
