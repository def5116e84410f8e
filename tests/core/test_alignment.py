"""Alignment: calls held against endpoints."""

from __future__ import annotations

import pytest

from hivemind import CallContract, EndpointContract, WorkerOutput, path_shape
from hivemind.alignment import align, compare, findings_of
from hivemind.models import Check


def call(said: str, **more: object) -> CallContract:
    method, path = said.split(" ")
    return CallContract.model_validate({"method": method, "path": path, **more})


def offer(said: str, **more: object) -> EndpointContract:
    method, path = said.split(" ")
    return EndpointContract.model_validate({"method": method, "path": path, **more})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/{id}/", ("a", "{}")),
        ("/", ()),
        ("/a?x=1", ("a",)),
        ("/a/{x}/b/:y", ("a", "{}", "b", "{}")),
        ("http://localhost:8000/a", ("a",)),
    ],
)
def test_shape(path: str, expected: tuple[str, ...]) -> None:
    assert path_shape(path) == expected


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
        ("GET /users", "GET /users/{id}", "missing"),
    ],
)
def test_kinds(said: str, offered: str, kind: str) -> None:
    matches = align([offer(offered)], [call(said, location="web/a.js:3")])
    assert matches[0].kind == kind
    assert matches[0].location == "web/a.js:3"


@pytest.mark.parametrize(
    ("said", "offered", "kind"),
    [
        ("GET /a/b", "GET /api/a/b", "matched"),
        ("GET /api/a/b", "GET /a/b", "matched"),
        ("POST /api/a/b", "GET /a/b", "method_mismatch"),
        ("GET /users/{id}", "GET /users/me", "matched"),
        ("GET {base}/a", "GET /api/v1/a", "matched"),
    ],
)
def test_what_fits_only_in_part_is_possible(said: str, offered: str, kind: str) -> None:
    (match,) = align([offer(offered)], [call(said)])
    assert (match.kind, match.possible) == (kind, True)
    assert match.detail
    found = findings_of([match], "front", "back")
    assert [(one.severity, one.possible) for one in found] == ([] if kind == "matched" else [("medium", True)])


def test_calls_to_other_hosts_are_left_out() -> None:
    assert align([], [call("GET https://api.example.org/a")]) == []
    assert align([], [call("GET http://localhost:80/a")])[0].kind == "missing"


def test_a_doubtful_call_is_no_sure_mistake() -> None:
    (match,) = align([offer("GET /a")], [call("GET /gone", doubt="a mount could not be resolved")])[:1]
    assert (match.kind, match.possible) == ("missing", True)
    assert findings_of([match], "f", "b")[0].severity == "medium"


def test_one_finding_for_a_call_at_several_places_and_one_for_all_that_nobody_calls() -> None:
    calls = [call("GET /gone", location=f"a.js:{line}") for line in (3, 9)]
    matches = align([offer("GET /a", location="api.py:1"), offer("GET /b")], calls)
    missing, unused = findings_of(matches, "front", "back")
    assert missing.title == "no endpoint answers GET /gone"
    assert missing.evidence == "front: GET /gone (a.js:3, a.js:9) / back: no such endpoint"
    assert unused.evidence == "front: no call / back: GET /a (api.py:1); GET /b"
    assert unused.location == "api.py:1"
    assert all(one.remedy for one in matches)


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
        "front: GET /gone (a.js:1) / back: no such endpoint",
        "front: no call / back: GET /a",
    ]
    assert compare(Check(name="c", left="back", right="front"), back, front).matches == made.matches


def test_sides_that_state_nothing() -> None:
    made = compare(Check(name="c", left="a", right="b"), WorkerOutput(summary="x"), None)
    assert made.matches == ()
    assert made.findings == ()
    assert findings_of([], "", "") == ()
