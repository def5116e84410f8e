"""`hivemind plugins check`: whether a plugin keeps to its contract, rule by rule."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say, tell
from hivemind.errors import ExitCode

if TYPE_CHECKING:
    from hivemind.conformance.models import ConformanceReport

_DETAIL = 90
"""Characters of a detail in the table; a failed rule's is told in full below its line."""


def _complete_rule(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from hivemind.conformance import RULES

    return [name for name in RULES if name.startswith(incomplete)]


@click.command(
    "check",
    short_help="Check a plugin against every rule of its contract.",
    epilog=options.example(
        "hivemind plugins check hivemind-orchestrator",
        "hivemind plugins check .",
        "hivemind plugins check ./greeter.py",
    ),
)
@click.argument("target", metavar="DIST_OR_PATH")
@click.option(
    "--timeout",
    metavar="S",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds that the whole check may take.",
)
@click.option(
    "--rule",
    "rules",
    metavar="NAME",
    multiple=True,
    shell_complete=_complete_rule,
    help="Look at this rule only. Repeatable.",
)
@options.json_option
@options.everywhere
def command(target: str, timeout: float, rules: tuple[str, ...], as_json: bool) -> int:
    """Check a plugin against every rule of its contract: an installed distribution, the name of a plugin, a source tree
    with a pyproject.toml, a package's folder, or a .py file.

    All its code runs in processes of their own, in folders of their own, without network and without your keys. Exits
    1 if a rule does not hold.
    """
    from hivemind.conformance import check

    with _progress() as told:
        report = check(target, timeout_s=timeout, rules=rules or None, progress=told)
    code = ExitCode.DONE if report.ok else ExitCode.WORKER
    options.invocation().exit_code = int(code)
    if as_json:
        from hivemind.cli.conformance_document import ConformanceDocument

        emit(ConformanceDocument.of(report))
        return int(code)
    for line in report_lines(report):
        say(line)
    return int(code)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Say on a terminal which rule is looked at, in one line that is taken away at the end."""
    shown = sys.stderr is not None and sys.stderr.isatty()

    def told(rule: str) -> None:
        if shown:
            sys.stderr.write(f"\r\x1b[Kchecking {rule}")
            sys.stderr.flush()

    try:
        yield told
    finally:
        if shown:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()


def report_lines(report: ConformanceReport) -> list[str]:
    """Describe a report: a line for each rule, under a failed one what happened and what to do, and the sum."""
    from hivemind.cli.figures import columns, counted, seconds

    rows: list[tuple[str, ...]] = [
        (one.status, one.rule, one_line(one.title if one.status == "failed" else one.detail or one.title, _DETAIL))
        for one in report.results
    ]
    lines = [f"{report.target}: {', '.join(report.plugins)}"] if report.plugins != (report.target,) else []
    for line, one in zip(columns(rows), report.results, strict=True):
        lines.append(line)
        if one.status == "failed":
            lines.append(f"  what    {one_line(one.detail)}")
            lines.append(f"  remedy  {one_line(one.remedy)}")
    lines.append(
        f"{counted(len(report.results), 'rule')}: {report.count('passed')} passed, {report.count('failed')} failed, "
        f"{report.count('skipped')} skipped"
    )
    tell(f"took {seconds(report.duration_s)}")
    return lines
