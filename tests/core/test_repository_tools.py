"""What a model can see of a repository: asked through a real agent run, with the harness's own tools."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from hivemind.errors import DefinitionError
from hivemind.models import WorkerSpec
from hivemind.repository_rules import denied_name
from hivemind.repository_search import search_files
from hivemind.repository_tools import (
    TOOLS,
    check_limits,
    chosen_tools,
    repository_tools,
    repository_workspace,
    tools_not_given,
)
from hivemind.repository_workspace import RepositoryWorkspace

MARK = "do-not-leak-0123"
SECRET_FILES = (
    ".env",
    ".env.local",
    ".ENV",
    "prod.env",
    ".envrc",
    "server.pem",
    "tls/server.key",
    "id_rsa",
    "keys/ID_RSA.bak",
    "store.p12",
    ".npmrc",
    ".pypirc",
    ".netrc",
    ".git/config",
    "sub/.git/config",
    "credentials",
    "credentials.json",
    "aws_credentials.json",
    "config/secrets.yaml",
    "secrets/db.txt",
    "secret.txt",
    ".aws/credentials",
    ".ssh/known_hosts",
    "terraform.tfstate",
    "Docs/hive-mind/sessions/2026-01-01-00-00-x/EVENTS.jsonl",
)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with secrets in every place, and a few files that may be read."""
    folder = tmp_path / "repo"
    for name in SECRET_FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{MARK}\n")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("def orders():\n    return 'open'\n")
    (folder / ".env.example").write_text("KEY=open-example\n")
    (folder / "node_modules" / "lib").mkdir(parents=True)
    (folder / "node_modules" / "lib" / "index.js").write_text("open-module\n")
    return folder


def searched(workspace: RepositoryWorkspace, **arguments: Any) -> str:
    """What our own search finds, which takes the place of the harness's in a session."""
    try:
        return asyncio.run(search_files(workspace, **arguments))
    except OSError as error:
        return str(error)


@pytest.fixture
def ask(repo: Path) -> Callable[..., str]:
    """Calls one tool as a model would and gives what the model would see."""

    def call(tool: str, **arguments: Any) -> str:
        seen: list[str] = []

        def model(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
            if len(messages) == 1:
                return ModelResponse(parts=[ToolCallPart(tool, arguments)])
            seen.extend(str(part.content) for part in messages[-1].parts if hasattr(part, "content"))
            return ModelResponse(parts=[TextPart("end")])

        agent = Agent(FunctionModel(model), capabilities=[repository_tools(TOOLS, 3)])
        workspace = repository_workspace(str(repo), [repo / "Docs/hive-mind/sessions"])
        asyncio.run(agent.run("go", workspace=workspace))
        if tool == "search_files":
            seen.append(searched(workspace, **arguments))
        return "\n".join(seen)

    return call


@pytest.mark.parametrize("name", SECRET_FILES)
def test_no_secret_can_be_read(ask: Callable[..., str], name: str) -> None:
    seen = ask("read_file", path=name)
    assert MARK not in seen
    assert "may not be read" in seen or "not found" in seen


@pytest.mark.parametrize(
    "path",
    [
        "/repository/.env",
        "./src/../.env",
        "src/..//.env",
        "/repository/src/../.env",
        ".//.env",
        ".env/",
        "src/../.git/config",
    ],
)
def test_no_spelling_reaches_a_secret(ask: Callable[..., str], path: str) -> None:
    assert MARK not in ask("read_file", path=path)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_files", {"pattern": MARK}),
        ("search_files", {"pattern": "do-not", "include_glob": "**/.env"}),
        ("search_files", {"pattern": "do-not", "include_glob": ".env*"}),
        ("search_files", {"pattern": "do-not", "path": ".git"}),
        ("search_files", {"pattern": "do-not", "path": "secrets"}),
        ("search_files", {"pattern": "do-not", "path": "Docs/hive-mind/sessions"}),
        ("search_files", {"pattern": ".", "path": ".env"}),
        ("search_files", {"pattern": "do-not", "include_glob": "*.pem"}),
    ],
)
def test_search_does_not_leak(ask: Callable[..., str], tool: str, arguments: dict[str, str]) -> None:
    seen = ask(tool, **arguments)
    assert MARK not in seen
    for name in ("server.pem", "id_rsa", "credentials", "EVENTS.jsonl"):
        assert f"{name}:" not in seen


def test_listing_and_finding_do_not_show_what_may_not_be_read(ask: Callable[..., str]) -> None:
    listed = ask("list_directory")
    assert "src/" in listed
    found = ask("find_files", pattern="**/*")
    hidden = ask("find_files", pattern="**/.*")
    assert "src/app.py" in found
    assert ".env.example" in hidden
    everything = f"{listed}\n{found}\n{hidden}".splitlines()
    for name in ("server.pem", "tls/server.key", "id_rsa", ".git", ".git/", ".env", ".npmrc", "secrets/", "store.p12"):
        assert name not in [line.split("  ")[0] for line in everything]
    assert "sessions" not in "\n".join(everything)


def test_what_is_open_can_be_read_listed_searched_and_found(ask: Callable[..., str]) -> None:
    assert "def orders()" in ask("read_file", path="src/app.py")
    assert "open-example" in ask("read_file", path=".env.example")
    assert "src/app.py:1:def orders():" in ask("search_files", pattern="orders")
    assert ask("find_files", pattern="*.py", path="src") == "src/app.py"


def test_others_code_is_not_walked_but_can_be_read(ask: Callable[..., str]) -> None:
    assert "node_modules" not in ask("search_files", pattern="open")
    assert "node_modules" not in ask("list_directory")
    assert "open-module" in ask("read_file", path="node_modules/lib/index.js")


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights on Windows")
def test_symlinks_lead_neither_outside_nor_to_secrets(ask: Callable[..., str], repo: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "open.txt").write_text(f"{MARK}\n")
    (repo / "out.txt").symlink_to(outside / "open.txt")
    (repo / "outdir").symlink_to(outside)
    (repo / "plain.txt").symlink_to(repo / ".env")
    (repo / "loop").symlink_to(repo)
    (repo / "good.py").symlink_to(repo / "src" / "app.py")
    for path in ("out.txt", "outdir/open.txt", "plain.txt", "outdir/../outdir/open.txt", "loop/.env"):
        assert MARK not in ask("read_file", path=path)
    seen = "\n".join(
        (ask("search_files", pattern="do-not"), ask("list_directory"), ask("find_files", pattern="**/*.txt"))
    )
    assert MARK not in seen
    assert "out.txt" not in seen
    assert "outdir" not in seen
    assert "def orders()" in ask("read_file", path="good.py")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../outside.txt", "../../../../etc/passwd", "C:\\Windows\\win.ini", "~/x"]
)
def test_nothing_outside_is_read_and_no_path_of_the_machine_is_told(
    ask: Callable[..., str], repo: Path, path: str
) -> None:
    (repo.parent / "outside.txt").write_text(f"{MARK}\n")
    seen = ask("read_file", path=path)
    assert MARK not in seen
    assert "root:" not in seen
    assert str(repo.parent) not in seen


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in files here")
def test_a_pipe_does_not_hold_the_worker(ask: Callable[..., str], repo: Path) -> None:
    os.mkfifo(repo / "pipe.txt")
    started = time.monotonic()
    ask("read_file", path="pipe.txt")
    assert "src/app.py" in ask("search_files", pattern="orders")
    assert time.monotonic() - started < 5


def test_a_picture_is_no_text(ask: Callable[..., str], repo: Path) -> None:
    (repo / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 40)
    assert "dot.png" in ask("read_file", path="dot.png")


@pytest.mark.parametrize("name", [".env.example", ".env.sample", "environment.py", "keys.py", "tokens.ts", "pem.md"])
def test_names_that_are_open(name: str) -> None:
    assert not denied_name(name)


def test_a_spec_chooses_its_tools() -> None:
    def chosen(*tools: str) -> tuple[str, ...]:
        return chosen_tools(WorkerSpec(name="w", role="w", description="d", tools=tools))

    assert chosen_tools(WorkerSpec(name="w", role="w", description="d")) == TOOLS
    assert chosen() == ()
    assert chosen("grep", "read_file") == ("read_file", "search_files")
    assert chosen("Read", "Bash", "mcp__github__search") == ("read_file",)
    spec = WorkerSpec(name="w", role="w", description="d", tools=("Bash(git log:*)", "Read"))
    assert tools_not_given(spec) == ("Bash(git log:*)",)
    check_limits(spec, alone=True)
    with pytest.raises(DefinitionError, match="worker 'w' names an unknown tool 'write_file'"):
        check_limits(WorkerSpec(name="w", role="w", description="d", tools=("write_file",)), alone=True)


def test_a_workspace_refuses_to_write(repo: Path) -> None:
    workspace = repository_workspace(str(repo), [])
    for refused in (
        workspace.write_bytes("/repository/x", b""),
        workspace.make_dir("/repository/x"),
        workspace.remove("/repository/src"),
    ):
        with pytest.raises(PermissionError, match="read-only"):
            asyncio.run(refused)
    assert (repo / "src").is_dir()
