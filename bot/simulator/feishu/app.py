"""The one self-built Feishu app that the simulator knows, and the ids its people have there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from bot.simulator.chats import Chat, ChatStore, Json
from bot.simulator.directory import Directory, SimPerson

NAME = "feishu"
WEBHOOK, LONG_CONNECTION = "webhook", "long_connection"


@dataclass(frozen=True)
class FeishuApp:
    """The app's credentials as its console shows them; secrets stay out of repr.

    `mode` is how events and callbacks reach the bot: WEBHOOK or LONG_CONNECTION, and in the latter
    `ping_seconds` is how often its clients shall ping.
    """

    app_id: str
    app_secret: str = field(repr=False)
    encrypt_key: str = field(default="", repr=False)
    verification_token: str = field(default="", repr=False)
    tenant_key: str = "2e1d0c9b8a7f6e5d"
    bot_name: str = "清廉助手"
    mode: str = WEBHOOK
    ping_seconds: int = 120

    @property
    def bot_open_id(self) -> str:
        """The bot's own open_id; nothing can be sent to it."""
        return "ou_" + _digest("bot", self.app_id)


def _digest(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()[:32]


def ids_of(person: SimPerson) -> dict[str, str]:
    """The three ids of a person: open_id as given, the others made from the key."""
    return {
        "open_id": person.feishu_open_id,
        "union_id": "on_" + _digest("union", person.key),
        "user_id": _digest("user", person.key)[:8],
    }


class FeishuPeople:
    """The directory as this app sees it: only people with an account, by any of their ids."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def members(self) -> list[SimPerson]:
        """Everybody with an account who has not left."""
        return [p for p in self._directory if p.feishu_open_id and not self._directory.has_left(p)]

    def find(self, id_type: str, value: str) -> SimPerson | None:
        """A present member by `open_id`, `union_id`, `user_id` or `email`."""
        if not value:
            return None
        if id_type == "email":
            return next((p for p in self.members() if p.email == value), None)
        return next((p for p in self.members() if ids_of(p).get(id_type) == value), None)

    def knows(self, value: str) -> bool:
        """Whether any id names a present member; cards may mention such people only."""
        return any(value in ids_of(person).values() for person in self.members())


def p2p_chat(chats: ChatStore, person: SimPerson) -> Chat:
    """The chat between this person and the bot."""
    return chats.open("oc_" + _digest("p2p", person.key), NAME, "p2p", [person.key])


def group_chat(chats: ChatStore, people: FeishuPeople) -> Chat:
    """The one group that everybody and the bot are in."""
    keys = [person.key for person in people.members()]
    return chats.open("oc_" + _digest("group", "everybody"), NAME, "group", keys)


def sender_of(app: FeishuApp) -> Json:
    """The bot as the sender of a message, in the platform's shape."""
    return {"id": app.app_id, "id_type": "app_id", "sender_type": "app", "tenant_key": app.tenant_key}
