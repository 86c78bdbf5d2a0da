"""Feishu's inbound edge: proves who sent the bytes and when, and says what they mean; plain code, no SDK."""

from __future__ import annotations

import json
import re
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.feishu.cards import render
from bot.feishu.plain import line
from bot.platform import Answer, Clicked, Entered, Incoming, Other, Refused, Said, Sent, Unread
from handlers.contract.card import Args
from handlers.contract.reply import Reply
from storage.people import Address

PLATFORM = "feishu"
MAX_TEXT = 20_000
MAX_TOAST = 120

_BLOCK = 16
_MAX_ID = 128
_MAX_KEY = 256
_MAX_ARG = 200
_MAX_INT = 2**53
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LABEL = re.compile(r"[A-Za-z0-9_.]{1,64}")
_MENTION = re.compile(r"@_user_\d+|@_all")

Json = dict[str, Any]


class FeishuInbound:
    """Implements `bot.platform.Inbound` for one self-built app, and reads the long connection's events.

    `encrypt_key` empty: nothing is signed or encrypted and the verification token alone vouches for the
    sender, as on the platform. `window` is how far a signature may be from now, both ways; the platform
    pushes again for 7.1 h (server-docs/event-subscription-guide/overview).
    """

    def __init__(
        self, app_id: str, encrypt_key: str, verification_token: str, window: timedelta = timedelta(hours=8)
    ) -> None:
        self._app_id = app_id
        self._key = encrypt_key.encode()
        self._aes = AES(sha256(self._key).digest()) if encrypt_key else None
        self._token = verification_token.encode()
        self._window = window.total_seconds()

    def read(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, now: datetime
    ) -> Incoming | Answer:
        """Return the event in `body`, or the answer to the platform's check of our address.

        `headers` have lower-case names; `now` is machine time. Raises Refused: 400 for bytes that are not
        a v2 envelope (v1 ones are not taken), 401 for a missing, wrong or stale signature or a wrong
        token, 403 for another app's event.
        """
        if self._aes is None:
            return self._read_envelope(_object(body))
        if "x-lark-signature" not in headers:
            return self._first_contact(self._aes, body)
        self._check_signature(headers, body, now)
        return self._read_envelope(_opened(self._aes, body))

    def read_plain(self, payload: bytes) -> Incoming:
        """Return the event in `payload`, which came over a connection that the platform authenticated.

        Nothing is signed or encrypted there; a token counts where both sides have one. Raises Refused: 400
        for bytes that are not a v2 envelope, 401 for a wrong token, 403 for another app's event.
        Source: event-subscription-guide, receive events through a long connection.
        """
        envelope = _object(payload)
        header = _header(envelope)
        if self._token and header.get("token"):
            self._check_token(header["token"])
        return self._event(header, envelope)

    def answer(self, incoming: Incoming, reply: Reply | None) -> Answer:
        """Return what the platform shows after a click; messages cannot be answered over HTTP.

        Source: feishu-cards/card-callback-communication.
        """
        if reply is None or not isinstance(incoming.body, Clicked):
            return _answer({})
        content: Json = {}
        if toast := _toast(reply):
            mood = "error" if reply.refused else "success"
            content["toast"] = {"type": mood, "content": line(toast, MAX_TOAST)}
        if reply.card:
            content["card"] = {"type": "raw", "data": render(reply.card)}
        return _answer(content)

    def _check_signature(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        timestamp = headers.get("x-lark-request-timestamp", "")
        expected = signature(self._key, timestamp, headers.get("x-lark-request-nonce", ""), body)
        if not compare_digest(expected.encode(), headers["x-lark-signature"].encode(errors="replace")):
            raise Refused(401, "wrong signature")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise Refused(401, "timestamp is not a number")
        if abs(now.timestamp() - int(timestamp)) > self._window:
            raise Refused(401, "stale signature")

    def _first_contact(self, aes: AES, body: bytes) -> Answer:
        """Answer the check of our address, which the platform encrypts but does not sign.

        Every fault is the same 401, so that unsigned bytes learn nothing about keys or padding.
        Seen in larksuite/oapi-sdk-python#79 and openclaw/openclaw#58905; the SDK does not ask for it either.
        """
        try:
            envelope = _opened(aes, body)
            if self._token and _is_challenge(envelope):
                return self._challenge(envelope)
        except Refused:
            pass
        raise Refused(401, "no signature")

    def _read_envelope(self, envelope: Json) -> Incoming | Answer:
        if _is_challenge(envelope):
            return self._challenge(envelope)
        header = _header(envelope)
        if self._token:
            self._check_token(header.get("token"))
        elif self._aes is None:
            raise Refused(401, "neither key nor token is configured")
        return self._event(header, envelope)

    def _event(self, header: Json, envelope: Json) -> Incoming:
        if header.get("app_id") != self._app_id:
            raise Refused(403, "foreign app")
        event = _part(envelope, "event")
        event_type = header.get("event_type")
        reader = _READERS.get(event_type) if isinstance(event_type, str) else None
        if reader is None:
            return Incoming(_event_key(header), None, Other(_label(event_type)))
        return reader(header, event)

    def _check_token(self, token: object) -> None:
        if not isinstance(token, str) or not compare_digest(token.encode(errors="replace"), self._token):
            raise Refused(401, "wrong token")

    def _challenge(self, envelope: Json) -> Answer:
        if self._token:
            self._check_token(envelope.get("token"))
        challenge = envelope.get("challenge")
        if not isinstance(challenge, str):
            raise Refused(400, "no challenge")
        return _answer({"challenge": challenge})


def signature(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """Return the hex signature over the raw bytes. Source: event-subscription-guide, encrypt key page."""
    return sha256((timestamp + nonce).encode(errors="replace") + key + body).hexdigest()


def decrypted(aes: AES, sealed: str) -> bytes:
    """Return the plaintext of base64(iv + AES-256-CBC); the key is the SHA-256 of the encrypt key.

    Raises Refused. Source: the same page.
    """
    try:
        raw = a2b_base64(sealed, strict_mode=True)
    except ValueError:
        raise Refused(400, "not base64") from None
    if len(raw) < 2 * _BLOCK or len(raw) % _BLOCK:
        raise Refused(400, "truncated")
    decryptor = Cipher(aes, CBC(raw[:_BLOCK])).decryptor()
    padded = decryptor.update(raw[_BLOCK:]) + decryptor.finalize()
    padding = padded[-1]
    if not 1 <= padding <= _BLOCK or not padded.endswith(bytes((padding,)) * padding):
        raise Refused(400, "bad padding")
    return padded[:-padding]


def left_over(incoming: Incoming, reply: Reply) -> Reply:
    """Return what goes by the outbox: all of it after a message, after a click the words not yet shown."""
    if not isinstance(incoming.body, Clicked):
        return reply
    return Reply() if reply.text in ("", _toast(reply)) else Reply(text=reply.text)


def _toast(reply: Reply) -> str:
    return reply.toast or ("" if reply.card else reply.text)


def _opened(aes: AES, body: bytes) -> Json:
    """Return the object inside `{"encrypt": …}`; a plaintext event is not taken where a key is set."""
    sealed = _object(body).get("encrypt")
    if not isinstance(sealed, str):
        raise Refused(400, "not encrypted")
    return _object(decrypted(aes, sealed))


def _object(data: bytes) -> Json:
    try:
        value = _decoded(data)
    except (ValueError, RecursionError):
        raise Refused(400, "not JSON") from None
    if not isinstance(value, dict):
        raise Refused(400, "not a JSON object")
    return value


def _decoded(data: bytes) -> Any:
    """The fast decoder will have nothing to do with half characters, which a phone may well send."""
    try:
        return msgspec.json.decode(data)
    except ValueError:
        return json.loads(data.decode())


def _part(outer: Json, name: str) -> Json:
    value = outer.get(name)
    if not isinstance(value, dict):
        raise Refused(400, f"no {name}")
    return value


def _header(envelope: Json) -> Json:
    if envelope.get("schema") != "2.0":
        raise Refused(400, "not a v2 envelope")
    return _part(envelope, "header")


def _id(value: object, longest: int = _MAX_ID) -> str:
    if isinstance(value, str) and 0 < len(value) <= longest and value.isascii() and value.isprintable():
        return value
    raise Refused(400, "odd id")


def _is_challenge(envelope: Json) -> bool:
    return envelope.get("type") == "url_verification" and "schema" not in envelope


def _answer(content: Json) -> Answer:
    return Answer(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))


def _label(value: object) -> str:
    return value if isinstance(value, str) and _LABEL.fullmatch(value) else "odd"


def _event_key(header: Json) -> str:
    return "feishu:e:" + _id(header.get("event_id"))


def _person(ids: Json) -> Address:
    return Address(PLATFORM, _id(ids.get("open_id")))


def _message(header: Json, event: Json) -> Incoming:
    """im.message.receive_v1. The page says to tell repeats by message_id, not by event_id."""
    message, sender = _part(event, "message"), _part(event, "sender")
    key = "feishu:m:" + _id(message.get("message_id"))
    group = message.get("chat_type") != "p2p"
    if sender.get("sender_type") != "user":
        return Incoming(key, None, Other("sender:" + _label(sender.get("sender_type"))), group)
    return Incoming(key, _person(_part(sender, "sender_id")), _message_body(message, group), group)


def _message_body(message: Json, group: bool) -> Said | Sent | Other:
    kind = message.get("message_type")
    if kind not in ("text", "post", "image", "file"):
        return Unread("message:" + _label(kind))
    try:
        content = _decoded(message["content"].encode(errors="replace"))
        if kind == "text":
            return Said(_spoken(content["text"], message, group))
        if kind == "post":
            return _post_body(content, message, group)
        if kind == "image":
            return _picture(message, content["image_key"])
        name = _tidy(content.get("file_name") or "")[:_MAX_ARG]
        return Sent(message["message_id"], _id(content["file_key"], _MAX_KEY), name or "文件", image=False)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError, Refused):
        # The envelope is authentic and a repeat would read the same, so this is counted, not refused.
        return Other(f"unreadable:{kind}")


def _picture(message: Json, key: object) -> Sent:
    return Sent(message["message_id"], _id(key, _MAX_KEY), "图片", image=True)


def _post_body(content: Json, message: Json, group: bool) -> Said | Sent | Other:
    """A rich text says its words; one of pictures only hands in the first of them."""
    lines = [content.get("title") or ""]
    images = []
    for paragraph in content["content"]:
        images += [piece["image_key"] for piece in paragraph if piece["tag"] == "img"]
        lines.append("".join(_post_words(piece) for piece in paragraph))
    text = _spoken("\n".join(lines), message, group)
    if text or not images:
        return Said(text)
    return _picture(message, images[0])


def _post_words(piece: Json) -> str:
    if piece["tag"] == "at":
        mentioned = str(piece.get("user_id", ""))
        return mentioned if _MENTION.fullmatch(mentioned) else f"@{piece.get('user_name', '')}"
    return str(piece.get("text", ""))


def _spoken(text: str, message: Json, group: bool) -> str:
    """Return what was said: people who are mentioned by name, the assistant not at all."""
    if "@_" in text:
        text = text.strip()
        names = {"@_all": "@所有人"}
        first = _MENTION.match(text) if group else None
        for mention in message.get("mentions") or ():
            key = mention["key"]
            names[key] = "" if _is_bot(mention, first) else f"@{mention['name']}"
        text = _MENTION.sub(lambda found: names.get(found[0], found[0]), text)
    return _tidy(text)


def _is_bot(mention: Json, first: re.Match[str] | None) -> bool:
    """Where the platform does not say what was mentioned: who is called `first` in a group is us."""
    kind = mention.get("mentioned_type")
    return bool(kind != "user" if kind else first and first[0] == mention["key"])


def _tidy(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text).strip()[:MAX_TEXT]


def _click(header: Json, event: Json) -> Incoming:
    """card.action.trigger (feishu-cards/card-callback-communication)."""
    key, person = _event_key(header), _person(_part(event, "operator"))
    message_id = _id(_part(event, "context").get("open_message_id"))
    action = _part(event, "action")
    request = _request(action.get("value"))
    form = action.get("form_value")
    if request is None or not (form is None or isinstance(form, dict)):
        return Incoming(key, person, Other("click"))
    values = None if form is None else {_tidy(name): _typed(value) for name, value in form.items()}
    return Incoming(key, person, Clicked(*request, values, message_id, message_id))


def _request(value: object) -> tuple[str, Args] | None:
    """Return act and args as our cards put them there. The platform may hand the object back as a string."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, dict):
        return None
    act, args = value.get("act"), value.get("args")
    if not (isinstance(act, str) and act and _is_arg(act) and isinstance(args, dict)):
        return None
    return (act, args) if all(_is_arg(each) for pair in args.items() for each in pair) else None


def _is_arg(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _MAX_ARG and value.isprintable()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_INT


def _typed(value: object) -> str:
    match value:
        case str():
            return _tidy(value)
        case list():
            return _tidy(",".join(each for each in value if isinstance(each, str)))
        case int() | float():
            return str(value)
        case _:
            return ""


def _entered(header: Json, event: Json) -> Incoming:
    """im.chat.access_event.bot_p2p_chat_entered_v1: fires on every entry."""
    return Incoming(_event_key(header), _person(_part(event, "operator_id")), Entered())


def _menu(header: Json, event: Json) -> Incoming:
    """application.bot.menu_v6: the event_key set in the console is the chat word itself."""
    person = _person(_part(_part(event, "operator"), "operator_id"))
    word = event.get("event_key")
    if not isinstance(word, str):
        raise Refused(400, "no event_key")
    return Incoming(_event_key(header), person, Said(_tidy(word)))


_READERS: dict[str, Callable[[Json, Json], Incoming]] = {
    "im.message.receive_v1": _message,
    "card.action.trigger": _click,
    "im.chat.access_event.bot_p2p_chat_entered_v1": _entered,
    "application.bot.menu_v6": _menu,
}
