"""What the council has fixed: values with the resolution behind them, one version after another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Date, Integer, String, Table, Text, bindparam, select

from storage.base import UtcTime, metadata
from storage.database import Tx

TEXT_LIMIT = 200
RESOLUTION_LIMIT = 60

setting = Table(
    "setting",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
    Column("resolution", String(128), nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("at", UtcTime, nullable=False),
)


@dataclass(frozen=True)
class Setting:
    """A value in force. Version 0 is the default: no resolution stands behind it yet."""

    name: str
    value: object
    version: int = 0
    resolution: str = ""
    decided_on: date | None = None


_NAMED = select(setting).where(setting.c.name == bindparam("named"))
_NEWEST = _NAMED.order_by(setting.c.version.desc()).limit(1)
_OF_VERSION = _NAMED.where(setting.c.version == bindparam("at"))


def current(tx: Tx, name: str, default: object) -> Setting:
    """Return the newest version of a setting, or the default."""
    row = tx.one(_NEWEST, {"named": name})
    if row is None:
        return Setting(name, default)
    return Setting(name, json.loads(row.value), row.version, row.resolution, row.decided_on)


def newest_of(tx: Tx, names: Sequence[str]) -> dict[str, Setting]:
    """Return the newest version of each of the settings that was ever fixed, in one question."""
    chosen = select(setting).where(setting.c.name.in_(list(names))).order_by(setting.c.version)
    return {
        row.name: Setting(row.name, json.loads(row.value), row.version, row.resolution, row.decided_on)
        for row in tx.run(chosen)
    }


def beginning_with(tx: Tx, prefix: str) -> dict[str, Setting]:
    """Return the newest version of every setting whose name begins so, by the rest of the name."""
    chosen = select(setting).where(setting.c.name.startswith(prefix, autoescape=True))
    return {
        row.name.removeprefix(prefix): Setting(
            row.name, json.loads(row.value), row.version, row.resolution, row.decided_on
        )
        for row in tx.run(chosen.order_by(setting.c.version))
    }


def of_version(tx: Tx, name: str, version: int, default: object) -> Setting:
    """Return a setting as it stood at a version; version 0 is the default."""
    row = tx.one(_OF_VERSION, {"named": name, "at": version}) if version else None
    if row is None:
        return Setting(name, default)
    return Setting(name, json.loads(row.value), row.version, row.resolution, row.decided_on)


def fix(tx: Tx, name: str, value: object, resolution: str, decided_on: date, now: datetime) -> int:
    """Add a version that a resolution of the council fixed; return its number. Of two at once the later one
    is the newer version."""
    values = {
        "name": name,
        "value": json.dumps(value, ensure_ascii=False),
        "resolution": resolution,
        "decided_on": decided_on,
        "at": now,
    }
    while True:
        version = current(tx, name, None).version + 1
        if tx.add_new(setting, {**values, "version": version}):
            return version
