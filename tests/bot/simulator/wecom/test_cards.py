"""Which template cards are taken and which are refused, and with what code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.bot.simulator.wecom.town import (
    Json,
    Town,
    buttons,
    fresh_task,
    notice,
    options,
    picture,
    selects,
    vote,
)

KINDS = {
    "text_notice": notice,
    "news_notice": picture,
    "button_interaction": buttons,
    "vote_interaction": vote,
    "multiple_interaction": selects,
}
MENU = {"action_list": [{"text": "静音", "key": "mute"}]}
URL = "https://h5.example.org"
DROPDOWN = {"question_key": "why", "option_list": options("a", "b")}
BAD, NO_ACTION, NO_TITLE = 40058, 42045, 41016
TASK, BAD_KEY, NO_KEY, NO_LABEL = 42014, 42018, 42019, 42020


def _button(**more: Any) -> Json:
    return {"text": "同意", "key": "agree"} | more


def _fact(**more: Any) -> Json:
    return {"keyname": "金额", "value": "1,280.50 元"} | more


def _card(base: Callable[..., Json], change: Json) -> Json:
    """A right card with some properties replaced; None takes one away."""
    return {name: value for name, value in (base() | change).items() if value is not None}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_taken(town: Town, kind: str) -> None:
    town.card("wangfang", KINDS[kind]())
    (message,) = town.chat("wang")
    assert (message["type"], message["card"]["card_type"]) == ("card", kind)


@pytest.mark.parametrize(
    ("base", "change"),
    [
        (notice, {"main_title": None, "sub_title_text": "只有副标题"}),
        (
            notice,
            {
                "main_title": {"title": "标题", "desc": "说明"},
                "source": {"desc": "清廉助手", "desc_color": 3},
            },
        ),
        (notice, {"card_action": {"type": 2, "appid": "wx1", "pagepath": "pages/a"}}),
        (notice, {"emphasis_content": {"title": "100", "desc": "元"}}),
        (notice, {"quote_area": {"type": 1, "url": URL, "title": "第3条", "quote_text": "四人四责"}}),
        (notice, {"quote_area": {"quote_text": "没有链接"}}),
        (notice, {"horizontal_content_list": [], "jump_list": []}),
        (notice, {"horizontal_content_list": [_fact()] * 6}),
        (notice, {"horizontal_content_list": [_fact(type=1, url=URL), _fact(type=3, userid="WANGFANG")]}),
        (notice, {"jump_list": [{"title": "看明细", "type": 1, "url": URL}] * 3}),
        (notice, {"jump_list": [{"title": "没有链接"}]}),
        (notice, {"task_id": "no_menu_but_an_id", "action_menu": None}),
        (notice, {"task_id": "with_menu", "action_menu": MENU | {"desc": "更多"}}),
        (picture, {"card_image": {"url": URL, "aspect_ratio": 2.25}}),
        (picture, {"card_image": {"url": URL, "aspect_ratio": 1.3}}),
        (
            picture,
            {"card_image": None, "image_text_area": {"image_url": URL, "title": "图", "type": 1, "url": URL}},
        ),
        (picture, {"vertical_content_list": [{"title": "一", "desc": "二"}] * 4}),
        (buttons, {"main_title": None, "sub_title_text": "只有副标题"}),
        (buttons, {"button_list": [_button(key=str(n)) for n in range(6)]}),
        (buttons, {"button_list": [_button(key="k" * 1024)]}),
        (buttons, {"button_list": [_button(style=9), {"type": 1, "text": "打开", "url": URL}]}),
        (buttons, {"card_action": {"type": 1, "url": URL}}),
        (buttons, {"button_selection": DROPDOWN | {"title": "原因", "selected_id": "unknown"}}),
        (buttons, {"button_selection": DROPDOWN | {"option_list": options(*"abcdefghij")}}),
        (buttons, {"task_id": "Az09_-@" + "x" * 121}),
        (
            vote,
            {"checkbox": {"question_key": "q", "mode": 1, "option_list": options(*"abcdefghijklmnopqrst")}},
        ),
        (
            vote,
            {
                "checkbox": {
                    "question_key": "q",
                    "option_list": [{"id": "a", "text": "甲", "is_checked": True}],
                }
            },
        ),
        (vote, {"submit_button": {"key": "k" * 1024}}),
        (selects, {"select_list": [DROPDOWN | {"question_key": str(n)} for n in range(3)]}),
        (selects, {"select_list": [DROPDOWN | {"option_list": options("x" * 128)}]}),
    ],
)
def test_a_card_within_its_limits_is_taken(town: Town, base: Callable[..., Json], change: Json) -> None:
    town.card("wangfang", _card(base, change))


@pytest.mark.parametrize(
    ("base", "change", "code"),
    [
        # What every card needs.
        (notice, {"card_type": None}, BAD),
        (notice, {"card_type": "poster"}, BAD),
        (notice, {"main_title": None}, NO_TITLE),
        (notice, {"main_title": {"desc": "没有标题"}}, NO_TITLE),
        (picture, {"main_title": None, "sub_title_text": None}, NO_TITLE),
        (buttons, {"main_title": {"title": ""}}, NO_TITLE),
        (vote, {"main_title": None}, NO_TITLE),
        (selects, {"main_title": {}}, NO_TITLE),
        # A notice leads somewhere.
        (notice, {"card_action": None}, NO_ACTION),
        (notice, {"card_action": {}}, NO_ACTION),
        (notice, {"card_action": {"type": 0}}, NO_ACTION),
        (notice, {"card_action": {"type": 1}}, NO_ACTION),
        (notice, {"card_action": {"type": 2, "url": URL}}, NO_ACTION),
        (picture, {"card_action": None}, NO_ACTION),
        (buttons, {"card_action": {"type": 1}}, NO_ACTION),
        (notice, {"card_action": {"type": 3, "url": URL}}, BAD),
        # Task ids.
        (buttons, {"task_id": None}, TASK),
        (vote, {"task_id": None}, TASK),
        (selects, {"task_id": None}, TASK),
        (notice, {"action_menu": MENU}, TASK),
        (buttons, {"task_id": ""}, TASK),
        (buttons, {"task_id": "expense:7"}, TASK),
        (buttons, {"task_id": "报销7"}, TASK),
        (buttons, {"task_id": "a b"}, TASK),
        (buttons, {"task_id": "x" * 129}, TASK),
        (buttons, {"task_id": 7}, TASK),
        # Unknown fields, fields of another kind, fields of an update.
        (notice, {"header": {}}, BAD),
        (notice, {"main_title": {"title": "标题", "color": "red"}}, BAD),
        (notice, {"button_list": [_button()]}, BAD),
        (picture, {"emphasis_content": {"title": "100"}}, BAD),
        (buttons, {"jump_list": []}, BAD),
        (vote, {"horizontal_content_list": []}, BAD),
        (buttons, {"replace_text": "已同意"}, BAD),
        (buttons, {"button_selection": DROPDOWN | {"disable": True}}, BAD),
        (vote, {"checkbox": DROPDOWN | {"disable": False}}, BAD),
        # Wrong types.
        (notice, {"main_title": "标题"}, BAD),
        (notice, {"main_title": {"title": 7}}, BAD),
        (notice, {"source": {"desc_color": 4}}, BAD),
        (notice, {"source": {"desc_color": "1"}}, BAD),
        (notice, {"source": {"desc_color": True}}, BAD),
        (notice, {"horizontal_content_list": _fact()}, BAD),
        (notice, {"horizontal_content_list": ["金额"]}, BAD),
        (
            vote,
            {"checkbox": {"question_key": "q", "option_list": [{"id": "a", "text": "甲", "is_checked": 1}]}},
            BAD,
        ),
        # Counts.
        (notice, {"horizontal_content_list": [_fact()] * 7}, BAD),
        (notice, {"jump_list": [{"title": "看"}] * 4}, BAD),
        (notice, {"task_id": "m1", "action_menu": {"action_list": []}}, BAD),
        (notice, {"task_id": "m2", "action_menu": {}}, BAD),
        (
            notice,
            {"task_id": "m3", "action_menu": {"action_list": [{"text": "x", "key": k} for k in "abcd"]}},
            BAD,
        ),
        (picture, {"vertical_content_list": [{"title": "一"}] * 5}, BAD),
        (buttons, {"button_list": []}, BAD),
        (buttons, {"button_list": None}, BAD),
        (buttons, {"button_list": [_button(key=str(n)) for n in range(7)]}, BAD),
        (buttons, {"button_selection": DROPDOWN | {"option_list": options(*"abcdefghijk")}}, BAD),
        (buttons, {"button_selection": DROPDOWN | {"option_list": []}}, BAD),
        (vote, {"checkbox": {"question_key": "q", "option_list": options(*"abcdefghijklmnopqrstu")}}, BAD),
        (selects, {"select_list": []}, BAD),
        (selects, {"select_list": [DROPDOWN | {"question_key": str(n)} for n in range(4)]}, BAD),
        # Keys.
        (buttons, {"button_list": [{"text": "同意"}]}, NO_KEY),
        (buttons, {"button_list": [_button(key="")]}, NO_KEY),
        (buttons, {"button_list": [_button(key="k" * 1025)]}, BAD_KEY),
        (buttons, {"button_list": [_button(key="报" * 342)]}, BAD_KEY),
        (buttons, {"button_list": [_button(), _button(text="驳回")]}, BAD_KEY),
        (buttons, {"button_list": [{"type": 1, "text": "打开"}]}, BAD),
        (buttons, {"button_list": [_button(type=2)]}, BAD),
        (buttons, {"button_list": [{"key": "a"}]}, NO_LABEL),
        (
            buttons,
            {"action_menu": {"action_list": [{"text": "甲", "key": "a"}, {"text": "乙", "key": "a"}]}},
            BAD_KEY,
        ),
        (buttons, {"button_selection": {"option_list": options("a")}}, BAD),
        (buttons, {"button_selection": DROPDOWN | {"question_key": "q" * 1025}}, BAD),
        (buttons, {"button_selection": DROPDOWN | {"option_list": options("a", "a")}}, BAD),
        (buttons, {"button_selection": DROPDOWN | {"option_list": [{"id": "a"}]}}, BAD),
        (selects, {"select_list": [DROPDOWN, DROPDOWN]}, BAD),
        (selects, {"select_list": [DROPDOWN | {"option_list": options("x" * 129)}]}, BAD),
        (selects, {"submit_button": None}, BAD),
        (vote, {"submit_button": {"text": "提交"}}, NO_KEY),
        (vote, {"checkbox": None}, BAD),
        (vote, {"checkbox": DROPDOWN | {"mode": 2}}, BAD),
        # What facts and pictures refer to.
        (notice, {"horizontal_content_list": [{"value": "没有名字"}]}, BAD),
        (notice, {"horizontal_content_list": [_fact(type=1)]}, BAD),
        (notice, {"horizontal_content_list": [_fact(type=2, value="a.pdf")]}, BAD),
        (notice, {"horizontal_content_list": [_fact(type=2, value="a.pdf", media_id="3nothing")]}, 40007),
        (notice, {"horizontal_content_list": [_fact(type=3)]}, BAD),
        (notice, {"horizontal_content_list": [_fact(type=3, userid="nobody")]}, 40003),
        (notice, {"quote_area": {"type": 1, "quote_text": "x"}}, BAD),
        (notice, {"jump_list": [{"type": 1, "title": "看"}]}, BAD),
        (notice, {"jump_list": [{"type": 0}]}, NO_TITLE),
        (picture, {"card_image": None}, BAD),
        (picture, {"card_image": {"url": URL, "aspect_ratio": 1.2}}, BAD),
        (picture, {"card_image": {"url": URL, "aspect_ratio": 2.3}}, BAD),
        (picture, {"card_image": {"aspect_ratio": 2}}, BAD),
        (picture, {"vertical_content_list": [{"desc": "没有标题"}]}, NO_TITLE),
    ],
)
def test_a_card_that_breaks_a_rule_is_refused(
    town: Town, base: Callable[..., Json], change: Json, code: int
) -> None:
    answer = town.send("wangfang", "template_card", _card(base, change))
    assert answer["errcode"] == code, answer
    assert town.chat("wang") == []


@pytest.mark.parametrize("card", [None, [], "card", {}])
def test_what_is_no_card_at_all_is_refused(town: Town, card: Any) -> None:
    assert town.send("wangfang", "template_card", card)["errcode"] == BAD


def test_the_refusal_says_where_the_fault_is(town: Town) -> None:
    card = buttons(button_list=[_button(), _button(key="b", size="big")])
    hint = town.send("wangfang", "template_card", card)["errmsg"]
    assert "template_card.button_list[1].size: unknown field" in hint


def test_an_attachment_among_the_facts_needs_a_name_with_its_type(town: Town) -> None:
    media_id = town.upload("file", "a.pdf", b"%PDF-1.7")["media_id"]
    town.card("wangfang", notice(horizontal_content_list=[_fact(type=2, value="a.pdf", media_id=media_id)]))
    card = notice(horizontal_content_list=[_fact(type=2, value="发票", media_id=media_id)])
    assert town.send("wangfang", "template_card", card)["errcode"] == BAD


# A task id is used once and for ever.


@pytest.mark.parametrize("again", [buttons, vote, notice])
def test_a_task_id_is_never_free_again(town: Town, again: Callable[..., Json]) -> None:
    task_id = fresh_task()
    msgid = town.sent("wangfang", "template_card", buttons(task_id=task_id))["msgid"]
    town.api("POST", "message/recall", {"msgid": msgid})
    town.do("clock", {"shift_seconds": 400 * 86400})
    assert town.send("heping", "template_card", again(task_id=task_id))["errcode"] == TASK
    assert town.chat("he") == []


def test_a_refused_send_does_not_use_its_task_id_up(town: Town) -> None:
    card = buttons()
    assert town.send("nobody", "template_card", card)["errcode"] == 81013
    assert town.send("wangfang", "template_card", card | {"header": 1})["errcode"] == BAD
    town.card("wangfang", card)


@pytest.mark.parametrize(
    ("card", "given"),
    [
        (buttons(), True),
        (vote(), True),
        (selects(), True),
        (notice(), False),
        (picture(), False),
        (notice(task_id="menu-1", action_menu=MENU), True),
        (picture(task_id="menu-2", action_menu=MENU), True),
        (notice(task_id="no-menu"), False),
    ],
)
def test_what_can_be_answered_gets_a_response_code(town: Town, card: Json, given: bool) -> None:
    assert ("response_code" in town.sent("wangfang", "template_card", card)) is given
