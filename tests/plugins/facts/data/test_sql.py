"""SQL scripts to tables: dialects, order of migrations, what takes back, what does not parse."""

from __future__ import annotations

from pathlib import Path

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.languages.sql import Sql
from hivemind_facts.models import Facts, Table
from hivemind_facts.readers.data.embedded import EmbeddedSqlReader
from hivemind_facts.readers.data.sql import SqlReader
from hivemind_facts.sql.ddl import read_script
from hivemind_facts.sql.migrations import order
from hivemind_facts.sql.statements import split
from hypothesis import given, settings
from hypothesis import strategies as st


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def read(root: Path, files: dict[str, str]) -> Facts:
    return extract(write(root, files), [SqlReader()], [])


def table(facts: Facts, name: str) -> Table:
    return next(one for one in facts.tables if one.name == name)


def keys(one: Table) -> list[tuple[str, str, str, bool]]:
    return [(key.column, key.ref_table, key.ref_column, key.indexed) for key in one.foreign_keys]


def test_postgres_inline_and_altered_keys(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "db/schema.sql": """
                CREATE TABLE orgs (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
                CREATE TABLE users (
                    id bigserial PRIMARY KEY,
                    org_id int NOT NULL REFERENCES orgs ON DELETE CASCADE,
                    boss bigint,
                    CONSTRAINT one_name UNIQUE (org_id, boss)
                );
                ALTER TABLE ONLY public.users ADD CONSTRAINT users_boss FOREIGN KEY (boss) REFERENCES users (id);
            """
        },
    )
    users = table(facts, "users")
    assert keys(users) == [("org_id", "orgs", "id", True), ("boss", "users", "id", False)]
    assert users.foreign_keys[0].on_delete == "CASCADE"
    assert users.primary_key == ("id",)
    assert users.dialect == "postgres"
    assert table(facts, "orgs").columns[1].unique is True
    assert (users.file, users.line) == ("db/schema.sql", 3)


def test_mysql_keys_are_indexed_by_the_database(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "dump.sql": """
                CREATE TABLE `a` (`id` int(11) unsigned NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;
                CREATE TABLE `b` (`id` int NOT NULL, `a_id` int(11) unsigned, KEY `k` (`id`),
                  CONSTRAINT `f` FOREIGN KEY (`a_id`) REFERENCES `a` (`id`) ON DELETE SET NULL) ENGINE=InnoDB;
            """
        },
    )
    assert keys(table(facts, "b")) == [("a_id", "a", "id", True)]
    assert table(facts, "b").foreign_keys[0].on_delete == "SET NULL"
    assert "UNSIGNED" in table(facts, "a").columns[0].type.upper()


def test_tsql_clustered_key(tmp_path: Path) -> None:
    text = (
        "CREATE TABLE [dbo].[T] ([Id] [int] IDENTITY(1,1) NOT NULL, CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC))\n"
        "GO\nCREATE TABLE [dbo].[U] ([Id] int PRIMARY KEY)\nGO\n"
    )
    facts = read(tmp_path, {"s.sql": text})
    assert [one.name for one in facts.tables] == ["T", "U"]
    assert table(facts, "T").primary_key == ("Id",)


def test_migrations_run_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "db/migration/V1__a.sql": "CREATE TABLE t (id int PRIMARY KEY, old int, gone int);",
            "db/migration/V2__b.sql": "ALTER TABLE t RENAME COLUMN old TO fresh; ALTER TABLE t DROP COLUMN gone;",
            "db/migration/V10__c.sql": "ALTER TABLE t RENAME TO things;",
            "db/migration/V9__d.sql": "ALTER TABLE t ADD more int NOT NULL DEFAULT 1; CREATE INDEX m ON t (more);",
        },
    )
    (things,) = facts.tables
    assert things.name == "things"
    assert [column.name for column in things.columns] == ["id", "fresh", "more"]
    assert things.indexes[0].columns == ("more",)
    assert facts.unresolved == ()


@pytest.mark.parametrize(
    "down",
    ["-- +goose Down", "-- migrate:down", "-- +migrate Down", "-- Down", "--rollback", "-- rambler down", "-- DOWN:"],
)
def test_what_takes_back_is_not_run(tmp_path: Path, down: str) -> None:
    facts = read(
        tmp_path, {"migrations/001_x.sql": f"-- +goose Up\nCREATE TABLE kept (id int);\n{down}\nDROP TABLE kept;\n"}
    )
    assert [one.name for one in facts.tables] == ["kept"]


def test_down_scripts_and_folders_of_migrations(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "migrations/1_a.up.sql": "CREATE TABLE a (id int);",
            "migrations/1_a.down.sql": "DROP TABLE a;",
            "m/migrations/2024_x/up.sql": "CREATE TABLE b (id int);",
            "m/migrations/2024_x/down.sql": "DROP TABLE b;",
            "p/migrations/20240101_init/migration.sql": 'CREATE TABLE "C" ("id" INTEGER NOT NULL);',
        },
    )
    assert sorted(one.name for one in facts.tables) == ["C", "a", "b"]


def test_scripts_of_tests_are_told_and_not_taken(tmp_path: Path) -> None:
    facts = read(tmp_path, {"src/test/resources/schema.sql": "CREATE TABLE x (id int);"})
    assert facts.tables == ()
    assert facts.unresolved[0].file == "src/test/resources/schema.sql"


def test_alter_of_an_unknown_table_is_unresolved(tmp_path: Path) -> None:
    facts = read(tmp_path, {"migrations/1.sql": "\n\nALTER TABLE ghost ADD COLUMN a int;"})
    assert "ghost" in facts.unresolved[0].reason
    assert facts.unresolved[0].line == 3


def test_one_broken_statement_costs_no_other() -> None:
    operations, errors, _ = read_script("CREATE TABLE a (id int);\nCREATE TABLE b (((;\nCREATE TABLE c (id int);")
    assert {"a", "c"} <= {one["table"] for one in operations}
    assert all(line == 2 for line, _ in errors)


def test_blocks_functions_copies_and_delimiters() -> None:
    script = """
    CREATE FUNCTION f() RETURNS trigger AS $body$ BEGIN CREATE TABLE no (id int); END; $body$ LANGUAGE plpgsql;
    DO $$ BEGIN
      ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES c (id);
    EXCEPTION WHEN duplicate_object THEN null; END $$;
    COPY a (b) FROM stdin;
1;drop table a
\\.
    DELIMITER //
    CREATE PROCEDURE p() BEGIN CREATE TABLE no2 (id int); END //
    DELIMITER ;
    CREATE TABLE last (id int, note text DEFAULT 'a;b -- c');
    """
    operations, errors, _ = read_script(script)
    assert [(one["op"], one["table"]) for one in operations] == [("add_constraint", "a"), ("create_table", "last")]
    assert errors == []


def test_code_that_creates_its_tables(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app/db.py": 'SCHEMA = """\nCREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY AUTOINCREMENT)\n"""\n',
            "src/migration/1700000000000-a.ts": (
                'export class A { async up(q) { await q.query(`CREATE TABLE "x" ("id" uuid NOT NULL)`) }\n'
                'async down(q) { await q.query(`DROP TABLE "x"`) } }'
            ),
            "src/dyn.ts": "await q.query(`CREATE TABLE ${name} (id int)`)",
        },
    )
    facts = extract(tmp_path, [EmbeddedSqlReader()], [])
    assert sorted(one.name for one in facts.tables) == ["notes", "x"]
    assert table(facts, "notes").line == 2
    assert [one.file for one in facts.unresolved] == ["src/dyn.ts"]


def test_order_puts_repeatable_scripts_last() -> None:
    names = ["R__views.sql", "V1_1__b.sql", "V1__a.sql", "V2__c.sql"]
    assert sorted(names, key=order) == ["V1__a.sql", "V1_1__b.sql", "V2__c.sql", "R__views.sql"]


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read(data: bytes) -> None:
    digest = Sql().digest("x.sql", data)
    assert set(digest) == {"operations", "errors", "marks"}


@given(
    st.lists(st.sampled_from(["select 1", "'a;b'", '"x;y"', "-- c;\n", "$$ ; $$", "/* ; */", "a", "`;`"]), max_size=8)
)
@settings(deadline=None)
def test_statements_never_split_inside_quotes(parts: list[str]) -> None:
    text = " ".join(parts) + " ;\nEND"
    assert next(reversed(list(split(text)))).text == "END"
    assert len(list(split(text))) <= 2
