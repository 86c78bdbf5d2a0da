"""What is a complaint among all that people type, and what is not."""

from __future__ import annotations

import pytest

from handlers.complaint import hearing, receipts
from handlers.complaint.hearing import Heard

RECEIPT = "3948572679349411341632400593"


@pytest.mark.parametrize(
    "text",
    [
        "举报：有人拿回扣",
        "举报:有人拿回扣",
        " 举报 ： 有人\n拿回扣",
        "匿名举报：有人",
        "我要举报：有人",
        "\ufeff举报：有人",
        "\u200b 举报：有人",
    ],
)
def test_words_behind_the_first_word_are_the_complaint(text: str) -> None:
    assert hearing.heard(text) is Heard.FILED
    assert hearing.content(text).startswith("有人")


@pytest.mark.parametrize(
    "text",
    ["举报", "举报：", "我要举报", "怎么举报", "我想举报王主任", "举报 有人拿回扣", "检举", "廉洁问题反映"],
)
def test_who_begins_without_saying_it_all_is_offered_the_choice(text: str) -> None:
    assert hearing.heard(text) is Heard.ASKED


@pytest.mark.parametrize(
    "text",
    [
        RECEIPT,
        receipts.written(RECEIPT),
        f"我的号码{receipts.written(RECEIPT)}，怎么没有答复",
        RECEIPT.translate({48 + n: 0xFF10 + n for n in range(10)}),
        "-".join(RECEIPT[n : n + 4] for n in range(0, 28, 4)),
        f"举报：{RECEIPT}",
        f"2026-03-03 交的 2026 {receipts.written(RECEIPT)}",
        receipts.written(RECEIPT).replace(" ", "—"),
    ],
)
def test_a_receipt_is_noticed_wherever_it_stands(text: str) -> None:
    assert hearing.heard(text) is Heard.RECEIPT


@pytest.mark.parametrize(
    "text",
    [
        "报销",
        "待办",
        "查询 BX-2026-0001",
        "发票号 24332000000123456789",
        "卡号 6222 0212 3456 7890 123",
        "发票号 24332000000123456789 2026-03-03",
        "整改 ZG-2026-0001",
        "我把举报箱的钥匙放在前台了",
        "举报箱两个，挂在门口",
        "举报制度汇编印刷费",
        "128.50",
        "",
    ],
)
def test_what_people_say_every_day_is_left_to_the_others(text: str) -> None:
    assert hearing.heard(text) is None


@pytest.mark.parametrize("text", ["我看见财务部有人虚报冒领", "老王拿回扣这件事没人管吗"])
def test_what_sounds_like_a_complaint_is_noticed(text: str) -> None:
    assert hearing.sounds_like_one(text)


@pytest.mark.parametrize("text", ["回扣", "打车去看望老人", "今天开会吗", "红包"])
def test_what_does_not_is_not(text: str) -> None:
    assert not hearing.sounds_like_one(text)


@pytest.mark.parametrize("text", ["我想举报周明收了回扣", "举报 出纳多报了饭费", "举报出纳"])
def test_who_says_more_than_that_they_want_to_report_is_told_that_it_was_not_taken(text: str) -> None:
    assert hearing.heard(text) is Heard.ASKED
    assert hearing.says_more(text)


@pytest.mark.parametrize("text", ["举报", "我要举报", "举报：", " 怎么举报？", "举报。"])
def test_who_only_asks_is_told_nothing_of_the_kind(text: str) -> None:
    assert hearing.heard(text) is Heard.ASKED
    assert not hearing.says_more(text)
