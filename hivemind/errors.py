"""Every error that a user can cause: a class, a sentence, a hint and an exit code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends."""

    DONE = 0
    WORKER = 1
    """A worker failed, was blocked or stayed unverified."""
    USAGE = 2
    CONFIGURATION = 3
    """Configuration, plugin or session."""
    PAUSED = 4
    INTERRUPTED = 130


class HivemindError(Exception):
    """The base of all errors that end in a sentence instead of a traceback.

    Args:
        message: What happened and to which thing; lower case, no full stop.
        hint: What to do next.
    """

    exit_code: ExitCode = ExitCode.CONFIGURATION

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


def said_of(error: BaseException) -> str:
    """Name what the code of a plugin raised; of an attempt to end the process, say that it is one."""
    if isinstance(error, SystemExit):
        return f"SystemExit: {error} (it calls sys.exit(), which would end the whole session)"
    return f"{type(error).__name__}: {error}"


class UsageError(HivemindError):
    """The command's words do not fit."""

    exit_code = ExitCode.USAGE


class UnknownWorkerError(UsageError):
    """A worker was named that is not installed."""


class ConfigurationError(HivemindError):
    """A setting is unknown or has a value that it can't have."""


class DefinitionError(ConfigurationError):
    """A worker definition (a spec or a Markdown file) does not hold."""


class PluginError(HivemindError):
    """A plugin raised, returned something of the wrong type or could not be loaded.

    Args:
        plugin: The plugin's name.
        hook: The hook in which it failed ('' where it failed to load).
        reason: What it raised or returned.
    """

    def __init__(self, plugin: str, hook: str, reason: str, hint: str | None = None) -> None:
        where = f" in {hook}" if hook else ""
        super().__init__(f"plugin {plugin!r} failed{where}: {reason}", hint)
        self.plugin = plugin
        self.hook = hook
        self.reason = reason

    def __reduce__(self) -> tuple[type[PluginError], tuple[str, str, str, str | None]]:
        return type(self), (self.plugin, self.hook, self.reason, self.hint)


class GraphError(HivemindError):
    """The workers' dependencies do not form a graph that can run."""


class CycleError(GraphError):
    """Workers wait for each other in a circle."""


class DuplicateWorkerError(GraphError):
    """Two plugins give a worker of the same name."""


class UnresolvedDependencyError(GraphError):
    """A worker depends on something that nobody provides."""


class SessionError(HivemindError):
    """The session folder can't be used."""


class SessionNotFoundError(SessionError):
    """There is no session of that name."""


class SessionLockedError(SessionError):
    """Somebody else is running this session or this worker."""


class SessionUnwritableError(SessionError):
    """The session folder can't be written."""


class SessionCorruptError(SessionError):
    """The session's files say something that no session says."""


class SessionDriftError(SessionError):
    """The workers that a session was planned with are not the ones that are installed."""


class ModelError(HivemindError):
    """The model can't be used: unknown name, missing key, missing package."""


class WorkerError(HivemindError):
    """A worker failed."""

    exit_code = ExitCode.WORKER


class WorkerTimeoutError(WorkerError):
    """A worker took longer than it may."""


class WorkerBlockedError(WorkerError):
    """A worker can't run as things are; its error says what it needs."""


class BudgetReachedError(WorkerError):
    """A budget does not allow the next model request; the session pauses and can go on with a larger one.

    Args:
        option: The option that gives a larger budget; None where only the configuration does.
        own: Whether it is the budget of one worker: others go on.
    """

    exit_code = ExitCode.PAUSED

    def __init__(self, message: str, hint: str | None = None, *, option: str | None = None, own: bool = False) -> None:
        super().__init__(message, hint)
        self.option = option
        self.own = own


class OutputError(WorkerError):
    """A worker's result is not what it must be."""


class TransientError(WorkerError):
    """A worker failed in a way that may pass: network, rate limit, a server's error.

    Args:
        retry_after_s: How long the other side asked to wait, in seconds.
    """

    def __init__(self, message: str, hint: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after_s = retry_after_s


class CancelledSessionError(HivemindError):
    """The user stopped the session."""

    exit_code = ExitCode.INTERRUPTED


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the nearest known names.

    Returns:
        "did you mean 'backend'?" or '' where nothing is near.
    """
    near = difflib.get_close_matches(name, sorted(set(known)), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(repr(one) for one in near)}?" if near else ""
