"""GraphQL operations that are named in code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hivemind_facts.models import Facts

CODE = """package a;
import org.springframework.graphql.data.method.annotation.*;
class Songs {
    @QueryMapping Song song(@Argument String id) { return null; }
    @MutationMapping("addSong") Song add() { return null; }
    @SchemaMapping(typeName = "Song", field = "artist") String artist(Song song) { return ""; }
    @DgsData(parentType = DgsConstants.MUTATION.TYPE_NAME, field = DgsConstants.MUTATION.DropSong)
    boolean drop() { return true; }
}
"""


def test_root_fields_are_operations(write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]) -> None:
    facts = facts_of(write({"pom.xml": "<project/>", "src/main/java/a/Songs.java": CODE}))
    found = sorted((item.kind, item.name, item.arguments) for item in facts.graphql)
    assert found == [("mutation", "addSong", ()), ("mutation", "dropSong", ()), ("query", "song", ("id",))]


def test_a_schema_file_is_left_to_speak(
    write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]
) -> None:
    files = {"pom.xml": "<project/>", "src/main/java/a/Songs.java": CODE, "s.graphqls": "type Query { song: String }\n"}
    assert facts_of(write(files)).graphql == ()
