"""The hook that this plugin brings: readers, rules and languages of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hivemind import hookspec

if TYPE_CHECKING:
    from hivemind_facts.reading import Language, Reader, Rule


@hookspec
def hivemind_fact_readers() -> Iterable[Reader | Rule | Language]:
    """Give readers, rules and languages of your own; instances, not classes.

    A *language* turns one file into a digest (it may name `suffixes` that no shipped language claims); a *reader* sees
    the whole repository and yields facts; a *rule* sees all facts and yields findings. Names must not be taken. Raise
    `version` when what it gives changes: it is part of the cache's key, as is the file that the class is written in.

    Example:
        class FalconReader:
            name = "falcon"
            version = 1

            def read(self, repository):
                for path, digest in repository.digests("python").items():
                    ...
                    yield Endpoint(method="GET", path="/", file=path, line=1, framework=self.name)

        @hookimpl
        def hivemind_fact_readers():
            yield FalconReader()
    """
    yield from ()
