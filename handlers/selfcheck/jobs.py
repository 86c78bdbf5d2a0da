"""What the clock does for self-checks: every day it looks whether a round is to be opened."""

from __future__ import annotations

from datetime import datetime

from handlers.contract.context import Context
from handlers.selfcheck import service
from handlers.selfcheck.service import Sources
from scheduler.clock import local
from scheduler.job import Job

ZONE = "Asia/Shanghai"
MORNING = (8, 32)


def jobs(sources: Sources) -> tuple[Job[Context], ...]:
    """Return the one job: which day is the first working one is known only with the calendar at hand."""

    def run(ctx: Context) -> None:
        service.close_gone(ctx)
        service.open_round(ctx, sources)

    return (Job("selfcheck.round", _morning, run, "看当月自查该不该开始"),)


def _morning(now: datetime) -> str | None:
    here = local(now, ZONE)
    return here.date().isoformat() if (here.hour, here.minute) >= MORNING else None
