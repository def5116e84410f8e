"""`hivemind sessions archive|restore|delete|prune` on real sessions."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from datetime import UTC, datetime, timedelta

import pytest

from hivemind.cli.ages import cutoff
from hivemind.errors import UsageError

posix = pytest.mark.skipif(os.name == "nt", reason="makes links")


@pytest.fixture
def ran(cli, greeter, sessions, inside):
    """A folder with one finished session."""
    inside("run", "Say hello", "-q", check=0)
    return sessions()[0]


def aged(folder, days, name):
    """Copy a session to one that ended some days ago."""
    stamp = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    copy = folder.with_name(name)
    shutil.copytree(folder, copy)
    journal = copy / "EVENTS.jsonl"
    journal.write_text(re.sub(r'"timestamp":"[^"]+"', f'"timestamp":"{stamp}"', journal.read_text()))
    return copy


def contents(folder):
    """All files of a folder but those of processes."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if "lock" not in name}


def test_an_archived_session_is_read_as_before(ran, inside):
    shown = inside("sessions", "show", ran.name, "--json", check=0).json
    events = inside("sessions", "events", ran.name, check=0).out
    kept = contents(ran)
    document = inside("sessions", "archive", "last", "--json", check=0).json
    (one,) = document["sessions"]
    archive = ran.parent / "archive" / f"{ran.name}.tar.gz"
    assert (one["id"], one["done"], one["archive"]) == (ran.name, "archived", str(archive))
    assert not ran.exists()
    assert sorted(path.name for path in ran.parent.iterdir()) == ["archive"]
    again = inside("sessions", "show", ran.name, "--json", check=0).json
    moved = ("path", "report")
    assert {key: value for key, value in again.items() if key not in moved} == {
        key: value for key, value in shown.items() if key not in moved
    }
    assert inside("sessions", "events", "say-hel", check=0).out == events
    assert inside("sessions", "events", "say-hel", "--follow", check=0).out == events
    assert inside("sessions", "events", str(archive), check=0).out == events
    assert contents(type(ran)(inside("sessions", "path", ran.name, check=0).out.strip())) == kept
    assert inside("sessions", "list", "--json", check=0).json["sessions"] == []
    listed = inside("sessions", "list", "--archived", "--json", check=0).json
    assert listed["total"] == 1
    (session,) = listed["sessions"]
    assert (session["id"], session["status"], session["path"]) == (ran.name, "completed", str(archive))
    assert "2/2" in inside("sessions", "list", "--archived", check=0).out
    assert "1 archived" in inside("sessions", "show", "last", check=3).err
    assert inside("sessions", "show", ran.name, check=0).out.rstrip().endswith(f"archive{os.sep}{ran.name}.tar.gz")
    watched = inside("watch", ran.name, check=0).out
    assert "completed: 2 of 2 workers" in watched


def test_the_archive_is_a_plain_tar_with_what_the_session_has(ran, inside, tmp_path):
    kept = contents(ran)
    inside("sessions", "archive", ran.name, check=0)
    with tarfile.open(ran.parent / "archive" / f"{ran.name}.tar.gz") as tar:
        tar.extractall(tmp_path / "out", filter="data")
    assert contents(tmp_path / "out" / ran.name) == kept


def test_an_archived_session_is_not_written_and_can_be_restored(ran, inside):
    kept = contents(ran)
    inside("sessions", "archive", ran.name, check=0)
    for words in (("workers", "run", "writer", "--session", ran.name), ("retry", ran.name, "--worker", "writer")):
        result = inside(*words, check=3)
        assert "is archived and can only be read" in result.err
        assert f"hivemind sessions restore {ran.name}" in result.err
    assert "is archived already" in inside("sessions", "archive", ran.name, check=3).err
    (one,) = inside("sessions", "restore", ran.name, "--json", check=0).json["sessions"]
    assert (one["done"], one["path"]) == ("restored", str(ran))
    assert contents(ran) == kept
    assert not list((ran.parent / "archive").iterdir())
    assert "is not archived" in inside("sessions", "restore", ran.name, check=3).err
    inside("workers", "run", "writer", "--session", ran.name, "-q", check=0)


def test_the_copy_follows_its_archive(ran, inside, cli):
    inside("sessions", "archive", ran.name, check=0)
    first = inside("sessions", "path", ran.name, check=0).out
    assert inside("sessions", "path", ran.name, check=0).out == first
    archive = ran.parent / "archive" / f"{ran.name}.tar.gz"
    os.utime(archive, (1, 1))
    assert inside("sessions", "path", ran.name, check=0).out != first
    (copies,) = (cli.home / "cache" / "archives").iterdir()
    assert len(list(copies.iterdir())) == 1
    copy = type(ran)(inside("sessions", "path", ran.name, check=0).out.strip())
    (copy / "EVENTS.jsonl").unlink()
    assert inside("sessions", "show", ran.name, "--json", check=0).json["status"] == "completed"
    inside("sessions", "delete", ran.name, "--yes", check=0)
    assert not archive.exists()
    assert not copies.exists()


def test_a_running_session_is_refused(cli, greeter, marked, sessions, inside):
    process = cli.start("run", "wait for me", "-q")
    marked(process)
    (folder,) = sessions()
    for words in (("archive", "last"), ("delete", folder.name, "--yes"), ("delete", str(folder), "--yes")):
        result = inside("sessions", *words, check=3)
        assert "is being run by process" in result.err
    result = inside("sessions", "prune", "--older-than", "0h", "--yes", "--json", check=0)
    assert [(one["id"], one["done"]) for one in result.json["sessions"]] == [(folder.name, "kept")]
    assert "is being run by process" in result.err
    (cli.home / "mark.go").write_text("")
    assert process.wait(timeout=20) == 0
    assert (folder / "REPORT.md").is_file()
    inside("sessions", "delete", folder.name, "--yes", check=0)
    assert sessions() == []


def test_a_single_worker_that_runs_is_refused_too(cli, ran, marked, inside):
    waiting = aged(ran, 0, "2026-01-01-00-00-wait")
    journal = waiting / "EVENTS.jsonl"
    journal.write_text(journal.read_text().replace('"text":"Say hello"', '"text":"wait for me"'))
    process = cli.start("workers", "run", "greeter", "--session", waiting.name, "-q")
    marked(process)
    assert "its worker 'greeter' runs" in inside("sessions", "delete", waiting.name, "--yes", check=3).err
    (cli.home / "mark.go").write_text("")
    assert process.wait(timeout=20) == 0
    inside("sessions", "delete", waiting.name, "--yes", check=0)


def test_delete_needs_a_terminal_or_yes(ran, inside):
    result = inside("sessions", "delete", ran.name, check=2)
    assert "no terminal to ask at" in result.err
    assert "--yes" in result.err
    assert ran.is_dir()
    assert inside("sessions", "delete", ran.name, "--json", check=2).json["error"]["exit_code"] == 2
    assert f"deleted {ran.name}" in inside("sessions", "delete", ran.name, "--yes", check=0).out
    assert not ran.exists()


@posix
@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 130), (b"\n", 130)])
def test_delete_asks_at_a_terminal(cli, ran, answer, code):
    pty = pytest.importorskip("pty")
    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "hivemind", "sessions", "delete", ran.name],
        cwd=cli.cwd,
        env=cli.environment({"TERM": "xterm"}),
        stdin=side,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(side)
    os.write(main, answer)
    _, err = process.communicate(timeout=20)
    os.close(main)
    assert process.returncode == code, err
    assert "delete 1 session for good?" in err
    assert ran.exists() == (code != 0)


def test_nothing_is_deleted_where_one_of_several_is_not_there(ran, inside):
    assert "no session 'nonsense'" in inside("sessions", "delete", ran.name, "nonsense", "--yes", check=3).err
    assert ran.is_dir()
    other = aged(ran, 1, "2026-01-01-00-00-other")
    inside("sessions", "delete", ran.name, ran.name, "other", "--yes", check=0)
    assert not ran.exists()
    assert not other.exists()


def test_a_folder_that_is_no_session_is_never_deleted(cli, ran, inside):
    for name, journal in (("notes", None), ("pipeline", "hello\n"), ("other", '{"type": "x"}\n')):
        folder = ran.with_name(name)
        folder.mkdir()
        (folder / "precious.txt").write_text("keep")
        if journal is not None:
            (folder / "EVENTS.jsonl").write_text(journal)
        for given in (name, str(folder)):
            assert "session" in inside("sessions", "delete", given, "--yes", check=3).err
    inside("sessions", "prune", "--older-than", "0h", "--yes", check=0)
    assert not ran.exists()
    assert all((ran.with_name(name) / "precious.txt").is_file() for name in ("notes", "pipeline", "other"))


def test_a_session_outside_the_root_is_left_alone(cli, ran, inside, tmp_path):
    elsewhere = tmp_path / "elsewhere" / ran.name
    shutil.copytree(ran, elsewhere)
    result = inside("sessions", "delete", str(elsewhere), "--yes", check=2)
    assert "only sessions of the root are taken away" in result.err
    assert elsewhere.is_dir()
    inside("sessions", "delete", str(elsewhere), "--yes", "--sessions-root", str(elsewhere.parent), check=0)
    assert not elsewhere.exists()


@posix
def test_links_are_never_followed(cli, ran, inside, tmp_path):
    outside = tmp_path / "outside"
    shutil.copytree(ran, outside / "real")
    (outside / "secret.txt").write_text("do not read")
    linked = ran.with_name("2026-01-01-00-00-linked")
    linked.symlink_to(outside / "real")
    for words in (("delete", linked.name, "--yes"), ("archive", linked.name), ("delete", str(linked), "--yes")):
        assert "is a link" in inside("sessions", *words, check=2).err
    inside("sessions", "prune", "--older-than", "0h", "--dry-run", check=0)
    (ran / "workers" / "secret.txt").symlink_to(outside / "secret.txt")
    (ran / "workers" / "all").symlink_to(outside)
    inside("sessions", "archive", ran.name, check=0)
    archive = ran.parent / "archive" / f"{ran.name}.tar.gz"
    assert b"do not read" not in gzip.decompress(archive.read_bytes())
    copy = type(ran)(inside("sessions", "path", ran.name, check=0).out.strip())
    assert not (copy / "workers" / "secret.txt").exists()
    inside("sessions", "restore", ran.name, check=0)
    (ran / "workers" / "all").symlink_to(outside)
    inside("sessions", "prune", "--older-than", "0h", "--yes", check=0)
    assert not ran.exists()
    assert linked.is_symlink()
    assert (outside / "secret.txt").read_text() == "do not read"
    assert (outside / "real" / "EVENTS.jsonl").is_file()


def test_prune_takes_what_is_older(ran, inside):
    month, week = aged(ran, 31, "2026-01-01-00-00-month"), aged(ran, 8, "2026-01-01-00-01-week")
    result = inside("sessions", "prune", "--older-than", "30d", "--dry-run", "--json", check=0)
    assert [(one["id"], one["done"]) for one in result.json["sessions"]] == [(month.name, "would be deleted")]
    assert result.json["dry_run"] is True
    assert "no terminal" in inside("sessions", "prune", "--older-than", "30d", check=2).err
    assert month.is_dir()
    inside("sessions", "prune", "--older-than", "30d", "--yes", check=0)
    assert not month.exists()
    result = inside("sessions", "prune", "--older-than", "1w", "--archive", "--yes", check=0)
    assert f"archived {week.name}" in result.out
    assert (ran.parent / "archive" / f"{week.name}.tar.gz").is_file()
    assert ran.is_dir()
    assert "nothing to prune" in inside("sessions", "prune", "--older-than", "1w", check=0).err
    assert "--older-than" in inside("sessions", "prune", check=2).err


def test_prune_goes_by_what_happened_last_and_takes_damaged_sessions(ran, inside):
    old = aged(ran, 400, "2020-01-01-00-00-old")
    with (old / "EVENTS.jsonl").open("a") as handle:
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        handle.write(f'{{"seq":99,"timestamp":"{stamp}","agent":"hivemind","type":"odd","details":{{}}}}\n')
    torn = aged(ran, 400, "2020-01-01-00-01-torn")
    (torn / "EVENTS.jsonl").write_text('{"seq":1,"timest')
    os.utime(torn / "EVENTS.jsonl", (1_000_000, 1_000_000))
    empty = aged(ran, 400, "2020-01-01-00-02-empty")
    (empty / "EVENTS.jsonl").write_text("")
    os.utime(empty / "EVENTS.jsonl", (1_000_000, 1_000_000))
    document = inside("sessions", "prune", "--older-than", "1d", "--archive", "--yes", "--json", check=0).json
    assert {one["id"] for one in document["sessions"]} == {torn.name, empty.name}
    assert old.is_dir()
    listed = inside("sessions", "list", "--archived", "--json", check=0).json["sessions"]
    assert {one["id"] for one in listed} == {torn.name, empty.name}
    assert "was cut off before it began" in inside("sessions", "show", torn.name, check=3).err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12h", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("30d", datetime(2026, 10, 25, tzinfo=UTC)),
        (" 4W ", datetime(2026, 10, 27, tzinfo=UTC)),
        ("2026-10-01T10:00Z", datetime(2026, 10, 1, 10, tzinfo=UTC)),
        ("2026-10-01T10:00:00+02:00", datetime(2026, 10, 1, 8, tzinfo=UTC)),
    ],
)
def test_ages_and_dates(text, expected):
    assert cutoff(text, datetime(2026, 11, 24, tzinfo=UTC)) == expected


def test_a_date_is_this_machines_midnight():
    assert cutoff("2026-10-01") == datetime(2026, 10, 1).astimezone()


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "3 months", "2026-13-01", "999999999w", "1.5d", "yesterday"])
def test_what_is_no_age_is_refused(text, inside, cli):
    with pytest.raises(UsageError):
        cutoff(text)
    assert inside("sessions", "prune", "--older-than", text, "--yes", check=2).err.startswith("error: ")


def hostile(path, name, kind=tarfile.REGTYPE, link=""):
    """Write an archive with one member of that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        data = b"owned" if kind == tarfile.REGTYPE else b""
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
        if kind != tarfile.REGTYPE:
            inner = tarfile.TarInfo(f"{name}/owned.txt")
            inner.size = 5
            tar.addfile(inner, io.BytesIO(b"owned"))
        journal = tarfile.TarInfo("evil/EVENTS.jsonl")
        tar.addfile(journal, io.BytesIO(b""))


@pytest.mark.parametrize("name", ["../../owned.txt", "/owned.txt", "evil/../../owned.txt", "evil\\..\\owned.txt"])
def test_an_archive_that_leaves_its_folder_is_refused(cli, inside, name):
    root = cli.cwd / "Docs" / "hive-mind" / "sessions"
    hostile(root / "archive" / "evil.tar.gz", name)
    result = inside("sessions", "show", "evil", check=3)
    assert "leaves its folder" in result.err
    assert not list(cli.home.parent.rglob("owned.txt"))


@posix
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_links_of_an_archive_are_not_written_through(cli, inside, tmp_path, kind):
    root = cli.cwd / "Docs" / "hive-mind" / "sessions"
    target = tmp_path / "target"
    target.mkdir()
    hostile(root / "archive" / "evil.tar.gz", "evil/way", kind, str(target))
    assert inside("sessions", "show", "evil", check=3).err.startswith("error: ")
    assert not list(target.iterdir())


@pytest.mark.parametrize(
    "data", [b"", b"no gzip at all", gzip.compress(b"no tar"), None], ids=["empty", "text", "gzip", "cut"]
)
def test_a_damaged_archive_is_said_to_be_so(cli, ran, inside, data):
    inside("sessions", "archive", ran.name, check=0)
    archive = ran.parent / "archive" / f"{ran.name}.tar.gz"
    archive.write_bytes(archive.read_bytes()[:-200] if data is None else data)
    for words in (("show", ran.name), ("restore", ran.name)):
        result = inside("sessions", *words, check=3)
        assert result.err.startswith("error: ")
        assert "bug" not in result.err
    listed = inside("sessions", "list", "--archived", "--json", check=0).json["sessions"]
    assert data is None or listed[0]["problem"]
    assert archive.is_file()
    inside("sessions", "delete", ran.name, "--yes", check=0)


def test_an_archive_of_another_session_is_not_overwritten(ran, inside):
    other = ran.parent / "archive" / f"{ran.name}.tar.gz"
    hostile(other, "evil/x")
    before = other.read_bytes()
    result = inside("sessions", "archive", ran.name, "--json", check=3)
    assert result.json["sessions"][0]["done"] == "failed"
    assert "is there already" in result.json["sessions"][0]["problem"]
    assert other.read_bytes() == before
    assert ran.is_dir()


def test_archiving_goes_on_where_a_process_was_killed_between_its_two_steps(ran, inside):
    copy = ran.parent.parent / "copy"
    shutil.copytree(ran, copy)
    inside("sessions", "archive", ran.name, check=0)
    shutil.copytree(copy, ran)
    inside("sessions", "archive", ran.name, check=0)
    assert not ran.exists()
    assert inside("sessions", "show", ran.name, "--json", check=0).json["status"] == "completed"


def test_a_session_whose_owner_is_gone_is_archived_as_interrupted(cli, greeter, marked, sessions, inside):
    process = cli.start("run", "wait for me", "-q")
    marked(process)
    process.kill()
    process.wait()
    (folder,) = sessions()
    inside("sessions", "archive", folder.name, check=0)
    assert inside("sessions", "show", folder.name, "--json", check=0).json["status"] == "interrupted"
    (listed,) = inside("sessions", "list", "--archived", "--json", check=0).json["sessions"]
    assert listed["status"] == "interrupted"
    assert "is archived and can only be read" in inside("resume", folder.name, check=3).err
    inside("sessions", "restore", folder.name, check=0)
    (cli.home / "mark.go").write_text("")
    assert json.loads(inside("resume", folder.name, "--json", check=0).out)["status"] == "completed"
