"""The names of Django's applications, models and tables."""

from __future__ import annotations

from posixpath import dirname

from hivemind_facts.readers.python.program import Program
from hivemind_facts.readers.python.values import Cls, Lazy, Obj, Value, leaf

_PARTS = ("models", "model", "entities")


class Labels:
    """Finds the table of a model, and the model that a relation names."""

    def __init__(self, program: Program, models: list[Cls]) -> None:
        self.program = program
        self._labels: dict[str, str] = {}
        self._configured = _configured(program)
        self._models = {(self.label(cls), cls.name.lower()): cls for cls in models}
        self._ids = {id(cls) for cls in models}
        auto = program.machine.django_setting("DEFAULT_AUTO_FIELD")
        self.auto_field = auto.rpartition(".")[2] if isinstance(auto, str) else "AutoField"
        user = program.machine.django_setting("AUTH_USER_MODEL")
        self._user = user if isinstance(user, str) else "auth.User"

    def label(self, cls: Cls) -> str:
        """The label of the application that a model belongs to."""
        meta = cls.names.get("Meta")
        given = meta.find("app_label") if isinstance(meta, Cls) else None
        if isinstance(given, str):
            return given
        folder = dirname(cls.path)
        parts = folder.split("/")
        for known in (folder, *("/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))):
            if known in self._configured:
                return self._configured[known]
        while len(parts) > 1 and parts[-1] in _PARTS:
            parts.pop()
        for position, part in enumerate(parts):
            if part in _PARTS and position:
                return parts[position - 1]
        return parts[-1] or "app"

    def table(self, cls: Cls) -> str | None:
        """The table of a model; None if it has none of its own."""
        meta = cls.names.get("Meta")
        if isinstance(meta, Cls):
            if meta.names.get("abstract") is True:
                return None
            if meta.find("proxy") is True and "proxy" in meta.names:
                return None
            given = meta.find("db_table")
            if isinstance(given, str):
                return given.replace('"', "").rpartition(".")[2]
        return f"{self.label(cls)}_{cls.name.lower()}"

    def parent(self, cls: Cls) -> Cls | None:
        """The model with a table that a model extends."""
        for base in list(cls.mro())[1:]:
            if isinstance(base, Cls) and id(base) in self._ids and self.table(base) is not None:
                return base
        return None

    def target(self, value: Value, cls: Cls) -> Value:
        """What a relation points to: a model, or the text 'app.Model' of one outside the repository."""
        if isinstance(value, Cls):
            return value
        if isinstance(value, Obj) and leaf(value.cls) in ("get_user_model", "swapper_load"):
            value = self._user
        if isinstance(value, Obj | Lazy) or value is None:
            return leaf(value)
        if not isinstance(value, str):
            name = leaf(value)
            return (
                self._user
                if name in ("AUTH_USER_MODEL", "get_user_model")
                else f"{_library(value)}.{name}"
                if name
                else ""
            )
        if value in ("self", cls.name):
            return cls
        label, _, name = value.rpartition(".")
        found = self._models.get((label or self.label(cls), name.lower()))
        if found is None and not label:
            named = [model for (_, title), model in self._models.items() if title == name.lower()]
            found = named[0] if len(named) == 1 else None
        return found if found is not None else value

    def table_of(self, target: Value) -> str:
        """The table of a relation's target."""
        if isinstance(target, Cls):
            table = self.table(target)
            parent = self.parent(target) if table is None else None
            return table or (self.table(parent) or "" if parent is not None else target.name.lower())
        label, _, name = str(target).rpartition(".")
        known = {"contenttype": "django_content_type", "site": "django_site", "session": "django_session"}
        return known.get(name.lower(), f"{label.rpartition('.')[2]}_{name}".lower().lstrip("_"))

    def primary_of(self, target: Value) -> str:
        """The primary key of a relation's target."""
        return self.primary(target) if isinstance(target, Cls) else "id"

    def primary(self, cls: Cls) -> str:
        """The column of a model's primary key."""
        from hivemind_facts.readers.python.django_models import fields, kind_of

        for name, field, _ in fields(cls):
            if field.kwargs.get("primary_key") is True:
                column = field.kwargs.get("db_column")
                related = "ForeignKey" in kind_of(field) or "OneToOne" in kind_of(field)
                return column if isinstance(column, str) else f"{name}_id" if related else name
        parent = self.parent(cls)
        return f"{parent.name.lower()}_ptr_id" if parent is not None else "id"


def _library(value: Value) -> str:
    from hivemind_facts.readers.python.values import name_of

    parts = name_of(value).split(".")
    return parts[-3] if len(parts) > 2 and parts[-2] == "models" else parts[0]


def _configured(program: Program) -> dict[str, str]:
    """The labels that application configurations set, by folder."""
    found: dict[str, str] = {}
    for path in program.packages.paths:
        if path.endswith("/apps.py"):
            for value in program.machine.module(path).names.values():
                if isinstance(value, Cls) and value.is_a("AppConfig"):
                    label = value.find("label")
                    if isinstance(label, str):
                        found[dirname(path)] = label
    return found
