"""What all tests share: a real command line in a process of its own, and plugins installed as real distributions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

KEY_VARIABLES = (
    "GOOGLE_API_KEY",
    "GEMINI_API_KEY",
    "ANTHROPIC_API_KEY",
    "OPENAI_API_KEY",
    "XAI_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "CO_API_KEY",
    "DEEPSEEK_API_KEY",
    "OPENROUTER_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "HF_TOKEN",
)
_DROPPED = ("HIVEMIND_", "_HIVEMIND", "NO_COLOR", "FORCE_COLOR", "GOOGLE_APPLICATION_CREDENTIALS", "AWS_")


@dataclass(frozen=True)
class CliResult:
    """What a process of the command line left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@dataclass
class Cli:
    """Runs the real command line in a process with an environment of its own.

    `cwd` is an empty folder by default; `env` is added to a copy of the environment without keys and settings.
    """

    cwd: Path
    home: Path
    site: Path
    env: dict[str, str] = field(default_factory=dict)
    _started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a process: no key, no setting of the machine's user, the test's plugins on the path."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
        for name in KEY_VARIABLES:
            env.pop(name, None)
        env |= {
            "HIVEMIND_CONFIG_DIR": str(self.home / "config"),
            "HIVEMIND_CACHE_DIR": str(self.home / "cache"),
            "HIVEMIND_STATE_DIR": str(self.home / "state"),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(self.site), os.environ.get("PYTHONPATH")))),
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "120",
        }
        return env | self.env | dict(extra or {})

    def __call__(
        self,
        *arguments: str,
        input: str | bytes | None = None,  # noqa: A002  (subprocess's own name)
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = 60,
        check: int | None = None,
    ) -> CliResult:
        """Run `hivemind ARGUMENTS` to its end; `check` is the exit code that is expected."""
        return self.python("-m", "hivemind", *arguments, input=input, env=env, cwd=cwd, timeout=timeout, check=check)

    def python(
        self,
        *arguments: str,
        input: str | bytes | None = None,  # noqa: A002
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = 60,
        check: int | None = None,
    ) -> CliResult:
        """Run `python ARGUMENTS` in the same environment, for `python -m hivemind_backend.runner` and the like."""
        data = input.encode() if isinstance(input, str) else input
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or self.cwd,
            env=self.environment(env),
            input=b"" if data is None else data,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        result = CliResult(done.returncode, done.stdout.decode(), done.stderr.decode())
        if check is not None:
            assert result.code == check, f"exit {result.code}, not {check}\n{result.out}\n{result.err}"
        return result

    def start(self, *arguments: str, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        """Start `hivemind ARGUMENTS` and return the process; it is killed when the test ends."""
        process = subprocess.Popen(
            [sys.executable, "-m", "hivemind", *arguments],
            cwd=options.pop("cwd", self.cwd),
            env=self.environment(env),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            **options,
        )
        self._started.append(process)
        return process

    def stop_all(self) -> None:
        """Kill what still runs."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()


@dataclass
class PluginSite:
    """A folder of installed distributions, as `pip install --target` would leave it."""

    path: Path

    def add(
        self,
        name: str,
        source: str,
        *,
        distribution: str | None = None,
        version: str = "1.0",
        module: str | None = None,
        entry_points: Sequence[str] | None = None,
        modules: Mapping[str, str] | None = None,
    ) -> Path:
        """Install a plugin.

        Args:
            name: The entry point's name.
            source: The code of its module.
            distribution: The distribution's name; `hivemind-NAME` by default.
            version: The distribution's version.
            module: The module's name; made of the name by default.
            entry_points: Lines of the group instead of the one that names the module.
            modules: More modules by name.

        Returns:
            The module's file.
        """
        module = module or f"{name.replace('-', '_')}_plugin"
        dist = distribution or f"hivemind-{name}"
        self.path.mkdir(parents=True, exist_ok=True)
        info = self.path / f"{dist.replace('-', '_')}-{version}.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\n", encoding="utf-8")
        lines = list(entry_points) if entry_points is not None else [f"{name} = {module}"]
        (info / "entry_points.txt").write_text("\n".join(["[hivemind.plugins]", *lines, ""]), encoding="utf-8")
        for other, code in (modules or {}).items():
            (self.path / f"{other}.py").write_text(textwrap.dedent(code), encoding="utf-8")
        target = self.path / f"{module}.py"
        target.write_text(textwrap.dedent(source), encoding="utf-8")
        return target


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
