"""Template cards as people read them: in words, with long texts cut where the app cuts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.bot.simulator.wecom.town import Json, Town, buttons, notice, options, picture, selects, vote

URL = "https://h5.example.org"


def _read(town: Town, card: Json) -> str:
    town.card("wangfang", card)
    return town.words("wang")[-1]


def test_a_card_to_decide_on(town: Town) -> None:
    card = buttons(
        source={"desc": "待您审批", "desc_color": 2},
        main_title={"title": "费用报销 BX-2026-0001", "desc": "林晓提交"},
        quote_area={"title": "依据", "quote_text": "第3条\n四人四责"},
        sub_title_text="请核对票据后决定。",
        horizontal_content_list=[
            {"keyname": "金额", "value": "1,280.50 元"},
            {"keyname": "明细", "value": "点开看", "type": 1, "url": URL},
            {"keyname": "申请人", "value": "林晓", "type": 3, "userid": "linxiao"},
        ],
        button_selection={"question_key": "why", "title": "驳回原因", "option_list": options("a", "b")},
        button_list=[
            {"text": "同意", "key": "y"},
            {"text": "驳回", "key": "n", "style": 4},
            {"text": "看附件", "type": 1, "url": URL},
        ],
        action_menu={"action_list": [{"text": "静音", "key": "mute"}]},
    )
    assert _read(town, card).split("\n") == [
        "【费用报销 BX-2026-0001】〔待您审批〕",
        "林晓提交",
        "｜依据",
        "｜第3条",
        "｜四人四责",
        "请核对票据后决定。",
        "金额：1,280.50 元",
        "明细：点开看 ↗",
        "申请人：林晓（成员）",
        "驳回原因：◉ 选项a  ○ 选项b",
        "[同意] [驳回] [看附件]",
        "更多：[静音]",
    ]


def test_a_notice(town: Town) -> None:
    card = notice(
        emphasis_content={"title": "1,280.50", "desc": "元"},
        jump_list=[{"title": "看签批单", "type": 1, "url": URL}, {"title": "没有链接"}],
    )
    assert _read(town, card).split("\n") == ["【已通过】", "1,280.50　元", "→ 没有链接", "[看签批单]"]


def test_a_picture_with_paragraphs(town: Town) -> None:
    card = picture(
        image_text_area={"image_url": URL, "title": "公示", "desc": "三月"},
        vertical_content_list=[{"title": "收入", "desc": "10 万元"}, {"title": "支出"}],
    )
    expected = ["【已通过】", "［图片］", "公示", "三月", "收入", "10 万元", "支出"]
    assert _read(town, card).split("\n") == expected


def test_a_vote_with_one_and_with_several_answers(town: Town) -> None:
    boxes = {
        "question_key": "q",
        "option_list": [*options("a"), {"id": "b", "text": "乙", "is_checked": True}],
    }
    assert _read(town, vote(checkbox=boxes)).split("\n") == ["【表决】", "○ 选项a  ◉ 乙", "[交卷]"]
    assert "☐ 选项a  ☑ 乙" in _read(town, vote(checkbox=boxes | {"mode": 1}))


def test_dropdowns_show_what_stands_there_first(town: Town) -> None:
    assert _read(town, selects()).split("\n") == [
        "【自查】",
        "制度：◉ 选项a  ○ 选项b",
        "记录：○ 选项a  ◉ 选项b",
        "[提交]",
    ]


@pytest.mark.parametrize(
    ("limit", "card"),
    [
        (20, lambda text: notice(source={"desc": text})),
        (36, lambda text: notice(main_title={"title": text})),
        (44, lambda text: notice(main_title={"title": "标题", "desc": text})),
        (160, lambda text: notice(sub_title_text=text)),
        (5, lambda text: notice(horizontal_content_list=[{"keyname": text}])),
        (30, lambda text: notice(horizontal_content_list=[{"keyname": "x", "value": text}])),
        (14, lambda text: notice(emphasis_content={"title": text})),
        (22, lambda text: notice(emphasis_content={"desc": text})),
        (18, lambda text: notice(jump_list=[{"title": text}])),
        (18, lambda text: notice(jump_list=[{"title": text, "type": 1, "url": URL}])),
        (38, lambda text: picture(vertical_content_list=[{"title": text}])),
        (160, lambda text: picture(vertical_content_list=[{"title": "x", "desc": text}])),
        (160, lambda text: buttons(sub_title_text=text)),
        (10, lambda text: buttons(text)),
        (16, lambda text: selects(select_list=[_dropdown(text)])),
        (16, lambda text: buttons(button_selection=_dropdown(text))),
        (17, lambda text: vote(checkbox=_dropdown(text))),
        (10, lambda text: vote(submit_button={"text": text, "key": "k"})),
    ],
)
def test_a_long_text_is_taken_but_cut_where_people_read_it(
    town: Town, limit: int, card: Callable[[str], Json]
) -> None:
    whole, longer = "字" * limit, "字" * (limit + 1)
    shown = _read(town, card(whole))
    assert whole in shown
    assert "…" not in shown
    shown = _read(town, card(longer))
    assert "字" * (limit - 1) + "…" in shown
    assert whole not in shown


def _dropdown(text: str) -> Json:
    return {"question_key": "q", "option_list": [{"id": "a", "text": text}]}


def test_a_cut_button_is_pressed_by_what_is_written_on_it(town: Town) -> None:
    town.card("wangfang", buttons("驳回并写下全部的理由吧"))
    assert town.chat("wang")[0]["buttons"][0]["label"] == "驳回并写下全部的理…"
    town.click("wang", "驳回并写下全部的理由吧", 409)
    town.click("wang", "驳回并写下全部的理…")
    assert town.bot.last["EventKey"] == "驳回并写下全部的理由吧"


def test_buttons_and_choices_in_the_shape_of_the_control_api(town: Town) -> None:
    town.card(
        "wangfang",
        buttons(
            button_list=[
                {"text": "同意", "key": "y", "style": 1},
                {"text": "驳回", "key": "n", "style": 4},
                {"text": "打开", "type": 1, "url": URL, "style": 2},
            ],
            button_selection={"question_key": "why", "title": "原因", "option_list": options("a", "b")},
            action_menu={"action_list": [{"text": "静音", "key": "mute"}]},
            card_action={"type": 1, "url": URL},
        ),
    )
    (message,) = town.chat("wang")
    assert message["buttons"] == [
        _shown("同意", "primary"),
        _shown("驳回", "danger"),
        _shown("打开", "default", url=URL),
        _shown("静音", "text"),
    ]
    assert message["form"] == [
        {
            "name": "why",
            "label": "原因",
            "kind": "choice",
            "required": False,
            "options": [{"value": "a", "text": "选项a"}, {"value": "b", "text": "选项b"}],
            "default": "a",
            "max_length": None,
        }
    ]
    assert message["link"] == URL


def _shown(label: str, look: str, **more: Any) -> Json:
    common = {"label": label, "enabled": True, "form_submit": False, "confirm": "", "url": ""}
    return common | {"type": look} | more


# In WeChat.


@pytest.mark.parametrize(
    ("msgtype", "content"), [("template_card", buttons()), ("markdown", {"content": "**机密**"})]
)
def test_who_reads_in_wechat_sees_only_a_placeholder(town: Town, msgtype: str, content: Json) -> None:
    town.sent("wangfang|heping", msgtype, content)
    town.event("wang", "wechat", on=True)
    (message,) = town.chat("wang")
    assert (message["words"], message["text"]) == ("当前客户端不支持", "当前客户端不支持")
    assert (message["card"], message["buttons"], message["form"]) == (None, [], [])
    assert "当前客户端不支持" not in town.words("he")[0]


def test_text_is_read_in_wechat_as_well(town: Town) -> None:
    town.event("wang", "wechat", on=True)
    town.sent("wangfang", "text", {"content": "你好"})
    town.say("wang", "收到")
    assert town.words("wang") == ["你好", "收到"]


def test_in_wechat_nothing_can_be_pressed_until_the_person_comes_back(town: Town) -> None:
    town.card("wangfang", buttons())
    town.event("wang", "wechat", on=True)
    assert "微信" in town.click("wang", "同意", 409)["error"]
    assert town.event("wang", "wechat", on=False) == {"reads_in_wechat": False}
    town.click("wang", "同意")
    assert town.bot.last["EventKey"] == "同意"


def test_the_flag_is_true_or_false(town: Town) -> None:
    town.event("wang", "wechat", 400, on="yes")
