"""The facts of the fixture applications are what stands beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize("name", ["shop_fastapi", "library_flask", "clinic_django"])
def test_endpoints_and_access(app: Callable[[str], Any], name: str) -> None:
    found = app(name)
    assert found.endpoints == found.expected["endpoints"]


@pytest.mark.parametrize("name", ["clinic_django", "store_sqlalchemy"])
def test_tables_and_foreign_keys(app: Callable[[str], Any], name: str) -> None:
    found = app(name)
    assert found.tables == {table: sorted(keys) for table, keys in found.expected["tables"].items()}


@pytest.mark.parametrize("name", ["shop_fastapi", "library_flask", "clinic_django"])
def test_nothing_is_left_unresolved(app: Callable[[str], Any], name: str) -> None:
    assert app(name).facts.unresolved == ()


def test_every_endpoint_names_a_line_of_its_handler(app: Callable[[str], Any]) -> None:
    found = app("shop_fastapi")
    for endpoint in found.facts.endpoints:
        line = (found.root / endpoint.file).read_text().splitlines()[endpoint.line - 1]
        assert endpoint.handler in line or "Route(" in line or "add_api_route" in line


def test_evidence_names_the_guard_and_the_place_that_applies_it(app: Callable[[str], Any]) -> None:
    found = {f"{one.method} {one.path}": one.auth_evidence for one in app("shop_fastapi").facts.endpoints}
    assert found["GET /back-office/users/all"] == "admin_user (src/shop/admin.py:19)"
    assert found["GET /api/v1/items"].startswith("maybe_user (src/shop/api/v1/items.py:")


def test_types_and_parameters_of_a_handler(app: Callable[[str], Any]) -> None:
    endpoints = {f"{one.method} {one.path}": one for one in app("shop_fastapi").facts.endpoints}
    listed = endpoints["GET /api/v1/items"]
    assert (listed.response_type, listed.paginated, listed.summary) == ("List[Item]", True, "All items")
    assert [(one.name, one.location, one.required) for one in listed.parameters] == [("limit", "query", False)]
    created = endpoints["POST /api/v1/items"]
    assert (created.request_type, created.response_type) == ("ItemIn", "Item")
    assert endpoints["GET /api/v1/items/{item_id}"].parameters[0].location == "path"


def test_sql_in_a_migration_that_is_not_replayed_is_listed(app: Callable[[str], Any]) -> None:
    unresolved = app("store_sqlalchemy").facts.unresolved
    assert [(one.what, one.file) for one in unresolved] == [("table", "migrations/versions/a_second.py")]
    assert "ADD COLUMN hidden" in unresolved[0].reason
