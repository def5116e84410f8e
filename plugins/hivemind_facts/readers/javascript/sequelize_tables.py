"""From Sequelize's models and associations to tables."""

from __future__ import annotations

from hivemind_facts.models import Column, Index
from hivemind_facts.readers.javascript.naming import camel, lower_first, singular, snake
from hivemind_facts.readers.javascript.sequelize_models import Entity, World
from hivemind_facts.readers.javascript.tables import Draft
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Cls,
    Ext,
    Obj,
    Site,
    Value,
    hint_of,
)


def drafts_of(world: World) -> list[Draft]:
    """The tables of all models and of what joins them."""
    drafts = {id(entity): _draft(entity, world) for entity in world.entities}
    junctions: list[Draft] = []
    for entity in world.entities:
        for kind, target, options, site in entity.links:
            other = _entity(world, target)
            if other is None:
                continue
            if kind == "belongsToMany":
                made = _junction(world, entity, other, options, site, drafts, junctions)
                junctions += [made] if made is not None else []
                continue
            holder, ref = (entity, other) if kind == "belongsTo" else (other, entity)
            _link(drafts[id(holder)], holder, ref, drafts[id(ref)], kind, options)
    return [*drafts.values(), *junctions]


def _entity(world: World, value: Value) -> Entity | None:
    if isinstance(value, Entity):
        return value
    if isinstance(value, Cls):
        return world.by_class.get(id(value.node))
    name = value if isinstance(value, str) else hint_of(value).rsplit(".", 1)[-1]
    return next((each for each in world.entities if name in (each.name, each.table)), None)


def _column_name(entity: Entity, name: str, options: Obj) -> str:
    own = options.props.get("field")
    return own if isinstance(own, str) else snake(name) if entity.option("underscored") is True else name


def _draft(entity: Entity, world: World) -> Draft:
    draft = Draft(entity.table, entity.site, "sequelize", entity.name)
    for name, value in entity.fields.props.items():
        if name in ("...", "__base__"):
            continue
        options = value if isinstance(value, Obj) else Obj({"type": value})
        column = _column_name(entity, name, options)
        add_column(draft, column, options)
        references = options.props.get("references")
        if references is not None:
            _references(draft, column, references, options, world)
    if not draft.primary:
        draft.columns = {"id": Column(name="id", type="INTEGER", nullable=False), **draft.columns}
        draft.primary.append("id")
    if entity.option("timestamps") is not False:
        for name in ("createdAt", "updatedAt", *(("deletedAt",) if entity.option("paranoid") is True else ())):
            own = entity.option(name)
            if own is not False:
                column = own if isinstance(own, str) else snake(name) if entity.option("underscored") is True else name
                if column not in draft.columns:
                    draft.column(Column(name=column, type="DATE", nullable=name == "deletedAt"))
    indexes = entity.option("indexes")
    for each in indexes.items if isinstance(indexes, Arr) else ():
        if isinstance(each, Obj):
            add_index(draft, each.props.get("fields"), each)
    return draft


def add_column(draft: Draft, name: str, options: Obj) -> None:
    """Add a column as Sequelize's options tell."""
    default = options.props.get("defaultValue")
    primary = options.props.get("primaryKey") is True
    unique = options.props.get("unique", False)
    if primary and name not in draft.primary:
        draft.primary.append(name)
    draft.column(
        Column(
            name=name,
            type=type_name(options.props.get("type")),
            nullable=False if primary else options.props.get("allowNull") is not False,
            default=str(default) if isinstance(default, str | int | float | bool) else None,
            unique=unique is True or isinstance(unique, str | Obj),
        )
    )
    if options.props.get("index") is True:
        draft.indexes.append(Index(columns=(name,)))


def add_index(draft: Draft, fields: Value, options: Obj) -> None:
    """Add an index."""
    names = []
    for item in fields.items if isinstance(fields, Arr) else ():
        name = item.props.get("name", item.props.get("attribute")) if isinstance(item, Obj) else item
        if isinstance(name, str):
            names.append(name)
    unique = options.props.get("unique") is True or str(options.props.get("type", "")).upper() == "UNIQUE"
    label = options.props.get("name")
    if names:
        draft.indexes.append(Index(name=label if isinstance(label, str) else "", columns=tuple(names), unique=unique))
        if unique:
            draft.unique.append(tuple(names))


def type_name(value: Value) -> str:
    """`DataTypes.STRING(20)` as `STRING(20)`."""
    if isinstance(value, str):
        return value
    name = hint_of(value)
    last = name.removesuffix("()").rsplit(".", 1)[-1]
    if isinstance(value, Ext) and name.endswith("()"):
        inner = [
            str(arg) if isinstance(arg, str | int) else type_name(arg)
            for arg in value.args
            if isinstance(arg, str | int | Ext)
        ]
        return f"{last}({', '.join(inner)})" if inner else last
    return last


def _references(draft: Draft, column: str, references: Value, options: Obj, world: World) -> None:
    model = references.props.get("model", UNDEFINED) if isinstance(references, Obj) else references
    if isinstance(model, Obj) and isinstance(model.props.get("tableName"), str):
        model = model.props["tableName"]
    other = _entity(world, model)
    table = other.table if other is not None else model if isinstance(model, str) else ""
    key = references.props.get("key", "id") if isinstance(references, Obj) else "id"
    action = options.props.get("onDelete")
    if table:
        draft.keys[column] = table, key if isinstance(key, str) else "id", action if isinstance(action, str) else None


def _foreign(options: Obj, name: str = "foreignKey") -> str | None:
    key = options.props.get(name)
    if isinstance(key, Obj):
        key = key.props.get("name", key.props.get("field"))
    return key if isinstance(key, str) else None


def _link(draft: Draft, holder: Entity, ref: Entity, target: Draft, kind: str, options: Obj) -> None:
    if options.props.get("constraints") is False:
        return
    alias = options.props.get("as") if kind == "belongsTo" else None
    base = alias if isinstance(alias, str) else singular(ref.name)
    key = _foreign(options)
    name = key or camel(f"{lower_first(base)}_{target.primary[0] if target.primary else 'id'}")
    known = holder.fields.props.get(name)
    column = _column_name(holder, name, known if isinstance(known, Obj) else Obj())
    if key is None and (f"{snake(base)}_id" in draft.columns):
        column = f"{snake(base)}_id"
    ref_column = target.primary[0] if target.primary else "id"
    if column not in draft.columns:
        kind_of = target.columns.get(ref_column)
        draft.column(Column(name=column, type=kind_of.type if kind_of is not None else "INTEGER"))
    action = options.props.get("onDelete")
    draft.keys.setdefault(column, (target.name, ref_column, action if isinstance(action, str) else None))


def _junction(
    world: World, one: Entity, two: Entity, options: Obj, site: Site, drafts: dict[int, Draft], known: list[Draft]
) -> Draft | None:
    through = options.props.get("through", UNDEFINED)
    if isinstance(through, Obj) and "model" in through.props:
        through = through.props["model"]
    entity = _entity(world, through)
    name = entity.table if entity is not None else through if isinstance(through, str) else ""
    if not name:
        return None
    if entity is None and (one.world.defaults.get("underscored") is True):
        name = snake(name)
    draft = drafts[id(entity)] if entity is not None else next((each for each in known if each.name == name), None)
    fresh = draft is None
    if draft is None:
        draft = Draft(name, site, "sequelize")
    added: list[str] = []
    for side, key in ((one, _foreign(options)), (two, _foreign(options, "otherKey"))):
        primary = drafts[id(side)].primary[0] if drafts[id(side)].primary else "id"
        column = key or camel(f"{lower_first(singular(side.name))}_{primary}")
        if side.option("underscored") is True and key is None:
            column = snake(column)
        if column not in draft.columns and len(draft.keys) < 2:
            draft.column(Column(name=column, type="INTEGER", nullable=False))
        if column in draft.columns:
            draft.keys.setdefault(column, (side.table, drafts[id(side)].primary[0], "CASCADE"))
            added.append(column)
    generated = entity is not None and not any(
        isinstance(v, Obj) and v.props.get("primaryKey") is True for v in entity.fields.props.values()
    )
    if generated and draft.primary == ["id"] and len(added) == 2:
        draft.columns.pop("id", None)  # a through table is identified by what it joins
        draft.primary = list(added)
    if fresh:
        draft.primary += added
        for stamp in ("createdAt", "updatedAt"):
            if options.props.get("timestamps") is not False and one.world.defaults.get("timestamps") is not False:
                draft.column(
                    Column(
                        name=snake(stamp) if one.world.defaults.get("underscored") is True else stamp,
                        type="DATE",
                        nullable=False,
                    )
                )
        return draft
    return None
