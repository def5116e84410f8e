from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from shop.main import app
from shop.settings import get_settings


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of a service with a fresh database."""
    monkeypatch.setenv("SHOP_DATABASE", str(tmp_path / "shop.db"))
    monkeypatch.setenv("SHOP_RATES_URL", "")
    get_settings.cache_clear()
    with TestClient(app) as client:
        yield client
    get_settings.cache_clear()


@pytest.fixture
def ada(client: TestClient) -> dict[str, str]:
    """The headers of a customer who is logged in."""
    account = {"email": "ada@example.com", "password": "correct horse", "name": "Ada"}
    token = client.post("/api/v1/auth/register", json=account).json()["token"]
    return {"Authorization": f"Bearer {token}"}
