"""What stands in everybody's chats with the bot, on either platform, and the files sent there."""

from __future__ import annotations

import hashlib
import heapq
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = dict[str, Any]

BOT = "bot"


@dataclass(frozen=True)
class Blob:
    """One upload. `owner` is `bot` or a person's key; `kind` is `image`, `file` or a platform's own."""

    key: str
    name: str
    data: bytes
    kind: str
    owner: str

    @property
    def sha256(self) -> str:
        """The content's digest in hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Chat:
    """A conversation that the bot is in. `kind` is `p2p` or `group`; `members` are people's keys."""

    chat_id: str
    platform: str
    kind: str
    members: tuple[str, ...]


@dataclass
class Message:
    """One message as everybody in its chat sees it now.

    `kind` is what the client shows (text, card, image, file, audio ...), `wire_type` and `content`
    are what travelled. Times are simulated. `card` is the raw card, `text` its plain words otherwise.
    """

    message_id: str
    chat: Chat
    sender: str
    kind: str
    wire_type: str
    content: str
    sent_at: datetime
    updated_at: datetime
    text: str = ""
    card: Json | None = None
    blob: Blob | None = None
    reply_to: str = ""
    recalled: bool = False
    pinged_all: bool = False


class ChatStore:
    """All chats, messages and files, in memory. Callers hold the simulator's lock."""

    def __init__(self) -> None:
        self._chats: dict[str, Chat] = {}
        self._messages: dict[str, Message] = {}
        self._lines: dict[str, list[tuple[int, Message]]] = {}
        self._blobs: dict[str, Blob] = {}

    def open(self, chat_id: str, platform: str, kind: str, members: Iterable[str]) -> Chat:
        """The chat with this id, made on first use."""
        if chat_id not in self._chats:
            self._chats[chat_id] = Chat(chat_id, platform, kind, tuple(members))
        return self._chats[chat_id]

    def chat(self, chat_id: str) -> Chat | None:
        """The chat with this id, if it was opened."""
        return self._chats.get(chat_id)

    def add(self, message: Message) -> Message:
        """Show a new message at the end of its chat."""
        self._messages[message.message_id] = message
        self._lines.setdefault(message.chat.chat_id, []).append((len(self._messages), message))
        return message

    def message(self, message_id: str) -> Message | None:
        """The message with this id."""
        return self._messages.get(message_id)

    def seen_by(self, person: str, platform: str = "") -> list[Message]:
        """Everything in the chats of a person, oldest first."""
        chats = [c for c in self._chats.values() if person in c.members and platform in ("", c.platform)]
        lines = heapq.merge(*(self._lines.get(c.chat_id, []) for c in chats), key=lambda line: line[0])
        return [message for _, message in lines]

    def last(self, chat: Chat) -> Message | None:
        """The newest message of a chat."""
        lines = self._lines.get(chat.chat_id)
        return lines[-1][1] if lines else None

    def keep(self, blob: Blob) -> Blob:
        """Store an upload under its key."""
        self._blobs[blob.key] = blob
        return blob

    def blob(self, key: str) -> Blob | None:
        """The upload with this key."""
        return self._blobs.get(key)


def fresh(prefix: str) -> str:
    """A new id of the platforms' look: a prefix and 32 hex digits."""
    return prefix + secrets.token_hex(16)
