"""What is there is described as it is; nothing is invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from hivemind_backend.models import BackendOutput
from hivemind_backend.notes import render
from hivemind_facts.models import Endpoint, Facts, Parameter, Unresolved
from openapi_spec_validator import OpenAPIV31SpecValidator

from hivemind.models import Upstream

Ask = Callable[..., BackendOutput]


def headings(text: str) -> list[str]:
    return [line[3:] for line in text.splitlines() if line.startswith("## ")]


def test_the_notes_render_every_part_that_is_not_empty(ask: Ask, full: Facts) -> None:
    notes = render(ask("Add an orders API", full))
    assert headings(notes) == [
        "Summary",
        "API endpoints",
        "Data model",
        "Database changes",
        "Services",
        "Integration points",
        "Performance optimizations",
        "Security",
        "Guide",
        "OpenAPI",
        "Findings",
        "Generated files",
        "Next actions",
    ]
    assert notes.count("```mermaid") == 2
    assert "```sql\nCREATE TABLE orders" in notes
    assert "```json\n{" in notes
    assert "### GET /api/v1/orders (new)" in notes
    assert "| Method | Path |" in notes
    bare = render(BackendOutput(summary="nothing"))
    assert bare == "## Summary\n\nnothing\n"


def test_findings_are_numbered_by_severity_and_keep_everything(ask: Ask, full: Facts) -> None:
    output = ask("look", full)
    assert [(one.id, one.severity, one.possible) for one in output.findings] == [
        ("BE-001", "critical", False),
        ("BE-002", "critical", True),
        ("BE-003", "low", False),
    ]
    first = output.findings[0]
    assert (first.location, first.evidence, first.remedy) == ("app/db.py:5", "f-string", "use parameters")
    assert "RULE-000002" in first.detail
    assert "3 findings, 1 of them critical or high" in output.summary


def test_foreign_keys_without_an_index_come_with_their_statement(ask: Ask, full: Facts) -> None:
    output = ask("look", full)
    (index,) = [one for one in output.performance_optimizations if "projects.user_id" in one.what]
    assert index.statement == "CREATE INDEX projects_user_id_idx ON projects (user_id);"
    assert index.where == "alembic/versions/1_init.py:20"
    assert [one.id for one in output.performance_optimizations] == ["BE-P01", "BE-P02"]


def test_outside_is_what_has_a_host(ask: Ask, full: Facts) -> None:
    output = ask("look", full)
    assert [one.name for one in output.integration_points] == ['say "hi" [x]']
    assert output.integration_points[0].timeouts.startswith("none")
    assert output.integration_points[0].retries == ""
    assert '["say #quot;hi#quot; [x]"]' in output.documentation.component_diagram


def test_security_names_guards_and_open_writes(ask: Ask, gin_sqlite: Facts, full: Facts) -> None:
    opened = [one for one in ask("look", gin_sqlite).security_measures if one.threat.startswith("anyone can write")]
    assert len(opened) == 1
    assert "POST /v1/cook-book" in opened[0].threat
    guarded = [one for one in ask("look", full).security_measures if one.in_place]
    assert guarded[0].measure == "guarded by require_user"
    assert not [one for one in ask("look", full).security_measures if "login" in one.threat]


def test_the_openapi_document_of_what_is_there_is_valid(ask: Ask, full: Facts) -> None:
    odd = (
        Endpoint(
            method="ANY",
            path="/files/{rest}",
            file="a.go",
            line=1,
            framework="chi",
            auth="optional",
            auth_evidence="jwt_optional (a.go:3)",
        ),
        Endpoint(method="GET", path="/files/{id}/of/{id}", file="a.go", line=2, framework="chi"),
        Endpoint(
            method="GET",
            path="/files/{other}",
            file="a.go",
            line=3,
            framework="chi",
            parameters=(
                Parameter(name="other", location="path", type="int"),
                Parameter(name="Authorization", location="header"),
            ),
        ),
        Endpoint(method="CONNECT", path="/tunnel", file="a.go", line=4, framework="chi"),
        Endpoint(
            method="POST",
            path="/files/{a b}",
            file="a.go",
            line=5,
            framework="chi",
            request_type="Upload",
            response_type="list[Upload]",
        ),
    )
    document = json.loads(
        ask("look", full.model_copy(update={"endpoints": (*full.endpoints, *odd)})).documentation.openapi
    )
    OpenAPIV31SpecValidator(document).validate()
    assert "/tunnel" not in document["paths"]
    assert set(document["paths"]["/files/{a_b}"]) == {"get", "post", "put", "patch", "delete"}
    assert "/files/{id}/of/{id_2}" in document["paths"]
    assert document["paths"]["/files/{a_b}"]["put"]["security"] == [{}, {"bearer": []}]


def test_what_was_not_resolved_is_listed(ask: Ask, full: Facts) -> None:
    unresolved = (Unresolved(what="mount", reason="prefix is not constant", file="a.py", line=3),)
    output = ask("look", full.model_copy(update={"unresolved": unresolved}))
    assert output.unresolved == ("mount: prefix is not constant (a.py:3)",)
    assert "1 thing could not be resolved" in output.summary


def test_without_facts_it_says_so_and_claims_nothing(ask: Ask) -> None:
    output = ask("Add an orders API", None)
    assert "facts are not at hand" in output.summary
    assert "'orders' was not drafted" in output.summary
    assert output.api_endpoints == ()
    assert output.offered_endpoints() == ()


def test_requirements_of_earlier_workers_are_counted(ask: Ask, full: Facts) -> None:
    upstream = [
        Upstream(
            worker="architect-worker",
            role="architect",
            status="completed",
            output={"summary": "s", "backend_requirements": ["index keys"]},
        )
    ]
    assert any("1 requirement of architect-worker" in one for one in ask("look", full, upstream).next_actions)


def test_offered_endpoints_state_fields_where_they_are_known(ask: Ask, full: Facts) -> None:
    offers = {
        f"{one.method} {one.path}": one for one in ask("Add an orders API with fields code", full).offered_endpoints()
    }
    assert offers["POST /api/v1/orders"].request_fields == ("code",)
    assert offers["GET /api/v1/projects"].request_fields is None


def test_five_hundred_tables_are_drawn_within_what_viewers_take(ask: Ask, fastapi_postgres: Facts) -> None:
    users = fastapi_postgres.tables[0]
    tables = tuple(users.model_copy(update={"name": f"t{number}_rows"}) for number in range(500))
    output = ask("Add an orders API", fastapi_postgres.model_copy(update={"tables": tables}))
    assert len(output.documentation.er_diagram) < 50_000
    assert "orders {" in output.documentation.er_diagram
    assert "101 of 501 are not shown here" in render(output)


def test_names_the_repository_when_no_manifest_does(ask: Ask, full: Facts, tmp_path: Path) -> None:
    assert json.loads(ask("look", full).documentation.openapi)["info"]["title"] == tmp_path.name
