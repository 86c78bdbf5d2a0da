"""Passive replies: what the bot's answer to a callback does, and when it is not understood."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.bot.simulator.wecom.town import APP, Received, Town, buttons, reply_xml

GREY = "<Button><ReplaceName><![CDATA[已同意]]></ReplaceName></Button>"
TITLE = "<MainTitle><Title><![CDATA[已通过]]></Title></MainTitle>"
ACTION = "<CardAction><Type>1</Type><Url><![CDATA[https://h5.example.org/7]]></Url></CardAction>"
MENU = {"action_list": [{"text": "静音", "key": "mute"}]}


def _card(inner: str, kind: str = "text_notice") -> str:
    return f"<TemplateCard><CardType><![CDATA[{kind}]]></CardType>{inner}</TemplateCard>"


def _text(words: str) -> str:
    return f"<Content><![CDATA[{words}]]></Content>"


# What they do.


def test_a_text_is_shown_to_who_wrote(town: Town) -> None:
    town.bot.replies("text", _text("收到，请填写报销单。"))
    said = town.say("wang", "报销")
    assert town.words("wang") == ["报销", "收到，请填写报销单。"]
    shown = town.chat("wang")[1]
    assert (shown["from"], shown["type"], shown["message_id"]) == ("bot", "text", said["replied"])
    assert said["error"] is None


def test_no_body_is_no_reply(town: Town) -> None:
    assert town.say("wang", "报销")["replied"] is None
    assert town.words("wang") == ["报销"]


@pytest.mark.parametrize("kind", ["enter_agent", "click", "subscribe"])
def test_events_may_be_answered_by_words_as_well(town: Town, kind: str) -> None:
    town.bot.replies("text", _text("您好"))
    assert town.event("wang", kind)["replied"]
    assert town.words("wang") == ["您好"]


def test_update_button_greys_the_card_of_the_clicker_only(town: Town) -> None:
    town.card("wangfang|heping", buttons())
    town.bot.replies("update_button", GREY)
    clicked = town.click("wang", "同意")
    assert (clicked["error"], clicked["message"]["words"]) == (None, "【费用报销】\n[已同意·不可点]")
    assert town.words("he") == ["【费用报销】\n[同意] [驳回]"]


def test_update_template_card_replaces_the_card_of_the_clicker_only(town: Town) -> None:
    town.card("wangfang|heping", buttons())
    facts = "".join(
        f"<HorizontalContentList><KeyName><![CDATA[{name}]]></KeyName><Value>{value}</Value>"
        "</HorizontalContentList>"
        for name, value in (("金额", "100"), ("状态", "待付款"))
    )
    source = "<Source><Desc><![CDATA[清廉助手]]></Desc><DescColor>3</DescColor></Source>"
    town.bot.replies("update_template_card", _card(source + TITLE + facts + ACTION))
    words = town.click("wang", "同意")["message"]["words"]
    assert words == "【已通过】〔清廉助手〕\n金额：100\n状态：待付款"
    assert town.words("he") == ["【费用报销】\n[同意] [驳回]"]


def test_a_replaced_button_card_can_be_clicked_on_with_its_old_task_id(town: Town) -> None:
    town.card("wangfang", buttons(task_id="step_7"))
    button = "<ButtonList><Text>撤回</Text><Style>4</Style><Key>back</Key></ButtonList>"
    town.bot.replies("update_template_card", _card(TITLE + button, "button_interaction"))
    town.click("wang", "同意")
    town.click("wang", "撤回")
    assert (town.bot.last["EventKey"], town.bot.last["TaskId"]) == ("back", "step_7")


def test_choices_may_come_locked_and_several(town: Town) -> None:
    town.card("wangfang", buttons())
    options = "".join(
        f"<OptionList><Id>{key}</Id><Text>选项{key}</Text><IsChecked>{on}</IsChecked></OptionList>"
        for key, on in (("a", "true"), ("b", "false"))
    )
    box = f"<CheckBox><QuestionKey>q</QuestionKey>{options}<Disable>true</Disable><Mode>1</Mode></CheckBox>"
    submit = "<SubmitButton><Text>提交</Text><Key>k</Key></SubmitButton><ReplaceText>已提交</ReplaceText>"
    town.bot.replies("update_template_card", _card(TITLE + box + submit, "vote_interaction"))
    words = town.click("wang", "同意")["message"]["words"]
    assert words == "【已通过】\n☑ 选项a  ☐ 选项b（不可改）\n[已提交·不可点]"


@pytest.mark.parametrize(("kind", "inner"), [("update_button", GREY), ("text", _text("已静音"))])
def test_the_menu_is_answered_by_an_update_or_by_words(town: Town, kind: str, inner: str) -> None:
    town.card("wangfang", buttons(action_menu=MENU))
    town.bot.replies(kind, inner)
    assert town.click("wang", "静音")["error"] is None
    assert town.words("wang")[-1] in ("已静音", "【费用报销】\n[已同意·不可点]\n更多：[静音]")


# When they are not understood.


@pytest.mark.parametrize(
    ("kind", "inner", "about"),
    [
        ("text", _text("好"), "text does not answer"),
        ("image", "<Image><MediaId>3</MediaId></Image>", "image does not answer"),
        ("update_button", "<Button></Button>", "Button"),
        ("update_button", "<Button><ReplaceName></ReplaceName></Button>", "ReplaceName"),
        ("update_button", GREY + GREY, "Button: wanted once"),
        ("update_button", GREY + "<Extra>1</Extra>", "nothing more"),
        ("update_button", "<Button><ReplaceName>a</ReplaceName><Key>b</Key></Button>", "nothing more"),
        ("update_template_card", "", "TemplateCard"),
        ("update_template_card", _card(TITLE + ACTION, "poster"), "CardType"),
        ("update_template_card", _card(TITLE), "card_action"),
        ("update_template_card", _card(ACTION), "title"),
        ("update_template_card", _card("<MainTitle><Title><A>1</A></Title></MainTitle>"), "as text"),
        ("update_template_card", _card(TITLE + TITLE + ACTION), "wanted once"),
        (
            "update_template_card",
            _card("<main_title><Title>a</Title></main_title>" + ACTION),
            "unknown element",
        ),
        (
            "update_template_card",
            _card("<MainTitle>已通过</MainTitle>" + ACTION),
            "wanted once, with elements",
        ),
        ("update_template_card", _card(TITLE + ACTION + "<TaskId>another</TaskId>"), "task_id"),
        ("update_template_card", _card(TITLE + ACTION.replace(">1<", ">one<")), "not a number"),
        (
            "update_template_card",
            _card(TITLE + "<Checkbox><Disable>1</Disable></Checkbox>", "vote_interaction"),
            "true",
        ),
    ],
)
def test_a_wrong_answer_to_a_click_leaves_the_card_alone(
    town: Town, kind: str, inner: str, about: str
) -> None:
    town.card("wangfang", buttons())
    town.bot.replies(kind, inner)
    clicked = town.click("wang", "同意")
    assert (clicked["status"], clicked["error"]) == (200, "bad answer")
    assert about in clicked["detail"]
    assert town.words("wang") == ["【费用报销】\n[同意] [驳回]"]


@pytest.mark.parametrize(
    ("kind", "inner", "about"),
    [
        ("update_button", GREY, "does not answer text"),
        ("text", "", "Content"),
        ("text", _text(""), "empty content"),
        ("text", _text("报" * 683), "content size"),
        ("text", "<Content><Deep>1</Deep></Content>", "Content: wanted once"),
    ],
)
def test_a_wrong_answer_to_words_is_not_shown(town: Town, kind: str, inner: str, about: str) -> None:
    town.bot.replies(kind, inner)
    said = town.say("wang", "报销")
    assert (said["error"], said["replied"]) == ("bad answer", None)
    assert about in said["detail"]
    assert town.words("wang") == ["报销"]


@pytest.mark.parametrize(
    "head",
    [{"ToUserName": "heping"}, {"FromUserName": "ww-other"}, {"CreateTime": "now"}, {"MsgType": ""}],
)
def test_the_head_must_fit(town: Town, head: dict[str, str]) -> None:
    town.bot.replies("text", _text("好"), **head)
    assert town.say("wang", "报销")["error"] == "bad answer"


def _plain(town: Town, received: Received) -> bytes:
    return reply_xml(received, "text", _text("好")).encode()


def _sealed(town: Town, received: Received) -> bytes:
    return town.bot.sealed(reply_xml(received, "text", _text("好")))


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (lambda town, received: b"success", "not XML"),
        (lambda town, received: b"{}", "not XML"),
        (_plain, "Encrypt"),
        (lambda t, r: _sealed(t, r).replace(b"<Nonce>", b"<Nonce>1"), "MsgSignature"),
        (lambda t, r: _sealed(t, r).replace(b"1735689605", b"1735689606"), "MsgSignature"),
        (lambda t, r: _sealed(t, r).replace(b"1735689605", b"tomorrow"), "TimeStamp"),
        (lambda t, r: _sealed(t, r).replace(b"<xml>", b"<answer>").replace(b"</xml>", b"</answer>"), "root"),
        (lambda t, r: _sealed(t, r).replace(b"<xml>", b"<xml a='1'>"), "attributes"),
        (lambda t, r: b"<!DOCTYPE xml>" + _sealed(t, r), "DOCTYPE"),
        (lambda t, r: t.bot.sealed("hello"), "not XML"),
        (lambda t, r: t.bot.sealed("<xml>" + "<a>" * 9 + "</a>" * 9 + "</xml>"), "deep"),
        (lambda t, r: t.bot.sealed("<xml>" + " " * 70_000 + "</xml>"), "more XML"),
    ],
)
def test_an_envelope_that_is_not_right_is_logged_as_a_bad_answer(
    town: Town, body: Callable[[Town, Received], bytes], about: str
) -> None:
    town.bot.answer = lambda received: (200, body(town, received))
    said = town.say("wang", "报销")
    assert said["error"] == "bad answer"
    assert about in said["detail"]
    aside = town.log()[-1]
    assert (aside["direction"], aside["what"], aside["event"]) == ("aside", "bad answer", "text")
    assert "detail" not in aside


def test_a_reply_sealed_for_another_company_is_refused(town: Town) -> None:
    other = WeChatCrypto(APP.token, APP.encoding_aes_key, "ww-another")
    town.bot.answer = lambda received: (
        200,
        other.encrypt_message(reply_xml(received, "text", _text("好")), "1", "2").encode(),
    )
    assert "receiveid" in town.say("wang", "报销")["detail"]


# Repeats.


def test_the_answer_to_a_repeat_counts_when_the_first_try_got_none(town: Town) -> None:
    town.card("wangfang", buttons())
    town.fault("lost_callback")
    assert town.click("wang", "同意")["error"] == "lost"
    town.bot.replies("update_button", GREY)
    town.do("redeliver")
    assert town.words("wang") == ["【费用报销】\n[已同意·不可点]"]


def test_the_answer_to_a_repeat_is_not_shown_a_second_time(town: Town) -> None:
    town.bot.replies("text", _text("收到"))
    town.fault("duplicate_callback")
    assert town.say("wang", "报销")["replied"]
    town.do("redeliver")
    assert len(town.bot.received) == 3
    assert town.words("wang") == ["报销", "收到"]


def test_a_failed_try_says_nothing_whatever_its_body_holds(town: Town) -> None:
    town.bot.answer = lambda received: (500, _sealed(town, received))
    assert town.say("wang", "报销")["status"] == 500
    assert town.words("wang") == ["报销"]


def test_a_card_event_that_no_click_caused_has_nothing_to_update(town: Town) -> None:
    town.card("wangfang", buttons())
    town.bot.replies("update_button", GREY)
    assert "no card" in town.event("wang", "template_card_event", event={"EventKey": "x"})["detail"]
    assert town.words("wang") == ["【费用报销】\n[同意] [驳回]"]
