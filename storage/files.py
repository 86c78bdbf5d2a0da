"""Files that people handed in: kept once under the hash of their content, checked for type and size."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import filetype
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    delete,
    literal_column,
    select,
    update,
)

from storage.base import Id, UtcTime, metadata
from storage.database import Tx
from storage.people import Address

LIMIT = 20 * 1024 * 1024
"""The most that a file may have, in bytes: what both platforms can carry back to a signer's chat."""

LEASE = timedelta(minutes=2)

KEPT = timedelta(days=30)
"""How long a request that ended is remembered: a message that comes twice after that is fetched twice."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
ACCEPTED = frozenset(
    {
        *(f"image/{each}" for each in ("jpeg", "png", "gif", "webp", "bmp", "tiff", "heic")),
        *(f"application/{each}" for each in ("pdf", "zip", "msword", "vnd.ms-excel")),
        *(f"{_OFFICE}.{each}" for each in ("wordprocessingml.document", "spreadsheetml.sheet")),
    }
)
"""Pictures, PDF, OFD (a zip by content), Word and Excel."""

file = Table(
    "file",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mime", String(100), nullable=False),
    Column("at", UtcTime, nullable=False),
)

fetch = Table(
    "fetch",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("platform", String(16), nullable=False),
    Column("message_id", String(128), nullable=False),
    Column("file_key", String(256), nullable=False),
    Column("image", Boolean, nullable=False),
    Column("name", String(200), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("taker", String(32), nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", UtcTime, nullable=False),
    UniqueConstraint("platform", "message_id", "file_key"),
)
# Written out and not bound: SQLite takes a partial index only where it reads the same words.
_is_open = fetch.c.state == literal_column("'waiting'")
Index("ix_fetch_due", fetch.c.due_at, sqlite_where=_is_open, postgresql_where=_is_open)


class NotAccepted(Exception):
    """A file that we do not keep; the message is a Chinese clause for its sender."""


class FetchState(StrEnum):
    """WAITING covers waiting and being fetched; the other two are ends."""

    WAITING = "waiting"
    DONE = "done"
    LOST = "lost"


@dataclass(frozen=True)
class Blob:
    """Content that we keep: SHA-256 in hex, size in bytes, type by content."""

    sha256: str
    size: int
    mime: str


@dataclass(frozen=True)
class Fetch:
    """A file in a chat that is to be brought here for the capability `taker`."""

    id: int
    address: Address
    message_id: str
    file_key: str
    image: bool
    name: str
    person_id: int
    taker: str
    attempts: int


class FileStore:
    """A folder of files named by their content, `ab/cd…`; nothing in it is ever changed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> Blob:
        """Keep content and return its name. Raises NotAccepted. Safe against a crash at any moment."""
        if not content:
            raise NotAccepted("文件是空的")
        if len(content) > LIMIT:
            raise NotAccepted(f"文件超过 {LIMIT // 1024 // 1024} MB")
        mime = filetype.guess_mime(content)
        if mime not in ACCEPTED:
            raise NotAccepted("只收图片、PDF、OFD、Word 和 Excel 文件")
        blob = Blob(hashlib.sha256(content).hexdigest(), len(content), mime)
        target = self._path(blob.sha256)
        if not (target.exists() and target.read_bytes() == content):
            self._write(target, content)
        return blob

    def get(self, sha256: str) -> bytes:
        """Return content by its hash. ValueError when the bytes on disk are no longer what they were."""
        content = self._path(sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(f"file {sha256} was changed on disk")
        return content

    def holds(self, blob: Blob, deep: bool = False) -> bool:
        """Tell whether a file is there with its size; `deep` reads all of it."""
        path = self._path(blob.sha256)
        if not path.is_file() or path.stat().st_size != blob.size:
            return False
        return not deep or hashlib.sha256(path.read_bytes()).hexdigest() == blob.sha256

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]

    def _write(self, target: Path, content: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{secrets.token_hex(8)}.part")
        with half.open("xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        half.replace(target)
        _sync(target.parent)


def _sync(folder: Path) -> None:
    """Let the names in a folder reach the disk, where the system can be asked to."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remember(tx: Tx, blob: Blob, now: datetime) -> None:
    """Note that the store holds a file."""
    tx.add_new(file, {"sha256": blob.sha256, "size": blob.size, "mime": blob.mime, "at": now})


def blobs(tx: Tx) -> list[Blob]:
    """Return every file that the store must hold."""
    return [Blob(row.sha256, row.size, row.mime) for row in tx.run(select(file).order_by(file.c.at))]


def request(
    tx: Tx,
    address: Address,
    message_id: str,
    key: str,
    image: bool,
    name: str,
    person_id: int,
    taker: str,
    now: datetime,
) -> int:
    """Ask for a file in a chat to be brought here for the capability `taker`; return the ticket. `now` is
    machine time."""
    tx.nudges = True
    return tx.add(
        fetch,
        platform=address.platform,
        user_id=address.user_id,
        message_id=message_id,
        file_key=key,
        image=image,
        name=name,
        person_id=person_id,
        taker=taker,
        state=FetchState.WAITING,
        due_at=now,
    )


def any_due(tx: Tx, now: datetime) -> bool:
    """Tell whether a claim may find something; a cheap look that takes no lock."""
    waiting = (_is_open, fetch.c.due_at <= now)
    return tx.one(select(fetch.c.id).where(*waiting).limit(1)) is not None


def claim(tx: Tx, now: datetime, limit: int, lease: timedelta = LEASE) -> list[Fetch]:
    """Take up to `limit` due requests for the length of the lease."""
    rows = tx.run(
        select(fetch)
        .where(_is_open, fetch.c.due_at <= now)
        .order_by(fetch.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        tx.run(
            update(fetch)
            .where(fetch.c.id.in_([row.id for row in rows]))
            .values(due_at=now + lease, attempts=fetch.c.attempts + 1)
        )
    return [
        Fetch(
            row.id,
            Address(row.platform, row.user_id),
            row.message_id,
            row.file_key,
            row.image,
            row.name,
            row.person_id,
            row.taker,
            row.attempts + 1,
        )
        for row in rows
    ]


def postpone(tx: Tx, ticket: int, due_at: datetime) -> None:
    """Let a request wait for another attempt."""
    tx.run(update(fetch).where(fetch.c.id == ticket).values(due_at=due_at))


def end(tx: Tx, ticket: int, state: FetchState) -> bool:
    """End a request; False when it had ended before."""
    still = (fetch.c.id == ticket, fetch.c.state == FetchState.WAITING)
    return tx.run(update(fetch).where(*still).values(state=state)).rowcount == 1


def purge(tx: Tx, now: datetime) -> int:
    """Forget requests that ended long ago; return how many. `now` is machine time."""
    ended = fetch.c.state.in_((FetchState.DONE, FetchState.LOST))
    return tx.run(delete(fetch).where(ended, fetch.c.due_at < now - KEPT)).rowcount


def under_way(tx: Tx) -> int:
    """Return how many files are still on their way here."""
    return len(tx.run(select(fetch.c.id).where(_is_open)).all())
