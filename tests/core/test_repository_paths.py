"""A worker's `paths`: which files its tools see, by name and by where links lead, in every tool."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hivemind.errors import DefinitionError
from hivemind.models import WorkerSpec
from hivemind.repository_paths import PathRules
from hivemind.repository_search import search_files
from hivemind.repository_tools import path_rules
from hivemind.repository_workspace import RepositoryWorkspace

FILES = (
    "README.md",
    "src/app.py",
    "src/deep/er/model.py",
    "src/deep/er/model.sql",
    "src/secret/plan.py",
    "docs/a.md",
    "docs/more/b.md",
    "other/empty.txt",
    ".github/ci.yml",
    "src/.env",
)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"MARK in {name}\n")
    return tmp_path / "repo"


def seen(repo: Path, *patterns: str) -> set[str]:
    """The files that a search looks through."""
    files, complete = RepositoryWorkspace(repo, (), PathRules(patterns)).walk(".", True, 1000)
    assert complete
    return {name for name, _ in files}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["src/**"], {"src/app.py", "src/deep/er/model.py", "src/deep/er/model.sql", "src/secret/plan.py"}),
        (["src"], {"src/app.py", "src/deep/er/model.py", "src/deep/er/model.sql", "src/secret/plan.py"}),
        (["src/*"], {"src/app.py"}),
        (["src/*/"], {"src/deep/er/model.py", "src/deep/er/model.sql", "src/secret/plan.py"}),
        (["*.md"], {"README.md"}),
        (["**/*.md"], {"README.md", "docs/a.md", "docs/more/b.md"}),
        (["./docs/*.md", "README.md"], {"README.md", "docs/a.md"}),
        (["src/**/*.{py,sql}", "!src/secret/**"], {"src/app.py", "src/deep/er/model.py", "src/deep/er/model.sql"}),
        (["!src", "!docs", "!other"], {"README.md", ".github/ci.yml"}),
        (["**", "!**/*.md", "!src", "!other"], {".github/ci.yml"}),
        (["!SRC/Secret/**", "src/secret/**", "src/*.py"], {"src/app.py"}),
        (["SRC/**"], set()),
        (["src/[ab]*.py"], {"src/app.py"}),
        (["src/.env"], set()),
        ([".github/**"], {".github/ci.yml"}),
        ([], set()),
    ],
)
def test_only_files_that_fit_are_there(repo: Path, patterns: list[str], expected: set[str]) -> None:
    assert seen(repo, *patterns) == expected


def test_folders_are_there_where_they_lead_to_such_a_file(repo: Path) -> None:
    def listed(path: str, *patterns: str) -> list[str]:
        workspace = RepositoryWorkspace(repo, (), PathRules(patterns))
        return [entry.name for entry in asyncio.run(workspace.list_dir(path))]

    assert listed("/repository", "src/deep/**") == ["src"]
    assert listed("/repository/src", "src/deep/**") == ["deep"]
    assert listed("/repository", "**/*.sql") == ["src"]
    assert listed("/repository/src", "src/**", "!src/secret/**") == ["app.py", "deep"]
    assert listed("/repository", "nothing/**") == listed("/repository") == []
    for path in ("/repository/docs", "/repository/other", "/repository/src/secret"):
        with pytest.raises(PermissionError, match="not among the paths"):
            listed(path, "src/deep/**")


def test_what_is_not_there_is_told_only_where_it_could_be_seen(repo: Path) -> None:
    workspace = RepositoryWorkspace(repo, (), PathRules(["src/**"]))
    with pytest.raises(FileNotFoundError):
        asyncio.run(workspace.read_bytes("/repository/src/gone.py"))
    for name in ("gone.py", "docs/a.md", "docs/gone.md", "../x", "src/.env"):
        with pytest.raises(PermissionError):
            asyncio.run(workspace.read_bytes(f"/repository/{name}"))
        assert not asyncio.run(workspace.exists(f"/repository/{name}"))
    with pytest.raises(PermissionError):
        asyncio.run(search_files(workspace, "MARK", "docs"))
    found = asyncio.run(search_files(workspace, "MARK"))
    assert "src/app.py:1:" in found
    assert "docs" not in found


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_links_are_judged_by_their_names_and_by_where_they_lead(repo: Path) -> None:
    (repo / "docs" / "to_code.md").symlink_to(repo / "src" / "app.py")
    (repo / "src" / "to_docs.py").symlink_to(repo / "docs" / "a.md")
    (repo / "src" / "inside.py").symlink_to(repo / "src" / "app.py")
    (repo / "src" / "folder").symlink_to(repo / "docs")
    (repo / "src" / "loop").symlink_to(repo / "src")
    (repo / "code").symlink_to(repo / "src")
    workspace = RepositoryWorkspace(repo, (), PathRules(["src/**", "code/**"]))
    assert asyncio.run(workspace.read_bytes("/repository/src/inside.py")) == b"MARK in src/app.py\n"
    assert asyncio.run(workspace.read_bytes("/repository/code/app.py")) == b"MARK in src/app.py\n"
    for refused in ("docs/to_code.md", "src/to_docs.py", "src/folder/a.md"):
        with pytest.raises(PermissionError):
            asyncio.run(workspace.read_bytes(f"/repository/{refused}"))
    names = [entry.name for entry in asyncio.run(workspace.list_dir("/repository/src"))]
    assert names == ["app.py", "deep", "inside.py", "loop", "secret"]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "names nothing"),
        ("!", "names nothing"),
        ("/src/**", "is not relative to the repository"),
        ("~/x", "is not relative to the repository"),
        ("C:/x", "is not relative to the repository"),
        ("a/../b", "leaves the repository"),
        ("a//b", "two slashes"),
        ("src\\**", "has a backslash"),
        ("src/[a", "never closed"),
        ("src/[z-a]", "bad character range"),
        (" src", "begins or ends with a space"),
        ("a\tb", "a character that no path has"),
        ("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "more than 1,000 patterns"),
    ],
)
def test_what_is_no_pattern_is_said(pattern: str, reason: str) -> None:
    for paths in ((pattern,), ("src/**", pattern)):
        with pytest.raises(
            DefinitionError, match=f"worker 'w' has a pattern in 'paths' that can't be kept: .*{reason}"
        ):
            path_rules(WorkerSpec(name="w", role="w", description="d", paths=paths))


def test_no_paths_are_all_and_none_are_none() -> None:
    assert path_rules(WorkerSpec(name="w", role="w", description="d")) is None
    rules = path_rules(WorkerSpec(name="w", role="w", description="d", paths=()))
    assert rules is not None
    assert not rules.shows("README.md")


segments = st.lists(st.sampled_from(["a", "b", "*", "**", "a*", "?", "[ab]", "c"]), min_size=1, max_size=4)
names = st.lists(st.sampled_from(["a", "b", "c", "ab", "x"]), min_size=1, max_size=4)


@given(st.lists(segments, min_size=1, max_size=3), names, st.booleans())
def test_a_file_that_may_be_seen_is_in_folders_that_lead_to_it(
    patterns: list[list[str]], parts: list[str], folder: bool
) -> None:
    rules = PathRules(["/".join(one) + "/" * folder for one in patterns])
    if rules.shows("/".join(parts)):
        assert all(rules.may_lead("/".join(parts[:length])) for length in range(len(parts)))


@given(st.lists(st.text(min_size=1, max_size=6), max_size=3))
def test_no_text_breaks_it(patterns: list[str]) -> None:
    with contextlib.suppress(ValueError):
        assert PathRules(patterns).shows("a/b.py") in (True, False)
