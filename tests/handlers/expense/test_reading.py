"""Who reads what, and how: lists, single claims, files, and words instead of buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from handlers.contract.card import Card
from handlers.contract.reply import Reply
from storage.outbox import Kind, outbox
from tests.databases import on_sqlite
from tests.house import House, button_in, buttons_of, read

pytestmark = on_sqlite
NUMBER = "BX-2026-0001"


def found(reply: Reply) -> Card:
    """The card of an answer that is not a no."""
    assert reply.card is not None, reply.text
    return reply.card


# Who may read (decision 34).


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("lin", "handed it in"),
        ("li", "signs level 2"),
        ("wang", "signs level 3"),
        ("chen", "signs level 4"),
        ("shen", "is paid"),
        ("hou", "is in finance"),
        ("jian", "is a supervisor"),
    ],
)
def test_a_claim_is_read_by_its_people_finance_the_secretary_general_and_supervisors(
    house: House, who: str, why: str
) -> None:
    house.submit("lin", payee="沈言")
    assert NUMBER in read(house.say(who, f"查询 {NUMBER}").card), why
    assert house.act(who, "expense.show", {"claim": house.claim().id}).toast == f"{NUMBER} 已发给您"


@pytest.mark.parametrize("who", ["zhou", "fang", "he", "shen", "guan", "tang"])
def test_nobody_else_learns_even_that_it_exists(house: House, who: str) -> None:
    house.submit("lin")
    house.send_file("lin", "发票.pdf")
    real = [house.say(who, f"{word} {NUMBER}").text for word in ("查询", "看附件", "撤回", "修改", "同意")]
    none = [
        house.say(who, f"{word} BX-2026-0009").text for word in ("查询", "看附件", "撤回", "修改", "同意")
    ]
    assert [each.replace(NUMBER, "BX-2026-0009") for each in real] == none
    assert all("没有找到您能看的单子" in each for each in real)
    for act in ("show", "files"):
        assert house.act(who, f"expense.{act}", {"claim": house.claim().id}).refused
    assert house.cards(who, "expense:") == []


ACTS = {
    "expense.approve": None,
    "expense.reject": {"reason": "看看"},
    "expense.return": {"reason": "看看"},
    "expense.withdraw": None,
    "expense.edit": None,
    "expense.show": None,
    "expense.files": None,
}


@pytest.mark.parametrize("state", ["审批中", "已退回修改", "已驳回", "已通过", "已撤回"])
@pytest.mark.parametrize("act", ACTS)
def test_a_forged_button_tells_nobody_else_anything(house: House, act: str, state: str) -> None:
    house.submit("lin")
    led = {"已退回修改": ("li", "退回修改"), "已驳回": ("li", "驳回"), "已撤回": ("lin", "撤回")}
    if state == "已通过":
        house.approve_all("li", "wang", "chen")
    elif state in led:
        who, word = led[state]
        house.say(who, f"{word} {NUMBER} 缺发票")
    assert state in read(house.say("lin", f"查询 {NUMBER}").card)
    for version in (1, 2):
        forged = {"version": version, "level": 2, "shown": "x"}
        real = house.act("shen", act, {"claim": house.claim().id, **forged}, ACTS[act])
        none = house.act("shen", act, {"claim": 999, **forged}, ACTS[act])
        assert real.refused
        assert real == none


def test_a_deputy_reads_what_they_sign_and_a_lead_what_the_deputy_signs(house: House) -> None:
    house.name_deputy("zhou", "tang", date(2026, 1, 1), date(2026, 12, 31))
    house.submit("zhou", project="P02")
    assert not house.say("tang", f"查询 {NUMBER}").refused
    house.submit("lin", project="ORG")
    assert not house.say("tang", "查询 BX-2026-0002").refused
    assert house.say("zhou", "查询 BX-2026-0002").refused


def test_the_number_may_be_typed_in_small_letters_and_with_blanks(house: House) -> None:
    house.submit("lin")
    for typed in ("查询 bx-2026-0001", "查询　BX-2026-0001 ", "查询BX-2026-0001"):
        assert NUMBER in read(house.say("lin", typed).card)


@pytest.mark.parametrize("word", ["查询", "同意", "驳回", "退回修改", "撤回", "修改", "看附件", "重新检查"])
def test_a_word_without_a_number_says_how_it_is_typed(house: House, word: str) -> None:
    assert house.say("lin", word).text == f"请带上编号，例如「{word} BX-2026-0001」"


# Lists.


def test_what_waits_for_me_is_mine_alone_and_the_longest_waiting_comes_first(house: House) -> None:
    house.submit("lin", amount="1", project="P01")
    house.clock.forward(timedelta(hours=1))
    house.submit("zhou", amount="2", project="P01")
    assert read(house.say("li", "待办").card) == (
        "待办\n1. BX-2026-0001 · 林晓 · ¥1.00 · 第 2 级\n2. BX-2026-0002 · 周明 · ¥2.00 · 第 2 级\n"
        "[处理 1]\n[处理 2]"
    )
    for other in ("lin", "wang", "chen", "jian", "guan", "fang"):
        assert "没有等您办的事" in read(house.say(other, "待办").card)
    house.approve_all("li")
    assert "BX-2026-0001" in read(house.say("li", "待办").card)
    assert "BX-2026-0002 · 周明" in read(house.say("wang", "待办").card)


def test_from_the_list_the_card_to_sign_is_sent_anew_and_works(house: House) -> None:
    house.submit("lin")
    row = buttons_of(found(house.say("li", "待办")))[0]
    house.press("li", row)
    card = house.cards("li", "expense:")[-1]
    assert "报销待您签字" in read(card)
    assert not house.press("li", button_in(card, "同意")).refused


def test_my_claims_are_mine_alone_and_the_newest_comes_first(house: House) -> None:
    house.submit("lin", purpose="很长的事由" * 10)
    house.submit("zhou")
    house.submit("lin", amount="30")
    house.say("lin", "撤回 BX-2026-0001")
    assert read(house.say("lin", "我的").card) == (
        "我的报销\n1. BX-2026-0003 · ¥30.00 · 审批中 · 打车去看望老人\n"
        "2. BX-2026-0001 · ¥128.50 · 已撤回 · 很长的事由很长的事由很长的事由很长的事由…\n"
        "[查看 1]\n[查看 2]"
    )
    assert "您还没有报销单" in read(house.say("wang", "我的").card)


def test_lists_have_an_end(house: House) -> None:
    for _ in range(12):
        house.submit("lin")
    mine, waiting = found(house.say("lin", "我的")), found(house.say("li", "待办"))
    assert len([line for line in read(mine).splitlines() if "BX-" in line]) == 10
    assert len(buttons_of(mine)) <= 5
    assert len(buttons_of(waiting)) <= 5


# Every button has words.


def blocked(house: House) -> Reply:
    """A claim without enough people, which can go on by now."""
    reply = house.submit("li")
    house.name_deputy("li", "zhou", date(2026, 1, 1), date(2026, 12, 31))
    return reply


def returned(house: House) -> Reply:
    house.submit("lin")
    house.say("li", f"退回修改 {NUMBER} 缺少发票")
    return house.say("lin", f"查询 {NUMBER}")


def with_file(house: House) -> Reply:
    house.send_file("lin", "发票.pdf")
    return house.submit("lin")


def to_sign(house: House) -> Reply:
    with_file(house)
    return house.say("li", f"查询 {NUMBER}")


SITUATIONS: dict[str, tuple[str, Callable[[House], Reply], list[str]]] = {
    "a claim just handed in": ("lin", with_file, ["撤回", "看附件"]),
    "a claim without enough people": ("li", blocked, ["重新检查", "撤回"]),
    "a claim that was sent back": ("lin", returned, ["修改", "撤回"]),
    "a claim to sign": ("li", to_sign, ["同意", "看附件", "退回修改", "驳回"]),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_these_buttons_are_offered_on(house: House, situation: str) -> None:
    _, come_about, labels = SITUATIONS[situation]
    shown = buttons_of(come_about(house).card)
    assert [each.label for each in shown] == labels
    assert all(NUMBER in each.say for each in shown)


@pytest.mark.parametrize(
    ("situation", "label"), [(each, label) for each, (*_, labels) in SITUATIONS.items() for label in labels]
)
def test_whatever_can_be_pressed_can_be_typed(
    house: House, another_house: House, situation: str, label: str
) -> None:
    who, come_about, _ = SITUATIONS[situation]
    words = button_in(come_about(house).card, label).say.replace("原因", "缺少发票")
    typed = house.say(who, words)
    button = button_in(come_about(another_house).card, label)
    values = {"reason": "缺少发票"} if label in ("驳回", "退回修改") else None
    pressed = another_house.press(who, button, values)

    assert not typed.refused, typed.text
    assert outcome(house, who) == outcome(another_house, who)
    assert typed.card == pressed.card


def outcome(house: House, who: str) -> tuple[object, ...]:
    """What an act has led to for the claim, and for everybody but the one who acted."""
    claim = house.claim()
    with house.database.read() as tx:
        files = len(tx.run(select(outbox).where(outbox.c.kind == Kind.FILE)).all())
    others = [each for each in ("lin", "li", "wang", "zhou") if each != who]
    told = [(house.texts(each), list(map(read, house.cards(each)))) for each in others]
    return claim, house.steps(), files, told


# What people type stays what they typed.


@pytest.mark.parametrize(
    "words",
    [
        "<at user_id=all></at> **加急** [点这里](https://example.com)",
        "{{name}} ${7*7} <b>粗</b> <a href='x'>链接</a>",
        "第一行\n第二行\t有制表",
        "`代码` ~~删~~ > 引用 # 标题 \\n",
    ],
)
def test_markup_in_what_people_type_stays_text_in_the_neutral_card(house: House, words: str) -> None:
    house.submit("lin", purpose=words, payee=words[:40])
    fields = {each.label: each.value for each in house.cards("li")[-1].fields}
    assert fields["事由"] == words
    assert fields["收款人"] == f"{words[:40].strip()}（外部收款方）"
    house.press("li", house.button("li", "退回修改"), {"reason": words})
    trail = [line for section in house.cards("lin")[-1].sections for line in section.lines]
    assert any(line.endswith(f"已退回修改 03-03 09:00：{words}") for line in trail)


def test_a_payee_from_outside_is_marked_and_a_colleague_is_not(house: House) -> None:
    house.submit("lin", payee="沈言")
    house.submit("lin", payee="沈大言")
    assert "收款人：沈言\n" in read(house.say("lin", f"查询 {NUMBER}").card)
    assert "收款人：沈大言（外部收款方）\n" in read(house.say("lin", "查询 BX-2026-0002").card)


# Files.


def test_the_files_of_a_claim_are_sent_to_who_asks_for_them(house: House) -> None:
    house.send_file("lin", "发票.pdf")
    house.send_file("lin", "现场照片.jpg")
    house.submit("lin")
    reply = house.say("jian", f"看附件 {NUMBER}")
    assert reply.text == f"{NUMBER} 的 2 个附件马上发给您"
    jian = house.person("jian").id
    with house.database.read() as tx:
        mine = (outbox.c.kind == Kind.FILE, outbox.c.person_id == jian)
        sent = tx.run(select(outbox.c.body).where(*mine).order_by(outbox.c.id)).scalars().all()
    assert ["发票.pdf" in sent[0], "现场照片.jpg" in sent[1], len(sent)] == [True, True, 2]


def test_a_claim_without_files_says_so(house: House) -> None:
    house.submit("lin")
    assert house.say("lin", f"看附件 {NUMBER}").text == f"{NUMBER} 无附件"
