"""A session of twelve workers that real processes run against a provider on this machine, to be killed and resumed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PLUGIN = """
from hivemind import WorkerSpec, hookimpl

GRAPH = {
    "w01": {},
    "w02": {"after": ["w01"]},
    "w03": {"requires": ["w01"]},
    "w04": {"after": ["w01"]},
    "w05": {"requires": ["w02", "w03"]},
    "w06": {"requires": ["w04"]},
    "w07": {},
    "w08": {"after": ["w07"]},
    "w09": {"requires": ["w05"], "after": ["w06"]},
    "w10": {"after": ["w08", "w09"]},
    "w11": {"requires": ["w09"]},
    "w12": {"requires": ["w10", "w11"]},
}


@hookimpl
def hivemind_workers():
    for name, edges in GRAPH.items():
        yield WorkerSpec(name=name, role=name, description=f"Does part {name}.", **edges)
"""
SIDES = """
from hivemind import CallContract, EndpointContract, WorkerOutput, WorkerSpec, hookimpl


class Backend(WorkerOutput):
    endpoints: tuple[str, ...] = ()

    def offered_endpoints(self):
        return tuple(EndpointContract(method=one.split()[0], path=one.split()[1]) for one in self.endpoints)


class Frontend(WorkerOutput):
    calls: tuple[str, ...] = ()

    def planned_calls(self):
        return tuple(CallContract(method=one.split()[0], path=one.split()[1]) for one in self.calls)


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="back", role="back", description="Offers.", aligns_with=("front",), output_type="sides_plugin:Backend"
    )
    yield WorkerSpec(
        name="front", role="front", description="Calls.", after=("back",), output_type="sides_plugin:Frontend"
    )
"""
PLUGINS = {"twelve": PLUGIN, "sides": SIDES}
BLOCKED = "analyzer,architect,backend,facts,frontend"
KEY = "sk-test-openai-0123456789abcdef"
_LEFT = re.compile(r"/run-(\d+)/")
_VOLATILE = re.compile(r"Session \S+;")


def _load(path: Path) -> ModuleType:
    name = "hivemind_tests_fake_provider"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def answer(fake: ModuleType, question: Any) -> Any:
    """What the provider says, by nothing but the request: worker wNN reads NN % 3 files, then gives its result."""
    messages = question.body["messages"]
    if question.worker in ("back", "front"):
        return side(fake, question)
    read = [message["content"] for message in messages if message["role"] == "tool"]
    number = int(question.worker[1:])
    if len(read) < number % 3:
        return fake.call("read_file", path=f"{len(read) + 1}.txt")
    said = hashlib.sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()[:12]
    file = {"path": f"{question.worker}.py", "language": "python", "content": f"PART = {said!r}\n"}
    return fake.result(f"{question.worker} saw {said}", files=[file])


def side(fake: ModuleType, question: Any) -> Any:
    """Two workers whose contract does not fit: asked to mend it, the later one errs once and then does."""
    if question.worker == "back":
        return fake.result("offers", endpoints=["GET /orders"])
    if "were held against" not in question.text:
        return fake.result("first", calls=["GET /order"], files=[{"path": "old.js", "content": "const a = 1;\n"}])
    if "does not parse" not in question.text:
        return fake.result("broken", calls=["GET /orders"], files=[{"path": "new.js", "content": "const = ;"}])
    return fake.result("mended", calls=["GET /orders"], files=[{"path": "new.js", "content": "const b = 1;\n"}])


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, negative for the signal that killed it."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.code == -signal.SIGKILL


class Zygote:
    """A process that forks the command line's processes."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("zygote.py"))],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lock = threading.Lock()

    def run(self, **asked: Any) -> int:
        """Run one process to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the zygote ended"
        return int(json.loads(line)["code"])

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        finally:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()


@dataclass
class Run:
    """One session in a folder of its own, over as many processes as it takes."""

    rig: Rig
    number: int
    folder: Path
    plugin: str = "twelve"
    processes: int = 0

    @property
    def work(self) -> Path:
        """Where the user stands: the repository."""
        return self.folder / "work"

    def __call__(self, *arguments: str, hurt: Mapping[str, Any] | None = None, count: bool = False) -> Ended:
        """Run `hivemind ARGUMENTS` in a new process."""
        out, err = self.folder / "out", self.folder / "err"
        self.processes += 1
        with self.rig.free() as zygote:
            code = zygote.run(
                arguments=list(arguments),
                cwd=str(self.work),
                env=self.rig.environment(self),
                out=str(out),
                err=str(err),
                hurt=hurt,
                acknowledged=str(self.folder / f"acknowledged-{self.processes}"),
                counts=str(self.folder / "counts") if count else None,
            )
        return Ended(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))

    def start(self, *more: str, hurt: Mapping[str, Any] | None = None, count: bool = False) -> Ended:
        """Run the session from its beginning."""
        return self("run", "Build it", "--quiet", *more, hurt=hurt, count=count)

    def resume(self, *more: str, hurt: Mapping[str, Any] | None = None) -> Ended:
        """Go on with the session."""
        return self("resume", "last", "--quiet", *more, hurt=hurt)

    @property
    def session(self) -> Path:
        """The session's folder."""
        (found,) = (self.work / "Docs" / "hive-mind" / "sessions").iterdir()
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        """The journal, strictly: every line is an event."""
        return [json.loads(line) for line in (self.session / "EVENTS.jsonl").read_bytes().splitlines()]

    @property
    def acknowledged(self) -> list[bytes]:
        """The lines of the journal that were known to be on disk, by the processes that wrote them."""
        files = [self.folder / f"acknowledged-{number}" for number in range(1, self.processes + 1)]
        return [line for file in files if file.exists() for line in file.read_bytes().splitlines()]

    @property
    def questions(self) -> list[Any]:
        """What the provider was asked by this session's processes."""
        mark = f"/run-{self.number}/"
        return [question for question in self.rig.provider.questions if question.path.startswith(mark)]

    def repeated(self) -> Counter[str]:
        """How often each worker asked what it had asked before."""
        seen: set[str] = set()
        again: Counter[str] = Counter()
        for question in self.questions:
            digest = json.dumps(question.body, sort_keys=True)
            if digest in seen:
                again[question.worker] += 1
            seen.add(digest)
        return again

    def outcome(self) -> dict[str, Any]:
        """Everything that must be the same however often the session was killed."""
        files = {
            path.relative_to(self.session).as_posix(): _VOLATILE.sub("Session ID;", path.read_text(encoding="utf-8"))
            for kind in ("json", "notes", "files")
            for path in sorted((self.session / "workers" / kind).rglob("*"))
            if path.is_file()
        }
        snapshot = json.loads((self.session / "SESSION.json").read_text(encoding="utf-8"))
        workers = {
            name: (one["status"], one["summary"], one["usage"], one["attempts"], one["role"])
            for name, one in snapshot["workers"].items()
        }
        return {"files": files, "workers": workers, "status": snapshot["status"], "usage": snapshot["usage"]}


class Rig:
    """The provider, the plugin, and the processes that fork."""

    def __init__(self, root: Path, provider: Any, environment: Mapping[str, str]) -> None:
        self.root = root
        self.provider = provider
        self._environment = environment
        self._zygotes = [Zygote(environment) for _ in range(2)]
        self._turn = threading.Semaphore(len(self._zygotes))
        self._lock = threading.Lock()
        self._number = 0

    def environment(self, run: Run) -> dict[str, str]:
        """What differs from run to run."""
        others = (name for name in PLUGINS if name != run.plugin)
        return {
            "HIVEMIND_BASE_URLS": f"openai-chat={self.provider.url}/run-{run.number}/v1",
            "HIVEMIND_BLOCK_PLUGINS": ",".join((BLOCKED, *others)),
        }

    def free(self) -> _Turn:
        """A zygote that does nothing at the moment."""
        return _Turn(self)

    def new(self, plugin: str = "twelve") -> Run:
        """Make a repository for a session of one plugin's workers."""
        with self._lock:
            self._number += 1
            number = self._number
        run = Run(self, number, self.root / f"run-{number}", plugin)
        run.work.mkdir(parents=True)
        for file in (1, 2):
            (run.work / f"{file}.txt").write_text(f"text of file {file}\n", encoding="utf-8")
        return run

    def command(self, run: Run, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start `python -m hivemind ARGUMENTS`, a process from its very beginning."""
        return subprocess.Popen(
            [sys.executable, "-m", "hivemind", *arguments],
            cwd=run.work,
            env={**self._environment, **self.environment(run)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def close(self) -> None:
        """End the zygotes."""
        for zygote in self._zygotes:
            zygote.close()


class _Turn:
    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    def __enter__(self) -> Zygote:
        self._rig._turn.acquire()
        for zygote in self._rig._zygotes:
            if zygote.lock.acquire(blocking=False):
                self._mine = zygote
                return zygote
        raise AssertionError("no zygote is free")

    def __exit__(self, *_: object) -> None:
        self._mine.lock.release()
        self._rig._turn.release()


@pytest.fixture(scope="session")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Makes sessions of twelve workers to be killed."""
    if os.name == "nt":
        pytest.skip("processes are forked")
    root = tmp_path_factory.mktemp("crash")
    fake = _load(Path(__file__).parents[1] / "providers" / "fake_provider.py")
    site = root / "site"
    for name, source in PLUGINS.items():
        info = site / f"hivemind_{name}-1.0.dist-info"
        info.mkdir(parents=True)
        meta = f"Metadata-Version: 2.1\nName: hivemind-{name}\nVersion: 1.0\n"
        (info / "METADATA").write_text(meta, encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[hivemind.plugins]\n{name} = {name}_plugin\n", encoding="utf-8")
        (site / f"{name}_plugin.py").write_text(source, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HIVEMIND_", "_HIVEMIND"))}
    environment |= {
        "HIVEMIND_CONFIG_DIR": str(root / "config"),
        "HIVEMIND_CACHE_DIR": str(root / "cache"),
        "HIVEMIND_MODEL": "openai-chat:gpt-5-mini",
        "HIVEMIND_BACKOFF_S": "0.01",
        "HIVEMIND_MAX_PARALLEL": "4",
        "OPENAI_API_KEY": KEY,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH")))),
        "PYTHONIOENCODING": "utf-8",
    }
    with fake.FakeProvider() as provider:
        provider.otherwise = lambda question: answer(fake, question)
        made = Rig(root, provider, environment)
        yield made
        made.close()


@pytest.fixture(scope="session")
def unhurt(rig: Rig) -> tuple[dict[str, Any], dict[str, int]]:
    """The outcome of a session that nobody killed, and how many writes and renames it took."""
    run = rig.new()
    ended = run.start(count=True)
    assert ended.code == 0, ended.err
    assert not run.repeated()
    return run.outcome(), json.loads((run.folder / "counts").read_text(encoding="utf-8"))


Check = Callable[[Run], None]


def _check_journal(run: Run) -> None:
    events = run.events
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1)), "seq has a gap"
    kept = set((run.session / "EVENTS.jsonl").read_bytes().splitlines())
    assert run.acknowledged or not run.processes, "nothing was acknowledged"
    assert not [line for line in run.acknowledged if line not in kept], "an event that was acknowledged is lost"
    ended: Counter[str] = Counter()
    for event in events:
        assert not (event["type"] == "worker_started" and ended[event["agent"]]), f"{event['agent']} ran twice"
        ended[event["agent"]] += event["type"] == "worker_completed"
    assert set(ended.values()) <= {0, 1}


@pytest.fixture(scope="session")
def check(unhurt: tuple[dict[str, Any], dict[str, int]]) -> Check:
    """Holds a session that was hurt and resumed against the one that was not."""

    def same(run: Run) -> None:
        _check_journal(run)
        assert run.outcome() == unhurt[0]

    return same


def in_pairs(work: Callable[[Any], None], items: Sequence[Any]) -> None:
    """Do the work for all items, two at a time; the first failure is raised with its item."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        started = [(item, pool.submit(work, item)) for item in items]
        for item, future in started:
            try:
                future.result()
            except AssertionError as error:
                raise AssertionError(f"{item}: {error}") from error


@pytest.fixture(scope="session")
def pairs() -> Callable[[Callable[[Any], None], Sequence[Any]], None]:
    """Does work for items, two at a time."""
    return in_pairs
