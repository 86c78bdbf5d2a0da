"""The journal: append-only, hash-chained, a chain per stream. Business tables answer; it proves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from sqlalchemy import Column, Integer, String, Table, Text, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError

from storage.base import metadata
from storage.database import Tx

MAIN = "main"
GENESIS = "0" * 64

journal = Table(
    "journal",
    metadata,
    Column("stream", String(16), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("act", String(64), nullable=False),
    Column("subject", String(128), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("facts", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

head = Table(
    "journal_head",
    metadata,
    Column("stream", String(16), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)


@dataclass(frozen=True)
class Entry:
    """One line of the journal as it is stored: `at` is ISO UTC, `facts` canonical JSON."""

    stream: str
    seq: int
    at: str
    actor: str
    act: str
    subject: str
    version: int
    facts: str
    previous: str

    def digest(self) -> str:
        """Return SHA-256 over all columns and the hash of the entry before.

        A column that somebody turned into another type still gives a digest, which then does not match.
        """
        return hashlib.sha256(_HASHED.encode(vars(self)).encode()).hexdigest()


_HASHED = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=repr)


@dataclass(frozen=True)
class Fault:
    """The first entry that does not hold, and what is wrong with it, in words."""

    stream: str
    seq: int
    why: str


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def record(
    tx: Tx,
    at: datetime,
    actor: str,
    act: str,
    subject: str,
    version: int,
    facts: Mapping[str, object],
    stream: str = MAIN,
) -> None:
    """Append an entry when the transaction ends, so that the chain's lock is held as briefly as can be."""
    text, moment = canonical(dict(facts)), at.astimezone(UTC).isoformat(timespec="microseconds")
    tx.defer(lambda: _append(tx, stream, moment, actor, act, subject, version, text))


_HEAD = select(head.c.seq, head.c.hash).where(head.c.stream == bindparam("of")).with_for_update()
_INSERT = insert(journal)
_MOVE_HEAD = update(head).where(head.c.stream == bindparam("of"))


def _append(
    tx: Tx, stream: str, at: str, actor: str, act: str, subject: str, version: int, facts: str
) -> None:
    last = tx.one(_HEAD, {"of": stream})
    if last is None:
        raise LookupError(f"the journal has no stream {stream!r}")
    entry = Entry(stream, last.seq + 1, at, actor, act, subject, version, facts, last.hash)
    digest = entry.digest()
    tx.run(_INSERT, vars(entry) | {"hash": digest})
    tx.run(_MOVE_HEAD, {"of": stream, "seq": entry.seq, "hash": digest})


def open_stream(tx: Tx, stream: str) -> None:
    """Begin a chain."""
    tx.run(insert(head).values(stream=stream, seq=0, hash=GENESIS))


def heads(tx: Tx) -> dict[str, tuple[int, str]]:
    """Return for each stream, the main one first, how many entries it has and the hash of the last."""
    known = tx.run(select(head).order_by(head.c.stream != MAIN, head.c.stream))
    return {row.stream: (row.seq, row.hash) for row in known}


def entries(tx: Tx, subject: str, stream: str = MAIN) -> list[Entry]:
    """Return the entries about one subject, oldest first."""
    rows = tx.run(
        select(journal)
        .where(journal.c.stream == stream, journal.c.subject == subject)
        .order_by(journal.c.seq)
    )
    return [_entry(row)[0] for row in rows]


def lines(tx: Tx, subjects: Iterable[str], stream: str = MAIN) -> list[tuple[Entry, str]]:
    """Return the entries about some subjects with the hash kept beside each, oldest first."""
    rows = tx.run(
        select(journal)
        .where(journal.c.stream == stream, journal.c.subject.in_(list(subjects)))
        .order_by(journal.c.seq)
    )
    return [_entry(row) for row in rows]


def verify(tx: Tx) -> Fault | None:
    """Return the first broken entry of any stream, or None when every chain holds.

    A chain cannot show by itself that its tail was cut together with the head's row: compare `heads` with
    what was printed or sent before.
    """
    try:
        known = heads(tx)
    except DBAPIError:
        return Fault(MAIN, 0, "账头已无法读出")
    broken = (fault for stream in known if (fault := _verify_stream(tx, stream)))
    return next(chain(broken, _headless(tx, known)), None)


def _headless(tx: Tx, known: Mapping[str, object]) -> Iterator[Fault]:
    """Yield the streams that have entries, or must have, and no head."""
    found = set(tx.run(select(journal.c.stream).distinct()).scalars())
    yield from (Fault(str(stream), 0, "账头不见了") for stream in {MAIN, *found} - known.keys())


def _verify_stream(tx: Tx, stream: str) -> Fault | None:
    count, final = heads(tx)[stream]
    seq, previous = 0, GENESIS
    for row in _rows(tx, stream, count):
        seq += 1
        if isinstance(row, Fault):
            return row
        entry, digest = _entry(row)
        if entry.seq != seq:
            return Fault(stream, seq, f"缺少第 {seq} 条，后面是第 {entry.seq} 条")
        if entry.previous != previous:
            return Fault(stream, seq, "与上一条接不上")
        if entry.digest() != digest:
            return Fault(stream, seq, "内容与校验值不符")
        previous = digest
    if seq != count:
        return Fault(stream, min(seq, count) + 1, f"末尾应为第 {count} 条，实际到第 {seq} 条")
    if previous != final:
        return Fault(stream, seq, "末条的校验值与账头不符")
    return None


def _rows(tx: Tx, stream: str, count: int) -> Iterator[Any]:
    """Yield a stream's rows in order; a row whose bytes cannot even be read becomes a Fault."""
    try:
        order = select(journal.c.seq).where(journal.c.stream == stream).order_by(journal.c.seq)
        numbers = list(tx.run(order).scalars())
    except DBAPIError:
        numbers = list(range(1, count + 1))
    for start in range(0, len(numbers), 1000):
        yield from _batch(tx, stream, numbers[start : start + 1000])


def _batch(tx: Tx, stream: str, numbers: list[Any]) -> Iterator[Any]:
    if not numbers:
        return
    whole = select(journal).where(journal.c.stream == stream).order_by(journal.c.seq)
    try:
        yield from tx.run(whole.where(journal.c.seq.between(numbers[0], numbers[-1]))).all()
    except DBAPIError:
        yield from _one_by_one(tx, stream, numbers)


def _one_by_one(tx: Tx, stream: str, numbers: list[Any]) -> Iterator[Any]:
    for number in numbers:
        try:
            yield from tx.run(
                select(journal).where(journal.c.stream == stream, journal.c.seq == number)
            ).all()
        except DBAPIError:
            yield Fault(stream, number, "内容已无法读出")


def _entry(row: Any) -> tuple[Entry, str]:
    """Return what a whole row says, and the hash kept beside it; its columns are in the order of Entry."""
    *columns, digest = row
    return Entry(*columns), digest
