"""A job: what is to be done for a period, and when a period has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

C = TypeVar("C", contravariant=True)


@dataclass(frozen=True)
class Job(Generic[C]):
    """Work that is done once for each period. `period` names the one that a moment (aware UTC) falls in,
    or None when nothing is due; `run` does the work inside the caller's transaction. `title` is what the
    timetable calls it, empty for the house's own; what is `confidential` stands in no timetable."""

    name: str
    period: Callable[[datetime], str | None]
    run: Callable[[C], None]
    title: str = ""
    confidential: bool = False
