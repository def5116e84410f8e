"""Tells far more than fits."""

from hivemind import ContextFragment, hookimpl


@hookimpl
def hivemind_load_context(worker, task, session):
    return [ContextFragment(name="everything", text="What nobody needs to know.\n" * 10_000)]
