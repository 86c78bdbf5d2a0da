"""Webhooks as Feishu seals them, made for tests with code of their own."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

APP, KEY, TOKEN = "cli_9f5343c580712544", "own-encrypt-key-01", "own-verify-token-01"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Webhook:
    """What arrives: lower-case headers and raw bytes."""

    headers: dict[str, str]
    body: bytes

    def with_header(self, name: str, value: str) -> Webhook:
        return replace(self, headers=self.headers | {name: value})

    def without_header(self, name: str) -> Webhook:
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})


def envelope(event_type: object, event: object, **header: object) -> dict[str, Any]:
    """A v2 envelope; `header` replaces what it says by itself."""
    said = {
        "event_id": "e-1",
        "event_type": event_type,
        "create_time": "1608725989000",
        "token": TOKEN,
        "app_id": APP,
        "tenant_key": "2ca1d211f64f6438",
    }
    return {"schema": "2.0", "header": said | header, "event": event}


def sealed(plain: object, *, key: str = KEY, at: datetime = NOW, signed: bool = True) -> Webhook:
    """`plain` (an object, or bytes as they are) encrypted and, unless told otherwise, signed."""
    data = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    padding = 16 - len(data) % 16
    return enclosed(ciphertext(data + bytes([padding]) * padding, key), key=key, at=at, signed=signed)


def ciphertext(padded: bytes, key: str = KEY) -> bytes:
    """The initial vector and AES-256-CBC of bytes that are padded already."""
    iv = bytes(range(16))
    encryptor = Cipher(AES(hashlib.sha256(key.encode()).digest()), CBC(iv)).encryptor()
    return iv + encryptor.update(padded) + encryptor.finalize()


def enclosed(raw: bytes, *, key: str = KEY, at: datetime = NOW, signed: bool = True) -> Webhook:
    """A body around bytes that pass for ciphertext."""
    return signed_body(json.dumps({"encrypt": base64.b64encode(raw).decode()}).encode(), key, at, signed)


def signed_body(body: bytes, key: str = KEY, at: datetime = NOW, signed: bool = True) -> Webhook:
    """Any bytes under a right signature."""
    if not signed:
        return Webhook({}, body)
    timestamp, nonce = str(int(at.timestamp())), "nonce1"
    return Webhook(
        {
            "x-lark-request-timestamp": timestamp,
            "x-lark-request-nonce": nonce,
            "x-lark-signature": hashlib.sha256(f"{timestamp}{nonce}{key}".encode() + body).hexdigest(),
        },
        body,
    )
