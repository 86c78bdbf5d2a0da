"""Who receives complaints: their keys, which a passphrase alone opens, and the doors to their desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from storage import links
from storage.base import Id, UtcTime, metadata
from storage.database import Tx

LINK_LIFE = timedelta(minutes=30)
SITTING_LIFE = timedelta(minutes=30)


receiver = Table(
    "receiver",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("holder", String(64), nullable=False, index=True),
    Column("outside", Boolean, nullable=False),
    Column("public_key", LargeBinary),
    Column("wrapped", LargeBinary),
    Column("link", String(64), unique=True),
    Column("invited_on", Date, nullable=False),
    Column("since_on", Date),
    Column("ended_on", Date),
    Column("slips", Integer, nullable=False),
    sqlite_autoincrement=True,
)

desk_link = Table(
    "desk_link",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("receiver_id", Id, ForeignKey("receiver.id"), nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

sitting = Table(
    "desk_sitting",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("receiver_id", Id, ForeignKey("receiver.id"), nullable=False),
    Column("locked", LargeBinary, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)


NAMES = {each.name for each in (receiver, desk_link, sitting)}


@dataclass(frozen=True)
class Receiver:
    """Somebody who receives complaints: `holder` is a person's key, "" for the emergency key.

    Without `public_key` they were invited and have not made one; with `ended_on` theirs counts no more.
    `slips`: wrong passphrases since the last right one."""

    id: int
    holder: str
    outside: bool
    public_key: bytes | None
    wrapped: bytes | None
    link: str | None
    invited_on: date
    since_on: date | None
    ended_on: date | None
    slips: int

    @property
    def ready(self) -> bool:
        """Whether complaints can be sealed to them."""
        return self.public_key is not None and self.ended_on is None


ESCROW = ""
"""The holder of the emergency key: nobody."""


def invite(tx: Tx, holder: str, outside: bool, on: date, link: str | None = None) -> int:
    """Add somebody who is to make a key; `link` is the hash of their personal link. Return the id."""
    return tx.add(receiver, holder=holder, outside=outside, invited_on=on, link=link, slips=0)


def add_escrow(tx: Tx, public_key: bytes, on: date) -> int:
    """Add the emergency key, of which nothing but the public half is kept here."""
    values = {"holder": ESCROW, "outside": False, "public_key": public_key}
    return tx.add(receiver, invited_on=on, since_on=on, slips=0, **values)


def give_key(tx: Tx, receiver_id: int, public_key: bytes, wrapped: bytes, on: date) -> bool:
    """Keep the key that somebody made; False when they have one already or none is wanted any more."""
    mine = (receiver.c.id == receiver_id, receiver.c.public_key.is_(None), receiver.c.ended_on.is_(None))
    values = {"public_key": public_key, "wrapped": wrapped, "since_on": on}
    return tx.run(update(receiver).where(*mine).values(**values)).rowcount == 1


def relink(tx: Tx, receiver_id: int, link: str) -> None:
    """Give somebody another personal link; the one before and every sitting are over."""
    tx.run(update(receiver).where(receiver.c.id == receiver_id).values(link=link, slips=0))
    tx.run(delete(sitting).where(sitting.c.receiver_id == receiver_id))


def shut(tx: Tx, receiver_id: int) -> None:
    """Let every link of somebody open nothing any more; their key stays."""
    tx.run(update(receiver).where(receiver.c.id == receiver_id).values(link=None, slips=0))
    tx.run(delete(desk_link).where(desk_link.c.receiver_id == receiver_id))


def rewrap(tx: Tx, receiver_id: int, wrapped: bytes, stays: str) -> None:
    """Keep a key under another passphrase; of all sittings the one of the secret `stays` goes on alone."""
    tx.run(update(receiver).where(receiver.c.id == receiver_id).values(wrapped=wrapped))
    others = (sitting.c.receiver_id == receiver_id, sitting.c.hash != links.hashed(stays))
    tx.run(delete(sitting).where(*others))
    tx.scrubs |= NAMES


def end(tx: Tx, receiver_id: int, on: date) -> None:
    """End a key: what it was wrapped in is forgotten, and every door to the desk is shut."""
    this = receiver.c.id == receiver_id
    tx.run(update(receiver).where(this).values(ended_on=on, wrapped=None, link=None))
    tx.run(delete(desk_link).where(desk_link.c.receiver_id == receiver_id))
    tx.run(delete(sitting).where(sitting.c.receiver_id == receiver_id))
    tx.scrubs |= NAMES


def everybody(tx: Tx) -> list[Receiver]:
    """Return all that ever were, oldest first."""
    return [Receiver(*row) for row in tx.run(select(receiver).order_by(receiver.c.id))]


def current(tx: Tx) -> list[Receiver]:
    """Return those that have not ended, invited ones too, oldest first."""
    open_ones = select(receiver).where(receiver.c.ended_on.is_(None))
    return [Receiver(*row) for row in tx.run(open_ones.order_by(receiver.c.id))]


def of(tx: Tx, holder: str) -> Receiver | None:
    """Return what has not ended of one holder."""
    return _one(tx, (receiver.c.holder == holder) & receiver.c.ended_on.is_(None))


def get(tx: Tx, receiver_id: int) -> Receiver | None:
    """Return one by id."""
    return _one(tx, receiver.c.id == receiver_id)


def _one(tx: Tx, which: ColumnElement[bool]) -> Receiver | None:
    row = tx.one(select(receiver).where(which))
    return Receiver(*row) if row else None


def slipped(tx: Tx, receiver_id: int) -> None:
    """Count a wrong passphrase."""
    tx.run(update(receiver).where(receiver.c.id == receiver_id).values(slips=receiver.c.slips + 1))


def steadied(tx: Tx, receiver_id: int) -> None:
    """Forget the wrong ones."""
    tx.run(update(receiver).where(receiver.c.id == receiver_id).values(slips=0))


# The doors.


def open_link(tx: Tx, receiver_id: int, now: datetime) -> str:
    """Make a link to the desk for half an hour and return its secret. `now` is business time."""
    token = links.new()
    values = {"receiver_id": receiver_id, "expires_at": now + LINK_LIFE}
    tx.run(insert(desk_link).values(hash=links.hashed(token), **values))
    return token


def behind(tx: Tx, token: str, now: datetime) -> Receiver | None:
    """Return whose link this is: a personal one, or one that is still good."""
    if not links.is_one(token):
        return None
    personal = _one(tx, (receiver.c.link == links.hashed(token)) & receiver.c.ended_on.is_(None))
    if personal:
        return personal
    good = (desk_link.c.hash == links.hashed(token), desk_link.c.expires_at > now)
    row = tx.one(select(desk_link.c.receiver_id).where(*good))
    found = get(tx, row.receiver_id) if row else None
    return found if found and found.ended_on is None else None


def sit_down(tx: Tx, token: str, receiver_id: int, locked: bytes, now: datetime) -> None:
    """Begin a sitting at the desk: the key lies here under a secret that the browser alone holds."""
    values = {"receiver_id": receiver_id, "locked": locked, "expires_at": now + SITTING_LIFE}
    tx.run(insert(sitting).values(hash=links.hashed(token), **values))


def sits(tx: Tx, token: str, now: datetime) -> tuple[Receiver, bytes] | None:
    """Return who sits at the desk under this secret, and their key as it lies here."""
    good = (sitting.c.hash == links.hashed(token), sitting.c.expires_at > now)
    row = tx.one(select(sitting.c.receiver_id, sitting.c.locked).where(*good))
    found = get(tx, row.receiver_id) if row else None
    if row is None or found is None or not found.ready:
        return None
    return found, bytes(row.locked)


def stay(tx: Tx, token: str, now: datetime) -> None:
    """Let a sitting that goes on last another while."""
    mine = sitting.c.hash == links.hashed(token)
    tx.run(update(sitting).where(mine).values(expires_at=now + SITTING_LIFE))


def stand_up(tx: Tx, token: str) -> None:
    """End a sitting."""
    tx.run(delete(sitting).where(sitting.c.hash == links.hashed(token)))


def purge(tx: Tx, now: datetime) -> int:
    """Forget links and sittings that are over; return how many. `now` is business time."""
    return sum(
        tx.run(delete(table).where(table.c.expires_at < now)).rowcount for table in (desk_link, sitting)
    )
