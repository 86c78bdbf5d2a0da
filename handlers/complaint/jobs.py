"""What the clock does for complaints: the same reminder, the day's entry in the journal, the clearing out."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from handlers.complaint import cards, filing, rules, sealing
from handlers.contract.context import Context
from scheduler.clock import local, today
from scheduler.job import Job
from scheduler.periods import every_minutes
from storage import complaint, journal, people, receivers, settings

ZONE = "Asia/Shanghai"
REMINDED, MORNING = (0, 3), (9, 12)
"""Mondays and Thursdays, so that within three working days somebody has been at the desk."""

NIGHT = (3, 30)
STREAM = "complaint"
ONE_DAY = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=3 * 365)
"""A case that nobody touched for so long counts as closed: perhaps nobody can open it any more."""


def remind(ctx: Context) -> None:
    """Tell every receiver who chats with us to look at the desk: always, and always the same
    (decision 30)."""
    reachable = set(people.accounts(ctx.tx).values())
    for each in filing.seated(ctx):
        if each.person.key in reachable:
            ctx.send_card(each.person, cards.reminder())


def seal_days(ctx: Context) -> None:
    """Let the journal have each day that is over: one entry at a fixed hour, whether or not anything came."""
    yesterday = today(ctx.now, ctx.zone) - ONE_DAY
    last = complaint.last_day(ctx.tx)
    day = last + ONE_DAY if last else yesterday
    complaint.blend(ctx.tx, day)
    while day <= yesterday:
        salt = sealing.new_salt()
        digest = day_digest(salt, complaint.digests_of(ctx.tx, day))
        complaint.seal_day(ctx.tx, day, salt, digest)
        facts = {"day": day.isoformat(), "digest": digest}
        journal.record(ctx.tx, ctx.now, "时钟", "complaint.day", f"day:{day}", 0, facts, STREAM)
        day += ONE_DAY


def day_digest(salt: bytes, digests: list[str]) -> str:
    """Return what proves a day: with its salt it says nothing of how much there was."""
    return hashlib.sha256(salt + "".join(digests).encode()).hexdigest()


def clear_out(ctx: Context) -> None:
    """Empty and forget the cases whose time is over (decision 31); what is held stays."""
    day = today(ctx.now, ctx.zone)
    content, conclusion = (
        timedelta(days=_days(ctx, name)) for name in (rules.CONTENT_DAYS, rules.CONCLUSION_DAYS)
    )
    for each in complaint.everything(ctx.tx):
        if each.held:
            continue
        since = each.closed_on or each.last_on + FORGOTTEN_AFTER
        if day > since + conclusion:
            complaint.remove(ctx.tx, each.number)
        elif day > since + content and not each.emptied:
            complaint.empty(ctx.tx, each.number)


def _days(ctx: Context, name: str) -> int:
    return int(str(settings.current(ctx.tx, name, rules.SETTINGS[name]).value))


def forget_doors(ctx: Context) -> None:
    """Forget links and sittings that are over."""
    receivers.purge(ctx.tx, ctx.now)


def _reminding(now: datetime) -> str | None:
    here = local(now, ZONE)
    due = here.weekday() in REMINDED and (here.hour, here.minute) >= MORNING
    return here.date().isoformat() if due else None


def _night(now: datetime) -> str | None:
    here = local(now, ZONE)
    return here.date().isoformat() if (here.hour, here.minute) >= NIGHT else None


JOBS: tuple[Job[Context], ...] = (
    Job("complaint.remind", _reminding, remind, "提醒受理人看受理台"),
    Job("complaint.seal_days", _night, seal_days),
    Job("complaint.clear_out", _night, clear_out),
    Job("complaint.forget_doors", every_minutes(30), forget_doors),
)
