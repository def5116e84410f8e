"""Git's history: what is counted, and that a repository can't make git run anything."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hivemind_analyzer.rules.history import read_history
from hivemind_analyzer.rules.hotspots import count_lines, hot_spots


def test_counts_commits_churn_and_authors(repo: Path, commit) -> None:
    commit({"a.py": "1\n2\n3\n", "b.py": "x\n"})
    commit({"a.py": "1\n2\n4\n5\n"}, author="b@example.org")
    history = read_history(repo)
    assert history.commits == 2
    assert history.files["a.py"].commits == 2
    assert history.files["a.py"].churn == 3 + 2 + 1
    assert history.files["a.py"].authors == {"a@example.org", "b@example.org"}
    assert history.files["b.py"].churn == 1
    assert history.note == "the newest 2 commits without merges"


def test_names_with_spaces_quotes_and_letters(repo: Path, commit) -> None:
    names = ["with space.py", "ümläut.py"] + ([] if os.name == "nt" else ['quote".py', "tab\t.py"])
    commit(dict.fromkeys(names, "1\n"))
    assert sorted(read_history(repo).files) == sorted(names)


def test_a_folder_inside_a_repository_sees_its_own_paths(repo: Path, commit) -> None:
    commit({"sub/a.py": "1\n", "other/b.py": "1\n"})
    assert set(read_history(repo / "sub").files) == {"a.py"}


def test_without_git(repo: Path) -> None:
    history = read_history(repo)
    assert not history.files
    assert "no git history" in history.note


def test_without_a_commit(repo: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=repo, check=True)
    assert "no commit yet" in read_history(repo).note


def test_git_is_not_installed(repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git can't be run" in read_history(repo).note


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for git")
def test_a_git_that_hangs_is_stopped(repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    # The first commit is whole; the second is cut off in the middle.
    code = (
        r"import sys,time;sys.stdout.write('\1a@x\0\n2\t1\ta.py\0\1b@x\0\n9\t9\tb.p');sys.stdout.flush();time.sleep(60)"
    )
    fake.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}"\n')
    fake.chmod(fake.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(fake.parent))
    history = read_history(repo, timeout_s=2.0)
    assert set(history.files) == {"a.py"}
    assert "as many as git gave within 2 s" in history.note


@pytest.mark.skipif(os.name == "nt", reason="shell scripts as traps")
def test_configuration_of_the_repository_starts_no_program(repo: Path, commit, tmp_path: Path) -> None:
    commit({"a.py": "1\n", ".gitattributes": "*.py diff=trap\n"})
    commit({"a.py": "2\n"})
    mark = tmp_path / "ran"
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    trap.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for key in ("core.fsmonitor", "core.pager", "pager.log", "diff.external", "gpg.program", "core.sshCommand"):
        subprocess.run(["git", "config", key, str(trap)], cwd=repo, check=True)
    for key in ("diff.trap.textconv", "diff.trap.command"):
        subprocess.run(["git", "config", key, str(trap)], cwd=repo, check=True)
    subprocess.run(["git", "config", "log.showSignature", "true"], cwd=repo, check=True)
    assert read_history(repo).files["a.py"].commits == 2
    assert not mark.exists()


def test_hot_spots_are_ranked_by_churn_times_length(repo: Path, commit) -> None:
    long = "\n".join(map(str, range(50))) + "\n"
    commit({"long.py": long, "short.py": "1\n", "once.py": "1\n", "package-lock.json": long, "gone.py": "1\n"})
    commit({"long.py": long.replace("7", "8"), "short.py": "2\n", "package-lock.json": "{}\n", "gone.py": "2\n"})
    (repo / "gone.py").unlink()
    spots = hot_spots(repo, read_history(repo), {}, {"long.py": False})
    assert [one.path for one in spots] == ["long.py", "short.py"]
    assert spots[0].score == 1
    assert spots[0].lines == 50
    assert spots[0].tested is False
    assert spots[1].tested is None


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
def test_links_and_binaries_are_not_counted(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.py").write_text("1\n")
    (repo / "link.py").symlink_to(tmp_path / "outside" / "a.py")
    (repo / "folder").symlink_to(tmp_path / "outside")
    (repo / "binary.py").write_bytes(b"\0\n\n")
    (repo / "last.py").write_text("1\n2")
    assert [count_lines(repo, path) for path in ("link.py", "folder/a.py", "binary.py", "none.py", "last.py")] == [
        None,
        None,
        None,
        None,
        2,
    ]
