"""Asking which teams and departments there are today."""

from __future__ import annotations

from handlers.contract.context import Context
from handlers.mechanisms.units import rules
from handlers.mechanisms.units.rules import Unit
from storage import people, projects


def units(ctx: Context) -> list[Unit]:
    """Return every department and project team of today."""
    return rules.units(people.everybody(ctx.tx), projects.active(ctx.tx))


def led_by(ctx: Context, person: int) -> list[Unit]:
    """Return what a person leads."""
    return [each for each in units(ctx) if each.lead == person]


def by_key(ctx: Context, key: str) -> Unit | None:
    """Return a unit that exists today."""
    return next((each for each in units(ctx) if each.key == key), None)
