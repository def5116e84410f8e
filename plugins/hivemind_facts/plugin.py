"""The facts plugin: repository facts as context for every worker, a command, and a hook for others' readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from hivemind import hookimpl

if TYPE_CHECKING:
    import click

    from hivemind import ContextFragment, Task, WorkerSpec

HOOKSPECS = "hivemind_facts.hookspecs"


def connect(collect: Callable[..., Sequence[tuple[str, Sequence[Any]]]]) -> None:
    """Be told how other plugins' readers are asked for."""
    from hivemind_facts import registry

    registry.use_hook(collect)


@hookimpl
def hivemind_load_context(worker: WorkerSpec, task: Task) -> Sequence[ContextFragment]:
    """Give a worker the facts of its field; runs in a thread, and reads a repository once however many ask."""
    from hivemind_facts.fragments import fragment
    from hivemind_facts.limits import told_to
    from hivemind_facts.loading import digest_of, load_facts

    facts = told_to(worker, load_facts(task.repo, task.session_id))
    return [fragment(facts, worker.role, task.text).model_copy(update={"digest": digest_of(facts)})]


@hookimpl
def hivemind_commands() -> Iterable[click.Command]:
    """Give the command `facts`."""
    from hivemind_facts.command import facts

    yield facts
