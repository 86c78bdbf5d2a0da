"""People at work through a year: they hand in, report, verify and confirm, in time, late or never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from random import Random

from bot.context import JobContext
from handlers.contract.card import Args
from handlers.contract.roles import Role
from handlers.duty import service as duty_service
from handlers.duty.plan import BY_CODE
from handlers.duty.rules import SWITCH
from handlers.duty.rules import Act as DutyAct
from handlers.duty.rules import State as DutyState
from handlers.mechanisms.finding import cards, rules, service
from handlers.mechanisms.finding.rules import Act, State
from handlers.mechanisms.units import service as units
from handlers.selfcheck import rules as sheet_rules
from storage import deadlines, duties, findings, people, selfcheck, settings
from storage.database import Tx
from storage.duties import Occurrence
from storage.findings import Finding
from storage.people import Person
from storage.selfcheck import Sheet
from tests.house import ZONE, House
from tests.year.office import Office, leave

ALL = 10_000

Plans = Iterator[tuple[Person, str, Args, Mapping[str, str] | None]]
"""Who does what: a click, or a form with its values."""


class Staff:
    """Everybody's acts of one working day after the other."""

    def __init__(self, house: House, office: Office, random: Random) -> None:
        self._house, self._office, self._random = house, office, random
        self._look_round()
        self._sloth = max(self._everybody, key=lambda each: each.key).id
        self._ignored: dict[str, bool] = {}
        self.acts = 0

    def decide(self, now: datetime, day: date) -> None:
        """Turn on what the council decides on a day, and let people leave. What is heard of that is an answer
        to words that somebody typed."""
        self._house.clock.moment = now
        leaves_on, who, successor = self._office.leaving
        if day == leaves_on:
            leave(self._house.database, who, successor)
            self._look_round()
        for code in self._office.turned_on.get(day, ()):
            self._turn_on(code, day, now)

    def work(self, now: datetime, day: date) -> None:
        """Let a day's acts be done at one moment."""
        self._house.clock.moment = now
        with self._house.database.read() as tx:
            ctx = JobContext(tx, now, now, ZONE)
            plans = [*self._sheets(ctx), *self._duties(ctx), *self._findings(ctx, day), *self._new(ctx)]
        for person, act, args, values in plans:
            reply = self._house.act(person.key, act, args, values)
            assert not reply.refused, f"{day} {person.key} {act} {args}: {reply.toast or reply.text}"
            self.acts += 1

    def _look_round(self) -> None:
        with self._house.database.read() as tx:
            self._everybody = [each for each in people.everybody(tx) if each.active]
        self._by_id = {each.id: each for each in self._everybody}

    def _turn_on(self, code: str, day: date, now: datetime) -> None:
        if BY_CODE[code].secret:
            with self._house.database.write() as tx:
                settings.fix(tx, f"{SWITCH}{code}", True, "2026-01", day, now)
            return
        secretary = next(each for each in self._everybody if Role.SECRETARY_GENERAL in each.roles)
        reply = self._house.say(secretary.key, f"任务 开启 {code} 决议 2026-01 {day}")
        assert "已开启" in reply.text, reply.text

    def _sheets(self, ctx: JobContext) -> Plans:
        leads = {each.key: each.lead for each in units.units(ctx)}
        for sheet in selfcheck.open_ones(ctx.tx):
            lead = leads.get(sheet.unit_key)
            if lead and lead != self._sloth and self._chance(0.4):
                yield self._by_id[lead], "selfcheck.submit", _sheet_args(sheet), self._answers()

    def _answers(self) -> Mapping[str, str]:
        if self._chance(0.05):
            return {"verdict": sheet_rules.FOUND, "issues": "领用单少一张"}
        doubt = {"doubt": "这样报合不合适"} if self._chance(0.05) else {}
        return {"verdict": sheet_rules.ZERO, **doubt}

    def _duties(self, ctx: JobContext) -> Plans:
        for found in duties.undone(ctx.tx):
            if self._ignores(found.subject):
                continue
            if found.state == DutyState.OPEN and self._chance(0.1):
                owners = duty_service.owners(ctx, found)
                yield from self._says_of_duty(found, owners, DutyAct.HAND_IN)
            elif found.state == DutyState.HANDED and self._chance(0.3):
                what = DutyAct.SEND_BACK if self._chance(0.2) else DutyAct.CONFIRM
                yield from self._says_of_duty(found, duty_service.confirmers(ctx, found), what)

    def _says_of_duty(self, found: Occurrence, able: Sequence[Person], what: DutyAct) -> Plans:
        if not able:
            return
        args = {"duty": found.id, "version": found.version, "act": what.value}
        if what is DutyAct.CONFIRM:
            yield self._random.choice(able), "duty.confirm", args, None
        else:
            yield self._random.choice(able), "duty.say", args, {"text": "见附件"}

    def _findings(self, ctx: JobContext, day: date) -> Plans:
        for found in findings.open_ones(ctx.tx, ALL):
            if not self._ignores(found.subject):
                yield from self._finding(ctx, found)
        for found in self._to_look_at_again(ctx.tx, day):
            if self._chance(0.3):
                yield from self._does(found, service.circle(ctx).verifiers(found), Act.EFFECTIVE)

    def _finding(self, ctx: JobContext, found: Finding) -> Plans:
        owner = [each for each in self._everybody if each.id == found.owner]
        if found.state == State.REPORTED and self._chance(0.3):
            what = Act.RETURN if self._chance(0.25) else Act.ACCEPT
            yield from self._does(found, service.circle(ctx).verifiers(found), what)
        elif found.state == State.OBJECTED and self._chance(0.3):
            judges = service.circle(ctx).judges(found)
            yield from self._does(found, judges, Act.OVERRULE if self._chance(0.7) else Act.UPHOLD)
        elif found.state == State.OPEN and found.received_at is None and self._chance(0.5):
            what = Act.OBJECT if self._chance(0.1) and _may_object(ctx, found) else Act.RECEIVE
            yield from self._does(found, owner, what)
        elif found.state == State.OPEN and self._chance(0.07):
            yield from self._does(found, owner, Act.REPORT)
        elif found.state == State.OPEN and self._chance(0.02) and _may_extend(ctx, found):
            watch = [each for each in self._everybody if Role.SUPERVISOR in each.roles]
            yield from self._does(found, [each for each in watch if each.id != found.owner], Act.EXTEND)

    def _does(self, found: Finding, able: Sequence[Person], what: Act) -> Plans:
        if not able:
            return
        person = self._random.choice(able)
        args = {"finding": found.id, "version": found.version, "act": what.value}
        if cards.needs_words(what):
            yield person, "finding.say", args, {"text": "说明见附件"}
        else:
            yield person, "finding.do", args, None

    def _to_look_at_again(self, tx: Tx, day: date) -> list[Finding]:
        late = [*deadlines.overdue(tx, [rules.RECHECK], day, ALL)]
        return list(findings.by_ids(tx, [service.finding_id(each.subject) for each in late]).values())

    def _new(self, ctx: JobContext) -> Plans:
        if not self._chance(self._office.findings_a_day):
            return
        watch = [each for each in self._everybody if Role.SUPERVISOR in each.roles]
        owner = self._random.choice([each for each in self._everybody if each not in watch])
        unit = self._random.choice(units.units(ctx))
        values = {
            "unit": unit.key,
            "owner": owner.name,
            "what": f"{ctx.now:%m-%d} 材料没有登记",
            "clause": "物资管理制度",
            "asked": "补登记",
            "source": rules.Source.CHECK,
            "days": str(self._random.choice([3, 5, 15])),
        }
        yield self._random.choice(watch), "finding.open", {}, values

    def _ignores(self, subject: str) -> bool:
        """Some matters nobody ever touches, so that their ladders are climbed to the end."""
        return self._ignored.setdefault(subject, self._chance(0.12))

    def _chance(self, of_one: float) -> bool:
        return self._random.random() < of_one


def _sheet_args(sheet: Sheet) -> Args:
    return {"sheet": sheet.id, "version": sheet.version}


def _may_object(ctx: JobContext, found: Finding) -> bool:
    is_self_found = found.source == rules.Source.SELF
    return not is_self_found and Act.OBJECT not in {each.act for each in findings.entries(ctx.tx, found.id)}


def _may_extend(ctx: JobContext, found: Finding) -> bool:
    return not any(each.act == Act.EXTEND for each in findings.entries(ctx.tx, found.id))
