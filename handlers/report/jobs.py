"""What the clock does for those who supervise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from handlers.contract.context import Context
from handlers.report import service
from handlers.report.service import Sources
from scheduler.clock import local
from scheduler.job import Job
from scheduler.periods import every_minutes

ZONE = "Asia/Shanghai"
NEWS, MONTH = (8, 47), (9, 4)


def jobs(sources: Sources) -> tuple[Job[Context], ...]:
    """Return the jobs: alarms every few minutes, news and the month on working mornings."""
    return (
        Job("report.alarm", every_minutes(5), partial(service.alarm, sources=sources)),
        Job("report.news", _morning(NEWS), partial(service.brief, sources=sources), "监督简报，有新情况才发"),
        Job("report.month", _morning(MONTH), partial(service.publish, sources=sources), "看该不该发月报"),
    )


def _morning(at: tuple[int, int]) -> Callable[[datetime], str | None]:
    def period(now: datetime) -> str | None:
        here = local(now, ZONE)
        return here.date().isoformat() if (here.hour, here.minute) >= at else None

    return period
