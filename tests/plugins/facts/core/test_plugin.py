"""The plugin: its fragments, that a repository is read once, and readers of others."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hivemind_facts import loading, plugin, registry
from hivemind_facts.fragments import fragment
from hivemind_facts.models import Endpoint, Facts, RuleFinding, Table

from hivemind import DefinitionError, HivemindError, Task, WorkerSpec


def worker(role: str) -> WorkerSpec:
    return WorkerSpec(name=f"{role}-worker", role=role, description="works")


def endpoints(*paths: str) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(method="GET", path=path, handler="answer", file="app.py", line=1, framework="x") for path in paths
    )


def test_importing_the_plugin_is_light():
    heavy = ("pydantic", "sqlglot", "tree_sitter", "click", "yaml")
    code = f"import sys, hivemind_facts.plugin; print([one for one in {heavy} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_role_is_told_its_field(shop):
    task = Task(text="Show all orders", repo=str(shop), session_id="s")
    said = {role: plugin.hivemind_load_context(worker(role), task)[0] for role in ("backend", "frontend", "poet")}
    one = said["backend"]
    assert (one.name, one.title, one.order, one.omitted) == ("facts", "Repository facts", 10, 0)
    assert isinstance(one.data, Facts)
    assert "`GET /orders/{order_id}`" in one.text
    assert "customer_id INTEGER -> customers.id (no index)" in one.text
    assert "Data model" not in said["frontend"].text
    assert "Data model" in said["poet"].text
    assert all(part.data is one.data for part in said.values())


def test_what_fits_the_task_comes_first_and_the_text_is_stable():
    facts = Facts(endpoints=endpoints("/a", "/b", "/invoiceItems/{id}", "/z"))
    first = fragment(facts, "backend", "Pay an invoice item")
    assert first.text.index("/invoiceItems") < first.text.index("GET /a")
    assert first.text == fragment(facts, "backend", "Pay an invoice item").text
    assert fragment(facts, "backend", "Nothing of this").text.index("GET /a") < first.text.index("GET /z")


def test_grave_findings_come_before_what_the_task_names():
    facts = Facts(
        findings=tuple(
            RuleFinding(id=f"R-{n}", rule="r", severity=s, title=t, evidence="e", file="f", line=1, remedy="m")
            for n, (s, t) in enumerate((("low", "about orders"), ("critical", "a key in the code")))
        )
    )
    text = fragment(facts, "analyzer", "Look at the orders").text
    assert text.index("a key in the code") < text.index("about orders")


@pytest.mark.parametrize("role", ["backend", "architect", "analyzer", "frontend", "other"])
def test_the_budget_holds_and_what_is_left_out_is_counted(role):
    facts = Facts(
        endpoints=endpoints(*(f"/a{number}/{'long' * 20}" for number in range(2000))),
        tables=tuple(Table(name=f"t{number}", file="a.sql", line=1) for number in range(900)),
    )
    one = fragment(facts, role, "Do it", max_tokens=1000)
    assert len(one.text) <= 4000
    listed = one.text.count("`GET /a") + one.text.count("`t")
    told = 2000 if role == "frontend" else 2900  # the frontend is told of no tables
    assert one.omitted == told - listed
    assert re.search(r"- \d+ more left out; ask with `find_endpoints`", one.text)


def test_a_repository_is_read_once_however_many_ask(shop, monkeypatch):
    calls: list[Path] = []
    real = loading.extract

    def slow(root, **options):
        calls.append(root)
        time.sleep(0.2)
        return real(root, **options)

    monkeypatch.setattr(loading, "extract", slow)
    got: list[Facts] = []
    threads = [threading.Thread(target=lambda: got.append(loading.load_facts(shop, "one session"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(calls) == 1
    assert len(got) == 4
    assert all(one is got[0] for one in got)
    (shop / "more.sql").write_text("CREATE TABLE more (id integer);")
    assert loading.load_facts(shop, "one session") is got[0]
    assert len(loading.load_facts(shop, "another session").tables) == 3


def test_a_failure_is_told_to_all_and_not_kept(shop, monkeypatch):
    def broken(root, **options):
        raise HivemindError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(loading, "extract", broken)
        with pytest.raises(HivemindError, match="the disk is gone"):
            loading.load_facts(shop, "s2")
    assert loading.load_facts(shop, "s2").endpoints


@pytest.mark.parametrize(("name", "said"), [("gone", "is not there"), ("a.txt", "is a file, not a folder")])
def test_a_repository_that_can_not_be_read_is_an_error(tmp_path, name, said):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(HivemindError, match=said):
        plugin.hivemind_load_context(worker("backend"), Task(text="x", repo=str(tmp_path / name)))


class Lines:
    """A language of nobody else's: one digest key for each line."""

    name = "route-list"
    version = 1
    suffixes = (".routes",)

    def digest(self, path: str, data: bytes) -> dict:
        return {"lines": data.decode().splitlines()}


class LinesReader:
    name = "route-list"
    version = 1

    def read(self, repository):
        for path, digest in repository.digests("route-list").items():
            for number, line in enumerate(digest["lines"], 1):
                method, where = line.split()
                yield Endpoint(method=method, path=where, file=path, line=number, framework=self.name)


class NoDelete:
    name = "no-delete"
    version = 1

    def check(self, facts, repository):
        for one in facts.endpoints:
            if one.method == "DELETE":
                yield RuleFinding(
                    id="NODELETE-1", rule=self.name, severity="low", title="a delete", evidence=one.path,
                    file=one.file, line=one.line, remedy="keep it",
                )  # fmt: skip


class Broken:
    name = "broken"
    version = 1

    def read(self, repository):
        yield Endpoint(method="GET", path="/before", file="a", line=1, framework=self.name)
        raise RuntimeError("it is raining")


@pytest.fixture
def given(monkeypatch):
    def give(*things: object, plugin: str = "theirs") -> None:
        registry.use_hook(lambda hook: [(plugin, things)] if hook == registry.HOOK else [])

    yield give
    registry.use_hook(None)


def test_foreign_languages_readers_and_rules(write, given):
    given(Lines(), LinesReader(), NoDelete())
    root = write({"a.routes": "GET /x\nDELETE /y\n"})
    facts = loading.read_facts(root)
    assert [(one.method, one.path, one.line) for one in facts.endpoints] == [("GET", "/x", 1), ("DELETE", "/y", 2)]
    assert [one.evidence for one in facts.findings] == ["/y"]
    assert loading.read_facts(root) == facts


def test_a_foreign_reader_that_fails_costs_its_own_facts_only(shop, given):
    given(Broken())
    facts = loading.read_facts(shop)
    assert "broken failed: RuntimeError: it is raining" in [one.reason for one in facts.unresolved]
    assert {"/before", "/customers"} <= {one.path for one in facts.endpoints}


@pytest.mark.parametrize(
    ("things", "said"),
    [
        ((3,), "gave int in hivemind_fact_readers"),
        ((LinesReader,), "gave type in"),
        ((LinesReader(), LinesReader()), "both give a reader named 'route-list'"),
        ((type("Taken", (LinesReader,), {"name": "fastapi"})(),), "a reader named 'fastapi', which is shipped"),
    ],
)
def test_what_is_no_reader_or_has_a_taken_name_is_refused(shop, given, things, said):
    given(*things)
    with pytest.raises(DefinitionError, match=said):
        loading.read_facts(shop)


FOREIGN = """
from hivemind import hookimpl
from hivemind_facts.models import Endpoint


class CounterReader:
    name = "counter"
    version = 1

    def read(self, repository):
        for file in repository.files(".count"):
            yield Endpoint(method="GET", path="/counted", file=file.path, line=1, framework=self.name)


@hookimpl
def hivemind_fact_readers():
    yield CounterReader()
"""


def test_a_real_plugin_of_somebody_else_adds_a_reader(write, tmp_path):
    site = tmp_path / "site"
    info = site / "counter_facts-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "counter_facts.py").write_text(FOREIGN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: counter-facts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[hivemind.plugins]\ncounter = counter_facts\n")
    root = write({"a.count": "1"})
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "from hivemind.cli.main import main\n"
        f"sys.exit(main(['facts', '--repo', {str(root)!r}, '--only', 'endpoints', '--format', 'json']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"path": "/counted"' in done.stdout
    assert '"framework": "counter"' in done.stdout
