"""The flying inspection: turned on, planned, carried out, handed in, and nobody but supervisors can tell."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from bot.context import JobContext
from bot.timetable import timetable
from handlers.catalogue import CAPABILITIES, JOBS
from handlers.contract.capability import OnView
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.contract.view import View
from handlers.duty import listing, service
from storage import duties, journal
from storage.database import Tx
from storage.outbox import outbox
from tests.handlers.duty.test_life import day, look, of, press
from tests.house import CAST, ZONE, House, read

WHERE = "突击看望江站的领料账"
OTHERS = [key for key, (_, roles) in CAST.items() if Role.SUPERVISOR not in roles]
WORDS = ("任务", "任务 清单", "待办", "总览", "我的", "帮助", "整改", "自查", "自查 名单", "月报", "还差什么")


def context(house: House, tx: Tx) -> JobContext:
    now = house.clock.now()
    return JobContext(tx, now, now, ZONE)


def done(house: House) -> str:
    """Let the quarter's inspection be turned on, planned and handed in; return its number."""
    assert "已开启" in house.say("jian", "任务 开启 P46 决议 2026-01 2026-01-05").text
    for when in range(1, 25):
        day(house, date(2026, 3, when))
    press(house, "jian", "P46", "写计划", WHERE)
    press(house, "jian", "P46", "交材料", f"{WHERE}，账实相符")
    return of(house, "P46").number


def unsealed(house: House) -> None:
    with house.database.write() as tx:
        service.unseal(context(house, tx))


def everything_others_can_see(house: House) -> Iterator[str]:
    """Every surface: what others are sent or can ask for, the journal, views, exports, the timetable."""
    for key in OTHERS:
        for words in WORDS:
            reply = house.say(key, words)
            yield read(reply.card) if reply.card else reply.text
    ids = {house.person(key).id for key in OTHERS}
    with house.database.read() as tx:
        ctx = context(house, tx)
        yield from tx.run(select(outbox.c.body).where(outbox.c.person_id.in_(ids))).scalars()
        for row in tx.run(select(journal.journal)):
            # That it is turned on stands in the council's resolution; the act itself must not.
            if row.act not in ("duty.turned", "refused"):
                yield f"{row.act} {row.subject} {row.facts}"
        yield listing.written(ctx)
        yield from timetable(JOBS, ctx)
        for capability in CAPABILITIES:
            for view in capability.views.values():
                yield _shown(view(ctx, "")) if _takes_nothing(view, ctx) else ""
            for remark in capability.check(ctx) if capability.check else ():
                yield remark.words


def _takes_nothing(view: OnView, ctx: JobContext) -> bool:
    try:
        view(ctx, "")
    except (Refusal, ValueError):
        return False
    return True


def _shown(view: View) -> str:
    return repr(view)


@pytest.mark.parametrize("on_wire", [False, True], ids=["quietly", "with logs at DEBUG"])
def test_no_list_page_log_export_or_timetable_tells_of_a_planned_inspection(
    house: House, caplog: pytest.LogCaptureFixture, on_wire: bool
) -> None:
    if on_wire:
        caplog.set_level(logging.DEBUG)
    number = done(house)
    found = of(house, "P46")
    traces = (number, WHERE, found.subject, "账实相符", "RWJ")
    shown = [*everything_others_can_see(house), caplog.text]
    assert not [each for each in shown if any(trace in each for trace in traces)]
    for key in OTHERS:
        assert house.say(key, f"任务 {number}").text == service.UNKNOWN


def test_after_the_quarter_the_journal_has_the_plan_with_what_proves_when_it_was_made(house: House) -> None:
    done(house)
    found = of(house, "P46")
    unsealed(house)
    assert house.journal(found.subject) == []
    (told,) = [each for each in house.texts("jian") if "存证码" in each]
    day(house, date(2026, 4, 1))
    unsealed(house)
    unsealed(house)
    entries = house.journal(found.subject)
    assert [each.act for each in entries] == ["duty.opened", "duty.intended", "duty.handed"]
    facts = journal_facts(entries[1].facts)
    digest = hashlib.sha256(f"{facts['salt']}{WHERE}".encode()).hexdigest()
    assert facts["sha256"] == digest
    assert digest in told
    assert str(facts["at"]).startswith("2026-03-24T")
    assert WHERE in look(house, "chen", "P46")


def journal_facts(words: str) -> dict[str, object]:
    return dict(json.loads(words))


def test_others_do_not_turn_it_on_and_only_a_secret_duty_has_a_plan(house: House) -> None:
    assert "清单里没有 P46" in house.say("chen", "任务 开启 P46 决议 2026-01 2026-01-05").text
    day(house, date(2026, 4, 9))
    number = of(house, "P33").number
    assert "不能写计划" in house.say("wang", f"任务 {number} 写计划 随便").text


def test_only_supervisors_read_a_plan_and_what_was_sealed_waits_in_order(house: House) -> None:
    done(house)
    assert f"事先的计划\n{WHERE}" in look(house, "jian", "P46")
    with house.database.read() as tx:
        assert [each.act for each in duties.sealed(tx)] == ["opened", "intended", "handed"]


def test_the_record_of_an_inspection_serves_no_other_duty(house: House) -> None:
    number = done(house)
    house.say("chen", "任务 发生 负责人变更 2026-03-24")
    other = of(house, "FZ3").number
    assert "不能和别的任务共用" in house.say("jian", f"任务 {other} 同 {number}").text
