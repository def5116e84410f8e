"""The command `hivemind facts`: every format, every error, and the comparison of commits."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hivemind_facts.mermaid import er_diagram
from hivemind_facts.models import Column, Endpoint, ForeignKey, Parameter, Table
from hivemind_facts.openapi import document

from hivemind.cli.main import main


@pytest.fixture
def run(capsys):
    def call(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_json_has_the_promised_shape(shop, run):
    code, out, err = run("facts", "--repo", shop, "--format", "json")
    assert (code, err) == (0, "")
    facts = json.loads(out)
    assert list(facts) == [
        *("schema_version", "stack", "services", "endpoints", "tables", "graphql", "calls", "external"),
        *("environment", "modules", "findings", "unresolved", "skipped"),
    ]
    promised = {"method", "path", "handler", "file", "line", "auth", "auth_evidence", "framework", "service"}
    assert all(promised <= set(one) for one in facts["endpoints"])
    orders = next(one for one in facts["tables"] if one["name"] == "orders")
    assert {"name", "columns", "primary_key", "foreign_keys", "file", "line"} <= set(orders)
    (key,) = orders["foreign_keys"]
    assert {name: key[name] for name in ("column", "ref_table", "ref_column", "indexed")} == {
        "column": "customer_id",
        "ref_table": "customers",
        "ref_column": "id",
        "indexed": False,
    }
    assert run("facts", "--repo", shop, "--json")[1] == out


def test_only_some_sections(shop, run):
    code, out, _ = run("facts", "--repo", shop, "--only", "tables,endpoints", "--only", "stack", "--format", "json")
    assert code == 0
    assert list(json.loads(out)) == ["schema_version", "stack", "endpoints", "tables"]
    code, out, _ = run("facts", "--repo", shop, "--only", "endpoints")
    assert "/orders/{order_id}" in out
    assert "Stack" not in out


def test_a_table_for_people(shop, run):
    code, out, _ = run("facts", "--repo", shop)
    assert code == 0
    assert re.search(r"GET +/customers +none +list_customers +app\.py:13", out)
    assert "FastAPI 0.115.6" in out
    assert "customer_id -> customers (no index)" in out


def test_markdown_with_a_diagram(shop, run):
    _, out, _ = run("facts", "--repo", shop, "--format", "markdown")
    assert out.startswith("# Repository facts\n")
    assert "```mermaid\nerDiagram\n" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--only", "endpoint"), 2, "there is no section 'endpoint' (did you mean 'endpoints'?)"),
        (("--format", "yaml"), 2, "yaml"),
        (("--repo", "/nowhere/at/all"), 3, "the repository '/nowhere/at/all' is not there"),
        (("diff",), 2, "missing argument"),
        (("diff", "HEAD"), 3, "is not in a git repository"),
        (("diff", "HEAD", "--fail-on", "awful"), 2, "awful"),
    ],
)
def test_errors_have_a_sentence_and_an_exit_code(shop, run, monkeypatch, words, code, said):
    monkeypatch.chdir(shop)
    got, out, err = run("facts", *words)
    assert got == code
    assert said in err
    assert out == ""
    assert "Traceback" not in err


def test_help_has_examples(run):
    assert "hivemind facts diff main --fail-on high" in run("facts", "--help")[1]
    assert "hivemind facts diff HEAD" in run("facts", "diff", "--help")[1]


def test_no_cache_leaves_the_cache_alone(shop, run, monkeypatch, tmp_path):
    monkeypatch.setenv("HIVEMIND_CACHE_DIR", str(tmp_path / "cache"))
    assert run("facts", "--repo", shop, "--no-cache")[0] == 0
    assert not (tmp_path / "cache").exists()
    assert run("facts", "--repo", shop)[0] == 0
    assert (tmp_path / "cache").exists()


def endpoint(method: str, path: str, **more: object) -> Endpoint:
    return Endpoint(method=method, path=path, file="a.py", line=1, framework="x", **more)


def test_openapi_is_valid_whatever_the_endpoints_are():
    from openapi_spec_validator import validate

    made = document(
        [
            endpoint("GET", "/a/{id}", handler="A.get", auth="required", auth_evidence="guard"),
            endpoint("GET", "/a/{key}", handler="A.again"),
            endpoint("PUT", "/a/{key}", handler="A.get", auth="optional", request_type="In", response_type="Out"),
            endpoint("ANY", "/b/{id}/c/{id}", handler=""),
            endpoint("GET", "/", handler="root", auth="none"),
            endpoint("QUERY", "/strange"),
            endpoint("POST", "/f/{a-b c}", parameters=(Parameter(name="x", location="form", type="int"),)),
            endpoint(
                "GET",
                "/q",
                parameters=(
                    Parameter(name="n", location="query", type="Optional[int]", required=False),
                    Parameter(name="n", location="query"),
                    Parameter(name="names", location="query", type="list[str]"),
                ),
            ),
        ],
        "shop",
    )
    validate(made)
    assert made["openapi"] == "3.1.0"
    assert set(made["paths"]["/a/{id}"]) == {"get", "put"}
    assert made["paths"]["/a/{id}"]["get"]["x-also"] == ["A.again (a.py:1)"]
    assert made["paths"]["/a/{id}"]["get"]["security"] == [{"guard": []}]
    assert set(made["paths"]["/b/{id}/c/{id_2}"]) == {"get", "post", "put", "patch", "delete"}
    assert made["paths"]["/q"]["get"]["parameters"][0]["schema"] == {"type": "integer"}
    identifiers = [one["operationId"] for path in made["paths"].values() for one in path.values()]
    assert len(identifiers) == len(set(identifiers))


def test_openapi_of_an_application_is_valid(shop, run):
    from openapi_spec_validator import validate

    code, out, _ = run("facts", "--repo", shop, "--format", "openapi")
    assert code == 0
    validate(json.loads(out))
    assert set(json.loads(out)["paths"]) == {"/orders/{order_id}", "/customers"}


def test_openapi_of_nothing_is_valid(write, run):
    from openapi_spec_validator import validate

    validate(json.loads(run("facts", "--repo", write({}), "--format", "openapi")[1]))


def test_mermaid_has_safe_names():
    tables = [
        Table(
            name='public."order items"',
            columns=(
                Column(name="id", type="varchar(20)[]"),
                Column(name="a b", type=""),
                Column(name="a-b", type="int"),
            ),
            primary_key=("id",),
            foreign_keys=(ForeignKey(column="a-b", ref_table="1st", indexed=True),),
            file="a",
            line=1,
        ),
        Table(name="public.order_items", file="a", line=1),
    ]
    text = er_diagram(tables)
    assert text == (
        "erDiagram\n"
        "    public__order_items_ {\n"
        "        varchar_20 id PK\n"
        "        unknown a_b\n"
        "        int a_b_2 FK\n"
        "    }\n"
        "    public_order_items {\n"
        "    }\n"
        "    t_1st ||--o{ public__order_items_ : a_b"
    )


@pytest.fixture
def history(shop, git):
    """Two commits and a changed working tree."""
    git(shop, "init", "-q")
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "one")
    app = (shop / "app.py").read_text()
    (shop / "app.py").write_text("# a line more\n" + app.replace("/customers", "/clients"))
    (shop / "schema.sql").write_text("CREATE TABLE customers (id integer PRIMARY KEY, name text);\n")
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "two")
    return shop


def paths(group: list[dict]) -> list[str]:
    return [one.get("path") or one.get("name") for one in group]


def test_two_commits_are_compared(history, run):
    code, out, err = run("facts", "diff", "HEAD~1", "HEAD", "--repo", history, "--format", "json")
    assert (code, err) == (0, "")
    diff = json.loads(out)
    assert paths(diff["endpoints"]["added"]) == ["/clients"]
    assert paths(diff["endpoints"]["removed"]) == ["/customers"]
    assert diff["endpoints"]["changed"] == []
    assert paths(diff["tables"]["removed"]) == ["orders"]
    (changed,) = diff["tables"]["changed"]
    assert "columns" in changed["fields"]
    assert [one["rule"] for one in diff["findings"]["removed"]].count("foreign-key-without-index") == 1


def test_the_working_tree_is_compared_with_a_commit(history, run):
    assert "Endpoints: 0 added, 0 removed, 0 changed" in run("facts", "diff", "HEAD", "--repo", history)[1]
    (history / "new.sql").write_text("CREATE TABLE fresh (id integer PRIMARY KEY);\n")
    _, out, _ = run("facts", "diff", "HEAD", "--repo", history, "--format", "markdown")
    assert "### Tables: 1 added, 0 removed, 0 changed\n- **+** `fresh`" in out


def test_a_new_grave_finding_fails(history, run):
    key = 'API_KEY = "AKIA' + 'QWERTYUIOPASDFGH"\n'
    (history / "keys.py").write_text(key)
    code, out, _ = run("facts", "diff", "HEAD", "--repo", history, "--fail-on", "high")
    assert "AKIAQWERTYUIOPASDFGH" not in out
    assert code == 1
    assert run("facts", "diff", "HEAD~1", "HEAD", "--repo", history, "--fail-on", "critical")[0] == 0


def test_an_unknown_commit_is_an_error(history, run):
    for name in ("nope", "--output=x", "HEAD:app.py"):
        code, _, err = run("facts", "diff", "--repo", history, "--", name)
        assert code == 3
        assert f"there is no commit {name!r}" in err


def test_reading_a_commit_runs_nothing_of_the_repository(history, git, run, tmp_path):
    ran = tmp_path / "ran"
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        hook = history / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
        hook.chmod(0o755)
    (history / ".gitattributes").write_text("*.py filter=evil diff=evil\n*.sql export-ignore\n")
    git(history, "add", ".gitattributes")
    git(history, "commit", "-qm", "three", "--no-verify")
    ran.unlink(missing_ok=True)
    git(history, "config", "filter.evil.smudge", f"touch {ran}; cat")
    git(history, "config", "diff.evil.textconv", f"touch {ran}; cat")
    git(history, "config", "core.fsmonitor", f"touch {ran}")
    code, out, _ = run("facts", "diff", "HEAD", "HEAD", "--repo", history, "--json")
    assert code == 0
    assert not ran.exists()
    assert json.loads(out)["tables"]["added"] == []
    assert (history / "app.py").exists()


def test_a_folder_of_a_repository_is_compared_by_itself(write, git, run):
    root = write({"a/x.sql": "CREATE TABLE one (id integer);", "b/y.sql": "CREATE TABLE two (id integer);"})
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    (root / "b/y.sql").write_text("")
    assert "Tables: 0 added, 0 removed" in run("facts", "diff", "HEAD", "--repo", root / "a")[1]
    assert "Tables: 0 added, 1 removed" in run("facts", "diff", "HEAD", "--repo", root / "b")[1]


def test_links_of_a_commit_are_not_made(write, git, run, tmp_path):
    root = write({"x.sql": "CREATE TABLE one (id integer);"})
    (tmp_path / "out.sql").write_text("CREATE TABLE outside (id integer);")
    os.symlink(tmp_path / "out.sql", root / "link.sql")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    (root / "x.sql").unlink()
    diff = json.loads(run("facts", "diff", "HEAD", "--repo", root, "--json")[1])
    assert paths(diff["tables"]["removed"]) == ["one"]
    assert Path(root / "link.sql").is_symlink()
