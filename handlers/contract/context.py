"""What a capability may do while it handles one request: all inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from handlers.contract.card import Card
from handlers.contract.document import Document
from handlers.contract.incoming import StoredFile

if TYPE_CHECKING:
    from storage.database import Tx
    from storage.people import Person


class Context(Protocol):
    """One request, or one run of a job, with its transaction."""

    @property
    def tx(self) -> Tx:
        """The transaction to hand to storage."""

    @property
    def now(self) -> datetime:
        """Business time, aware UTC."""

    @property
    def zone(self) -> str:
        """The organisation's time zone, `Asia/Shanghai`."""

    def send_text(self, to: Person, text: str, *, about: str = "") -> None:
        """Put a chat line into the outbox; `about` keeps its order among messages on that subject."""

    def send_card(self, to: Person, card: Card) -> None:
        """Put a card into the outbox; later it can be replaced by its subject."""

    def send_files(self, to: Person, files: Sequence[StoredFile], *, about: str) -> None:
        """Put files into the outbox."""

    def send_document(self, to: Person, document: Document, *, about: str) -> None:
        """Put a document into the outbox; it arrives as a PDF under the organisation's name."""

    def replace(self, card: Card) -> None:
        """Let `card` take the place of every copy that was sent under its subject."""

    def record(
        self, actor: Person | str, act: str, subject: str, version: int, facts: Mapping[str, object]
    ) -> None:
        """Add an entry to the journal: who did what, when, on which version."""


class Asked(Context, Protocol):
    """A request made by a person whom we know."""

    @property
    def person(self) -> Person:
        """Who asks."""
