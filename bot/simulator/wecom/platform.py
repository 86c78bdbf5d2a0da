"""WeCom as the control API plays it: a member says, clicks, sends a picture or causes an event."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from flask import Blueprint

from bot.simulator.chats import BOT, Blob, Json, Message, fresh
from bot.simulator.delivery import Outcome
from bot.simulator.directory import SimPerson
from bot.simulator.refusal import ClientRefused
from bot.simulator.stage import Stage
from bot.simulator.wecom import card_view, envelope, xml
from bot.simulator.wecom.api import CgiBin
from bot.simulator.wecom.app import NAME, WecomApp, chat_with
from bot.simulator.wecom.card_words import card_words
from bot.simulator.wecom.client import Press, press
from bot.simulator.wecom.errors import Refused
from bot.simulator.wecom.login import Codes, LoginPage
from bot.simulator.wecom.media import Media, is_picture
from bot.simulator.wecom.messages import Messages
from bot.simulator.wecom.replies import Reply, read_reply
from bot.simulator.wecom.tokens import Tokens

# Neither template cards nor markdown are shown to whoever reads in WeChat (path/90236).
NOT_IN_WECHAT = ("template_card", "markdown")
PLACEHOLDER = "当前客户端不支持"
NO_FILES = "企业微信只把文字、图片、语音、视频、位置和链接转给应用，不转文件；请发图片，或在网页上传"
SYSTEM = "sys"
ADDRESS_BOOK = "change_contact"
# What the other platform calls the same things.
SHARED = {"enter": "enter_agent", "menu": "click", "url_verification": "verify"}
FIRST_MSGID = 7_459_035_031_717_794_886

# What a member's message of each type carries (path/90239), with a value for what the tester leaves out.
MESSAGES: dict[str, dict[str, xml.Value]] = {
    "text": {"Content": ""},
    "image": {"PicUrl": "https://wework.qpic.invalid/0", "MediaId": ""},
    "voice": {"MediaId": "", "Format": "amr"},
    "video": {"MediaId": "", "ThumbMediaId": ""},
    "location": {
        "Location_X": 23.134,
        "Location_Y": 113.358,
        "Scale": 20,
        "Label": "广州市海珠区",
        "AppType": "wxwork",
    },
    "link": {"Title": "", "Description": "", "Url": "", "PicUrl": ""},
}
# The same for events (path/90240). Any other event is pushed just as it is given.
EVENTS: dict[str, dict[str, xml.Value]] = {
    "subscribe": {},
    "unsubscribe": {},
    "enter_agent": {"EventKey": ""},
    "click": {"EventKey": ""},
    "view": {"EventKey": ""},
    "LOCATION": {"Latitude": 23.104, "Longitude": 113.32, "Precision": 65.0, "AppType": "wxwork"},
}


class WeCom:
    """The whole simulated platform. It takes the stage's lock itself, never while a callback is out."""

    name = NAME

    def __init__(self, stage: Stage, app: WecomApp) -> None:
        envelope.key_of(app.encoding_aes_key)
        self._stage = stage
        self._app = app
        # Keys of people outside the app's visible range, and of those who read in WeChat.
        self._hidden: set[str] = set()
        self._in_wechat: set[str] = set()
        self._media = Media(stage)
        self._messages = Messages(stage, app, self._media, self._hidden)
        self._tokens = Tokens(stage.clock.machine)
        self._codes = Codes(stage.clock.machine)
        self._msgids = count(FIRST_MSGID)

    def blueprint(self) -> Blueprint:
        """The API's paths, and the page through which a web login passes."""
        doors = Blueprint(f"{NAME}_doors", __name__)
        api = CgiBin(self._stage, self._app, self._messages, self._media, self._tokens, self._codes)
        doors.register_blueprint(api.blueprint())
        doors.register_blueprint(LoginPage(self._app, self._messages.members, self._codes).blueprint())
        return doors

    def clear(self) -> None:
        """Forget tokens, task ids, codes and who reads where, as for a new day of tests."""
        with self._stage.lock:
            self._messages.clear()
            self._media.clear()
            self._tokens.revoke_all()
            self._codes.clear()
            self._hidden.clear()
            self._in_wechat.clear()

    def serves(self, person: SimPerson) -> bool:
        """Whether the person has an account here."""
        return bool(person.wecom_userid)

    def say(self, person: SimPerson, text: str, chat: str = "p2p", kind: str = "text") -> Json:
        """The member types `text`."""
        if kind != "text":
            raise ClientRefused(400, f"不会发这种消息：{kind}")
        return self._send(person, chat, kind, {"Content": text}, text)

    def send_raw(self, person: SimPerson, kind: str, content: Mapping[str, Any], chat: str = "p2p") -> Json:
        """The member sends a voice, video, location, link …; `content` has the XML's own names."""
        if kind == "file":
            raise ClientRefused(409, NO_FILES)
        known = MESSAGES.get(kind, {})
        for name in ("MediaId", "ThumbMediaId"):
            if known.get(name) == "" and not content.get(name):
                raise ClientRefused(400, f"缺 {name}")
        return self._send(person, chat, kind, known | dict(content), f"［{kind}］")

    def upload(
        self, person: SimPerson, name: str, data: bytes, kind: str = "file", chat: str = "p2p"
    ) -> Json:
        """The member sends a picture, or a voice or video; files do not reach an app."""
        if kind == "file":
            raise ClientRefused(409, NO_FILES)
        if kind not in ("image", "voice", "video"):
            raise ClientRefused(400, f"不会发这种文件：{kind}")
        if not data:
            raise ClientRefused(422, "空文件发不出去")
        if kind == "image" and not is_picture(data):
            raise ClientRefused(422, "这不是图片")
        with self._stage.lock:
            blob = self._media.keep(person.key, name, kind, data)
        fields = MESSAGES[kind] | {"MediaId": blob.key}
        shown = {"image": "图片", "voice": "语音", "video": "视频"}[kind]
        return self._send(person, chat, kind, fields, f"［{shown}］{name}", blob)

    def click(self, person: SimPerson, label: str, values: Mapping[str, Any], message_id: str = "") -> Json:
        """Press a button or a menu entry. `error` tells what was wrong with the bot's answer."""
        with self._stage.lock:
            self._sees_app(person)
            if person.key in self._in_wechat:
                raise ClientRefused(409, f"{person.name} 在微信里看消息，那里没有卡片")
            seen = self._stage.chats.seen_by(person.key, NAME)
            pressed = press(seen, label, values, message_id)
        result: Json = {"status": None, "toast": None, "error": None, "url": pressed.button.url or None}
        if pressed.event:
            result |= self._ask(person, pressed)
        return result | {"message_id": pressed.message.message_id}

    def event(self, person: SimPerson, kind: str, asked: Mapping[str, Any]) -> Json:
        """`verify`, `wechat` (with `on`), `deleted`, or any event; its fields are in `event`.

        `enter`, `menu` and `url_verification`, as the other platform calls them, are understood too.
        `subscribe` and `unsubscribe` also move the member into and out of the app's visible range,
        `deleted` takes them out of the company. `event_key` is short for the field EventKey.
        """
        kind = SHARED.get(kind, kind)
        if kind == "verify":
            return self._verify()
        if kind == "wechat":
            return self._reads_in_wechat(person, asked.get("on", True))
        given = asked.get("event") or {}
        if not isinstance(given, dict):
            raise ClientRefused(400, "event：一个 JSON 对象，名字和 XML 里的一样")
        if "event_key" in asked:
            given = {"EventKey": str(asked["event_key"])} | given
        if kind == "deleted":
            with self._stage.lock:
                self._stage.directory.mark_left(person)
            kind = ADDRESS_BOOK
            given = {"ChangeType": "delete_user", "UserID": person.wecom_userid} | given
        self._move(person, kind)
        return self._push(person, "event", {"Event": kind} | EVENTS.get(kind, {}) | given)

    def show(self, message: Message) -> Json:
        """What the member's own app makes of a message: a card in words and buttons, or a placeholder."""
        if message.sender == BOT and message.wire_type in NOT_IN_WECHAT and self._read_in_wechat(message):
            return {"text": PLACEHOLDER, "words": PLACEHOLDER, "card": None}
        if message.card is None:
            return {}
        seen = card_view.cut(message.card)
        return {
            "words": card_words(message.card),
            "buttons": [button.shown() for button in card_view.buttons(seen)],
            "form": [question.shown() for question in card_view.questions(seen)],
            "link": card_view.link_of(seen),
        }

    def _sees_app(self, person: SimPerson) -> None:
        if person.key in self._hidden:
            raise ClientRefused(409, f"{person.name} 不在应用的可见范围内，看不到它")

    def _read_in_wechat(self, message: Message) -> bool:
        return not self._in_wechat.isdisjoint(message.chat.members)

    def _reads_in_wechat(self, person: SimPerson, on: Any) -> Json:
        if not isinstance(on, bool):
            raise ClientRefused(400, "on：true 或 false")
        with self._stage.lock:
            (self._in_wechat.add if on else self._in_wechat.discard)(person.key)
        return {"reads_in_wechat": on}

    def _move(self, person: SimPerson, kind: str) -> None:
        with self._stage.lock:
            if kind == "unsubscribe":
                self._hidden.add(person.key)
            elif kind == "subscribe":
                self._hidden.discard(person.key)

    def _send(
        self,
        person: SimPerson,
        chat: str,
        kind: str,
        content: Mapping[str, xml.Value],
        text: str,
        blob: Blob | None = None,
    ) -> Json:
        if chat != "p2p":
            raise ClientRefused(400, "应用收不到群里的消息，只有单聊")
        with self._stage.lock:
            self._sees_app(person)
            msgid = next(self._msgids)
            message = self._stage.chats.add(self._message(person, kind, content, text, blob))
        told = self._push(person, kind, {**content, "MsgId": msgid})
        return told | {"message_id": message.message_id}

    def _message(
        self, person: SimPerson, kind: str, content: Mapping[str, xml.Value], text: str, blob: Blob | None
    ) -> Message:
        now = self._stage.now()
        return Message(
            message_id=fresh("wm_"),
            chat=chat_with(self._stage.chats, person),
            sender=person.key,
            kind=kind,
            wire_type=kind,
            content=json.dumps(content, ensure_ascii=False),
            sent_at=now,
            updated_at=now,
            text=text,
            blob=blob,
        )

    def _ask(self, person: SimPerson, pressed: Press) -> Json:
        """Send the press to the bot and let its answer act on this member's card."""
        with self._stage.lock:
            fields = self._press_fields(pressed)
        return self._push(person, "event", fields, pressed.message)

    def _press_fields(self, pressed: Press) -> dict[str, xml.Value]:
        card = pressed.message.card or {}
        fields: dict[str, xml.Value] = {
            "Event": pressed.event,
            "EventKey": pressed.button.key,
            "TaskId": self._messages.task_id(pressed.message),
            "CardType": card["card_type"],
            "ResponseCode": self._messages.fresh_code(pressed.message),
        }
        if pressed.chosen:
            fields["SelectedItems"] = {
                "SelectedItem": [
                    {"QuestionKey": name, "OptionIds": {"OptionId": list(ids)}}
                    for name, ids in pressed.chosen.items()
                ]
            }
        return fields

    def _push(
        self, person: SimPerson, kind: str, content: Mapping[str, xml.Value], card: Message | None = None
    ) -> Json:
        """Deliver one callback and act on the first good answer to any of its tries."""
        seconds = self._stage.clock.machine() - self._stage.delivery.late_by(person.key)
        # The address book speaks for itself and names no app.
        book = content.get("Event") == ADDRESS_BOOK
        fields: dict[str, xml.Value] = {
            "ToUserName": self._app.corp_id,
            "FromUserName": SYSTEM if book else person.wecom_userid,
            "CreateTime": int(seconds),
            "MsgType": kind,
            **content,
        }
        if not book:
            fields["AgentID"] = self._app.agent_id
        event = str(content.get("Event", kind))
        heard = _Hearing(lambda outcome: self._hear(person, event, card, outcome))
        try:
            callback = envelope.callback(self._app, fields, seconds, person.key, heard)
        except ValueError as wrong:
            raise ClientRefused(400, f"写不成 XML：{wrong}") from None
        outcome = self._stage.delivery.send(callback)
        told: Json = {"status": outcome.status, "error": outcome.error or None, "replied": None}
        return told | heard(outcome) | {"event_id": callback.event_id}

    def _hear(self, person: SimPerson, event: str, card: Message | None, outcome: Outcome) -> Json:
        try:
            reply = read_reply(self._app, outcome.body, event, person.wecom_userid)
            with self._stage.lock:
                return {} if reply is None else self._apply(person, reply, card)
        except (ValueError, Refused) as wrong:
            detail = wrong.body()["errmsg"] if isinstance(wrong, Refused) else str(wrong)
            with self._stage.lock:
                self._stage.traffic.aside(self._stage.now(), "bad answer", envelope.PATH, event=event)
            return {"error": "bad answer", "detail": detail}

    def _apply(self, person: SimPerson, reply: Reply, card: Message | None) -> Json:
        if reply.kind == "text":
            return {"replied": self._messages.say(person, reply.text).message_id}
        if card is None:
            raise ValueError("no card was pressed that could be updated")
        if reply.card is None:
            self._messages.replace(card, {"replace_text": reply.text})
        else:
            new = self._messages.read_replacing(reply.card, self._messages.task_id(card))
            self._messages.replace(card, new)
        return {}

    def _verify(self) -> Json:
        echo = str(secrets.randbelow(10**19))
        callback = envelope.verification(self._app, echo, self._stage.clock.machine())
        outcome = self._stage.delivery.send(callback)
        return {
            "status": outcome.status,
            "error": outcome.error or None,
            "echoed": outcome.status == 200 and outcome.body == echo.encode(),
        }


class _Hearing:
    """Acts on the first answer with HTTP 200 and remembers what came of it, however often it is asked."""

    def __init__(self, act: Callable[[Outcome], Json]) -> None:
        self._act = act
        self._done: Json | None = None

    def __call__(self, outcome: Outcome) -> Json:
        if self._done is None and outcome.status == 200:
            self._done = self._act(outcome)
        return self._done or {}
