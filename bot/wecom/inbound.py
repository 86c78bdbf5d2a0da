"""WeCom's callback edge: proves who sent the bytes and when, and says what they mean; plain code, no SDK."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from xml.etree.ElementTree import Element

from bot.platform import Answer, Clicked, Entered, Incoming, Other, Refused, Said, Sent, Unread
from bot.wecom.cards import Json, renewed
from bot.wecom.keys import unpacked
from bot.wecom.members import is_user_id
from bot.wecom.plain import MAX_BYTES, chat_text
from bot.wecom.seal import PREFIX, Seal
from bot.wecom.xml import Value, element, parsed
from handlers.contract.reply import Reply
from storage.people import Address

PLATFORM = "wecom"
MAX_TEXT = 20_000

_SYSTEM = "sys"
_CHALLENGE = re.compile(rb"[0-9A-Za-z_-]{1,64}")
_MAX_ID = 128
_MAX_MEDIA_ID = 256
_MAX_CODE = 512
_LABEL = re.compile(r"[A-Za-z0-9_.]{1,64}")

Body = Said | Clicked | Sent | Entered


class WecomInbound:
    """Implements `bot.platform.Inbound` and `Verifies` for one app of one company.

    `window` is how far a signature may be from now, both ways.
    """

    def __init__(
        self,
        corp_id: str,
        agent_id: int,
        token: str,
        encoding_aes_key: str,
        window: timedelta = timedelta(hours=8),
    ) -> None:
        """Raises ValueError when the EncodingAESKey is none."""
        self._corp_id, self._agent_id = corp_id, str(agent_id)
        self._seal = Seal(corp_id, token, encoding_aes_key)
        self._window = window.total_seconds()

    def verify(self, query: Mapping[str, str], now: datetime) -> Answer:
        """Return the answer to the check of our address. Source: path/101033.

        `now` is machine time. Raises Refused as `read` does.
        """
        content = self._opened(query, query.get("echostr", ""), now)
        if not _CHALLENGE.fullmatch(content):
            # Whoever has caught a callback must not get it opened here.
            raise Refused(400, "no challenge")
        return Answer(content, content_type="text/plain; charset=utf-8")

    def read(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, now: datetime
    ) -> Incoming:
        """Return what a callback says. Source: path/90238, path/90239, path/90240.

        `now` is machine time. Raises Refused: 400 for bytes that are no callback, 401 for a missing, wrong
        or stale signature, 403 for another company's or app's callback. Before the signature is checked,
        nothing is read but the outer XML.
        """
        sealed = parsed(body).findtext("Encrypt")
        if not sealed:
            raise Refused(400, "not encrypted")
        plain = self._opened(query, sealed, now)
        message = parsed(plain)
        if message.findtext("ToUserName") != self._corp_id:
            raise Refused(403, "foreign company")
        agent = message.findtext("AgentID")
        if agent is not None and agent != self._agent_id:
            raise Refused(403, "foreign app")
        return Incoming(self._key(message, plain), *_meaning(message))

    def answer(self, incoming: Incoming, reply: Reply | None) -> Answer:
        """Return the new card after a click, words after anything else, or nothing. Source: path/90241."""
        sender = incoming.sender
        if sender and reply and isinstance(incoming.body, Clicked) and reply.card:
            return self._reply(sender, "update_template_card", "TemplateCard", _cased(renewed(reply.card)))
        if sender and reply and (words := _words(incoming, reply)):
            return self._reply(sender, "text", "Content", words)
        return Answer(b"", content_type="text/plain; charset=utf-8")

    def _opened(self, query: Mapping[str, str], sealed: str, now: datetime) -> bytes:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        expected = self._seal.signature(timestamp, nonce, sealed)
        if not compare_digest(expected.encode(), query.get("msg_signature", "").encode(errors="replace")):
            raise Refused(401, "wrong signature")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise Refused(401, "timestamp is not a number")
        if abs(now.timestamp() - int(timestamp)) > self._window:
            raise Refused(401, "stale signature")
        return self._seal.opened(sealed)

    def _key(self, message: Element, plain: bytes) -> str:
        """The same for a repeat, which brings the same plaintext. The documented key of events, sender and
        second, lets two clicks within a second fall together (binarywang/WxJava#1745)."""
        message_id = message.findtext("MsgId", "")
        if _is_id(message_id):
            return f"{PLATFORM}:m:{self._agent_id}:{message_id}"
        return f"{PLATFORM}:e:{sha256(plain).hexdigest()}"

    def _reply(self, to: Address, kind: str, name: str, content: Value) -> Answer:
        now, nonce = int(time.time()), secrets.token_hex(8)
        message: dict[str, Value] = {
            "ToUserName": to.user_id,
            "FromUserName": self._corp_id,
            "CreateTime": now,
            "MsgType": kind,
            name: content,
        }
        plain = element("xml", message).encode()
        sealed = self._seal.sealed(plain, secrets.token_bytes(PREFIX))
        signature = self._seal.signature(str(now), nonce, sealed)
        envelope: dict[str, Value] = {
            "Encrypt": sealed,
            "MsgSignature": signature,
            "TimeStamp": now,
            "Nonce": nonce,
        }
        return Answer(element("xml", envelope).encode(), content_type="text/xml; charset=utf-8")


def left_over(incoming: Incoming, reply: Reply) -> Reply:
    """Return what goes by the outbox.

    A click can be answered with a card only, so that its words are sent. A passing word about something
    done is dropped where the card that takes its place says the same.
    """
    if isinstance(incoming.body, Clicked):
        return Reply(text=reply.text or (reply.toast if reply.refused or not reply.card else ""))
    return Reply() if _words(incoming, reply) else reply


def _words(incoming: Incoming, reply: Reply) -> str:
    """What an answer in words says: all of the reply, or nothing where it holds more than fits."""
    if isinstance(incoming.body, Clicked | Other) or reply.card:
        return ""
    words = chat_text(reply.text or reply.toast)
    return words if len(words.encode()) <= MAX_BYTES else ""


def _meaning(message: Element) -> tuple[Address | None, Body | Other]:
    """Who says what. What cannot be read is counted: a repeat would read the same."""
    user_id = message.findtext("FromUserName", "")
    kind = message.findtext("MsgType", "")
    readers, name, prefix = _MESSAGES, kind, "message:"
    if kind == "event":
        readers, name, prefix = _EVENTS, message.findtext("Event", ""), ""
    if user_id == _SYSTEM or not is_user_id(user_id):
        return None, Other(prefix + _label(name))
    reader = readers.get(name)
    body = reader(message) if reader else None
    unknown = Other if kind == "event" else Unread
    return Address(PLATFORM, user_id), body or unknown(prefix + _label(name))


def _said(message: Element) -> Said:
    return Said(_tidy(message.findtext("Content", "")))


def _picture(message: Element) -> Sent | None:
    message_id, media_id = message.findtext("MsgId", ""), message.findtext("MediaId", "")
    if not (_is_id(message_id) and 0 < len(media_id) <= _MAX_MEDIA_ID):
        return None
    return Sent(message_id, media_id, "图片", image=True)


def _entered(message: Element) -> Entered:
    return Entered()


def _menu(message: Element) -> Said:
    """The key of a menu entry, set in the console, is the chat word itself."""
    return Said(_tidy(message.findtext("EventKey", "")))


def _clicked(message: Element) -> Clicked | None:
    """A button of one of our cards; other senders share the app, and their cards mean nothing to us."""
    request = unpacked(message.findtext("EventKey", ""))
    task_id, code = message.findtext("TaskId", ""), message.findtext("ResponseCode", "")
    if request is None or not _is_id(task_id) or len(code) > _MAX_CODE:
        return None
    return Clicked(*request, _chosen(message), task_id, code)


def _chosen(message: Element) -> dict[str, str] | None:
    items = message.findall("SelectedItems/SelectedItem")
    if not items:
        return None
    return {
        _tidy(item.findtext("QuestionKey", "")): _tidy(
            ",".join(option.text or "" for option in item.iterfind("OptionIds/OptionId"))
        )
        for item in items
    }


_MESSAGES: Mapping[str, Callable[[Element], Body | None]] = {"text": _said, "image": _picture}
_EVENTS: Mapping[str, Callable[[Element], Body | None]] = {
    "enter_agent": _entered,
    "click": _menu,
    "template_card_event": _clicked,
    "template_card_menu_event": _clicked,
}


def _tidy(text: str) -> str:
    return text.strip()[:MAX_TEXT]


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID and text.isprintable()


def _label(kind: str) -> str:
    return kind if _LABEL.fullmatch(kind) else "unknown"


def _cased(value: Json) -> dict[str, Value]:
    """A template card as the XML answer names its parts: `sub_title_text` is SubTitleText there."""
    return {_case(key): _cased_value(each) for key, each in value.items()}


def _cased_value(value: object) -> Value:
    if isinstance(value, dict):
        return _cased(value)
    if isinstance(value, list):
        return [_cased(each) for each in value]
    return value if isinstance(value, int) else str(value)


def _case(key: str) -> str:
    return "KeyName" if key == "keyname" else "".join(part.title() for part in key.split("_"))
