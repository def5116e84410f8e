"""Alignment: calls held against endpoints."""

from __future__ import annotations

import pytest

from hivemind import CallContract, EndpointContract, WorkerOutput
from hivemind.alignment import align, compare, findings_of, shape
from hivemind.models import Check


def call(said: str, **more: object) -> CallContract:
    method, path = said.split(" ")
    return CallContract.model_validate({"method": method, "path": path, **more})


def offer(said: str, **more: object) -> EndpointContract:
    method, path = said.split(" ")
    return EndpointContract.model_validate({"method": method, "path": path, **more})


@pytest.mark.parametrize(
    ("path", "expected"), [("/a/{id}/", "/a/{}"), ("/", "/"), ("/a?x=1", "/a"), ("/a/{x}/b/{y}", "/a/{}/b/{}")]
)
def test_shape(path: str, expected: str) -> None:
    assert shape(path) == expected


@pytest.mark.parametrize(
    ("said", "offered", "kind"),
    [
        ("GET /a/{x}", "GET /a/{id}", "matched"),
        ("UNKNOWN /a", "POST /a", "matched"),
        ("GET /a", "ANY /a", "matched"),
        ("POST /a", "GET /a", "method_mismatch"),
        ("GET /b", "GET /a", "missing"),
        ("GET /users/me", "GET /users/{id}", "matched"),
        ("POST /users/me", "GET /users/{id}", "method_mismatch"),
        ("GET /users/{id}", "GET /users/me", "missing"),
        ("GET /users", "GET /users/{id}", "missing"),
    ],
)
def test_kinds(said: str, offered: str, kind: str) -> None:
    matches = align([offer(offered)], [call(said, location="web/a.js:3")])
    assert matches[0].kind == kind
    assert matches[0].location == "web/a.js:3"


def test_fields_are_compared_only_where_both_sides_state_them() -> None:
    stated = offer("POST /a", request_fields=("name",), response_fields=("id", "name"))
    (match,) = align([stated], [call("POST /a", request_fields=("name", "age"), response_fields=("id", "total"))])
    assert match.kind == "field_mismatch"
    assert "age" in match.detail
    assert "total" in match.detail
    assert align([stated], [call("POST /a")])[0].kind == "matched"
    assert align([offer("POST /a")], [call("POST /a", request_fields=("x",))])[0].kind == "matched"


def test_an_endpoint_that_nobody_calls_is_named_once() -> None:
    matches = align([offer("GET /a"), offer("GET /b")], [call("GET /a"), call("GET /a")])
    assert [one.kind for one in matches] == ["matched", "matched", "unused"]


class Side(WorkerOutput):
    offers: tuple[EndpointContract, ...] = ()
    calls: tuple[CallContract, ...] = ()

    def offered_endpoints(self) -> tuple[EndpointContract, ...]:
        return self.offers

    def planned_calls(self) -> tuple[CallContract, ...]:
        return self.calls


def test_whichever_side_offers_and_whichever_calls() -> None:
    check = Check(name="c", left="front", right="back")
    front = Side(summary="f", calls=(call("GET /gone", location="a.js:1"),))
    back = Side(summary="b", offers=(offer("GET /a"),))
    made = compare(check, front, back)
    assert (made.offers, made.calls) == ("back", "front")
    assert {one.kind for one in made.matches} == {"missing", "unused"}
    assert made.provenance is not None
    assert not made.provenance.model_asked
    assert [one.evidence for one in made.findings] == [
        "front: GET /gone / back: no such endpoint",
        "front: no call / back: GET /a",
    ]
    assert compare(Check(name="c", left="back", right="front"), back, front).matches == made.matches


def test_sides_that_state_nothing() -> None:
    made = compare(Check(name="c", left="a", right="b"), WorkerOutput(summary="x"), None)
    assert made.matches == ()
    assert made.findings == ()
    assert findings_of([], "", "") == ()
