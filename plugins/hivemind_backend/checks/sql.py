"""SQL parses in its dialect, and its foreign keys name tables that are there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_backend.checks.problem import Problem
from hivemind_backend.models import BackendOutput, DatabaseChange
from hivemind_backend.naming import bare

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

MAX_CHARACTERS = 500_000


def parse(sql: str, dialect: str) -> list[Expr]:
    """Parse statements.

    Raises:
        ValueError: They do not parse, or the dialect is not known; the message says where.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    logger = logging.getLogger("sqlglot")
    quiet, logger.disabled = logger.disabled, True  # what it would warn of is raised below
    try:
        found = [one for one in sqlglot.parse(sql, dialect=dialect or None) if one is not None]
    except (SqlglotError, ValueError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())[:400]) from error
    finally:
        logger.disabled = quiet
    for one in found:
        # sqlglot hands what it can't parse back as a command; for these beginnings that means a mistake.
        if isinstance(one, exp.Command) and one.name.upper() in (
            "CREATE",
            "ALTER",
            "DROP",
            "INSERT",
            "UPDATE",
            "DELETE",
        ):
            raise ValueError(f"not understood: {one.name} {str(one.expression or '')[:120]}")
    return found


def referred_tables(change: DatabaseChange) -> set[str]:
    """The tables that a change's foreign keys and indexes name; empty where its statements do not parse."""
    try:
        statements = parse(change.ddl, change.dialect)
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


def _created(statement: Expr) -> set[str]:
    from sqlglot import exp

    if isinstance(statement, exp.Create) and (statement.kind or "").upper() in ("TABLE", "VIEW"):
        target = statement.this.find(exp.Table) if statement.this is not None else None
        return {target.name} if target is not None else set()
    return set()


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
    known = {bare(one.name).lower() for one in output.data_model}
    parsed: list[tuple[DatabaseChange, list[Expr]]] = []
    for number, change in enumerate(output.database_changes, 1):
        where = change.migration or f"database change {number}"
        for what, text in (("statements", change.ddl), ("rollback", change.rollback)):
            if len(text) > MAX_CHARACTERS:
                yield Problem(f"the {what} are too long to check", f"{len(text):,} characters", where, "warning")
                continue
            try:
                statements = parse(text, change.dialect)
            except ValueError as error:
                yield Problem(f"the {what} do not parse as {change.dialect or 'SQL'}", str(error), where)
                continue
            if what == "statements":
                parsed.append((change, statements))
    for _, statements in parsed:
        for statement in statements:
            known |= {name.lower() for name in _created(statement)}
    yield from _unknown_tables(parsed, known)
    loose = [(one.id, one.statement) for one in output.performance_optimizations]
    loose += [(one.id, one.statement or "") for one in output.findings]
    for name, remedy in loose:
        yield from _loose_statement(name, remedy, output)


def _unknown_tables(parsed: list[tuple[DatabaseChange, list[Expr]]], known: set[str]) -> Iterator[Problem]:
    for change, statements in parsed:
        named = {(bare(one.ref_table), bare(one.table)) for one in change.relations}
        for statement in statements:
            named |= set(_references(statement))
        for target, own in sorted(named):
            if bare(target).lower() not in known:
                detail = f"{own or 'a table'} refers to {target}, which is neither made here nor listed in data_model"
                yield Problem(f"a foreign key names no table: {target}", detail, change.migration)


def _loose_statement(name: str, statement: str, output: BackendOutput) -> Iterator[Problem]:
    """A remedy's statement is a proposal: one that does not parse is worth a warning."""
    if not statement.strip() or len(statement) > MAX_CHARACTERS:
        return
    dialects = {one.dialect for one in output.database_changes if one.dialect} or {"", "postgres", "mysql", "sqlite"}
    reasons = []
    for dialect in sorted(dialects | {""}):
        try:
            parse(statement, dialect)
        except ValueError as error:
            reasons.append(str(error))
        else:
            return
    yield Problem(f"the statement of {name} does not parse", reasons[0], level="warning")
