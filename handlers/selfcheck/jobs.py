"""What the clock does for self-checks: every day it looks whether a round is to be opened."""

from __future__ import annotations

from datetime import datetime

from handlers.contract.context import Context
from handlers.mechanisms.evidence import service as evidence
from handlers.selfcheck import service
from handlers.selfcheck.service import Sources
from scheduler.clock import local
from scheduler.job import Job
from scheduler.periods import every_minutes

ZONE = "Asia/Shanghai"
MORNING = (8, 32)


def jobs(sources: Sources) -> tuple[Job[Context], ...]:
    """Return the jobs: which day is the first working one is known only with the calendar at hand."""

    def run(ctx: Context) -> None:
        service.close_gone(ctx)
        service.open_rounds(ctx, sources)

    return (
        Job("selfcheck.round", _morning, run, "看当月自查该不该开始"),
        Job("selfcheck.expire_evidence", every_minutes(5), _expire),
    )


def _expire(ctx: Context) -> None:
    evidence.expire(ctx, service.CAPABILITY, "自查")


def _morning(now: datetime) -> str | None:
    here = local(now, ZONE)
    return here.date().isoformat() if (here.hour, here.minute) >= MORNING else None
