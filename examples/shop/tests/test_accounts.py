from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from shop.security import issue_token, read_token


def test_the_first_account_is_the_administrator(client: TestClient, ada: dict[str, str]) -> None:
    assert client.get("/api/v1/auth/me", headers=ada).json() == {"id": 1, "email": "ada@example.com", "role": "admin"}
    account = {"email": "bob@example.com", "password": "battery staple", "name": "Bob"}
    assert client.post("/api/v1/auth/register", json=account).status_code == 201
    token = client.post("/api/v1/auth/login", json=account).json()["token"]
    me = client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["role"] == "customer"


@pytest.mark.usefixtures("ada")
def test_an_address_has_one_account_and_one_password(client: TestClient) -> None:
    account = {"email": "ADA@example.com", "password": "another one", "name": "Ada"}
    assert client.post("/api/v1/auth/register", json=account).status_code == 409
    assert client.post("/api/v1/auth/login", json=account).status_code == 401


def test_forged_and_expired_tokens_are_refused() -> None:
    token = issue_token(7, "secret", hours=1)
    assert read_token(token, "secret") == 7
    assert read_token(token, "other") is None
    assert read_token(issue_token(7, "secret", hours=-1), "secret") is None
    assert read_token("nonsense", "secret") is None


def test_a_profile_is_replaced(client: TestClient, ada: dict[str, str]) -> None:
    profile = {"name": "Ada L.", "street": "1 Main St", "city": "London", "country": "UK"}
    assert client.put("/api/v1/customers/me", json=profile, headers=ada).status_code == 200
    assert client.get("/api/v1/customers/me", headers=ada).json() == {"id": 1, **profile}
    assert client.get("/api/v1/customers/me").status_code == 401
