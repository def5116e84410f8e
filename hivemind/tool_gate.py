# ruff: noqa: ARG002  (the hooks of pydantic-ai's capabilities are called with all their arguments by name)
"""Lets an agent's model see and call the tools that its worker is given, and keeps what is done outside for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic_ai.capabilities import AbstractCapability, CapabilityOrdering
from pydantic_ai.toolsets import WrapperToolset

from hivemind.tool_policy import ToolPolicy

if TYPE_CHECKING:
    from pydantic_ai.tools import RunContext, ToolDefinition
    from pydantic_ai.toolsets import AbstractToolset, ToolsetTool

    from hivemind.runtime import WorkerRuntime


@dataclass
class ToolGate(AbstractCapability[Any]):
    """Leaves the tools that a worker may not use out of its run, before and after whatever else changes the tools."""

    runtime: WorkerRuntime = field(kw_only=True)
    policy: ToolPolicy = field(kw_only=True)

    def get_ordering(self) -> CapabilityOrdering:
        """Around all others: none brings back what is left out."""
        return CapabilityOrdering(position="outermost")

    async def prepare_tools(self, ctx: RunContext[Any], tool_defs: list[ToolDefinition]) -> list[ToolDefinition]:
        """Leave out before others wrap the tools: one that calls tools for a model has only these to call."""
        if not self.policy.limits:
            return tool_defs
        self.policy.bring(tool.name for tool in tool_defs)
        return [tool for tool in tool_defs if self.policy.allows(tool.name)]

    def get_wrapper_toolset(self, toolset: AbstractToolset[Any]) -> AbstractToolset[Any] | None:
        """Leave out what others added."""
        return _Allowed(toolset, self.policy) if self.policy.limits else None


@dataclass
class _Allowed(WrapperToolset[Any]):
    policy: ToolPolicy

    async def get_tools(self, ctx: RunContext[Any]) -> dict[str, ToolsetTool[Any]]:
        tools = await super().get_tools(ctx)
        self.policy.bring(tools)
        return {name: tool for name, tool in tools.items() if self.policy.allows(name)}
