"""People's words on their way to Feishu: shown as typed, except for what must not be shown."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feishu.plain import CUT, chat_line, clean, cut, line, markdown, mask
from bot.simulator.feishu.card_texts import mentioned

calm = settings(deadline=None)
WORDS = st.text(st.characters(), max_size=200)
MARKUP = st.lists(
    st.sampled_from(
        [
            *"<>&*_~[]()#`!|\\-+.:=@$^{}1a 王\n\t\u3000\u2028",
            "<at id=all></at>",
            "**",
            "](http://x)",
            "1. ",
            "- ",
        ]
    ),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("电话 13800138000", "电话 138****8000"),
        ("138 0013 8000 或 139-0013-9000", "138****8000 或 139****9000"),
        ("+8613800138000、86 13800138000", "+86138****8000、86 138****8000"),
        ("办公室 010-62345678", "办公室 010-****5678"),
        ("王芳13800138000收", "王芳138****8000收"),
        ("wang.fang+a@mail.example.org.cn", "w***@mail.example.org.cn"),
        ("寄到a@b.cn。", "寄到a***@b.cn。"),
        ("见https://example.org/a，电话13800138000", "见https://example.org/a，电话138****8000"),
    ],
)
def test_a_telephone_number_or_an_address_is_starred(written: str, shown: str) -> None:
    assert mask(written) == shown


@pytest.mark.parametrize(
    "written",
    [
        "¥1,280.50",
        "BX-2026-0001",
        "2026-11-23 10:05",
        "发票代码 031001900104",
        "发票号 26312000000012345678",
        "账号 6222021380013800013",
        "138001380001",
        "https://example.org/p/13800138000?to=a@b.cn",
        "a@b",
        "@王芳",
    ],
)
def test_what_is_neither_is_shown_in_full(written: str) -> None:
    assert mask(written) == written


@calm
@given(st.lists(st.sampled_from(["a", "@", ".", "b.cn", "-", "0", " ", "王", "+86", "138", "13800138000"])))
def test_no_telephone_number_and_no_address_is_left_in_any_text(pieces: list[str]) -> None:
    masked = mask("".join(pieces))

    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", masked)
    assert not re.search(r"[A-Za-z0-9._%+-]@[A-Za-z0-9-]+\.[A-Za-z0-9]", masked)


def test_what_cannot_be_shown_honestly_leaves_a_sign() -> None:
    assert clean("报\x00销\ud83d 王芳\u202e明天") == "报\ufffd销\ufffd 王芳\ufffd明天"
    assert clean("一\r\n二\r三\u2028四") == "一\n二\n三\n四"


def test_a_cut_is_seen() -> None:
    assert cut("长" * 100, 100) == "长" * 100
    assert cut("长" * 101, 100) == "长" * (100 - len(CUT)) + CUT
    assert cut("长" * 101, 5) == "长长长长…"


def test_a_line_is_one_line() -> None:
    assert line("  社区\n\t助老  项目 ", 80) == "社区 助老 项目"


@calm
@given(WORDS | MARKUP)
def test_markdown_shows_what_was_written_and_knows_no_markup_in_it(written: str) -> None:
    shown = markdown(written, 10_000)

    lines = [each.strip() for each in clean(written).split("\n")]
    assert html.unescape(shown) == mask("\n".join(lines).strip())
    bare = re.sub(r"&#\d+;", "", shown)
    assert not set(bare) & set("&<>*~[]()#_`!\\|\"'$+={}^@/")
    assert not re.search(r"^\s*(-|\d+\.\s)", shown, re.MULTILINE)
    assert not re.search(r"www\.|:\w+:|-{2}", shown, re.ASCII)


def test_numbers_dates_and_times_stay_readable_in_markdown() -> None:
    for written in ("¥1,280.50", "2026-11-23 10:05", "BX-2026-0001", "已同意 11-22 10:05"):
        assert markdown(written, 100) == written


@calm
@given(WORDS | MARKUP)
def test_a_chat_line_calls_nobody_and_hides_no_link(written: str) -> None:
    shown = chat_line(written, 20_000)

    assert mentioned(shown) == []
    assert not re.search(r"\]\(|\*\*", shown)
    assert not re.search(r"</?[A-Za-z]", shown)


def test_a_chat_line_keeps_what_is_harmless() -> None:
    written = "预算 1 < 2，见 [附件一]（共 3 页）\nhttps://example.org/p/a_b-13800138000"

    assert chat_line(written, 1000) == written
