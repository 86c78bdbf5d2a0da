"""The runner: each period once, whoever asks; what fails is tried again; the heartbeat beats."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scheduler.clock import SystemClock
from scheduler.job import Job
from scheduler.runner import Runner
from storage import runs
from storage.database import Database
from storage.migrations import upgrade
from tests.scheduler.ticking import FIRST_TICK, TICKS, Work, a_minute, count_run, opener, runs_counted

ROOT = Path(__file__).parents[2]
A_MINUTE = timedelta(minutes=1)
SOON_S = 0.01
PATIENCE_S = 60.0
EACH_ONCE = {a_minute(now): 1 for now in TICKS}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'ticks.db'}", synchronous="OFF")
    upgrade(database)
    yield database
    database.close()


def runner_on(database: Database, *work: Callable[[Work], None]) -> Runner[Work]:
    """A runner with one job a minute for each piece of work, called job 0, job 1, ..."""
    jobs = [Job(f"job {number}", a_minute, run) for number, run in enumerate(work)]
    return Runner(jobs, opener(database))


def fail(_work: Work) -> None:
    raise RuntimeError("王芳 的报销 8,000 元")


def test_a_job_runs_once_in_its_period_and_again_in_the_next(database: Database) -> None:
    runner = runner_on(database, count_run)
    for seconds in (0, 20, 40, 60, 80):
        runner.tick(FIRST_TICK + timedelta(seconds=seconds))
    assert runs_counted(database) == {"2026-11-23T10:00": 1, "2026-11-23T10:01": 1}


def test_a_runner_that_is_late_does_everything_so_much_later(database: Database) -> None:
    runner = Runner([Job("count", a_minute, count_run)], opener(database), late=timedelta(seconds=90))
    runner.tick(FIRST_TICK)
    assert runs_counted(database) == {a_minute(FIRST_TICK): 1}
    with database.read() as tx:
        assert runs.last(tx, "count") == (a_minute(FIRST_TICK - timedelta(seconds=90)), FIRST_TICK)


def test_a_job_that_is_not_due_does_not_run(database: Database) -> None:
    Runner([Job("never", lambda _now: None, count_run)], opener(database)).tick(FIRST_TICK)
    assert runs_counted(database) == {}


def test_a_restart_in_the_period_does_not_run_the_job_again(database: Database) -> None:
    for _ in range(3):
        runner_on(database, count_run).tick(FIRST_TICK)
    assert runs_counted(database) == {a_minute(FIRST_TICK): 1}


def test_a_clock_moved_back_does_not_run_the_job_again(database: Database) -> None:
    runner = runner_on(database, count_run)
    for now in (FIRST_TICK, FIRST_TICK + A_MINUTE, FIRST_TICK, FIRST_TICK + A_MINUTE):
        runner.tick(now)
    assert runs_counted(database) == {a_minute(FIRST_TICK): 1, a_minute(FIRST_TICK + A_MINUTE): 1}


def test_the_work_is_given_the_time_of_the_tick(database: Database) -> None:
    seen: list[datetime] = []
    runner_on(database, lambda work: seen.append(work.now)).tick(FIRST_TICK)
    assert seen == [FIRST_TICK]


def test_a_settled_period_opens_no_more_transactions(database: Database) -> None:
    opened: list[datetime] = []

    def open_context(now: datetime) -> AbstractContextManager[Work]:
        opened.append(now)
        return opener(database)(now)

    runner = Runner([Job("count", a_minute, count_run)], open_context)
    for _ in range(3):
        runner.tick(FIRST_TICK)
    assert opened == [FIRST_TICK]


def test_what_a_failing_job_did_is_undone_and_tried_again_at_the_next_tick(database: Database) -> None:
    attempts: list[int] = []

    def fail_once(work: Work) -> None:
        count_run(work)
        attempts.append(1)
        if len(attempts) == 1:
            fail(work)

    runner = runner_on(database, fail_once)
    runner.tick(FIRST_TICK)
    assert runs_counted(database) == {}
    runner.tick(FIRST_TICK)
    runner.tick(FIRST_TICK)
    assert runs_counted(database) == {a_minute(FIRST_TICK): 1}
    assert len(attempts) == 2


def test_a_period_that_fails_at_the_commit_is_tried_again(database: Database) -> None:
    failures = [RuntimeError("the disk is full")]

    def raise_what_is_left() -> None:
        if failures:
            raise failures.pop()

    def work_that_commits_late(work: Work) -> None:
        count_run(work)
        work.tx.defer(raise_what_is_left)

    runner = runner_on(database, work_that_commits_late)
    runner.tick(FIRST_TICK)
    assert runs_counted(database) == {}
    runner.tick(FIRST_TICK)
    assert runs_counted(database) == {a_minute(FIRST_TICK): 1}


def test_a_failing_job_does_not_stop_the_others(database: Database) -> None:
    def fail_to_say_when(_now: datetime) -> str:
        raise KeyError("no such zone")

    jobs = [
        Job("cannot say when", fail_to_say_when, count_run),
        Job("cannot work", a_minute, fail),
        Job("works", a_minute, count_run),
    ]
    Runner(jobs, opener(database)).tick(FIRST_TICK)
    assert runs_counted(database) == {a_minute(FIRST_TICK): 1}


def test_a_failure_is_logged_by_job_and_period_and_not_by_what_it_says(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    runner_on(database, fail).tick(FIRST_TICK)
    (record,) = caplog.records
    assert record.getMessage() == "job job 0 failed for 2026-11-23T10:00: RuntimeError"
    assert record.exc_info is None
    assert "王芳" not in caplog.text


def test_two_jobs_of_one_name_are_refused_as_they_would_share_periods(database: Database) -> None:
    twice = Job("count", a_minute, count_run)
    with pytest.raises(ValueError, match="a name of its own"):
        Runner([twice, twice], opener(database))


def test_threads_with_runners_of_their_own_run_each_period_once(database: Database) -> None:
    together = threading.Barrier(4)
    others = [Database(str(database.url), synchronous="OFF") for _ in range(2)]

    def tick_through(mine: Database) -> None:
        runner = runner_on(mine, count_run)
        for now in TICKS:
            together.wait()
            runner.tick(now)

    threads = [threading.Thread(target=tick_through, args=[mine]) for mine in (*others, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert runs_counted(database) == EACH_ONCE


def test_processes_run_each_period_once(database: Database) -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.scheduler.ticking", str(database.url)]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            )
            for _ in range(2)
        ]
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.close()
    assert [process.returncode for process in processes] == [0, 0]
    assert runs_counted(database) == EACH_ONCE


class CountedMinutes:
    """A clock that is a minute further each time it is read, so that every beat has a period of its own."""

    def __init__(self) -> None:
        self.read = 0

    def now(self) -> datetime:
        self.read += 1
        return FIRST_TICK + (self.read - 1) * A_MINUTE


class TestHeartbeat:
    def test_it_ticks_again_and_again_at_the_clocks_time(self, database: Database) -> None:
        thrice = threading.Event()

        def work(work: Work) -> None:
            count_run(work)
            if work.now >= FIRST_TICK + 2 * A_MINUTE:
                thrice.set()

        runner = runner_on(database, work)
        runner.start(CountedMinutes(), SOON_S)
        assert thrice.wait(PATIENCE_S)
        runner.stop()
        counted = runs_counted(database)
        assert set(list(EACH_ONCE)[:3]) <= set(counted)
        assert set(counted.values()) == {1}

    def test_the_first_beat_comes_at_the_start(self, database: Database) -> None:
        ticked = threading.Event()
        runner = runner_on(database, lambda _work: ticked.set())
        runner.start(SystemClock(), every_seconds=86_400)
        assert ticked.wait(PATIENCE_S)
        runner.stop()

    def test_it_goes_on_after_a_beat_that_failed(self, database: Database) -> None:
        class BrokenAtFirst(CountedMinutes):
            def now(self) -> datetime:
                now = super().now()
                if self.read == 1:
                    raise ValueError("the offset file is garbage")
                return now

        ticked = threading.Event()
        runner = runner_on(database, lambda _work: ticked.set())
        runner.start(BrokenAtFirst(), SOON_S)
        assert ticked.wait(PATIENCE_S)
        runner.stop()

    def test_a_beat_is_left_out_while_a_tick_is_still_at_work(self, database: Database) -> None:
        clock = CountedMinutes()
        left_out = threading.Event()
        begun_by_then: list[int] = []

        class Watch(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                left_out.set()

        def work_for_more_than_a_beat(_work: Work) -> None:
            assert left_out.wait(PATIENCE_S)
            begun_by_then.append(clock.read)

        watch = Watch(logging.WARNING)
        skips = logging.getLogger("apscheduler.scheduler")
        skips.addHandler(watch)
        try:
            runner = runner_on(database, work_for_more_than_a_beat)
            runner.start(clock, SOON_S)
            assert left_out.wait(PATIENCE_S)
            runner.stop()
        finally:
            skips.removeHandler(watch)
        assert begun_by_then[0] == 1

    def test_stop_waits_for_the_tick_under_way_and_leaves_no_thread(self, database: Database) -> None:
        before = set(threading.enumerate())
        begun, stopped = threading.Event(), threading.Event()
        stopped_too_early: list[bool] = []

        def work(work: Work) -> None:
            begun.set()
            stopped_too_early.append(stopped.wait(0.2))
            count_run(work)

        runner = runner_on(database, work)
        runner.start(CountedMinutes(), every_seconds=86_400)
        assert begun.wait(PATIENCE_S)
        runner.stop()
        stopped.set()
        assert stopped_too_early == [False]
        assert runs_counted(database) == {a_minute(FIRST_TICK): 1}
        assert set(threading.enumerate()) <= before

    def test_it_can_be_stopped_twice_and_started_again(self, database: Database) -> None:
        ticked = threading.Event()
        runner = runner_on(database, lambda _work: ticked.set())
        runner.stop()
        for clock in (CountedMinutes(), SystemClock()):
            ticked.clear()
            runner.start(clock, SOON_S)
            assert ticked.wait(PATIENCE_S)
            runner.stop()
            runner.stop()

    def test_a_second_start_is_refused(self, database: Database) -> None:
        runner = runner_on(database)
        runner.start(SystemClock(), SOON_S)
        with pytest.raises(RuntimeError, match="started already"):
            runner.start(SystemClock(), SOON_S)
        runner.stop()
