"""A house whose receivers have keys."""

from __future__ import annotations

import pytest

from tests.handlers.complaint.office import Office
from tests.house import House


@pytest.fixture
def office(house: House) -> Office:
    """Three receivers with keys: 白露 and 秦川 inside, 罗维 outside."""
    return Office(house)
