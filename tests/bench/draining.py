"""G8: the relay emptying the outbox into a platform that takes everything at once, beside plain loops."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from bot.platform import Landed, Sent
from bot.relay import BATCH, Relay
from handlers.contract.card import Card
from storage import outbox, people
from storage.files import FileStore
from tests.bench import filling, raw
from tests.bench.measure import Contender, Row, Scale, at_least, play, ratio, told
from tests.house import CAST, House

# Items per second, from an earlier measurement; the plain loop that takes and ends one at a time = 1.
HUEY, PROCRASTINATE = 1.6 / 1.3, 0.20 / 1.3
NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
WAIT_AGAIN = "UPDATE outbox SET state = 'waiting', attempts = 0, due_at = created_at"
TAKE = """
SELECT id, body FROM outbox WHERE state IN ('waiting', 'sending') AND due_at <= ? ORDER BY id LIMIT ?
"""
LEASE = """
UPDATE outbox SET state = 'sending', due_at = '2026-03-03 01:02:00', attempts = attempts + 1 WHERE id = ?
"""
END = "UPDATE outbox SET state = 'sent' WHERE id = ?"


class Everything:
    """A platform that takes everything."""

    def send_text(self, user_id: str, text: str, token: str) -> str:
        """Take a chat line."""
        return token

    def send_card(self, user_id: str, card: Card, token: str) -> Landed:
        """Take a card."""
        return Landed(token, token)

    def send_file(self, user_id: str, content: bytes, name: str, mime: str, token: str) -> str:
        """Take a file."""
        return token

    def replace(self, user_id: str, message_id: str, handle: str, card: Card) -> str:
        """Take a replacement."""
        return handle

    def fetch(self, sent: Sent, limit: int) -> bytes:
        """Have nothing to give."""
        return b""


def measure(scale: Scale) -> Iterator[Row]:
    """All wait for the disk (FULL), and all let a crash send again rather than not at all."""
    items = scale.of(40, 400)
    with tempfile.TemporaryDirectory() as name:
        house = filling.new_house(Path(name), synchronous="FULL")
        _post(house, items)
        plain = raw.connect(Path(name) / "qinglian.db", "FULL")
        found = play(
            scale.of(2, 7),
            {
                "relay": _relay(house, plain, Path(name), items),
                "one": _loop(plain, items, 1),
                "batch": _loop(plain, items, BATCH),
            },
        )
        plain.close()
        house.database.close()
    times = ratio(found["one"], found["relay"])
    yield told("G8", "items per second; a plain loop, one taken and ended at a time = 1", times)
    what = f"items per second; a plain loop, {BATCH} taken and ended at a time = 1"
    yield told("G8", what, ratio(found["batch"], found["relay"]))
    what = "times faster than {} (not installed; peer ratio from an earlier measurement: {:.2g})"
    yield at_least("G8", what.format("procrastinate", PROCRASTINATE), times / PROCRASTINATE, 5)
    yield at_least("G8", what.format("huey", HUEY), times / HUEY, 1.2)
    yield told("G8", "the relay", 1 / min(found["relay"]), " items/s")


def _post(house: House, items: int) -> None:
    with house.database.write() as tx:
        ids = [person.id for person in people.by_keys(tx, CAST).values()]
        rows = [filling.waiting(f"bench:{n}", ids[n % len(ids)], NOW) for n in range(items)]
        tx.run(insert(outbox.outbox), rows)


def _relay(house: House, plain: sqlite3.Connection, folder: Path, items: int) -> Contender:
    """Return a contender that lets the relay work until nothing is left."""
    relay = Relay(
        house.database, house.router, {"feishu": Everything()}, FileStore(folder / "files"), lambda: NOW
    )

    def drain() -> None:
        while relay.work():
            pass

    return _counted(plain, items, drain)


def _loop(plain: sqlite3.Connection, items: int, size: int) -> Contender:
    """Return a contender that takes, sends and ends so many at a time by plain sqlite3."""
    platform, now = Everything(), NOW.replace(tzinfo=None).isoformat(" ", "microseconds")

    def drain() -> None:
        while taken := _take(plain, now, size):
            for _, body in taken:
                platform.send_text("ou_lin", body, "token")
            _end(plain, taken)

    return _counted(plain, items, drain)


def _take(plain: sqlite3.Connection, now: str, size: int) -> list[tuple[int, str]]:
    plain.execute("BEGIN IMMEDIATE")
    taken = plain.execute(TAKE, (now, size)).fetchall()
    plain.executemany(LEASE, [(each,) for each, _ in taken])
    plain.execute("COMMIT")
    return taken


def _end(plain: sqlite3.Connection, taken: list[tuple[int, str]]) -> None:
    plain.execute("BEGIN IMMEDIATE")
    plain.executemany(END, [(each,) for each, _ in taken])
    plain.execute("COMMIT")


def _counted(plain: sqlite3.Connection, items: int, drain: Callable[[], None]) -> Contender:
    def contender() -> float:
        plain.execute(WAIT_AGAIN)
        start = time.perf_counter()
        drain()
        spent = time.perf_counter() - start
        left = plain.execute("SELECT count(*) FROM outbox WHERE state <> 'sent'").fetchone()[0]
        if left:
            raise ValueError(f"{left} items were left")
        return spent / items

    return contender
