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
        "A distribution names its plugins in the entry-point group 'hivemind.plugins', each once and with a name that "
        "a command line can take, and requires 'hivemind-orchestrator'.",
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
        "Importing the module leaves the working folder, sys.path, the environment, signal handlers, the asyncio "
        "policy, warnings, logging and the like as they were, and starts no thread.",
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
        "HOOK_API_VERSION, where the module declares it, is a whole number from 1 to the version that this hivemind "
        "has.",
        "declare HOOK_API_VERSION = 1 in the entry point's module, or upgrade hivemind-orchestrator",
        "loading",
        "hooks:hook_api_version",
    ),
    Rule(
        "hook-names",
        "every hook is known",
        "The plugin implements at least one hook; every function that is marked with @hookimpl is a hook of the core or "
        "of an installed plugin, and every function named like a hook of the core is marked.",
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
    Rule(
        "registration",
        "registration hooks give what they must",
        "hivemind_workers gives WorkerSpecs (or mappings that are some), hivemind_engines engines, hivemind_models model "
        "families, hivemind_commands commands whose names are not the core's; none raises or hangs.",
        "give only what the hook's section in the reference names, and mend what it raises",
        "plain",
        "registration:registration",
    ),
    Rule(
        "registration-deterministic",
        "registration gives the same each time",
        "Registration hooks give the same when they are called again, and in another process with another hash seed.",
        "take nothing from the clock, from random numbers, or from the order of a set: sort it",
        "plain",
        "registration:registration_deterministic",
        twice=True,
    ),
    Rule(
        "worker-names",
        "workers have names of their own",
        "No two workers of the plugin have one name or share the names of their files, and none has the name of an "
        "installed worker.",
        "give the worker a name that nobody else has, such as one that begins with your distribution's",
        "plain",
        "workers:worker_names",
    ),
    Rule(
        "worker-words",
        "workers say who they are",
        "Each worker has a role and a description that say something: people and planners choose by them.",
        "write one sentence that says what the worker does and on what",
        "plain",
        "workers:worker_words",
    ),
    Rule(
        "edges",
        "dependencies can be resolved",
        "Each name in requires, after and aligns_with is a worker, a role or a capability:NAME of the plugin or of an "
        "installed one; no worker waits for itself, and hivemind_edges adds only edges between workers of the plan.",
        "mend the name, install the plugin that brings it, or take the edge out that closes the circle",
        "plain",
        "workers:edges",
    ),
    Rule(
        "code-paths",
        "the code that workers name is there",
        "output_type is a class that extends WorkerOutput; agent makes a pydantic_ai.Agent without arguments; rules is "
        "called with (task, context), notes with (output), each toolset with (task).",
        "write it as 'package.module:name', and give the function the arguments that it is called with",
        "plain",
        "code_named:code_paths",
    ),
    Rule(
        "declared-limits",
        "tools and paths can be enforced",
        "tools names tools that the worker can be given, paths are globs in the repository, and nothing is declared that "
        "nobody could hold to, such as paths for tools that read what they like.",
        "name tools that there are, write paths such as 'src/**', or take the field out",
        "plain",
        "declared_limits:declared_limits",
    ),
    Rule(
        "output-schema",
        "a model can fill the output",
        "The output type has a JSON schema that is the same in every process, shows every required field, and holds "
        "nothing that JSON can't carry.",
        "use types that JSON knows (str, int, bool, list, dict, models, Literal), tuples instead of sets, and defaults "
        "for what the schema does not show",
        "plain",
        "outputs:output_schema",
        twice=True,
    ),
    Rule(
        "contexts-deterministic",
        "contexts are the same each time",
        "hivemind_load_context gives the same bytes for the same repository: when it is called again, and in another "
        "process with another hash seed.",
        "take nothing from the clock, from random numbers, from addresses of objects, or from the order of a set or a "
        "folder: sort it",
        "plain",
        "contexts:contexts_deterministic",
        twice=True,
    ),
    Rule(
        "context-budget",
        "contexts fit",
        "What the plugin gives one worker for a small repository fits into the budget of a context, in fragments with "
        "names of their own.",
        "give the most important first and less of it, and say in 'omitted' how much was left out",
        "plain",
        "contexts:context_budget",
    ),
    Rule(
        "others-workers",
        "workers of others are left alone",
        "hivemind_execute returns None for a worker that is not the plugin's, and hivemind_verify and hivemind_publish "
        "raise nothing for an output that is not theirs.",
        "look at worker.name or at the output's type first, and return None or an empty list for all others",
        "plain",
        "neighbours:others_workers",
    ),
    Rule(
        "event-listener",
        "every event can be heard",
        "hivemind_event raises for no type of event, also not for one of a later version, and returns soon.",
        "look at event.type first, and pass over what the listener does not know",
        "plain",
        "neighbours:event_listener",
        limit_s=30.0,
    ),
    Rule(
        "embedded-run",
        "workers with rules work without a model",
        "In a real session on a small repository, with the embedded model, each worker that has rules, or an execution of "
        "its own, completes with an output that its checks accept.",
        "run it: hivemind run TASK --worker NAME --model embedded, and mend what its notes and events say",
        "running",
        "running:embedded_run",
        limit_s=40.0,
    ),
    Rule(
        "model-run",
        "workers work with a test model",
        "In a real session with a model that answers from the output's schema alone (no real model is asked), agent "
        "factories, instructions, tools and output types work together.",
        "run the agent with pydantic_ai.models.test.TestModel, and mend what it raises; where validators refuse what the "
        "schema allows, say so in the schema (pattern, minLength, examples)",
        "running",
        "running:model_run",
        limit_s=40.0,
    ),
    Rule(
        "output-round-trip",
        "JSON carries the output there and back",
        "An output that was made from the schema, or by the worker's rules, is the same after it became JSON and an output "
        "again: sessions keep outputs as JSON.",
        "leave no field out of the JSON (exclude, private attributes), and make validators accept what serializers write",
        "running",
        "outputs:output_round_trip",
    ),
    Rule(
        "publish-idempotent",
        "publishing can be repeated",
        "hivemind_publish raises nothing, claims only files that are there, and when it is called again for one output, as "
        "a resumed session does, it leaves the same files with the same bytes.",
        "write each file whole and under a fixed name; put no time and no counter into names or contents",
        "running",
        "publishing:publish_idempotent",
    ),
    Rule(
        "files",
        "files stay inside the session",
        "During a run nothing is made, changed or taken away in the repository, in the home folder or elsewhere; only the "
        "session folder, the cache folder (XDG_CACHE_HOME) and the temporary folder may be written.",
        "write with session.write_file(worker.name, path, content), or give files in the output",
        "running",
        "running:files",
    ),
    Rule(
        "redaction",
        "no secret is written",
        "A secret that stands in the environment or in the repository stands in no file after a run, neither in the "
        "session folder nor in one that the plugin wrote by itself.",
        "write text with session.write_file, which redacts it; do not read key variables, and do not copy files as bytes",
        "running",
        "running:redaction",
    ),
    Rule(
        "no-network",
        "no network without a model",
        "Importing the plugin, registering it and running its workers without a real model connects to nothing but this "
        "machine and looks up no other name.",
        "do without, or ask through the model's tools; a worker that can't work offline raises WorkerBlockedError",
        "running",
        "running:no_network",
    ),
    Rule(
        "cancellation",
        "a cancelled worker ends",
        "A worker that is cancelled while it runs ends within two seconds, as cancelled.",
        "let asyncio.CancelledError through (catch Exception, not BaseException), and block the loop with nothing: use "
        "asyncio.to_thread",
        "stopping",
        "stopping:cancellation",
        limit_s=30.0,
    ),
    Rule(
        "timeout",
        "timeout_s is kept",
        "A worker that takes longer than its timeout_s ends then and is told as timed out; the time is kept by "
        "cancelling it, so what swallows a cancellation breaks this rule too.",
        "block the event loop with nothing, not even before hivemind_execute returns its awaitable: use asyncio.to_thread",
        "stopping",
        "stopping:timeout",
        limit_s=30.0,
    ),
)

RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}
"""All rules by name, in the order in which they are told."""
