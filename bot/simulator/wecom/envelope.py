"""How WeCom wraps what it pushes and what it is answered: AES-256-CBC, SHA-1 signature, XML (path/90968)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.simulator.delivery import Callback, Outcome
from bot.simulator.wecom import xml
from bot.simulator.wecom.app import WecomApp

PATH = "/callbacks/wecom"
BLOCK = 32
PREFIX = 16
DEADLINE = 5.0
VERIFY_DEADLINE = 1.0
# Three tries in total (path/90238).
RETRIES = 2


def key_of(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the 43 characters. ValueError when it is not such a key."""
    try:
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except ValueError:
        key = b""
    if len(encoding_aes_key) != 43 or len(key) != BLOCK:
        raise ValueError("encoding_aes_key: 43 letters and digits")
    return key


def encrypt(app: WecomApp, message: bytes, prefix: bytes) -> str:
    """base64 of AES over: 16 random bytes, the length (4, big-endian), the message, the corp id."""
    key = key_of(app.encoding_aes_key)
    plain = prefix + len(message).to_bytes(4, "big") + message + app.corp_id.encode()
    missing = BLOCK - len(plain) % BLOCK
    plain += bytes([missing]) * missing
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(plain) + cipher.finalize()).decode()


def decrypt(app: WecomApp, sealed: str) -> bytes:
    """The message inside, checked to the last byte. ValueError says what was wrong."""
    key = key_of(app.encoding_aes_key)
    try:
        data = base64.b64decode(sealed, validate=True)
    except ValueError:
        raise ValueError("Encrypt is not base64") from None
    if not data or len(data) % BLOCK:
        raise ValueError("Encrypt is not whole blocks of 32 bytes")
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = cipher.update(data) + cipher.finalize()
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise ValueError("the padding is not PKCS#7 of 32")
    plain = plain[PREFIX:-padding]
    length = int.from_bytes(plain[:4], "big")
    message, receiver = plain[4 : 4 + length], plain[4 + length :]
    if len(message) != length:
        raise ValueError("the length inside does not fit")
    if receiver != app.corp_id.encode():
        raise ValueError("the receiveid is not the corp id")
    return message


def sign(app: WecomApp, timestamp: str, nonce: str, sealed: str) -> str:
    """Hex SHA-1 of token, timestamp, nonce and ciphertext, sorted and joined."""
    # The platform's own choice, not ours.
    return hashlib.sha1("".join(sorted((app.token, timestamp, nonce, sealed))).encode()).hexdigest()  # noqa: S324


def _query(app: WecomApp, seconds: float, sealed: str) -> dict[str, str]:
    timestamp, nonce = str(int(seconds)), str(secrets.randbelow(10**10))
    return {"msg_signature": sign(app, timestamp, nonce, sealed), "timestamp": timestamp, "nonce": nonce}


def callback(
    app: WecomApp,
    fields: Mapping[str, xml.Value],
    seconds: float,
    person: str,
    later: Callable[[Outcome], object],
) -> Callback:
    """One push made at `seconds` of machine time. `later` hears what came of its repeats.

    Its name in the log is the Event, or the MsgType of a message; its id there the MsgId or a made-up one.
    """
    sealed = encrypt(app, xml.document(fields).encode(), secrets.token_bytes(PREFIX))
    outer: dict[str, xml.Value] = {"ToUserName": app.corp_id, "Encrypt": sealed}
    if "AgentID" in fields:
        outer["AgentID"] = str(app.agent_id)
    return Callback(
        f"{PATH}?{urlencode(_query(app, seconds, sealed))}",
        xml.document(outer).encode(),
        (("Content-Type", "text/xml; charset=utf-8"),),
        str(fields.get("Event", fields["MsgType"])),
        str(fields.get("MsgId", "")) or secrets.token_hex(16),
        person,
        deadline=DEADLINE,
        retries=RETRIES,
        later=later,
    )


def verification(app: WecomApp, echo: str, seconds: float) -> Callback:
    """The check of the address that the console makes by GET; the bot has 1 s to answer `echo`."""
    sealed = encrypt(app, echo.encode(), secrets.token_bytes(PREFIX))
    query = _query(app, seconds, sealed) | {"echostr": sealed}
    return Callback(
        f"{PATH}?{urlencode(query)}",
        b"",
        (),
        "verify",
        secrets.token_hex(16),
        repushed=False,
        deadline=VERIFY_DEADLINE,
        method="GET",
    )


def open_answer(app: WecomApp, body: bytes) -> dict[str, list[xml.Node]]:
    """The plain XML inside the bot's answer to a callback. ValueError says what was wrong with it."""
    outer = xml.parse(body)
    if outer.keys() != {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}:
        raise ValueError("an answer has Encrypt, MsgSignature, TimeStamp and Nonce")
    sealed, signature, timestamp, nonce = (
        xml.text_of(outer, name) for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
    )
    if not timestamp.isdecimal():
        raise ValueError("TimeStamp is not a number")
    if not hmac.compare_digest(sign(app, timestamp, nonce, sealed).encode(), signature.encode()):
        raise ValueError("MsgSignature is wrong")
    return xml.parse(decrypt(app, sealed))
