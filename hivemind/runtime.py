"""What a plugin's agent runs in: the resolved model, the journal, the limits and the read-only tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hivemind.config import Settings
from hivemind.errors import HivemindError, TransientError, WorkerBlockedError
from hivemind.events import WorkerProgress, WorkerProgressDetails
from hivemind.models import EMBEDDED, Context, Finding, PlannedWorker, Usage, WorkerOutput
from hivemind.plugins import PluginManager
from hivemind.session.folder import SessionFolder

if TYPE_CHECKING:
    from pydantic_ai import Agent

    from hivemind.tool_journal import ToolJournal
    from hivemind.transcript import Exchange, Transcript
    from hivemind.verification.rounds import Revision

OutputT = TypeVar("OutputT", bound=WorkerOutput)


class WorkerRuntime:
    """The runtime of one worker's run; implements `Runtime` for plugins."""

    def __init__(
        self,
        manager: PluginManager,
        session: SessionFolder,
        planned: PlannedWorker,
        settings: Settings,
        *,
        resume: bool = False,
    ) -> None:
        self.manager = manager
        self.session = session
        self.planned = planned
        self.settings = settings
        self.model = planned.model
        self.worker = planned.spec.name
        known = session.state.workers.get(self.worker) if resume else None
        self.usage = known.usage if known else Usage()
        self._known_exchanges = frozenset(known.exchanges) if known else frozenset()
        self._others_exchanges = frozenset(known.earlier_exchanges) if known else frozenset()
        self.asking = 0
        """Requests under way: several agents of one worker share its limit."""
        self.context: Context | None = None
        self.resume = resume
        """Whether the answers that an earlier process left on disk are used."""
        self.verified: tuple[WorkerOutput, list[Finding]] | None = None
        """The last output that an agent gave, and what the checks found in it."""
        self.revision: Revision | None = None
        """What is to be mended in a result that was verified before."""
        self._transcript: Transcript | None = None
        self._tools: ToolJournal | None = None
        self.brought: set[str] = set()
        """The names of the tools that this worker's agents brought so far, whether it may use them or not."""

    def try_again(self, error: HivemindError) -> None:
        """Begin another attempt: after a failure that may pass, the answers that are there are used again; after any
        other, the model is asked anew, as its answers may be what failed."""
        if self._transcript is not None:
            self._transcript.begin_attempt(reuse=isinstance(error, TransientError))
        if self._tools is not None:
            self._tools.begin_attempt()

    @property
    def transcript(self) -> Transcript:
        """The model turns of this run."""
        if self._transcript is None:
            from hivemind.transcript import Transcript

            self._transcript = Transcript(self.session, self.planned.spec.slug, resume=self.resume)
            if any(exchange.number in self._others_exchanges for exchange in self._transcript.exchanges):
                # The run that this one goes on from had made no request: what is on disk is of a run before it.
                self._transcript = Transcript(self.session, self.planned.spec.slug)
            for exchange in self._transcript.exchanges:
                # An answer that was kept just before a kill may not have been counted.
                exchange.counted = exchange.number in self._known_exchanges
        return self._transcript

    @property
    def tools(self) -> ToolJournal:
        """What this worker's tools that may write have done in this session, its earlier runs included."""
        if self._tools is None:
            from hivemind.tool_journal import ToolJournal

            self._tools = ToolJournal(self.session, self.worker, self.planned.spec.slug)
        return self._tools

    def count(self, exchange: Exchange) -> None:
        """Add what an answer used to this run's sum, once."""
        if not exchange.counted:
            exchange.counted = True
            self.usage += exchange.usage

    @property
    def counted(self) -> tuple[int, ...]:
        """The numbers of the recorded answers that this run's sum counts: what goes on from it counts them no more."""
        own = self._transcript.exchanges if self._transcript is not None else ()
        return tuple(sorted(self._known_exchanges.union(one.number for one in own if one.counted)))

    @property
    def asked(self) -> bool:
        """Whether a model was asked."""
        return self.usage.requests > 0

    async def run(self, agent: Agent[Any, OutputT], prompt: str, *, deps: object = None) -> OutputT:
        """Run a pydantic-ai agent with everything that the session adds.

        Raises:
            WorkerBlockedError: The model is `embedded`, which is no language model.
            WorkerError: The model failed; a TransientError where another try may help.
        """
        if self.model == EMBEDDED:
            raise WorkerBlockedError(
                f"worker {self.worker!r} asks a language model, and 'embedded' is none",
                "choose a model with --model or HIVEMIND_MODEL",
            )
        from hivemind.agent import run_agent

        return await run_agent(self, agent, prompt, deps)

    async def progress(self, message: str, **details: object) -> None:
        """Say in the journal what the worker is doing."""
        said = WorkerProgressDetails.model_validate({**details, "message": message})
        await self.session.record(WorkerProgress(agent=self.worker, details=said))
