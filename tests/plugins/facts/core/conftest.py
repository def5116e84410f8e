"""Trees on disk and repositories of git for the tests of the facts plugin's core."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Write = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIVEMIND_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files below a folder: write({'a/b.py': 'text'}) -> the folder."""
    root = tmp_path / "repo"
    root.mkdir(exist_ok=True)

    def make(files: Mapping[str, str | bytes]) -> Path:
        for path, content in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make


@pytest.fixture
def git() -> Callable[..., str]:
    """Run git in a folder, apart from the user's own configuration."""

    def run(folder: Path, *words: str) -> str:
        who = ("-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    return run


SHOP = {
    "requirements.txt": "fastapi==0.115.6\npsycopg[binary]>=3.2\n",
    "app.py": """
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
def get_order(order_id: int):
    return {}


@app.get("/customers")
def list_customers():
    return []
""",
    "schema.sql": """
CREATE TABLE customers (id integer PRIMARY KEY, email text UNIQUE);
CREATE TABLE orders (
  id integer PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers (id)
);
""",
}


@pytest.fixture
def shop(write: Write) -> Path:
    """A small application with two endpoints and two tables."""
    return write(SHOP)
