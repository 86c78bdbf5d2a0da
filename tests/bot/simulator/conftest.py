"""One simulator and one listening bot for all tests; every test finds them empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.simulator import Simulator
from tests.bot.simulator.fake_bot import FakeBot
from tests.bot.simulator.town import APP, PEOPLE, Hands, Town


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    bot = FakeBot(APP.encrypt_key)
    bot.start()
    hands = Hands()
    clock: Path = tmp_path_factory.mktemp("simulator") / "clock"
    simulator = Simulator(PEOPLE, APP, bot.url, clock, machine=hands)
    simulator.start()
    yield Town(simulator, bot, hands)
    simulator.stop()
    bot.stop()


@pytest.fixture
def town(running: Town) -> Town:
    running.bot.forget()
    running.simulator.reset(PEOPLE)
    return running
