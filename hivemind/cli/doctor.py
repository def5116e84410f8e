"""`hivemind doctor`: whether everything that a run needs is there."""

from __future__ import annotations

from pathlib import Path

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say
from hivemind.errors import ExitCode


@click.command(
    "doctor",
    short_help="Check the environment: versions, keys, plugins, folders.",
    epilog=options.example("hivemind doctor", "hivemind doctor --json"),
)
@options.repo_option
@options.json_option
@options.everywhere
def command(repo: Path | None, as_json: bool) -> int:
    """Check the environment: versions, git, settings, folders, plugins, keys. Exits 3 if something is broken."""
    from hivemind.cli.checks import all_checks
    from hivemind.cli.documents import DoctorDocument
    from hivemind.cli.figures import columns

    checks = tuple(all_checks(repo))
    worst = {check.status for check in checks}
    status = "broken" if "broken" in worst else "warning" if "warning" in worst else "ok"
    code = ExitCode.CONFIGURATION if status == "broken" else ExitCode.DONE
    options.invocation().exit_code = int(code)
    if as_json:
        emit(DoctorDocument(status=status, checks=checks))
        return int(code)
    rows: list[tuple[str, ...]] = [(check.status, check.name, one_line(check.detail)) for check in checks]
    for line, check in zip(columns(rows), checks, strict=True):
        say(line)
        if check.hint:
            say(f"  hint: {one_line(check.hint)}")
    return int(code)
