"""Whole applications: full paths, who may ask, tables, calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hivemind_facts.models import Facts

Load = Callable[[str], tuple[Facts, dict[str, Any]]]


@pytest.mark.parametrize("name", ["express", "fastify", "nest"])
def test_endpoints_and_their_guards(application: Load, name: str) -> None:
    facts, expected = application(name)
    found = sorted([endpoint.method, endpoint.path, endpoint.auth] for endpoint in facts.endpoints)
    assert found == sorted(expected["endpoints"])


@pytest.mark.parametrize("name", ["express", "fastify", "nest", "browser", "models"])
def test_what_is_not_constant_is_listed_and_nothing_else(application: Load, name: str) -> None:
    facts, expected = application(name)
    reasons = [fact.reason for fact in facts.unresolved]
    assert len(reasons) == len(expected["unresolved"]), reasons
    for wanted in expected["unresolved"]:
        assert any(wanted in reason for reason in reasons), (wanted, reasons)


@pytest.mark.parametrize("name", ["nest", "models"])
def test_tables_and_foreign_keys(application: Load, name: str) -> None:
    facts, expected = application(name)
    found = {
        table.name: sorted([key.column, key.ref_table, key.ref_column, key.indexed] for key in table.foreign_keys)
        for table in facts.tables
    }
    assert found == expected["tables"]


def test_columns(application: Load) -> None:
    facts, expected = application("models")
    found = {table.name: [column.name for column in table.columns] for table in facts.tables}
    for name, columns in expected["columns"].items():
        assert found[name] == columns


def test_graphql_operations_by_decorators(application: Load) -> None:
    facts, expected = application("nest")
    found = sorted([operation.kind, operation.name, operation.auth] for operation in facts.graphql)
    assert found == sorted(expected["graphql"])


def test_calls_of_the_browser(application: Load) -> None:
    facts, expected = application("browser")
    found = sorted([call.method, call.path, f"{call.file}:{call.line}"] for call in facts.calls)
    assert found == sorted(expected["calls"])


def test_a_host_of_somebody_else_is_external(application: Load) -> None:
    facts, expected = application("browser")
    found = [[each.name, f"{each.file}:{each.line}"] for each in facts.external if each.kind == "http"]
    assert found == expected["external"]


def test_fields_of_bodies_and_answers(application: Load) -> None:
    facts, _ = application("browser")
    by_line = {f"{call.file}:{call.line}": call for call in facts.calls}
    assert by_line["src/api/orders.ts:8"].fields == ("customer", "lines")
    assert by_line["src/api/orders.ts:12"].fields == ("text",)
    assert by_line["src/views/Orders.vue:9"].response_fields == ("items", "total")


def test_handlers_parameters_and_types(application: Load) -> None:
    facts, _ = application("nest")
    by_path = {f"{each.method} {each.path}": each for each in facts.endpoints}
    made = by_path["POST /api/v1/plants"]
    assert (made.handler, made.request_type) == ("PlantController.create", "CreatePlant")
    shown = by_path["GET /api/v1/plants/{id}"]
    assert shown.response_type == "string"
    assert [(each.name, each.location) for each in shown.parameters] == [("id", "path")]
    assert by_path["PUT /api/v2/plants/{id}"].roles == ("gardener",)


def test_handlers_are_named_through_wrappers_and_classes(application: Load) -> None:
    facts, _ = application("express")
    by_path = {f"{each.method} {each.path}": each for each in facts.endpoints}
    assert by_path["GET /api/loans"].handler == "listLoans"
    assert by_path["GET /health"].handler == "Health.show"
    assert by_path["DELETE /api/authors/{id}"].handler == "remove"
    assert by_path["GET /api/admin/users"].roles == ("admin",)
    assert by_path["PUT /api/books/{isbn}"].line == 10


def test_modules_and_environment(application: Load) -> None:
    facts, _ = application("express")
    modules = {module.path: module.imports for module in facts.modules}
    assert modules["routes/books.js"] == ("middleware/access.js",)
    assert {(each.name, each.default) for each in facts.environment} == {
        ("API_PREFIX", False),
        ("JWT_SECRET", True),
        ("UNKNOWN_MOUNT", False),
    }


def test_every_call_of_the_example_shop(read: Callable[[Path], Facts]) -> None:
    facts = read(Path(__file__).parents[4] / "examples" / "shop")
    found = {(call.method, call.path, f"{call.file}:{call.line}") for call in facts.calls}
    assert len(facts.calls) == 23
    assert ("GET", "/api/v1/auth/me", "web/app.js:18") in found
    assert ("DELETE", "/api/v1/carts/current/items/{product_id}", "web/cart.js:22") in found
    assert ("GET", "/api/v1/products/{id}/price", "web/product.js:8") in found
    assert ("POST", "/api/v1/products/{id}/reviews", "web/product.js:34") in found
