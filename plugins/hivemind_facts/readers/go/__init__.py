"""Readers of this family, by import path."""

from __future__ import annotations

READERS: tuple[str, ...] = (
    "hivemind_facts.readers.go.gin:GinReader",
    "hivemind_facts.readers.go.echo:EchoReader",
    "hivemind_facts.readers.go.fiber:FiberReader",
    "hivemind_facts.readers.go.chi:ChiReader",
    "hivemind_facts.readers.go.gorilla:GorillaReader",
    "hivemind_facts.readers.go.nethttp:NetHttpReader",
    "hivemind_facts.readers.go.gorm:GormReader",
    "hivemind_facts.readers.go.structure:StructureReader",
)
