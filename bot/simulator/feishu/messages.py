"""Feishu's message API: create, reply, update a card, recall (pages im-v1/message/…)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.simulator.chats import BOT, Chat, Json, Message, fresh
from bot.simulator.feishu.app import (
    FeishuApp,
    FeishuPeople,
    p2p_chat,
    sender_of,
)
from bot.simulator.feishu.content import Content, ContentReader
from bot.simulator.feishu.errors import Refused
from bot.simulator.limits import Rate
from bot.simulator.stage import Stage, millis

PATH = "/open-apis/im/v1/messages"
CARD_LIFE = timedelta(days=14)
UUID_SECONDS = 3600.0
MAX_UUID = 50
PER_CHAT = Rate(5, 1.0)
PER_MESSAGE = Rate(5, 1.0)
ID_TYPES = ("open_id", "user_id", "union_id", "email", "chat_id")


@dataclass(frozen=True)
class Draft:
    """What a create or reply call asks for."""

    msg_type: str
    content: str
    uuid: str = ""


class Messages:
    """The bot's side of all chats. Callers hold the stage's lock."""

    def __init__(self, stage: Stage, app: FeishuApp) -> None:
        self._stage = stage
        self._app = app
        self._sent: dict[str, tuple[float, str]] = {}

    def clear(self) -> None:
        """Forget which uuids were used."""
        self._sent.clear()

    def create(self, id_type: str, receive_id: str, draft: Draft) -> Json:
        """Send to a person or chat; the platform's `data`. The same uuid within 1 h sends nothing twice."""
        earlier = self._earlier(draft.uuid)
        if earlier is not None:
            return self.shape(earlier)
        chat = self._chat(id_type, receive_id)
        return self._send(chat, draft, reply_to="")

    def reply(self, message_id: str, draft: Draft) -> Json:
        """Send into the chat of another message."""
        earlier = self._earlier(draft.uuid)
        if earlier is not None:
            return self.shape(earlier)
        message = self._present(message_id)
        return self._send(message.chat, draft, reply_to=message.message_id)

    def update_card(self, message_id: str, content: str) -> Json:
        """Replace a card of the bot, for everybody who sees it."""
        message = self._present(message_id)
        if message.sender != BOT:
            raise Refused(230017)
        if message.card is None:
            raise Refused(230054)
        if self._stage.now() - message.sent_at > CARD_LIFE:
            raise Refused(230031)
        self._slowly(f"message {message_id}", PER_MESSAGE)
        new = self._reader().card(content)
        self.replace(message, new, content)
        return {}

    def replace(self, message: Message, new: Content, content: str) -> None:
        """Show `new` instead of the card of `message`. Both must say update_multi true."""
        if not all(_shared(card) for card in (message.card, new.card)):
            raise Refused(230001, "update_multi of the card must be true before and after the update")
        message.card, message.content = new.card, content
        message.updated_at = self._stage.now()
        message.pinged_all = message.pinged_all or "all" in new.pings

    def recall(self, message_id: str) -> Json:
        """Take a message of the bot back."""
        message = self._present(message_id)
        if message.sender != BOT:
            raise Refused(230017)
        message.recalled = True
        return {}

    def read_card(self, content: str) -> Content:
        """A card checked like any other, for the answer to a click."""
        return self._reader().card(content)

    def shape(self, message: Message) -> Json:
        """A message in the platform's words."""
        data: Json = {
            "message_id": message.message_id,
            "msg_type": message.wire_type,
            "create_time": millis(message.sent_at),
            "update_time": millis(message.updated_at),
            "deleted": message.recalled,
            "updated": message.updated_at != message.sent_at,
            "chat_id": message.chat.chat_id,
            "sender": sender_of(self._app),
            "body": {"content": message.content},
        }
        if message.reply_to:
            data |= {"root_id": message.reply_to, "parent_id": message.reply_to}
        return data

    def _send(self, chat: Chat, draft: Draft, reply_to: str) -> Json:
        self._reachable(chat)
        content = self._reader().read(draft.msg_type, draft.content)
        self._slowly(f"chat {chat.chat_id}", PER_CHAT)
        now = self._stage.now()
        message = Message(
            message_id=fresh("om_"),
            chat=chat,
            sender=BOT,
            kind=content.kind,
            wire_type=draft.msg_type,
            content=draft.content,
            sent_at=now,
            updated_at=now,
            text=content.text,
            card=content.card,
            blob=content.blob,
            reply_to=reply_to,
            pinged_all="all" in content.pings,
        )
        self._stage.chats.add(message)
        if draft.uuid:
            self._sent[draft.uuid] = (self._stage.clock.machine(), message.message_id)
        return self.shape(message)

    def _earlier(self, uuid: str) -> Message | None:
        if len(uuid) > MAX_UUID:
            raise Refused(99992402, f"uuid: the max length is {MAX_UUID}")
        if uuid not in self._sent:
            return None
        sent_at, message_id = self._sent[uuid]
        in_time = self._stage.clock.machine() - sent_at < UUID_SECONDS
        return self._stage.chats.message(message_id) if in_time else None

    def _chat(self, id_type: str, receive_id: str) -> Chat:
        if id_type not in ID_TYPES:
            raise Refused(99992402, f"receive_id_type: one of {', '.join(ID_TYPES)}")
        if id_type == "chat_id":
            chat = self._stage.chats.chat(receive_id)
            if chat is None:
                raise Refused(230002)
            return chat
        person = FeishuPeople(self._stage.directory).find(id_type, receive_id)
        if person is None and id_type == "open_id" and not receive_id.startswith("ou_"):
            raise Refused(230001, "invalid receive_id")
        if person is None:
            raise Refused(230013)
        return p2p_chat(self._stage.chats, person)

    def _reachable(self, chat: Chat) -> None:
        if chat.kind != "p2p":
            return
        (key,) = chat.members
        present = any(person.key == key for person in FeishuPeople(self._stage.directory).members())
        if not present or self._stage.faults.take("refuse_recipient", api=PATH, person=key):
            raise Refused(230013)

    def _present(self, message_id: str) -> Message:
        message = self._stage.chats.message(message_id)
        if message is None:
            raise Refused(230001, "invalid message_id")
        person = message.chat.members[0] if message.chat.kind == "p2p" else ""
        if message.recalled or self._stage.faults.take("message_gone", api=PATH, person=person):
            raise Refused(230011)
        return message

    def _slowly(self, what: str, rate: Rate) -> None:
        if self._stage.limiter.wait(what, rate) > 0:
            raise Refused(230020)

    def _reader(self) -> ContentReader:
        people = FeishuPeople(self._stage.directory)
        return ContentReader(people, self._stage.chats, self._stage.audit)


def _shared(card: Json | None) -> bool:
    return card is not None and card.get("config", {}).get("update_multi") is True
