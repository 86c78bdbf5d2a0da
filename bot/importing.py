"""The command line's side of imports: read the file, run it through, print what came of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import click

from bot.context import JobContext
from handlers.calendar import service as calendar
from handlers.duty import listing
from handlers.mechanisms.sheet.forms import Problem
from handlers.people import service
from storage.database import Database

MOST_BYTES = 5_000_000
"""Some fifty thousand rows: whatever is larger is not a roster."""

EVERY_ROWS = 100


class Plan(Protocol):
    """What an import comes to, whatever is imported."""

    @property
    def added(self) -> Sequence[Any]:
        """What is new."""

    @property
    def updated(self) -> Sequence[Any]:
        """What changes."""

    @property
    def unchanged(self) -> int:
        """How much stays as it is."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What stands in the way; with any, nothing is written."""

    @property
    def warnings(self) -> Sequence[str]:
        """What is worth a look, in Chinese sentences."""


@dataclass(frozen=True)
class Installation:
    """Where an import goes: the database, business time (aware UTC) and the organisation's time zone."""

    database: Database
    now: datetime
    zone: str = "Asia/Shanghai"


def import_people(
    to: Installation,
    file: Path,
    *,
    dry_run: bool = False,
    phone_key: bytes | None = None,
    confirmed_by: Sequence[str] = (),
) -> bool:
    """Import people.csv and print what came of it; True when all went well."""

    def work(ctx: JobContext, raw: bytes) -> Plan:
        if dry_run:
            return service.plan_people(ctx, raw, phone_key, confirmed_by)
        return service.import_people(ctx, raw, phone_key, confirmed_by, _progress)

    return _run(to, file, dry_run, "人", work)


def phone_key_file(folder: Path) -> Path:
    """Return where the key lies, beside the files in `folder`."""
    return folder / "phone.key"


def kept_phone_key(folder: Path) -> bytes:
    """Return the key under which phone numbers are hashed where none is configured; made at the first import.

    It lies beside the files, readable by the owner only. Several machines on one database need one key: they
    configure it.
    """
    path = phone_key_file(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        half = folder / f".{secrets.token_hex(8)}.part"
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
        half.replace(path)
    return path.read_bytes()


def import_projects(to: Installation, file: Path, *, dry_run: bool = False) -> bool:
    """Import projects.csv and print what came of it; True when all went well."""

    def work(ctx: JobContext, raw: bytes) -> Plan:
        if dry_run:
            return service.plan_projects(ctx, raw)
        return service.import_projects(ctx, raw, _progress)

    return _run(to, file, dry_run, "个项目", work)


def import_deputies(to: Installation, file: Path, *, dry_run: bool = False) -> bool:
    """Import deputies.csv and print what came of it; True when all went well."""

    def work(ctx: JobContext, raw: bytes) -> Plan:
        if dry_run:
            return service.plan_deputies(ctx, raw)
        return service.import_deputies(ctx, raw, _progress)

    return _run(to, file, dry_run, "项授权", work)


def import_calendar(
    to: Installation, file: Path, notice: str, *, dry_run: bool = False, replace: bool = False
) -> bool:
    """Import a file of holidays and print what came of it; True when all went well. `notice` is what tells
    where the days come from."""

    def work(ctx: JobContext, raw: bytes) -> Plan:
        if dry_run:
            return calendar.plan_calendar(ctx, raw, replace=replace)
        return calendar.import_calendar(ctx, raw, notice, replace=replace)

    return _run(to, file, dry_run, "年", work)


def import_duties(to: Installation, file: Path, *, dry_run: bool = False) -> bool:
    """Import a file of duties and print what came of it; True when all went well."""

    def work(ctx: JobContext, raw: bytes) -> Plan:
        return listing.plan_duties(ctx, raw) if dry_run else listing.import_duties(ctx, raw)

    return _run(to, file, dry_run, "项任务", work)


def _run(
    to: Installation, file: Path, dry_run: bool, unit: str, work: Callable[[JobContext, bytes], Plan]
) -> bool:
    raw = _read(file)
    if raw is None:
        return False
    with _context(to, dry_run) as ctx:
        plan = work(ctx, raw)
    _print(file, plan, dry_run, unit)
    return not plan.problems


@contextmanager
def _context(to: Installation, dry_run: bool) -> Iterator[JobContext]:
    """Open the one transaction of an import; a dry run gets one that only reads."""
    with to.database.read() if dry_run else to.database.write() as tx:
        yield JobContext(tx, to.now, datetime.now(UTC), to.zone)


def _read(file: Path) -> bytes | None:
    try:
        with file.open("rb") as content:
            raw = content.read(MOST_BYTES + 1)
    except FileNotFoundError:
        click.echo(f"找不到文件 {file}", err=True)
        return None
    except OSError as error:
        click.echo(f"打不开文件 {file}：{error.strerror}", err=True)
        return None
    if len(raw) > MOST_BYTES:
        click.echo(f"文件 {file} 太大了，超过 {MOST_BYTES // 1_000_000} MB，请检查是不是选错了文件", err=True)
        return None
    return raw


def _progress(done: int, everything: int) -> None:
    if done % EVERY_ROWS == 0 and done < everything:
        click.echo(f"已写入 {done}/{everything} 行……", err=True)


def _print(file: Path, plan: Plan, dry_run: bool, unit: str) -> None:
    if plan.problems:
        click.echo(f"{file.name} 有 {len(plan.problems)} 处要改，什么都没有写入：", err=True)
        for problem in plan.problems:
            click.echo(str(problem), err=True)
        return
    for warning in plan.warnings:
        click.echo(f"提醒：{warning}", err=True)
    added, updated = len(plan.added), len(plan.updated)
    counts = f"新增 {added} {unit}，更新 {updated} {unit}，未变 {plan.unchanged} {unit}"
    click.echo(f"只检查，没有写入。将会{counts}" if dry_run else counts)
