"""One stage for all stories: simulator and assistant start once, every story begins with an empty ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import World, open_world

PLATFORMS = ("feishu", "wecom")


@pytest.fixture(scope="session")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The running stage."""
    with open_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    """Where the people of a story live."""
    return str(request.param)


@pytest.fixture
def world(one_world: World, platform: str) -> World:
    """An empty ledger and the standing cast."""
    return one_world.begin(platform)
