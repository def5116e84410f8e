"""Readers of this family, by import path."""

from __future__ import annotations

READERS: tuple[str, ...] = (
    "hivemind_facts.readers.data.sql:SqlReader",
    "hivemind_facts.readers.data.embedded:EmbeddedSqlReader",
    "hivemind_facts.readers.data.prisma:PrismaReader",
)
