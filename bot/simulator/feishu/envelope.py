"""How Feishu wraps what it pushes: the v2 envelope, AES-256-CBC and the SHA-256 signature."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from bot.simulator.chats import Json
from bot.simulator.delivery import Callback, Carry
from bot.simulator.feishu import connections
from bot.simulator.feishu.app import FeishuApp

PATH = "/callbacks/feishu"


def encrypt(key: str, plain: bytes, iv: bytes) -> str:
    """base64(iv + AES-256-CBC), key = SHA-256 of the Encrypt Key, PKCS#7 (encrypt-key-encryption page)."""
    padder = PKCS7(128).padder()
    padded = padder.update(plain) + padder.finalize()
    cipher = Cipher(algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(iv)).encryptor()
    return base64.b64encode(iv + cipher.update(padded) + cipher.finalize()).decode()


def sign(key: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Hex SHA-256 of timestamp, nonce, Encrypt Key and the body exactly as sent."""
    return hashlib.sha256((timestamp + nonce + key).encode() + body).hexdigest()


def wrap(app: FeishuApp, plain: Json, seconds: float) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """Body and headers of one push signed at `seconds` of machine time; plain without an Encrypt Key."""
    text = _text(plain)
    headers = (("Content-Type", "application/json;charset=utf-8"),)
    if not app.encrypt_key:
        return text, headers
    body = json.dumps({"encrypt": encrypt(app.encrypt_key, text, secrets.token_bytes(16))}).encode()
    timestamp, nonce = str(int(seconds)), secrets.token_hex(8)
    return body, (
        *headers,
        ("X-Lark-Request-Timestamp", timestamp),
        ("X-Lark-Request-Nonce", nonce),
        ("X-Lark-Signature", sign(app.encrypt_key, timestamp, nonce, body)),
    )


def event_callback(
    app: FeishuApp,
    event_type: str,
    event: Json,
    seconds: float,
    person: str = "",
    repushed: bool = True,
    carry: Carry | None = None,
) -> Callback:
    """A v2 event made at `seconds` of machine time. `create_time` is in ms for messages, else in µs.

    With `carry` it goes over the long connection, neither encrypted nor signed, as the connection is both.
    """
    event_id = secrets.token_hex(16)
    digits = 1_000 if event_type.startswith("im.message.") else 1_000_000
    header = {
        "event_id": event_id,
        "event_type": event_type,
        "create_time": str(int(seconds * digits)),
        "token": app.verification_token,
        "app_id": app.app_id,
        "tenant_key": app.tenant_key,
    }
    plain = {"schema": "2.0", "header": header, "event": event}
    if carry is not None:
        path, text = connections.PATH, _text(plain)
        return Callback(path, text, (), event_type, event_id, person, repushed, method="WS", carry=carry)
    body, headers = wrap(app, plain, seconds)
    return Callback(PATH, body, headers, event_type, event_id, person, repushed)


def challenge_callback(app: FeishuApp, challenge: str, seconds: float) -> Callback:
    """The URL check that the console makes; the bot has 1 s to echo the challenge."""
    plain = {"challenge": challenge, "token": app.verification_token, "type": "url_verification"}
    body, headers = wrap(app, plain, seconds)
    return Callback(PATH, body, headers, "url_verification", challenge, repushed=False, deadline=1.0)


def _text(plain: Json) -> bytes:
    return json.dumps(plain, ensure_ascii=False).encode()
