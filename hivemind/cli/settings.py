"""`hivemind config`: the settings and where each comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say


@click.group("config", short_help="Show the settings and where each comes from.")
def group() -> None:
    """Show the settings and where each comes from.

    \b
    Example:
      hivemind config show
    """


@group.command(
    "show",
    short_help="Show every setting with its origin.",
    epilog=options.example("hivemind config show", "hivemind config show --json"),
)
@options.repo_option
@options.json_option
@options.everywhere
def show(repo: Path | None, as_json: bool) -> None:
    """Show every setting, its value and where it comes from; keys and passwords are masked."""
    from hivemind.cli.documents import ConfigDocument, SettingShown
    from hivemind.cli.figures import columns
    from hivemind.cli.opening import configure
    from hivemind.session.redaction import Redactor

    configuration = configure(repo)
    redactor = Redactor()
    values = configuration.settings.model_dump(mode="json")
    settings = tuple(
        SettingShown(name=name, value=_masked(value, redactor.text), origin=configuration.origin_of(name))
        for name, value in values.items()
    )
    if as_json:
        emit(ConfigDocument(repo=str(configuration.repo), settings=settings))
        return
    rows: list[tuple[str, ...]] = [(one.name, _shown(one.value), one.origin) for one in settings]
    for line in columns(rows, ("setting", "value", "from")):
        say(line)


def _masked(value: object, redact: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _masked(one, redact) for key, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, redact) for one in value]
    return value


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return one_line(", ".join(f"{key}={one}" for key, one in value.items())) or "-"
    if isinstance(value, list):
        return one_line(", ".join(map(str, value))) or "-"
    return "-" if value is None else one_line(str(value))
