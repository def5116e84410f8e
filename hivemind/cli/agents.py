"""`hivemind agents`: check, import and export Markdown agent files."""

from __future__ import annotations

from pathlib import Path

import click

from hivemind.cli import options
from hivemind.cli.agent_check import check
from hivemind.cli.agent_documents import AgentsDocument, AgentShown
from hivemind.cli.agent_export import export
from hivemind.cli.agent_import import import_
from hivemind.cli.output import emit, one_line, say, tell


@click.group("agents", short_help="Check, import and export agent files.")
def group() -> None:
    """Check, import and export agent files of the Claude Code form.

    \b
    Example:
      hivemind agents check
      hivemind agents export --to .claude/agents
    """


@group.command(
    "list",
    short_help="List the agent files that are found.",
    epilog=options.example("hivemind agents list", "hivemind agents list --user-agents --json"),
)
@options.repo_option
@options.json_option
@options.everywhere
def list_(repo: Path | None, as_json: bool) -> None:
    """List the agent files of the repository, and where asked for the user's: what each gives, or runs."""
    from hivemind.agent_files.loading import load_agent_files
    from hivemind.cli.figures import columns
    from hivemind.cli.opening import configure, open_plugins, open_workers

    configuration = configure(repo)
    registry = open_workers(configuration, open_plugins(configuration))
    loaded = load_agent_files(configuration.repo, user_agents=configuration.settings.user_agents)
    shown = [AgentShown(file=name, state="passed over") for name in loaded.passed_over]
    shown += [AgentShown(file=error.message.partition(":")[0], state="failed") for error in loaded.failed]
    for file in loaded.files:
        name = file.spec.name
        if file.where in registry.wrappers:
            shown.append(AgentShown(file=file.where, state="wrapper", worker=registry.wrappers[file.where]))
        elif name in registry.duplicates or registry.workers[name].source != file.where:
            shown.append(AgentShown(file=file.where, state="collision", worker=name))
        else:
            shown.append(AgentShown(file=file.where, state="worker", worker=name))
    shown.sort(key=lambda one: one.file)
    if as_json:
        emit(AgentsDocument(files=tuple(shown)))
        return
    rows: list[tuple[str, ...]] = [(one_line(one.file), one.state, one_line(one.worker or "")) for one in shown]
    for line in columns(rows, ("file", "is", "worker")) if rows else ():
        say(line)
    if not rows:
        tell("no agent files in .hivemind/workers and .claude/agents")


for _command in (check, import_, export):
    group.add_command(_command)
