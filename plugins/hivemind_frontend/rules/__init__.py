"""What `embedded` runs for the frontend: an inventory by rule, held against the backend's endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hivemind import Context, Task
    from hivemind_frontend.models import FrontendOutput


def rules(task: Task, context: Context) -> FrontendOutput:
    """Describe a repository's front end, and plan what new endpoints need, without a model.

    Args:
        task: What the user asks for, and the repository.
        context: The facts fragment and the backend's output are read, if they are there.

    Returns:
        Components, state, routes, calls, contract, accessibility and a performance budget.
    """
    from hivemind_frontend.rules.describing import describe

    return describe(task, context)
