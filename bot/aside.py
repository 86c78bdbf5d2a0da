"""The side door: what is to be said to somebody and kept nowhere goes from process to process, in memory.

The relay alone has the platforms' SDKs, and the outbox is a table: so the relay listens (bot/side_door.py)
for answers that belong in no table.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from bot.as_text import as_text
from handlers.contract.card import Card
from handlers.contract.reply import Reply
from storage.people import Address

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WITHIN_SECONDS = 8.0


class Unreachable(Exception):
    """An answer could not be given: what asked for it should come again later."""


class Said(Struct):
    """What goes through the door: words, or a card, for an account; `token` is the same on every try."""

    platform: str
    user_id: str
    text: str
    card: Card | None
    token: str


class Aside:
    """The other end: hands an answer to the relay. Raises Unreachable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self) -> None:
        """See that somebody listens, before anything is begun that needs an answer."""
        self._call().close()

    def send(self, to: Address, reply: Reply) -> None:
        """Send a card, or words."""
        said = Said(to.platform, to.user_id, reply.text or reply.toast, reply.card, secrets.token_hex(8))
        with self._call() as door:
            try:
                door.send_bytes(msgspec.json.encode(said))
                answered = door.recv_bytes() if door.poll(WITHIN_SECONDS) else b""
            except (EOFError, OSError):
                answered = b""
        if answered != b"sent":
            raise Unreachable

    def _call(self) -> Connection:
        from bot.side_door import WHERE, knock  # costs: multiprocessing, which an ordinary day does not need

        return knock(self._folder / WHERE)


def in_words(reply: Reply) -> Reply:
    """Return an answer as words, for a chat that shows no card in an answer."""
    return Reply(text=as_text(reply.card), refused=reply.refused, keep=reply.keep) if reply.card else reply
