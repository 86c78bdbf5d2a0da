"""A town for each test of chaos: simulator, database, configuration; what runs is up to the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.simulator.launch import Options, Stage
from tests.chaos.town import Town
from tests.world import everybody

REPUSH_SECONDS = (0.7, 2.5, 2.5, 2.5, 2.5)
"""As the platforms repeat a callback that was not answered, only sooner; WeCom repeats twice at most."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The cast, both platforms, an empty ledger, and nothing of the assistant running yet."""
    url = f"sqlite:///{tmp_path / 'qinglian.db'}"
    options = Options(
        tmp_path,
        poll_seconds=0.02,
        limits=None,
        people=everybody(),
        storage_url=url,
        repush=REPUSH_SECONDS,
        lease_seconds=1.0,
        restart_seconds=0.01,
        starts=False,
    )
    with Stage(options) as stage:
        town = Town(stage, url)
        town.begin_anew()
        yield town
        town.database.close()
