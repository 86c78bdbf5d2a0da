"""What findings show of the plan's clauses: where they come from, and whether they were mended in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.contract.context import Context
from handlers.contract.coverage import Covered, Light
from handlers.mechanisms.finding.rules import Source, State
from scheduler.clock import today
from storage import findings, people
from storage.findings import Mending

LOOKED_BACK = timedelta(days=365)
NAMED = 3
SIDES = (
    ("监事", {Source.CHECK, Source.AUDIT}),
    ("自查", {Source.SELF}),
    ("会员", {Source.MEMBERS}),
    ("社会", {Source.PUBLIC}),
)
"""The four who supervise (P44b), and how their findings are marked."""


@dataclass(frozen=True)
class Tally:
    """Findings whose day has come: how many, how many of them closed, reported in time, and reported but
    not verified yet."""

    due: int
    closed: int
    in_time: int
    reported: int


def covers(ctx: Context) -> Sequence[Covered]:
    """Return what a year's findings show (P8, P44b, P47, P49)."""
    now = today(ctx.now, ctx.zone)
    known = [
        each
        for each in findings.mending_since(ctx.tx, now - LOOKED_BACK)
        if each.state not in (State.WITHDRAWN, State.OBJECTED)
    ]
    mine = [each for each in known if each.source == Source.SELF]
    others = [each for each in known if each.source != Source.SELF]
    return [
        _rate(tally(known, now, ctx.zone)),
        _sides(known),
        _mended(ctx, "P47", others, "整改通知"),
        _mended(ctx, "P49", mine, "自查发现的问题"),
    ]


def tally(known: Sequence[Mending], now: date, zone: str) -> Tally:
    """Count those whose day has passed; what is not due yet is in no rate (P8)."""
    due = [each for each in known if each.due_on < now]
    in_time = [each for each in due if each.reported_at and today(each.reported_at, zone) <= each.due_on]
    states = [each.state for each in due]
    return Tally(len(due), states.count(State.CLOSED), len(in_time), states.count(State.REPORTED))


def _rate(counted: Tally) -> Covered:
    if not counted.due:
        return Covered("P8", Light.YELLOW, "近一年没有到期的问题，整改率无从算起")
    said = (
        f"近一年到期 {counted.due} 件，销号 {counted.closed} 件"
        f"（{counted.closed * 100 // counted.due}%），按期交报告 {counted.in_time} 件"
    )
    if counted.closed == counted.due:
        return Covered("P8", Light.GREEN, said)
    waits = counted.closed + counted.reported == counted.due
    return Covered("P8", Light.YELLOW if waits else Light.RED, f"{said}，待复核 {counted.reported} 件")


def _sides(known: Sequence[Mending]) -> Covered:
    counted = {name: sum(each.source in marks for each in known) for name, marks in SIDES}
    said = "，".join(f"{name} {n} 件" for name, n in counted.items())
    if not any(counted.values()):
        return Covered("P44b", Light.RED, "近一年没有一件问题入账")
    light = Light.GREEN if all(counted.values()) else Light.YELLOW
    return Covered("P44b", light, f"近一年的问题来自：{said}")


def _mended(ctx: Context, clause: str, known: Sequence[Mending], what: str) -> Covered:
    now = today(ctx.now, ctx.zone)
    late = [each for each in known if each.state == State.OPEN and each.due_on < now]
    still = sum(each.state in (State.OPEN, State.REPORTED) for each in known)
    if not known:
        return Covered(clause, Light.YELLOW, f"近一年没有{what}")
    said = f"近一年{what} {len(known)} 件，销号 {len(known) - still} 件"
    if late:
        return Covered(clause, Light.RED, f"{said}，逾期 {len(late)} 件：{_names(ctx, late)}", late=True)
    return Covered(clause, Light.YELLOW if still else Light.GREEN, f"{said}，没有逾期")


def _names(ctx: Context, late: Sequence[Mending]) -> str:
    shown = sorted(late, key=lambda each: each.due_on)[:NAMED]
    names = people.by_ids(ctx.tx, [each.owner for each in shown])
    lines = [
        f"{names[each.owner].name} {each.number}（{each.due_on.month}月{each.due_on.day}日到期）"
        for each in shown
    ]
    return "、".join(lines) + ("等" if len(late) > NAMED else "")
