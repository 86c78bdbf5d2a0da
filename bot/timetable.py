"""The lines that answer `qinglian jobs`: what the clock will do next, and one run by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from bot.command import Words
from bot.context import JobContext
from scheduler.clock import local
from scheduler.job import Job
from storage import runs

Opens = Callable[[datetime], AbstractContextManager[JobContext]]

STEP = timedelta(minutes=1)
AHEAD, BACK = timedelta(days=40), timedelta(days=400)


def timetable(jobs: Sequence[Job[JobContext]], ctx: JobContext) -> list[str]:
    """Return a line for each job that people know, the next one first: when it comes, and when it was done
    last. What is confidential is left out."""
    return sorted(_lines(jobs, ctx))


def _lines(jobs: Sequence[Job[JobContext]], ctx: JobContext) -> Iterator[str]:
    for job in jobs:
        if job.title and not job.confidential:
            following = _next(job, ctx.now)
            when = f"{local(following, ctx.zone):%Y-%m-%d %H:%M}" if following else "四十天内没有"
            last = runs.last(ctx.tx, job.name)
            before = f"上次 {local(last[1], ctx.zone):%Y-%m-%d %H:%M}（{last[0]}）" if last else "还没有做过"
            yield f"{when}  {job.name}  {job.title}，{before}"


def run_by_hand(jobs: Sequence[Job[JobContext]], name: str, period: str, now: datetime, opened: Opens) -> str:
    """Do what a job does for a period, as at the first moment of that period; nothing where it was done.

    Raises Words for a job or a period that there is not."""
    job = next((each for each in jobs if each.name == name), None)
    if job is None:
        raise Words(f"没有叫 {name} 的定时任务。qinglian jobs 列出有哪些")
    moment = _first_of(job, period, now)
    if moment is None:
        raise Words(f"{name} 没有 {period} 这一期，或者还没有到。写法照 qinglian jobs 里「上次」后面括号里的")
    with opened(moment) as ctx:
        if not runs.begin(ctx.tx, job.name, period, moment):
            return f"{name} 的 {period} 已经做过了，没有再做。"
        job.run(ctx)
    return f"{name} 的 {period} 做好了。"


def _next(job: Job[JobContext], now: datetime) -> datetime | None:
    """The first moment after now at which the job's period is another one than now."""
    current, moment = job.period(now), now.replace(second=0, microsecond=0)
    while moment < now + AHEAD:
        moment += STEP
        if job.period(moment) not in (None, current):
            return moment
    return None


def _first_of(job: Job[JobContext], period: str, now: datetime) -> datetime | None:
    """The first moment of a period, which begins with its date, unless it lies ahead or too far back."""
    try:
        day = datetime.fromisoformat(period[:10]).replace(tzinfo=UTC)
    except ValueError:
        return None
    start = max(day - timedelta(days=1), now - BACK)
    while start <= min(now, day + timedelta(days=2)):
        if job.period(start) == period:
            return start
        start += STEP
    return None
