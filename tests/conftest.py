"""What all tests share: the kit for authors of plugins, and a command line of which plugins are real distributions."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hivemind.kit.command_line import Cli, CliResult
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


@dataclass(frozen=True)
class FreshEnvironment:
    """A virtual environment with hivemind installed into it as a user would; what hivemind depends on, and the tools of
    the tests, are taken from the environment that the tests run in."""

    path: Path
    home: Path

    @property
    def scripts(self) -> Path:
        """Where its commands are."""
        return self.path / ("Scripts" if os.name == "nt" else "bin")

    def environment(self) -> dict[str, str]:
        """The environment of a shell in which it is active, without an index to install from."""
        env = Cli(self.home, self.home, self.home / "no-site").environment()
        env.pop("PYTHONPATH")
        return env | {
            "VIRTUAL_ENV": str(self.path),
            "PATH": os.pathsep.join((str(self.scripts), os.path.dirname(sys.executable), os.environ["PATH"])),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip's own way to say that builds are not isolated
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, *words: str, cwd: Path, timeout: float = 300, check: int | None = 0) -> CliResult:
        """Run a command of it; `check` is the exit code that is expected."""
        program = next((str(file) for file in self.scripts.glob(f"{words[0]}*") if file.stem == words[0]), words[0])
        done = subprocess.run(
            [program, *words[1:]],
            cwd=cwd,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        assert check in (None, done.returncode), f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return CliResult(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def fresh_environment(tmp_path: Path) -> FreshEnvironment:
    """A virtual environment into which hivemind was just installed from the working tree."""
    fresh = FreshEnvironment(tmp_path / "fresh", tmp_path / "fresh-home")
    fresh.home.mkdir()
    venv.create(fresh.path, with_pip=False, symlinks=os.name != "nt")
    base = {"base": str(fresh.path), "platbase": str(fresh.path)}
    outer = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    site = Path(sysconfig.get_path("purelib", "venv", base))
    (site / "outer.pth").write_text("\n".join(outer) + "\n", encoding="utf-8")
    fresh.run("python", "-m", "pip", "install", "--quiet", "--no-deps", str(Path(__file__).parents[1]), cwd=tmp_path)
    return fresh
