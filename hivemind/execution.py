"""Runs one worker: context, execute, verify, with timeout and retries. Used by sessions and single-worker runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from hivemind.config import Settings
from hivemind.context import load_context
from hivemind.errors import (
    BudgetReachedError,
    HivemindError,
    OutputError,
    PluginError,
    SessionError,
    TransientError,
    WorkerBlockedError,
    WorkerTimeoutError,
    said_of,
)
from hivemind.events import (
    ContextLoaded,
    ContextLoadedDetails,
    Event,
    WorkerCompleted,
    WorkerFailed,
    WorkerFinishedDetails,
    WorkerRetrying,
    WorkerRetryingDetails,
)
from hivemind.fingerprint import check_schema, fingerprint, short
from hivemind.models import SUCCEEDED, Context, EdgeKind, Finding, PlannedWorker, Usage, WorkerOutput, WorkerStatus
from hivemind.plugins import CORE_PLUGIN, PluginManager
from hivemind.projections import artifacts_of, carried_output, project, provenance_of
from hivemind.result_store import StoredResult
from hivemind.reuse import FRESH, HIT, MISS, NOT_VERIFIED, Reuse, typed
from hivemind.runtime import WorkerRuntime
from hivemind.session.folder import SessionFolder
from hivemind.verification.collecting import collect_findings, is_error

MAX_BACKOFF_S = 60.0
_SMALL = 4096
"""Characters; an output that says less is rendered in the event loop."""


@dataclass
class WorkerResult:
    """How a worker ended: the event to record, and the files to write once it is on disk."""

    name: str
    event: Event
    status: WorkerStatus
    output: WorkerOutput | None = None
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    fatal: HivemindError | None = None
    """A trouble of the session itself, such as a full disk: the session can't go on."""


def ended(name: str, status: WorkerStatus, details: WorkerFinishedDetails) -> Event:
    """Make the event of a worker's end."""
    if status in SUCCEEDED:
        return WorkerCompleted(agent=name, details=details)
    return WorkerFailed.model_validate(
        {"type": f"worker_{status}", "agent": name, "details": details.model_dump(mode="json")}
    )


def blocked(planned: PlannedWorker, error: str, hint: str | None = None) -> WorkerResult:
    """Say that a worker could not run, and why."""
    details = WorkerFinishedDetails(status="blocked", model=planned.model, error=error, hint=hint, attempts=0)
    return WorkerResult(planned.spec.name, ended(planned.spec.name, "blocked", details), "blocked")


class Execution:
    """One worker's run.

    Args:
        manager: The plugins.
        session: Where it runs.
        planned: Who runs.
        settings: Limits.
        vias: The workers before it and how it depends on them; None takes the session's plan or all that is there.
        resume: Go on from the worker's last run: answers of a model that had arrived are used again.
        reuse: What is taken from earlier sessions; shared by all workers of a session.
    """

    def __init__(
        self,
        manager: PluginManager,
        session: SessionFolder,
        planned: PlannedWorker,
        settings: Settings,
        vias: Mapping[str, EdgeKind] | None = None,
        *,
        resume: bool = False,
        reuse: Reuse | None = None,
    ) -> None:
        self.manager = manager
        self.session = session
        self.planned = planned
        self.settings = settings
        self.vias = vias
        self.runtime = WorkerRuntime(manager, session, planned, settings, resume=resume)
        self.attempt = 1
        self.reuse = reuse if reuse is not None else Reuse(manager, settings, session)
        self.fingerprint = ""
        self.parts: dict[str, str] = {}
        self.reused = ""
        self.size = 0
        self.started = 0.0

    @property
    def usage(self) -> Usage:
        """What the worker used so far."""
        return self.runtime.usage

    async def run(self) -> WorkerResult:
        """Run the worker to its end; failures are part of the result, only cancellation is raised."""
        self.started = time.monotonic()
        try:
            while True:
                try:
                    return await self._attempt()
                except SessionError:
                    raise
                except SystemExit as error:  # of a renderer or the like: siblings go on
                    return self._failed(PluginError(self.planned.plugin, "", said_of(error)))
                except HivemindError as error:
                    if not self._retriable(error):
                        return self._failed(error)
                    await self._wait_to_retry(error)
        except SessionError as error:
            return self._failed(error, fatal=error)

    async def _attempt(self) -> WorkerResult:
        timeout_s = self.planned.spec.timeout_s or self.settings.timeout_s
        try:
            async with asyncio.timeout(timeout_s) as timer:
                context = await self._context()
                stored = await self._stored()
                if stored is not None:
                    return await asyncio.to_thread(self._succeeded, *stored)
                output, known = await self._execute(context)
                findings = await self._verify(output) if known is None else known
        except TimeoutError as error:
            if timer.expired():
                raise WorkerTimeoutError(
                    f"worker {self.planned.spec.name!r} took longer than {timeout_s:g} s",
                    "give it more time with --timeout, or look at its last events",
                ) from error
            raise TransientError(f"something timed out: {error or 'no answer in time'}") from error
        if self.planned.spec.notes is None and not output.files and self.size < _SMALL:
            return self._succeeded(output, findings)  # a thread would cost more than the work
        return await asyncio.to_thread(self._succeeded, output, findings)

    async def _context(self) -> Context:
        planned, session = self.planned, self.session
        context = await load_context(
            self.manager, session, planned.spec, session.task, self.settings.context_tokens, self.vias
        )
        if planned.focus:
            context = context.model_copy(update={"focus": planned.focus})
        self.parts = await self.reuse.fingerprints.parts(planned, context)
        self.fingerprint = fingerprint(self.parts)
        if context.fragments or context.upstream or context.cut or context.notes:
            details = ContextLoadedDetails(
                tokens=context.tokens,
                budget=context.budget,
                fragments=tuple(f"{one.plugin}/{one.name}" for one in context.fragments),
                upstream=tuple(one.worker for one in context.upstream),
                cut=context.cut,
            )
            session.note(ContextLoaded(agent=planned.spec.name, details=details))
        self.runtime.context = context
        return context

    async def _stored(self) -> tuple[WorkerOutput, list[Finding], StoredResult] | None:
        """Take an earlier result of the same fingerprint, if its type still fits and it passes its checks again."""
        self.reused = FRESH if self.runtime.revision else self.reuse.refusal(self.planned, self.parts)
        if self.reused:
            return None
        stored = await self.reuse.find(self.planned.spec.name, self.fingerprint)
        if stored is None:
            self.reused = MISS
            return None
        output = await asyncio.to_thread(typed, stored)
        findings = await self._verify(output) if output is not None else []
        if output is None or any(is_error(one) for one in findings):
            self.reused = NOT_VERIFIED
            return None
        self.reused = HIT
        return output, findings, stored

    async def _execute(self, context: Context) -> tuple[WorkerOutput, list[Finding] | None]:
        """Execute; what the checks found comes along where the runtime has asked them about this very output."""
        spec, task = self.planned.spec, self.session.task
        check_schema(spec)
        found = self.manager.first("hivemind_execute", worker=spec, task=task, context=context, runtime=self.runtime)
        if found is None:
            raise WorkerBlockedError(f"no plugin executes worker {spec.name!r}")
        plugin, awaitable = found
        try:
            output = await awaitable
        except HivemindError:
            raise
        except (ConnectionError, TimeoutError) as error:
            raise TransientError(f"{type(error).__name__}: {error}") from error
        except (Exception, SystemExit) as error:
            # The core runs the rules that a spec names: whose they are is what helps.
            owner = self.planned.plugin if plugin == CORE_PLUGIN else plugin
            raise PluginError(owner, "hivemind_execute", said_of(error)) from error
        if not isinstance(output, WorkerOutput):
            raise OutputError(
                f"plugin {plugin!r} returned {type(output).__name__} for worker {spec.name!r}, not a WorkerOutput"
            )
        self.size = self._size(output)
        checked = self.runtime.verified
        known = checked[1] if checked is not None and checked[0] is output else None
        return output.model_copy(update={"provenance": provenance_of(self.planned, self.runtime.asked)}), known

    async def _verify(self, output: WorkerOutput) -> list[Finding]:
        return await collect_findings(self.manager, self.planned.spec, output, self.session)

    def _succeeded(
        self, output: WorkerOutput, findings: list[Finding], stored: StoredResult | None = None
    ) -> WorkerResult:
        name = self.planned.spec.name
        errors = [one for one in findings if is_error(one)]
        status: WorkerStatus = "cached" if stored is not None else "unverified" if errors else "completed"
        try:
            files = project(self.session, self.planned, output)
        except SessionError:
            raise
        except Exception as error:
            raise OutputError(
                f"the notes of worker {name!r} could not be made: {type(error).__name__}: {error}"
            ) from error
        carried, large = carried_output(
            self.session, self.planned, output, files, "revised" if self.runtime.revision else "large"
        )
        details = WorkerFinishedDetails(
            status=status,
            duration_s=round(time.monotonic() - self.started, 6),
            usage=self.usage,
            exchanges=self.runtime.counted,
            model=self.planned.model,
            fingerprint=self.fingerprint,
            fingerprint_parts=short(self.parts),
            reuse=self.reused,
            cached_from=stored.session if stored is not None else "",
            saved=stored.usage if stored is not None else None,
            summary=output.summary,
            output=carried,
            output_file=large,
            output_type=f"{type(output).__module__}:{type(output).__qualname__}",
            artifacts=artifacts_of(name, files),
            error=_verification_error(errors),
            hint="read the findings of its verification in the notes and the journal" if errors else None,
            findings=tuple(one.model_dump(mode="json") for one in findings),
            attempts=self.attempt,
        )
        return WorkerResult(name, ended(name, status, details), status, output, files)

    def _size(self, output: WorkerOutput) -> int:
        try:
            return len(output.model_dump_json())
        except Exception as error:
            raise OutputError(
                f"the output of worker {self.planned.spec.name!r}, of plugin {self.planned.plugin!r}, can't be written "
                f"as JSON: {said_of(error)}",
                f"see the rule output-round-trip of 'hivemind plugins check {self.planned.plugin}'",
            ) from error

    def _failed(self, error: HivemindError, fatal: HivemindError | None = None) -> WorkerResult:
        name = self.planned.spec.name
        status: WorkerStatus = "blocked" if isinstance(error, WorkerBlockedError) else "failed"
        if isinstance(error, BudgetReachedError):
            status = "cancelled"  # its work is not lost: it goes on from here with a larger budget
        details = WorkerFinishedDetails(
            status=status,
            duration_s=round(time.monotonic() - self.started, 6),
            usage=self.usage,
            exchanges=self.runtime.counted,
            model=self.planned.model,
            fingerprint=self.fingerprint,
            fingerprint_parts=short(self.parts),
            reuse=self.reused,
            error=error.message,
            error_type=type(error).__name__,
            hint=error.hint,
            attempts=self.attempt,
        )
        return WorkerResult(name, ended(name, status, details), status, fatal=fatal)

    def _retriable(self, error: HivemindError) -> bool:
        own = self.planned.spec.retries
        allowed = self.settings.retries if own is None else own
        if self.attempt > allowed:
            return False
        if isinstance(error, TransientError):
            return True
        # A worker that asks for retries gets them for whatever its plugin raised; a limit or a block does not pass.
        return own is not None and isinstance(error, PluginError)

    async def _wait_to_retry(self, error: HivemindError) -> None:
        asked = error.retry_after_s if isinstance(error, TransientError) else None
        delay = min(self.settings.backoff_s * 2 ** (self.attempt - 1) if asked is None else asked, MAX_BACKOFF_S)
        self.attempt += 1
        self.runtime.try_again(error)
        details = WorkerRetryingDetails(attempt=self.attempt, delay_s=delay, error=error.message)
        await self.session.record(WorkerRetrying(agent=self.planned.spec.name, details=details))
        await asyncio.sleep(delay)


def _verification_error(errors: list[Finding]) -> str | None:
    if not errors:
        return None
    first = errors[0]
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"not verified: {first.title}{f': {first.detail}' if first.detail else ''}{more}"
