"""Foreign keys that no index serves: every delete of a parent and every join by the key reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.models import Facts, ForeignKey, RuleFinding, Table
from hivemind_facts.reading import Repository
from hivemind_facts.rules.finding import finding
from hivemind_facts.sql.names import identifier

_REMEDIES = {
    "prisma": "add @@index([{column}]) to the model, or the index by a migration",
    "django": "set db_index=True on the field, or add an Index",
    "sqlalchemy": "set index=True on the column and migrate",
    "typeorm": "add @Index() to the column and migrate",
    "sequelize": "add {{fields: ['{column}']}} to the model's indexes and migrate",
    "jpa": 'add @Index(columnList = "{column}") to @Table and migrate',
    "gorm": 'add `gorm:"index"` to the field and migrate',
}


class ForeignKeyWithoutIndex:
    """A foreign key column that is the first of no index."""

    name = "foreign-key-without-index"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield one finding for each such column."""
        for table in facts.tables:
            if table.kind != "table":
                continue
            for key in table.foreign_keys:
                if not key.indexed:
                    yield self._finding(table, key)

    def _finding(self, table: Table, key: ForeignKey) -> RuleFinding:
        unsure = table.dialect is None
        evidence = (
            f"{table.name}.{key.column} references {key.ref_table}{f'.{key.ref_column}' if key.ref_column else ''}; "
        )
        evidence += "no index, unique constraint or primary key begins with it"
        if unsure:
            evidence += "; which database runs it is not known (MySQL would make the index by itself)"
        remedy = _REMEDIES.get(table.source, "add an index over the column by a migration").format(column=key.column)
        return finding(
            self.name,
            "medium",
            f"foreign key {table.name}.{key.column} has no index",
            subject=f"{table.name}.{key.column}",
            evidence=evidence,
            file=table.file,
            line=table.line,
            remedy=remedy,
            sql=index_statement(table, key.column),
            possible=unsure,
            service=table.service,
        )


def index_statement(table: Table, column: str) -> str:
    """The statement that makes an index over one column of a table."""
    short = table.name.rsplit(".", 1)[-1]
    name = f"ix_{short}_{column}"[:60].lower()
    return (
        f"CREATE INDEX {identifier(name, table.dialect)} "
        f"ON {identifier(table.name, table.dialect)} ({identifier(column, table.dialect)});"
    )
