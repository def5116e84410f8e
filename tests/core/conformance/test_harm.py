"""A plugin that ends, crashes or holds its process harms neither the check nor this process."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from hivemind.conformance import ConformanceReport, check

WORKER = """
    from hivemind import WorkerOutput, WorkerSpec, hookimpl

    @hookimpl
    def hivemind_workers():
        yield WorkerSpec(name="bad-worker", role="bad", description="Does harm.", rules=f"{__name__}:rules")

    def rules(task, context):
        import ctypes, os, sys, time
        %s
        return WorkerOutput(summary="done")
    """


def checked(tmp_path: Path, source: str, rules: tuple[str, ...], timeout_s: float = 60) -> ConformanceReport:
    path = tmp_path / "harmful.py"
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    return check(path, rules=rules, timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os\nos._exit(3)\n", "ended the process with exit code 3"),
        ("raise SystemExit('no')\n", "raised SystemExit: no (harmful.py:1)"),
        ("def broken(:\n", "raised SyntaxError"),
        ("import nothing_of_that_name\n", "raised ModuleNotFoundError"),
    ],
)
def test_an_import_that_ends_is_one_failed_rule(tmp_path: Path, source: str, says: str) -> None:
    report = checked(tmp_path, source, ("loads", "hook-names", "worker-names", "embedded-run"))
    assert [one.rule for one in report.failed] == ["loads"]
    assert says in report.result("loads").detail
    assert {one.status for one in report.results[1:]} == {"skipped"}


def test_an_import_that_hangs_is_ended(tmp_path: Path) -> None:
    report = checked(tmp_path, "import time\ntime.sleep(600)\n", ("loads", "hook-names"), timeout_s=3)
    assert "did not end within" in report.result("loads").detail
    assert report.duration_s < 20


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("os.abort()", "signal SIGABRT"),
        ("sys.exit('no')", "SystemExit"),
    ],
)
def test_rules_that_end_the_process_fail_their_run_only(tmp_path: Path, body: str, says: str) -> None:
    report = checked(tmp_path, WORKER % body, ("worker-names", "embedded-run", "files"))
    assert [one.rule for one in report.failed] == ["embedded-run"]
    assert says in report.result("embedded-run").detail
    assert report.result("worker-names").status == "passed"


def test_registration_that_hangs_is_told_once(tmp_path: Path) -> None:
    source = """
        import time
        from hivemind import hookimpl

        @hookimpl
        def hivemind_workers():
            time.sleep(600)
        """
    report = checked(tmp_path, source, ("registration", "worker-names", "embedded-run", "cancellation"), timeout_s=6)
    assert [one.rule for one in report.failed] == ["registration"]
    assert report.duration_s < 30


def test_a_plugin_sees_nothing_of_the_user_and_the_user_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-the-users-own-key-which-nobody-may-see")
    monkeypatch.setenv("HOME", str(tmp_path / "real-home"))
    body = (
        "assert 'users-own' not in repr(dict(os.environ)), 'a key is seen'; "
        "assert 'real-home' not in os.path.expanduser('~'), 'the home is seen'; "
        "os.environ['HARM'] = '1'; os.chdir('/'); print('harm'); sys.stderr.write('harm')"
    )
    before = Path.cwd()
    report = checked(tmp_path, WORKER % body, ("embedded-run",))
    assert report.ok, report.failed
    assert Path.cwd() == before
    assert "HARM" not in os.environ
    out, err = capfd.readouterr()
    assert "harm" not in out + err
