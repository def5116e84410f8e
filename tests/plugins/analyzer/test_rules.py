"""The analyzer's rules: ranking, what is about security, requirements, tests and circles."""

from __future__ import annotations

from pathlib import Path

import sqlglot
from hivemind_analyzer.models import AnalyzerOutput
from hivemind_analyzer.notes import render
from hivemind_analyzer.rules import rules
from hivemind_analyzer.rules.presence import is_test, presence
from hivemind_analyzer.rules.words import words
from hivemind_facts.models import Endpoint, Facts, ForeignKey, Module, RuleFinding, Table, Unresolved


def finding(rule: str, severity: str, file: str, line: int = 1, **more: object) -> RuleFinding:
    said = {"title": rule.replace("-", " "), "evidence": f"seen in {file}", "remedy": f"mend {rule}", **more}
    return RuleFinding.model_validate(
        {"id": f"{rule}-{file}", "rule": rule, "severity": severity, "file": file, "line": line, **said}
    )


def run(context, facts: Facts | None, text: str = "Look at the code") -> AnalyzerOutput:
    made = context(facts, text)
    return rules(made.task, made)


def test_findings_are_ranked_by_severity_then_sureness_then_the_task(context) -> None:
    facts = Facts(
        findings=(
            finding("shadowed-route", "medium", "users.py"),
            finding("sql-from-strings", "high", "z.py", possible=True),
            finding("shadowed-route", "medium", "orders.py"),
            finding("sql-from-strings", "high", "z.py"),
        )
    )
    output = run(context, facts, "Add an order with pages")
    assert [(one.location, one.possible) for one in output.findings[:4]] == [
        ("z.py:1", False),
        ("z.py:1", True),
        ("orders.py:1", False),
        ("users.py:1", False),
    ]
    assert [one.id for one in output.findings[:4]] == ["AN-001", "AN-002", "AN-003", "AN-004"]
    assert output.findings[2].remedy == "mend shadowed-route"


def test_each_rule_goes_to_the_part_that_it_is_about(context) -> None:
    security = {
        "sql-from-strings": "injection",
        "hard-coded-secret": "secrets",
        "tracked-secret-file": "secrets",
        "missing-authentication": "authentication",
        "unused-guard": "authentication",
    }
    performance = {
        "foreign-key-without-index": "index",
        "list-without-pagination": "pagination",
        "query-in-loop": "n_plus_one",
        "missing-timeout": "timeout",
        "risky-migration": "migration",
    }
    names = [*security, *performance, "openapi-drift", "shadowed-route"]
    facts = Facts(findings=tuple(finding(name, "medium", f"{name}.py") for name in names))
    output = run(context, facts)
    assert {(one.location or "").removesuffix(".py:1"): one.category for one in output.security_findings} == security
    assert {(one.location or "").removesuffix(".py:1"): one.kind for one in output.performance_issues} == performance
    assert {one.location for one in output.findings} == {f"{name}.py:1" for name in names}


def test_open_writes_are_told_once_and_not_twice(context) -> None:
    def endpoint(method: str, path: str, line: int, auth: str) -> Endpoint:
        return Endpoint.model_validate(
            {"method": method, "path": path, "file": "a.py", "line": line, "auth": auth, "framework": "fastapi"}
        )

    facts = Facts(
        endpoints=(
            endpoint("POST", "/items", 1, "none"),
            endpoint("DELETE", "/items/{id}", 2, "none"),
            endpoint("POST", "/auth/login", 3, "none"),
            endpoint("GET", "/items", 4, "none"),
            endpoint("PUT", "/items/{id}", 5, "unknown"),
            endpoint("PATCH", "/items/{id}", 6, "none"),
            endpoint("POST", "/other", 7, "required"),
        ),
        findings=(finding("missing-authentication", "high", "a.py", 6),),
    )
    own = run(context, facts).security_findings[1:]
    assert [one.title for one in own] == ["2 endpoints change data without authentication"]
    assert own[0].possible
    assert "POST /items (a.py:1), DELETE /items/{id} (a.py:2); others of this repository ask for it" in own[0].evidence


def test_requirements_follow_from_keys_lists_and_loops(context) -> None:
    orders = Table(
        name="orders",
        file="m.sql",
        line=4,
        dialect="postgres",
        foreign_keys=(
            ForeignKey(column="user_id", ref_table="users", indexed=False),
            ForeignKey(column="shopId", ref_table="shops", indexed=False),
            ForeignKey(column="item_id", ref_table="items", indexed=True),
        ),
    )
    many = Endpoint(
        method="GET", path="/orders", file="a.py", line=9, framework="x", paginated=False, response_type="list[Order]"
    )
    one = Endpoint(method="GET", path="/me", file="a.py", line=20, framework="x", paginated=False, response_type="User")
    paged = Endpoint(method="GET", path="/shops", file="a.py", line=30, framework="x", paginated=True)
    facts = Facts(
        tables=(orders,),
        endpoints=(many, one, paged),
        findings=(
            finding("foreign-key-without-index", "low", "m.sql", 6, title="foreign key orders.user_id has no index",
                    sql="CREATE INDEX i ON orders (user_id);"),
            finding("query-in-loop", "high", "a.py", 30),
            finding("list-without-pagination", "medium", "b.py", 1, possible=True),
        ),
    )  # fmt: skip
    output = run(context, facts)
    made = {one.target: one for one in output.performance_requirements}
    assert set(made) == {"GET /orders", "orders.user_id", "orders.shopId", "GET /shops", "b.py:1"}
    assert made["orders.user_id"].statement == "CREATE INDEX i ON orders (user_id);"
    assert made["orders.user_id"].priority == "low"
    assert made["orders.user_id"].location == "m.sql:6"
    assert made["orders.shopId"].statement == 'CREATE INDEX "ix_orders_shopId" ON orders ("shopId");'
    assert "as GET /shops (a.py:30) has" in made["GET /orders"].requirement
    assert made["GET /shops"].target_kind == "endpoint"
    assert made["GET /shops"].priority == "high"
    assert made["b.py:1"].possible
    assert [one.id for one in output.performance_requirements] == ["AN-R01", "AN-R02", "AN-R03", "AN-R04", "AN-R05"]
    sources = {one.id for one in output.performance_issues}
    assert all(one.source in sources for one in made.values() if one.source)
    for issue in output.performance_issues:
        assert not issue.statement or sqlglot.parse_one(issue.statement, dialect="postgres")


def test_tests_are_found_by_import_name_and_package() -> None:
    modules = (
        Module(path="app/a.py", lines=10, imports=("app/deep.py",)),
        Module(path="app/deep.py", lines=5),
        Module(path="app/b.py", lines=30),
        Module(path="app/bare.py", lines=40),
        Module(path="app/__init__.py", lines=1),
        Module(path="tests/test_api.py", imports=("app/a.py",), lines=9),
        Module(path="tests/test_b.py", lines=9),
        Module(path="svc/x.go", lines=9, service="svc"),
        Module(path="svc/x_test.go", lines=9, service="svc"),
        Module(path="web/cart.ts", lines=9, service="web"),
        Module(path="web/user.ts", lines=9, service="web"),
        Module(path="web/cart.spec.ts", lines=9, service="web"),
    )
    found = presence(modules)
    root, svc, web = found.scopes
    assert (root.scope, root.modules, root.tests, root.tested, root.reached) == (".", 4, 2, 2, 1)
    assert root.untested == ("app/bare.py",)
    assert (svc.modules, svc.tested) == (1, 1)
    assert (web.tested, web.untested) == (1, ("web/user.ts",))


def test_what_is_a_test() -> None:
    yes = (
        "tests/x.py",
        "a/test_b.py",
        "b_test.go",
        "src/a.test.tsx",
        "FooTest.java",
        "x/__tests__/y.js",
        "spec/a_spec.rb",
    )
    no = ("app/contest.py", "latest.js", "src/testing.ts", "attest/a.go", "protest.java")
    assert all(is_test(path) for path in yes)
    assert not any(is_test(path) for path in no)


def test_circles_and_missing_tests_are_findings(context) -> None:
    modules = (
        Module(path="a.py", imports=("b.py",), lines=10),
        Module(path="b.py", imports=("c.py", "a.py"), lines=20),
        Module(path="c.py", imports=("a.py", "c.py"), lines=30),
    )
    output = run(context, Facts(modules=modules))
    assert [(one.modules, one.size) for one in output.import_cycles] == [(("a.py", "b.py"), 3)]
    assert {one.title for one in output.findings} == {
        "3 modules import each other in a circle",
        "the repository has no tests",
    }
    assert output.coupling[0].module in ("a.py", "b.py")
    assert [one.path for one in output.longest_files] == ["c.py", "b.py", "a.py"]
    metrics = {one.name: one.value for one in output.quality_metrics}
    assert metrics["source lines"] == 60
    assert metrics["median module length"] == 20
    assert metrics["modules that tests reach"] == 0


def test_without_facts_it_says_so_and_still_reads_the_history(context, repo: Path, commit) -> None:
    commit({"a.py": "1\n"})
    commit({"a.py": "2\n"})
    output = run(context, None)
    assert "no repository facts were given" in output.summary
    assert [one.path for one in output.hot_spots] == ["a.py"]
    assert not output.findings
    assert not output.quality_metrics


def test_an_empty_repository(context) -> None:
    output = run(context, Facts())
    assert output.summary == "There is no source code here that the facts could read: nothing to analyse."
    assert not output.findings
    assert "no git history" in output.history


def test_what_the_readers_could_not_resolve_is_passed_on(context) -> None:
    open_ends = tuple(Unresolved(what="mount", reason="not constant", file="a.py", line=n) for n in range(1, 41))
    output = run(context, Facts(unresolved=open_ends))
    assert "mount at a.py:1: not constant" in output.unresolved
    assert "10 more that the readers could not resolve" in output.unresolved


def test_findings_over_the_bound_are_counted(context) -> None:
    facts = Facts(findings=tuple(finding("shadowed-route", "low", f"{n:04}.py") for n in range(230)))
    output = run(context, facts)
    assert len(output.findings) == 200
    assert "30 findings of the lowest rank are left out" in output.unresolved


def test_words_of_a_task() -> None:
    assert words("Add the orderItems API for categories, addresses and status") == {
        "order",
        "item",
        "category",
        "address",
        "status",
    }


def test_notes_show_every_part_and_no_empty_one(context, commit) -> None:
    commit({"a.py": "1\n"})
    commit({"a.py": "2\n"})
    facts = Facts(
        modules=(Module(path="a.py", imports=("b.py",), lines=1), Module(path="b.py", imports=("a.py",), lines=9)),
        findings=(
            finding("sql-from-strings", "high", "a.py"),
            finding("foreign-key-without-index", "low", "m.sql", sql="CREATE INDEX i ON t (c);"),
        ),
        unresolved=(Unresolved(what="mount", reason="not constant", file="a.py"),),
    )
    text = render(run(context, facts))
    for heading in (
        "Summary",
        "Security",
        "Performance issues",
        "Performance requirements for the backend",
        "Hot spots",
        "Quality, measured",
        "Tests",
        "Longest files",
        "Coupling",
        "Import cycles",
        "Not told",
        "Findings",
        "Next actions",
    ):
        assert f"## {heading}\n" in text
    assert "```sql\nCREATE INDEX i ON t (c);\n```" in text
    assert render(AnalyzerOutput(summary="Nothing.")) == "## Summary\n\nNothing.\n"
