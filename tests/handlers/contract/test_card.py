"""What a button carried is checked, whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from handlers.contract.card import number_in
from handlers.contract.refusal import Refusal


@pytest.mark.parametrize("number", [0, 1, 2**53 - 1])
def test_a_number_that_a_button_can_carry_is_taken(number: int) -> None:
    assert number_in({"claim": number}, "claim") == number


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"other": 1},
        {"claim": "1"},
        {"claim": ""},
        {"claim": -1},
        {"claim": 2**53},
        {"claim": True},
        {"claim": 1.0},
        {"claim": None},
        {"claim": [1]},
    ],
    ids=str,
)
def test_anything_else_is_refused_with_the_way_out(args: Mapping[str, Any]) -> None:
    with pytest.raises(Refusal, match="待办"):
        number_in(args, "claim")
