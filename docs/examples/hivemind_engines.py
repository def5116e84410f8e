from hivemind import hookimpl


class OneByOne:
    """Runs one worker after the other, in the order of the graph."""

    name = "one-by-one"

    async def run(self, work):
        waiting = list(work.names())
        done = set()
        while waiting and not work.stopping:
            name = next(one for one in waiting if done.issuperset(work.predecessors(one)))
            waiting.remove(name)
            for begun in await work.begin([name]):
                await work.finish([(begun, await work.perform(begun))], [])
            done.add(name)


@hookimpl
def hivemind_engines():
    yield OneByOne()
