"""Readers of this family, by import path."""

from __future__ import annotations

READERS: tuple[str, ...] = (
    "hivemind_facts.readers.python.fastapi:FastApi",
    "hivemind_facts.readers.python.flask:Flask",
    "hivemind_facts.readers.python.django:Django",
    "hivemind_facts.readers.python.sqlalchemy:SqlAlchemy",
    "hivemind_facts.readers.python.django_models:DjangoModels",
    "hivemind_facts.readers.python.graphql:CodeFirstGraphql",
    "hivemind_facts.readers.python.external:PythonExternal",
    "hivemind_facts.readers.python.surroundings:PythonEnvironment",
    "hivemind_facts.readers.python.surroundings:PythonModules",
    "hivemind_facts.readers.python.registrars:PythonRegistrars",
)
