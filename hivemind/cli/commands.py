"""The core's commands by name: where each is, and what the top-level help says of it, without loading one."""

from __future__ import annotations

CORE: dict[str, tuple[str, str]] = {
    "run": ("hivemind.cli.run:command", "Run a task through the workers."),
    "plan": ("hivemind.cli.plan:command", "Show what a run would do and take, before anything runs."),
    "resume": ("hivemind.cli.resume:resume", "Go on with a session that was stopped or killed."),
    "retry": ("hivemind.cli.resume:retry", "Run again what failed in a session, and what depends on it."),
    "cancel": ("hivemind.cli.cancel:command", "Stop what another process runs in a session."),
    "watch": ("hivemind.cli.watch:command", "Watch a session that runs, also one of another process."),
    "diff": ("hivemind.cli.diff:command", "Compare two sessions, worker by worker."),
    "explain": ("hivemind.cli.explain:command", "Say why each worker of a session ran, was cached or did not run."),
    "cache": ("hivemind.cli.cache:group", "List and clear the results that later sessions take."),
    "sessions": ("hivemind.cli.sessions:group", "List sessions, show one, follow its events."),
    "workers": ("hivemind.cli.workers:group", "List workers, show one, run one by itself."),
    "plugins": ("hivemind.cli.plugins:group", "List, check, block and trust plugins."),
    "agents": ("hivemind.cli.agents:group", "Check, import and export agent files."),
    "graph": ("hivemind.cli.graph:group", "Show which worker waits for which, and why."),
    "models": ("hivemind.cli.models:command", "Show which models would be asked, and which keys are set."),
    "config": ("hivemind.cli.settings:group", "Show the settings and where each comes from."),
    "doctor": ("hivemind.cli.doctor:command", "Check the environment: versions, keys, plugins, folders."),
    "completion": ("hivemind.cli.completion:command", "Print the script that completes commands in a shell."),
}
"""Name to (import path, short help)."""
