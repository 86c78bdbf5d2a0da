"""Reminders that say nothing, days that prove themselves, contents that go when their time is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.context import JobContext
from handlers.complaint import checks, desk, jobs, reporter, service
from handlers.complaint.dossier import Handed
from handlers.complaint.rules import Act, Outcome
from handlers.contract.refusal import Refusal
from scheduler.runner import Runner
from storage import complaint, journal, outbox
from storage.database import Database
from storage.files import LIMIT
from tests.databases import on_sqlite
from tests.handlers.complaint.office import Office
from tests.house import House

WHAT = "仓库的油每周少两桶，登记本改过三次"
PHOTO = Handed("本子.png", "image/png", b"\x89PNG what is on it")


def live(office: Office, days: int) -> None:
    """Let days pass with their jobs."""
    runner: Runner[JobContext] = Runner(jobs.JOBS, lambda now: office.ctx())
    for _ in range(days):
        office.house.clock.forward(timedelta(days=1))
        runner.tick(office.house.clock.now())


def everything_said(office: Office) -> list[tuple[int | None, str, str]]:
    """Return every message in the outbox: to whom, about what, and its words; without those that told of
    the keys in the beginning."""
    sent = outbox.outbox.c
    with office.ctx() as ctx:
        chosen = select(sent.person_id, sent.subject, sent.body).where(sent.subject != "receivers")
        rows = ctx.tx.run(chosen.order_by(sent.id))
        return [(row.person_id, row.subject, row.body) for row in rows]


def closed(office: Office, receipt: str) -> str:
    """Work a case to its end; return its number."""
    number = office.number(receipt)
    office.works("bai", number, Outcome.NOTHING)
    office.does("bai", number, Act.FEEDBACK, text="查过了，没有发现问题")
    return number


def test_receivers_hear_the_same_in_weeks_with_a_case_and_in_weeks_without(
    house: House, another_house: House
) -> None:
    quiet, busy = Office(house), Office(another_house)
    receipt = busy.report(WHAT)
    for office in (quiet, busy):
        office.house.clock.forward(timedelta(hours=1))
        live(office, 5)
    busy.adds(receipt, "又少了一桶")
    closed(busy, receipt)
    busy.report("另一件：签到表是一个人写的", unsure=True)
    for office in (quiet, busy):
        live(office, 16)
    assert everything_said(busy) == everything_said(quiet)
    reminders = [body for _, subject, body in everything_said(quiet) if subject == "complaint:reminder"]
    assert len(reminders) == 18
    assert len(set(reminders)) == 1


def test_the_journal_has_one_entry_a_day_whether_or_not_anything_came(office: Office) -> None:
    live(office, 3)
    office.report(WHAT)
    live(office, 4)
    with office.ctx() as ctx:
        assert journal.verify(ctx.tx) is None
        assert journal.heads(ctx.tx)["complaint"][0] == 7
        facts = [each.facts for each in journal.entries(ctx.tx, "day:2026-03-06", "complaint")]
        days = [day for day, _, _ in complaint.days(ctx.tx)]
    assert days == [date(2026, 3, 3) + timedelta(days=n) for n in range(7)]
    assert len(facts) == 1


def test_nothing_of_a_complaint_stands_in_the_main_journal(office: Office) -> None:
    with office.ctx() as ctx:
        before = journal.heads(ctx.tx)["main"]
    closed(office, office.report(WHAT))
    with office.ctx() as ctx:
        assert journal.heads(ctx.tx)["main"] == before


def test_days_when_the_machine_was_off_are_made_up_for(office: Office) -> None:
    live(office, 1)
    office.house.clock.forward(timedelta(days=4))
    live(office, 1)
    with office.ctx() as ctx:
        assert len(complaint.days(ctx.tx)) == 6


def test_whoever_touches_a_part_is_found_out(office: Office) -> None:
    office.report(WHAT)
    live(office, 2)
    assert not [each for each in remarks(office) if "对不上" in each]
    with office.ctx() as ctx:
        ctx.tx.run(update(complaint.complaint_part).values(digest="0" * 64))
    assert [each for each in remarks(office) if "对不上" in each]


def remarks(office: Office) -> list[str]:
    """Return what the doctor says."""
    with office.ctx() as ctx:
        return [each.words for each in checks.remarks(ctx)]


def test_the_content_goes_after_a_year_and_the_conclusion_after_three(office: Office) -> None:
    receipt = office.report(WHAT, files=[PHOTO])
    number = closed(office, receipt)
    live(office, 1)
    office.house.clock.forward(timedelta(days=364))
    live(office, 1)
    assert office.thread(receipt) is None
    left = office.reads("bai", number)
    assert [each.act for each in left.entries] == [Act.CONCLUSION]
    with office.ctx() as ctx:
        assert complaint.file(ctx.tx, number, 0) is None
    with pytest.raises(Refusal, match="只留结论"):
        office.does("bai", number, Act.NOTE, text="再写一句")
    with office.ctx() as ctx:
        assert desk.sheet(ctx, office.seat(ctx, "bai"), number).acts == []
    office.house.clock.forward(timedelta(days=2 * 365))
    live(office, 1)
    assert office.cases("bai") == []
    assert not [each for each in remarks(office) if "对不上" in each]


def test_what_is_held_stays(office: Office) -> None:
    receipt = office.report(WHAT)
    number = closed(office, receipt)
    office.does("bai", number, Act.HOLD, text="在诉讼里", order="")
    office.does("qin", number, Act.HOLD_TOO, text="同意")
    office.house.clock.forward(timedelta(days=5 * 365))
    live(office, 1)
    assert office.thread(receipt)


def test_a_case_that_goes_on_is_not_emptied(office: Office) -> None:
    receipt = office.report(WHAT)
    office.house.clock.forward(timedelta(days=2 * 365))
    live(office, 1)
    assert office.thread(receipt)


@on_sqlite
def test_after_the_clearing_no_byte_of_it_is_left_in_the_files(office: Office) -> None:
    receipt = office.report(WHAT, files=[Handed("大.png", "image/png", b"\x89PNG" + b"x" * (LIMIT // 40))])
    number = closed(office, receipt)
    other = office.report("另一件：签到表是一个人写的")
    with office.ctx() as ctx:
        case = complaint.find(ctx.tx, number)
        assert case
        boxes = complaint.boxes(ctx.tx, number)
        parts = complaint.parts(ctx.tx, number)
        file = complaint.file(ctx.tx, number, 0)
    assert file
    marks = [
        case.public_key,
        *boxes,
        *(each.sealed[:40] for each in parts),
        *(each.back[-40:] for each in parts),
    ]
    marks += [file[at : at + 40] for at in range(0, len(file), len(file) // 20)]
    assert all(mark in whole(office.house.database) for mark in marks)
    office.house.clock.forward(timedelta(days=3 * 365 + 2))
    live(office, 1)
    left = whole(office.house.database)
    assert [mark for mark in marks if mark in left] == []
    assert number.encode() not in left
    assert office.thread(other)


def whole(database: Database) -> bytes:
    """Return all bytes of a database: its file, and what SQLite keeps beside it."""
    path = Path(str(database.url.database))
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


def test_three_months_after_the_closing_the_page_asks_about_retaliation(office: Office) -> None:
    receipt = office.report(WHAT)
    closed(office, receipt)
    asked = []
    for _ in range(4):
        thread = office.thread(receipt)
        assert thread
        asked.append(thread.ask)
        office.house.clock.forward(timedelta(days=60))
    assert asked == [0, 0, 1, 2]


def test_yes_begins_a_case_outside_and_the_first_receivers_learn_nothing(office: Office) -> None:
    receipt = office.report(WHAT)
    number = closed(office, receipt)
    before = len(office.reads("bai", number).entries)
    office.house.clock.forward(timedelta(days=91))
    with office.ctx() as ctx:
        again = reporter.answer(ctx, office.key(ctx, receipt), True, "调我去守仓库了")
    assert office.readers(again) == {"luo"}
    assert office.reads("luo", office.number(again)).filed.facts["before"] == number
    assert len(office.reads("bai", number).entries) == before
    thread = office.thread(receipt)
    assert thread
    assert thread.ask == 0
    with office.ctx() as ctx, pytest.raises(Refusal):
        reporter.answer(ctx, office.key(ctx, receipt), False, "")


def test_no_case_of_retaliation_goes_to_whom_the_first_one_was_kept_from(office: Office) -> None:
    receipt = office.report("罗维和保管员分了油")
    number = closed(office, receipt)
    office.house.clock.forward(timedelta(days=91))
    with office.ctx() as ctx, pytest.raises(Refusal, match="没有可以受理的人"):
        reporter.answer(ctx, office.key(ctx, receipt), True, "调我去守仓库了")
    assert office.reads("bai", number).filed.text.startswith("罗维")


def test_what_is_promised_is_counted_in_working_days_and_grows_by_an_extension(office: Office) -> None:
    receipt = office.report(WHAT)
    thread = office.thread(receipt)
    assert thread
    assert [(each.label, each.on, each.kept) for each in thread.dues] == [
        ("有人看过并答复", date(2026, 3, 6), False),
        ("说明进展", date(2026, 3, 24), False),
        ("办出结果", date(2026, 5, 29), False),
    ]
    office.does("bai", office.number(receipt), Act.EXTEND, days="10", text="要等鉴定")
    thread = office.thread(receipt)
    assert thread
    assert (thread.dues[0].kept, thread.dues[2].on) == (True, date(2026, 6, 12))


def test_a_case_taken_up_again_has_its_days_anew_and_is_not_cleared_meanwhile(office: Office) -> None:
    receipt = office.report(WHAT)
    number = closed(office, receipt)
    office.house.clock.forward(timedelta(days=100))
    with office.ctx() as ctx:
        reporter.answer(ctx, office.key(ctx, receipt), False, "")
    office.does("bai", number, Act.REOPEN, text="有新的材料")
    thread = office.thread(receipt)
    assert thread
    assert thread.ask == 0
    assert (thread.dues[2].label, thread.dues[2].on, thread.dues[2].kept) == (
        "办出结果",
        date(2026, 9, 4),
        False,
    )
    live(office, 300)
    assert not office.reads("bai", number).case.emptied
    office.works_again("bai", number)
    office.does("bai", number, Act.FEEDBACK, text="又查了一遍，还是没有")
    office.house.clock.forward(timedelta(days=91))
    thread = office.thread(receipt)
    assert thread
    assert thread.ask == 1


def test_small_years_are_not_counted_and_nothing_is_while_a_case_is_open(office: Office) -> None:
    receipts = [office.report(f"第 {place} 件：油少了") for place in range(5)]
    office.house.clock.forward(timedelta(days=365))
    assert figures(office) == []
    for receipt in receipts[:4]:
        closed(office, receipt)
    assert figures(office) == []
    closed(office, receipts[4])
    assert figures(office) == ["2026 年：5 件，全部办结"]


def figures(office: Office) -> Sequence[str]:
    """Return the numbers that 白露 sees."""
    with office.ctx() as ctx:
        return desk.figures(ctx, office.seat(ctx, "bai"))


def test_numbers_count_only_what_their_reader_may_read(office: Office) -> None:
    for place in range(5):
        closed(office, office.report(f"第 {place} 件：油少了", "qin"))
    office.house.clock.forward(timedelta(days=365))
    assert figures(office) == ["2026 年：5 件，全部办结"]
    with office.ctx() as ctx:
        assert desk.figures(ctx, office.seat(ctx, "qin")) == []
        assert service.readable(ctx, office.seat(ctx, "qin")) == []


def test_a_list_says_what_is_new_and_what_is_late(office: Office) -> None:
    receipt = office.report(WHAT)
    office.does("bai", office.number(receipt), Act.REPLY, text="收到")
    assert [(each.fresh, each.late) for each in lines(office)] == [(False, False)]
    office.adds(receipt, "又少了一桶")
    office.house.clock.forward(timedelta(days=120))
    assert [(each.fresh, each.late) for each in lines(office)] == [(True, True)]


def test_what_the_reporter_said_stays_new_until_it_was_read_and_answered(office: Office) -> None:
    receipt = office.report(WHAT)
    number = office.number(receipt)

    def fresh() -> list[bool]:
        return [each.fresh for key in ("bai", "qin") for each in lines(office, key)]

    assert fresh() == [True, True]
    office.does("bai", number, Act.NOTE, text="先看看登记本")
    assert fresh() == [True, True]
    office.does("bai", number, Act.REPLY, text="收到")
    assert fresh() == [False, True]
    look(office, "qin", number)
    assert fresh() == [False, False]
    office.adds(receipt, "又少了一桶")
    look(office, "qin", number)
    assert fresh() == [True, True]
    office.does("qin", number, Act.REPLY, text="知道了")
    assert fresh() == [True, False]
    look(office, "bai", number)
    assert fresh() == [False, False]


def look(office: Office, key: str, number: str) -> None:
    """Let somebody open a case."""
    with office.ctx() as ctx:
        service.look(ctx, office.seat(ctx, key), number)


def lines(office: Office, key: str = "bai") -> list[desk.Line]:
    """Return somebody's list."""
    with office.ctx() as ctx:
        return desk.lines(ctx, office.seat(ctx, key))
