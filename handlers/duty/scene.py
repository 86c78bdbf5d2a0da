"""What duties are looked at with: the list in force, who holds which post, today; loaded for a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from handlers.contract.context import Context
from handlers.contract.roles import Role
from handlers.duty import rules
from handlers.duty.due import due_in, due_words
from handlers.duty.plan import BY_CODE
from handlers.duty.rules import Duty, Group
from scheduler import calendar
from scheduler.clock import today
from scheduler.workdays import Calendar
from storage import people, settings
from storage.duties import Occurrence
from storage.people import Person
from storage.settings import Setting


@dataclass(frozen=True)
class Scene:
    """`duties` by code, each on or off as the council has it; `switches` and `fixed` are the settings behind
    it: on or off by code, and the days of authorities by code and period."""

    duties: Mapping[str, Duty]
    switches: Mapping[str, Setting]
    fixed: Mapping[str, Mapping[str, date]]
    people: Sequence[Person]
    today: date
    calendar: Calendar

    def duty(self, found: Occurrence) -> Duty:
        """Return the duty of an occurrence."""
        return self.duties[found.code]

    def owners(self, found: Occurrence) -> list[Person]:
        """Return who is to do it, as posts are held today."""
        return rules.holders(self.duty(found).owners, self.people)

    def confirmers(self, found: Occurrence) -> list[Person]:
        """Return who confirms it, as posts are held today."""
        able = rules.holders(self.duty(found).confirms, self.people)
        return [each for each in able if each.id != found.handed_by]

    def may_read(self, found: Occurrence, person: Person) -> bool:
        """Whether a person may know of an occurrence, and it is theirs or they see everybody's."""
        if not rules.may_see(self.duty(found), found.period, person, self.today):
            return False
        involved = {each.id for each in (*self.owners(found), *self.confirmers(found))}
        return person.id in involved or rules.watches(person.roles)

    def days(self, code: str) -> Mapping[str, date]:
        """Return the days that authorities named for a duty, by period."""
        return self.fixed.get(code, {})


def scene(ctx: Context) -> Scene:
    """Load what duties are looked at with."""
    switches = settings.beginning_with(ctx.tx, rules.SWITCH)
    changed = settings.beginning_with(ctx.tx, rules.PLAN)
    known = {**BY_CODE, **{code: _duty(code, each.value) for code, each in changed.items()}}
    return Scene(
        {code: _switched(each, switches.get(code)) for code, each in known.items()},
        switches,
        _fixed(settings.beginning_with(ctx.tx, rules.NOTICE).items()),
        [each for each in people.everybody(ctx.tx) if each.active],
        today(ctx.now, ctx.zone),
        calendar.current(ctx.tx),
    )


def _switched(duty: Duty, switch: Setting | None) -> Duty:
    return replace(duty, on=bool(switch.value)) if switch else duty


def _fixed(found: Iterable[tuple[str, Setting]]) -> dict[str, dict[str, date]]:
    days: dict[str, dict[str, date]] = {}
    for name, each in found:
        code, _, period = name.partition(".")
        days.setdefault(code, {})[period] = date.fromisoformat(str(each.value))
    return days


def _duty(code: str, value: Any) -> Duty:
    return Duty(
        code,
        value["title"],
        Group(value["group"]),
        tuple(Role(each) for each in value["owners"]),
        tuple(Role(each) for each in value["confirms"]),
        due_in(value["due"]),
        value["lead"],
        value["evidence"],
        on=False if code not in BY_CODE else BY_CODE[code].on,
        secret=code in BY_CODE and BY_CODE[code].secret,
        provisional=value["provisional"],
    )


def kept(duty: Duty) -> dict[str, object]:
    """Return what a setting keeps of a duty that the council changed."""
    return {
        "title": duty.title,
        "group": duty.group,
        "owners": list(duty.owners),
        "confirms": list(duty.confirms),
        "due": due_words(duty.due),
        "lead": duty.lead,
        "evidence": duty.evidence,
        "provisional": duty.provisional,
    }
