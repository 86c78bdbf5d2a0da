"""Opening a round, taking a sheet in, and what follows from it, in one transaction each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from handlers.contract.context import Asked, Context
from handlers.contract.incoming import StoredFile
from handlers.contract.ledger import OnFacts, OnSample
from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Nudge
from handlers.contract.roles import Role
from handlers.contract.wording import Resolution, month_words
from handlers.mechanisms.attention import service as attention
from handlers.mechanisms.deadline import service as deadlines
from handlers.mechanisms.deadline.rules import Term
from handlers.mechanisms.evidence import service as evidence
from handlers.mechanisms.finding import rules as finding_rules
from handlers.mechanisms.finding import service as findings
from handlers.mechanisms.units import service as units
from handlers.mechanisms.units.rules import Unit
from handlers.selfcheck import cards, forms, rules
from handlers.selfcheck.rules import Answers, Draft
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import deadlines as deadline_rows
from storage import people, selfcheck, settings
from storage.deadlines import Deadline
from storage.people import Person
from storage.selfcheck import ADDED, ADVICE, OPEN, VOID, Line, Proof, Sheet, Version
from storage.settings import Setting

CAPABILITY = "selfcheck"

WATCHERS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR})
"""Who may see every sheet and who has not handed in."""


@dataclass(frozen=True)
class Sources:
    """What the other capabilities know about a unit's month."""

    facts: Sequence[OnFacts]
    samples: Sequence[OnSample]


def open_rounds(ctx: Context, sources: Sources) -> None:
    """On a working morning, open what is to be opened (P48, decision 17); after downtime the months that were
    missed, in their order, with one card for each lead. A unit that is new, or back under its name, gets its
    sheet while the round lasts."""
    now, known = today(ctx.now, ctx.zone), calendar.current(ctx.tx)
    if not workdays.is_workday(now, known):
        return
    first, due = (workdays.nth(now.year, now.month, n, known).day for n in (1, rules.DUE_WORKDAY))
    opened: list[tuple[Unit, Sheet]] = []
    for month in rules.months_to_open(selfcheck.newest_month(ctx.tx), now, first, due):
        opened += _open_month(ctx, sources, month)
    _tell_leads(ctx, [(unit, sheet) for unit, sheet in opened if unit.lead])
    _tell_of_no_lead(ctx, [(unit, sheet) for unit, sheet in opened if unit.lead is None])


def _open_month(ctx: Context, sources: Sources, month: str) -> list[tuple[Unit, Sheet]]:
    there = {each.unit_key: each for each in selfcheck.of_month(ctx.tx, month)}
    opened = []
    for unit in units.units(ctx):
        known = there.get(unit.key)
        if known is None:
            opened.append((unit, _open_sheet(ctx, sources, unit, month)))
        elif known.state == VOID:
            selfcheck.reopen(ctx.tx, known.id)
            opened.append((unit, _begin(ctx, known.id, month, "selfcheck.reopened", unit)))
    return opened


def _open_sheet(ctx: Context, sources: Sources, unit: Unit, month: str) -> Sheet:
    facts = [fact for ask in sources.facts for fact in ask(ctx, unit, month)][: rules.MOST_FACTS]
    by = rules.seed(month, unit.key)
    samples = [found for ask in sources.samples if (found := ask(ctx, unit, month, by))]
    form = template(ctx)
    draft = Draft(tuple(facts), samples[0] if samples else None, sections(form), form.version)
    text = msgspec.json.encode(draft).decode()
    sheet_id = selfcheck.create(ctx.tx, month, unit.key, unit.name, text, ctx.now)
    selfcheck.adopt_lines(ctx.tx, month, sheet_id, unit.members)
    return _begin(ctx, sheet_id, month, "selfcheck.opened", unit)


def _begin(ctx: Context, sheet_id: int, month: str, act: str, unit: Unit) -> Sheet:
    """Start the clock of a sheet: the fifth working day of the month after, or from now if that is over."""
    year, number = rules.following(month)
    due = workdays.nth(year, number, rules.DUE_WORKDAY, calendar.current(ctx.tx)).day
    over = due < today(ctx.now, ctx.zone)
    term = Term.working(rules.LATE_DAYS) if over else Term.nth(year, number, rules.DUE_WORKDAY)
    subject = f"selfcheck:{sheet_id}"
    deadlines.begin(ctx, rules.SUBMIT, subject, term, rules.RUNGS)
    ctx.record("系统", act, subject, 0, {"month": month, "unit": unit.key})
    return _get(ctx, sheet_id)


def template(ctx: Context) -> Setting:
    """Return the sections of a sheet that are in force, with the resolution behind them."""
    return settings.current(ctx.tx, rules.TEMPLATE_SETTING, list(rules.SECTIONS))


def sections(found: Setting) -> tuple[str, ...]:
    """Return what a setting of the sections names."""
    return tuple(map(str, found.value)) if isinstance(found.value, list) else rules.SECTIONS


def fix_template(ctx: Asked, names: Sequence[str], resolution: Resolution) -> int:
    """Fix the sections of coming sheets by a resolution; return their version. Raises Refusal."""
    if not ctx.person.roles & {Role.SECRETARY_GENERAL, Role.CHAIR}:
        raise Refusal("自查表的方面由秘书长或理事长按理事会决议修改", rule="P48")
    if resolution.decided_on > today(ctx.now, ctx.zone):
        raise Refusal(f"决议日期 {resolution.decided_on} 还没到，请核对", rule="P48")
    at = settings.fix(
        ctx.tx, rules.TEMPLATE_SETTING, list(names), resolution.number, resolution.decided_on, ctx.now
    )
    facts = {"sections": list(names), "resolution": resolution.number}
    ctx.record(ctx.person, "selfcheck.template", rules.TEMPLATE_SETTING, at, facts)
    return at


def _tell_leads(ctx: Context, opened: Sequence[tuple[Unit, Sheet]]) -> None:
    """One card for each lead, however many teams they lead; who has had enough this week hears of it when
    there is room (decision 35)."""
    by_lead: dict[int, list[Sheet]] = {}
    for unit, sheet in opened:
        if unit.lead:
            by_lead.setdefault(unit.lead, []).append(sheet)
    leads = people.by_ids(ctx.tx, by_lead)
    for lead, sheets in by_lead.items():
        if attention.has_room(ctx, lead):
            attention.push(ctx, leads[lead], cards.mine(lead, dues(ctx, sheets)), "selfcheck")
            continue
        for each in sheets:
            line, button = f"{each.unit_name}的自查表可以填了", cards.fill_button(each, "填写")
            deadlines.tell_later(ctx, rules.SUBMIT, each.subject, lead, line, button)


def _tell_of_no_lead(ctx: Context, lonely: Sequence[tuple[Unit, Sheet]]) -> None:
    if lonely:
        names = "、".join(sorted({unit.name for unit, _ in lonely}))
        month = lonely[-1][1].month
        words = f"{month_words(month)}自查：{names}没有负责人，没人能交。请指定负责人后由管理员导入。"
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
    if sheet is None or not may_read(ctx, sheet):
        raise Refusal("没有找到您能看的自查表。发「自查」看您的")
    return sheet


def may_read(ctx: Asked, sheet: Sheet) -> bool:
    """Whether a sheet is one's own team's, or one supervises."""
    unit = unit_of(ctx, sheet)
    mine = unit is not None and ctx.person.id in (unit.lead, *unit.members)
    return mine or bool(ctx.person.roles & WATCHERS)


def reads_all(ctx: Asked, sheet: Sheet) -> bool:
    """Whether a reader sees what was said in confidence, the doubt and what others added: the lead and the
    supervisors, as those who write are told."""
    unit = unit_of(ctx, sheet)
    return Role.SUPERVISOR in ctx.person.roles or (unit is not None and unit.lead == ctx.person.id)


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
) -> tuple[Sheet, Answers, int] | Mapping[str, str]:
    """Take a sheet in and return it with how many findings it began, or return by question what to mend.

    What was handed in is locked: a correction is a new version with its reason. Raises Refusal."""
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
    files = tuple(
        Proof(each.sha256, each.name, each.size, each.mime)
        for each in evidence.taken(ctx, CAPABILITY, sheet.id)
    )
    new = Version(sheet.version + 1, content, ctx.person.id, ctx.person.name, reason, ctx.now, files)
    if not selfcheck.hand_in(ctx.tx, sheet, new, answers.zero):
        raise Refusal(f"{sheet.unit_name}的自查表刚刚有人交过了。发「自查」看看", rule="P48")
    deadlines.end(ctx, rules.SUBMIT, sheet.subject)
    act = "selfcheck.submitted" if sheet.version == 0 else "selfcheck.corrected"
    ctx.record(
        ctx.person,
        act,
        sheet.subject,
        new.version,
        {**content, "reason": reason, "files": [f.sha256 for f in files]},
    )
    before = [each.content for each in selfcheck.versions(ctx.tx, sheet.id) if each.version <= sheet.version]
    handed_in = _get(ctx, sheet.id)
    known = {issue for each in before for issue in each["issues"]}
    fresh = [each for each in answers.issues if each not in known]
    _open_findings(ctx, handed_in, fresh)
    if answers.doubt and answers.doubt not in {each["doubt"] for each in before}:
        _ask_for_advice(ctx, handed_in, answers.doubt)
    return handed_in, answers, len(fresh)


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
            rules.clause(issue, draft_of(sheet).sections),
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
    doubts = [each for each in selfcheck.versions(ctx.tx, sheet.id) if each.content.get("doubt")]
    if not doubts:
        raise Refusal("这张自查表没有写拿不准的事，不用回复", rule="P48")
    asked = doubts[-1]
    if not 0 < len(text) <= rules.TEXT_LIMIT:
        raise Refusal(f"请写上意见，最多 {rules.TEXT_LIMIT} 个字")
    given = selfcheck.lines(ctx.tx, sheet.id)
    if any((each.kind, each.person, each.text) == (ADVICE, ctx.person.id, text) for each in given):
        raise Refusal("这条意见已经发给对方了，不用再发")
    line = Line(ADVICE, ctx.person.id, ctx.person.name, text, ctx.now)
    selfcheck.add_line(ctx.tx, sheet.id, line)
    ctx.record(ctx.person, "selfcheck.advised", sheet.subject, sheet.version, {"text": text})
    lead = asked.person
    words = f"监事{ctx.person.name}回复您拿不准的那件事（{sheet.unit_name}自查）：{text}"
    ctx.send_text(people.get(ctx.tx, lead), words, about=sheet.subject)
    return sheet


def add_line(ctx: Asked, typed: str) -> Sheet:
    """Add a line to the open sheet of one's department, or of a team or department that the line begins with
    the name of: project teams have no list of members. Raises Refusal."""
    everything = list(reversed(selfcheck.open_ones(ctx.tx)))
    names = {each.key: each.name for each in units.units(ctx)}
    calls = [(name, each) for each in everything for name in {names.get(each.unit_key, ""), each.unit_name}]
    meant = [(name, each) for name, each in calls if name and typed.startswith(f"{name} ")]
    name, named = max(meant, key=lambda one: len(one[0]), default=("", None))
    text = typed.removeprefix(name).strip()
    if not 0 < len(text) <= rules.TEXT_LIMIT:
        raise Refusal(f"请带上内容，例如「自查补充 4 日领料没有登记」，最多 {rules.TEXT_LIMIT} 个字")
    mine = {each.key for each in units.units(ctx) if ctx.person.id in each.members}
    sheet = named or next((each for each in everything if each.unit_key in mine), None)
    if sheet is None:
        raise Refusal("您的部门现在没有等着交的自查表。给项目组补充，请写成「自查补充 项目名 内容」")
    line = Line(ADDED, ctx.person.id, ctx.person.name, text, ctx.now)
    selfcheck.add_line(ctx.tx, sheet.id, line)
    ctx.record(ctx.person, "selfcheck.added", sheet.subject, 0, {"text": text})
    return sheet


def send_files(ctx: Asked, sheet_id: int) -> int:
    """Send the files of a sheet into its reader's chat; return how many. Raises Refusal."""
    sheet = readable(ctx, sheet_id)
    kept = [each for version in selfcheck.versions(ctx.tx, sheet.id) for each in version.files]
    files = [StoredFile(each.sha256, each.name, each.size, each.mime) for each in kept]
    ctx.send_files(ctx.person, files, about=sheet.subject)
    return len(files)


def named(ctx: Asked, name: str) -> Sheet:
    """Return the sheet of a team or department that is open, else its newest. Raises Refusal."""
    still = selfcheck.open_ones(ctx.tx)
    keys = {each.key for each in units.units(ctx) if each.name == name}
    keys = keys or {each.unit_key for each in still if each.unit_name == name}
    found = [each for each in reversed(still) if each.unit_key in keys]
    found += [newest for key in sorted(keys) if (newest := selfcheck.newest_of(ctx.tx, key))]
    if not found:
        raise Refusal(f"没有「{name[:20]}」的自查表。名称要和名单里的部门或项目一样")
    mine = [each for each in found if (unit := unit_of(ctx, each)) and unit.lead == ctx.person.id]
    return readable(ctx, (mine or [each for each in found if may_read(ctx, each)] or found)[0].id)


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
