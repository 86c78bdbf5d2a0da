"""G1, G3: proving and reading a callback, beside plain code for Feishu and beside wechatpy for WeCom."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.platform import Clicked, Incoming
from tests.bench import callbacks
from tests.bench.measure import Row, Scale, at_most, cpu, play, ratio, told
from tests.bot.feishu import sealing as feishu
from tests.bot.wecom import sealing as wecom

SECRET = AES(sha256(feishu.KEY.encode()).digest())


def measure(scale: Scale) -> Iterator[Row]:
    """Compare the edges, each with the same bytes as its floor or peer."""
    yield from _feishu(scale)
    yield _wecom(scale)


def plain(webhook: feishu.Webhook, decode: Callable[[bytes], Any]) -> Any:
    """Verify, decrypt and decode: the least that can be done with a webhook."""
    timestamp, nonce = (
        webhook.headers["x-lark-request-timestamp"],
        webhook.headers["x-lark-request-nonce"],
    )
    expected = sha256((timestamp + nonce + feishu.KEY).encode() + webhook.body).hexdigest()
    if not compare_digest(expected, webhook.headers["x-lark-signature"]):
        raise ValueError("wrong signature")
    raw = b64decode(decode(webhook.body)["encrypt"])
    decryptor = Cipher(SECRET, CBC(raw[:16])).decryptor()
    padded = decryptor.update(raw[16:]) + decryptor.finalize()
    return decode(padded[: -padded[-1]])


def _feishu(scale: Scale) -> Iterator[Row]:
    webhook, edge, now = callbacks.feishu_click(), callbacks.feishu_edge(), datetime.now(UTC)

    def ours() -> Incoming:
        found = edge.read(webhook.headers, {}, webhook.body, now)
        if not (isinstance(found, Incoming) and isinstance(found.body, Clicked)):
            raise TypeError("the click was not read as one")
        return found

    times = scale.of(200, 3000)
    found = play(
        scale.of(3, 21),
        {
            "ours": cpu(times, ours),
            "standard": cpu(times, lambda: plain(webhook, json.loads)),
            "msgspec": cpu(times, lambda: plain(webhook, msgspec.json.decode)),
        },
    )
    what = "Feishu: verify, decrypt, parse to a typed click; plain code on cryptography and json = 1"
    yield at_most("G1", what, ratio(found["ours"], found["standard"]), 1.25)
    yield told(
        "G1", "the same; plain code on cryptography and msgspec = 1", ratio(found["ours"], found["msgspec"])
    )


def _wecom(scale: Scale) -> Row:
    callback, edge, now = callbacks.wecom_click(), callbacks.wecom_edge(), datetime.now(UTC)
    query = callback.query
    crypto = WeChatCrypto(wecom.TOKEN, wecom.KEY, wecom.CORP)

    def ours() -> Incoming:
        found = edge.read({}, query, callback.body, now)
        if not isinstance(found.body, Clicked):
            raise TypeError("the click was not read as one")
        return found

    def peer() -> object:
        signed = (query["msg_signature"], query["timestamp"], query["nonce"])
        return parse_message(crypto.decrypt_message(callback.body, *signed))

    times = scale.of(100, 1000)
    found = play(scale.of(3, 21), {"ours": cpu(times, ours), "peer": cpu(times, peer)})
    what = "WeCom: verify, decrypt, parse to a typed click; wechatpy decrypt_message + parse_message = 1"
    return at_most("G3", what, ratio(found["ours"], found["peer"]), 0.7)
