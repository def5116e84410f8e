"""Customers and their addresses."""

from __future__ import annotations

from fastapi import APIRouter

from shop.dependencies import CurrentCustomerId, CurrentUser, Database, PagingDep
from shop.schemas import Customer, CustomerIn, Page

router = APIRouter()


@router.get("")
def list_customers(_user: CurrentUser, db: Database, paging: PagingDep) -> Page[Customer]:
    """List the customers by name."""
    rows = db.execute(
        "SELECT id, name, street, city, country FROM customers ORDER BY name, id LIMIT ? OFFSET ?",
        (paging.limit, paging.offset),
    ).fetchall()
    total = db.execute("SELECT COUNT(*) FROM customers").fetchone()[0]
    return Page(items=[Customer(**row) for row in rows], total=total, **paging.model_dump())


@router.get("/me")
def get_profile(customer_id: CurrentCustomerId, db: Database) -> Customer:
    """Return the customer of the logged-in user."""
    row = db.execute("SELECT id, name, street, city, country FROM customers WHERE id = ?", (customer_id,)).fetchone()
    return Customer(**row)


@router.put("/me")
def update_profile(data: CustomerIn, customer_id: CurrentCustomerId, db: Database) -> Customer:
    """Replace name and address of the logged-in user's customer."""
    with db:
        db.execute(
            "UPDATE customers SET name = :name, street = :street, city = :city, country = :country WHERE id = :id",
            data.model_dump() | {"id": customer_id},
        )
    return Customer(id=customer_id, **data.model_dump())
