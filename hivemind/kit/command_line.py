"""The real command line in processes with an environment of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hivemind.kit.isolation import isolated


@dataclass(frozen=True)
class CliResult:
    """What a process of the command line left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout.

        Raises:
            AssertionError: There is none; shows what there is instead.
        """
        try:
            return json.loads(self.out)
        except ValueError as error:
            said = f"stdout holds no JSON document ({error}); exit {self.code}\n{self.out}\n{self.err}"
            raise AssertionError(said) from None


@dataclass
class Cli:
    """Runs the real command line in a process with an environment of its own.

    `cwd` is where it runs; `env` is added to a copy of the environment without keys and settings.
    """

    cwd: Path
    home: Path
    site: Path
    env: dict[str, str] = field(default_factory=dict)
    _started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a process: no key, no setting of the machine's user, the test's plugins on the path."""
        env = isolated(os.environ, self.home) | {
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
        if check is not None and result.code != check:
            raise AssertionError(f"exit {result.code}, not {check}\n{result.out}\n{result.err}")
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
