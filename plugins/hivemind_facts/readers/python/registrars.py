"""Functions that put routes on a router they are given, and that nothing in the repository calls."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.models import Unresolved
from hivemind_facts.readers.python.program import program_of
from hivemind_facts.reading import Repository, Yielded


class PythonRegistrars:
    """Lists routes that are put on an argument nobody is seen to pass."""

    name = "python-registrars"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield one entry a function."""
        program = program_of(repository)
        for func in program.functions:
            names = program.registrars.get(func.path, {}).get(func.qualname, set())
            given = [name for name, _, _, _ in func.args if name in names]
            if given and not func.calls:
                reason = (
                    f"{func.qualname}() puts routes on its argument {given[0]!r}, and nothing that is seen calls it"
                )
                yield Unresolved(what="mount", reason=reason, file=func.path, line=func.line)
        for path, reason in program.machine.exhausted:
            yield Unresolved(what="module", reason=reason, file=path)
