"""Django models as tables, with the join tables of many-to-many fields."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.models import Column
from hivemind_facts.readers.python.django_labels import Labels
from hivemind_facts.readers.python.program import program_of
from hivemind_facts.readers.python.tables import Draft, Key, shown
from hivemind_facts.readers.python.values import MISSING, UNKNOWN, Cls, Obj, Value, leaf
from hivemind_facts.readers.python.web import strings
from hivemind_facts.reading import Repository, Yielded

_RELATED = ("ForeignKey", "OneToOneField", "TreeForeignKey", "ParentalKey", "AutoOneToOneField", "SafeForeignKey")
_MANY = ("ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField")
_NO_COLUMN = ("GenericForeignKey", "GenericRelation", "TaggableManager", "HistoricalRecords")
_UNIQUE_INDEX = ("SlugField", "AutoSlugField")
_USER_COLUMNS = {
    "AbstractBaseUser": (("password", "CharField(128)", False), ("last_login", "DateTimeField", True)),
    "PermissionsMixin": (("is_superuser", "BooleanField", False),),
    "AbstractUser": (
        *(("password", "CharField(128)", False), ("last_login", "DateTimeField", True)),
        *(("is_superuser", "BooleanField", False), ("username", "CharField(150)", False)),
        *(("first_name", "CharField(150)", False), ("last_name", "CharField(150)", False)),
        *(("email", "EmailField(254)", False), ("is_staff", "BooleanField", False)),
        *(("is_active", "BooleanField", False), ("date_joined", "DateTimeField", False)),
    ),
    "TimeStampedModel": (("created", "DateTimeField", False), ("modified", "DateTimeField", False)),
}


class DjangoModels:
    """Reads Django models."""

    name = "django-models"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield every table that the models make."""
        program = program_of(repository)
        models = [cls for cls in program.classes if is_model(cls)]
        if not models:
            return
        labels = Labels(program, models)
        for cls in models:
            table = labels.table(cls)
            if table is None:
                continue
            draft = Draft(table, cls.path, cls.line, "django", cls.name)
            joins = list(_fill(draft, cls, labels))
            yield draft.table()
            for join in joins:
                yield join.table()


def is_model(cls: Cls) -> bool:
    """Whether a class is a Django model."""
    return any(
        name.endswith((".models.Model", ".db.models.base.Model", ".MPTTModel"))
        or name.rpartition(".")[2] in _USER_COLUMNS
        or (name.rpartition(".")[2] == "Model" and name.startswith("django"))
        for name in cls.foreign()
        if not name.startswith(("flask", "peewee", "sqlalchemy", "tortoise"))
    )


def fields(cls: Cls) -> Iterator[tuple[str, Obj, Cls]]:
    """The fields of a model and of its abstract bases: name, field, the class that has it."""
    owners = [one for one in cls.mro() if isinstance(one, Cls)]
    seen: dict[str, tuple[Obj, Cls] | None] = {}
    for owner in owners:
        if owner is not cls and not is_abstract(owner):
            continue
        for name, value in owner.names.items():
            if name not in seen:
                field = isinstance(value, Obj) and _is_field(value)
                seen[name] = (value, owner) if field else None
    ordered = [name for owner in reversed(owners) for name in owner.names if name in seen]
    for name in dict.fromkeys(ordered):
        found = seen[name]
        if found is not None:
            yield name, found[0], found[1]


def is_abstract(cls: Cls) -> bool:
    """Whether a class makes no table of its own: abstract, or a mixin that is no model."""
    meta = cls.names.get("Meta")
    return (isinstance(meta, Cls) and meta.names.get("abstract") is True) or not is_model(cls)


def _is_field(value: Obj) -> bool:
    made = value.cls
    name = leaf(made)
    if isinstance(made, Cls):
        return any(
            base.rpartition(".")[2].endswith("Field") or base.rpartition(".")[2] in _RELATED for base in made.foreign()
        )
    return name.endswith("Field") or name in _RELATED or name in _MANY or name in _NO_COLUMN


def kind_of(field: Obj) -> str:
    """The kind of a field; of a derived field class, the kind that it derives from."""
    name = leaf(field.cls)
    if isinstance(field.cls, Cls) and name not in (*_RELATED, *_MANY):
        for base in field.cls.foreign():
            last = base.rpartition(".")[2]
            if last in (*_RELATED, *_MANY):
                return last
    return name


def _fill(draft: Draft, cls: Cls, labels: Labels) -> Iterator[Draft]:
    """Put the columns of a model on its table; yield the join tables."""
    found = list(fields(cls))
    primary = [name for name, field, _ in found if field.kwargs.get("primary_key") is True]
    parent = labels.parent(cls)
    if parent is not None and not primary:
        link = f"{parent.name.lower()}_ptr_id"
        draft.columns[link] = Column(name=link, type="OneToOneField", nullable=False, unique=True)
        draft.primary = [link]
        draft.refer(Key((link,), labels.table(parent) or "", (labels.primary(parent),), "CASCADE"))
    elif not primary:
        draft.columns["id"] = Column(name="id", type=labels.auto_field, nullable=False)
        draft.primary = ["id"]
    for base in cls.foreign():
        for name, kind, nullable in _USER_COLUMNS.get(base.rpartition(".")[2], ()):
            draft.columns[name] = Column(name=name, type=kind, nullable=nullable, unique=name == "username")
    columns: dict[str, str] = {}
    for name, field, _ in found:
        kind = kind_of(field)
        if kind in _MANY:
            join = _join(draft.name, cls, name, field, labels)
            if join is not None:
                yield join
        elif kind not in _NO_COLUMN:
            columns[name] = _column(draft, cls, name, field, kind, labels)
    if cls.is_a("AbstractUser", "PermissionsMixin"):
        for name, target in (("groups", "auth_group"), ("user_permissions", "auth_permission")):
            column = "group_id" if name == "groups" else "permission_id"
            yield _join_table(f"{draft.name}_{name}", cls, (f"{cls.name.lower()}_id", draft.name), (column, target))
    _meta(draft, cls, columns)


def _column(draft: Draft, cls: Cls, name: str, field: Obj, kind: str, labels: Labels) -> str:
    related = kind in _RELATED
    given = field.kwargs.get("db_column")
    column = given if isinstance(given, str) else f"{name}_id" if related else name
    one_to_one = "OneToOne" in kind
    unique = field.kwargs.get("unique") is True or one_to_one
    primary = field.kwargs.get("primary_key") is True
    length = field.kwargs.get("max_length")
    default = field.kwargs.get("default", MISSING)
    draft.columns[column] = Column(
        name=column,
        type=f"{kind}({length})" if isinstance(length, int) else kind,
        nullable=field.kwargs.get("null") is True,
        default=None if default is MISSING or default is UNKNOWN else shown(default),
        unique=unique,
    )
    if primary:
        draft.primary = [column]
    indexed = field.kwargs.get("db_index", related or kind in _UNIQUE_INDEX)
    if indexed is True and not unique and not primary:
        draft.index((column,))
    if related:
        target = labels.target(field.arg(0, "to"), cls)
        to_field = field.kwargs.get("to_field")
        on_delete = field.kwargs.get("on_delete", field.args[1] if len(field.args) > 1 else None)
        ref = to_field if isinstance(to_field, str) else labels.primary_of(target)
        draft.refer(Key((column,), labels.table_of(target), (ref,), leaf(on_delete) or None))
    return column


def _join(table: str, cls: Cls, name: str, field: Obj, labels: Labels) -> Draft | None:
    if field.kwargs.get("through") is not None:
        return None
    target = labels.target(field.arg(0, "to"), cls)
    given = field.kwargs.get("db_table")
    mine = cls.name.lower()
    other = target.name.lower() if isinstance(target, Cls) else str(target).rpartition(".")[2].lower()
    first, second = f"{mine}_id", f"{other}_id"
    if mine == other:
        first, second = f"from_{mine}_id", f"to_{mine}_id"
    title = given if isinstance(given, str) else f"{table}_{name}"
    join = _join_table(title, cls, (first, table), (second, labels.table_of(target)))
    join.line = cls.lines.get(name, cls.line)
    join.keys[0].refs, join.keys[1].refs = (labels.primary(cls),), (labels.primary_of(target),)
    return join


def _join_table(name: str, cls: Cls, first: tuple[str, str], second: tuple[str, str]) -> Draft:
    join = Draft(name, cls.path, cls.line, "django")
    join.columns["id"] = Column(name="id", type="AutoField", nullable=False)
    join.primary = ["id"]
    for column, table in (first, second):
        join.columns[column] = Column(name=column, type="ForeignKey", nullable=False)
        join.refer(Key((column,), table, ("id",), "CASCADE"))
        join.index((column,))
    join.constrain((first[0], second[0]))
    return join


def _meta(draft: Draft, cls: Cls, columns: dict[str, str]) -> None:
    meta: Value = MISSING
    for owner in cls.mro():
        if isinstance(owner, Cls) and "Meta" in owner.names:
            meta = owner.names["Meta"]
            break
    if not isinstance(meta, Cls):
        return

    def named(value: Value) -> tuple[str, ...]:
        return tuple(columns.get(name.lstrip("-"), name.lstrip("-")) for name in strings(value))

    for option, unique in (("unique_together", True), ("index_together", False)):
        value = meta.find(option)
        if isinstance(value, list | tuple) and value:
            for group in [value] if isinstance(value[0], str) else value:
                if unique:
                    draft.constrain(named(group))
                else:
                    draft.index(named(group))
    for option in ("indexes", "constraints"):
        value = meta.find(option)
        for item in value if isinstance(value, list | tuple) else ():
            if isinstance(item, Obj) and isinstance(item.kwargs.get("fields"), list | tuple):
                name = item.kwargs.get("name")
                title = name if isinstance(name, str) else ""
                if leaf(item.cls) == "UniqueConstraint":
                    if item.kwargs.get("condition") is None:
                        draft.constrain(named(item.kwargs["fields"]), title)
                else:
                    draft.index(named(item.kwargs["fields"]), title)
