"""All rules: what each says, what to do about it, and which code looks. Data only: listing them imports nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Process = Literal["here", "loading", "plain", "running", "stopping"]
"""Where a rule is looked at: in the checking process (it runs no code of the plugin), or in one of four others."""


@dataclass(frozen=True)
class Rule:
    """One rule of the contract."""

    name: str
    title: str
    says: str
    remedy: str
    process: Process
    code: str
    """The function that looks: `module:name` below this package."""
    twice: bool = False
    """Whether a second process, with another hash seed, must see the same."""
    limit_s: float = 20.0
    """After which the process that looks is ended."""


_ALL = (
    Rule(
        "metadata",
        "the distribution says what it is",
        "A distribution names its plugins in the entry-point group 'hivemind.plugins', each once and with a name that a "
        "command line can take, and requires 'hivemind-orchestrator'.",
        'declare it in pyproject.toml: dependencies = ["hivemind-orchestrator"], and '
        '[project.entry-points."hivemind.plugins"] name = "package.plugin"',
        "here",
        "metadata:metadata",
    ),
    Rule(
        "loads",
        "the plugin can be imported",
        "Importing the entry point's module works and says nothing on stdout or stderr.",
        "import the module by itself (python -c 'import MODULE'), mend what it raises, and print nothing at import",
        "loading",
        "loading:loads",
    ),
    Rule(
        "import-effects",
        "the import changes nothing around it",
        "Importing the module leaves the working folder, sys.path, the environment, signal handlers, the asyncio policy, "
        "warnings, logging and the like as they were, and starts no thread.",
        "do it inside the function that needs it, and take it back at its end",
        "loading",
        "loading:import_effects",
    ),
    Rule(
        "import-cost",
        "the import is light",
        "The entry point's module is imported for almost every command; it pulls in no heavy package, such as "
        "pydantic_ai, networkx, tree_sitter, sqlglot, sqlalchemy or numpy, and none that brings very much code.",
        "import it inside the function that uses it, or under 'if TYPE_CHECKING:' where only annotations name it",
        "loading",
        "import_cost:import_cost",
    ),
    Rule(
        "hook-api-version",
        "made for this hook API",
        "HOOK_API_VERSION, where the module declares it, is a whole number from 1 to the version that this hivemind has.",
        "declare HOOK_API_VERSION = 1 in the entry point's module, or upgrade hivemind-orchestrator",
        "loading",
        "hooks:hook_api_version",
    ),
    Rule(
        "hook-names",
        "every hook is known",
        "The plugin implements at least one hook; every function that is marked with @hookimpl is a hook of the core or of "
        "an installed plugin, and every function named like a hook of the core is marked.",
        "take the hook's name from the reference of hooks, and mark the function with @hookimpl",
        "loading",
        "hooks:hook_names",
    ),
    Rule(
        "hook-signatures",
        "hooks take what they are given",
        "A hook takes only arguments that its spec has, under the spec's names, and none of them with a default, which "
        "would never be replaced by the value.",
        "name only arguments of the spec; those that the hook does not need may be left out",
        "loading",
        "hooks:hook_signatures",
    ),
    Rule(
        "async-shape",
        "async only where it is awaited",
        "Registration hooks and hivemind_execute are plain functions, no hook is an async generator, and none is a "
        "wrapper (pluggy's wrappers end before a coroutine runs).",
        "make it a plain def; hivemind_execute returns an awaitable, such as the coroutine of another function",
        "loading",
        "hooks:async_shape",
    ),
)

RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}
"""All rules by name, in the order in which they are told."""
