from hivemind import ContextFragment, hookimpl


@hookimpl
def hivemind_load_context(worker, task, session):
    return [ContextFragment(name="house-rules", text="Use tabs.")]
