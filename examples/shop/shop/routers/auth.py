"""Accounts and logins."""

from __future__ import annotations

import sqlite3

from fastapi import APIRouter, HTTPException, status

from shop.dependencies import CurrentUser, Database, SettingsDep
from shop.schemas import Credentials, Registration, Token, User
from shop.security import hash_password, issue_token, verify_password

router = APIRouter()


@router.post("/register", status_code=status.HTTP_201_CREATED)
def register(data: Registration, db: Database, settings: SettingsDep) -> Token:
    """Make an account with its customer; the first one becomes the administrator."""
    password_hash = hash_password(data.password)
    try:
        with db:
            user_id = db.execute(
                "INSERT INTO users (email, password_hash, role)"
                " SELECT ?, ?, CASE WHEN EXISTS (SELECT 1 FROM users) THEN 'customer' ELSE 'admin' END RETURNING id",
                (data.email, password_hash),
            ).fetchone()["id"]
            db.execute("INSERT INTO customers (user_id, name) VALUES (?, ?)", (user_id, data.name))
    except sqlite3.IntegrityError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, "this address has an account") from error
    return Token(token=issue_token(user_id, settings.secret, settings.token_hours))


@router.post("/login")
def login(data: Credentials, db: Database, settings: SettingsDep) -> Token:
    """Exchange address and password for a token."""
    row = db.execute("SELECT id, password_hash FROM users WHERE email = ?", (data.email,)).fetchone()
    if row is None or not verify_password(data.password, row["password_hash"]):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "wrong address or password")
    return Token(token=issue_token(row["id"], settings.secret, settings.token_hours))


@router.get("/me")
def me(user: CurrentUser) -> User:
    """Return the logged-in user."""
    return user
