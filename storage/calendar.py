"""Years of holidays and 调休 that were imported: every version of each, where it came from and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Integer, String, Table, Text, func, insert, select

from storage.base import UtcTime, metadata
from storage.database import Tx

NOTICE_LIMIT = 128

calendar_year = Table(
    "calendar_year",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("free", Text, nullable=False),
    Column("worked", Text, nullable=False),
    Column("notice", String(NOTICE_LIMIT), nullable=False),
    Column("file", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
)


@dataclass(frozen=True)
class Source:
    """Where a year came from: the notice's name as it was given, the file's SHA-256 in hex, who imported it
    and when (business time)."""

    notice: str
    file: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class Imported:
    """A version of a year, from 1: the free days and the worked ones, each with its holiday's name."""

    year: int
    version: int
    free: Mapping[date, str]
    worked: Mapping[date, str]
    source: Source


def in_force(tx: Tx) -> list[Imported]:
    """Return the newest version of each year, by year."""
    return list({each.year: each for each in history(tx)}.values())


def history(tx: Tx) -> list[Imported]:
    """Return every version of every year, by year, oldest first."""
    rows = tx.run(select(calendar_year).order_by(calendar_year.c.year, calendar_year.c.version))
    return [
        Imported(
            row.year,
            row.version,
            _days(row.free),
            _days(row.worked),
            Source(row.notice, row.file, row.actor, row.at),
        )
        for row in rows
    ]


def save(tx: Tx, year: int, free: Mapping[date, str], worked: Mapping[date, str], source: Source) -> int:
    """Add a version of a year, which is in force from now on; return its number."""
    newest = tx.run(select(func.max(calendar_year.c.version)).where(calendar_year.c.year == year)).scalar()
    version = (newest or 0) + 1
    tx.run(
        insert(calendar_year).values(
            year=year, version=version, free=_text(free), worked=_text(worked), **vars(source)
        )
    )
    return version


def _text(days: Mapping[date, str]) -> str:
    return json.dumps({day.isoformat(): name for day, name in sorted(days.items())}, ensure_ascii=False)


def _days(text: str) -> dict[date, str]:
    return {date.fromisoformat(day): name for day, name in json.loads(text).items()}
