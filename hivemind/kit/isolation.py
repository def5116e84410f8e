"""Keeps a test apart from the machine's user: settings, cache, state and keys of nobody but the test."""

from __future__ import annotations

import os
import re
import site
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hivemind.model_providers import PROVIDERS

KEY_VARIABLES = frozenset(name for provider in PROVIDERS for name in (*provider.keys, *provider.addresses))
"""What holds the key or the address of a provider that the core knows."""
_DROPPED = (
    *("HIVEMIND_", "_HIVEMIND", "NO_COLOR", "FORCE_COLOR", "CLAUDE_CONFIG_DIR", "PYTEST_ADDOPTS"),
    *("AWS_", "AZURE_", "GEMINI_", "GOOGLE_", "PAIG_", "PYDANTIC_AI_GATEWAY_"),
)
_SECRET = re.compile(r"(?i)(?:api_?key|access_?key|secret|token|passw(?:or)?d|credential|private_?key)")
_OF_PYTEST = ("PYTEST_", "COV_CORE_", "COVERAGE_")


def folders(home: Path) -> dict[str, str]:
    """The variables that give hivemind's own files a place below a folder."""
    return {
        "HIVEMIND_CONFIG_DIR": str(home / "config"),
        "HIVEMIND_CACHE_DIR": str(home / "cache"),
        "HIVEMIND_STATE_DIR": str(home / "state"),
    }


def nobody(home: Path) -> dict[str, str]:
    """The variables that make a folder somebody's home; what Python installed for the real user is still found."""
    return {"HOME": str(home), "USERPROFILE": str(home), "PYTHONUSERBASE": site.getuserbase()}


def isolated(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """Copy an environment without providers' keys and addresses and without settings of hivemind.

    Args:
        environment: Whose.
        home: Where settings, cache and state are instead.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name not in KEY_VARIABLES and not name.startswith(_DROPPED)
    }
    return kept | folders(home)


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Copy an environment without any variable whose name says that it holds a secret."""
    return {
        name: value for name, value in environment.items() if name.startswith(_OF_PYTEST) or not _SECRET.search(name)
    }


@contextmanager
def environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Make this process's environment the wanted one; afterwards it is as it was, whatever was set meanwhile."""
    before = dict(os.environ)
    _become(wanted)
    try:
        yield
    finally:
        _become(before)


def _become(wanted: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name not in wanted and not name.startswith(_OF_PYTEST)]:
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value and not name.startswith(_OF_PYTEST):
            os.environ[name] = value
