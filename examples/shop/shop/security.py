"""Password hashes and signed login tokens, with the standard library alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time


def hash_password(password: str) -> str:
    """Hash a password with scrypt and a fresh salt."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def verify_password(password: str, stored: str) -> bool:
    """Say whether a password belongs to a stored hash."""
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), digest)


def issue_token(user_id: int, secret: str, hours: int) -> str:
    """Sign a token that names a user until it expires."""
    claims = {"sub": user_id, "exp": int(time.time()) + hours * 3600}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return f"{payload}.{_sign(payload, secret)}"


def read_token(token: str, secret: str) -> int | None:
    """Return the user that a token names, or None when it is forged, broken or expired."""
    payload, _, signature = token.partition(".")
    if not hmac.compare_digest(_sign(payload, secret).encode(), signature.encode()):
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload))
    except (binascii.Error, ValueError):
        return None
    return int(claims["sub"]) if claims["exp"] > time.time() else None


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


def _sign(payload: str, secret: str) -> str:
    return hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
