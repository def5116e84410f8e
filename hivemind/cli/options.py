"""Options that several commands share, and what was said before the command's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from hivemind.cli.completion import complete_session, complete_worker

CallbackT = TypeVar("CallbackT", bound=Callable[..., Any])


@dataclass
class Invocation:
    """One call of the command line."""

    debug: bool = False
    no_plugins: bool = False
    block: list[str] = field(default_factory=list)
    plugins_dir: list[str] = field(default_factory=list)
    """Folders of local plugins that options name, as absolute paths."""
    locked: bool = False
    user_agents: bool = False
    budget: dict[str, float] = field(default_factory=dict)
    """The limits that options give, by setting."""
    plugin: str | None = None
    """The plugin whose command runs."""
    not_loaded: list[str] = field(default_factory=list)
    """What was left out and may bring what is missed, a sentence each with what to do."""
    exit_code: int = 0
    """What the process says if nobody reads its output to the end."""


def invocation() -> Invocation:
    """The call under way."""
    return click.get_current_context().find_root().ensure_object(Invocation)


def _debug(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().ensure_object(Invocation).debug = True


def _no_plugins(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().ensure_object(Invocation).no_plugins = True


def _block(context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> None:
    context.find_root().ensure_object(Invocation).block.extend(value)


def _plugins_dir(context: click.Context, _parameter: click.Parameter, value: tuple[Path, ...]) -> None:
    called = context.find_root().ensure_object(Invocation)
    called.plugins_dir.extend(str(path.expanduser().absolute()) for path in value)


def _locked(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().ensure_object(Invocation).locked = True


def _user_agents(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().ensure_object(Invocation).user_agents = True


def global_options(*, hidden: bool) -> Callable[[CallbackT], CallbackT]:
    """Which plugins and agent files are taken, and `--debug`: before the command's name, and hidden after it."""

    def decorate(function: CallbackT) -> CallbackT:
        for decorator in (
            click.option(
                "--debug",
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_debug,
                hidden=hidden,
                help="Show tracebacks.",
            ),
            click.option(
                "--user-agents",
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_user_agents,
                hidden=hidden,
                help="Also take the agent files in the user's own .claude/agents folder.",
            ),
            click.option(
                "--locked",
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_locked,
                hidden=hidden,
                help="Refuse plugins of others that are not as hivemind.lock says.",
            ),
            click.option(
                "--plugins-dir",
                metavar="DIR",
                type=click.Path(path_type=Path),
                multiple=True,
                is_eager=True,
                expose_value=False,
                callback=_plugins_dir,
                hidden=hidden,
                help="Load the plugins in this folder too: a .py file or a package each. Repeatable.",
            ),
            click.option(
                "--block-plugin",
                metavar="NAME",
                multiple=True,
                is_eager=True,
                expose_value=False,
                callback=_block,
                hidden=hidden,
                help="Do not load this plugin. Repeatable.",
            ),
            click.option(
                "--no-plugins",
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_no_plugins,
                hidden=hidden,
                help="Load no installed plugin, not even the shipped ones; workers from files remain.",
            ),
        ):
            function = decorator(function)
        return function

    return decorate


everywhere = global_options(hidden=True)


def _limit(context: click.Context, parameter: click.Parameter, value: float | None) -> None:
    if value is not None and parameter.name is not None:
        context.find_root().ensure_object(Invocation).budget[parameter.name] = value


def budget() -> dict[str, float]:
    """The limits that `--budget-usd` and the like give, by setting."""
    return dict(invocation().budget)


def budget_options(function: CallbackT) -> CallbackT:
    """The limits of a session and of each worker in it; what was used before is included."""
    whole = (
        ("worker_budget_requests", "--worker-max-requests", "Model requests that each worker may make"),
        (
            "worker_budget_tokens",
            "--worker-budget-tokens",
            "Tokens, input and output, that each worker may use",
        ),
        ("worker_budget_usd", "--worker-budget-usd", "What each worker may cost in USD"),
        ("budget_requests", "--max-requests", "Model requests that the session may make"),
        ("budget_tokens", "--budget-tokens", "Tokens, input and output together, that the session may use"),
        ("budget_usd", "--budget-usd", "What the session may cost in USD"),
    )
    for name, option, told in whole:
        dollars = name.endswith("_usd")
        function = click.option(
            option,
            name,
            metavar="USD" if dollars else "N",
            type=click.FloatRange(min=0, max=1e9) if dollars else click.IntRange(min=0),
            expose_value=False,
            callback=_limit,
            help=f"{told} at the most, earlier runs included; {'it' if name.startswith('budget') else 'that one'} "
            "pauses there.",
        )(function)
    return function


repo_option = click.option(
    "--repo",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The repository.  [default: the git repository around the current folder, else that folder]",
)
root_option = click.option(
    "--sessions-root",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the session folders are.  [default: Docs/hive-mind/sessions in the repository]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
model_option = click.option("--model", metavar="M", help="The model, such as google-gla:gemini-2.5-flash.")
timeout_option = click.option(
    "--timeout", metavar="S", type=click.FloatRange(min=0, min_open=True), help="Seconds per worker and attempt."
)
no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Take no result of an earlier session, and leave none for later ones."
)
select_option = click.option(
    "--select",
    "-s",
    "select",
    metavar="SELECTOR",
    multiple=True,
    shell_complete=complete_worker,
    help="Workers by selector: backend, +backend, backend+1, @backend, role:x, 'a,b', 'a b'. Repeatable.",
)
exclude_option = click.option(
    "--exclude",
    metavar="SELECTOR",
    multiple=True,
    shell_complete=complete_worker,
    help="Leave out what this selector matches. Repeatable.",
)
session_argument = click.argument("session", default="last", shell_complete=complete_session)
worker_complete, session_complete = complete_worker, complete_session


def find_repo(chosen: Path | None) -> Path:
    """Say which repository is meant: the one that was named, else the git repository around the current folder, else
    that folder.

    Raises:
        UsageError: It is no folder that can be read.
    """
    from hivemind.paths import check_repository

    return check_repository(default_repo() if chosen is None else chosen)


def default_repo() -> Path:
    """The git repository around the current folder, else that folder."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def example(*lines: str) -> str:
    """The end of a command's help: examples that can be copied."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
