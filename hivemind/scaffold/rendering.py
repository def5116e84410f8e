"""Renders the files of a new plugin from the templates beside this module."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from string import Template

from hivemind.hookspecs import HOOK_API_VERSION
from hivemind.model_providers import DISTRIBUTION
from hivemind.scaffold.naming import PluginNames
from hivemind.version import __version__

FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "LICENSE": "LICENSE",
    ".gitignore": "gitignore",
    ".github/workflows/ci.yml": "ci.yml",
    "src/{package}/__init__.py": "package.py",
    "src/{package}/plugin.py": "plugin.py",
    "src/{package}/models.py": "models.py",
    "src/{package}/marks.py": "marks.py",
    "src/{package}/listing.py": "listing.py",
    "src/{package}/loading.py": "loading.py",
    "src/{package}/rules.py": "rules.py",
    "src/{package}/agent.py": "agent.py",
    "src/{package}/checks.py": "checks.py",
    "src/{package}/publication.py": "publication.py",
    "src/{package}/py.typed": "py.typed",
    "tests/conftest.py": "conftest.py",
    "tests/test_marks.py": "test_marks.py",
    "tests/test_plugin.py": "test_plugin.py",
}
"""Each file of a new plugin, and the template that it is made from."""


def render(names: PluginNames) -> dict[str, str]:
    """Make the files of a new plugin.

    Returns:
        Their text by their path relative to the plugin's folder.
    """
    words = {
        "plugin": names.plugin,
        "worker": names.worker,
        "role": names.role,
        "distribution": names.distribution,
        "package": names.package,
        "core": DISTRIBUTION,
        "version": __version__,
        "hook_api_version": str(HOOK_API_VERSION),
        "year": str(datetime.now(UTC).year),
    }
    templates = files("hivemind.scaffold") / "templates"
    return {
        path.format(package=names.package): Template(
            (templates / f"{template}.tmpl").read_text(encoding="utf-8")
        ).substitute(words)
        for path, template in FILES.items()
    }
