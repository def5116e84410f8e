"""Categories of the catalogue."""

from __future__ import annotations

import sqlite3

from fastapi import APIRouter, HTTPException, status

from shop.dependencies import CurrentUser, Database, PagingDep
from shop.schemas import Category, CategoryIn, Page

router = APIRouter()


@router.get("")
def list_categories(db: Database, paging: PagingDep) -> Page[Category]:
    """List the categories by name."""
    rows = db.execute(
        "SELECT id, slug, name FROM categories ORDER BY name, id LIMIT ? OFFSET ?", (paging.limit, paging.offset)
    ).fetchall()
    total = db.execute("SELECT COUNT(*) FROM categories").fetchone()[0]
    return Page(items=[Category(**row) for row in rows], total=total, **paging.model_dump())


@router.post("", status_code=status.HTTP_201_CREATED)
def create_category(data: CategoryIn, _user: CurrentUser, db: Database) -> Category:
    """Add a category."""
    try:
        with db:
            row = db.execute(
                "INSERT INTO categories (slug, name) VALUES (?, ?) RETURNING id, slug, name", (data.slug, data.name)
            ).fetchone()
    except sqlite3.IntegrityError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, f"there is a category {data.slug!r}") from error
    return Category(**row)
