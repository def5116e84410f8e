"""What customers say about a product."""

from __future__ import annotations

import sqlite3

from fastapi import APIRouter, HTTPException, status

from shop.dependencies import CurrentCustomerId, Database
from shop.routers.products import find_product
from shop.schemas import Review, ReviewIn

router = APIRouter()


@router.get("")
def list_reviews(product_id: int, db: Database) -> list[Review]:
    """List the reviews of a product, newest first."""
    rows = db.execute(
        "SELECT reviews.id, rating, body, reviews.created_at, customers.name AS customer FROM reviews"
        " JOIN customers ON customers.id = reviews.customer_id"
        " WHERE product_id = ? ORDER BY reviews.created_at DESC, reviews.id DESC",
        (product_id,),
    )
    return [Review(**row) for row in rows]


@router.post("", status_code=status.HTTP_201_CREATED)
def create_review(product_id: int, data: ReviewIn, customer_id: CurrentCustomerId, db: Database) -> Review:
    """Review a product; each customer may do it once."""
    find_product(db, product_id)
    try:
        with db:
            row = db.execute(
                "INSERT INTO reviews (product_id, customer_id, rating, body) VALUES (?, ?, ?, ?)"
                " RETURNING id, rating, body, created_at,"
                " (SELECT name FROM customers WHERE customers.id = customer_id) AS customer",
                (product_id, customer_id, data.rating, data.body),
            ).fetchone()
    except sqlite3.IntegrityError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, "you have reviewed this product") from error
    return Review(**row)
