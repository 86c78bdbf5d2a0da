"""What the clock does for the house itself: forget what no platform can repeat or replace any more."""

from __future__ import annotations

from bot import asking
from bot.context import JobContext
from scheduler.job import Job
from scheduler.periods import every_minutes
from storage import files, inbox, outbox, pages, runs, sent


def forget(ctx: JobContext) -> None:
    """Purge inbox, outbox, sent cards and fetches by machine time: a moved demo clock does not touch it.

    Links to pages and slices of minutes end by business time."""
    inbox.purge(ctx.tx, ctx.machine_now)
    outbox.purge(ctx.tx, ctx.machine_now)
    sent.purge(ctx.tx, ctx.machine_now)
    files.purge(ctx.tx, ctx.machine_now)
    pages.purge(ctx.tx, ctx.now)
    runs.purge(ctx.tx, ctx.now)


JOBS: tuple[Job[JobContext], ...] = (
    Job("house.forget", every_minutes(60), forget),
    Job("house.expire_questions", every_minutes(5), asking.expire),
)
