"""People's words on their way to WeCom: shown as typed, except for what must not be shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.wecom.texts import plain_text
from bot.wecom.plain import CUT, MAX_BYTES, breadth, chat_text, clean, cut, cut_bytes, cut_wide, line

calm = settings(deadline=None)
WORDS = st.text(st.characters(), max_size=200)
MARKUP = st.lists(
    st.sampled_from(["<", ">", "a", " ", "/", "!", "<a href='x'>", "</a>", "王", "\n", "<A\thref=x>"]),
    max_size=20,
).map("".join)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("报销 ¥30 < ¥50", "报销 ¥30 < ¥50"),
        ("<a href='https://example.org'>点我</a>", "＜a href='https://example.org'>点我＜/a>"),
        ("x < y", "x < y"),
        ("<!-- 一 -->", "＜!-- 一 -->"),
        ("  一\r\n二\u2028三\x0b四  ", "一\n二\n三\n四"),
        ("王\u202e芳\x00\ud800", "王�芳��"),
    ],
)
def test_a_chat_line_is_shown_as_it_was_typed_and_opens_nothing(written: str, shown: str) -> None:
    assert chat_text(written) == shown


@calm
@given(MARKUP | WORDS)
def test_no_chat_line_becomes_a_link(written: str) -> None:
    shown = chat_text(written)

    assert plain_text(shown) == shown


@calm
@given(WORDS)
def test_what_is_cleaned_can_be_sent_and_stays_clean(written: str) -> None:
    once = clean(written)

    once.encode()
    assert clean(once) == once
    assert "\n" not in line(written)


@calm
@given(WORDS, st.integers(min_value=1, max_value=60))
def test_what_is_cut_is_as_short_as_it_must_be_and_says_so(written: str, limit: int) -> None:
    narrow, wide = cut(written, limit), cut_wide(written, limit)

    assert len(narrow) <= limit
    assert breadth(wide) <= limit
    for shown in (narrow, wide):
        assert shown == written or shown.endswith("…")
        assert written.startswith(shown.removesuffix("…"))


def test_digits_and_letters_are_half_as_broad_as_chinese() -> None:
    assert cut_wide("处理 BX-2026-0001", 10) == "处理 BX-2026-0001"
    assert cut_wide("处理一二三四五六七八九", 10) == "处理一二三四五六七…"


@pytest.mark.parametrize(("text", "fits"), [("长" * 682, True), ("长" * 683, False), ("a" * 2048, True)])
def test_a_text_message_holds_2048_bytes(text: str, fits: bool) -> None:
    assert (cut_bytes(text) == text) is fits


@calm
@given(st.text(min_size=0, max_size=40).map(lambda text: text * 80))
def test_a_long_text_is_cut_between_characters(text: str) -> None:
    shown = cut_bytes(text)

    assert len(shown.encode()) <= MAX_BYTES
    assert shown == text or (shown.endswith(CUT) and text.startswith(shown.removesuffix(CUT)))
