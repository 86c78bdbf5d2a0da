"""The year 2026."""
from __future__ import annotations
import os, secrets, time
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo
import pytest
from pathlib import Path
from scheduler.workdays import is_workday
from tests.databases import Databases
from tests.house import House, ZONE
from tests.year.office import BIG, SMALL, Office, move_in
from tests.year.striking import Pair
from tests.year.working import Staff

def at(day, h, m): return datetime(day.year,day.month,day.day,h,m,tzinfo=ZoneInfo(ZONE)).astimezone(UTC)

@pytest.mark.parametrize("office", [BIG, SMALL])
def test_year(postgresql: Databases, tmp_path: Path, office: Office):
    url = postgresql.new()
    database = postgresql.open(url)
    move_in(database, office)
    random = Random("1")
    house = House(database)
    staff = Staff(house, office, random)
    pair = Pair(url, tmp_path, random)
    day = date(2026,1,1)
    spent = {"tick":0.0,"kill":0.0,"work":0.0}
    while day.year == 2026:
        work = is_workday(day)
        for h, m in ([(8,30),(8,34),(8,45),(9,10)] if work else [(8,50)]):
            t=time.monotonic()
            kill = work and (h,m)!=(9,10) and random.random()<0.03
            (pair.strike_and_kill if kill else pair.strike)(at(day,h,m))
            spent["kill" if kill else "tick"] += time.monotonic()-t
        t=time.monotonic()
        if work: staff.work(at(day,10,0), day)
        spent["work"] += time.monotonic()-t
        day += timedelta(days=1)
    pair.end()
    print(spent, pair.kills, pair.hits, staff.acts, pair._usual_seconds)
    assert not pair.errors, pair.errors
    database.close()
