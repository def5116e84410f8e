"""Which tools a worker's model may see and call: where its spec says so, those and no others, whoever brings them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hivemind.models import WorkerSpec
from hivemind.repository_tools import check_tools, known_elsewhere, ours

if TYPE_CHECKING:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.toolsets import AbstractToolset


@dataclass
class ToolPolicy:
    """The list of one worker's tools, held against what there is."""

    spec: WorkerSpec
    brought: set[str] = field(default_factory=set)
    """The names of all tools that something brought so far, allowed or not."""
    checked: bool = False

    @property
    def limits(self) -> bool:
        """Whether there is a list at all."""
        return self.spec.tools is not None

    def bring(self, names: Iterable[str]) -> None:
        """Say what tools there are."""
        self.brought.update(names)

    def allows(self, name: str) -> bool:
        """Whether a tool may be seen and called. A name of Claude Code's stands for ours where no tool is called so."""
        declared = self.spec.tools
        if declared is None or name in declared:
            return True
        return any(ours(one) == name for one in declared if one not in self.brought)

    def limited(self, parameters: ModelRequestParameters) -> ModelRequestParameters:
        """What is sent to a model, without tools that it may not use, the provider's own included.

        Raises:
            DefinitionError: The list names a tool that nothing brings.
        """
        if not self.limits:
            return parameters
        self.bring(tool.name for tool in parameters.function_tools)
        for native in parameters.native_tools:
            self.bring((native.kind, native.unique_id))
        if not self.checked:
            check_tools(self.spec, self.brought)
            self.checked = True
        function_tools = [tool for tool in parameters.function_tools if self.allows(tool.name)]
        native_tools = [
            tool for tool in parameters.native_tools if self.allows(tool.unique_id) or self.allows(tool.kind)
        ]
        return replace(parameters, function_tools=function_tools, native_tools=native_tools)

    def not_given(self) -> tuple[str, ...]:
        """The tools that the list names, that are known, and that no worker gets."""
        return tuple(name for name in self.spec.tools or () if known_elsewhere(name) and name not in self.brought)


def names_of(toolset: AbstractToolset[Any]) -> set[str]:
    """The tools that a toolset brings, as far as that is known before a run: those of a server are not."""
    from pydantic_ai.toolsets import CombinedToolset, FunctionToolset, PrefixedToolset, RenamedToolset, WrapperToolset

    match toolset:
        case FunctionToolset():
            return set(toolset.tools)
        case CombinedToolset():
            return {name for one in toolset.toolsets for name in names_of(one)}
        case PrefixedToolset():
            return {f"{toolset.prefix}_{name}" for name in names_of(toolset.wrapped)}
        case RenamedToolset():
            renamed = {old: new for new, old in toolset.name_map.items()}
            return {renamed.get(name, name) for name in names_of(toolset.wrapped)}
        case WrapperToolset():
            return names_of(toolset.wrapped)
        case _:
            return set()
