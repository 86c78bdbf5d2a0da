"""Messages as HTML: everything that a client shows and lets its reader press is there, and nothing runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.chats import BOT, Blob, Chat, Message
from bot.simulator.feishu import card_view as feishu_view
from bot.simulator.wecom import card_view as wecom_view
from bot.simulator.workbench.drawing import draw, size_words
from bot.simulator.workbench.markdown import marked_up, with_links

Json = dict[str, Any]
BOT_TESTS = Path(__file__).parents[2]
FEISHU = [each["shown"] for each in json.loads((BOT_TESTS / "feishu" / "cards.json").read_text("utf-8"))]
WECOM = [each["sent"] for each in json.loads((BOT_TESTS / "wecom" / "cards.json").read_text("utf-8"))]
NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


class Seen(HTMLParser):
    """What stands in some HTML: elements with their attributes in order, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, attribute: str) -> list[str]:
        """The values of an attribute, in order."""
        return [str(found[attribute]) for _, found in self.elements if attribute in found]


def plain(words: str) -> Json:
    """Words of a card."""
    return {"tag": "plain_text", "content": words}


def message(platform: str, sender: str = BOT, **more: Any) -> Message:
    """A message in 林晓's chat at nine."""
    chat = Chat("c", platform, "p2p", ("lin",))
    return Message("om_1", chat, sender, more.pop("kind", "text"), "text", "", NINE, NINE, **more)


def seen(platform: str, card: Json | None = None, text: str = "", **more: Any) -> Seen:
    """What is drawn of a message with a card, or with a text."""
    shown = {"card": card, "text": text, "words": text, "file": more.pop("file", None)}
    return Seen(draw(message(platform, card=card, text=text, **more), shown))


@pytest.mark.parametrize("card", FEISHU)
def test_every_button_and_question_of_a_feishu_card_is_drawn_once(card: Json) -> None:
    found = seen("feishu", card)
    assert found.all("data-press") == [each.label for each in feishu_view.buttons(card)]
    names = [each.name for each in feishu_view.questions(card)]
    assert [each for each in found.all("name") if each in names] == names
    assert card["header"]["title"]["content"] in found.text


@pytest.mark.parametrize("card", WECOM)
def test_every_button_and_question_of_a_wecom_card_is_drawn_once(card: Json) -> None:
    cut = wecom_view.cut(card)
    found = seen("wecom", card)
    assert sorted(found.all("data-press")) == sorted(each.label for each in wecom_view.buttons(cut))
    assert found.all("name") == [each.name for each in wecom_view.questions(cut)]
    assert cut["main_title"]["title"] in found.text
    for each in cut.get("horizontal_content_list", []):
        assert each["value"] in found.text


def test_a_grey_bar_cannot_be_pressed() -> None:
    found = seen("wecom", WECOM[0] | {"replace_text": "已同意"})
    (bar,) = [each for tag, each in found.elements if each.get("data-press") == "已同意"]
    assert "disabled" in bar


def test_what_a_button_asks_once_more_goes_with_it() -> None:
    ask = {
        "title": {"tag": "plain_text", "content": "撤回？"},
        "text": {"tag": "plain_text", "content": "能再交"},
    }
    button = {"tag": "button", "text": {"tag": "plain_text", "content": "撤回"}, "confirm": ask}
    found = seen("feishu", {"schema": "2.0", "body": {"elements": [button]}})
    assert (found.all("data-confirm-title"), found.all("data-confirm-text")) == (["撤回？"], ["能再交"])


def test_a_question_has_its_label_its_hint_and_what_stands_there_already() -> None:
    select = {
        "tag": "select_static",
        "name": "project",
        "required": True,
        "placeholder": {"tag": "plain_text", "content": "选项目"},
        "options": [{"value": "P1", "text": {"tag": "plain_text", "content": "助老"}}],
        "initial_option": "P1",
    }
    words = {
        "tag": "input",
        "name": "why",
        "input_type": "multiline_text",
        "default_value": "打车",
        "max_length": 9,
    }
    form = {"tag": "form", "name": "f", "elements": [select, words]}
    found = seen("feishu", {"schema": "2.0", "body": {"elements": [form]}})
    attributes = {str(each.get("name")): each for _, each in found.elements if "name" in each}
    assert "required" in attributes["project"]
    assert [each.get("value") for tag, each in found.elements if "selected" in each] == ["P1"]
    assert attributes["why"]["maxlength"] == "9"
    assert "选项目" in found.text
    assert "打车" in found.text
    assert found.all("data-form") == ["f"]


EVIL = '<script>alert(1)</script><img src=x onerror="x">'


def test_nothing_that_somebody_wrote_becomes_an_element() -> None:
    card = {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": EVIL}]}}
    told = WECOM[0] | {"main_title": {"title": EVIL[:36]}, "sub_title_text": EVIL}
    for found in (
        seen("feishu", card),
        seen("wecom", told),
        seen("feishu", text=EVIL),
        seen("wecom", text=EVIL),
    ):
        assert {tag for tag, _ in found.elements}.isdisjoint({"script", "img"})
        assert "<script>" in found.text


@given(st.text(max_size=60))
def test_whatever_stands_in_markdown_no_script_comes_of_it(words: str) -> None:
    found = Seen(marked_up(words))
    assert {tag for tag, _ in found.elements} <= {"strong", "em", "del", "code", "span", "a"}
    assert all(link.startswith(("http://", "https://")) for link in found.all("href"))


def test_marks_of_feishu_are_set() -> None:
    html = marked_up("**粗** *斜* ~~划~~ <font color='grey'>灰</font> [页](https://x.cn/a?b=1&c=2) &#46;")
    assert html == (
        '<strong>粗</strong> <em>斜</em> <del>划</del> <span class="ink-grey">灰</span> '
        '<a href="https://x.cn/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">页</a> &#46;'
    )
    assert Seen(marked_up("[坏](javascript:alert(1))")).all("href") == []
    assert Seen(marked_up("<at id=all></at>")).text == "@所有人"


def test_an_address_in_a_text_can_be_opened_and_what_follows_it_is_no_part_of_it() -> None:
    found = Seen(with_links("看这里：https://x.cn/form/abc。好 javascript:alert(1)"))
    assert found.all("href") == ["https://x.cn/form/abc"]
    assert found.text == "看这里：https://x.cn/form/abc。好 javascript:alert(1)"


def test_a_file_and_a_picture_can_be_opened_and_a_recalled_message_shows_nothing() -> None:
    blob = Blob("k", "发票.pdf", b"x" * 3000, "file", "lin")
    told = {"name": "发票.pdf", "size": 3000}
    file = seen("feishu", kind="file", sender="lin", blob=blob, file=told)
    assert file.all("href") == ["/_sim/files/om_1"]
    assert "发票.pdf" in file.text
    assert "3 KB" in file.text
    picture = seen("wecom", kind="image", sender="lin", blob=blob, file=told)
    assert (picture.all("src"), picture.all("alt")) == (["/_sim/files/om_1"], ["图片 发票.pdf"])
    assert "消息已撤回" in seen("feishu", FEISHU[0], recalled=True).text


def test_a_message_that_changes_gets_another_mark_and_one_that_does_not_keeps_it() -> None:
    (first,), (same,), (other,) = (seen("feishu", text=each).all("data-rev") for each in ("一", "一", "二"))
    assert first == same != other


def test_whose_message_it_is_can_be_heard_and_seen() -> None:
    mine, theirs = seen("feishu", sender="lin", text="报销"), seen("feishu", text="好的")
    assert "from-person" in str(mine.elements[0][1]["class"])
    assert mine.elements[0][1]["aria-label"] == "我，09:00"
    assert theirs.elements[0][1]["aria-label"] == "清廉助手，09:00"


@pytest.mark.parametrize(
    ("size", "words"), [(1, "1 KB"), (3000, "3 KB"), (1024 * 1024, "1.0 MB"), (1572864, "1.5 MB")]
)
def test_a_size_is_told_in_words(size: int, words: str) -> None:
    assert size_words(size) == words
