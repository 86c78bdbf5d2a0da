"""The list of claims and the trail of one: all that happened is there, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.context import JobContext
from handlers.contract.card import Section
from handlers.contract.refusal import Refusal
from handlers.contract.view import Table, View
from handlers.expense import views
from storage import journal
from tests.databases import on_sqlite
from tests.house import ZONE, House

pytestmark = on_sqlite
NUMBER = "BX-2026-0001"
WHY = {"reason": "请写明日期"}


def look(house: House, name: str, argument: str = "") -> View:
    with house.database.read() as tx:
        ctx = JobContext(tx, house.clock.now(), datetime.now(UTC), ZONE)
        return {"claims": views.claims, "trail": views.trail}[name](ctx, argument)


def table(view: View, caption: str) -> list[tuple[str, ...]]:
    """Return the rows of a table as words."""
    (found,) = [each for each in view.parts if isinstance(each, Table) and each.caption == caption]
    return [tuple(cell.text for cell in each.cells) for each in found.rows]


def told(view: View) -> str:
    """Return all lines of all sections."""
    return "\n".join(line for each in view.parts if isinstance(each, Section) for line in each.lines)


@pytest.fixture
def returned(house: House) -> House:
    """A house where a claim came back from level 3 and is on its way again; 周明 tried to sign it."""
    house.submit("lin")
    button = house.button("li", "同意")
    house.press("wang", button)
    house.press("li", button)
    house.press("wang", house.button("wang", "退回修改"), WHY)
    house.say("lin", f"修改 {NUMBER}")
    form = house.cards("lin")[-1].form
    assert form is not None
    values = {each.name: each.default for each in form.questions if each.name != "attachments"}
    house.press("lin", form.buttons[0], values | {"purpose": "3 月 2 日打车"})
    return house


def test_the_list_has_every_claim_the_newest_first_and_leads_to_its_trail(returned: House) -> None:
    returned.submit("zhou", amount="5")
    rows = table(look(returned, "claims"), "全部单子")
    assert [each[:4] for each in rows] == [
        ("BX-2026-0002", "周明", "¥5.00", "审批中"),
        (NUMBER, "林晓", "¥128.50", "审批中"),
    ]
    (first, *_) = [each for each in look(returned, "claims").parts if isinstance(each, Table)]
    assert first.rows[0].cells[0].to == "expense.trail/BX-2026-0002"


def test_the_trail_has_both_versions_with_who_signed_what_and_why_it_came_back(returned: House) -> None:
    trail = look(returned, "trail", NUMBER.lower())
    assert trail.tag == "审批中"
    assert [each[:3] for each in table(trail, "第 2 版的签字")] == [
        ("1 经办人", "林晓", "已同意"),
        ("2 项目负责人", "李青", "待签"),
        ("3 财务负责人", "王芳", "还没轮到"),
        ("4 秘书长", "陈立", "还没轮到"),
    ]
    before = table(trail, "第 1 版的签字")
    assert [each[2] for each in before] == ["已同意", "已同意", "已退回修改", "作废"]
    assert before[2][4] == "请写明日期"
    assert "3 月 2 日打车" in told(trail)
    assert "默认规则，待理事会确认" in told(trail)


def test_a_refused_attempt_stands_beside_what_was_done(returned: House) -> None:
    ((_, who, rule, answer),) = table(look(returned, "trail", NUMBER), "被拒绝的尝试")
    assert (who, rule, answer) == ("王芳", "P31", "这一级（项目负责人）由李青签，别人不能代签")


def test_the_journal_is_shown_entry_by_entry_and_whether_the_chain_holds(returned: House) -> None:
    trail = look(returned, "trail", NUMBER)
    acts = [each[3] for each in table(trail, "流水账（序号在整本账里连续）")]
    assert acts == [
        "提交",
        "签字同意",
        "签字同意",
        "签字退回",
        "退回修改",
        "修改后再提交",
        "签字同意",
    ]
    with returned.database.read() as tx:
        count, head = journal.heads(tx)["main"]
    assert f"共 {count} 条，条条相连，末条校验值 {head}" in told(trail)


def test_a_broken_chain_is_told_where_it_breaks(returned: House) -> None:
    with returned.database.write() as tx:
        tx.run(journal.journal.update().where(journal.journal.c.seq == 2).values(actor="x"))
    assert "流水账在第 2 条断开" in told(look(returned, "trail", NUMBER))


def test_a_number_that_does_not_exist_is_refused(house: House) -> None:
    with pytest.raises(Refusal, match="没有编号是「BX-2026-0009」的单子"):
        look(house, "trail", "BX-2026-0009")
    assert table(look(house, "claims"), "全部单子") == []


def test_every_act_that_a_claims_life_records_has_a_word(returned: House) -> None:
    for signer in ("li", "wang", "chen"):
        returned.approve_all(signer)
    returned.submit("lin")
    returned.press("li", returned.button("li", "驳回"), WHY)
    returned.submit("lin")
    returned.say("lin", "撤回 BX-2026-0003")
    returned.give_roles("chen", "经办人")
    returned.submit("lin")
    with returned.database.read() as tx:
        subjects = [f"expense:{number}" for number in range(1, 5)]
        acts = {entry.act for entry, _ in journal.lines(tx, subjects)}
    assert {"expense.blocked", "expense.withdrawn", "expense.rejected", "expense.approved"} <= acts
    assert acts - views.ACTS.keys() == set()
