"""The frontend's rules whole: contract findings, drafts, honest absence, notes, planned calls."""

from __future__ import annotations

from pathlib import Path

from hivemind_facts.models import Call, Endpoint, Facts, Unresolved
from hivemind_frontend.models import DRAFTED, FrontendOutput
from hivemind_frontend.notes import render

PAGE = '<!doctype html>\n<html lang="en"><head><title>t</title></head><body><img src="a.png"></body></html>\n'


def call(method: str, path: str, line: int, file: str = "web/app.js") -> Call:
    return Call(method=method, path=path, file=file, line=line, client="fetch")


def endpoint(method: str, path: str, line: int = 1) -> Endpoint:
    return Endpoint(method=method, path=path, file="api.py", line=line, framework="fastapi")


FACTS = Facts(
    calls=(
        call("GET", "/api/items", 3),
        call("GET", "/api/gone", 4),
        call("GET", "/api/gone", 9),
        call("PUT", "/api/items", 5),
    ),
    endpoints=(endpoint("GET", "/api/items", 10), endpoint("POST", "/api/users", 20)),
)
NEW = [
    {
        "method": "GET",
        "path": "/api/orders",
        "status": "new",
        "response_schema": {"envelope": ["items", "total"], "fields": [{"name": "id"}, {"name": "total_cents"}]},
    },
    {
        "method": "POST",
        "path": "/api/orders",
        "status": "new",
        "request_schema": {"envelope": [], "fields": [{"name": "total_cents"}]},
    },
    {"method": "GET", "path": "/api/orders/{order_id}", "status": "new", "response_schema": {"fields": []}},
    {"method": "GET", "path": "/api/items", "status": "existing", "location": "api.py:10"},
]


def test_broken_calls_and_unused_endpoints_are_findings(run, write) -> None:
    write({"web/index.html": PAGE, "web/app.js": "fetch('/api/items')"})
    output = run(FACTS)
    assert [(one.severity, one.title, one.location) for one in output.findings] == [
        ("high", "no endpoint answers GET /api/gone", "web/app.js:4"),
        ("high", "PUT /api/items is called with a method that is not offered", "web/app.js:5"),
        ("medium", "images without alt: 1 (WCAG 1.1.1)", "web/index.html:2"),
        ("info", "endpoints that no call of the front end reaches", "api.py:20"),
    ]
    assert [one.id for one in output.findings] == ["FE-001", "FE-002", "FE-003", "FE-004"]
    assert "web/app.js:4, web/app.js:9" in output.findings[0].evidence
    assert [one.kind for one in output.contract] == [
        "matched",
        "missing_endpoint",
        "missing_endpoint",
        "method_mismatch",
        "unused_endpoint",
    ]
    assert output.present
    assert output.roots == ("web",)


def test_a_missing_endpoint_is_only_possible_while_mounts_are_unresolved(run, write) -> None:
    write({"web/index.html": PAGE})
    facts = FACTS.model_copy(update={"unresolved": (Unresolved(what="mount", reason="not constant", file="api.py"),)})
    first = next(one for one in run(facts).findings if "gone" in one.title)
    assert first.possible
    assert first.severity == "medium"
    assert "1 place of the code could not be resolved" in first.evidence


def test_planned_calls_are_what_the_alignment_reads(run, write) -> None:
    write({"web/index.html": PAGE})
    facts = FACTS.model_copy(update={"calls": (*FACTS.calls, call("GET", "https://maps.example.org/x", 7))})
    planned = run(facts, NEW).planned_calls()
    assert [f"{one.method} {one.path}" for one in planned] == [
        "GET /api/items",
        "GET /api/gone",
        "GET /api/gone",
        "PUT /api/items",
        "GET /api/orders",
        "POST /api/orders",
        "GET /api/orders/{order_id}",
    ]
    assert planned[0].location == "web/app.js:3"
    assert planned[0].request_fields is None
    assert planned[4].response_fields == ("items", "total", "id", "total_cents")
    assert planned[5].request_fields == ("total_cents",)
    assert planned[6].response_fields is None


def test_new_endpoints_get_a_draft_in_the_conventions_of_pages(run, write) -> None:
    router = """\
import { Route } from "react-router-dom";
export const App = () => <>
  <Route path="/items" element={<ItemsPage />} />
  <Route path="/items/:id" element={<ItemPage />} />
</>;
"""
    write(
        {
            "web/package.json": '{"dependencies": {"react": "1", "react-router-dom": "1"}}',
            "web/src/App.jsx": router,
            "web/src/pages/ItemsPage.jsx": "export const ItemsPage = () => <p>x</p>;",
            "web/src/pages/ItemPage.jsx": "export const ItemPage = () => <p>x</p>;",
        }
    )
    output = run(FACTS, NEW)
    new = [one for one in output.components if one.status == "new"]
    assert [(one.name, one.kind, one.location, one.framework) for one in new] == [
        ("OrdersPage", "list", "web/src/pages/OrdersPage.jsx", "react"),
        ("OrderPage", "detail", "web/src/pages/OrderPage.jsx", "react"),
        ("OrderForm", "form", "web/src/pages/OrderForm.jsx", "react"),
    ]
    assert [(one.path, one.component) for one in output.routes if one.status == "new"] == [
        ("/orders", "OrdersPage"),
        ("/orders/:id", "OrderPage"),
    ]
    drafted = [*new, *(one for one in (*output.routes, *output.api_calls, *output.state) if one.status == "new")]
    assert len(drafted) == 3 + 2 + 3 + 1
    assert all(one.note == DRAFTED for one in drafted)
    assert {one.component for one in output.api_calls if one.status == "new"} == {one.name for one in new}
    assert not [one for one in output.contract if "orders" in one.call and one.kind != "matched"]


def test_kebab_names_and_a_hash_router(run, write) -> None:
    write(
        {
            "web/index.html": PAGE,
            "web/app.js": "const r = [[/^#\\/items$/, itemsPage]];\nlocation.hash;\n",
        }
    )
    output = run(FACTS, [{**NEW[2], "path": "/api/order-items/{id}"}])
    assert [(one.name, one.location) for one in output.components if one.status == "new"] == [
        ("orderItemPage", "web/orderItemPage.js")
    ]
    assert [one.path for one in output.routes if one.status == "new"] == [r"#/order-items/(\d+)"]


def test_no_front_end(run, repo: Path) -> None:
    (repo / "main.py").write_text("x = 1\n")
    output = run(Facts(endpoints=(endpoint("GET", "/api/items"),)), NEW)
    assert output.present is False
    assert "has no front end" in output.summary
    assert "3 new endpoints" in output.summary
    empty = output.model_dump(exclude={"summary", "present", "next_actions", "unresolved"}, exclude_none=True)
    assert not any(empty.values())
    assert run(Facts(), None).next_actions == ()


def test_without_facts_it_says_what_is_not_known(run, write) -> None:
    write({"web/index.html": PAGE})
    output = run(None)
    assert output.present
    assert "no repository facts were given" in output.summary
    assert output.api_calls == ()
    assert output.contract == ()
    assert [one.rule for one in output.accessibility] == ["img-alt"]


def test_calls_without_a_page_make_a_front_end(run, write) -> None:
    write({"client/api.js": "fetch('/a')"})
    output = run(Facts(calls=(call("GET", "/a", 1, "client/api.js"),)))
    assert output.roots == ("client",)
    assert "no endpoint of a backend is known: the calls could not be held against anything" in output.unresolved


def test_notes_show_every_part_and_no_empty_one(run, write) -> None:
    write(
        {"web/index.html": PAGE, "web/app.js": "localStorage.getItem('t');\nconst r = [[/^#\\/a$/, b]];location.hash"}
    )
    text = render(run(FACTS, NEW))
    for heading in (
        "Summary",
        "Front ends",
        "Calls to the backend",
        "Contract with the backend",
        "Routes",
        "Components",
        "State",
        "Accessibility",
        "Performance budget",
        "Findings",
        "Next actions",
    ):
        assert f"## {heading}\n" in text
    assert DRAFTED in text
    assert render(FrontendOutput(summary="Nothing.")) == "## Summary\n\nNothing.\n"
