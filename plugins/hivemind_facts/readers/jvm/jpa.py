"""JPA entities: tables, columns, keys, foreign keys and their indexes.

JPA itself makes no index for a foreign key, so `indexed` says whether a declared index, a unique constraint or the
primary key starts with the column. (MySQL's InnoDB adds one on its own; PostgreSQL, H2 and Oracle do not.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hivemind_facts.models import Column, ForeignKey, Index, Table
from hivemind_facts.readers.jvm.jpa_model import Attribute, annotations_in, attributes, element, notes_of
from hivemind_facts.readers.jvm.jpa_names import spring, unquoted
from hivemind_facts.readers.jvm.program import Program, Type, program
from hivemind_facts.readers.jvm.settings import Settings
from hivemind_facts.reading import Repository, Yielded

_STRATEGY = (
    "spring.jpa.hibernate.naming.physical-strategy",
    "spring.jpa.properties.hibernate.physical_naming_strategy",
)


class JpaReader:
    """Tables of JPA entities."""

    name = "jpa"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the tables."""
        code = program(repository)
        entities = [owner for owner in code.types if "Entity" in notes_of(owner.data["annotations"])]
        if not entities:
            return
        settings = Settings(repository)
        yield from Entities(code, entities, _naming(code, settings)).tables()


def _naming(code: Program, settings: Settings) -> Callable[[str], str]:
    uses = any(
        name.startswith(("org.springframework", "io.micronaut"))
        for names in code.imports.values()
        for _, name, _, _ in names
    )
    chosen = [value for module in ("", *settings.modules) if (value := settings.get(module, *_STRATEGY))]
    if not uses or any("Standard" in value or "LegacyJpa" in value for value in chosen):
        return lambda name: name
    return spring


class _Draft:
    """A table under construction."""

    def __init__(self, name: str, owner: Type) -> None:
        self.name = name
        self.owner = owner
        self.columns: dict[str, Column] = {}
        self.primary: list[str] = []
        self.keys: dict[str, ForeignKey] = {}
        self.indexes: list[Index] = []
        self.unique: list[tuple[str, ...]] = []

    def made(self) -> Table:
        """The table; whether a foreign key is indexed is known only now."""
        unique = [*self.unique, *((c.name,) for c in self.columns.values() if c.unique)]
        leading = {
            parts[0] for parts in [*unique, *(index.columns for index in self.indexes), self.primary[:1]] if parts
        }
        keys = [key.model_copy(update={"indexed": key.column in leading}) for key in self.keys.values()]
        return Table(
            name=self.name,
            columns=tuple(self.columns.values()),
            primary_key=tuple(self.primary),
            foreign_keys=tuple(keys),
            indexes=tuple(self.indexes),
            unique=tuple(dict.fromkeys(unique)),
            source="jpa",
            model=self.owner.simple,
            file=self.owner.file,
            line=self.owner.data["line"],
        )


class Entities:
    """Every entity of a program, and how their tables hang together."""

    def __init__(self, code: Program, entities: list[Type], naming: Callable[[str], str]) -> None:
        self._program = code
        self._name = naming
        self._entities = entities
        self._drafts: dict[str, _Draft] = {}

    def tables(self) -> Iterator[Table]:
        """Every table."""
        for owner in self._entities:
            self._entity(owner)
        for draft in self._drafts.values():
            yield draft.made()

    def _root(self, owner: Type) -> tuple[Type, str]:
        """The entity at the top of a hierarchy, and its strategy ('' for no hierarchy)."""
        root, strategy = owner, ""
        for above in self._program.supers(owner):
            notes = notes_of(above.data["annotations"])
            if "Entity" in notes:
                root = above
                strategy = "SINGLE_TABLE"
        given = notes_of(root.data["annotations"]).get("Inheritance")
        if strategy and given:
            strategy = str((given.get("strategy") or given.get("value") or ("id", strategy))[-1])
        return root, strategy

    def table_name(self, owner: Type) -> str:
        """The name of an entity's table."""
        root, strategy = self._root(owner)
        place = root if strategy == "SINGLE_TABLE" else owner
        notes = notes_of(place.data["annotations"])
        given = self._text(notes.get("Table", {}).get("name"), place) or self._text(notes["Entity"].get("name"), place)
        return self._name(unquoted(given or place.simple))

    def _text(self, node: Any, owner: Type) -> str | None:
        return self._program.text(node, owner) if node else None

    def _draft(self, name: str, owner: Type) -> _Draft:
        return self._drafts.setdefault(name, _Draft(name, owner))

    def _entity(self, owner: Type) -> None:
        root, strategy = self._root(owner)
        draft = self._draft(self.table_name(owner), root if strategy == "SINGLE_TABLE" else owner)
        inherited = {id(item.owner) for item in attributes(self._program, root)} if strategy == "JOINED" else set()
        for item in attributes(self._program, owner):
            if id(item.owner) not in inherited:
                self._attribute(draft, owner, item)
        if strategy == "JOINED":
            for column in self._keys(root):
                draft.columns.setdefault(column, Column(name=column, nullable=False))
                draft.primary = draft.primary or [column]
                draft.keys[column] = ForeignKey(
                    column=column, ref_table=self.table_name(root), ref_column=column, indexed=True
                )
        self._declared(draft, owner)

    def _declared(self, draft: _Draft, owner: Type) -> None:
        """Indexes and unique constraints of `@Table`."""
        table = notes_of(owner.data["annotations"]).get("Table", {})
        for _, values, _ in annotations_in(table.get("indexes")):
            listed = self._text(values.get("columnList"), owner) or ""
            columns = tuple(self._column_of(draft, part.split()[0]) for part in listed.split(",") if part.strip())
            unique = values.get("unique") == ("id", "true")
            draft.indexes.append(
                Index(name=self._text(values.get("name"), owner) or "", columns=columns, unique=unique)
            )
            if unique:
                draft.unique.append(columns)
        for _, values, _ in annotations_in(table.get("uniqueConstraints")):
            texts = self._program.texts(values.get("columnNames"), owner)
            draft.unique.append(tuple(self._column_of(draft, text) for text in texts if text))

    def _column_of(self, draft: _Draft, name: str) -> str:
        plain = unquoted(name)
        return plain if plain in draft.columns else self._name(plain)

    def _keys(self, owner: Type) -> list[str]:
        """The columns of an entity's primary key."""
        found = []
        for item in attributes(self._program, owner):
            if item.key or "Id" in item.notes:
                if item.notes.keys() & {"ManyToOne", "OneToOne"}:
                    found += [column for column, _ in self._joins(item, owner, depth=1)]
                else:
                    found.append(self._column(item))
        return found or ["id"]

    def _column(self, item: Attribute) -> str:
        for name, values in item.overrides:
            if name == item.name and values.get("name"):
                return self._name(unquoted(self._text(values["name"], item.owner) or item.name))
        given = self._text(item.notes.get("Column", {}).get("name"), item.owner)
        return self._name(unquoted(given or item.name))

    def _target(self, item: Attribute, relation: str) -> Type | None:
        given = item.notes[relation].get("targetEntity")
        kind = given[1] if given and given[0] == "ty" else element(item.type)
        found = self._program.resolve(kind, item.owner)
        return found if found is not None and "Entity" in notes_of(found.data["annotations"]) else None

    def _attribute(self, draft: _Draft, owner: Type, item: Attribute) -> None:
        notes = item.notes
        if "ManyToOne" in notes or "OneToOne" in notes:
            self._to_one(draft, owner, item, "ManyToOne" if "ManyToOne" in notes else "OneToOne")
        elif "OneToMany" in notes or "ManyToMany" in notes:
            self._to_many(draft, owner, item, "OneToMany" if "OneToMany" in notes else "ManyToMany")
        elif "ElementCollection" in notes:
            self._collection(draft, owner, item)
        elif "Formula" not in notes:
            self._plain(draft, item)

    def _plain(self, draft: _Draft, item: Attribute) -> None:
        values = item.notes.get("Column", {})
        name = self._column(item)
        key = item.key or "Id" in item.notes
        required = (
            key or values.get("nullable") == ("id", "false") or item.notes.keys() & {"NotNull", "NotBlank", "NotEmpty"}
        )
        primitive = item.type in ("int", "long", "boolean", "double", "float", "short", "byte", "char")
        unique = values.get("unique") == ("id", "true") or "NaturalId" in item.notes
        kind = self._text(values.get("columnDefinition"), item.owner) or item.type
        nullable = not (required or primitive)
        draft.columns.setdefault(name, Column(name=name, type=kind, nullable=nullable, unique=unique))
        if key and name not in draft.primary:
            draft.primary.append(name)

    def _joins(self, item: Attribute, owner: Type, depth: int = 0) -> Iterator[tuple[str, str]]:
        """(column, referenced column) of a relation to one."""
        relation = "ManyToOne" if "ManyToOne" in item.notes else "OneToOne"
        target = self._target(item, relation)
        keys = self._keys(target) if target is not None and target is not owner and depth < 4 else ["id"]
        if target is owner and depth < 4:
            keys = [self._column(a) for a in attributes(self._program, owner) if a.key or "Id" in a.notes] or ["id"]
        given = [("", item.notes["JoinColumn"], 0)] if "JoinColumn" in item.notes else []
        given = given or annotations_in(item.notes.get("JoinColumns", {}).get("value"))
        for overridden, values in item.overrides:
            if overridden == item.name:
                given = [("", values, 0)]
        for position, key in enumerate(keys):
            values = given[position][1] if position < len(given) else {}
            name = self._text(values.get("name"), item.owner)
            referred = self._text(values.get("referencedColumnName"), item.owner)
            column = self._name(unquoted(name)) if name else f"{self._name(item.name)}_{key}"
            yield column, self._name(unquoted(referred)) if referred else key
            if given and len(given) == 1:
                return

    def _to_one(self, draft: _Draft, owner: Type, item: Attribute, relation: str) -> None:
        target = self._target(item, relation)
        if target is None or item.notes[relation].get("mappedBy"):
            return
        if "JoinTable" in item.notes:
            self._join_table(owner, item, target, unique=False)
            return
        column_notes = item.notes.get("JoinColumn", {})
        for column, referred in self._joins(item, owner):
            key = item.key or "Id" in item.notes or ("MapsId" in item.notes and not draft.primary)
            key = self._mapped_key(draft, item, column) or key
            no = ("id", "false")
            required = key or column_notes.get("nullable") == no or item.notes[relation].get("optional") == no
            unique = relation == "OneToOne" or column_notes.get("unique") == ("id", "true")
            made = Column(name=column, type=element(item.type), nullable=not required, unique=unique)
            draft.columns.setdefault(column, made)
            if key and column not in draft.primary:
                draft.primary.append(column)
            draft.keys.setdefault(
                column, ForeignKey(column=column, ref_table=self.table_name(target), ref_column=referred, indexed=False)
            )

    def _mapped_key(self, draft: _Draft, item: Attribute, column: str) -> bool:
        """`@MapsId("part")`: the relation's column takes the place of that part of an embedded key."""
        part = self._text(item.notes.get("MapsId", {}).get("value"), item.owner)
        plain = self._name(part) if part else ""
        if plain not in draft.primary or plain == column:
            return False
        draft.primary[draft.primary.index(plain)] = column
        draft.columns.pop(plain, None)
        return True

    def _to_many(self, draft: _Draft, owner: Type, item: Attribute, relation: str) -> None:
        target = self._target(item, relation)
        if target is None or item.notes[relation].get("mappedBy"):
            return
        if relation == "OneToMany" and "JoinColumn" in item.notes and "JoinTable" not in item.notes:
            values = item.notes["JoinColumn"]
            name = self._text(values.get("name"), item.owner)
            key = self._keys(owner)[0]
            column = self._name(unquoted(name)) if name else f"{self._name(item.name)}_{key}"
            other = self._draft(self.table_name(target), target)
            other.columns.setdefault(column, Column(name=column, type=owner.simple))
            other.keys.setdefault(
                column, ForeignKey(column=column, ref_table=draft.name, ref_column=key, indexed=False)
            )
            return
        self._join_table(owner, item, target, unique=relation == "OneToMany")

    def _join_table(self, owner: Type, item: Attribute, target: Type, unique: bool) -> None:
        values = item.notes.get("JoinTable", {})
        name = self._text(values.get("name"), item.owner)
        here, there = self.table_name(owner), self.table_name(target)
        table = self._name(unquoted(name)) if name else f"{here}_{there}"
        draft = self._draft(table, owner)
        inverse = self._inverse(owner, target, item)
        left = self._sides(values.get("joinColumns"), item, self._name(inverse or owner.simple), self._keys(owner))
        right = self._sides(values.get("inverseJoinColumns"), item, self._name(item.name), self._keys(target))
        for side, referred in ((left, here), (right, there)):
            for column, key in side:
                draft.columns.setdefault(column, Column(name=column, nullable=False, unique=unique and side is right))
                draft.keys.setdefault(
                    column, ForeignKey(column=column, ref_table=referred, ref_column=key, indexed=False)
                )
        if item.type.startswith(("Set<", "java.util.Set<")):
            draft.primary = [column for column, _ in (*left, *right)]

    def _inverse(self, owner: Type, target: Type, item: Attribute) -> str | None:
        """The attribute on the other side that says it is mapped by this one."""
        for other in attributes(self._program, target):
            mapped = other.notes.get("ManyToMany", {}).get("mappedBy")
            if mapped and mapped[-1] == item.name and self._program.resolve(element(other.type), other.owner) is owner:
                return other.name
        return None

    def _sides(self, node: Any, item: Attribute, prefix: str, keys: list[str]) -> list[tuple[str, str]]:
        found = []
        for position, (_, values, _) in enumerate(annotations_in(node)):
            name = self._text(values.get("name"), item.owner)
            referred = self._text(values.get("referencedColumnName"), item.owner)
            key = self._name(referred) if referred else keys[min(position, len(keys) - 1)]
            found.append((self._name(unquoted(name)) if name else f"{prefix}_{key}", key))
        return found or [(f"{prefix}_{key}", key) for key in keys]

    def _collection(self, draft: _Draft, owner: Type, item: Attribute) -> None:
        values = item.notes.get("CollectionTable", {})
        name = self._text(values.get("name"), item.owner)
        table = self._name(unquoted(name)) if name else f"{self._name(owner.simple)}_{self._name(item.name)}"
        made = self._draft(table, owner)
        for column, key in self._sides(values.get("joinColumns"), item, self._name(owner.simple), self._keys(owner)):
            made.columns.setdefault(column, Column(name=column, nullable=False))
            made.keys.setdefault(column, ForeignKey(column=column, ref_table=draft.name, ref_column=key, indexed=False))
        inner = self._program.resolve(element(item.type), item.owner)
        if inner is not None and "Embeddable" in notes_of(inner.data["annotations"]):
            for part in attributes(self._program, inner):
                self._attribute(made, owner, part)
        else:
            column = self._column(item)
            made.columns.setdefault(column, Column(name=column, type=element(item.type)))
