"""What the tests of these rooms share: a movable machine time, and a platform that does as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from bot.platform import Abilities, Incoming, Landed, Sent
from bot.router import Router, Times
from handlers.catalogue import CAPABILITIES
from handlers.contract.capability import Capability
from handlers.contract.card import Card
from handlers.contract.reply import Reply
from storage.database import Database
from tests.house import House

ZONE = "Asia/Shanghai"


@dataclass
class Machine:
    """Machine time that a test sets."""

    moment: datetime = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, step: timedelta) -> None:
        """Let time pass."""
        self.moment += step


def all_of_it(_incoming: Incoming, reply: Reply) -> Reply:
    """What is left over where HTTP answers carry nothing."""
    return reply


def refitted(
    house: House,
    capabilities: Sequence[Capability] = CAPABILITIES,
    inputs: bool = False,
    left_over: Callable[[Incoming, Reply], Reply] = all_of_it,
) -> House:
    """Give a house other capabilities, or platforms of other abilities. By themselves these are two platforms
    whose cards take no inputs and whose HTTP answers carry nothing."""
    ability = Abilities(inputs, left_over)
    times = Times(house.clock, lambda: datetime.now(UTC), ZONE)
    house.router = Router(house.database, capabilities, {"feishu": ability, "other": ability}, times)
    return house


def words_of(reply: Reply) -> str:
    """Return a reply as the words that are read."""
    sections = reply.card.sections if reply.card else ()
    lines = [reply.card.title] if reply.card else []
    return "\n".join([reply.text, *lines, *(line for section in sections for line in section.lines)])


def rows(database: Database, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """Ask the database."""
    with database.read() as tx:
        return [tuple(each) for each in tx.run(text(sql), values)]


def state(database: Database) -> dict[str, int]:
    """Return how many rows each table has that has any."""
    tables = [each for (each,) in rows(database, "select name from sqlite_master where type = 'table'")]
    counts = {each: rows(database, f"select count(*) from {each}")[0][0] for each in tables}  # noqa: S608 - our own names
    return {table: count for table, count in counts.items() if count}


Behaviour = Callable[[str, str], None]
"""Called with what is asked and of whom before it is done; raises what the platform answers."""


def well_behaved(_kind: str, _whom: str) -> None:
    """Let everything be done."""


@dataclass
class FakePlatform:
    """Implements `bot.platform.Outbound` in memory. A token that was seen before is not shown again, as on
    the platforms. `done` is what people see, in order; `asked` counts every attempt."""

    name: str = "feishu"
    behaviour: Behaviour = well_behaved
    files: dict[str, bytes] = field(default_factory=dict)
    spends_handles: bool = False
    done: list[tuple[str, str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    _shown: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send_text(self, user_id: str, text: str, token: str) -> str:
        return self._do("text", user_id, text, token)

    def send_card(self, user_id: str, card: Card, token: str) -> Landed:
        message_id = self._do("card", user_id, card, token)
        return Landed(message_id, f"handle of {message_id}")

    def send_file(self, user_id: str, content: bytes, name: str, mime: str, token: str) -> str:
        return self._do("file", user_id, (name, content, mime), token)

    def replace(self, user_id: str, message_id: str, handle: str, card: Card) -> str:
        self._do("replace", user_id, (message_id, handle, card), "")
        return "" if self.spends_handles else handle

    def fetch(self, sent: Sent, limit: int) -> bytes:
        with self._lock:
            self.asked.append(("fetch", sent.key, ""))
        self.behaviour("fetch", sent.key)
        return self.files[sent.key]

    def of(self, user_id: str, *kinds: str) -> list[Any]:
        """Return what somebody sees, of some kinds or of all."""
        return [what for kind, whom, what in self.done if whom == user_id and kind in (kinds or (kind,))]

    def _do(self, kind: str, user_id: str, what: Any, token: str) -> str:
        with self._lock:
            self.asked.append((kind, user_id, token))
        self.behaviour(kind, user_id)
        with self._lock:
            if token not in self._shown or not token:
                self.done.append((kind, user_id, what))
                self._shown[token] = f"om_{self.name}_{len(self.done)}"
            return self._shown[token]
