"""Readers of this family, by import path."""

from __future__ import annotations

READERS: tuple[str, ...] = (
    "hivemind_facts.readers.jvm.spring:SpringReader",
    "hivemind_facts.readers.jvm.functional:FunctionalReader",
    "hivemind_facts.readers.jvm.micronaut:MicronautReader",
    "hivemind_facts.readers.jvm.jaxrs:JaxRsReader",
    "hivemind_facts.readers.jvm.jpa:JpaReader",
    "hivemind_facts.readers.jvm.graphql:GraphqlReader",
    "hivemind_facts.readers.jvm.structure:StructureReader",
)
