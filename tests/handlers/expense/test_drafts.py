"""A claim before it is handed in: what was typed is kept, files come when they come, and it expires."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.contract.reply import Reply
from storage.people import NewPerson, save
from tests.databases import on_sqlite
from tests.house import House, read

pytestmark = on_sqlite
NUMBER = "BX-2026-0001"
VALUES = {"project": "P01", "amount": "128.50", "purpose": "打车去看望老人", "payee": "某某餐厅"}


def draft(house: House, key: str = "lin") -> str:
    """The draft as its owner sees it now."""
    return read(house.cards(key, "expense-draft")[-1])


def hand_in(house: House, key: str = "lin", **answers: str) -> Reply:
    """Press 提交 on the draft as it stands in the chat."""
    button = house.button(key, "提交")
    return house.press(key, button, VALUES | answers)


def files(house: House) -> list[str]:
    return [each.name for each in house.claim().current.attachments]


# Typing.


def test_the_form_begins_with_oneself_as_payee(house: House) -> None:
    house.say("lin", "报销")
    assert "收款人=林晓" in draft(house)
    assert "附件=无附件" in draft(house)


def test_what_stands_behind_the_word_is_filled_in(house: House) -> None:
    house.say("lin", "报销 出租车 128.50")
    assert "金额（元）=128.50\n事由=出租车" in draft(house)


def test_asking_again_shows_the_same_draft(house: House) -> None:
    house.say("lin", "报销 出租车 128.50")
    house.say("lin", "报销")
    assert "事由=出租车" in draft(house)
    house.say("lin", "报销 别的事")
    assert "事由=出租车" in draft(house)
    assert len({each.subject for each in house.cards("lin")}) == 1


def test_what_has_to_be_mended_is_said_and_what_was_typed_is_kept(house: House) -> None:
    house.say("lin", "报销")
    reply = hand_in(house, amount="三十", purpose="", payee="某" * 61)
    assert reply.refused
    words = read(reply.card)
    assert "⚠️ 看不懂金额「三十」，请写成元，例如 1280.50" in words
    assert "⚠️ 请写明事由" in words
    assert "⚠️ 收款人请控制在 60 字以内，现在是 61 字" in words
    assert "金额（元）=三十" in words
    house.say("lin", "报销")
    assert "金额（元）=三十" in draft(house)
    assert hand_in(house).toast == f"{NUMBER} 已提交"


def test_of_two_colleagues_with_one_name_the_payee_is_chosen_by_key(house: House) -> None:
    with house.database.write() as tx:
        save(tx, NewPerson("wang2", "王芳", "项目部", frozenset({"经办人"})))
    house.say("lin", "报销")
    assert "收款人请改填编号：wang（办公室）、wang2（项目部）" in hand_in(house, payee="王芳").toast
    assert not hand_in(house, payee="wang2").refused
    assert house.claim().current.payee == "王芳"
    assert house.steps()[2].assignee == house.person("wang").id


@pytest.mark.parametrize("typed", ["沈言", " 沈 言 ", "沈　言", "shen", "SHEN", "沈·言", "沈-言"])
def test_no_spelling_makes_a_colleague_an_outside_payee(house: House, typed: str) -> None:
    house.say("lin", "报销")
    hand_in(house, payee=typed)
    assert house.claim().current.payee_id == house.person("shen").id


def test_who_has_left_is_paid_as_somebody_outside(house: House) -> None:
    house.give_roles("shen", "理事", active=False)
    house.say("lin", "报销")
    hand_in(house, payee="沈言")
    assert house.claim().current.payee_id is None


def test_after_handing_in_the_draft_is_closed_and_a_new_one_is_empty(house: House) -> None:
    house.say("lin", "报销 出租车 128.50")
    hand_in(house)
    assert f"已提交为 {NUMBER}" in draft(house)
    house.say("lin", "报销")
    assert "事由=\n" in draft(house)


# Files.


def test_a_file_sent_before_the_form_opens_the_form(house: House) -> None:
    house.send_file("lin", "发票.pdf")
    assert "附件=发票.pdf" in draft(house)
    assert house.texts("lin") == ["已加入草稿：发票.pdf（共 1 个附件）。"]
    hand_in(house)
    assert files(house) == ["发票.pdf"]
    assert "1 个：发票.pdf" in read(house.cards("li")[-1])


def test_files_sent_after_the_form_join_it_in_order(house: House) -> None:
    house.say("lin", "报销")
    house.send_file("lin", "发票.pdf")
    house.send_file("lin", "现场照片.jpg")
    assert "附件=发票.pdf、现场照片.jpg" in draft(house)
    hand_in(house)
    assert files(house) == ["发票.pdf", "现场照片.jpg"]


def test_what_was_typed_before_a_file_came_is_not_lost(house: House) -> None:
    house.say("lin", "报销 出租车 128.50")
    house.send_file("lin", "发票.pdf")
    assert "金额（元）=128.50\n事由=出租车" in draft(house)


def test_while_a_file_is_on_its_way_nothing_is_handed_in(house: House) -> None:
    house.say("lin", "报销")
    house.offer_file("lin", "发票.pdf")
    assert "附件=发票.pdf（正在取附件…）" in draft(house)
    reply = hand_in(house)
    assert reply.toast == "还有附件正在取，请等几秒再提交"
    house.fetch_files()
    assert "金额（元）=128.50" in draft(house)
    assert hand_in(house).toast == f"{NUMBER} 已提交"
    assert files(house) == ["发票.pdf"]


def test_a_file_that_got_lost_is_struck_and_said(house: House) -> None:
    house.say("lin", "报销")
    house.send_file("lin", "发票.pdf", None)
    assert house.texts("lin") == ["「发票.pdf」没有加进来：平台上没有了。请换一份再发。"]
    assert "附件=无附件" in draft(house)
    assert not hand_in(house).refused


def test_the_same_file_twice_is_one_attachment(house: House) -> None:
    house.send_file("lin", "发票.pdf")
    house.send_file("lin", "收据.pdf")
    hand_in(house)
    assert files(house) == ["发票.pdf"]


def test_several_files_on_their_way_arrive_one_by_one(house: House) -> None:
    for name in ("一.pdf", "二二.pdf", "三三三.pdf"):
        house.offer_file("lin", name)
    assert "一.pdf（正在取附件…）、二二.pdf（正在取附件…）、三三三.pdf（正在取附件…）" in draft(house)
    house.fetch_files()
    assert "附件=一.pdf、二二.pdf、三三三.pdf" in draft(house)


def test_a_file_that_comes_after_the_draft_was_dropped_is_not_added_anywhere(house: House) -> None:
    house.offer_file("lin", "发票.pdf")
    house.say("lin", "取消")
    house.fetch_files()
    assert "草稿已经不在了" in house.texts("lin")[-1]
    house.say("lin", "报销")
    assert "附件=无附件" in draft(house)


def test_nor_does_it_join_the_next_draft(house: House) -> None:
    house.offer_file("lin", "发票.pdf")
    house.say("lin", "取消")
    house.say("lin", "报销")
    house.fetch_files()
    assert "附件=无附件" in draft(house)
    assert "草稿已经不在了" in house.texts("lin")[-1]


def test_files_of_one_person_stay_out_of_anothers_draft(house: House) -> None:
    house.say("zhou", "报销")
    house.send_file("lin", "发票.pdf")
    assert "附件=无附件" in draft(house, "zhou")


# Dropping it.


def test_a_draft_is_cancelled_by_word_and_its_card_says_so(house: House) -> None:
    house.say("lin", "报销")
    button = house.button("lin", "提交")
    assert house.say("lin", "取消").text == "报销草稿已取消。"
    assert "已取消" in draft(house)
    assert house.press("lin", button, VALUES).refused
    assert house.say("lin", "取消").text == "现在没有正在填的内容。"


def test_a_draft_left_alone_for_a_day_expires(house: House) -> None:
    house.say("lin", "报销")
    button = house.button("lin", "提交")
    house.clock.forward(timedelta(hours=23, minutes=59))
    house.run_jobs()
    assert "[提交]" in draft(house)
    house.clock.forward(timedelta(minutes=1))
    house.run_jobs()
    assert "已过期" in draft(house)
    assert "[提交]" not in draft(house)
    assert house.press("lin", button, VALUES).toast == "这张草稿已经提交或过期了。请重新发「报销」"
    house.run_jobs()
    assert len(house.cards("lin")) == 2


def test_a_draft_that_is_worked_on_lives_on(house: House) -> None:
    house.say("lin", "报销")
    house.clock.forward(timedelta(hours=23))
    house.send_file("lin", "发票.pdf")
    house.clock.forward(timedelta(hours=23))
    house.run_jobs()
    assert not hand_in(house).refused


def test_expired_but_not_yet_swept_is_expired_all_the_same(house: House) -> None:
    house.say("lin", "报销")
    button = house.button("lin", "提交")
    house.clock.forward(timedelta(hours=24))
    assert house.press("lin", button, VALUES).refused
    house.say("lin", "报销")
    assert hand_in(house).toast == f"{NUMBER} 已提交"


# Changing what came back.


def came_back(house: House) -> None:
    house.send_file("lin", "发票.pdf")
    hand_in(house)
    house.say("li", f"退回修改 {NUMBER} 缺少发票")


def test_while_another_draft_is_open_nothing_else_is_changed(house: House) -> None:
    came_back(house)
    house.say("lin", "报销 别的事")
    reply = house.say("lin", f"修改 {NUMBER}")
    assert "您还有一张没提交的报销草稿" in reply.text
    house.say("lin", "取消")
    assert "修改报销单" in read(house.say("lin", f"修改 {NUMBER}").card)


def test_a_file_can_be_added_while_changing(house: House) -> None:
    came_back(house)
    house.say("lin", f"修改 {NUMBER}")
    house.send_file("lin", "补充发票.pdf")
    hand_in(house)
    assert house.claim().current.version == 2
    assert files(house) == ["发票.pdf", "补充发票.pdf"]


def test_a_change_that_is_dropped_can_be_begun_again(house: House) -> None:
    came_back(house)
    house.say("lin", f"修改 {NUMBER}")
    assert house.say("lin", "取消").text == "报销草稿已取消。"
    assert house.claim().state == "returned"
    house.say("lin", f"修改 {NUMBER}")
    assert hand_in(house, amount="3").toast == f"{NUMBER} 已提交"


def test_what_was_taken_back_while_it_was_changed_is_handed_in_all_the_same(house: House) -> None:
    came_back(house)
    house.say("lin", f"修改 {NUMBER}")
    button = house.button("lin", "提交")
    house.say("lin", f"撤回 {NUMBER}")
    assert not house.press("lin", button, VALUES).refused
    assert (house.claim().state, house.claim().current.version) == ("signing", 2)


def test_a_draft_holds_thirty_files_and_says_so(house: House) -> None:
    house.say("lin", "报销")
    for number in range(30):
        house.send_file("lin", f"{'票' * number}.pdf")
    assert "一张单子最多 30 个附件" in house.offer_file("lin", "多一张.pdf").text
    hand_in(house)
    assert len(files(house)) == 30
