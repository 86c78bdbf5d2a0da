"""Cards as Feishu shows them: what they look like, that they are always accepted, that words stay words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feishu.cards import render, to_json
from bot.feishu.plain import CUT, clean, markdown
from bot.simulator.chats import ChatStore
from bot.simulator.directory import Directory
from bot.simulator.feishu.app import FeishuPeople
from bot.simulator.feishu.content import Content, ContentReader
from handlers.contract.card import (
    Args,
    Button,
    Card,
    Confirm,
    Field,
    Form,
    Kind,
    Option,
    Question,
    Section,
    Style,
    Tone,
)

DATA = Path(__file__).parent
GOLDEN = json.loads((DATA / "cards.json").read_text(encoding="utf-8"))

Json = dict[str, Any]
calm = settings(deadline=None)


def accepted(card: Card) -> Content:
    """The card as the platform reads it; refused ones fail here. The audit of contents is on."""
    return ContentReader(FeishuPeople(Directory([])), ChatStore(), audit=True).card(to_json(card))


def tagged(value: object, tag: str = "") -> Iterator[Json]:
    if isinstance(value, dict):
        if "tag" in value and tag in (value["tag"], ""):
            yield value
        for inner in value.values():
            yield from tagged(inner, tag)
    elif isinstance(value, list):
        for inner in value:
            yield from tagged(inner, tag)


def only(value: object, tag: str) -> Json:
    (found,) = tagged(value, tag)
    return found


def one_question(question: Question) -> Json:
    """The form of a card that asks this only."""
    card = Card(
        title="报销", subject="expense:1", form=Form("f", (question,), (Button("提交", "expense.submit"),))
    )
    accepted(card)
    return only(render(card), "form")


@pytest.mark.parametrize("golden", GOLDEN, ids=[each["name"] for each in GOLDEN])
def test_a_card_looks_as_agreed(golden: Json) -> None:
    card = msgspec.convert(golden["card"], Card)

    accepted(card)
    assert render(card) == golden["shown"]
    assert json.loads(to_json(card)) == golden["shown"]


@pytest.mark.parametrize(
    ("tone", "colour", "tag_colour"),
    [
        (Tone.INFO, "blue", "blue"),
        (Tone.PENDING, "orange", "orange"),
        (Tone.GOOD, "green", "green"),
        (Tone.BAD, "red", "red"),
        (Tone.MUTED, "grey", "neutral"),
    ],
)
def test_a_tone_is_a_colour(tone: Tone, colour: str, tag_colour: str) -> None:
    card = Card(title="报销", subject="expense:1", tone=tone, tag="待签")

    accepted(card)
    assert render(card)["header"]["template"] == colour
    assert only(render(card), "text_tag")["color"] == tag_colour


def test_the_chat_list_shows_the_preview_and_not_the_card() -> None:
    with_preview = Card(title="报销 ¥1,280.50", subject="expense:1", preview="有一张报销单待您签字")

    assert render(with_preview)["config"]["summary"] == {"content": "有一张报销单待您签字"}


def test_a_card_can_be_replaced_and_not_forwarded() -> None:
    config = render(Card(title="报销", subject="expense:1"))["config"]

    assert (config["update_multi"], config["enable_forward"]) == (True, False)


def test_two_short_facts_share_a_row_and_a_long_one_has_its_own() -> None:
    facts = (
        Field("金额", "¥30"),
        Field("项目", "助老"),
        Field("收款人", "长" * 21),
        Field("事由", "短", wide=True),
    )
    rows = render(Card(title="报销", subject="expense:1", fields=facts))["body"]["elements"]

    assert [each["tag"] for each in rows] == ["column_set", "markdown", "markdown"]
    assert len(rows[0]["columns"]) == 2


def test_facts_stay_in_their_order_when_a_long_one_comes_between() -> None:
    facts = (Field("甲", "短"), Field("乙", "长" * 21), Field("丙", "短"), Field("丁", "短"))
    rows = list(tagged(render(Card(title="报销", subject="expense:1", fields=facts)), "markdown"))

    assert [each["content"].split("<")[1][-1] for each in rows] == list("甲乙丙丁")


def test_an_empty_fact_is_a_dash() -> None:
    card = Card(title="报销", subject="expense:1", fields=(Field("备注", " "),))

    assert only(render(card), "markdown")["content"].endswith("\n—")


def test_buttons_have_names_of_their_own_even_beside_questions_that_took_them() -> None:
    question = Question("button_1", "名字")
    form = Form("button_2", (question,), (Button("提交", "a.b"), Button("提交", "a.b")))
    card = Card(title="报销", subject="x", form=form, buttons=(Button("看", "a.c"), Button("看", "a.c")))

    accepted(card)
    names = [each["name"] for each in tagged(render(card)) if "name" in each]
    assert len(names) == len(set(names))
    assert "button_1" in names


def test_a_button_carries_its_request_as_it_is() -> None:
    args: Args = {"claim": 7, "shown": "0123456789abcdef"}
    button = Button("同意", "expense.approve", args, Style.PRIMARY, Confirm("同意？", "同意后不能撤回。"))
    shown = only(render(Card(title="报销", subject="x", buttons=(button,))), "button")

    assert shown["behaviors"] == [{"type": "callback", "value": {"act": "expense.approve", "args": args}}]
    assert shown["type"] == "primary_filled"
    assert shown["confirm"]["text"]["content"] == "同意后不能撤回。"
    assert "form_action_type" not in shown


def test_a_text_is_asked_in_one_line_and_a_long_text_in_several() -> None:
    short = only(one_question(Question("amount", "金额", limit=20, hint="例如 128.50")), "input")
    long = only(one_question(Question("why", "原因", Kind.LONG_TEXT, required=False, limit=5000)), "input")

    assert (short["name"], short["input_type"], short["max_length"]) == ("amount", "text", 20)
    assert (short["required"], short["placeholder"]["content"]) == (True, "例如 128.50")
    assert (long["input_type"], long["max_length"], long["required"]) == ("multiline_text", 1000, False)


def test_an_answer_given_before_stands_in_the_input() -> None:
    assert only(one_question(Question("a", "事由", default="走访")), "input")["default_value"] == "走访"


def test_an_answer_that_the_platform_would_refuse_is_asked_again_and_never_stored_with_stars() -> None:
    shown = only(one_question(Question("a", "收款人", default="张三 13800138000")), "input")

    assert "default_value" not in shown
    assert "请重新填写" in shown["placeholder"]["content"]
    assert "138****8000" in shown["placeholder"]["content"]


def test_an_answer_that_is_too_long_is_cut_where_one_sees_it() -> None:
    shown = only(one_question(Question("a", "事由", default="长" * 300, limit=200)), "input")

    assert len(shown["default_value"]) == 200
    assert shown["default_value"].endswith(CUT)


def test_a_choice_is_a_list_with_what_was_chosen() -> None:
    options = (Option("A", "助老"), Option("B", "助学"), Option("B", "助学"))
    form = one_question(
        Question("project", "项目", Kind.CHOICE, options=options, default="B", hint="请选择项目")
    )
    shown = only(form, "select_static")

    assert [each["value"] for each in shown["options"]] == ["A", "B"]
    assert shown["initial_option"] == "B"
    assert only(form, "div")["text"]["content"] == "项目"


def test_an_answer_that_is_no_longer_a_choice_is_not_chosen() -> None:
    question = Question("project", "项目", Kind.CHOICE, options=(Option("A", "助老"),), default="Z")

    assert "initial_option" not in only(one_question(question), "select_static")


def test_a_choice_of_nothing_says_so() -> None:
    form = one_question(Question("project", "项目", Kind.CHOICE))

    assert list(tagged(form, "select_static")) == []
    assert "没有可选的内容" in only(form, "markdown")["content"]


def test_a_choice_too_long_for_a_card_says_so_and_keeps_what_was_chosen() -> None:
    options = tuple(Option(f"P{number}", f"项目 {number}") for number in range(300))
    question = Question("project", "项目", Kind.CHOICE, options=options, default="P299")
    shown = only(one_question(question), "select_static")

    assert len(shown["options"]) == 100
    assert shown["initial_option"] == "P299"
    assert shown["placeholder"]["content"].startswith("只列出前 100 项")


def test_files_are_told_about_and_not_asked_for_inside_a_card() -> None:
    form = one_question(Question("f", "附件", Kind.FILES, default="发票.pdf", hint="直接发在聊天里"))
    words = only(form, "markdown")["content"]

    assert words == "**附件**\n发票&#46;pdf\n<font color='grey'>直接发在聊天里</font>"


# Words stay words.

SLOT = "甲"


def filled(words: str) -> Card:
    """A card in which `words` stand wherever somebody could have written something."""
    question = Question("a", words, hint=words, default=words, limit=1000)
    choice = Question("b", words, Kind.CHOICE, options=(Option("1", words),), hint=words)
    told = Question("c", words, Kind.FILES, default=words, hint=words)
    button = Button(words, "a.b", {"claim": 1}, confirm=Confirm(words, words))
    return Card(
        title=words,
        subject="expense:1",
        tag=words,
        subtitle=words,
        preview=words,
        fields=(Field(words, words, wide=True), Field(words, words), Field(words, words)),
        sections=(Section((words, words), title=words), Section((words,), title=words, folded=True)),
        buttons=(button,),
        form=Form("f", (question, choice, told), (button,)),
    )


MARKUP = ["<at id=all></at>", "<at id=all>", "[点我](http://x)", "**粗**", "# 题", "1. 一", "- 一", "`码`"]
SEEN = st.text(st.characters(), min_size=1, max_size=12).filter(lambda words: clean(words).strip())


@calm
@given(SEEN | st.sampled_from(MARKUP))
def test_whatever_people_write_fills_a_place_and_changes_nothing_around_it(words: str) -> None:
    """A card is the harmless one with the words, escaped, in its places."""
    harmless, shown = render(filled(SLOT)), accepted(filled(words)).card

    assert [each["tag"] for each in tagged(shown)] == [each["tag"] for each in tagged(harmless)]
    for ours, theirs in zip(tagged(shown, "markdown"), tagged(harmless, "markdown"), strict=True):
        assert ours["content"] == theirs["content"].replace(SLOT, markdown(words, 1000))


@calm
@given(st.text(st.characters(), max_size=300))
def test_no_card_calls_anybody(words: str) -> None:
    assert accepted(filled(words + "<at id=all></at>" + words)).pings == ()


@calm
@given(
    st.sampled_from(["13800138000", "+86 138 0013 8000", "a.b@example.org"]), st.text("王 1-.,\n", max_size=5)
)
def test_no_card_holds_a_telephone_number_or_an_address(private: str, around: str) -> None:
    card = accepted(filled(f"{around} {private} {around}"))

    assert private not in json.dumps(card.card, ensure_ascii=False)


# Nothing is too much.

MANY = st.sampled_from([0, 1, 3, 30, 300])


class Huge(NamedTuple):
    """How much there is of everything, and of what."""

    filler: str
    length: int
    fields: int
    wide: bool
    sections: int
    lines: int
    folded: bool
    buttons: int
    kinds: list[Kind]
    options: int

    def card(self) -> Card:
        words = self.filler * self.length
        args: Args = {"claim": 1, "shown": "0123456789abcdef"}
        button = Button(words, "expense.approve", args, confirm=Confirm(words, words))
        options = tuple(Option(f"P{number}", words) for number in range(self.options))
        questions = tuple(
            Question(f"q{number}", words, kind, options=options, default=words, hint=words, limit=2000)
            for number, kind in enumerate(self.kinds)
        )
        return Card(
            title=words,
            subject="expense:1",
            tag=words,
            subtitle=words,
            preview=words,
            fields=(Field(words, words, wide=self.wide),) * self.fields,
            sections=(Section((words,) * self.lines, title=words, folded=self.folded),) * self.sections,
            buttons=(button,) * self.buttons,
            form=Form("f", questions, (button,) * max(1, self.buttons)) if questions else None,
        )


@calm
@given(
    st.builds(
        Huge,
        filler=st.sampled_from(["长", "~", "<", '"', "\\", "\n", "😀", "a "]),
        length=st.integers(min_value=0, max_value=1500),
        fields=MANY,
        wide=st.booleans(),
        sections=st.sampled_from([0, 1, 30]),
        lines=st.sampled_from([0, 1, 30]),
        folded=st.booleans(),
        buttons=MANY,
        kinds=st.lists(st.sampled_from(list(Kind)), max_size=40),
        options=MANY,
    )
)
def test_no_card_is_too_big_for_the_platform(huge: Huge) -> None:
    card = huge.card()

    accepted(card)
    request = json.dumps({"content": to_json(card), "msg_type": "interactive"}, ensure_ascii=False)
    assert len(request.encode()) < 30 * 1024


def test_what_is_left_out_is_seen() -> None:
    card = Card(
        title="报销",
        subject="x",
        fields=(Field("a", "b"),) * 100,
        sections=(Section(("长" * 3000,) * 100),) * 100,
        buttons=(Button("同意", "a.b"),) * 100,
    )
    words = [each["content"] for each in tagged(render(card), "markdown")]

    accepted(card)
    assert words.count(CUT) == 3
    assert any(each.endswith(CUT) and len(each) > len(CUT) for each in words)


def test_a_real_card_loses_nothing() -> None:
    golden = msgspec.convert(GOLDEN[0]["card"], Card)

    assert CUT not in to_json(golden)


def test_a_card_beyond_all_measure_is_a_notice() -> None:
    questions = tuple(Question(f"q{number}", "问", Kind.LONG_TEXT) for number in range(300))
    card = Card(title="自查", subject="x", form=Form("f", questions, (Button("提交", "a.b"),)))

    accepted(card)
    assert [each["content"] for each in tagged(render(card), "markdown")] == [CUT]
