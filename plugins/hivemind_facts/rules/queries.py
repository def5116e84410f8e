"""Queries: SQL that is built from strings, and queries inside loops."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.models import Facts, RuleFinding
from hivemind_facts.reading import Repository
from hivemind_facts.rules.code import Code, Looped, Statement, code_of
from hivemind_facts.rules.finding import finding

_LOADS = re.compile(
    r"(?:^|\.)(?:execute|executemany|fetch_?one|fetch_?all|fetch_?val|fetchrow|scalar|scalars|scalar_one_or_none"
    r"|findOne|findOneBy|findOneOrFail|findUnique|findFirst|findMany|findById|findByPk|findAll|findAndCountAll|countDocuments"
    r"|queryRow|QueryRow|QueryRowContext|QueryContext|getReferenceById|getById|findAllBy\w+|findBy\w+)$"
)
_ORM = re.compile(
    r"\.objects\.(?:get|filter|create|count|all|first|exclude)$|(?:session|db|tx)\.(?:query|get|First|Find|Where)$"
)
_GO = re.compile(
    r"(?:^|\.)(?:db|tx|DB|conn|pool|gorm|orm)\b(?:\.\w+\(\))*\.(?:First|Find|Take|Last|Scan|Count|Pluck|Query\w*|Get|Select)$"
    r"|(?i:repo\w*|store|dao|queries|q)\.(?:Find|Get|List|Load|Fetch)\w*$"
)
_JAVA = re.compile(
    r"(?:^|\.)(?i:jdbc\w*|entityManager|em)\.(?:query\w*|find|createQuery|createNativeQuery)$"
    r"|(?i:repository|repo|dao|mapper)\.(?:find|get|select|load|query|count|exists)\w*$"
)
_RAW = re.compile(
    r"(?:^|\.)(?:db|pool|client|conn\w*|knex|sequelize|prisma|manager|dataSource)\.\$?(?:query|execute)\w*$"
)
_OWN = {"go": _GO, "java": _JAVA, "javascript": _RAW}
_HOLE = re.compile(r"\{([^{}]*)\}|%s")
_HARMLESS = re.compile(
    r"placeholder|marks?$|params|columns?|fields|table|schema|clause|where|cond|strings\.Join|\bjoin|order|limit|offset",
    re.IGNORECASE,
)
_NOT_CODE = re.compile(
    r"(?:^|/)(?:migrations?|versions|seeds?|seeders?|scripts?|fixtures|management|bin|tools)/", re.IGNORECASE
)


def _files(repository: Repository) -> Iterator[Code]:
    return (code for code in code_of(repository) if not _NOT_CODE.search(code.path))


def _loop(line: int, loop: int) -> str:
    return "a loop" if line == loop else f"the loop of line {loop}"


def _where(function: str) -> str:
    return f" in {function}" if function else ""


def _only_names(one: Statement) -> bool:
    holes = one.parts or _HOLE.findall(one.text)
    return bool(holes) and all(_HARMLESS.search(hole) for hole in holes)


class SqlFromStrings:
    """A statement whose text is put together at run time."""

    name = "sql-from-strings"
    version = 2

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield a finding for each such statement."""
        for code in _files(repository):
            for one in code.statements:
                if one.how != "constant":
                    yield self._finding(code.path, one, repository)

    def _finding(self, path: str, one: Statement, repository: Repository) -> RuleFinding:
        said = " ".join(one.text.split())[:120]
        harmless = _only_names(one)
        evidence = f"built by {one.how}: {said}"
        if one.executed and one.callee:
            evidence += f", given to {one.callee}"
        elif not one.executed:
            evidence += "; where it is executed was not seen"
        if harmless:
            evidence += "; what is put in is named like placeholders or names of columns"
        return finding(
            self.name,
            "high",
            f"SQL is built from strings{_where(one.function)}",
            subject=f"{one.function} {said}",
            evidence=evidence,
            file=path,
            line=one.line,
            remedy="give the values as parameters; take names of tables and columns from a fixed list",
            possible=harmless or not one.executed,
            service=repository.service_of(path),
        )


class QueryInLoop:
    """A query that runs once for each item of a loop."""

    name = "query-in-loop"
    version = 2

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield one finding for each loop."""
        for code in _files(repository):
            sure = {one.loop for one in code.statements if one.executed and one.loop}
            seen: set[int] = set()
            for call in code.looped:
                if call.loop in seen or not _is_query(call.callee, code.family):
                    continue
                seen.add(call.loop)
                yield self._finding(code.path, call, call.loop in sure, repository)

    def _finding(self, path: str, call: Looped, certain: bool, repository: Repository) -> RuleFinding:
        evidence = f"{call.callee} (line {call.line}) inside {_loop(call.line, call.loop)}"
        return finding(
            self.name,
            "medium",
            f"a query runs once for each item of a loop{_where(call.function)}",
            subject=f"{call.function} {call.callee}",
            evidence=evidence + ("" if certain else "; that it reaches the database is told by its name only"),
            file=path,
            line=call.line,
            remedy="load all of them by one query before the loop (a join, IN, or eager loading)",
            possible=not certain,
            service=repository.service_of(path),
        )


def _is_query(callee: str, family: str) -> bool:
    if _LOADS.search(callee) or _ORM.search(callee):
        return True
    own = _OWN.get(family)
    return own is not None and own.search(callee) is not None
