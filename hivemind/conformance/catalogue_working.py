"""The rules of a plugin's work: contexts, runs, files, secrets, network, stopping."""

from __future__ import annotations

from hivemind.conformance.rule import Rule

WORKING: tuple[Rule, ...] = (
    Rule(
        "contexts-deterministic",
        "contexts are the same each time",
        "hivemind_load_context gives the same bytes for the same repository: when it is called again, and in "
        "another process with another hash seed.",
        "take nothing from the clock, from random numbers, from addresses of objects, or from the order of a set "
        "or a folder: sort it",
        "plain",
        "contexts:contexts_deterministic",
        twice=True,
        needs=("registration",),
    ),
    Rule(
        "context-budget",
        "contexts fit",
        "What the plugin gives one worker for a small repository fits into the budget of a context, in fragments "
        "with names of their own.",
        "give the most important first and less of it, and say in 'omitted' how much was left out",
        "plain",
        "contexts:context_budget",
        needs=("registration",),
    ),
    Rule(
        "others-workers",
        "workers of others are left alone",
        "hivemind_execute returns None for a worker that is not the plugin's, and hivemind_verify and "
        "hivemind_publish raise nothing for an output that is not theirs.",
        "look at worker.name or at the output's type first, and return None or an empty list for all others",
        "plain",
        "neighbours:others_workers",
        needs=("registration",),
    ),
    Rule(
        "event-listener",
        "every event can be heard",
        "hivemind_event raises for no type of event, also not for one of a later version, and returns soon.",
        "look at event.type first, and pass over what the listener does not know",
        "plain",
        "neighbours:event_listener",
        needs=("registration",),
        limit_s=30.0,
    ),
    Rule(
        "embedded-run",
        "workers with rules work without a model",
        "In a real session on a small repository, with the embedded model, each worker that has rules, or an "
        "execution of its own, completes with an output that its checks accept.",
        "run it: hivemind run TASK --worker NAME --model embedded, and mend what its notes and events say",
        "running",
        "running:embedded_run",
        needs=("registration", "edges", "code-paths", "output-schema"),
        limit_s=20.0,
    ),
    Rule(
        "model-run",
        "workers work with a test model",
        "In a real session with a model that answers from the output's schema alone (no real model is asked), "
        "agent factories, instructions, tools and output types work together.",
        "run the agent with pydantic_ai.models.test.TestModel, and mend what it raises; where validators refuse "
        "what the schema allows, say so in the schema (pattern, minLength, examples)",
        "running",
        "running:model_run",
        needs=("registration", "edges", "code-paths", "output-schema", "declared-limits"),
        limit_s=20.0,
    ),
    Rule(
        "output-round-trip",
        "JSON carries the output there and back",
        "An output that was made from the schema, or by the worker's rules, is the same after it became JSON and "
        "an output again: sessions keep outputs as JSON.",
        "leave no field out of the JSON (exclude, private attributes), and make validators accept what "
        "serializers write",
        "running",
        "outputs:output_round_trip",
        needs=("registration", "edges", "code-paths", "output-schema"),
    ),
    Rule(
        "publish-idempotent",
        "publishing can be repeated",
        "hivemind_publish raises nothing, claims only files that are there, and when it is called again for one "
        "output, as a resumed session does, it leaves the same files with the same bytes.",
        "write each file whole and under a fixed name; put no time and no counter into names or contents",
        "running",
        "publishing:publish_idempotent",
        needs=("registration", "edges", "code-paths"),
    ),
    Rule(
        "files",
        "files stay inside the session",
        "During a run nothing is made, changed or taken away in the repository, in the home folder or elsewhere; "
        "only the session folder, the cache folder (XDG_CACHE_HOME) and the temporary folder may be written.",
        "write with session.write_file(worker.name, path, content), or give files in the output",
        "running",
        "running:files",
        needs=("registration",),
    ),
    Rule(
        "redaction",
        "no secret is written",
        "A secret that stands in the environment or in the repository stands in no file after a run, neither in "
        "the session folder nor in one that the plugin wrote by itself.",
        "write text with session.write_file, which redacts it; do not read key variables, and do not copy files "
        "as bytes",
        "running",
        "running:redaction",
        needs=("registration",),
    ),
    Rule(
        "no-network",
        "no network without a model",
        "Importing the plugin, registering it and running its workers without a real model connects to nothing "
        "but this machine and looks up no other name.",
        "do without, or ask through the model's tools; a worker that can't work offline raises WorkerBlockedError",
        "running",
        "running:no_network",
        needs=("registration",),
    ),
    Rule(
        "cancellation",
        "a cancelled worker ends",
        "A worker that is cancelled while it runs ends within two seconds, as cancelled.",
        "let asyncio.CancelledError through (catch Exception, not BaseException), and block the loop with "
        "nothing: use asyncio.to_thread",
        "stopping",
        "stopping:cancellation",
        needs=("registration", "edges", "code-paths", "output-schema"),
        limit_s=20.0,
    ),
    Rule(
        "timeout",
        "timeout_s is kept",
        "A worker that takes longer than its timeout_s ends then and is told as timed out; the time is kept by "
        "cancelling it, so what swallows a cancellation breaks this rule too.",
        "block the event loop with nothing, not even before hivemind_execute returns its awaitable: use "
        "asyncio.to_thread",
        "stopping",
        "stopping:timeout",
        needs=("registration", "edges", "code-paths", "output-schema", "cancellation"),
        limit_s=15.0,
    ),
)
