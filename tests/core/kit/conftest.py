"""Plugins to try the kit with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest

from hivemind import Context, GeneratedFile, Runtime, Task, WorkerOutput, WorkerSpec, hookimpl

GREETER = WorkerSpec(name="greeter", role="greeter", description="Says hello.", rules=f"{__name__}:greet")


def greet(task: Task, context: Context) -> WorkerOutput:
    """The greeter's rules."""
    files = (GeneratedFile(path="out/hello.txt", content=f"hello {task.text}\n"),)
    return WorkerOutput(summary=f"hello {task.text}", files=files)


class Greeter:
    """A plugin with one worker that has rules."""

    @hookimpl
    def hivemind_workers(self) -> Iterable[WorkerSpec]:
        yield GREETER


class Doing:
    """A plugin whose workers do what a function says."""

    def __init__(self, **behaviours: Callable[[Runtime], Awaitable[WorkerOutput]]) -> None:
        self.behaviours = behaviours
        self.after: dict[str, tuple[str, ...]] = {}

    @hookimpl
    def hivemind_workers(self) -> Iterable[WorkerSpec]:
        for name in self.behaviours:
            yield WorkerSpec(name=name, role=name, description=name, after=self.after.get(name, ()))

    @hookimpl
    def hivemind_execute(
        self, worker: WorkerSpec, task: Task, context: Context, runtime: Runtime
    ) -> Awaitable[WorkerOutput] | None:
        return self.behaviours[worker.name](runtime) if worker.name in self.behaviours else None


@pytest.fixture
def greeter() -> Greeter:
    """A plugin with the worker `greeter`."""
    return Greeter()


@pytest.fixture
def doing() -> Any:
    """Makes a plugin of behaviours: `doing(worker=function)`."""
    return Doing
