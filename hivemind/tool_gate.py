"""Lets an agent's model see and call the tools that its worker is given, and keeps what is done outside for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic_ai import ModelRetry, ToolFailed
from pydantic_ai.capabilities import AbstractCapability, CapabilityOrdering
from pydantic_ai.tools import DeferredToolResults
from pydantic_ai.toolsets import WrapperToolset

from hivemind.tool_calls import answer, asked_of
from hivemind.tool_marks import only_reads
from hivemind.tool_policy import ToolPolicy

if TYPE_CHECKING:
    from pydantic_ai.messages import ToolCallPart
    from pydantic_ai.tools import DeferredToolApprovalResult, DeferredToolRequests, RunContext, ToolDefinition
    from pydantic_ai.toolsets import AbstractToolset, ToolsetTool

    from hivemind.session_journal import SessionJournal
    from hivemind.tool_journal import Asked, Known, ToolJournal

_SEARCH_TOOL = "search_tools"
"""pydantic-ai's own, by which a model finds tools that it is not shown at first."""
_NOBODY = object()
"""Where nobody answered for a call."""


@dataclass
class ToolGate(AbstractCapability[Any]):
    """Leaves the tools that a worker may not use out of its run, before and after whatever else changes the tools."""

    journal: SessionJournal = field(kw_only=True)
    _passing: set[str] = field(default_factory=set, init=False)
    """Calls that the others are being asked about."""

    @property
    def policy(self) -> ToolPolicy:
        """What its worker may use."""
        return self.journal.policy

    def get_ordering(self) -> CapabilityOrdering:
        """Around all others: none brings back what is left out."""
        return CapabilityOrdering(position="outermost")

    async def prepare_tools(self, ctx: RunContext[Any], tool_defs: list[ToolDefinition]) -> list[ToolDefinition]:
        """Leave out before others wrap the tools: one that calls tools for a model has only these to call."""
        if not self.policy.limits:
            return tool_defs
        self.policy.bring(tool.name for tool in tool_defs)
        allowed = [tool for tool in tool_defs if self.policy.allows(tool.name)]
        if self.policy.allows(_SEARCH_TOOL):
            return allowed
        # A tool on the list that is to be searched for first could not be found: it is there from the beginning.
        return [tool if _of_a_bundle(ctx, tool) else replace(tool, defer_loading=False) for tool in allowed]

    def get_wrapper_toolset(self, toolset: AbstractToolset[Any]) -> AbstractToolset[Any] | None:
        """Leave out what others added."""
        return _Allowed(toolset, self.policy) if self.policy.limits else None

    async def handle_deferred_tool_calls(
        self, ctx: RunContext[Any], *, requests: DeferredToolRequests
    ) -> DeferredToolResults | None:
        """Keep what others do for calls that are made outside of the run; a call on record is not made again.

        Asked first of all, it asks the others itself, so that it sees what they did before a model does.
        """
        root = ctx.tool_manager.root_capability if ctx.tool_manager is not None else None
        mine = [call for call in requests.calls if self._is_mine(ctx, call)]
        results = DeferredToolResults(approvals=await self._approved(requests))
        if root is None or not (mine or results.approvals):
            return None
        begun: dict[str, Known] = {}
        for call in mine:
            asked = self._asked(call)
            known = await self._tools.known(asked)
            if known is not None:
                results.calls[call.tool_call_id] = await _or_raised(answer(self._tools, known))
            elif self.journal.runtime.session.stopping:
                raise asyncio.CancelledError
            else:
                known = begun[call.tool_call_id] = await self._tools.start(asked)
            self.journal.calls.append(known)
        left = requests.remaining(results)
        if left is not None:
            began = time.monotonic()
            more = await self._others(root, ctx, left)
            for call_id, known in begun.items():
                more.calls[call_id] = await self._ended(known, more.calls.get(call_id, _NOBODY), began)
                if more.calls[call_id] is _NOBODY:
                    del more.calls[call_id]
            results.update(more)
        return results

    @property
    def _tools(self) -> ToolJournal:
        return self.journal.runtime.tools

    def _asked(self, call: ToolCallPart) -> Asked:
        return asked_of(call, self.journal.current, self.journal.runtime.session.redactor.text)

    def _is_mine(self, ctx: RunContext[Any], call: ToolCallPart) -> bool:
        found = (ctx.tool_manager.tools or {}).get(call.tool_name) if ctx.tool_manager is not None else None
        if call.tool_call_id in self._passing:
            return False
        return found is None or not only_reads(found.tool_def.tool_kind, found.tool_def.metadata, None)

    async def _approved(self, requests: DeferredToolRequests) -> dict[str, bool | DeferredToolApprovalResult]:
        """Calls that need leave and are on record: they had it, and are answered from there."""
        return {
            call.tool_call_id: True
            for call in requests.approvals
            if call.tool_call_id not in self._passing and await self._tools.known(self._asked(call), use=False)
        }

    async def _others(
        self, root: AbstractCapability[Any], ctx: RunContext[Any], requests: DeferredToolRequests
    ) -> DeferredToolResults:
        passing = {call.tool_call_id for call in (*requests.calls, *requests.approvals)}
        self._passing |= passing
        try:
            return await root.handle_deferred_tool_calls(ctx, requests=requests) or DeferredToolResults()
        finally:
            self._passing -= passing

    async def _ended(self, known: Known, given: object, began: float) -> object:
        """Put on record what somebody else gave for a call; what the model is told comes back."""
        if given is _NOBODY:
            await self._tools.finish(known, "not_run", began)
            return given
        match given:
            case ToolFailed():
                await self._tools.finish(known, "failed", began, error=given.message)
            case ModelRetry():
                await self._tools.finish(known, "retry", began, error=given.message)
            case _:
                await self._tools.finish(known, "done", began, result=given)
        return await _or_raised(answer(self._tools, known))


def _of_a_bundle(ctx: RunContext[Any], tool: ToolDefinition) -> bool:
    """Whether a tool comes with a capability that a model loads with its instructions, and not without them."""
    owner = ctx.capabilities.get(tool.capability_id) if tool.capability_id is not None else None
    return owner is not None and owner.defer_loading is True


async def _or_raised(answering: Awaitable[object]) -> object:
    """An answer, or the failure that is one."""
    try:
        return await answering
    except (ToolFailed, ModelRetry) as said:
        return said


@dataclass
class _Allowed(WrapperToolset[Any]):
    policy: ToolPolicy

    async def get_tools(self, ctx: RunContext[Any]) -> dict[str, ToolsetTool[Any]]:
        tools = await super().get_tools(ctx)
        self.policy.bring(tools)
        return {name: tool for name, tool in tools.items() if self.policy.allows(name)}
