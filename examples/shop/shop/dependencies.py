"""What the endpoints ask FastAPI for: a connection, the logged-in user, the page of a list."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, HTTPException, Query, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from shop.database import connect
from shop.schemas import User
from shop.security import read_token
from shop.settings import Settings, get_settings

SettingsDep = Annotated[Settings, Depends(get_settings)]
bearer = HTTPBearer(auto_error=False)


def get_db(settings: SettingsDep) -> Iterator[sqlite3.Connection]:
    """Open a connection for one request."""
    db = connect(settings.database)
    try:
        yield db
    finally:
        db.close()


Database = Annotated[sqlite3.Connection, Depends(get_db)]


def current_user(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)], db: Database, settings: SettingsDep
) -> User:
    """Return the user whose token came with the request, or refuse it with 401."""
    user_id = read_token(credentials.credentials, settings.secret) if credentials else None
    row = db.execute("SELECT id, email, role FROM users WHERE id = ?", (user_id,)).fetchone()
    if row is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "log in first", {"WWW-Authenticate": "Bearer"})
    return User(**row)


CurrentUser = Annotated[User, Depends(current_user)]


def require_admin(user: CurrentUser) -> User:
    """Return the logged-in user if it is an administrator, or refuse the request with 403."""
    if user.role != "admin":
        raise HTTPException(status.HTTP_403_FORBIDDEN, "only an administrator may do this")
    return user


def current_customer_id(user: CurrentUser, db: Database) -> int:
    """Return the id of the customer that belongs to the logged-in user."""
    row = db.execute("SELECT id FROM customers WHERE user_id = ?", (user.id,)).fetchone()
    return int(row["id"])


CurrentCustomerId = Annotated[int, Depends(current_customer_id)]


class Paging(BaseModel):
    """Which part of a list is asked for."""

    limit: int
    offset: int


def get_paging(limit: Annotated[int, Query(ge=1, le=100)] = 20, offset: Annotated[int, Query(ge=0)] = 0) -> Paging:
    """Read the page from the query string."""
    return Paging(limit=limit, offset=offset)


PagingDep = Annotated[Paging, Depends(get_paging)]
