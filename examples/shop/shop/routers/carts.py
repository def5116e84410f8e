"""The cart of the logged-in customer."""

from __future__ import annotations

import sqlite3

from fastapi import APIRouter

from shop.dependencies import CurrentCustomerId, Database
from shop.routers.products import find_product
from shop.schemas import Cart, CartItem, Quantity

router = APIRouter()


def load_cart(db: sqlite3.Connection, customer_id: int) -> Cart:
    """Read the cart of a customer with today's names and prices."""
    rows = db.execute(
        "SELECT product_id, quantity FROM cart_items JOIN carts ON carts.id = cart_items.cart_id"
        " WHERE customer_id = ? ORDER BY product_id",
        (customer_id,),
    ).fetchall()
    items = []
    for row in rows:
        product = db.execute("SELECT name, price_cents FROM products WHERE id = ?", (row["product_id"],)).fetchone()
        items.append(CartItem(**row, **product))
    return Cart(items=items, total_cents=sum(item.price_cents * item.quantity for item in items))


@router.get("/current")
def get_cart(customer_id: CurrentCustomerId, db: Database) -> Cart:
    """Return the cart."""
    return load_cart(db, customer_id)


@router.put("/current/items/{product_id}")
def put_item(product_id: int, data: Quantity, customer_id: CurrentCustomerId, db: Database) -> Cart:
    """Put a product into the cart, or change how many of it."""
    find_product(db, product_id)
    with db:
        db.execute("INSERT INTO carts (customer_id) VALUES (?) ON CONFLICT DO NOTHING", (customer_id,))
        db.execute(
            "INSERT INTO cart_items (cart_id, product_id, quantity) SELECT id, ?, ? FROM carts WHERE customer_id = ?"
            " ON CONFLICT DO UPDATE SET quantity = excluded.quantity",
            (product_id, data.quantity, customer_id),
        )
    return load_cart(db, customer_id)


@router.delete("/current/items/{product_id}")
def remove_item(product_id: int, customer_id: CurrentCustomerId, db: Database) -> Cart:
    """Take a product out of the cart."""
    with db:
        db.execute(
            "DELETE FROM cart_items WHERE product_id = ? AND cart_id = (SELECT id FROM carts WHERE customer_id = ?)",
            (product_id, customer_id),
        )
    return load_cart(db, customer_id)
