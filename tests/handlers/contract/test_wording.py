"""Amounts as people type them, and how money and moments read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.contract.refusal import Refusal
from handlers.contract.wording import MOST_FEN, fen, moment, yuan

UNDERSTOOD = {
    "128.50": 12850,
    "128.5": 12850,
    "128": 12800,
    "0.01": 1,
    ".5": 50,
    "5.": 500,
    "+5": 500,
    "007": 700,
    "1.10000": 110,
    "１２８．５": 12850,
    "1,280.50元": 128050,
    "1，280.50": 128050,
    "1,234,567.89": 123456789,
    "￥30": 3000,
    "¥30": 3000,
    "¥ 30.00": 3000,
    "30 元": 3000,
    "30块": 3000,
    "人民币30元整": 3000,
    "人民币 1,280.50 元": 128050,
    "RMB30": 3000,
    "30rmb": 3000,
    "CNY 30": 3000,
    " \t128.50\n": 12850,
    "　128.50　": 12850,
    "1 280.50": 128050,
    "100,000,000": MOST_FEN,
    "100000000.00": MOST_FEN,
}


@pytest.mark.parametrize(("typed", "amount"), UNDERSTOOD.items())
def test_an_amount_is_understood_as_typed(typed: str, amount: int) -> None:
    assert fen(typed) == amount


NOTHING = "请填金额"
NO_NUMBER = "看不懂金额"
TOO_LITTLE = "金额要大于 0"
TOO_FINE = "最多两位小数"
TOO_MUCH = "金额太大了"

REFUSED = {
    "": NOTHING,
    "   ": NOTHING,
    "　\n": NOTHING,
    "元": NOTHING,
    "¥": NOTHING,
    "人民币元整": NOTHING,
    "0": TOO_LITTLE,
    "0.00": TOO_LITTLE,
    "-3": TOO_LITTLE,
    "－3": TOO_LITTLE,
    "-0": TOO_LITTLE,
    "−3": NO_NUMBER,
    "1e9": NO_NUMBER,
    "1E2": NO_NUMBER,
    "0x10": NO_NUMBER,
    "1_000": NO_NUMBER,
    "NaN": NO_NUMBER,
    "Infinity": NO_NUMBER,
    "1,28": NO_NUMBER,
    "1,2800": NO_NUMBER,
    "12,80.50": NO_NUMBER,
    ",128": NO_NUMBER,
    "1.280,50": NO_NUMBER,
    "1.2.3": NO_NUMBER,
    ".": NO_NUMBER,
    "+": NO_NUMBER,
    "--3": NO_NUMBER,
    "١٢٨": NO_NUMBER,
    "१२८": NO_NUMBER,
    "三十": NO_NUMBER,
    "30-40": NO_NUMBER,
    "30美元": NO_NUMBER,
    "$30": NO_NUMBER,
    "3万": NO_NUMBER,
    "打车": NO_NUMBER,
    "12.345": TOO_FINE,
    "0.001": TOO_FINE,
    "0." + "0" * 60 + "1": TOO_FINE,
    "1." + "0" * 60 + "1": TOO_FINE,
    "1.00" + "9" * 60: TOO_FINE,
    "100000000.01": TOO_MUCH,
    "9" * 40: TOO_MUCH,
    "9" * 5000: TOO_MUCH,
}


@pytest.mark.parametrize(("typed", "why"), REFUSED.items(), ids=lambda each: each[:24])
def test_an_amount_that_cannot_be_paid_is_refused_with_what_is_wrong(typed: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        fen(typed)


def test_what_could_not_be_understood_is_quoted_and_not_at_length() -> None:
    with pytest.raises(Refusal, match="「打车三十」"):
        fen(" 打车三十 ")
    with pytest.raises(Refusal) as refused:
        fen("一" * 1000)
    assert len(refused.value.sentence) < 60


amounts = st.integers(1, MOST_FEN)


@given(amounts)
def test_what_is_shown_can_be_typed_again(amount: int) -> None:
    assert fen(yuan(amount)) == amount
    assert fen(f"{amount // 100}.{amount % 100:02d}") == amount
    assert fen(f"{Decimal(amount) / 100}元") == amount


@given(st.text(max_size=40))
def test_whatever_is_typed_is_an_amount_in_bounds_or_a_chinese_sentence(typed: str) -> None:
    try:
        answer: int | str = fen(typed)
    except Refusal as refusal:
        answer = refusal.sentence
    if isinstance(answer, int):
        assert 0 < answer <= MOST_FEN
    else:
        assert re.search(r"[\u4e00-\u9fff]{3}", answer)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(1, "¥0.01"), (50, "¥0.50"), (12850, "¥128.50"), (128050, "¥1,280.50"), (MOST_FEN, "¥100,000,000.00")],
)
def test_money_reads_with_two_decimals_and_commas(amount: int, shown: str) -> None:
    assert yuan(amount) == shown


def test_a_moment_reads_in_the_zone_of_the_organisation() -> None:
    assert moment(datetime(2026, 11, 23, 17, 5, tzinfo=UTC), "Asia/Shanghai") == "11-24 01:05"
