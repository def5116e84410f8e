"""One table described by models, migrations and scripts is one fact."""

from __future__ import annotations

from pathlib import Path

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.merging import dialect_of, one_each
from hivemind_facts.models import Column, ForeignKey, Index, Resource, Table
from hivemind_facts.sql.variants import sets


def table(name: str, *columns: str, source: str = "sql", **more: object) -> Table:
    made = {"file": f"{source}.x", "line": 1, "columns": [Column(name=one) for one in columns], "source": source}
    return Table.model_validate({"name": name, **made, **more})


def merged(*tables: Table, resources: tuple[Resource, ...] = ()) -> list[Table]:
    return one_each(tables, resources, lambda path: path.split("/")[0] if "/" in path else "")


def key(column: str, to: str, indexed: bool = False) -> ForeignKey:
    return ForeignKey(column=column, ref_table=to, indexed=indexed)


def test_model_and_script_are_one_with_the_union_of_both() -> None:
    script = table(
        "orders",
        "id",
        "user_id",
        primary_key=("id",),
        foreign_keys=(key("user_id", "users"),),
        indexes=(Index(name="by_user", columns=("user_id",)),),
    )
    model = table("Orders", "ID", "note", source="jpa", model="Order", file="Order.java", line=7)
    (one,) = merged(model, script)
    assert (one.name, one.model, one.file, one.line, one.source) == ("orders", "Order", "Order.java", 7, "jpa")
    assert [column.name for column in one.columns] == ["id", "user_id", "note"]
    assert one.primary_key == ("id",)
    assert one.foreign_keys == (key("user_id", "users", True),)


def test_a_key_is_served_if_either_shows_it() -> None:
    columns = (Column(name="ownerId", unique=True),)
    model = table("pets", source="typeorm", model="Pet").model_copy(
        update={"columns": columns, "foreign_keys": (key("ownerId", "Owners", True),)}
    )
    script = table("pets", "owner_id", foreign_keys=(key("owner_id", "owners"),))
    pets, owners = merged(model, script, table("owners", "id"))
    assert pets.foreign_keys == (key("owner_id", "owners", True),)
    assert pets.columns[0].unique
    assert owners.name == "owners"


def test_snake_and_camel_are_one_only_if_most_columns_agree() -> None:
    model = table("OrderItem", "id", "orderId", "count", source="sequelize", model="OrderItem")
    assert [one.name for one in merged(model, table("order_item", "id", "order_id", "count"))] == ["order_item"]
    assert len(merged(model, table("order_item", "a", "b", "c"))) == 2
    assert len(merged(table("OrderItem", "id"), table("order_item", "id"))) == 2


def test_services_and_collections_stay_apart() -> None:
    found = merged(
        table("users", "id", service="a"), table("users", "id", service="b"), table("users", "id", kind="collection")
    )
    assert len(found) == 3


def test_schemas() -> None:
    assert [one.name for one in merged(table("users", "id"), table("auth.users", "id", "name"))] == ["auth.users"]
    assert len(merged(table("a.users", "id"), table("b.users", "id"), table("users", "id"))) == 3


@pytest.mark.parametrize(
    ("names", "service", "dialect"),
    [
        ({"api/compose.yaml": "postgresql"}, "api", "postgres"),
        ({"compose.yaml": "postgresql"}, "api", "postgres"),
        ({"other/compose.yaml": "postgresql"}, "api", None),
        ({"pom.xml": "h2", "application.yml": "mariadb"}, "", "mysql"),
        ({"a.yml": "mysql", "b.yml": "postgresql"}, "", None),
        ({"a.yml": "mongodb"}, "", None),
    ],
)
def test_the_dialect_is_the_services_only_database(names: dict[str, str], service: str, dialect: str | None) -> None:
    resources = [Resource(name=name, kind="database", evidence="", file=file) for file, name in names.items()]
    assert dialect_of(resources, service, lambda path: path.split("/")[0] if "/" in path else "") == dialect


def test_mysql_serves_every_foreign_key() -> None:
    resource = Resource(name="mysql", kind="database", evidence="", file="compose.yaml")
    (one,) = merged(
        table("pets", "owner_id", source="gorm", foreign_keys=(key("owner_id", "o"),)), resources=(resource,)
    )
    assert one.dialect == "mysql"
    assert one.foreign_keys[0].indexed


def test_scripts_for_several_databases_are_one_set_each() -> None:
    paths = ["db/h2/V1.sql", "db/postgresql/V1.sql", "db/common/V2.sql", "more-mysql.sql"]
    assert sets(paths, "postgres") == [
        ("postgresql", ["db/postgresql/V1.sql", "db/common/V2.sql", "more-mysql.sql"]),
        ("h2", ["db/h2/V1.sql", "db/common/V2.sql", "more-mysql.sql"]),
    ]
    assert sets(["a/mysql.sql", "b/postgres.sql"], None) == [("", ["a/mysql.sql", "b/postgres.sql"])]


@pytest.mark.parametrize("form", ["schema-{}.sql", "db/migration/{}/V1__init.sql"])
def test_variants_of_a_script_give_each_table_once(tmp_path: Path, form: str) -> None:
    scripts = {
        "h2": "DROP TABLE pets IF EXISTS; CREATE TABLE PETS (ID INT PRIMARY KEY, OWNER_ID INT);",
        "mysql": "CREATE TABLE pets (id INT AUTO_INCREMENT PRIMARY KEY, owner_id INT, name TEXT) ENGINE=InnoDB;",
        "postgresql": "CREATE TABLE pets (id SERIAL PRIMARY KEY, owner_id INT, name TEXT);",
    }
    for name, text in scripts.items():
        path = tmp_path / form.format(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "compose.yaml").write_text("services:\n  db:\n    image: postgres:16\n", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("psycopg2\n", encoding="utf-8")
    facts = extract(tmp_path)
    (pets,) = facts.tables
    assert (pets.name, pets.dialect) == ("pets", "postgres")
    assert [column.name for column in pets.columns] == ["id", "owner_id", "name"]
    assert facts.unresolved == ()
