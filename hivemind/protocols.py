"""What plugins see of the core at work: the session, the runtime, engines and model providers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from hivemind.models import Task, Upstream, WorkerOutput, WorkerStatus

if TYPE_CHECKING:
    from pydantic_ai import Agent
    from pydantic_ai.models import Model

OutputT = TypeVar("OutputT", bound=WorkerOutput)


class SessionView(Protocol):
    """A session as a plugin may see it: read the folder, say something in the journal, write own files."""

    id: str
    path: Path
    task: Task

    def status(self, worker: str) -> WorkerStatus | None:
        """Say how a worker of this session stands; None if it has no such worker."""
        ...

    def output(self, worker: str) -> Mapping[str, Any] | None:
        """Read a finished worker's typed output as plain data."""
        ...

    def upstream(self, worker: str) -> Sequence[Upstream]:
        """List what finished workers left for this one."""
        ...

    def write_file(self, worker: str, path: str, content: str | bytes) -> Path:
        """Write a file under `workers/files/<worker>/`, redacted, by temporary file and rename."""
        ...


class Runtime(Protocol):
    """What makes a plugin's agent durable, priced, bounded and traced without its author's doing."""

    model: str
    """The resolved model's name; 'embedded' where no model is to be asked."""
    worker: str

    async def run(self, agent: Agent[Any, OutputT], prompt: str, *, deps: object = None) -> OutputT:
        """Run a pydantic-ai agent with the resolved model, limits, journal and the tools that the spec allows."""
        ...

    async def progress(self, message: str, **details: object) -> None:
        """Say in the journal what the worker is doing."""
        ...


@runtime_checkable
class Work(Protocol):
    """A graph to be run, as an engine sees it: names, who waits for whom, and what to do with one.

    An engine decides when; the core decides what and keeps the journal.
    """

    max_parallel: int
    stopping: bool
    """Whether no further node may begin: the engine returns when those that run have ended."""

    def names(self) -> Sequence[str]:
        """All nodes, in the order that breaks ties among the ready (most urgent first)."""
        ...

    def predecessors(self, name: str) -> Iterable[str]:
        """The nodes that must be finished first."""
        ...

    def successors(self, name: str) -> Iterable[str]:
        """The nodes that wait for this one."""
        ...

    async def begin(self, names: Sequence[str]) -> Sequence[str]:
        """Put the start of these nodes on record; those to perform come back (the rest need no run)."""
        ...

    async def perform(self, name: str) -> object:
        """Do one node; failures are part of the result, only cancellation is raised."""
        ...

    async def finish(self, results: Sequence[tuple[str, object]], ready: Sequence[str]) -> Sequence[str]:
        """Put results on record and begin what is ready now, in one commit; those to perform come back."""
        ...


class Engine(Protocol):
    """Where workers run."""

    name: str

    async def run(self, work: Work) -> None:
        """Run the whole graph; on cancellation stop what runs and return when it has stopped."""
        ...


class ModelProvider(Protocol):
    """A family of models that a plugin brings: `prefix:NAME`."""

    prefix: str
    description: str

    def resolve(self, name: str) -> Model:
        """Make the pydantic-ai model of this name (the part after the prefix)."""
        ...


Rules = Callable[[Task, Any], WorkerOutput | Awaitable[WorkerOutput]]
