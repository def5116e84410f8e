"""What must hold of any worker's result: a bad one of each kind is found, a good one is left alone."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from hivemind import Finding, GeneratedFile, Provenance, Task, WorkerOutput
from hivemind.session.folder import SessionFolder
from hivemind.verification.checks import check_output


class Wide(WorkerOutput):
    """A result with fields of its own."""

    component_diagram: str = ""
    guide: str = ""
    parts: tuple[dict[str, Any], ...] = ()


@pytest.fixture
def session(tmp_path: Path) -> SessionFolder:
    repo = tmp_path / "repo"
    (repo / "app").mkdir(parents=True)
    (repo / "app/main.py").write_text("a\nb\nc")
    (repo / "Dockerfile").write_text("FROM x\n")
    (repo / "app/__init__.py").write_text("")
    return SessionFolder.create(tmp_path / "sessions", Task(text="t", repo=str(repo)))


def found(session: SessionFolder, model: bool = True, **fields: Any) -> list[Finding]:
    made = Provenance(model="m", model_asked=model, statement="s")
    output = Wide.model_validate({"summary": "s", "provenance": made, **fields})
    return asyncio.run(check_output(output, session))


def told(session: SessionFolder, **fields: Any) -> list[str]:
    return [f"{one.title}: {one.detail}" for one in found(session, **fields) if one.level == "error"]


CODE = {
    "a.py": ("def f(): return 1", "def f(: pass"),
    "a.json": ('{"a": 1}', "{a: 1}"),
    "tsconfig.json": ('{\n// why\n"a": "//no", }', '{"a": }'),
    "a.yaml": ("a: 1\n---\nb: 2", "a: [1"),
    "a.toml": ("a = 1", "a = "),
    "a.sql": ("SELECT 1;", "CREATE TABEL x (a INT);"),
    "a.js": ("const a = () => <b/>;", "const = ;"),
    "a.ts": ("const a: number = 1;", "const a: = 1;"),
    "a.tsx": ("const a = <b/>;", "const a = <b;"),
    "A.java": ("class A { int a; }", "class A { int ; "),
    "a.go": ("package a\nfunc f() int { return 1 }\n", "package a\nfunc f( { "),
    "a.mmd": ("flowchart LR\n  A --> B\n", "flowchart LR\n  A[x (y)] --> B\n"),
    "a.md": ("```mermaid\nflowchart LR\n  A --> B\n```\n", "text\n\n```mermaid\nflowchart LR\n  A -->\n```\n"),
}


@pytest.mark.parametrize("path", CODE)
def test_files_parse_in_their_language(session: SessionFolder, path: str) -> None:
    good, bad = CODE[path]
    assert found(session, files=[GeneratedFile(path=path, content=good)]) == []
    (one,) = found(session, files=[GeneratedFile(path=path, content=bad)])
    assert (one.level, one.severity, one.location) == ("error", "high", path)
    assert one.detail


def test_sql_is_parsed_in_the_dialect_that_is_stated(session: SessionFolder) -> None:
    sql = "CREATE TABLE a (b INT) ENGINE=InnoDB; SELECT `a` FROM `b` WHERE c <=> 1"
    assert told(session, files=[GeneratedFile(path="a.sql", content=sql, language="mysql")]) == []
    postgres = "SELECT a::int FROM b WHERE c ->> 'x' = ANY(ARRAY['y'])"
    assert told(session, files=[GeneratedFile(path="a.sql", content=postgres)]) == []
    assert "parse as sql" in told(session, files=[GeneratedFile(path="a.sql", content="SELECT FROM WHERE")])[0]
    other = {"files": [GeneratedFile(path="a.sql", content="SELECT 1")], "parts": [{"dialect": "klingon"}]}
    assert "klingon" in told(session, **other)[0].lower()


def test_python_of_a_later_version_is_no_error(session: SessionFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hivemind.verification.code.sys.version_info", (3, 11))
    (one,) = found(session, files=[GeneratedFile(path="a.py", content="def f[T](x: T) -> T:\n    return (x\n")])
    assert one.level == "warning"


def test_other_files_are_left_alone_and_twins_are_not(session: SessionFolder) -> None:
    assert found(session, files=[GeneratedFile(path="a.txt", content="{{{")]) == []
    assert found(session, files=[GeneratedFile(path="chart.yaml", content="a: {{ .Values.b }}\n{{ end }}")]) == []
    twins = [GeneratedFile(path="A.txt", content="1"), GeneratedFile(path="a.txt", content="2")]
    assert "same path" in told(session, files=twins)[0]


@pytest.mark.parametrize("path", ["../a.py", "/a.py", "C:/a.py", "a/../../b", "con.txt"])
def test_paths_stay_inside(session: SessionFolder, path: str) -> None:
    unchecked = GeneratedFile.model_construct(path=path, content="", language="", purpose="")
    output = Wide(summary="s").model_copy(update={"files": (unchecked,)})
    assert any("path does not hold" in one.title for one in asyncio.run(check_output(output, session)))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("app/main.py:3", ""),
        ("app/main.py:1-3", ""),
        ("app/main.py:2:7", ""),
        ("./app/main.py:L2", ""),
        ("app/main.py:1, app/main.py:2", ""),
        ("Dockerfile:1", ""),
        ("app/__init__.py:1", ""),
        ("new.py:2", ""),
        ("other.py:1", ""),
        ("db.example.org:5432", ""),
        ("GET /orders", ""),
        ("app/", ""),
        ("app/main.py:4", "and the file has 3 lines"),
        ("app/main.py:0", "and the file has 3 lines"),
        ("app/main.py:2-9", "and the file has 3 lines"),
        ("app/main.py:1, app/gone.py:2", "there is no such file"),
        ("new.py:3", "and the file has 2 lines"),
        ("Makefile:1", "there is no such file"),
        ("../repo/app/main.py:1", "no path inside the repository"),
        ("/etc/hosts.conf:1", "no path inside the repository"),
    ],
)
def test_places_are_there(session: SessionFolder, place: str, said: str) -> None:
    session.write_file("other", "other.py", "x = 1\n")
    own = GeneratedFile(path="new.py", content="x = 1\ny = 2\n")
    finding = {"id": "X-1", "severity": "low", "title": "t", "location": place}
    problems = told(session, findings=[finding], files=[own])
    assert any(said in one for one in problems) if said else problems == [], problems
    by_rule = found(session, model=False, findings=[finding], files=[own])
    assert {one.level for one in by_rule} == ({"warning"} if said else set())


def test_places_in_fields_of_any_worker(session: SessionFolder) -> None:
    parts = [{"name": "N", "where": "app/gone.py:1"}, {"call_location": "app/main.py:9"}, {"text": "app/gone.py:1"}]
    problems = told(session, parts=parts)
    assert [one.split(" names ")[0] for one in problems] == ["a place is not there: N", "a place is not there: parts 2"]


def test_files_that_are_claimed_have_their_hash(session: SessionFolder) -> None:
    data = session.write_file("w", "x.txt", "text").read_bytes()
    true = {"path": "workers/files/w/x.txt", "sha256": hashlib.sha256(data).hexdigest(), "size": 4}
    assert found(session, parts=[true]) == []
    for change, said in (
        ({"sha256": "0" * 64}, "its SHA-256 is"),
        ({"size": 5}, "it has 4 bytes, not 5"),
        ({"path": "workers/files/w/y.txt"}, "there is no such file"),
        ({"path": "../../repo/app/main.py"}, "it is outside the session"),
    ):
        assert said in told(session, parts=[{**true, **change}])[0]


GOOD_DIAGRAMS = [
    "flowchart TD;\n A-->B;\n B---C",
    'graph LR\n A["x (y); z"] -->|yes| B{Is it?}\n B -- no --> C([the end])',
    "graph LR\n C --> D[(db)] & E\n A:::x ==> B\n A -.-> B",
    "flowchart LR\n subgraph one [Title]\n direction TB\n A -. text .-> B\n end\n classDef x fill:#fff\n class A x",
    "---\ntitle: x\n---\n%%{init: {}}%%\nflowchart LR\n%% why\n a-b --> c.d",
    'erDiagram\n CUSTOMER ||--o{ ORDER : places\n ORDER {\n int id PK\n string name FK, UK "the name"\n }\n LINE-ITEM',
    "sequenceDiagram\n participant A as Alice\n A->>+B: hi\n loop every\n B-->>-A: ho\n end\n Note over A,B: n",
    "stateDiagram-v2\n [*] --> A\n state X {\n B\n }",
    "classDiagram\n class A {\n +int x\n }",
    "gantt\n title x",
]
BAD_DIAGRAMS = [
    ("hello", "no kind of diagram"),
    ("flowchart LR\n A[foo (bar)] --> B", "line 2"),
    ("flowchart LR\n A[foo --> B", "a label is not closed"),
    ("flowchart LR\n A -->", "a link leads nowhere"),
    ("flowchart LR\n subgraph x\n A", "not closed with 'end'"),
    ("flowchart LR\n A --> B\n end", "'end' without a subgraph"),
    ("flowchart LR\n A --> end", "can't be called 'end'"),
    ("flowchart XX\n A", "the heading"),
    ("flowchart LR\n A B", "no link where one must stand"),
    ("erDiagram\n A ||--o{ B", "a relation with a label"),
    ("erDiagram\n A {\n decimal(10,2) x\n }", "no column of the form"),
    ("erDiagram\n A {\n int id", "block is not closed"),
    ("sequenceDiagram\n A->>B", "no message of the form"),
    ("sequenceDiagram\n loop x\n A->>B: y", "not closed with 'end'"),
    ("classDiagram\n class A {", "block is not closed"),
]


@pytest.mark.parametrize("diagram", GOOD_DIAGRAMS)
def test_diagrams_that_are_well_formed(session: SessionFolder, diagram: str) -> None:
    assert found(session, component_diagram=diagram, guide=f"# x\n\n```mermaid\n{diagram}\n```\n") == []


@pytest.mark.parametrize(("diagram", "said"), BAD_DIAGRAMS)
def test_diagrams_that_are_not(session: SessionFolder, diagram: str, said: str) -> None:
    assert said in told(session, component_diagram=diagram)[0]
    (fenced,) = told(session, guide=f"# x\n\n```mermaid\n{diagram}\n```\n")
    assert said in fenced
    assert "begins at line 3" in fenced


def test_a_plain_result_asks_for_no_work(session: SessionFolder) -> None:
    assert asyncio.run(check_output(WorkerOutput(summary="s"), session)) == []
    bad = WorkerOutput(summary="```mermaid\nnothing\n```")
    assert len(asyncio.run(check_output(bad, session))) == 1


def test_the_checks_run_for_every_worker_through_the_hook(hive: Any) -> None:
    async def broken(context: Any, runtime: Any) -> WorkerOutput:
        return WorkerOutput(summary="s", files=(GeneratedFile(path="a.json", content=json.dumps({})[:-1]),))

    done = hive.run(hive.Workers([hive.spec("w"), hive.spec("needs", requires=["w"])], {"w": broken}))
    assert done.status == "failed"
    assert done.statuses == {"w": "unverified", "needs": "blocked"}
    assert "does not parse as json" in done.error_of("w")


def test_checks_that_hang_leave_the_worker_unverified(hive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from hivemind import hookimpl

    monkeypatch.setattr("hivemind.verification.collecting.TIMEOUT_S", 0.1)

    class Hangs:
        @hookimpl
        async def hivemind_verify(self, output: WorkerOutput) -> list[Finding]:
            await asyncio.sleep(30)
            return []

    done = hive.run(hive.Workers([hive.spec("w")]), Hangs())
    assert done.statuses == {"w": "unverified"}
    assert "took longer than 0.1 s" in done.error_of("w")
