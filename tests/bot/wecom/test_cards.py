"""Cards as WeCom shows them: what they look like, that they are accepted, that nothing is lost unseen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.wecom.card_view import cut as as_seen
from bot.simulator.wecom.cards import Surroundings, check_replacing, check_sent
from bot.wecom.cards import MAX_BUTTONS, in_words, is_whole, render, renewed
from bot.wecom.keys import MAX_KEY, unpacked
from bot.wecom.plain import CUT, MAX_BYTES
from handlers.contract.card import Button, Card, Field, Form, Kind, Option, Question, Section, Style, Tone

DATA = Path(__file__).parent
GOLDEN = json.loads((DATA / "cards.json").read_text(encoding="utf-8"))
URL = "https://qinglian.example.org"
ALONE = Surroundings(lambda media: False, lambda member: False)

Json = dict[str, Any]
calm = settings(deadline=None)


def sent(card: Card, url: str = URL) -> Json:
    """The card as it is sent; refused ones fail here."""
    shown = render(card, "task-1", url)
    assert shown is not None
    return check_sent(shown, ALONE)


def unlabelled(shown: Json) -> Json:
    """A card without the labels of buttons and rows: their breadth counts, not their characters."""
    values = [each["value"] for each in shown.get("horizontal_content_list", [])]
    return {**shown, "button_list": [], "horizontal_content_list": values}


def seen(shown: Json) -> Json:
    """What a client shows, which cuts what is too long."""
    return unlabelled(as_seen(check_sent(shown, ALONE)))


def replacing(card: Card) -> Json:
    return check_replacing(renewed(card), ALONE)


def signing(**more: Any) -> Card:
    """A card with a button, and whatever a test is about."""
    button = Button("同意", "expense.approve", {"claim": 7}, Style.PRIMARY, say="同意 BX-2026-0001")
    return Card(**{"title": "报销", "subject": "expense:7", "buttons": (button,)} | more)


@pytest.mark.parametrize("golden", GOLDEN, ids=[each["name"] for each in GOLDEN])
def test_a_card_looks_as_agreed(golden: Json) -> None:
    card = msgspec.convert(golden["card"], Card)

    assert render(card, "task-1", URL) == golden["sent"]
    assert renewed(card) == golden["replacing"]
    assert in_words(card).split("\n") == golden["words"]
    assert is_whole(card) == golden["whole"]
    replacing(card)
    assert seen(golden["sent"]) == unlabelled(golden["sent"])


@pytest.mark.parametrize(
    ("tone", "word", "colour"),
    [(Tone.PENDING, "待办", 2), (Tone.GOOD, "完成", 3), (Tone.BAD, "注意", 2), (Tone.MUTED, "结束", 0)],
)
def test_a_tone_is_a_colour_and_its_word_stands_where_there_is_no_tag(
    tone: Tone, word: str, colour: int
) -> None:
    assert sent(signing(tone=tone))["source"] == {"desc": word, "desc_color": colour}
    assert sent(signing(tone=tone, tag="待签"))["source"] == {"desc": "待签", "desc_color": colour}


def test_a_card_without_tone_and_tag_has_no_source() -> None:
    assert "source" not in sent(signing())


def test_six_short_facts_have_rows_and_the_others_are_told() -> None:
    facts = tuple(Field(f"第{n}项", f"值 {n}") for n in range(1, 9))
    shown = sent(signing(fields=facts))

    assert [each["value"] for each in shown["horizontal_content_list"]] == [f"值 {n}" for n in range(1, 7)]
    assert shown["sub_title_text"] == "第7项：值 7\n第8项：值 8"


@pytest.mark.parametrize(
    "field",
    [Field("一二三四五六", "值"), Field("事由", "长" * 31), Field("", "值")],
    ids=["label", "value", "none"],
)
def test_a_fact_too_long_for_a_row_is_told_whole(field: Field) -> None:
    shown = sent(signing(fields=(field, Field("金额", "¥30"))))

    assert shown["horizontal_content_list"] == [{"keyname": "金额", "value": "¥30"}]
    assert shown["sub_title_text"] == f"{field.label}：{field.value}"


def test_an_empty_fact_is_a_dash() -> None:
    assert sent(signing(fields=(Field("备注", " "),)))["horizontal_content_list"][0]["value"] == "—"


def test_the_first_titled_section_is_quoted_and_what_is_folded_comes_last() -> None:
    sections = (
        Section(("旧的",), title="第 1 版", folded=True),
        Section(("规则",)),
        Section(("一", "二"), title="签字进度"),
        Section(("三",), title="另外"),
    )
    shown = sent(signing(sections=sections))

    assert shown["quote_area"] == {"type": 0, "title": "签字进度", "quote_text": "一\n二"}
    assert shown["sub_title_text"] == "规则\n另外：\n三\n第 1 版：\n旧的"


def test_a_section_too_long_for_a_quote_is_told_and_cut_where_one_sees_it() -> None:
    card = signing(sections=(Section(("长" * 161,), title="签字进度"),))
    shown = sent(card)

    assert "quote_area" not in shown
    assert len(shown["sub_title_text"]) == 160
    assert shown["sub_title_text"].endswith("…")
    assert not is_whole(card)


def test_what_is_filled_in_already_is_told_with_the_words_of_the_choice() -> None:
    options = (Option("P01", "社区助老"),)
    form = Form(
        "f",
        (
            Question("project", "项目", Kind.CHOICE, options=options, default="P01"),
            Question("amount", "金额（元）", default="30"),
            Question("payee", "收款人"),
        ),
        (Button("提交", "expense.submit", {"draft": 1}),),
    )
    shown = sent(Card(title="填写报销单", subject="x", form=form))

    assert shown["horizontal_content_list"] == [
        {"keyname": "项目", "value": "社区助老"},
        {"keyname": "金额（元）", "value": "30"},
    ]
    assert [each["text"] for each in shown["button_list"]] == ["提交"]


# What can be done.


def test_a_button_carries_its_request_and_a_forms_buttons_are_like_the_others() -> None:
    form = Form(
        "f", (Question("reason", "原因"),), (Button("驳回", "expense.reject", {"claim": 7}, Style.DANGER),)
    )
    shown = sent(signing(form=form))

    assert [(each["text"], each["style"]) for each in shown["button_list"]] == [("同意", 1), ("驳回", 4)]
    assert unpacked(shown["button_list"][1]["key"]) == ("expense.reject", {"claim": 7})
    assert shown["task_id"] == "task-1"


def test_buttons_that_ask_the_same_have_keys_of_their_own() -> None:
    shown = sent(signing(buttons=(Button("看", "a.b"), Button("再看", "a.b"))))

    assert [unpacked(each["key"]) for each in shown["button_list"]] == [("a.b", {}), ("a.b", {})]


def test_a_seventh_button_gives_way_to_the_words_that_do_the_same() -> None:
    buttons = tuple(Button(f"看 {n}", "a.b", {"n": n}, say=f"查询 {n}") for n in range(1, 9))
    card = signing(buttons=(*buttons, Button("无言", "a.c")))
    shown = sent(card)

    assert len(shown["button_list"]) == MAX_BUTTONS
    assert shown["sub_title_text"] == "还可以发：「查询 7」、「查询 8」\n另有 1 个按钮放不下"
    assert not is_whole(card)


def test_a_button_with_more_to_carry_than_a_key_can_is_left_out() -> None:
    much = {f"n{n}": "长" * 30 for n in range(MAX_KEY // 60)}
    shown = sent(signing(buttons=(Button("看", "a.b"), Button("重", "a.b", much, say="重 1"))))

    assert [each["text"] for each in shown["button_list"]] == ["看"]
    assert shown["sub_title_text"] == "还可以发：「重 1」"


# Where there is nothing to press.


def test_a_card_without_buttons_leads_to_our_pages() -> None:
    shown = sent(Card(title="帮助", subject="help", sections=(Section(("发「报销」开始",)),)))

    assert (shown["card_type"], shown["card_action"]) == ("text_notice", {"type": 1, "url": URL})
    assert "task_id" not in shown


def test_a_card_without_buttons_goes_out_in_words_where_no_page_is_or_it_would_be_cut() -> None:
    short, long = Card(title="帮助", subject="help"), Card(title="长" * 37, subject="help")

    assert render(short, "task-1", "") is None
    assert render(long, "task-1", URL) is None


def test_a_card_that_is_decided_ends_in_a_grey_bar_that_says_so() -> None:
    shown = replacing(Card(title="报销", subject="x", tone=Tone.GOOD, tag="已同意"))

    assert shown["replace_text"] == "已同意"
    assert [each["text"] for each in shown["button_list"]] == ["已同意"]
    assert replacing(Card(title="报销", subject="x"))["replace_text"] == "已处理"


def test_a_card_that_still_has_buttons_keeps_them_when_it_takes_the_place_of_another() -> None:
    shown = replacing(signing())

    assert "replace_text" not in shown
    assert "task_id" not in shown
    assert [each["text"] for each in shown["button_list"]] == ["同意"]


# In words.


def test_a_card_in_words_opens_nothing_and_says_what_can_be_typed() -> None:
    words = in_words(signing(title="<a href='x'>报销</a>"))

    assert words == "【＜a href='x'>报销＜/a>】\n可以回复：\n「同意 BX-2026-0001」"


def test_a_card_too_long_for_a_message_keeps_what_can_be_typed() -> None:
    words = in_words(signing(sections=(Section(("长" * 3000,)),)))

    assert len(words.encode()) <= MAX_BYTES
    assert words.endswith(f"{CUT}\n【报销】\n可以回复：\n「同意 BX-2026-0001」")


# Nothing is too much.

TEXTS = st.text(st.characters(), max_size=60) | st.sampled_from(["长", "a", "\n", "😀", "]]>", "<"]).flatmap(
    lambda each: st.integers(0, 400).map(lambda times: each * times)
)
FIELDS = st.lists(st.builds(Field, TEXTS, TEXTS), max_size=9).map(tuple)
SECTIONS = st.lists(
    st.builds(Section, st.lists(TEXTS, max_size=4).map(tuple), title=TEXTS, folded=st.booleans()), max_size=4
).map(tuple)
BUTTONS = st.lists(
    st.builds(
        Button,
        TEXTS,
        st.just("a.b"),
        st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
        style=st.sampled_from(Style),
        say=TEXTS,
    ),
    max_size=9,
).map(tuple)
CARDS = st.builds(
    Card,
    title=TEXTS,
    subject=st.just("x"),
    tone=st.sampled_from(Tone),
    tag=TEXTS,
    subtitle=TEXTS,
    fields=FIELDS,
    sections=SECTIONS,
    buttons=BUTTONS,
)


@calm
@given(CARDS, st.sampled_from(["", URL]))
def test_whatever_people_write_is_accepted_and_no_client_cuts_it(card: Card, url: str) -> None:
    if shown := render(card, "task-1", url):
        assert seen(shown) == unlabelled(shown)
    replacing(card)
    assert len(in_words(card).encode()) <= MAX_BYTES


@calm
@given(CARDS)
def test_what_a_card_shows_can_be_written_as_json_of_the_platform(card: Card) -> None:
    """No half characters and no controls but breaks: the platform refuses \\uxxxx (40033)."""
    content = msgspec.json.encode(renewed(card)).decode()

    assert "\\u" not in content.replace("\\\\", "")
