"""SQL parses in its dialect, names what is there, and where SQLite takes it, can be applied and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind import parse_sql
from hivemind_backend.checks.names import name_problems
from hivemind_backend.checks.problem import Problem
from hivemind_backend.checks.trial import trial_problems
from hivemind_backend.models import BackendOutput, DatabaseChange
from hivemind_backend.naming import bare

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

MAX_CHARACTERS = 500_000


def referred_tables(change: DatabaseChange) -> set[str]:
    """The tables that a change's foreign keys and indexes name; empty where its statements do not parse."""
    try:
        statements = parse_sql(change.ddl, change.dialect)
    except ValueError:
        return set()
    names = {bare(one.ref_table) for one in change.relations}
    for statement in statements:
        names |= {name for name, _ in _references(statement)}
        names |= _altered(statement)
    return names


def _references(statement: Expr) -> Iterator[tuple[str, str]]:
    """(table, statement's table) of each foreign key in a statement."""
    from sqlglot import exp

    own = statement.find(exp.Table)
    for reference in statement.find_all(exp.Reference):
        target = reference.find(exp.Table)
        if target is not None:
            yield target.name, own.name if own is not None else ""


def _altered(statement: Expr) -> set[str]:
    from sqlglot import exp

    if isinstance(statement, exp.Alter) and isinstance(statement.this, exp.Table):
        return {statement.this.name}
    if isinstance(statement, exp.Create) and (statement.kind or "").upper() == "INDEX":
        target = statement.find(exp.Table)
        return {target.name} if target is not None else set()
    return set()


def sql_problems(output: BackendOutput) -> Iterator[Problem]:
    """Say which statements do not parse, and which foreign keys name no table."""
    parsed: list[tuple[DatabaseChange, list[Expr]]] = []
    for number, change in enumerate(output.database_changes, 1):
        where = change.migration or f"database change {number}"
        for what, text in (("statements", change.ddl), ("rollback", change.rollback)):
            if len(text) > MAX_CHARACTERS:
                yield Problem(f"the {what} are too long to check", f"{len(text):,} characters", where, "warning")
                continue
            try:
                statements = parse_sql(text, change.dialect)
            except ValueError as error:
                yield Problem(f"the {what} do not parse as {change.dialect or 'SQL'}", str(error), where)
                continue
            if what == "statements":
                parsed.append((change, statements))
    yield from name_problems(output, parsed)
    if len(parsed) == len(output.database_changes):
        yield from trial_problems(output)
    loose = [(one.id, one.statement) for one in output.performance_optimizations]
    loose += [(one.id, one.statement or "") for one in output.findings]
    for name, remedy in loose:
        yield from _loose_statement(name, remedy, output)


def _loose_statement(name: str, statement: str, output: BackendOutput) -> Iterator[Problem]:
    """A remedy's statement is a proposal: one that does not parse is worth a warning."""
    if not statement.strip() or len(statement) > MAX_CHARACTERS:
        return
    dialects = {one.dialect for one in output.database_changes if one.dialect} or {"", "postgres", "mysql", "sqlite"}
    reasons = []
    for dialect in sorted(dialects | {""}):
        try:
            parse_sql(statement, dialect)
        except ValueError as error:
            reasons.append(str(error))
        else:
            return
    yield Problem(f"the statement of {name} does not parse", reasons[0], level="warning")
