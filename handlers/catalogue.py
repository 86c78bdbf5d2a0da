"""The table of contents: what the assistant can do, one line each."""

from __future__ import annotations

from handlers.complaint.capability import CAPABILITY as COMPLAINT
from handlers.contract.capability import Capability
from handlers.contract.context import Context
from handlers.coverage.capability import coverage
from handlers.desk.capability import desk
from handlers.duty.capability import CAPABILITY as DUTY
from handlers.expense.capability import CAPABILITY as EXPENSE
from handlers.finding.capability import CAPABILITY as FINDING
from handlers.mechanisms.attention.rules import BUDGET_DEFAULT, BUDGET_SETTING
from handlers.mechanisms.deadline.jobs import morning_job
from handlers.report.capability import report
from handlers.selfcheck.capability import selfcheck
from scheduler.job import Job

_LEDGERS = (EXPENSE,)
_WORK = (*_LEDGERS, FINDING, selfcheck(_LEDGERS), DUTY, COMPLAINT)

CAPABILITIES: tuple[Capability, ...] = (*_WORK, desk(_WORK), report(_WORK), coverage(_WORK))

JOBS: tuple[Job[Context], ...] = (
    *(job for each in CAPABILITIES for job in each.jobs),
    morning_job({kind: ladder for each in CAPABILITIES for kind, ladder in each.ladders.items()}),
)
"""Everything that the clock has the capabilities do."""

SETTINGS: dict[str, object] = {
    BUDGET_SETTING: BUDGET_DEFAULT,
    **{name: value for each in CAPABILITIES for name, value in each.settings.items()},
}
"""Every setting that the council fixes, with its default."""
