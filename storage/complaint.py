"""Complaints as they lie here: sealed, without a name, without an hour, under random numbers.

Nothing of people is known in this room. What is readable: a case's number, the days on which something was
added, and whether it is closed, held or emptied. The days are all that the clock needs for its work.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
    func,
    insert,
    select,
    update,
)

from storage.base import metadata
from storage.database import Tx

SALT = "receipts"
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What numbers are made of: no sign that could be taken for another."""

complaint_salt = Table(
    "complaint_salt",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
)

# Without row ids nothing tells in which order the cases of a day came.
complaint_case = Table(
    "complaint_case",
    metadata,
    Column("number", String(16), primary_key=True),
    Column("received_on", Date, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("reporter_key", LargeBinary, unique=True),
    Column("parts", Integer, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("held", Boolean, nullable=False),
    Column("emptied", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

complaint_box = Table(
    "complaint_box",
    metadata,
    Column("number", String(16), ForeignKey("complaint_case.number"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

complaint_part = Table(
    "complaint_part",
    metadata,
    Column("number", String(16), ForeignKey("complaint_case.number"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("on_day", Date, nullable=False, index=True),
    Column("lasting", Boolean, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("back", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

complaint_file = Table(
    "complaint_file",
    metadata,
    Column("number", String(16), ForeignKey("complaint_case.number"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

complaint_gone = Table(
    "complaint_gone",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("on_day", Date, nullable=False, index=True),
    sqlite_with_rowid=False,
)

complaint_day = Table(
    "complaint_day",
    metadata,
    Column("on_day", Date, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
)

NAMES = {each.name for each in (complaint_case, complaint_box, complaint_part, complaint_file)}


@dataclass(frozen=True)
class Case:
    """A case as it lies here. `version` counts its parts; `reporter_key` is None once it is emptied."""

    number: str
    received_on: date
    public_key: bytes
    reporter_key: bytes | None
    version: int
    last_on: date
    closed_on: date | None
    held: bool
    emptied: bool


@dataclass(frozen=True)
class Part:
    """Something added to a case: `sealed` for its receivers, `back` for the reporter; each says nothing
    where it is not for them. A `lasting` part stays when the content goes."""

    place: int
    on: date
    sealed: bytes
    back: bytes
    lasting: bool = False


def salt(tx: Tx) -> bytes | None:
    """Return the salt of this installation's receipts; None before there was a complaint."""
    row = tx.one(select(complaint_salt.c.salt).where(complaint_salt.c.name == SALT))
    return bytes(row.salt) if row else None


def keep_salt(tx: Tx, new: bytes) -> bytes:
    """Make `new` the salt unless there is one; return the one that counts."""
    tx.add_new(complaint_salt, {"name": SALT, "salt": new})
    return salt(tx) or new


def create(tx: Tx, on: date, public_key: bytes, reporter_key: bytes | None, boxes: Sequence[bytes]) -> Case:
    """Begin a case; `boxes` hold its private key, one for each of its receivers and others for nobody."""
    number = _new_number(tx)
    values = {"received_on": on, "last_on": on, "public_key": public_key, "reporter_key": reporter_key}
    tx.run(insert(complaint_case).values(number=number, parts=0, held=False, emptied=False, **values))
    rows = [{"number": number, "place": place, "sealed": each} for place, each in enumerate(boxes)]
    tx.run(insert(complaint_box), rows)
    return Case(number, on, public_key, reporter_key, 0, on, None, held=False, emptied=False)


def _new_number(tx: Tx) -> str:
    while True:
        number = "FY-" + "".join(secrets.choice(SIGNS) for _ in range(6))
        if find(tx, number) is None:
            return number


def find(tx: Tx, number: str) -> Case | None:
    """Return a case by its number."""
    return _case(tx, complaint_case.c.number == number)


def find_for(tx: Tx, reporter_key: bytes) -> Case | None:
    """Return the case whose reporter holds the private key to this public one."""
    return _case(tx, complaint_case.c.reporter_key == reporter_key)


def _case(tx: Tx, which: ColumnElement[bool]) -> Case | None:
    row = tx.one(select(complaint_case).where(which))
    return Case(*row) if row else None


def everything(tx: Tx) -> list[Case]:
    """Return all cases by day and number."""
    rows = tx.run(select(complaint_case).order_by(complaint_case.c.received_on, complaint_case.c.number))
    return [Case(*row) for row in rows]


def boxes(tx: Tx, number: str) -> list[bytes]:
    """Return the boxes of a case in their places."""
    mine = select(complaint_box.c.sealed).where(complaint_box.c.number == number)
    return [bytes(row.sealed) for row in tx.run(mine.order_by(complaint_box.c.place))]


def all_boxes(tx: Tx) -> dict[str, list[bytes]]:
    """Return the boxes of all cases by number."""
    found: dict[str, list[bytes]] = {}
    for row in tx.run(select(complaint_box).order_by(complaint_box.c.number, complaint_box.c.place)):
        found.setdefault(row.number, []).append(bytes(row.sealed))
    return found


def put_boxes(tx: Tx, number: str, sealed: Mapping[int, bytes]) -> None:
    """Put boxes into places of a case, over what is there and is to be gone."""
    tx.scrubs |= NAMES
    for place, each in sealed.items():
        here = (complaint_box.c.number == number, complaint_box.c.place == place)
        if not tx.run(update(complaint_box).where(*here).values(sealed=each)).rowcount:
            tx.run(insert(complaint_box).values(number=number, place=place, sealed=each))


def add(
    tx: Tx,
    case: Case,
    on: date,
    sealed: bytes,
    back: bytes,
    files: Mapping[int, bytes] | None = None,
    *,
    lasting: bool = False,
    unseen: bool = False,
) -> bool:
    """Add a part and its files by place; False when somebody added to the case since it was read. An
    `unseen` one does not show as the day on which the case was touched last."""
    same = (complaint_case.c.number == case.number, complaint_case.c.parts == case.version)
    new = {"parts": case.version + 1, "last_on": case.last_on if unseen else on}
    if not tx.run(update(complaint_case).where(*same).values(new)).rowcount:
        return False
    digest = hashlib.sha256(sealed + back).hexdigest()
    tx.run(
        insert(complaint_part).values(
            number=case.number,
            place=case.version,
            on_day=on,
            lasting=lasting,
            digest=digest,
            sealed=sealed,
            back=back,
        )
    )
    for place, each in (files or {}).items():
        tx.run(insert(complaint_file).values(number=case.number, place=place, sealed=each))
    return True


def parts(tx: Tx, number: str) -> list[Part]:
    """Return the parts of a case, oldest first."""
    mine = complaint_part.c.number == number
    rows = tx.run(select(complaint_part).where(mine).order_by(complaint_part.c.place))
    return [Part(row.place, row.on_day, bytes(row.sealed), bytes(row.back), row.lasting) for row in rows]


def next_file(tx: Tx, number: str) -> int:
    """Return the place that the next file of a case takes."""
    last = select(func.max(complaint_file.c.place)).where(complaint_file.c.number == number)
    found = tx.run(last).scalar()
    return 0 if found is None else int(found) + 1


def file(tx: Tx, number: str, place: int) -> bytes | None:
    """Return a file as it lies here."""
    here = (complaint_file.c.number == number, complaint_file.c.place == place)
    row = tx.one(select(complaint_file.c.sealed).where(*here))
    return bytes(row.sealed) if row else None


def close(tx: Tx, number: str, on: date | None) -> None:
    """Note the day on which a case was closed, or that it is open again."""
    tx.run(update(complaint_case).where(complaint_case.c.number == number).values(closed_on=on))


def hold(tx: Tx, number: str, held: bool) -> None:
    """Keep a case from being emptied, or let it be."""
    tx.run(update(complaint_case).where(complaint_case.c.number == number).values(held=held))


def empty(tx: Tx, number: str) -> None:
    """Forget the content of a case; what lasts, and the boxes that open it, stay."""
    _forget(tx, number, complaint_part.c.lasting.is_(False))
    tx.run(delete(complaint_file).where(complaint_file.c.number == number))
    this = update(complaint_case).where(complaint_case.c.number == number)
    tx.run(this.values(emptied=True, reporter_key=None))
    tx.scrubs |= NAMES


def remove(tx: Tx, number: str) -> None:
    """Forget a case altogether."""
    _forget(tx, number, complaint_part.c.number == number)
    for table in (complaint_file, complaint_box, complaint_case):
        tx.run(delete(table).where(table.c.number == number))
    tx.scrubs |= NAMES


def _forget(tx: Tx, number: str, which: ColumnElement[bool]) -> None:
    """Delete parts, and keep of them what proves the days on which they were there."""
    these = (complaint_part.c.number == number, which)
    for row in tx.run(select(complaint_part.c.digest, complaint_part.c.on_day).where(*these)).all():
        tx.add_new(complaint_gone, {"digest": row.digest, "on_day": row.on_day})
    tx.run(delete(complaint_part).where(*these))


# What proves the days.


def digests_of(tx: Tx, day: date) -> list[str]:
    """Return the digests of all that was added on a day, whether or not it is still here, in their order."""
    found: list[str] = []
    for table in (complaint_part, complaint_gone):
        found += tx.run(select(table.c.digest).where(table.c.on_day == day)).scalars().all()
    return sorted(found)


def seal_day(tx: Tx, day: date, salt: bytes, digest: str) -> None:
    """Keep what the journal says of a day, and the salt that it takes to say it again."""
    tx.run(insert(complaint_day).values(on_day=day, salt=salt, digest=digest))


def last_day(tx: Tx) -> date | None:
    """Return the newest day that the journal has."""
    return tx.run(select(func.max(complaint_day.c.on_day))).scalar()


def days(tx: Tx) -> list[tuple[date, bytes, str]]:
    """Return every day that the journal has, with its salt and digest."""
    rows = tx.run(select(complaint_day).order_by(complaint_day.c.on_day))
    return [(row.on_day, bytes(row.salt), row.digest) for row in rows]


def blend(tx: Tx, since: date) -> None:
    """Write what came on the last days anew, all in one transaction: PostgreSQL marks each row with the
    transaction that wrote it, and its neighbours carry the minute."""
    recent = select(complaint_case.c.number).where(complaint_case.c.last_on >= since)
    for table in (complaint_case, complaint_box, complaint_part, complaint_file):
        tx.run(update(table).where(table.c.number.in_(recent)).values(number=table.c.number))
    tx.scrubs |= NAMES
