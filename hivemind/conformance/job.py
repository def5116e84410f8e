"""What a process is told to do, and what it says of it: one JSON file there, one JSON line for each thing back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from hivemind.conformance.target import Target
from hivemind.conformance.verdict import Verdict


@dataclass(frozen=True)
class Job:
    """Some rules to look at, one after the other, in one process."""

    target: Target
    rules: tuple[str, ...]
    root: str
    repo: str
    session: str
    """A session that was made before; nothing writes it."""
    answers: str
    """The file for what is found."""
    secrets: tuple[str, ...] = ()
    """The invented secrets that stand in the environment and in the repository."""
    timeout_s: float = 60.0
    path: tuple[str, ...] = ()

    def write(self, path: Path) -> None:
        """Write it for another process."""
        data = {name: value for name, value in vars(self).items() if name != "target"}
        path.write_text(json.dumps({**data, "target": self.target.plain()}), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        """Read what `write` wrote."""
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for name in ("rules", "secrets", "path"):
            data[name] = tuple(data[name])
        return cls(**{**data, "target": Target.of(data["target"])})


@dataclass
class Answers:
    """Writes what a process finds; each line is there before the next step is taken."""

    path: Path
    _file: IO[str] | None = field(default=None, repr=False)

    def _say(self, data: dict[str, Any]) -> None:
        if self._file is None:
            self._file = self.path.open("a", encoding="utf-8")
        self._file.write(json.dumps(data) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def begin(self, rule: str) -> None:
        """Say which rule is looked at."""
        self._say({"begin": rule})

    def result(self, rule: str, verdict: Verdict) -> None:
        """Say how it stands."""
        self._say({"result": rule, **asdict(verdict)})

    def attempts(self, told: list[str]) -> None:
        """Say what was refused to the plugin."""
        self._say({"attempts": told})


def read_answers(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Read the whole lines that came since an offset."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], offset
    end = data.rfind(b"\n") + 1
    return [json.loads(line) for line in data[:end].splitlines()], offset + end
