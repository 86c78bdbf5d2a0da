"""One simulated WeCom and one listening bot for all tests; every test finds them empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.simulator import Simulator
from tests.bot.simulator.town import Hands
from tests.bot.simulator.wecom.town import APP, PEOPLE, FakeBot, Town


@pytest.fixture(scope="session")
def running() -> Iterator[Town]:
    bot = FakeBot()
    bot.start()
    hands = Hands()
    simulator = Simulator(PEOPLE, None, bot.url, machine=hands, wecom=APP)
    simulator.start()
    yield Town(simulator, bot, hands)
    simulator.stop()
    bot.stop()


@pytest.fixture
def town(running: Town) -> Town:
    running.bot.forget()
    running.simulator.reset(PEOPLE)
    return running
