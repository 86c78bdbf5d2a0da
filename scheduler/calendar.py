"""The calendar in force: the years that came with the program, and over them those that were imported."""

from __future__ import annotations

from scheduler.workdays import LIBRARY, Calendar, Year
from storage import calendar
from storage.database import Tx


def current(tx: Tx) -> Calendar:
    """Return the calendar to count working days with."""
    return LIBRARY.with_years(Year(each.year, each.free, each.worked) for each in calendar.in_force(tx))
