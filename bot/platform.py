"""What a chat platform must offer, in both directions; the rest of the house knows no more of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handlers.contract.card import Args, Card
from handlers.contract.reply import Reply
from storage.people import Address


class SendFailed(Exception):
    """A message did not go out. `permanent`: sending the same again cannot help. `after`: seconds that the
    platform asks us to wait. `gone`: the card to replace is no longer there. `setup`: the installation must
    be mended before anything goes out. `too_large`: more bytes than were wanted. `why` carries codes, never
    content or secrets."""

    def __init__(
        self,
        why: str,
        *,
        permanent: bool = False,
        gone: bool = False,
        setup: bool = False,
        too_large: bool = False,
        after: float | None = None,
    ) -> None:
        super().__init__(why)
        self.why, self.permanent, self.gone, self.setup = why, permanent, gone, setup
        self.too_large, self.after = too_large, after


class Refused(Exception):
    """A callback that we do not take: HTTP status and a reason without content, for one log line."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@dataclass(frozen=True)
class Said:
    """Plain text, markup of the platform removed."""

    text: str


@dataclass(frozen=True)
class Clicked:
    """A button of a card: `act` and `args` as we put them there; `values` when it handed a form in.

    `message_id` names the card that was clicked, so that the answer can take its place; `handle` is what
    replaces it later."""

    act: str
    args: Args
    values: dict[str, str] | None
    message_id: str
    handle: str


@dataclass(frozen=True)
class Sent:
    """A file or picture in the chat; `key` fetches it, `image` tells which way. `name` may be made up."""

    message_id: str
    key: str
    name: str
    image: bool


@dataclass(frozen=True)
class Entered:
    """Somebody opened the chat with the assistant."""


@dataclass(frozen=True)
class Other:
    """Something authentic that we have no use for; `kind` is counted."""

    kind: str


@dataclass(frozen=True)
class Unread(Other):
    """Something that somebody said to us and that we cannot read: a voice message, a sticker."""


@dataclass(frozen=True)
class Incoming:
    """One authentic callback: who, what, and the `key` under which a repeat is known. `group`: not alone."""

    key: str
    sender: Address | None
    body: Said | Clicked | Sent | Entered | Other
    group: bool = False


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP."""

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"


class Inbound(Protocol):
    """A platform's webhook edge: pure of storage; it authenticates, decrypts, parses and phrases answers."""

    def read(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, now: datetime
    ) -> Incoming | Answer:
        """Return what a POST says, or at once the answer to a platform's handshake. Raises Refused.

        `headers` have lower-case names; `now` is machine time."""

    def answer(self, incoming: Incoming, reply: Reply | None) -> Answer:
        """Return the HTTP answer that carries what can be said inside it."""


class Verifies(Protocol):
    """A platform that checks our address by GET."""

    def verify(self, query: Mapping[str, str], now: datetime) -> Answer:
        """Return the answer to the check. Raises Refused."""


@dataclass(frozen=True)
class Landed:
    """Where a card landed: the id under which a click names it, and what replaces it later."""

    message_id: str
    handle: str


class Outbound(Protocol):
    """A platform's sending side, lived in by the relay only. Every method raises SendFailed.

    `token` is the same on every attempt at one message, so that a repeat is not shown twice."""

    def send_text(self, user_id: str, text: str, token: str) -> str:
        """Send a chat line; return the platform's message id."""

    def send_card(self, user_id: str, card: Card, token: str) -> Landed:
        """Send a card."""

    def send_file(self, user_id: str, content: bytes, name: str, mime: str, token: str) -> str:
        """Send a file or, for pictures, an image; return the platform's message id."""

    def replace(self, user_id: str, message_id: str, handle: str, card: Card) -> str:
        """Let `card` take the place of a card sent before; return the next handle, "" for none."""

    def fetch(self, sent: Sent, limit: int) -> bytes:
        """Return the content of a file that somebody sent to us; more than `limit` bytes fails for good."""


@dataclass(frozen=True)
class Abilities:
    """What a platform can do, for `asking` and the router to decide by.

    `inputs`: cards can hold text inputs. `left_over`: the part of a reply that no HTTP answer can carry.
    `repeats_clicks`: a click whose answer did not come is reported again, and then gets its answer."""

    inputs: bool
    left_over: Callable[[Incoming, Reply], Reply]
    repeats_clicks: bool = False
