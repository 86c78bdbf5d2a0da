"""Callbacks as WeCom seals them, made for tests with code of their own."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

CORP, AGENT, TOKEN = "ww1a2b3c4d5e6f7a8b", 1000002, "ownToken01"
KEY = "q1w2e3r4t5y6u7i8o9p0asdfghjklzxcvbnmQWERTYU"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BLOCK = 32


@dataclass(frozen=True)
class Callback:
    """What arrives: the query of the address and raw bytes."""

    query: dict[str, str]
    body: bytes

    def asking(self, **query: str) -> Callback:
        return replace(self, query=self.query | query)

    def without(self, name: str) -> Callback:
        return replace(self, query={key: value for key, value in self.query.items() if key != name})


def message(kind: str = "text", **fields: object) -> str:
    """The XML of a message from zhangsan; `fields` add to what it says by itself, or with None take away."""
    said = {
        "ToUserName": CORP,
        "FromUserName": "zhangsan",
        "CreateTime": "1735689600",
        "MsgType": kind,
        "AgentID": str(AGENT),
    }
    parts = (said if kind == "event" else said | {"MsgId": "7459035031717794886"}) | fields
    inner = "".join(
        f"<{name}>{escape(str(text))}</{name}>" for name, text in parts.items() if text is not None
    )
    return f"<xml>{inner}</xml>"


def sealed(
    plain: str | bytes, *, corp: str = CORP, key: str = KEY, token: str = TOKEN, at: datetime = NOW
) -> Callback:
    """`plain` encrypted, addressed and signed."""
    content = plain.encode() if isinstance(plain, str) else plain
    wrapped = bytes(16) + len(content).to_bytes(4, "big") + content + corp.encode()
    return enclosed(ciphertext(padded(wrapped), key), token=token, at=at)


def padded(plain: bytes) -> bytes:
    missing = BLOCK - len(plain) % BLOCK
    return plain + bytes([missing]) * missing


def ciphertext(plain: bytes, key: str = KEY) -> bytes:
    """AES-256-CBC of bytes that are padded already."""
    secret = base64.b64decode(key + "=")
    encryptor = Cipher(AES(secret), CBC(secret[:16])).encryptor()
    return encryptor.update(plain) + encryptor.finalize()


def enclosed(raw: bytes, *, token: str = TOKEN, at: datetime = NOW) -> Callback:
    """A body around bytes that pass for ciphertext."""
    return signed(base64.b64encode(raw).decode(), token=token, timestamp=str(int(at.timestamp())))


def signed(encrypt: str, *, token: str = TOKEN, timestamp: str = str(int(NOW.timestamp()))) -> Callback:
    """A body around any text, under a right signature."""
    body = f"<xml><ToUserName>{CORP}</ToUserName><Encrypt>{escape(encrypt)}</Encrypt></xml>".encode()
    return Callback(query(encrypt, token, timestamp), body)


def query(encrypt: str, token: str = TOKEN, timestamp: str = str(int(NOW.timestamp()))) -> dict[str, str]:
    """The signature and what it is over."""
    parts = sorted([token, timestamp, "nonce1", encrypt])
    signature = hashlib.sha1("".join(parts).encode(errors="replace")).hexdigest()  # noqa: S324 - WeCom's choice
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": "nonce1"}
