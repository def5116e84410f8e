"""The rules of what a plugin is before any of its work runs: distribution, import, hooks, workers, types."""

from __future__ import annotations

from hivemind.conformance.rule import Rule

DECLARED: tuple[Rule, ...] = (
    Rule(
        "metadata",
        "the distribution says what it is",
        "A distribution names its plugins in the entry-point group 'hivemind.plugins', each once and with a name "
        "that a command line can take, and requires 'hivemind-orchestrator'.",
        'declare it in pyproject.toml: dependencies = ["hivemind-orchestrator"], and [project.entry-'
        'points."hivemind.plugins"] name = "package.plugin"',
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
        needs=("loads",),
    ),
    Rule(
        "import-cost",
        "the import is light",
        "The entry point's module is imported for almost every command; it pulls in no heavy package, such as "
        "pydantic_ai, networkx, tree_sitter, sqlglot, sqlalchemy or numpy, and none that brings very much code.",
        "import it inside the function that uses it, or under 'if TYPE_CHECKING:' where only annotations name it",
        "loading",
        "import_cost:import_cost",
        needs=("loads",),
    ),
    Rule(
        "hook-api-version",
        "made for this hook API",
        "HOOK_API_VERSION, where the module declares it, is a version whose major part this hivemind has, and "
        "HOOK_API_MINIMUM is none that is newer.",
        "declare HOOK_API_VERSION = 1 in the entry point's module, or upgrade hivemind-orchestrator",
        "loading",
        "hooks:hook_api_version",
        needs=("loads",),
    ),
    Rule(
        "hook-names",
        "every hook is known",
        "The plugin implements at least one hook; every function that is marked with @hookimpl is a hook of the "
        "core or of an installed plugin, and every function named like a hook of the core is marked.",
        "take the hook's name from the reference of hooks, and mark the function with @hookimpl",
        "loading",
        "hooks:hook_names",
        needs=("loads",),
    ),
    Rule(
        "hook-signatures",
        "hooks take what they are given",
        "A hook takes only arguments that its spec has, under the spec's names, and none of them with a default, "
        "which would never be replaced by the value.",
        "name only arguments of the spec; those that the hook does not need may be left out",
        "loading",
        "hooks:hook_signatures",
        needs=("loads",),
    ),
    Rule(
        "async-shape",
        "async only where it is awaited",
        "Registration hooks and hivemind_execute are plain functions, no hook is an async generator, and none is "
        "a wrapper (pluggy's wrappers end before a coroutine runs).",
        "make it a plain def; hivemind_execute returns an awaitable, such as the coroutine of another function",
        "loading",
        "hooks:async_shape",
        needs=("loads",),
    ),
    Rule(
        "registration",
        "registration hooks give what they must",
        "hivemind_workers gives WorkerSpecs (or mappings that are some), hivemind_engines engines, "
        "hivemind_models model families, hivemind_commands commands whose names are not the core's; none raises "
        "or hangs.",
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
        needs=("registration",),
    ),
    Rule(
        "worker-names",
        "workers have names of their own",
        "No two workers of the plugin have one name or share the names of their files, and none has the name of "
        "an installed worker.",
        "give the worker a name that nobody else has, such as one that begins with your distribution's",
        "plain",
        "workers:worker_names",
        needs=("registration",),
    ),
    Rule(
        "worker-words",
        "workers say who they are",
        "Each worker has a role and a description that say something: people and planners choose by them.",
        "write one sentence that says what the worker does and on what",
        "plain",
        "workers:worker_words",
        needs=("registration",),
    ),
    Rule(
        "edges",
        "dependencies can be resolved",
        "Each name in requires, after and aligns_with is a worker, a role or a capability:NAME of the plugin or "
        "of an installed one; no worker waits for itself, and hivemind_edges adds only edges between workers of "
        "the plan.",
        "mend the name, install the plugin that brings it, or take the edge out that closes the circle",
        "plain",
        "workers:edges",
        needs=("registration",),
    ),
    Rule(
        "code-paths",
        "the code that workers name is there",
        "output_type is a class that extends WorkerOutput; agent makes a pydantic_ai.Agent without arguments; "
        "rules is called with (task, context), notes with (output), each toolset with (task).",
        "write it as 'package.module:name', and give the function the arguments that it is called with",
        "plain",
        "code_named:code_paths",
        needs=("registration",),
    ),
    Rule(
        "declared-limits",
        "tools and paths can be enforced",
        "tools names tools that the worker can be given, paths are globs in the repository, and nothing is "
        "declared that nobody could hold to, such as paths for tools that read what they like.",
        "name tools that there are, write paths such as 'src/**', or take the field out",
        "plain",
        "declared_limits:declared_limits",
        needs=("registration",),
    ),
    Rule(
        "output-schema",
        "a model can fill the output",
        "The output type has a JSON schema that is the same in every process, shows every required field, and "
        "holds nothing that JSON can't carry.",
        "use types that JSON knows (str, int, bool, list, dict, models, Literal), tuples instead of sets, and "
        "defaults for what the schema does not show",
        "plain",
        "outputs:output_schema",
        twice=True,
        needs=("registration",),
    ),
)
