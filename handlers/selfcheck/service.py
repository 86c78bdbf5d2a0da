"""Opening a round, taking a sheet in, and what follows from it, in one transaction each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from handlers.contract.context import Asked, Context
from handlers.contract.ledger import OnFacts, OnSample
from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Nudge
from handlers.contract.roles import Role
from handlers.mechanisms.attention import service as attention
from handlers.mechanisms.deadline import service as deadlines
from handlers.mechanisms.deadline.rules import Term
from handlers.mechanisms.finding import rules as finding_rules
from handlers.mechanisms.finding import service as findings
from handlers.mechanisms.units import service as units
from handlers.mechanisms.units.rules import Unit
from handlers.selfcheck import cards, forms, rules
from handlers.selfcheck.rules import Answers, Draft
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import deadlines as deadline_rows
from storage import people, runs, selfcheck
from storage.deadlines import Deadline
from storage.people import Person
from storage.selfcheck import ADDED, ADVICE, OPEN, VOID, Line, Sheet, Version

WATCHERS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR})
"""Who may see every sheet and who has not handed in."""


@dataclass(frozen=True)
class Sources:
    """What the other capabilities know about a unit's month."""

    facts: Sequence[OnFacts]
    samples: Sequence[OnSample]


def open_round(ctx: Context, sources: Sources) -> None:
    """Open the sheets for the month before, on the first working day of a month or as soon as we run after it
    (P48, decision 17); a unit that is new, or has a new name, gets its sheet while the round lasts. The first
    round of a new installation is not opened late. Nobody hears of any on a free day."""
    now = today(ctx.now, ctx.zone)
    known = calendar.current(ctx.tx)
    if not workdays.is_workday(now, known):
        return
    first = workdays.nth(now.year, now.month, 1, known).day
    due = workdays.nth(now.year, now.month, rules.DUE_WORKDAY, known).day
    month = rules.month_before(now)
    if now < first or (now > due and not selfcheck.any_before(ctx.tx, month)):
        return
    first_time = runs.begin(ctx.tx, "selfcheck.round", month, ctx.now)
    if not first_time and now > due:
        return
    there = {each.unit_key for each in selfcheck.of_month(ctx.tx, month)}
    new = [each for each in units.units(ctx) if each.key not in there]
    opened = [(unit, _open_sheet(ctx, sources, unit, month)) for unit in new]
    _tell_leads(ctx, [(unit, sheet) for unit, sheet in opened if unit.lead])
    _tell_of_no_lead(ctx, [unit for unit, _ in opened if unit.lead is None], month)


def _open_sheet(ctx: Context, sources: Sources, unit: Unit, month: str) -> Sheet:
    facts = [fact for ask in sources.facts for fact in ask(ctx, unit, month)][: rules.MOST_FACTS]
    by = rules.seed(month, unit.key)
    samples = [found for ask in sources.samples if (found := ask(ctx, unit, month, by))]
    draft = Draft(tuple(facts), samples[0] if samples else None)
    text = msgspec.json.encode(draft).decode()
    sheet_id = selfcheck.create(ctx.tx, month, unit.key, unit.name, text, ctx.now)
    now = today(ctx.now, ctx.zone)
    term = Term.nth(now.year, now.month, rules.DUE_WORKDAY)
    deadlines.begin(ctx, rules.SUBMIT, f"selfcheck:{sheet_id}", term, rules.RUNGS)
    ctx.record("系统", "selfcheck.opened", f"selfcheck:{sheet_id}", 0, {"month": month, "unit": unit.key})
    return _get(ctx, sheet_id)


def _tell_leads(ctx: Context, opened: Sequence[tuple[Unit, Sheet]]) -> None:
    """One card for each lead, however many teams they lead (decision 35)."""
    by_lead: dict[int, list[Sheet]] = {}
    for unit, sheet in opened:
        if unit.lead:
            by_lead.setdefault(unit.lead, []).append(sheet)
    leads = people.by_ids(ctx.tx, by_lead)
    for lead, sheets in by_lead.items():
        attention.push(ctx, leads[lead], cards.mine(lead, dues(ctx, sheets)), "selfcheck")


def _tell_of_no_lead(ctx: Context, lonely: Sequence[Unit], month: str) -> None:
    if lonely:
        names = "、".join(each.name for each in lonely)
        words = f"{rules.month_words(month)}自查：{names}没有负责人，没人能交。请指定负责人后由管理员导入。"
        for each in people.holders(ctx.tx, (Role.SECRETARY_GENERAL,)):
            ctx.send_text(each, words)


def dues(ctx: Context, sheets: Sequence[Sheet]) -> list[tuple[Sheet, str]]:
    """Return sheets with the words that say by when each is due."""
    return [(each, due_words(ctx, each)) for each in sheets]


def due_words(ctx: Context, sheet: Sheet) -> str:
    """Say by when a sheet is due."""
    row = deadline_rows.find(ctx.tx, rules.SUBMIT, sheet.subject)
    return deadlines.words(ctx, row) if row and row.closed_on is None else ""


def close_gone(ctx: Context) -> None:
    """Close open sheets of teams and departments that no longer exist."""
    keys = {each.key for each in units.units(ctx)}
    for sheet in selfcheck.open_ones(ctx.tx):
        if sheet.unit_key not in keys:
            selfcheck.void(ctx.tx, sheet.id)
            deadlines.end(ctx, rules.SUBMIT, sheet.subject)
            ctx.record("系统", "selfcheck.void", sheet.subject, 0, {"why": "部门或项目已不在"})


def unit_of(ctx: Context, sheet: Sheet) -> Unit | None:
    """Return the team or department of a sheet as it is today."""
    return units.by_key(ctx, sheet.unit_key)


def readable(ctx: Asked, sheet_id: int) -> Sheet:
    """Return a sheet to somebody who may read it. The refusal does not tell whether it exists."""
    sheet = selfcheck.get(ctx.tx, sheet_id)
    unit = unit_of(ctx, sheet) if sheet else None
    mine = unit is not None and ctx.person.id in (unit.lead, *unit.members)
    if sheet is None or not (mine or ctx.person.roles & WATCHERS):
        raise Refusal("没有找到您能看的自查表。发「自查」看您的")
    return sheet


def to_fill(ctx: Asked, sheet_id: int) -> Sheet:
    """Return a sheet to the one who leads its unit now. Raises Refusal."""
    sheet = readable(ctx, sheet_id)
    unit = unit_of(ctx, sheet)
    if unit is None or unit.lead != ctx.person.id:
        lead = people.get(ctx.tx, unit.lead).name if unit and unit.lead else "负责人"
        raise Refusal(f"{sheet.unit_name}的自查表由{lead}交。有想说的，发「自查补充 内容」", rule="P48")
    if sheet.state == VOID:
        raise Refusal(f"{sheet.unit_name}改过名，这一张作废了。发「自查」看现在的")
    return sheet


def draft_of(sheet: Sheet) -> Draft:
    """Return what a sheet shows before it is answered."""
    return msgspec.json.decode(sheet.draft, type=Draft)


def hand_in(
    ctx: Asked, sheet_id: int, version: int, values: Mapping[str, str]
) -> tuple[Sheet, Answers] | Mapping[str, str]:
    """Take a sheet in, or return by question what to mend. What was handed in is locked: a correction is a
    new version with its reason. Raises Refusal."""
    sheet = to_fill(ctx, sheet_id)
    if sheet.version != version:
        raise Refusal(f"{sheet.unit_name}的自查表已经交过了。要改，请发「自查」，点「更正」", rule="P48")
    answers = rules.understand(draft_of(sheet), values)
    reason = values.get("reason", "").strip()
    problems = dict(answers) if isinstance(answers, Mapping) else {}
    if sheet.version and not 0 < len(reason) <= forms.REASON_LIMIT:
        problems["reason"] = f"请写明为什么更正，最多 {forms.REASON_LIMIT} 个字"
    if problems or isinstance(answers, Mapping):
        return problems
    content = msgspec.to_builtins(answers)
    new = Version(sheet.version + 1, content, ctx.person.id, ctx.person.name, reason, ctx.now)
    if not selfcheck.hand_in(ctx.tx, sheet, new, answers.zero):
        raise Refusal(f"{sheet.unit_name}的自查表刚刚有人交过了。发「自查」看看", rule="P48")
    deadlines.end(ctx, rules.SUBMIT, sheet.subject)
    act = "selfcheck.submitted" if sheet.version == 0 else "selfcheck.corrected"
    ctx.record(ctx.person, act, sheet.subject, new.version, {**content, "reason": reason})
    before = [each.content for each in selfcheck.versions(ctx.tx, sheet.id) if each.version <= sheet.version]
    handed_in = _get(ctx, sheet.id)
    known = {issue for each in before for issue in each["issues"]}
    _open_findings(ctx, handed_in, [each for each in answers.issues if each not in known])
    if answers.doubt and answers.doubt not in {each["doubt"] for each in before}:
        _ask_for_advice(ctx, handed_in, answers.doubt)
    return handed_in, answers


def _open_findings(ctx: Asked, sheet: Sheet, issues: Sequence[str]) -> None:
    """What a team found itself is mended in three days, by its lead (P49, decision 23)."""
    unit = unit_of(ctx, sheet)
    if unit is None:
        return
    for issue in issues:
        new = findings.New(
            finding_rules.Source.SELF,
            unit,
            ctx.person.id,
            issue,
            rules.CLAUSE,
            rules.ASKED,
            Term.calendar(finding_rules.SELF_FOUND_DAYS),
            None,
            sheet.subject,
        )
        findings.open_finding(ctx, new)


def _ask_for_advice(ctx: Asked, sheet: Sheet, doubt: str) -> None:
    """The doubt goes to the supervisors as a question; it is no finding."""
    for each in people.holders(ctx.tx, (Role.SUPERVISOR,)):
        ctx.send_card(each, cards.advice(sheet, each.id, ctx.person.name, doubt))


def advise(ctx: Asked, sheet_id: int, text: str) -> Sheet:
    """Answer the doubt of a sheet; its lead hears of it. Raises Refusal."""
    sheet = readable(ctx, sheet_id)
    if Role.SUPERVISOR not in ctx.person.roles:
        raise Refusal("拿不准的事由监事回复意见", rule="P48")
    if not 0 < len(text) <= rules.TEXT_LIMIT:
        raise Refusal(f"请写上意见，最多 {rules.TEXT_LIMIT} 个字")
    line = Line(ADVICE, ctx.person.id, ctx.person.name, text, ctx.now)
    selfcheck.add_line(ctx.tx, sheet.id, line)
    ctx.record(ctx.person, "selfcheck.advised", sheet.subject, sheet.version, {"text": text})
    lead = selfcheck.versions(ctx.tx, sheet.id)[-1].person
    words = f"监事{ctx.person.name}回复您拿不准的那件事（{sheet.unit_name}自查）：{text}"
    ctx.send_text(people.get(ctx.tx, lead), words, about=sheet.subject)
    return sheet


def add_line(ctx: Asked, text: str) -> Sheet:
    """Add a member's line to the open sheet of their department or team. Raises Refusal."""
    if not 0 < len(text) <= rules.TEXT_LIMIT:
        raise Refusal(f"请带上内容，例如「自查补充 4 日领料没有登记」，最多 {rules.TEXT_LIMIT} 个字")
    mine = {each.key for each in units.units(ctx) if ctx.person.id in each.members}
    sheet = next((each for each in reversed(selfcheck.open_ones(ctx.tx)) if each.unit_key in mine), None)
    if sheet is None:
        raise Refusal("您的部门现在没有等着交的自查表。发现了问题可以直接告诉监事")
    line = Line(ADDED, ctx.person.id, ctx.person.name, text, ctx.now)
    selfcheck.add_line(ctx.tx, sheet.id, line)
    ctx.record(ctx.person, "selfcheck.added", sheet.subject, 0, {"text": text})
    return sheet


def waiting_sheets(ctx: Context, person: Person) -> list[Sheet]:
    """Return the sheets that a person has to hand in."""
    led = {each.key for each in units.led_by(ctx, person.id)}
    return [each for each in selfcheck.open_ones(ctx.tx) if each.unit_key in led] if led else []


def nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """Who hears at a rung: the lead of today; the secretary-general once it is late; then the supervisors."""
    sheet = _get(ctx, int(one.subject.removeprefix("selfcheck:")))
    unit = unit_of(ctx, sheet)
    day = f"{one.due_on.month}月{one.due_on.day}日"
    late = rung > 0
    said = f"逾期了（{day}到期）" if late else "今天到期" if rung == 0 else f"{day}到期"
    button = cards.fill_button(sheet, "填写")
    heard = [Nudge(unit.lead, f"{sheet.unit_name}的自查表{said}", button, late)] if unit and unit.lead else []
    above = [Role.SECRETARY_GENERAL] * (rung >= 1) + [Role.SUPERVISOR] * (rung >= 3)
    name = people.get(ctx.tx, unit.lead).name if unit and unit.lead else "（没有负责人）"
    line = f"{name}没交{sheet.unit_name}的自查表（{day}到期）"
    others = {each.id for role in above for each in people.holders(ctx.tx, (role,))}
    told = {each.person for each in heard}
    return heard + [Nudge(each, line, None, late) for each in sorted(others - told)]


def _get(ctx: Context, sheet_id: int) -> Sheet:
    sheet = selfcheck.get(ctx.tx, sheet_id)
    if sheet is None:
        raise LookupError(f"no sheet {sheet_id}")
    return sheet


def is_open(sheet: Sheet) -> bool:
    """Whether nobody has handed it in yet."""
    return sheet.state == OPEN
