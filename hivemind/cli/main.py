"""The entry point of `hivemind`."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Sequence

import click

from hivemind.cli.errors import run_command
from hivemind.cli.group import TopGroup
from hivemind.cli.options import global_options
from hivemind.cli.output import hold_descriptors
from hivemind.version import __version__


@click.command(
    "hivemind",
    cls=TopGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Run one task through specialised AI workers whose dependencies form a graph.\n\n"
    "\b\nExample:\n"
    '  hivemind run "Add an orders API with pagination"\n'
    "  hivemind sessions show last\n"
    "  hivemind graph show",
)
@click.version_option(__version__, prog_name="hivemind", message="%(prog)s %(version)s")
@global_options(hidden=False)
def cli() -> None:
    """Everything is in the commands."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Words without the program's name; the process's own by default.

    Returns:
        The exit code.
    """
    # A command makes many small objects that live to its end: modules, then events. Looking through all of them again
    # and again for circles takes a tenth of a short command's time.
    gc.set_threshold(50_000, 20, 20)
    hold_descriptors()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    return run_command(cli, sys.argv[1:] if argv is None else argv, "hivemind")
