"""A house for each test, copied from one that is built once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.bot.rooms import refitted
from tests.house import House, new_house


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a house into which the cast has moved."""
    folder = tmp_path_factory.mktemp("house")
    new_house(folder).database.close()
    return folder / "house.db"


@pytest.fixture
def house(furnished: Path, tmp_path: Path) -> Iterator[House]:
    """A house of one's own, on a platform whose cards take inputs."""
    copy = shutil.copy(furnished, tmp_path / "house.db")
    house = House(Database(f"sqlite:///{copy}", synchronous="OFF"))
    yield house
    house.database.close()


@pytest.fixture
def talking(house: House) -> House:
    """The house on a platform whose cards take no inputs: forms are asked in the chat."""
    return refitted(house)
