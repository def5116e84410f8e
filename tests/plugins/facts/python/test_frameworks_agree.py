"""The frameworks themselves, started on the fixture applications, list the same routes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FASTAPI = """
from starlette.routing import Mount
from shop.main import create_app

try:
    from fastapi.routing import iter_route_contexts
except ImportError:  # before routers were kept as they are included
    iter_route_contexts = list

def walk(routes, prefix=""):
    for context in iter_route_contexts(routes):
        route = getattr(context, "route", context)
        if isinstance(route, Mount):
            yield from walk(route.routes, prefix + route.path)
        else:
            path = getattr(context, "path", None) or route.path
            for method in (getattr(context, "methods", None) or route.methods) - {"HEAD", "OPTIONS"}:
                yield method, prefix + path

found = list(walk(create_app().routes))
"""
FLASK = """
from library import create_app

found = [
    (method, rule.rule)
    for rule in create_app().url_map.iter_rules()
    for method in rule.methods - {"HEAD", "OPTIONS"}
]
"""
DJANGO = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
import django
django.setup()
from django.urls import get_resolver
from rest_framework.test import APIRequestFactory

def methods(view, callback):
    actions = getattr(callback, "actions", None)
    if actions:
        verbs = set(callback.cls.http_method_names) - {"head", "options", "trace"}
        return [name.upper() for name in actions if name in verbs]
    cls = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    if cls is None:
        return ["*"]
    return [n.upper() for n in cls.http_method_names if hasattr(cls, n) and n not in ("options", "head", "trace")]

def walk(patterns, prefix=""):
    for one in patterns:
        here = prefix + str(one.pattern).lstrip("^")
        if hasattr(one, "url_patterns"):
            yield from walk(one.url_patterns, here)
        else:
            for method in methods(one, one.callback):
                yield method, here

found = list(walk(get_resolver().url_patterns))
"""
CASES = [
    ("shop_fastapi", "src", FASTAPI, "fastapi"),
    ("library_flask", ".", FLASK, "flask_restful"),
    ("clinic_django", ".", DJANGO, "rest_framework"),
]


def shape(path: str) -> str:
    """A path without what the notations differ in."""
    path = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)|<[^<>]*>|\{[^{}]*\}", "{}", path)
    return "/" + "/".join(part for part in re.sub(r"[$^]|/\?|\\Z", "", path).split("/") if part)


@pytest.mark.parametrize(("name", "source", "program", "package"), CASES)
def test_the_framework_lists_the_same_routes(
    app: Callable[[str], Any], name: str, source: str, program: str, package: str
) -> None:
    pytest.importorskip(package)
    found = app(name)
    code = program + "\nimport json; print(json.dumps(found))"
    env = {"PYTHONPATH": str((found.root / source).resolve()), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    routes = {(method, shape(path)) for method, path in json.loads(done.stdout.splitlines()[-1])}
    read = {(one.method, shape(one.path)) for one in found.facts.endpoints}
    free = {path for method, path in routes if method == "*"}
    assert {path for _, path in read} == {path for _, path in routes}
    assert {(m, p) for m, p in read if p not in free} == {(m, p) for m, p in routes if p not in free}
    assert len(routes) > 10


def test_sqlalchemy_itself_has_the_same_columns_and_keys(app: Callable[[str], Any]) -> None:
    pytest.importorskip("sqlalchemy")
    found = app("store_sqlalchemy")
    code = """
import json
from store.models import Base
print(json.dumps({
    table.name: [
        {column.name: bool(column.nullable) for column in table.columns},
        sorted(column.name for column in table.primary_key.columns),
        sorted([key.parent.name, key.target_fullname] for key in table.foreign_keys),
    ]
    for table in Base.metadata.tables.values()
}))
"""
    env = {"PYTHONPATH": str(Path(found.root).resolve()), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    own = json.loads(done.stdout)
    read = {
        table.name: [
            {column.name: column.nullable for column in table.columns},
            sorted(table.primary_key),
            sorted([key.column, f"{key.ref_table}.{key.ref_column}"] for key in table.foreign_keys),
        ]
        for table in found.facts.tables
        if table.name in own
    }
    assert read == own
