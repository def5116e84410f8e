from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from shop.database import connect, migrate
from shop.settings import MIGRATIONS


def test_products_are_searched_sorted_and_paged(client: TestClient) -> None:
    page = client.get("/api/v1/products", params={"search": "tea", "sort": "price_cents", "limit": 2}).json()
    assert [item["name"] for item in page["items"]] == ["Rooibos tea", "Assam tea"]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 0)
    assert client.get("/api/v1/products", params={"limit": 0}).status_code == 422


def test_a_product_is_made_changed_and_archived(client: TestClient, ada: dict[str, str]) -> None:
    data = {"category_id": 1, "sku": "TEA-009", "name": "Mate", "price_cents": 650}
    assert client.post("/api/v1/products", json=data).status_code == 401
    url = f"/api/v1/products/{client.post('/api/v1/products', json=data, headers=ada).json()['id']}"
    assert client.post("/api/v1/products", json=data, headers=ada).status_code == 409
    changed = client.patch(url, json={"price_cents": 700}, headers=ada).json()
    assert (changed["name"], changed["price_cents"]) == ("Mate", 700)
    assert client.delete(url, headers=ada).status_code == 204
    assert client.get(url).status_code == 404


def test_a_cart_adds_up(client: TestClient, ada: dict[str, str]) -> None:
    assert client.get("/api/v1/carts/current", headers=ada).json() == {"items": [], "total_cents": 0}
    client.put("/api/v1/carts/current/items/1", json={"quantity": 1}, headers=ada)
    client.put("/api/v1/carts/current/items/2", json={"quantity": 1}, headers=ada)
    cart = client.put("/api/v1/carts/current/items/1", json={"quantity": 3}, headers=ada).json()
    assert cart["total_cents"] == 3 * 790 + 1290
    assert client.delete("/api/v1/carts/current/items/1", headers=ada).json()["total_cents"] == 1290


def test_a_customer_reviews_a_product_once(client: TestClient, ada: dict[str, str]) -> None:
    url = "/api/v1/products/1/reviews"
    assert client.post(url, json={"rating": 5, "body": "Good."}, headers=ada).json()["customer"] == "Ada"
    assert client.post(url, json={"rating": 1}, headers=ada).status_code == 409
    assert [review["rating"] for review in client.get(url).json()] == [5]


def test_a_price_needs_a_rates_service(client: TestClient) -> None:
    response = client.get("/api/v1/products/1/price", params={"currency": "USD"})
    assert (response.status_code, response.json()["detail"]) == (503, "no currency rates are configured")


def test_migrations_run_once_and_whole(tmp_path: Path) -> None:
    db = connect(tmp_path / "shop.db")
    assert len(migrate(db, MIGRATIONS)) == 6
    assert migrate(db, MIGRATIONS) == []
    (tmp_path / "0007_broken.sql").write_text("CREATE TABLE half (id INTEGER);\nnonsense;\n", encoding="utf-8")
    with pytest.raises(sqlite3.OperationalError, match="nonsense"):
        migrate(db, tmp_path)
    assert db.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchone() is None
    db.close()
