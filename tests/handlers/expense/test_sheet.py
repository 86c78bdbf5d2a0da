"""The signature sheet: of approved claims, for those who may read them, with what each signed."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from handlers.contract.document import Document
from handlers.contract.view import Table
from storage import journal
from storage.outbox import Kind, outbox
from tests.databases import on_sqlite
from tests.house import House, read

pytestmark = on_sqlite
NUMBER = "BX-2026-0001"


def approved(house: House) -> House:
    house.send_file("lin", "发票.pdf")
    house.submit("lin")
    house.approve_all("li", "wang", "chen")
    return house


def papers(house: House) -> list[Document]:
    """The documents under way, oldest first."""
    with house.database.read() as tx:
        bodies = tx.run(select(outbox.c.body).where(outbox.c.kind == Kind.DOCUMENT).order_by(outbox.c.id))
        return [msgspec.json.decode(each, type=Document) for each in bodies.scalars()]


def test_the_sheet_names_four_signers_what_each_signed_and_what_proves_it(house: House) -> None:
    with approved(house).database.read() as tx:
        count, head = journal.heads(tx)[journal.MAIN]
    house.say("lin", f"联签单 {NUMBER}")

    (paper,) = papers(house)
    signatures, attachments = (each for each in paper.parts if isinstance(each, Table))
    assert [each.cells[1].text for each in signatures.rows] == ["林晓", "李青", "王芳", "陈立"]
    assert [each.cells[5].whole for each in signatures.rows] == [each.shown for each in house.steps()]
    assert [each.cells[0].text for each in attachments.rows] == ["发票.pdf"]
    assert str(count) in paper.foot
    assert head in paper.foot


@pytest.mark.parametrize("who", ["lin", "li", "wang", "chen", "hou", "jian"])
def test_whoever_may_read_an_approved_claim_may_take_its_sheet_and_it_is_recorded(
    house: House, who: str
) -> None:
    approved(house).say(who, f"联签单 {NUMBER}")

    assert len(papers(house)) == 1
    last = house.journal(house.claim().subject)[-1]
    assert (last.act, last.actor) == ("expense.sheet", who)


@pytest.mark.parametrize("who", ["zhou", "fang", "guan", "tang"])
def test_nobody_else_gets_a_sheet_or_learns_that_the_claim_exists(house: House, who: str) -> None:
    answer = approved(house).say(who, f"联签单 {NUMBER}").text

    assert answer == house.say(who, "联签单 BX-2026-0009").text
    assert "没有找到您能看的单子" in house.act(who, "expense.sheet", {"claim": house.claim().id}).toast
    assert papers(house) == []


def test_before_the_last_signature_there_is_no_sheet_and_no_button_for_it(house: House) -> None:
    house.submit("lin")

    assert "四级签齐通过后才有联签单" in house.say("lin", f"联签单 {NUMBER}").text
    assert "[联签单]" not in read(house.say("lin", f"查询 {NUMBER}").card)
    house.approve_all("li", "wang", "chen")
    assert "[联签单]" in read(house.say("jian", f"查询 {NUMBER}").card)
