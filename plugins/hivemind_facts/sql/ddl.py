"""Statements to plain operations: what a script creates, alters and drops. sqlglot does the parsing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from hivemind_facts.sql import dialects
from hivemind_facts.sql.statements import Statement, split, without_down

Operation = dict[str, Any]
"""Plain data: `op` and what it needs; see `schema.Schema.apply`."""
_DDL = re.compile(
    r"\A(?:CREATE\s+(?:(?:GLOBAL|LOCAL)\s+)?(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+|UNLOGGED\s+|FOREIGN\s+|VIRTUAL\s+|UNIQUE\s+"
    r"|CLUSTERED\s+|NONCLUSTERED\s+|FULLTEXT\s+|SPATIAL\s+|MATERIALIZED\s+)*(?:TABLE|INDEX|VIEW)\b"
    r"|ALTER\s+TABLE\b|DROP\s+(?:TABLE|INDEX|VIEW)\b|RENAME\s+TABLE\b)",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"\ADO\s+(?:LANGUAGE\s+\w+\s+)?(\$\w*\$)(.*?)\1", re.IGNORECASE | re.DOTALL)
_IN_BLOCK = re.compile(
    r"(?:\bBEGIN\b|\bTHEN\b|;|\A)\s*((?:CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX)|ALTER\s+TABLE)\b[^;]*)", re.I
)
_RENAME = re.compile(r"\ARENAME\s+TABLE\s+([\w.`\"]+)\s+TO\s+([\w.`\"]+)", re.IGNORECASE)
_NOT_VALID = re.compile(r"\bNOT\s+VALID\b", re.IGNORECASE)
_TEMPORARY = re.compile(r"\ACREATE\s+(?:(?:GLOBAL|LOCAL)\s+)?TEMP", re.IGNORECASE)
_VIRTUAL = re.compile(r"\ACREATE\s+VIRTUAL\s+TABLE", re.IGNORECASE)
_TAIL = re.compile(
    r"\)\s*(?:ENGINE|TABLESPACE|PARTITION\s+BY|ROW_FORMAT|COMMENT|STRICT|DISTRIBUTED|INHERITS)\b.*\Z", re.I | re.S
)
_DROP_IF = re.compile(r"\A(DROP\s+(?:TABLE|INDEX|VIEW))\s+([\w.\"`]+)\s+IF\s+EXISTS\b", re.IGNORECASE)
"""HSQLDB's and H2's order of words."""
_TRIES = ("postgres", "mysql", "sqlite", "tsql", "oracle")
_PLAIN_SCHEMAS = frozenset(("public", "dbo", "main"))


def read_script(text: str, dialect: str | None = None) -> tuple[list[Operation], list[tuple[int, str]], dict[str, int]]:
    """Read the DDL of a script, without the part that takes it back.

    Args:
        text: The script.
        dialect: sqlglot's name, where it is known.

    Returns:
        The operations in order, (line, reason) for each statement that did not parse, and the marks of dialects.
    """
    text = without_down(text)
    marks = dialects.scores(text)
    guess = dialect or dialects.best(marks)
    operations: list[Operation] = []
    errors: list[tuple[int, str]] = []
    for statement in _ddl(split(text)):
        found, problem = _read(statement, guess)
        for operation in found:
            operation["line"] = statement.line
            if operation["op"] == "add_constraint":
                operation["not_valid"] = _NOT_VALID.search(statement.text) is not None
            operations.append(operation)
        if problem:
            errors.append((statement.line, problem))
    return operations, errors, marks


def _ddl(statements: Iterable[Statement]) -> Iterator[Statement]:
    for statement in statements:
        if _DDL.match(statement.text):
            yield statement
        elif block := _BLOCK.match(statement.text):
            for inner in _IN_BLOCK.finditer(block.group(2)):
                offset = statement.text.count("\n", 0, block.start(2) + inner.start(1))
                yield Statement(inner.group(1).strip(), statement.line + offset)


def _read(statement: Statement, dialect: str | None) -> tuple[list[Operation], str | None]:
    if _TEMPORARY.match(statement.text) or _VIRTUAL.match(statement.text):
        return [], None
    renamed = _RENAME.match(statement.text)
    if renamed:
        return [{"op": "rename_table", "table": _bare(renamed[1]), "to": _bare(renamed[2])}], None
    reason = ""
    for text in _forms(statement.text):
        for name in dict.fromkeys((dialect, *_TRIES)):
            tree, problem = _parse(text, name)
            if tree is None:
                reason = reason or problem
                continue
            found = list(_operations(tree))
            if found:
                return found, None
    head = " ".join(statement.text.split())[:60]
    return [], f"{head!r} could not be read{f': {reason}' if reason else ''}"


def _forms(text: str) -> Iterator[str]:
    """The statement, then without the storage options at its end that a parser may not know."""
    text = _DROP_IF.sub(r"\1 IF EXISTS \2", text)
    yield text
    shorter = _TAIL.sub(")", text)
    if shorter != text:
        yield shorter


def _parse(text: str, dialect: str | None) -> tuple[Any, str]:
    import logging

    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        tree = sqlglot.parse_one(text, read=dialect)
    except (SqlglotError, RecursionError, ValueError) as error:
        return None, str(error).split("\n")[0].split(" Line ")[0].strip()[:120]
    if type(tree).__name__ == "Command":
        return None, ""
    for node in tree.find_all(sqlglot.exp.DataType):
        node.meta["written"] = node.sql(dialect=dialect)  # types are said in their own dialect
    return tree, ""


def _bare(name: str) -> str:
    parts = [part.strip('`"[]') for part in name.split(".")]
    return ".".join(part for part in parts if part and part not in _PLAIN_SCHEMAS)


def _table(node: Any) -> str:
    from sqlglot import exp

    table = node if isinstance(node, exp.Table) else node.find(exp.Table)
    if table is None:
        return ""
    db = table.text("db")
    return f"{db}.{table.name}" if db and db.lower() not in _PLAIN_SCHEMAS else table.name


def _names(nodes: Iterable[Any]) -> list[str]:
    """Column names of an index or key; '' for an expression, which serves no plain look-up."""
    from sqlglot import exp

    found: list[str] = []
    for node in nodes:
        inner = node
        while isinstance(inner, (exp.Ordered, exp.ColumnPrefix, exp.Opclass, exp.Collate)):
            inner = inner.this
        # MySQL's grammar reads "name" as a string; as a part of a key it can only be a name.
        plain = isinstance(inner, (exp.Identifier, exp.Column)) or (isinstance(inner, exp.Literal) and inner.is_string)
        found.append(inner.name if plain else "")
    return found


def _operations(tree: Any) -> Iterator[Operation]:
    from sqlglot import exp

    if isinstance(tree, exp.Create):
        kind = str(tree.args.get("kind") or "").upper()
        if kind == "TABLE":
            yield from _create(tree)
        elif kind == "VIEW":
            yield {"op": "create_view", "table": _table(tree.this)}
        elif kind == "INDEX":
            yield from _index(tree)
    elif isinstance(tree, exp.Drop):
        kind = str(tree.args.get("kind") or "").upper()
        targets = tree.args.get("tables") or ([tree.this] if tree.this is not None else [])
        for target in targets:
            if kind in ("TABLE", "VIEW"):
                yield {"op": "drop_table", "table": _table(target)}
            elif kind == "INDEX":
                yield {"op": "drop_index", "name": target.name}
    elif isinstance(tree, exp.Alter) and str(tree.args.get("kind") or "").upper() == "TABLE":
        table = _table(tree.this)
        for action in tree.args.get("actions") or []:
            yield from _action(table, action)


def _index(tree: Any) -> Iterator[Operation]:
    from sqlglot import exp

    index = tree.this
    table = index.args.get("table")
    parameters = index.args.get("params")
    columns = (parameters.args.get("columns") if parameters is not None else None) or index.args.get("columns") or []
    if table is None:
        return
    yield {
        "op": "create_index",
        "table": _table(table),
        "name": index.name or "",
        "columns": _names(columns),
        "unique": bool(tree.args.get("unique")),
        "partial": parameters is not None and parameters.args.get("where") is not None,
        "concurrently": bool(tree.args.get("concurrently")) or isinstance(tree, exp.Command),
    }


def _create(tree: Any) -> Iterator[Operation]:
    from sqlglot import exp

    schema = tree.this
    made: Operation = {
        "op": "create_table",
        "table": _table(schema),
        "if_not_exists": bool(tree.args.get("exists")),
        "columns": [],
        "primary_key": [],
        "foreign_keys": [],
        "indexes": [],
        "like": None,
    }
    if not isinstance(schema, exp.Schema):
        properties = tree.args.get("properties")
        like = properties.find(exp.LikeProperty) if properties is not None else None
        made["like"] = _table(like) if like is not None else None
        yield made
        return
    for part in schema.expressions:
        if isinstance(part, exp.ColumnDef):
            _column(made, part)
        elif isinstance(part, exp.LikeProperty):
            made["like"] = _table(part)
        else:
            _constraint(made, part, "")
    yield made


def _column(made: Operation, node: Any) -> None:
    from sqlglot import exp

    column: dict[str, Any] = {
        "name": node.name,
        "type": _type(node.args.get("kind")),
        "nullable": True,
        "default": None,
        "unique": False,
    }
    for constraint in node.args.get("constraints") or []:
        kind = constraint.args.get("kind")
        if isinstance(kind, exp.NotNullColumnConstraint):
            column["nullable"] = bool(kind.args.get("allow_null"))
        elif isinstance(kind, exp.PrimaryKeyColumnConstraint):
            made["primary_key"].append(node.name)
            column["nullable"] = False
        elif isinstance(kind, exp.UniqueColumnConstraint):
            column["unique"] = True
            made["indexes"].append({"name": "", "columns": [node.name], "unique": True})
        elif isinstance(kind, exp.DefaultColumnConstraint):
            column["default"] = kind.this.sql() if kind.this is not None else None
        elif isinstance(kind, exp.Reference):
            made["foreign_keys"].append(_reference([node.name], kind, constraint.name or ""))
        elif isinstance(kind, (exp.GeneratedAsIdentityColumnConstraint, exp.AutoIncrementColumnConstraint)):
            column["default"] = column["default"] or "generated"
    made["columns"].append(column)


def _type(node: Any) -> str:
    if node is None:
        return ""
    return str(node.meta.get("written") or node.sql())


def _reference(columns: list[str], node: Any, name: str) -> dict[str, Any]:
    from sqlglot import exp

    target = node.this
    on_delete = next(
        (
            str(option).upper().removeprefix("ON DELETE").strip()
            for option in node.args.get("options") or []
            if str(option).upper().startswith("ON DELETE")
        ),
        None,
    )
    referenced = _names(target.expressions) if isinstance(target, exp.Schema) else []
    return {"name": name, "columns": columns, "table": _table(target), "references": referenced, "on_delete": on_delete}


def _constraint(made: Operation, node: Any, name: str) -> None:
    """One table constraint, alone or inside `CONSTRAINT name ...`."""
    from sqlglot import exp

    if isinstance(node, exp.Constraint):
        clustered = node.find(exp.ClusteredColumnConstraint, exp.NonClusteredColumnConstraint)
        if clustered is not None:  # T-SQL keeps the columns in the storage clause
            columns = _names(clustered.this if isinstance(clustered.this, list) else [])
            if node.find(exp.PrimaryKeyColumnConstraint) is not None:
                made["primary_key"] = columns
            else:
                made["indexes"].append({"name": node.name, "columns": columns, "unique": True})
            return
        for inner in node.expressions:
            _constraint(made, inner, node.name)
    elif isinstance(node, exp.PrimaryKey):
        made["primary_key"] = _names(node.expressions)
    elif isinstance(node, exp.ForeignKey):
        reference = node.args.get("reference")
        if reference is not None:
            entry = _reference(_names(node.expressions), reference, name)
            entry["on_delete"] = entry["on_delete"] or node.args.get("delete")
            made["foreign_keys"].append(entry)
    elif isinstance(node, exp.UniqueColumnConstraint):
        inner = node.this
        columns = _names(inner.expressions) if isinstance(inner, exp.Schema) else []
        label = name or (inner.name if isinstance(inner, exp.Schema) else "")
        made["indexes"].append({"name": label, "columns": columns, "unique": True})
    elif isinstance(node, exp.IndexColumnConstraint):
        made["indexes"].append({"name": node.name, "columns": _names(node.expressions), "unique": False})


def _action(table: str, action: Any) -> Iterator[Operation]:
    from sqlglot import exp

    if isinstance(action, exp.ColumnDef):
        made: Operation = {"columns": [], "primary_key": [], "foreign_keys": [], "indexes": []}
        _column(made, action)
        yield {"op": "add_column", "table": table, "column": made["columns"][0], "parts": made}
    elif isinstance(action, exp.Schema):
        for inner in action.expressions:
            yield from _action(table, inner)
    elif isinstance(action, exp.AddConstraint):
        made = {"columns": [], "primary_key": [], "foreign_keys": [], "indexes": []}
        for inner in action.expressions:
            _constraint(made, inner, "")
        yield {"op": "add_constraint", "table": table, "parts": made}
    elif isinstance(action, exp.Drop):
        kind = str(action.args.get("kind") or "").upper()
        what = {"COLUMN": "drop_column", "INDEX": "drop_index", "CONSTRAINT": "drop_constraint"}.get(kind)
        if what is None and kind in ("FOREIGN KEY", "KEY"):
            what = "drop_constraint"
        targets = action.args.get("tables") or ([action.this] if action.this is not None else [])
        for target in targets:
            yield {"op": what or "drop_column", "table": table, "name": target.name}
    elif isinstance(action, exp.RenameColumn):
        yield {"op": "rename_column", "table": table, "name": action.this.name, "to": action.args["to"].name}
    elif isinstance(action, exp.AlterRename):
        yield {"op": "rename_table", "table": table, "to": _table(action)}
    elif isinstance(action, exp.ModifyColumn):
        made = {"columns": [], "primary_key": [], "foreign_keys": [], "indexes": []}
        _column(made, action.this)
        renamed = action.args.get("rename_from")
        yield {
            "op": "change_column",
            "table": table,
            "name": renamed.name if renamed is not None else action.this.name,
            "column": made["columns"][0],
        }
    elif isinstance(action, exp.AlterColumn):
        new_type = action.args.get("dtype")
        yield {
            "op": "alter_column",
            "table": table,
            "name": action.this.name,
            "type": _type(new_type) or None,
            "nullable": action.args.get("allow_null"),
            "drop_default": bool(action.args.get("drop")) and new_type is None,
        }
    else:
        yield {"op": "other", "table": table}
