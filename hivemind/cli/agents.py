"""`hivemind agents`: check, import and export Markdown agent files."""

from __future__ import annotations

import click


@click.group("agents", short_help="Check, import and export agent files.")
def group() -> None:
    """Check, import and export agent files of the Claude Code form.

    \b
    Example:
      hivemind agents check
      hivemind agents export --to .claude/agents
    """
