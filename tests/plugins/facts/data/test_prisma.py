"""Prisma schemas to tables."""

from __future__ import annotations

from pathlib import Path

from hivemind_facts.assemble import extract
from hivemind_facts.models import Facts
from hivemind_facts.readers.data.prisma import PrismaReader

SCHEMA = """
datasource db { // the "url" is elsewhere
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

enum Role {
  USER
  ADMIN
}

model User {
  id       Int      @id @default(autoincrement())
  email    String   @unique // "quoted } brace"
  role     Role     @default(USER)
  tags     String[]
  posts    Post[]
  likes    Post[]   @relation("Likes")
  friends  User[]   @relation("Friends")
  friendOf User[]   @relation("Friends")
}

model Post {
  id        String   @id @default(cuid())
  author    User     @relation(fields: [authorId], references: [id], onDelete: SetNull)
  authorId  Int?     @map("author_id")
  likedBy   User[]   @relation("Likes")
  parent    Post?    @relation("Tree", fields: [parentId], references: [id])
  parentId  String?
  children  Post[]   @relation("Tree")
  labels    Label[]
  ghost     Missing?
  @@index([parentId(sort: Desc), id])
  @@map("posts")
}

model Label {
  name  String
  scope String
  posts Post[]
  @@id([name, scope])
}
"""


def read(root: Path, text: str = SCHEMA) -> Facts:
    (root / "prisma").mkdir()
    (root / "prisma" / "schema.prisma").write_text(text, encoding="utf-8")
    return extract(root, [PrismaReader()], [])


def test_models_maps_keys_and_implicit_joins(tmp_path: Path) -> None:
    facts = read(tmp_path)
    tables = {one.name: one for one in facts.tables}
    assert sorted(tables) == ["Label", "User", "_Friends", "_LabelToPost", "_Likes", "posts"]
    posts = tables["posts"]
    assert [(key.column, key.ref_table, key.ref_column, key.indexed) for key in posts.foreign_keys] == [
        ("author_id", "User", "id", False),
        ("parentId", "posts", "id", True),
    ]
    assert posts.foreign_keys[0].on_delete == "SET NULL"
    assert [column.name for column in tables["User"].columns] == ["id", "email", "role", "tags"]
    assert tables["User"].columns[2].default == "USER"
    assert tables["Label"].primary_key == ("name", "scope")
    assert [key.ref_table for key in tables["_Friends"].foreign_keys] == ["User", "User"]
    assert posts.dialect == "postgres"
    assert posts.line == 23


def test_unknown_type_is_told(tmp_path: Path) -> None:
    facts = read(tmp_path)
    assert ["Missing" in one.reason for one in facts.unresolved] == [True]


def test_mongodb_gives_collections_without_joins(tmp_path: Path) -> None:
    facts = read(tmp_path, SCHEMA.replace("postgresql", "mongodb"))
    assert {one.kind for one in facts.tables} == {"collection"}
    assert not any(one.name.startswith("_") for one in facts.tables)


def test_a_schema_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    facts = read(tmp_path, SCHEMA[:420])
    assert [one.name for one in facts.tables] == ["User"]
