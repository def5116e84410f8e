from hivemind import Edge, hookimpl

FIRST, SECOND = "analyzer-worker", "architect-worker"


@hookimpl
def hivemind_edges(plan):
    if {FIRST, SECOND} <= {planned.spec.name for planned in plan.workers}:
        yield Edge(before=FIRST, after=SECOND, reason="measure first")
