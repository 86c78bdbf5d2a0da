"""Two decisions on one step at the same moment: exactly one counts, the other is told of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from handlers.contract.reply import Reply
from tests.house import House

ROUNDS = 200


def test_of_two_decisions_at_the_same_moment_one_wins_and_the_other_is_told_who(house: House) -> None:
    barrier = Barrier(2)

    def decide(label: str) -> Reply:
        button = house.button("li", label)
        barrier.wait()
        return house.press("li", button, None if label == "同意" else {"reason": "不对"})

    with ThreadPoolExecutor(2) as pool:
        for number in range(1, ROUNDS + 1):
            house.submit("lin")
            replies = list(pool.map(decide, ("同意", "驳回")))
            assert [each.refused for each in replies].count(False) == 1
            refused = next(each for each in replies if each.refused)
            assert "您已于" in refused.text
            assert len(house.attempts()) == number
