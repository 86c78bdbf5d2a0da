"""What the clock does for expenses: drafts that were left alone expire."""

from __future__ import annotations

from handlers.contract.context import Context
from handlers.expense import drafts
from scheduler.job import Job
from scheduler.periods import every_minutes

JOBS: tuple[Job[Context], ...] = (Job("expense.expire_drafts", every_minutes(5), drafts.expire),)
