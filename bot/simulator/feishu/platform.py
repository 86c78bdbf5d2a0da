"""Feishu as the control API plays it: a person says, clicks, sends a file or causes an event."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from bot.simulator.chats import Chat, Json, Message, fresh
from bot.simulator.delivery import Outcome
from bot.simulator.directory import SimPerson
from bot.simulator.feishu import card_view
from bot.simulator.feishu.api import OpenApi
from bot.simulator.feishu.app import (
    LONG_CONNECTION,
    NAME,
    FeishuApp,
    FeishuPeople,
    group_chat,
    ids_of,
    p2p_chat,
)
from bot.simulator.feishu.client import Press, press
from bot.simulator.feishu.connections import LongConnections
from bot.simulator.feishu.envelope import challenge_callback, event_callback
from bot.simulator.feishu.errors import Refused
from bot.simulator.feishu.media import Media, is_image
from bot.simulator.feishu.messages import Messages
from bot.simulator.feishu.tokens import Tokens
from bot.simulator.refusal import ClientRefused
from bot.simulator.stage import Stage, millis
from bot.simulator.words import card_words

MESSAGE_EVENT = "im.message.receive_v1"
CLICK_EVENT = "card.action.trigger"
TOASTS = ("info", "success", "warning", "error")
NO_ANSWER, BAD_ANSWER = "200341", "200340"


class Feishu:
    """The whole simulated platform. It takes the stage's lock itself, never while a callback is out.

    `connections` is there when the app receives over the long connection, and nothing goes by webhook then.
    """

    name = NAME

    def __init__(self, stage: Stage, app: FeishuApp) -> None:
        self._stage = stage
        self._app = app
        self._messages = Messages(stage, app)
        self._media = Media(stage)
        self._tokens = Tokens(stage.clock.machine)
        self.connections: LongConnections | None = None
        if app.mode == LONG_CONNECTION:
            self.connections = LongConnections(stage.faults, stage.lock, app.ping_seconds)

    def blueprint(self) -> Blueprint:
        """The open platform's paths."""
        return OpenApi(
            self._stage, self._app, self._messages, self._media, self._tokens, self.connections
        ).blueprint()

    def clear(self) -> None:
        """Forget tokens and uuids, as for a new day of tests."""
        with self._stage.lock:
            self._messages.clear()
            self._tokens.revoke_all()

    def serves(self, person: SimPerson) -> bool:
        """Whether the person has an account here."""
        return bool(person.feishu_open_id)

    def say(self, person: SimPerson, text: str, chat: str = "p2p", kind: str = "text") -> Json:
        """The person types `text`; as `post` each line is a paragraph. In the group the bot is mentioned."""
        if kind == "post":
            content: Json = {"title": "", "content": [[{"tag": "text", "text": t}] for t in text.split("\n")]}
        elif kind == "text":
            content = {"text": ("@_user_1 " if chat == "group" else "") + text}
        else:
            raise ClientRefused(400, f"不会发这种消息：{kind}")
        return self._send(person, chat, kind, content, text)

    def send_raw(self, person: SimPerson, kind: str, content: Mapping[str, Any], chat: str = "p2p") -> Json:
        """The person sends a message of any type with this content (sticker, audio, location …)."""
        return self._send(person, chat, kind, dict(content), f"［{kind}］")

    def upload(
        self, person: SimPerson, name: str, data: bytes, kind: str = "file", chat: str = "p2p"
    ) -> Json:
        """The person sends a file, or a picture with `kind` image."""
        if kind not in ("file", "image"):
            raise ClientRefused(400, f"不会发这种文件：{kind}")
        if not data:
            raise ClientRefused(422, "空文件发不出去")
        if kind == "image" and not is_image(data):
            raise ClientRefused(422, "这不是图片")
        with self._stage.lock:
            blob = self._media.keep_for(person.key, name, kind, data)
        content = {"image_key": blob.key} if kind == "image" else {"file_key": blob.key, "file_name": name}
        return self._send(
            person, chat, kind, content, f"［{'图片' if kind == 'image' else '文件'}］{name}", blob.key
        )

    def click(self, person: SimPerson, label: str, values: Mapping[str, Any], message_id: str = "") -> Json:
        """Press a button. `error` is the code that the app shows when the bot's answer is missing or bad."""
        with self._stage.lock:
            pressed = press(
                self._stage.chats.seen_by(person.key, NAME),
                FeishuPeople(self._stage.directory),
                self._stage.now(),
                label,
                values,
                message_id,
            )
        result: Json = {"status": None, "toast": None, "error": None, "url": pressed.url or None}
        if pressed.action is not None:
            result |= self._ask(person, pressed)
        return result | {"message_id": pressed.message.message_id}

    def event(self, person: SimPerson, kind: str, asked: Mapping[str, Any]) -> Json:
        """`enter`, `menu` (with `event_key`), `deleted`, `url_verification`, or any event type (`event`)."""
        if kind == "url_verification":
            return self._challenge()
        with self._stage.lock:
            event_type, event = self._event(person, kind, asked)
        outcome, event_id = self._push(person, event_type, event)
        return _told(outcome) | {"event_id": event_id}

    def show(self, message: Message) -> Json:
        """A card as the app shows it: in words, what can be pressed, what can be filled in."""
        card = message.card
        if card is None:
            return {}
        return {
            "words": card_words(card),
            "buttons": [button.shown() for button in card_view.buttons(card)],
            "form": [question.shown() for question in card_view.questions(card)],
        }

    def _send(
        self, person: SimPerson, chat: str, kind: str, content: Json, text: str, blob_key: str = ""
    ) -> Json:
        with self._stage.lock:
            message = self._stage.chats.add(self._message(person, chat, kind, content, text, blob_key))
        outcome, event_id = self._push(person, MESSAGE_EVENT, self._message_event(person, message))
        return _told(outcome) | {"message_id": message.message_id, "event_id": event_id}

    def _push(
        self, person: SimPerson, event_type: str, event: Json, repushed: bool = True
    ) -> tuple[Outcome, str]:
        seconds = self._stage.clock.machine() - self._stage.delivery.late_by(person.key)
        carry = self.connections.push if self.connections else None
        callback = event_callback(self._app, event_type, event, seconds, person.key, repushed, carry)
        return self._stage.delivery.send(callback), callback.event_id

    def _message(
        self, person: SimPerson, chat: str, kind: str, content: Json, text: str, blob_key: str
    ) -> Message:
        now = self._stage.now()
        return Message(
            message_id=fresh("om_"),
            chat=self._chat(person, chat),
            sender=person.key,
            kind="text" if kind == "post" else kind,
            wire_type=kind,
            content=json.dumps(content, ensure_ascii=False),
            sent_at=now,
            updated_at=now,
            text=text,
            blob=self._stage.chats.blob(blob_key),
        )

    def _chat(self, person: SimPerson, kind: str) -> Chat:
        if kind == "p2p":
            return p2p_chat(self._stage.chats, person)
        if kind == "group":
            return group_chat(self._stage.chats, FeishuPeople(self._stage.directory))
        raise ClientRefused(400, f"没有这种会话：{kind}")

    def _message_event(self, person: SimPerson, message: Message) -> Json:
        body: Json = {
            "message_id": message.message_id,
            "create_time": millis(message.sent_at),
            "update_time": millis(message.updated_at),
            "chat_id": message.chat.chat_id,
            "chat_type": message.chat.kind,
            "message_type": message.wire_type,
            "content": message.content,
        }
        if message.chat.kind == "group" and message.wire_type == "text":
            body["mentions"] = [
                {
                    "key": "@_user_1",
                    "id": {"open_id": self._app.bot_open_id, "union_id": "", "user_id": ""},
                    "name": self._app.bot_name,
                    "tenant_key": self._app.tenant_key,
                }
            ]
        sender = {"sender_id": ids_of(person), "sender_type": "user", "tenant_key": self._app.tenant_key}
        return {"sender": sender, "message": body}

    def _event(self, person: SimPerson, kind: str, asked: Mapping[str, Any]) -> tuple[str, Json]:
        if kind == "enter":
            chat = p2p_chat(self._stage.chats, person)
            last = self._stage.chats.last(chat)
            entered: Json = {"chat_id": chat.chat_id, "operator_id": ids_of(person)}
            if last is not None:
                entered |= {
                    "last_message_id": last.message_id,
                    "last_message_create_time": millis(last.sent_at),
                }
            return "im.chat.access_event.bot_p2p_chat_entered_v1", entered
        if kind == "menu":
            operator = {"operator_name": person.name, "operator_id": ids_of(person)}
            key, now = str(asked.get("event_key", "")), int(self._stage.clock.machine())
            return "application.bot.menu_v6", {"operator": operator, "event_key": key, "timestamp": now}
        if kind == "deleted":
            self._stage.directory.mark_left(person)
            gone = ids_of(person) | {"name": person.name}
            old = {"department_ids": [], "open_id": person.feishu_open_id}
            return "contact.user.deleted_v3", {"object": gone, "old_object": old}
        event = asked.get("event") or {}
        if not isinstance(event, dict):
            raise ClientRefused(400, "event：一个 JSON 对象")
        return kind, event

    def _challenge(self) -> Json:
        if self.connections is not None:
            raise ClientRefused(409, "这个应用用长连接接收事件，没有请求地址可以校验")
        challenge = secrets.token_hex(16)
        callback = challenge_callback(self._app, challenge, self._stage.clock.machine())
        outcome = self._stage.delivery.send(callback)
        try:
            echoed = json.loads(outcome.body).get("challenge") == challenge
        except (ValueError, AttributeError):
            echoed = False
        return _told(outcome) | {"echoed": echoed}

    def _ask(self, person: SimPerson, pressed: Press) -> Json:
        """Send the click to the bot and let its answer act on the card."""
        event = {
            "operator": {"tenant_key": self._app.tenant_key} | ids_of(person),
            "token": fresh("c-"),
            "action": pressed.action,
            "host": "im_message",
            "context": {
                "open_message_id": pressed.message.message_id,
                "open_chat_id": pressed.message.chat.chat_id,
            },
        }
        outcome, event_id = self._push(person, CLICK_EVENT, event, repushed=False)
        told: Json = {"status": outcome.status, "event_id": event_id}
        if outcome.status is None:
            return told | {"error": NO_ANSWER, "detail": outcome.error}
        if outcome.status != 200:
            return told | {"error": BAD_ANSWER, "detail": f"HTTP {outcome.status}"}
        try:
            return told | {"toast": self._apply(pressed.message, outcome.body)}
        except Refused as refused:
            return told | {"error": BAD_ANSWER, "detail": refused.body()["msg"]}
        except ValueError as wrong:
            return told | {"error": BAD_ANSWER, "detail": str(wrong)}

    def _apply(self, message: Message, body: bytes) -> Json | None:
        """Act on the bot's answer; its toast, if any. ValueError or Refused when the answer is not right."""
        try:
            answer = json.loads(body)
        except ValueError:
            raise ValueError("the answer is not json") from None
        if not isinstance(answer, dict) or not answer.keys() <= {"toast", "card"}:
            raise ValueError("the answer has more than toast and card")
        toast = _toast(answer["toast"]) if "toast" in answer else None
        if "card" in answer:
            card = answer["card"]
            if not isinstance(card, dict) or card.get("type") != "raw" or card.keys() != {"type", "data"}:
                raise ValueError("card: {type: raw, data: card json 2.0}")
            content = json.dumps(card["data"], ensure_ascii=False, separators=(",", ":"))
            with self._stage.lock:
                self._messages.replace(message, self._messages.read_card(content), content)
        return toast


def _told(outcome: Outcome) -> Json:
    return {"status": outcome.status, "error": outcome.error or None}


def _toast(toast: Any) -> Json:
    if (
        not isinstance(toast, dict)
        or not toast.keys() <= {"type", "content", "i18n"}
        or toast.get("type", "info") not in TOASTS
        or not isinstance(toast.get("content"), str)
    ):
        raise ValueError("toast: {type: info|success|warning|error, content, i18n?}")
    return {"type": toast.get("type", "info"), "content": toast["content"]}
