"""Cases of single rules beside the bad plugin that each has."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from hivemind.conformance import ConformanceReport, check

HEAD = "import os, sys, time\nfrom pathlib import Path\nfrom hivemind import *\nfrom hivemind import hookimpl\n"
WORKER = """
@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="odd-worker", role="odd", description="Is odd.", {fields})
"""


def checked(tmp_path: Path, source: str, *rules: str) -> ConformanceReport:
    path = tmp_path / "odd.py"
    path.write_text(HEAD + textwrap.dedent(source), encoding="utf-8")
    return check(path, rules=rules)


def detail(tmp_path: Path, source: str, rule: str) -> str:
    """What a rule says of a plugin that breaks it."""
    result = checked(tmp_path, source, rule).result(rule)
    assert result.status == "failed", result
    return result.detail


def test_what_an_import_may_not_change(tmp_path: Path) -> None:
    source = """
        import asyncio, logging, signal, threading

        class Policy(asyncio.DefaultEventLoopPolicy): ...

        asyncio.set_event_loop_policy(Policy())
        logging.basicConfig(level=10)
        os.chdir("/")
        signal.signal(signal.SIGTERM, lambda *_: None)
        sys.excepthook = print
        threading.Thread(target=time.sleep, args=(5,), daemon=True, name="tick").start()

        @hookimpl
        def hivemind_event(event): ...
        """
    said = detail(tmp_path, source, "import-effects")
    for what in (
        "asyncio policy",
        "logging's root",
        "working folder to /",
        "SIGTERM",
        "sys.excepthook",
        "thread: tick",
    ):
        assert what in said


@pytest.mark.parametrize(
    ("source", "rule", "says"),
    [
        ("@hookimpl\ndef hivemind_event(event, session=None): ...", "hook-signatures", ""),
        ("@hookimpl\ndef hivemind_publish(worker, session=None): ...", "hook-signatures", "never given it"),
        ("@hookimpl\ndef hivemind_publish(*everything): ...", "hook-signatures", "given nothing"),
        ("@hookimpl\ndef hivemind_fact_readers(repository): ...", "hook-signatures", "its arguments: none"),
        ("@hookimpl\nasync def hivemind_execute(worker): ...", "async-shape", "not awaited"),
        ("@hookimpl\nasync def hivemind_publish(worker):\n    yield 1", "async-shape", "async generator"),
        ("@hookimpl(wrapper=True)\ndef hivemind_event(event):\n    yield", "async-shape", "wrapper"),
        ("def hivemind_workers():\n    yield None", "hook-names", "not marked with @hookimpl"),
    ],
)
def test_shapes_of_hooks(tmp_path: Path, source: str, rule: str, says: str) -> None:
    result = checked(tmp_path, source, rule).result(rule)
    assert result.status == ("failed" if says else "passed"), result
    assert says in result.detail


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (
            "edges",
            {
                'requires=("odd-0",)': "names itself in requires",
                'after=("capability:flying",)': "names 'capability:flying' in after, which nobody is",
                'aligns_with=("bakend",)': "did you mean 'backend'",
            },
        ),
        (
            "code-paths",
            {
                'output_type="odd:Nothing"': "can't be imported",
                'output_type="odd:Path"': "not a class that extends WorkerOutput",
                'agent="odd:factory"': "not a pydantic_ai.Agent",
                'notes="odd:factory"': "is called with (output)",
                'toolsets=("odd:factory",)': "is called with (task)",
            },
        ),
        (
            "declared-limits",
            {
                'tools=("read_fil",)': "did you mean 'read_file'",
                'tools=("mcp__db__query",)': "no worker is given",
                'paths=("../other",)': "can't be enforced",
                'paths=("src/**",), toolsets=("odd:tools",)': "read what they like",
                'timeout_s=float("inf")': "without end",
            },
        ),
    ],
)
def test_what_workers_declare(tmp_path: Path, rule: str, wrong: dict[str, str]) -> None:
    specs = "".join(
        f'    yield WorkerSpec(name="odd-{number}", role="odd", description="Is odd.", {fields})\n'
        for number, fields in enumerate(wrong)
    )
    source = f"""
@hookimpl
def hivemind_workers():
{specs}
def factory(): return 3
def tools(task): return []
"""
    said = detail(tmp_path, source, rule)
    for number, says in enumerate(wrong.values()):
        own = [part for part in said.split("; ") if f"'odd-{number}'" in part]
        assert any(says in part for part in own), (number, said)


def test_a_circle_is_told_with_its_path(tmp_path: Path) -> None:
    source = """
        @hookimpl
        def hivemind_workers():
            yield WorkerSpec(name="hen", role="hen", description="Was first.", requires=("egg",))
            yield WorkerSpec(name="egg", role="egg", description="Was first.", after=("hen",))
        """
    said = detail(tmp_path, source, "edges")
    assert "hen" in said
    assert "egg" in said


def test_a_set_in_an_output_is_not_the_same_in_every_process(tmp_path: Path) -> None:
    source = WORKER.format(fields='output_type="odd:Odd", rules="odd:rules"') + (
        "class Odd(WorkerOutput):\n    words: frozenset[str] = frozenset()\n"
        "def rules(task, context): return Odd(summary='x')\n"
    )
    assert "the JSON of a full Odd" in detail(tmp_path, source, "output-schema")


def test_a_required_field_that_no_schema_shows(tmp_path: Path) -> None:
    source = WORKER.format(fields='output_type="odd:Odd"') + (
        "from pydantic.json_schema import SkipJsonSchema\nclass Odd(WorkerOutput):\n    hidden: SkipJsonSchema[int]\n"
    )
    assert "'hidden'" in detail(tmp_path, source, "output-schema")


def test_where_files_may_not_be(tmp_path: Path) -> None:
    source = WORKER.format(fields='rules="odd:rules"') + (
        "def rules(task, context):\n"
        "    (Path.home() / 'odd.txt').write_text('x')\n"
        "    repo = Path(task.repo)\n"
        "    (repo / 'README.md').open('a').write('x')\n"
        "    (repo / 'pyproject.toml').unlink(missing_ok=True)\n"
        "    (repo / 'x').write_text('x')\n"
        "    (repo / 'x').unlink()\n"
        "    import subprocess; subprocess.run(['touch', str(repo / 'y')])\n"
        "    (Path(__file__).parent / 'beside.json').write_text('{}')\n"
        "    return WorkerOutput(summary='x')\n"
    )
    said = detail(tmp_path, source, "files")
    for what in (
        "in the home odd.txt was made at odd.py:10",
        "in the repository README.md was changed at odd.py:12",
        "in the repository pyproject.toml was taken away at odd.py:13",
        "in the repository x was written at odd.py:14",
        "in the repository y was made",
        "beside.json was written at odd.py:17",
    ):
        assert what in said


def test_ways_to_the_network(tmp_path: Path) -> None:
    source = WORKER.format(fields='rules="odd:rules"') + (
        "import contextlib, socket, subprocess\n"
        "def rules(task, context):\n"
        "    with contextlib.suppress(OSError):\n"
        "        subprocess.run(['curl', 'http://example.org'])\n"
        "    socket.create_connection(('192.0.2.1', 80), 1)\n"
        "    return WorkerOutput(summary='x')\n"
    )
    report = checked(tmp_path, source, "embedded-run", "no-network")
    assert [one.rule for one in report.failed] == ["no-network"]
    said = report.result("no-network").detail
    assert "a call of the program 'curl' at odd.py:12" in said
    assert "connect to 192.0.2.1:80 at odd.py:13" in said
    assert "no-network" in report.result("embedded-run").detail


def test_a_secret_of_the_repository_that_is_copied(tmp_path: Path) -> None:
    source = WORKER.format(fields='rules="odd:rules"') + (
        "def rules(task, context): return WorkerOutput(summary='x')\n"
        "@hookimpl\ndef hivemind_publish(worker, session):\n"
        "    if worker.name == 'odd-worker':\n"
        "        (session.path / 'copy.env').write_bytes((Path(session.task.repo) / '.env').read_bytes())\n"
        "    return []\n"
    )
    assert "copy.env holds a secret of a file of the repository" in detail(tmp_path, source, "redaction")


def test_a_context_in_the_order_of_a_set(tmp_path: Path) -> None:
    source = """
        WORDS = {"reading", "writing", "counting", "drawing", "singing", "walking", "sorting", "mending"}

        @hookimpl
        def hivemind_load_context(worker):
            return [ContextFragment(name="words", text="\\n".join(WORDS))]
        """
    assert "not the same in a second process" in detail(tmp_path, source, "contexts-deterministic")
