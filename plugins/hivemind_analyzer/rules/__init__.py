"""What `embedded` runs for the analyzer: an analysis by rule, from facts and from git's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hivemind import Context, Task
    from hivemind_analyzer.models import AnalyzerOutput


def rules(task: Task, context: Context) -> AnalyzerOutput:
    """Analyse a repository without a model.

    Args:
        task: What the user asks for, and the repository.
        context: The facts fragment is read, if it is there.

    Returns:
        Findings ranked, hot spots, tests, measured quality, and requirements for the backend.
    """
    from hivemind_analyzer.rules.analysis import analyse

    return analyse(task, context)
