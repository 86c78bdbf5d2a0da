"""The relay: takes messages from the outbox, renders and sends them, and brings files that people sent."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

import msgspec

from bot.as_text import as_text
from bot.logs import traced
from bot.paper import pressed
from bot.platform import Landed, Outbound, SendFailed, Sent
from bot.router import Router
from handlers.contract.card import Card
from handlers.contract.document import Document
from handlers.contract.incoming import StoredFile
from storage import files, outbox, people, sent
from storage.database import Database, Tx
from storage.files import LIMIT, Fetch, FileStore, NotAccepted
from storage.outbox import LEASE, Item, Kind
from storage.people import Address, Home
from storage.sent import Spot

log = logging.getLogger(__name__)

BATCH = 20
PDF = "application/pdf"
WORKERS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(hours=24)
FETCH_ATTEMPTS = 8


@dataclass(frozen=True)
class Outcome:
    """What became of one item: where a card landed, or why it failed."""

    item: Item
    address: Address | None = None
    landed: Landed | None = None
    failure: SendFailed | None = None


class Relay:
    """Drains the outbox and the fetches. Any number may run: rows are claimed, and settled after sending.

    A crash between sending and settling sends again with the same token, which Feishu knows for an hour.
    """

    def __init__(
        self,
        database: Database,
        router: Router,
        platforms: Mapping[str, Outbound],
        store: FileStore,
        machine: Callable[[], datetime],
        lease: timedelta = LEASE,
        org: str = "",
    ) -> None:
        self._database, self._router, self._platforms = database, router, platforms
        self._store, self._machine, self._lease, self._org = store, machine, lease, org
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="relay")

    @property
    def platforms(self) -> Mapping[str, Outbound]:
        """The platforms by name."""
        return self._platforms

    def run(self, stop: Event, idle_seconds: float) -> None:
        """Work until told to stop; wait a little whenever there is nothing to do."""
        with self._database.listen() as wait:
            while not stop.is_set():
                if not self.work():
                    wait(idle_seconds)

    def work(self) -> bool:
        """Do one round; True when there was something to do."""
        with self._database.read() as tx:
            now = self._machine()
            due, wanted = outbox.any_due(tx, now), files.any_due(tx, now)
        sent_some = due and self._drain()
        fetched_some = wanted and self._fetch_all()
        return sent_some or fetched_some

    def _drain(self) -> bool:
        """Send what leads its lane; False when all that is due waits behind something that is not."""
        with self._database.write() as tx:
            items = outbox.claim(tx, self._machine(), BATCH, self._lease)
            homes = {each.id: self._home(tx, each) for each in items}
        outcomes = list(self._pool.map(lambda each: self._deliver(each, homes[each.id]), items))
        self._settle([each for each in outcomes if each.failure is None])
        for each in outcomes:
            if each.failure:
                self._fail(each.item, each.failure)
        return bool(items)

    def _home(self, tx: Tx, item: Item) -> Home | None:
        if item.recipient.address:
            return Home(item.recipient.address, as_text=False)
        return people.home_of(tx, item.recipient.person_id or 0, list(self._platforms))

    def _deliver(self, item: Item, home: Home | None) -> Outcome:
        """Send one item; whatever goes wrong becomes an outcome, so that no item takes the others with it."""
        try:
            if item.kind is Kind.REPLACE and self._replace(item):
                return Outcome(item)
            if home is None or home.address.platform not in self._platforms:
                raise SendFailed("没有绑定平台账号", permanent=True)
            return Outcome(item, home.address, self._send(item, home))
        except SendFailed as failure:
            return Outcome(item, failure=failure)
        except Exception as error:  # a defect in rendering must not stop the queue
            log.error("item %s could not be sent: %s", item.id, traced(error))
            return Outcome(item, failure=SendFailed(f"内部错误 {type(error).__name__}"))

    def _send(self, item: Item, home: Home) -> Landed | None:
        address, platform = home.address, self._platforms[home.address.platform]
        if item.kind is Kind.TEXT:
            platform.send_text(address.user_id, item.body, item.token)
            return None
        if item.kind is Kind.FILE:
            wanted = msgspec.json.decode(item.body, type=StoredFile)
            content = self._store.get(wanted.sha256)
            platform.send_file(address.user_id, content, wanted.name, wanted.mime, item.token)
            return None
        if item.kind is Kind.DOCUMENT:
            paper = msgspec.json.decode(item.body, type=Document)
            content = pressed(paper, self._org)
            platform.send_file(address.user_id, content, paper.file_name, PDF, item.token)
            return None
        card = msgspec.json.decode(item.body, type=Card)
        if not home.as_text:
            return platform.send_card(address.user_id, card, item.token)
        if item.kind is Kind.CARD:
            platform.send_text(address.user_id, as_text(card), item.token)
        return None

    def _replace(self, item: Item) -> bool:
        """Replace every copy; False when none could be and the card calls for somebody, so that it is sent
        anew. A copy that fails keeps none of the others old."""
        card = msgspec.json.decode(item.body, type=Card)
        with self._database.read() as tx:
            copies = sent.copies(tx, item.recipient, item.subject)
        replaced, failures = False, []
        for copy in copies:
            try:
                replaced = self._replace_copy(copy, card) or replaced
            except SendFailed as failure:
                failures.append(failure)
        if failures:
            raise min(failures, key=lambda each: each.permanent)  # what may pass is tried again
        return replaced or not card.calls

    def _replace_copy(self, copy: sent.Copy, card: Card) -> bool:
        """Replace one copy and note what replaces it the next time; False when it is out of reach."""
        platform = self._platforms.get(copy.address.platform)
        if platform is None:
            return False
        handle, reached = "", True
        try:
            handle = platform.replace(copy.address.user_id, copy.message_id, copy.handle, card)
        except SendFailed as failure:
            if not failure.gone:
                raise
            reached = False
        if handle != copy.handle:
            with self._database.write() as tx:
                sent.spend(tx, copy.id, handle)
        return reached

    def _settle(self, outcomes: list[Outcome]) -> None:
        if not outcomes:
            return
        with self._database.write() as tx:
            for each in outcomes:
                if each.landed and each.address:
                    spot = Spot(each.item.recipient, each.address, each.landed.message_id, each.landed.handle)
                    sent.remember(tx, spot, each.item.subject, self._machine())
            outbox.sent(tx, [each.item.id for each in outcomes])

    def _fail(self, item: Item, failure: SendFailed) -> None:
        now = self._machine()
        log.warning("item %s attempt %s: %s", item.id, item.attempts, failure.why)
        if failure.permanent or now - item.created_at > GIVE_UP_AFTER:
            self._router.gave_up(item, failure.why)
            return
        wait = LONGEST_WAIT if failure.setup else backoff(item.attempts, failure.after)
        with self._database.write() as tx:
            outbox.retry(tx, item.id, now + wait, failure.why)

    def _fetch_all(self) -> bool:
        with self._database.write() as tx:
            wanted = files.claim(tx, self._machine(), BATCH, self._lease)
        for fetch, ending in [(each, self._pool.submit(self._fetch, each)) for each in wanted]:
            if error := ending.exception():  # a defect in who takes it must not stop the queue
                log.error("fetch %s could not be ended: %s", fetch.id, traced(error))
        return bool(wanted)

    def _fetch(self, fetch: Fetch) -> None:
        try:
            content = self._platforms[fetch.address.platform].fetch(
                Sent(fetch.message_id, fetch.file_key, fetch.name, fetch.image), LIMIT
            )
            self._router.file_arrived(fetch, self._store.put(content))
        except NotAccepted as refusal:
            self._router.file_arrived(fetch, str(refusal))
        except SendFailed as failure:
            self._fetch_failed(fetch, failure)
        except Exception as error:
            log.error("fetch %s failed: %s", fetch.id, traced(error))
            self._fetch_failed(fetch, SendFailed("内部错误"))

    def _fetch_failed(self, fetch: Fetch, failure: SendFailed) -> None:
        log.warning("fetch %s attempt %s: %s", fetch.id, fetch.attempts, failure.why)
        if failure.permanent or fetch.attempts >= FETCH_ATTEMPTS:
            self._router.file_arrived(
                fetch,
                f"文件太大（最多 {LIMIT // 1024 // 1024} MB）"
                if failure.too_large
                else "平台上取不到这个文件了",
            )
            return
        with self._database.write() as tx:
            files.postpone(tx, fetch.id, self._machine() + backoff(fetch.attempts, failure.after))


def backoff(attempts: int, asked: float | None) -> timedelta:
    """Return how long to wait: doubling with jitter, and what the platform asks at least (seconds)."""
    doubled = min(FIRST_WAIT * int(2 ** min(attempts - 1, 20)), LONGEST_WAIT)
    jittered = doubled * random.uniform(0.7, 1.3)  # noqa: S311 - spreads load, guards nothing
    return max(jittered, timedelta(seconds=min(asked or 0, LONGEST_WAIT.total_seconds())))
