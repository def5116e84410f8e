from hivemind import Finding, hookimpl


@hookimpl
def hivemind_verify(worker, output, session):
    if "lorem ipsum" in output.summary:
        yield Finding(id="V-001", severity="high", title="the summary is filler text")
