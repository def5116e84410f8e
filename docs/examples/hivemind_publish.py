from hivemind import hookimpl


@hookimpl
def hivemind_publish(worker, output, session):
    session.write_file(worker.name, "summary.txt", output.summary)
    return []
