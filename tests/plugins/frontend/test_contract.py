"""Calls against endpoints."""

from __future__ import annotations

import pytest
from hivemind_frontend.models import ApiCall
from hivemind_frontend.rules.contract import Offered, contract


def fit(call: str, *offers: str) -> tuple[str, bool]:
    method, path = call.split(" ", 1)
    offered = [Offered(*one.split(" ", 1)) for one in offers]
    line = contract([ApiCall(method=method, path=path)], offered)[0]
    return line.kind, line.possible


@pytest.mark.parametrize(
    ("call", "offers", "expected"),
    [
        ("GET /a/{x}", ["GET /a/{id}"], ("matched", False)),
        ("GET /a/", ["GET /a"], ("matched", False)),
        ("GET /a?x={y}&z=1", ["GET /a"], ("matched", False)),
        ("GET /users/me", ["GET /users/{id}"], ("matched", False)),
        ("GET http://localhost:8000/a", ["GET /a"], ("matched", False)),
        ("UNKNOWN /a", ["POST /a"], ("matched", False)),
        ("GET /a", ["ANY /a"], ("matched", False)),
        ("GET /a/{kind}", ["GET /a/list"], ("matched", True)),
        ("GET {base}/a/{id}", ["GET /api/v1/a/{id}"], ("matched", True)),
        ("GET /{base}/a", ["GET /api/v1/a"], ("matched", True)),
        ("GET /a/b", ["GET /api/a/b"], ("matched", True)),
        ("GET /api/a/b", ["GET /a/b"], ("matched", True)),
        ("POST /a", ["GET /a", "PUT /a"], ("method_mismatch", False)),
        ("GET /b", ["GET /a"], ("missing_endpoint", False)),
        ("GET /a/b/c", ["GET /a/{id}"], ("missing_endpoint", False)),
        ("GET https://api.example.org/a", ["GET /a"], ("external", False)),
    ],
)
def test_how_a_call_fits(call: str, offers: list[str], expected: tuple[str, bool]) -> None:
    assert fit(call, *offers) == expected


def test_the_more_literal_endpoint_is_taken() -> None:
    offers = [Offered("GET", "/users/{id}"), Offered("GET", "/users/me")]
    lines = contract([ApiCall(method="GET", path="/users/me")], offers)
    assert [(one.kind, one.endpoint) for one in lines] == [
        ("matched", "GET /users/me"),
        ("unused_endpoint", "GET /users/{id}"),
    ]


def test_fields_that_an_endpoint_does_not_name() -> None:
    offers = [Offered("POST", "/a", fields=frozenset(("name",)))]
    line = contract([ApiCall(method="POST", path="/a", request_fields=("name", "age"))], offers)[0]
    assert (line.kind, line.detail) == ("field_mismatch", "sends age, which the endpoint does not name")
    assert contract([ApiCall(method="POST", path="/a")], offers)[0].kind == "matched"


def test_nothing_is_said_where_one_side_is_unknown() -> None:
    assert contract([ApiCall(method="GET", path="/a")], []) == []
    assert contract([], [Offered("GET", "/a")]) == []
