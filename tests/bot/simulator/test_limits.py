"""How fast the bot may talk: per person, per card and per API, in real time."""

from __future__ import annotations

import pytest

from bot.simulator import Simulator
from bot.simulator.limits import Limiter, Rate
from tests.bot.simulator.town import APP, PEOPLE, Hands, Town, card


def test_the_sixth_message_to_one_person_within_a_second_is_refused(town: Town) -> None:
    codes = [town.create("lin", "text", {"text": "你好"}).json()["code"] for _ in range(6)]
    assert codes == [0, 0, 0, 0, 0, 230020]
    assert town.create("wang", "text", {"text": "你好"}).json()["code"] == 0
    town.hands.forward(1)
    assert town.create("lin", "text", {"text": "你好"}).json()["code"] == 0


def test_the_sixth_update_of_one_card_within_a_second_is_refused(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card())
    assert [town.patch(message_id, card()).json()["code"] for _ in range(6)] == [0, 0, 0, 0, 0, 230020]
    town.hands.forward(1)
    assert town.patch(message_id, card()).json()["code"] == 0


def test_the_51st_call_of_one_api_within_a_second_is_told_how_long_to_wait(town: Town) -> None:
    headers = {"Authorization": f"Bearer {town.token}"}
    path = "/open-apis/contact/v3/users/ou_lin"
    answers = [town.raw("GET", path, headers=headers) for _ in range(50)]
    town.hands.forward(0.4)
    answers.append(town.raw("GET", path, headers=headers))
    assert {answer.status_code for answer in answers[:50]} == {200}
    assert (answers[50].status_code, answers[50].json()["code"]) == (429, 99991400)
    assert answers[50].headers["x-ogw-ratelimit-reset"] == "1"
    assert answers[50].headers["x-ogw-ratelimit-limit"] == "50"
    assert town.api("GET", "/bot/v3/info").status_code == 200


def test_the_minute_has_its_own_limit() -> None:
    hands = Hands()
    limiter = Limiter(hands)
    rates = (Rate(50, 1.0), Rate(1000, 60.0))
    for _ in range(20):
        assert [limiter.wait("api", *rates) for _ in range(50)] == [0.0] * 50
        hands.forward(1)
    assert limiter.wait("api", *rates) == pytest.approx(40.0)
    hands.forward(40)
    assert limiter.wait("api", *rates) == 0.0


@pytest.mark.parametrize(("scale", "let_through"), [(2.0, 10), (0.2, 1), (0.01, 1)])
def test_limits_can_be_scaled(scale: float, let_through: int) -> None:
    limiter = Limiter(Hands(), scale)
    assert [limiter.wait("chat", Rate(5, 1.0)) for _ in range(11)].count(0.0) == let_through


def test_limits_can_be_switched_off() -> None:
    limiter = Limiter(Hands(), None)
    assert [limiter.wait("chat", Rate(5, 1.0)) for _ in range(100)] == [0.0] * 100


def test_a_factor_of_nothing_is_a_slip() -> None:
    with pytest.raises(ValueError, match="limits"):
        Simulator(PEOPLE, APP, limits=0)
