"""What of a session is left to do, narrowed to what was selected and to what that requires."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from hivemind.graph import WorkerGraph
from hivemind.models import SUCCEEDED
from hivemind.resumption import statuses
from hivemind.session.state import SessionState


def narrow(
    state: SessionState, graph: WorkerGraph, todo: Collection[str], chosen: Collection[str], excluded: Collection[str]
) -> set[str]:
    """Narrow what would run to what was chosen, and to what that requires and has not succeeded.

    Args:
        state: The session.
        graph: Its graph.
        todo: What would run.
        chosen: What was selected.
        excluded: What was left out; it comes back only where something chosen requires it.
    """
    standing = statuses(state, graph)
    kept = {name for name in todo if name in chosen and name in graph.entries}
    queue = deque(kept)
    while queue:
        for edge in graph.predecessors(queue.popleft()):
            if edge.kind == "requires" and edge.before not in kept and standing[edge.before] not in SUCCEEDED:
                kept.add(edge.before)
                queue.append(edge.before)
    for name, check in graph.checks.items():
        sides = (check.left, check.right)
        ready = all(side in kept or standing[side] in SUCCEEDED for side in sides)
        if name in todo and name not in excluded and ready and (name in chosen or any(side in kept for side in sides)):
            kept.add(name)
    return kept
