"""Secrets behind links: shown once, and kept as a hash."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

_TOKEN = re.compile("[a-z2-7]{26}")


def new() -> str:
    """Return a secret: 128 random bits as 26 letters and digits."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def is_one(typed: str) -> bool:
    """Tell whether something can be a secret of ours at all."""
    return _TOKEN.fullmatch(typed) is not None


def hashed(token: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()
