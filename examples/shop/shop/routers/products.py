"""Products of the catalogue."""

from __future__ import annotations

import sqlite3
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status

from shop.dependencies import CurrentUser, Database, PagingDep, SettingsDep
from shop.rates import RatesUnavailableError, fetch_rate
from shop.schemas import Page, Price, Product, ProductIn, ProductPatch, Stock

router = APIRouter()


def find_product(db: sqlite3.Connection, product_id: int) -> Product:
    """Return a product that is on sale, or answer 404."""
    row = db.execute("SELECT * FROM products WHERE id = ? AND archived_at IS NULL", (product_id,)).fetchone()
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"no product {product_id}")
    return Product(**row)


@router.get("")
def list_products(
    db: Database, paging: PagingDep, search: str = "", category_id: int | None = None, sort: str = "name"
) -> Page[Product]:
    """List the products on sale, by name or another column, all or those that match."""
    matching = {"pattern": f"%{search}%", "category_id": category_id}
    total = db.execute(
        "SELECT COUNT(*) FROM products WHERE archived_at IS NULL AND name LIKE :pattern"
        " AND (:category_id IS NULL OR category_id = :category_id)",
        matching,
    ).fetchone()[0]
    rows = db.execute(
        f"SELECT * FROM products WHERE archived_at IS NULL AND name LIKE :pattern"
        f" AND (:category_id IS NULL OR category_id = :category_id) ORDER BY {sort}, id LIMIT :limit OFFSET :offset",
        matching | paging.model_dump(),
    ).fetchall()
    return Page(items=[Product(**row) for row in rows], total=total, **paging.model_dump())


@router.get("/{product_id}")
def get_product(product_id: int, db: Database) -> Product:
    """Return one product."""
    return find_product(db, product_id)


@router.get("/{product_id}/price")
def get_price(
    product_id: int, currency: Annotated[str, Query(pattern="^[A-Z]{3}$")], db: Database, settings: SettingsDep
) -> Price:
    """Return the price in another currency at today's rate."""
    product = find_product(db, product_id)
    try:
        rate = fetch_rate(settings.rates_url, currency)
    except RatesUnavailableError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, str(error)) from error
    return Price(currency=currency, cents=round(product.price_cents * rate))


@router.post("", status_code=status.HTTP_201_CREATED)
def create_product(data: ProductIn, _user: CurrentUser, db: Database) -> Product:
    """Add a product, with nothing in stock."""
    try:
        with db:
            row = db.execute(
                "INSERT INTO products (category_id, sku, name, description, price_cents)"
                " VALUES (:category_id, :sku, :name, :description, :price_cents) RETURNING *",
                data.model_dump(),
            ).fetchone()
    except sqlite3.IntegrityError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, "this SKU is taken, or the category is unknown") from error
    return Product(**row)


@router.patch("/{product_id}")
def update_product(product_id: int, data: ProductPatch, _user: CurrentUser, db: Database) -> Product:
    """Change what is given and keep the rest."""
    with db:
        db.execute(
            "UPDATE products SET name = COALESCE(:name, name), description = COALESCE(:description, description),"
            " price_cents = COALESCE(:price_cents, price_cents) WHERE id = :id AND archived_at IS NULL",
            data.model_dump() | {"id": product_id},
        )
    return find_product(db, product_id)


@router.put("/{product_id}/stock")
def set_stock(product_id: int, data: Stock, db: Database) -> Product:
    """Set how many pieces are in stock."""
    with db:
        db.execute("UPDATE products SET stock = ? WHERE id = ? AND archived_at IS NULL", (data.stock, product_id))
    return find_product(db, product_id)


@router.delete("/{product_id}", status_code=status.HTTP_204_NO_CONTENT)
def archive_product(product_id: int, _user: CurrentUser, db: Database) -> None:
    """Take a product off sale and keep its history."""
    find_product(db, product_id)
    with db:
        db.execute("UPDATE products SET archived_at = CURRENT_TIMESTAMP WHERE id = ?", (product_id,))
