"""The number by which a reporter comes back: hard to guess, a slip shows, and known in any sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaint import receipts

RECEIPT = "3948572679349411341632400593"
GROUPS = receipts.written(RECEIPT)

DIGITS = st.text("0123456789", min_size=27, max_size=27)
NUMBERS = DIGITS.map(
    lambda each: next(one for one in (each + str(n) for n in range(10)) if receipts.read(one))
)
"""Any receipt there may be: of ten last digits one is right."""


def wide(text: str) -> str:
    """Return digits as Chinese keyboards type them in full width."""
    return text.translate({48 + digit: 0xFF10 + digit for digit in range(10)})


def test_a_receipt_has_more_than_eighty_bits_and_never_comes_twice() -> None:
    assert 10**receipts.RANDOM_DIGITS > 2**80
    assert len({receipts.new() for _ in range(1000)}) == 1000


def test_every_digit_is_drawn() -> None:
    many = [receipts.new() for _ in range(500)]
    assert all({each[place] for each in many} == set("0123456789") for place in range(receipts.LENGTH))


def test_it_is_written_down_in_seven_groups_of_four() -> None:
    assert GROUPS == "3948 5726 7934 9411 3416 3240 0593"


@given(DIGITS)
def test_of_ten_last_digits_one_is_right(digits: str) -> None:
    assert sum(receipts.read(f"{digits}{last}") is not None for last in range(10)) == 1


def test_what_is_given_out_is_read_again() -> None:
    for _ in range(200):
        number = receipts.new()
        assert receipts.read(receipts.written(number)) == number


@given(NUMBERS, st.integers(0, 27), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number: str, place: int, more: int) -> None:
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert receipts.read(number) == number
    assert receipts.read(wrong) is None


@given(NUMBERS, st.integers(0, 26))
def test_two_neighbours_that_changed_places_are_noticed(number: str, place: int) -> None:
    pair = number[place : place + 2]
    swapped = number[:place] + pair[::-1] + number[place + 2 :]
    # Luhn's one blind spot, named in the standard.
    if pair[0] != pair[1] and set(pair) != {"0", "9"}:
        assert receipts.read(swapped) is None


@given(NUMBERS, st.integers(0, 27))
def test_a_digit_left_out_or_typed_twice_is_noticed(number: str, place: int) -> None:
    assert receipts.read(number[:place] + number[place + 1 :]) is None
    assert receipts.read(number[: place + 1] + number[place:]) is None


SIGNS = ["", " ", "  ", "-", " - ", "–", "—", "‐", "·", ".", "，", "、", "/", "_", "\n", "\u200b", "\u3000"]


@pytest.mark.parametrize("between", SIGNS, ids=ascii)
@given(number=NUMBERS)
def test_a_receipt_is_known_in_a_sentence_whatever_stands_between_its_groups(
    between: str, number: str
) -> None:
    typed = receipts.written(number).replace(" ", between)
    for each in (typed, wide(typed)):
        assert receipts.read(each) == number
        assert receipts.within(f"我的号码是{each}，怎么没有答复")


@pytest.mark.parametrize(
    "before",
    ["2026-03-03 ", "2026 ", "3月3日 ", "12 34 ", "编号：1\n", "13800138000 ", "24332000000123456789 "],
)
@given(number=NUMBERS)
def test_another_number_before_or_behind_it_does_not_hide_a_receipt(before: str, number: str) -> None:
    for typed in (number, receipts.written(number)):
        assert receipts.within(before + typed)
        assert receipts.within(f"{typed} {before}")


@pytest.mark.parametrize(
    "text",
    [
        "发票 24332000000123456789",
        "卡号 6222021234567890123",
        "卡号 6222 0212 3456 7890 123",
        "身份证 330106199001011234",
        "电话 13800138000，备用 13900139000",
        f"{RECEIPT}1",
        f"1{RECEIPT}",
        RECEIPT[:-1],
        "3948 5726 7934 9411 甲 3416 3240 0593",
        "",
    ],
)
def test_other_numbers_are_no_receipts(text: str) -> None:
    assert not receipts.within(text)


@given(st.integers(10**19, 10**20 - 1), st.dates())
def test_an_invoice_and_its_day_are_never_taken_for_a_receipt(invoice: int, day: object) -> None:
    assert not receipts.within(f"{invoice} {day}")
    assert not receipts.within(f"发票{invoice} {str(day).replace('-', '')} 打车")


@given(st.integers(10**18, 10**19 - 1), st.integers(10**8, 10**9 - 1))
def test_a_bank_card_and_another_number_are_never_taken_for_a_receipt(card: int, other: int) -> None:
    assert not receipts.within(f"{card} {other}")
