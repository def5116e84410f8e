"""What the pages are made of: tables, fences, and types and fields as a reader wants to see them."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; pipes in cells are escaped."""
    lines = [_row(head), _row(["---"] * len(head))]
    lines += [_row(row) for row in rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def fence(text: str, language: str = "text") -> str:
    """A fenced block."""
    return f"```{language}\n{text.strip(chr(10))}\n```\n"


def code(text: str) -> str:
    """Inline code, nothing for nothing."""
    return f"`{text}`" if text else ""


def doc(thing: object) -> str:
    """A docstring without indentation, in one paragraph each."""
    return inspect.cleandoc(getattr(thing, "__doc__", None) or "")


def prose(text: str) -> str:
    """Text whose angle brackets are no HTML."""
    return re.sub(r"<(?=[A-Za-z/])", "&lt;", text)


def type_name(annotation: Any) -> str:
    """A type, in short: `str`, `int or none`, `list of Artifact`, one of these words."""
    if annotation is None or annotation is type(None):
        return "none"
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_name(arguments[0])
    if origin is typing.Literal:
        return ", ".join(f"`{one}`" for one in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_name(one) for one in arguments)
    if origin in (tuple, list, frozenset, set):
        inner = [one for one in arguments if one is not Ellipsis]
        return f"list of {type_name(inner[0])}" if inner else "list"
    if isinstance(origin, type) and issubclass(origin, typing.Mapping):  # type: ignore[arg-type]
        return f"object of {type_name(arguments[1])} by {type_name(arguments[0])}"
    if annotation is Any:
        return "any"
    names = {"str": "text", "int": "integer", "float": "number", "bool": "true or false", "dict": "object"}
    name = getattr(annotation, "__name__", str(annotation))
    return names.get(name, link(annotation) if is_model(annotation) else f"`{name}`")


def title(model: type[BaseModel]) -> str:
    """A model's name as a heading: `Changes of Endpoint`."""
    return model.__name__.replace("[", " of ").replace("]", "")


def link(model: type[BaseModel]) -> str:
    """A link to a model's section on the same page."""
    return f"[{title(model)}](#{title(model).lower().replace(' ', '-')})"


def is_model(annotation: Any) -> bool:
    """Whether this is a pydantic model."""
    return inspect.isclass(annotation) and issubclass(annotation, BaseModel)


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation names, at any depth of it."""
    if is_model(annotation):
        return [annotation]
    return [model for one in typing.get_args(annotation) for model in models_in(one)]


def fields(model: type[BaseModel], leave: Iterable[str] = ()) -> str:
    """The table of a model's fields."""
    rows = []
    for name, field in model.model_fields.items():
        if name in leave or field.exclude:
            continue
        rows.append([code(name), type_name(field.annotation), default_of(field), field.description or ""])
    return table(("field", "type", "default", "meaning"), rows) if rows else "No fields.\n"


def default_of(field: Any) -> str:
    """A field's default as a page shows it."""
    if field.default_factory is not None:
        made = field.default_factory.__name__
        return "empty" if made in ("dict", "list", "tuple") else made.replace("utc_now", "now").replace("<lambda>", "")
    if field.default is PydanticUndefined:
        return "required"
    if field.default in ("", (), None) or isinstance(field.default, BaseModel):
        return "none" if field.default is None else "empty"
    return code(str(field.default))


def reachable(roots: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models that these name in their fields, each once, by name; the roots left out."""
    roots = list(roots)
    found: dict[str, type[BaseModel]] = {}
    open_ = list(roots)
    while open_:
        for field in open_.pop().model_fields.values():
            for model in models_in(field.annotation):
                if model not in roots and model.__name__ not in found:
                    found[model.__name__] = model
                    open_.append(model)
    return [found[name] for name in sorted(found)]


def sections(models: Iterable[type[BaseModel]], level: str = "###") -> str:
    """A section for each model."""
    return "\n".join(f"{level} {title(one)}\n\n{prose(_said(one))}\n\n{fields(one)}" for one in models)


def _said(model: type[BaseModel]) -> str:
    return doc(model) or doc(model.__pydantic_generic_metadata__["origin"])
