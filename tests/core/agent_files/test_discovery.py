"""Where agent files are found: folders, links, loops, the user's own, and what is passed over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hivemind.agent_files.discovery import find_agent_files, user_folder
from hivemind.agent_files.loading import load_agent_files

AGENT = "---\nname: {name}\ndescription: d\n---\nDo it.\n"


def put(path: Path, name: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(AGENT.format(name=name or path.stem))
    return path


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    return folder


def sources(repo: Path, **more: bool) -> list[str]:
    return [one.source for one in find_agent_files(repo, **more).files]


def test_our_folder_is_flat_and_claude_codes_is_deep(repo: Path) -> None:
    for name in ("b.md", "a.md", "deep/c.md", "notes.txt"):
        put(repo / ".hivemind" / "workers" / name)
        put(repo / ".claude" / "agents" / name)
    put(repo / ".claude" / "agents" / "node_modules" / "x.md")
    put(repo / ".claude" / "commands" / "y.md")
    assert sources(repo) == [
        ".hivemind/workers/a.md",
        ".hivemind/workers/b.md",
        ".claude/agents/a.md",
        ".claude/agents/b.md",
        ".claude/agents/deep/c.md",
    ]


def test_no_folder_is_no_problem(repo: Path) -> None:
    found = find_agent_files(repo)
    assert (found.files, found.problems) == ([], [])


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links(repo: Path, tmp_path: Path) -> None:
    secret = put(tmp_path / "outside" / "secret.md")
    agents = repo / ".claude" / "agents"
    put(agents / "a.md")
    put(repo / "shared" / "s.md")
    (agents / "inside.md").symlink_to(repo / "shared" / "s.md")
    (agents / "again.md").symlink_to(agents / "a.md")
    (agents / "loop").symlink_to(agents)
    (agents / "up").symlink_to(repo)
    (agents / "out.md").symlink_to(secret)
    (agents / "outfolder").symlink_to(secret.parent)
    (agents / "gone.md").symlink_to(repo / "nothing")
    (agents / "self.md").symlink_to(agents / "self.md")
    found = find_agent_files(repo)
    assert {one.path.resolve().name for one in found.files} == {"a.md", "s.md"}
    assert len(found.files) == 2
    assert sorted(problem.partition(":")[0] for problem in found.problems) == [
        ".claude/agents/gone.md",
        ".claude/agents/out.md",
        ".claude/agents/outfolder",
        ".claude/agents/self.md",
    ]
    assert all("leads" in problem for problem in found.problems)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_whole_folder_that_leads_out_is_not_looked_at(repo: Path, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "agents" / "a.md")
    (repo / ".claude").symlink_to(tmp_path / "elsewhere")
    found = find_agent_files(repo)
    assert found.files == []
    assert found.problems == [".claude/agents:1: not read: it is a link that leads out of the repository"]


def test_the_users_own_are_taken_where_asked_for(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    mine = put(tmp_path / "claude" / "agents" / "team" / "mine.md")
    put(repo / ".claude" / "agents" / "a.md")
    assert sources(repo) == [".claude/agents/a.md"]
    assert sources(repo, user_agents=True) == [".claude/agents/a.md", mine.as_posix()]


def test_the_users_folder_without_a_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert user_folder() == tmp_path / ".claude" / "agents"


def test_a_repository_that_is_the_users_home_gives_no_file_twice(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(repo / ".claude"))
    put(repo / ".claude" / "agents" / "a.md")
    assert sources(repo, user_agents=True) == [".claude/agents/a.md"]


def test_files_that_fail_take_none_down_and_pages_are_passed_over(repo: Path) -> None:
    agents = repo / ".claude" / "agents"
    put(agents / "good.md")
    (agents / "README.md").write_text("# About these\n")
    (agents / "CODE_OF_CONDUCT.md").write_text("Be kind.\n")
    (agents / "empty.md").write_text("")
    (agents / "binary.md").write_bytes(bytes(range(256)))
    (agents / "large.md").write_bytes(b"x" * 1_200_000)
    (agents / "page.md").write_text("# No front matter\n")
    (agents / "folder.md").mkdir()
    put(agents / "zz.md")
    loaded = load_agent_files(repo)
    assert [file.spec.name for file in loaded.files] == ["good", "zz"]
    assert loaded.passed_over == [".claude/agents/CODE_OF_CONDUCT.md", ".claude/agents/README.md"]
    assert [problem.split(" (")[0] for problem in loaded.problems] == [
        ".claude/agents/binary.md:1: not a text file: it has a zero byte",
        ".claude/agents/empty.md:1: no front matter: the file is empty",
        ".claude/agents/large.md:1: the file is larger than 1,000,000 bytes",
        ".claude/agents/page.md:1: no front matter",
    ]


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_what_may_not_be_read_is_a_problem(repo: Path) -> None:
    path = put(repo / ".claude" / "agents" / "a.md")
    path.chmod(0)
    said = "can't read worker file .claude/agents/a.md: permission denied"
    assert load_agent_files(repo).problems == [f".claude/agents/a.md:1: {said}"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
def test_a_pipe_is_not_waited_for(repo: Path) -> None:
    put(repo / ".claude" / "agents" / "a.md")
    os.mkfifo(repo / ".claude" / "agents" / "pipe.md")
    loaded = load_agent_files(repo)
    assert len(loaded.files) == 1
    assert loaded.problems == [".claude/agents/pipe.md:1: not read: it is no plain file"]
