"""Taking a year of holidays over: ask the rules, store all of the file or nothing, on record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date

from handlers.calendar import forms, rules
from handlers.calendar.rules import Plan
from handlers.contract.context import Context
from scheduler.calendar import current
from scheduler.clock import local
from scheduler.workdays import LIBRARY, Year
from storage import calendar
from storage.calendar import Imported, Source
from storage.database import Tx

ACTOR = "命令行"
"""Who imports, in the journal: imports come from the command line of the installation alone."""


def plan_calendar(ctx: Context, raw: bytes, *, replace: bool = False) -> Plan:
    """Return which years a file would add or change, or what is wrong with it; writes nothing."""
    return rules.plan(forms.calendar(raw), current(ctx.tx), LIBRARY, replace=replace)


def import_calendar(ctx: Context, raw: bytes, notice: str, *, replace: bool = False) -> Plan:
    """Carry out a file, unless there is any problem with it; return the plan either way.

    `notice` tells where the file's days come from: the name or number of the State Council's notice.
    """
    plan = plan_calendar(ctx, raw, replace=replace)
    if plan.problems:
        return plan
    source = Source(notice, hashlib.sha256(raw).hexdigest(), ACTOR, ctx.now)
    before = current(ctx.tx).years
    for year in (*plan.added, *plan.updated):
        version = calendar.save(ctx.tx, year.number, year.free, year.worked, source)
        facts = {
            "file": source.file,
            "notice": notice,
            "before": before[year.number].fingerprint if year.number in before else "",
            "after": year.fingerprint,
            "free": _plain(year.free),
            "worked": _plain(year.worked),
        }
        ctx.record(ACTOR, "calendar.imported", f"calendar:{year.number}", version, facts)
    return plan


def listed(tx: Tx, today: date, zone: str) -> Iterator[str]:
    """Yield a line for the shipped years, then by year for what was imported, and for this year and the next
    where they are still unknown and provisional."""
    yield f"{min(LIBRARY.years)} 至 {max(LIBRARY.years)} 年：程序自带"
    lines = {each.year: _imported_line(each, zone) for each in calendar.in_force(tx)}
    for number in {today.year, today.year + 1} - LIBRARY.years.keys() - lines.keys():
        lines[number] = f"{number} 年：放假安排尚未导入，按周一至周五计算，落在里面的期限是暂定的"
    yield from (lines[number] for number in sorted(lines))


def _imported_line(each: Imported, zone: str) -> str:
    year = Year(each.year, each.free, each.worked)
    shipped = LIBRARY.years.get(each.year)
    days = rules.differing(year, shipped) if shipped else []
    against = f"；和程序自带的有 {len(days)} 天不同，以导入的为准" if days else ""
    at = f"{local(each.source.at, zone):%Y-%m-%d %H:%M}"
    counted = f"放假 {len(each.free)} 天，调休上班 {len(each.worked)} 天"
    return f"{each.year} 年：{at} 导入的第 {each.version} 版，{each.source.notice}，{counted}{against}"


def written(tx: Tx, number: int) -> str | None:
    """Return a year as a file to import, or None where it is not known."""
    year = current(tx).years.get(number)
    return forms.written(year) if year else None


def _plain(days: Mapping[date, str]) -> dict[str, str]:
    return {day.isoformat(): name for day, name in days.items()}
