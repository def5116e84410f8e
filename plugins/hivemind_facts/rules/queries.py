"""Queries: SQL that is built from strings, and queries inside loops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hivemind_facts.models import Facts, RuleFinding
from hivemind_facts.reading import Repository
from hivemind_facts.rules.finding import finding, is_test

_LOADS = re.compile(
    r"(?:^|\.)(?:execute|executemany|fetch_?one|fetch_?all|fetch_?val|fetchrow|scalar|scalars|scalar_one_or_none"
    r"|findOne|findOneBy|findOneOrFail|findUnique|findFirst|findMany|findById|findByPk|findAll|findAndCountAll|countDocuments"
    r"|queryRow|QueryRow|QueryRowContext|QueryContext|getReferenceById|getById|findAllBy\w+|findBy\w+)$"
)
_ORM = re.compile(
    r"\.objects\.(?:get|filter|create|count|all|first|exclude)$|(?:session|db|tx)\.(?:query|get|First|Find|Where)$"
)
_HOLE = re.compile(r"\{([^{}]*)\}")
_HARMLESS = re.compile(r"placeholder|marks?$|params|columns?|fields|table|schema", re.IGNORECASE)
_NOT_CODE = re.compile(
    r"(?:^|/)(?:migrations?|versions|seeds?|seeders?|scripts?|fixtures|management|bin|tools)/", re.IGNORECASE
)


def _digests(repository: Repository, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in repository.files():
        if is_test(file.path) or _NOT_CODE.search(file.path):
            continue
        digest = repository.digest(file.path)
        if digest is not None and digest.get(key):
            yield file.path, digest


def _calls(digest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Calls as most languages note them, and those in loops as JavaScript's digest does: (line, callee, function)."""
    yield from (call for call in digest.get("calls", ()) if isinstance(call, dict))
    for line, callee, function in digest.get("loops", ()):
        yield {"line": line, "callee": callee, "function": function, "loop": line}


def _loop(line: int, loop: int) -> str:
    return "a loop" if line == loop else f"the loop of line {loop}"


def _where(noted: dict[str, Any]) -> str:
    return f" in {noted['function']}" if noted.get("function") else ""


def _only_names(text: str) -> bool:
    holes = _HOLE.findall(text)
    return bool(holes) and all(_HARMLESS.search(hole) for hole in holes)


class SqlFromStrings:
    """A statement whose text is put together at run time."""

    name = "sql-from-strings"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield a finding for each such statement."""
        for path, digest in _digests(repository, "sql_strings"):
            for one in digest["sql_strings"]:
                if one["how"] == "constant":
                    continue
                said = " ".join(str(one["text"]).split())[:120]
                executed = bool(one.get("executed"))
                harmless = _only_names(str(one["text"]))
                evidence = f"built by {one['how']}: {said}"
                if executed and one.get("callee"):
                    evidence += f", given to {one['callee']}"
                elif not executed:
                    evidence += "; where it is executed was not seen"
                if harmless:
                    evidence += "; what is put in is named like placeholders or names of columns"
                yield finding(
                    self.name,
                    "high",
                    f"SQL is built from strings{_where(one)}",
                    subject=f"{one.get('function', '')} {said}",
                    evidence=evidence,
                    file=path,
                    line=one["line"],
                    remedy="give the values as parameters; take names of tables and columns from a fixed list",
                    possible=harmless or not executed,
                    service=repository.service_of(path),
                )


class QueryInLoop:
    """A query that runs once for each item of a loop."""

    name = "query-in-loop"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield one finding for each loop."""
        for path, digest in _digests(repository, "calls"):
            sure = {one.get("loop") for one in digest.get("sql_strings", ()) if one.get("executed") and one.get("loop")}
            seen: set[int] = set()
            for call in _calls(digest):
                loop = call.get("loop") or 0
                callee = str(call["callee"])
                if not loop or loop in seen or not (_LOADS.search(callee) or _ORM.search(callee)):
                    continue
                seen.add(loop)
                certain = loop in sure
                yield finding(
                    self.name,
                    "medium",
                    f"a query runs once for each item of a loop{_where(call)}",
                    subject=f"{call.get('function', '')} {callee}",
                    evidence=f"{callee} (line {call['line']}) inside {_loop(call['line'], loop)}"
                    + ("" if certain else "; that it reaches the database is told by its name only"),
                    file=path,
                    line=call["line"],
                    remedy="load all of them by one query before the loop (a join, IN, or eager loading)",
                    possible=not certain,
                    service=repository.service_of(path),
                )
