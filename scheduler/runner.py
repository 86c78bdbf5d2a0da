"""The heartbeat: for each job whose period has come, one transaction claims the period and does the work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.clock import Clock
from scheduler.job import Job
from storage import runs
from storage.database import Tx

log = logging.getLogger(__name__)


class HasTx(Protocol):
    """All that the runner wants of a context: the transaction that the work is done in."""

    @property
    def tx(self) -> Tx:
        """The open transaction."""


C = TypeVar("C", bound=HasTx)


class Runner(Generic[C]):
    """Runs jobs, each once for each period, however many runners there are on one database.

    `open_context` takes business time (aware UTC) and opens a transaction with the context for one run:
    committed when the body ends, undone when it raises. `leads` tells whether this runner is the one of
    several whose turn it is: the others wait, so that they do not race for every period. `late` is how much
    later than its time everything is done, so that not every installation speaks at the same moment.
    ValueError when two jobs share a name, as they would share periods.
    """

    def __init__(
        self,
        jobs: Sequence[Job[C]],
        open_context: Callable[[datetime], AbstractContextManager[C]],
        leads: Callable[[], bool] = lambda: True,
        late: timedelta = timedelta(0),
    ) -> None:
        names = [job.name for job in jobs]
        if len(set(names)) < len(names):
            raise ValueError(f"every job needs a name of its own: {sorted(names)}")
        self._jobs = tuple(jobs)
        self._open = open_context
        self._leads = leads
        self._late = late
        self._settled: dict[str, str] = {}
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._scheduler: BackgroundScheduler | None = None

    def tick(self, now: datetime) -> None:
        """If we lead, do all that is due at `now` (aware UTC). What fails is undone, for the next tick."""
        if now < self._latest:
            # A clock that was set back may stand before another ledger: what is settled is asked again.
            self._settled.clear()
        self._latest = now
        if not self._leads():
            return
        for job in self._jobs:
            self._run(job, now)

    def start(self, clock: Clock, every_seconds: float) -> None:
        """Tick in a thread of APScheduler's: at once, then every so many seconds of machine time."""
        if self._scheduler is not None:
            raise RuntimeError("the runner has been started already")
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._scheduler.add_job(
            lambda: self.tick(clock.now()),
            IntervalTrigger(seconds=every_seconds, timezone=UTC),
            name="tick",
            next_run_time=datetime.now(UTC),
            # One beat makes up for all that were missed while a tick took long or the machine slept.
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """End the heartbeat and wait for a tick under way; nothing happens when there is none."""
        if self._scheduler is not None:
            self._scheduler.shutdown()
            self._scheduler = None

    def _run(self, job: Job[C], now: datetime) -> None:
        period: str | None = None
        try:
            period = job.period(now - self._late)
            # A period known to be settled opens no transaction: an idle tick takes no write lock.
            if period is None or self._settled.get(job.name) == period:
                return
            with self._open(now) as context:
                if runs.begin(context.tx, job.name, period, now):
                    job.run(context)
            self._settled[job.name] = period
        except Exception as error:  # whatever goes wrong with one job, the others are run
            # Of the error only its kind: the message may hold what no log may.
            log.error("job %s failed for %s: %s", job.name, period, type(error).__name__)
