from hivemind import Edge, hookimpl


@hookimpl
def hivemind_edges(plan):
    yield Edge(before="analyzer-worker", after="architect-worker", reason="measure first")
