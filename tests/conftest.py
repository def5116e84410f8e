"""What all tests share: the kit for authors of plugins, and a command line of which plugins are real distributions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hivemind.kit.command_line import Cli
from hivemind.kit.plugin_site import PluginSite

pytest_plugins = "hivemind.testing"


@pytest.fixture
def plugin_site(tmp_path: Path) -> PluginSite:
    """Installs plugins that the `cli` fixture's processes find through their real entry points."""
    return PluginSite(tmp_path / "site")


@pytest.fixture
def cli(tmp_path: Path, plugin_site: PluginSite) -> Iterator[Cli]:
    """The real command line in processes with an isolated environment; runs in an empty folder of `tmp_path`."""
    cwd, home = tmp_path / "work", tmp_path / "home"
    cwd.mkdir()
    home.mkdir()
    runner = Cli(cwd, home, plugin_site.path)
    yield runner
    runner.stop_all()


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or fills the cache of the machine's user."""
    before = os.environ.get("HIVEMIND_CACHE_DIR")
    os.environ["HIVEMIND_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["HIVEMIND_CACHE_DIR"]
    else:
        os.environ["HIVEMIND_CACHE_DIR"] = before
