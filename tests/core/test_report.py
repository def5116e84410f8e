"""REPORT.md of sessions in every state, made from their journals alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from hivemind.events import (
    ContextLoaded,
    ContextLoadedDetails,
    PlanResolved,
    PlanResolvedDetails,
    SessionFinished,
    SessionFinishedDetails,
    SessionStarted,
    SessionStartedDetails,
    Trouble,
    TroubleDetails,
    WorkerCompleted,
    WorkerFailed,
    WorkerFinishedDetails,
    WorkerStarted,
    WorkerStartedDetails,
)
from hivemind.models import (
    Artifact,
    Check,
    Cut,
    Plan,
    PlannedWorker,
    Task,
    Usage,
    WorkerSpec,
)
from hivemind.report import render_report, write_report
from hivemind.session.folder import SessionFolder


@pytest.fixture
def session(tmp_path: Path) -> SessionFolder:
    return SessionFolder.create(tmp_path, Task(text="Add an orders API | with ``` fences", repo="/srv/shop"))


def completed(name: str, output: dict[str, Any], **details: Any) -> WorkerCompleted:
    summary = str(output.get("summary", ""))
    return WorkerCompleted(
        agent=name, details=WorkerFinishedDetails(status="completed", summary=summary, output=output, **details)
    )


def failed(name: str, status: str, **details: Any) -> WorkerFailed:
    return WorkerFailed.model_validate(
        {"type": f"worker_{status}", "agent": name, "details": {"status": status, **details}}
    )


def started(name: str, role: str = "", model: str = "embedded") -> WorkerStarted:
    return WorkerStarted(agent=name, details=WorkerStartedDetails(role=role, model=model, model_origin="default"))


def finding(number: int, severity: str = "medium", **more: Any) -> dict[str, Any]:
    return {"id": f"BE-{number:03d}", "severity": severity, "title": f"finding {number}", **more}


def section(report: str, title: str) -> str:
    start = report.index(f"## {title}\n")
    end = report.find("\n## ", start + 4)
    return report[start : end if end > 0 else len(report)]


def test_a_session_without_outputs_says_so(session: SessionFolder) -> None:
    write_report(session)
    report = session.layout.report.read_text()
    assert report.startswith(f"# Session {session.id}")
    assert "No worker gave a result, and no model was asked." in report
    assert "````\nAdd an orders API | with ``` fences\n````" in report
    assert "## Findings" not in report


def test_findings_of_all_workers_are_merged_by_severity_with_their_sources(session: SessionFolder) -> None:
    same = {"title": "No index on user_id", "location": "db/1.sql:4"}
    session.commit(
        completed("analyzer-worker", {"summary": "a", "findings": [finding(1, "low") | same | {"id": "AN-001"}]}),
        completed(
            "backend-worker",
            {
                "summary": "b",
                "findings": [
                    finding(1, "medium") | same | {"statement": "CREATE INDEX i ON t (user_id)"},
                    finding(2, "critical", location="app.py:1", remedy="close | it", evidence="line 1"),
                ],
            },
        ),
    )
    part = section(render_report(session), "Findings")
    rows = [line for line in part.splitlines() if line.startswith("|")][2:]
    assert [row.split("|")[1].strip() for row in rows] == ["critical", "medium"]
    assert "analyzer-worker AN-001, backend-worker BE-001" in rows[1]
    assert "close \\| it" in rows[0]
    assert "1 critical, 1 medium." in part
    assert "```sql\nCREATE INDEX i ON t (user_id)\n```" in part


def test_failures_say_why_and_how_to_go_on(session: SessionFolder) -> None:
    session.commit(
        started("backend-worker", "backend", "openai:gpt-x"),
        failed("backend-worker", "failed", error="the key was refused", hint="set OPENAI_API_KEY"),
        failed("frontend-worker", "blocked", error="needs what did not succeed"),
    )
    report = render_report(session)
    part = section(report, "What did not run, and why")
    assert "| backend-worker | failed | the key was refused | set OPENAI_API_KEY |" in part
    assert "| frontend-worker | blocked | needs what did not succeed |" in part
    assert f"`hivemind workers run backend-worker --session {session.id}`" in section(report, "Next actions")


def test_an_unverified_worker_shows_what_its_checks_found(session: SessionFolder) -> None:
    details = {
        "output": {"summary": "drafted", "findings": []},
        "summary": "drafted",
        "error": "not verified: the SQL does not parse",
        "findings": [{"id": "V-1", "severity": "high", "title": "the SQL does not parse", "level": "error"}],
    }
    session.commit(started("backend-worker", "backend"), failed("backend-worker", "unverified", **details))
    report = render_report(session)
    assert "| backend-worker | error | the SQL does not parse |" in section(report, "Verification")
    assert "**backend-worker**: drafted" in section(report, "Summary")


def test_a_cancelled_session_names_who_was_not_reached(session: SessionFolder) -> None:
    spec = WorkerSpec(name="late", role="late", description="comes last")
    planned = PlannedWorker(spec=spec, plugin="p", source="s", model="embedded", model_origin="default", reason="asked")
    plan = Plan(task=session.task, workers=(planned,))
    session.commit(
        PlanResolved(details=PlanResolvedDetails(plan=plan)),
        SessionStarted(details=SessionStartedDetails(pid=1, host="h")),
        SessionFinished(details=SessionFinishedDetails(status="cancelled", reason="stopped by the user")),
    )
    report = render_report(session)
    assert "cancelled (stopped by the user)" in report
    assert "| late | pending | the session ended before its turn |" in section(report, "What did not run, and why")


def test_the_honest_line_counts_who_asked_a_model(session: SessionFolder) -> None:
    usage = Usage(input_tokens=1200, output_tokens=30, requests=2, cost_usd=0.0123)
    session.commit(
        started("a", "a", "openai:gpt-x"),
        completed("a", {"summary": "x"}, usage=usage, model="openai:gpt-x", duration_s=2.5),
        started("b", "b"),
        completed("b", {"summary": "y"}, model="embedded"),
    )
    report = render_report(session)
    assert "Models asked: openai:gpt-x (1 worker). 1 result came from rules without a model." in report
    assert "| a | completed | openai:gpt-x (default) | 2 | 1,200 | 30 | 0.0123 | 2.50 | 1 |" in report
    assert "No model was asked" not in report


def test_an_unknown_price_is_not_called_nothing(session: SessionFolder) -> None:
    usage = Usage(requests=1, cost_usd=None)
    session.commit(started("a", "a", "m"), completed("a", {"summary": "x"}, usage=usage, model="m"))
    rows = section(render_report(session), "Models, tokens, cost and times")
    assert rows.count("unknown") == 3, "of the worker, of all, and of its model"


def test_contract_files_scores_cuts_and_troubles_are_there(session: SessionFolder) -> None:
    plan = Plan(task=session.task, workers=(), checks=(Check(name="align", left="b", right="f"),))
    endpoint = {"method": "GET", "path": "/old", "status": "existing", "authentication": "none"}
    score = {"id": "AR-S01", "name": "Maturity", "value": 4.5, "reason": "no tests"}
    session.commit(
        PlanResolved(details=PlanResolvedDetails(plan=plan)),
        ContextLoaded(
            agent="b",
            details=ContextLoadedDetails(cut=(Cut(name="facts/facts", tokens=900, reason="over the budget"),)),
        ),
        completed(
            "b",
            {
                "summary": "s",
                "api_endpoints": [endpoint, endpoint | {"path": "/new", "status": "new"}],
                "maturity": score,
                "decisions": [
                    {
                        "id": "D1",
                        "title": "Keep it",
                        "decision": "keep",
                        "rationale": "works",
                        "alternatives": [{"name": "rewrite", "why_not": "costs"}],
                    }
                ],
                "next_actions": ["look at it"],
            },
            artifacts=(Artifact(path="workers/files/b/openapi.json", kind="published", sha256="a" * 64, size=12),),
        ),
        completed(
            "align",
            {
                "summary": "Calls against endpoints: 1 missing.",
                "matches": [{"kind": "missing", "call": "GET /x"}, {"kind": "matched", "call": "GET /y"}],
            },
        ),
        Trouble.model_validate({"type": "publish_failed", "agent": "b", "details": TroubleDetails(error="disk full")}),
    )
    report = render_report(session)
    contract = section(report, "API contract")
    assert contract.index("/new") < contract.index("/old")
    assert "2 endpoints, 1 new or modified" in contract
    assert "| missing | GET /x |" in contract
    assert "GET /y" not in contract
    assert "`workers/files/b/openapi.json`" in section(report, "Generated files")
    assert "| Maturity | 4.5 | no tests | b AR-S01 |" in section(report, "Scores")
    assert "| b | facts/facts | 900 | over the budget |" in section(report, "Cut from contexts")
    assert "publish failed: disk full" in section(report, "Troubles")
    assert "Not rewrite: costs" in section(report, "Decisions")
    assert "look at it (b)" in section(report, "Next actions")


def test_it_is_rebuilt_from_the_journal_alone(session: SessionFolder) -> None:
    session.commit(started("a", "a"), completed("a", {"summary": "found it", "findings": [finding(1)]}))
    whole = render_report(session)
    for path in session.path.iterdir():
        if path != session.layout.journal:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert render_report(SessionFolder.open(session.path)) == whole


def test_a_missing_large_output_is_a_trouble_not_a_crash(session: SessionFolder) -> None:
    details = WorkerFinishedDetails(status="completed", summary="big", output_file="workers/json/a.large.json")
    session.commit(WorkerCompleted(agent="a", details=details))
    assert "its output can't be read" in section(render_report(session), "Troubles")


def test_five_hundred_workers_stay_readable(session: SessionFolder) -> None:
    events: list[Any] = []
    for number in range(500):
        name = f"worker-{number:03d}"
        output = {
            "summary": f"did {number}",
            "findings": [finding(number, location=f"f{number}.py:1")],
            "next_actions": [f"do {number}"],
        }
        events.append(completed(name, output) if number % 2 else failed(name, "failed", error="x"))
    session.commit(*events)
    report = render_report(session)
    assert len(report.splitlines()) < 1_200
    assert "500 workers: 250 completed, 250 failed." in report
    assert "100 of 250 findings are not shown here" in report
    assert "400 of 500 workers are not shown here" in report
    assert "150 of 250 workers without a result are not shown here" in report


def test_a_cached_result_still_names_its_model(session: SessionFolder) -> None:
    made = {"model": "openai:gpt-x", "model_asked": True, "statement": "Made with the model openai:gpt-x."}
    session.commit(started("a", "a", "openai:gpt-x"), completed("a", {"summary": "x", "provenance": made}))
    assert "Models asked: openai:gpt-x (1 worker)." in render_report(session)


def test_a_plugin_that_works_by_itself_is_not_called_rules(session: SessionFolder) -> None:
    session.commit(started("a", "a", "openai:gpt-x"), completed("a", {"summary": "x"}, model="openai:gpt-x"))
    assert "No model was asked: 1 result came from plugins' own code without a model." in render_report(session)
