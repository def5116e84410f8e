"""Readers of this family, by import path."""

from __future__ import annotations

READERS: tuple[str, ...] = (
    "hivemind_facts.readers.javascript.express:Express",
    "hivemind_facts.readers.javascript.fastify:Fastify",
    "hivemind_facts.readers.javascript.koa:Koa",
    "hivemind_facts.readers.javascript.nest:Nest",
    "hivemind_facts.readers.javascript.typeorm:TypeOrm",
    "hivemind_facts.readers.javascript.mongoose:Mongoose",
    "hivemind_facts.readers.javascript.sequelize:Sequelize",
    "hivemind_facts.readers.javascript.structure:Structure",
    "hivemind_facts.readers.javascript.graphql:GraphQL",
    "hivemind_facts.readers.javascript.calls:Calls",
)
