"""What the clock does for the house: it forgets what nobody can need any more, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import App
from bot.config import Config, Demo, Org, Server, Storage
from bot.context import JobContext
from bot.housekeeping import JOBS, forget
from scheduler.runner import Runner
from storage import files, inbox, outbox, pages, sent
from storage.files import FetchState
from storage.outbox import Kind, Recipient
from storage.people import Address
from storage.sent import Spot
from tests.bot.rooms import ZONE, rows
from tests.house import House

THEN = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def forget_at(house: House, machine: datetime, business: datetime = THEN) -> None:
    """Let the job run at these two times."""
    with house.database.write() as tx:
        forget(JobContext(tx, business, machine, ZONE))


@pytest.fixture
def remembering(house: House) -> House:
    """A house that remembers a callback, a card in a chat, and messages in each state, all since then."""
    lin = Recipient(house.person("lin").id)
    with house.database.write() as tx:
        assert inbox.begin(tx, "feishu:m:1", THEN)
        spot = Spot(lin, Address("feishu", "ou_lin"), "om_1", "h")
        sent.remember(tx, spot, "matter:1", THEN)
        for words in ("delivered", "given up"):
            outbox.post(tx, lin, Kind.TEXT, words, words, THEN)
        delivered, given_up = outbox.claim(tx, THEN, 10)
        outbox.sent(tx, [delivered.id])
        outbox.bury(tx, given_up.id, "no")
        for title in ("superseded", "waiting"):
            outbox.post(tx, lin, Kind.REPLACE, "matter:1", title, THEN)
    return house


def remembered(house: House) -> tuple[int, int, list[str]]:
    """Return how many callbacks and cards are known, and the states of the messages."""
    ((callbacks,),) = rows(house.database, "select count(*) from inbox")
    ((cards,),) = rows(house.database, "select count(*) from sent")
    states = [str(each) for (each,) in rows(house.database, "select state from outbox order by id")]
    return callbacks, cards, states


def test_a_callback_is_known_longer_than_any_platform_repeats_it_and_then_forgotten(
    remembering: House,
) -> None:
    forget_at(remembering, THEN + timedelta(hours=24))
    assert remembered(remembering)[0] == 1
    forget_at(remembering, THEN + inbox.KEPT + timedelta(seconds=1))
    assert remembered(remembering)[0] == 0


def test_cards_and_messages_are_known_as_long_as_a_card_can_be_replaced(remembering: House) -> None:
    everything = ["sent", "dead", "superseded", "waiting"]
    forget_at(remembering, THEN + timedelta(days=15))
    assert remembered(remembering)[1:] == (1, everything)
    forget_at(remembering, THEN + max(outbox.KEPT, sent.KEPT) + timedelta(days=1))
    assert remembered(remembering)[1:] == (0, ["dead", "waiting"])


def test_a_file_that_was_brought_here_is_no_longer_a_request_after_a_while(house: House) -> None:
    with house.database.write() as tx:
        lin = house.person("lin").id
        ticket = files.request(
            tx, Address("feishu", "ou_lin"), "om_1", "k", True, "a.png", lin, "expense", THEN
        )
        files.end(tx, ticket, FetchState.DONE)
    forget_at(house, THEN + files.KEPT)
    assert rows(house.database, "select count(*) from fetch") == [(1,)]
    forget_at(house, THEN + files.KEPT + timedelta(seconds=1))
    assert rows(house.database, "select count(*) from fetch") == [(0,)]


def test_a_link_to_a_page_is_known_for_some_days_of_business_time(house: House) -> None:
    with house.database.write() as tx:
        pages.begin(tx, house.person("lin").id, "expense.submit", "{}", THEN)
    end = THEN + pages.LIFE + pages.KEPT
    forget_at(house, THEN, business=end)
    assert rows(house.database, "select count(*) from page_link") == [(1,)]
    forget_at(house, THEN, business=end + timedelta(seconds=1))
    assert rows(house.database, "select count(*) from page_link") == [(0,)]


def test_a_clock_that_was_moved_forgets_nothing(remembering: House) -> None:
    before = remembered(remembering)
    forget_at(remembering, THEN, business=THEN + timedelta(days=3650))
    assert remembered(remembering) == before


def test_the_jobs_run_once_in_their_periods_whoever_asks(talking: House) -> None:
    @contextmanager
    def open_context(now: datetime) -> Iterator[JobContext]:
        with talking.database.write() as tx:
            yield JobContext(tx, now, datetime.now(UTC), ZONE)

    talking.say("lin", "报销")
    talking.clock.forward(timedelta(minutes=31))
    for _ in range(2):
        runner = Runner(JOBS, open_context)
        runner.tick(talking.clock.now())
        runner.tick(talking.clock.now())
    told = "刚才的填写放了太久，已经停下。需要时请重新开始。"
    assert talking.texts("lin").count(told) == 1
    done = rows(talking.database, "select job, period from run order by job")
    assert done == [
        ("house.expire_questions", "2026-03-03T01:30"),
        ("house.forget", "2026-03-03T01:00"),
    ]


def test_no_job_of_the_house_shares_its_name_with_one_of_a_capability(house: House) -> None:
    storage = Storage(str(house.database.url), str(house.database.url.database) + ".files")
    config = Config(Org("春晖"), Server(), storage, Demo(), None, None)
    app = App(config)
    app.runner().tick(THEN)
    done = [str(job) for (job,) in rows(house.database, "select job from run order by job")]
    assert {"house.forget", "house.expire_questions"} < set(done)
    app.database.close()
