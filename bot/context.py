"""The concrete Context: what a capability asks for becomes rows of the transaction it runs in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from handlers.contract.card import Card
from handlers.contract.document import Document
from handlers.contract.incoming import StoredFile
from storage import journal, outbox, sent
from storage.database import Tx
from storage.outbox import Kind, Recipient
from storage.people import Person


@dataclass(frozen=True)
class JobContext:
    """A run of a job, or an act of the command line. `now` is business time, `machine_now` the wire's."""

    tx: Tx
    now: datetime
    machine_now: datetime
    zone: str

    def send_text(self, to: Person, text: str, *, about: str = "") -> None:
        """Put a chat line into the outbox."""
        self.post_text(Recipient(to.id), text, about)

    def post_text(self, to: Recipient, text: str, about: str = "") -> None:
        """Put a chat line into the outbox for a person or an address."""
        outbox.post(self.tx, to, Kind.TEXT, about or "chat", text, self.machine_now)

    def send_card(self, to: Person, card: Card) -> None:
        """Put a card into the outbox."""
        self.post_card(Recipient(to.id), card)

    def post_card(self, to: Recipient, card: Card) -> None:
        """Put a card into the outbox for a person or an address."""
        outbox.post(self.tx, to, Kind.CARD, card.subject, _json(card), self.machine_now)

    def send_files(self, to: Person, files: Sequence[StoredFile], *, about: str) -> None:
        """Put files into the outbox, one message each."""
        for each in files:
            outbox.post(self.tx, Recipient(to.id), Kind.FILE, about, _json(each), self.machine_now)

    def send_document(self, to: Person, document: Document, *, about: str) -> None:
        """Put a document into the outbox."""
        outbox.post(self.tx, Recipient(to.id), Kind.DOCUMENT, about, _json(document), self.machine_now)

    def replace(self, card: Card) -> None:
        """Put a replacement into the outbox for everybody who has or will have a card on the subject."""
        holders = outbox.card_recipients(self.tx, card.subject) | sent.recipients(self.tx, card.subject)
        for each in sorted(holders, key=lambda one: one.lane):
            outbox.post(self.tx, each, Kind.REPLACE, card.subject, _json(card), self.machine_now)

    def replace_for(self, to: Recipient, card: Card) -> None:
        """Put a replacement into the outbox for one who has a card on the subject."""
        outbox.post(self.tx, to, Kind.REPLACE, card.subject, _json(card), self.machine_now)

    def record(
        self, actor: Person | str, act: str, subject: str, version: int, facts: Mapping[str, object]
    ) -> None:
        """Add an entry to the journal."""
        who = actor if isinstance(actor, str) else actor.key
        journal.record(self.tx, self.now, who, act, subject, version, facts)


@dataclass(frozen=True)
class AskedContext(JobContext):
    """A request made by a person whom we know; `takes_input`: their cards can hold text inputs."""

    person: Person
    takes_input: bool


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
