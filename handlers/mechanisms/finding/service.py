"""Keeping a finding going: opened, mended, verified; its deadlines, its journal, and who hears what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from msgspec import structs

from handlers.contract.card import Button
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.mechanisms.deadline import rules as deadline_rules
from handlers.mechanisms.deadline import service as deadlines
from handlers.mechanisms.deadline.rules import Term
from handlers.mechanisms.evidence.forms import Evidence as Proofs
from handlers.mechanisms.finding import cards, paper, rules
from handlers.mechanisms.finding.cards import Picture
from handlers.mechanisms.finding.rules import Act, Matter, Part, Source, State
from handlers.mechanisms.units import service as units
from handlers.mechanisms.units.rules import Unit
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import deadlines as deadline_rows
from storage import findings, journal, numbers, people, selfcheck, settings
from storage.deadlines import Deadline
from storage.findings import Entry, Evidence, Finding
from storage.people import Person

ONE_DAY = timedelta(days=1)
SAME_LOOKED_AT = RECHECKS = 500
"""As many as are looked through for those of one person."""
UNKNOWN = "没有找到您能看的问题，请核对编号。发「整改」看和您有关的"
"""Told alike of what does not exist and of what is not theirs to read."""

_POSTS = (
    Role.SUPERVISOR,
    Role.PARTY_SECRETARY,
    Role.COUNCIL_MEMBER,
    Role.CHAIR,
    Role.VICE_CHAIR,
    Role.SECRETARY_GENERAL,
)


@dataclass(frozen=True)
class New:
    """A finding to be opened: `owner` and `opened_by` are person ids (None: by itself), `about` is what it
    came from (`selfcheck:12`), `reason` why it takes longer than usual (decision 16)."""

    source: Source
    unit: Unit
    owner: int
    what: str
    clause: str
    asked: str
    term: Term
    opened_by: int | None = None
    about: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Circle:
    """Who is who today, loaded once for a request."""

    roster: Sequence[Person]
    units: Sequence[Unit]

    def matter(self, found: Finding) -> Matter:
        """Return what decides who may act on a finding."""
        return rules.matter(found.owner, found.opened_by, self.units, found.former)

    def parts(self, person: Person, found: Finding) -> frozenset[Part]:
        """Return everything that a person is to a finding."""
        return frozenset(rules.parts(person, self.matter(found), self.roster))

    def verifiers(self, found: Finding) -> list[Person]:
        """Return who may verify that it was mended."""
        return rules.verifiers(self.matter(found), self.roster)

    def judges(self, found: Finding) -> list[Person]:
        """Return who may judge its owner's objection."""
        return rules.judges(self.matter(found), self.roster)


def circle(ctx: Context) -> Circle:
    """Load who is who."""
    roster = [each for each in people.holders(ctx.tx, _POSTS) if each.active]
    return Circle(roster, units.units(ctx))


def open_finding(ctx: Context, new: New) -> Finding:
    """Open a finding: number, deadline, journal, and the notice to its owner (P47)."""
    year = today(ctx.now, ctx.zone).year
    number = f"ZG-{year}-{numbers.draw(ctx.tx, f'ZG-{year}'):04d}"
    due = _ends_on(ctx, new.term)
    row = Finding(
        0,
        number,
        new.source,
        new.unit.key,
        new.unit.name,
        new.owner,
        new.what,
        new.clause,
        new.asked,
        State.OPEN,
        1,
        new.opened_by,
        ctx.now,
        due,
        None,
        None,
        new.about,
        _zero_before(ctx, new),
        due,
    )
    found = replace(row, id=findings.create(ctx.tx, row))
    opener = people.get(ctx.tx, new.opened_by) if new.opened_by else None
    facts = {
        "number": number,
        "source": new.source,
        "unit": new.unit.key,
        "owner": people.get(ctx.tx, new.owner).key,
        "what": new.what,
        "clause": new.clause,
        "asked": new.asked,
        "due_on": due.isoformat(),
        "reason": new.reason,
    }
    words = f"期限 {new.term.days} 个工作日，因为{new.reason}" if new.reason else ""
    _note(ctx, found, Act.OPENED, opener, words, (), facts)
    deadlines.begin(ctx, rules.RECTIFY, found.subject, new.term, rules.RUNGS[rules.RECTIFY])
    _serve(ctx, found)
    return found


def same_open(ctx: Context, owner: int, unit_key: str, what: str) -> Finding | None:
    """Return a finding that says just the same and is not closed: a form that was handed in twice."""
    known = findings.open_of(ctx.tx, owner, SAME_LOOKED_AT)
    return next((each for each in known if (each.unit_key, each.what) == (unit_key, what)), None)


def _serve(ctx: Context, found: Finding) -> None:
    """Send the owner the notice, to be taken within two working days (decision 27)."""
    _begin(ctx, found, rules.RECEIVE, rules.RECEIVE_DAYS)
    owner = people.get(ctx.tx, found.owner)
    ctx.send_card(owner, cards.card(picture(ctx, found, owner), owner.id))


def _zero_before(ctx: Context, new: New) -> str:
    """Return the month of the unit's newest self-check where it was a 零报告, yet others found this (P50)."""
    if new.source is Source.SELF:
        return ""
    newest = selfcheck.newest_of(ctx.tx, new.unit.key)
    return newest.month if newest and newest.zero else ""


def _ends_on(ctx: Context, term: Term) -> date:
    """Return the day that a term ends which begins today."""
    from_today = today(ctx.now, ctx.zone)
    return deadline_rules.due(term, from_today, 0, calendar.current(ctx.tx)).day


def readable(ctx: Asked, found: Finding | None) -> Finding:
    """Return a finding to somebody who may read it. The refusal does not tell whether it exists."""
    today_is = circle(ctx)
    if found is None or not rules.may_read(ctx.person, today_is.matter(found), today_is.roster):
        raise Refusal(UNKNOWN)
    return found


def act(
    ctx: Asked, finding_id: int, version: int, what: Act, text: str = "", files: Sequence[StoredFile] = ()
) -> Finding:
    """Do something with a finding, authorised now. Raises Refusal."""
    found, state = _authorised(ctx, finding_id, version, what)
    _check(ctx, found, what)
    moved = _save(ctx, _moved(ctx, found, what, state), found)
    facts = {"text": text, "files": [each.sha256 for each in files], "state": state}
    _note(ctx, moved, what, ctx.person, text, files, facts)
    _tell(ctx, moved, what, text)
    return moved


def reassign(ctx: Asked, finding_id: int, version: int, owner: Person) -> Finding:
    """Give a finding to somebody else, who gets the notice and at least the days of a returned one.

    Raises Refusal."""
    found, state = _authorised(ctx, finding_id, version, Act.REASSIGN)
    if owner.id in (found.owner, ctx.person.id):
        raise Refusal(f"{owner.name}不能是新的责任人：已经是责任人，或者就是您自己", rule="P47")
    deadlines.end(ctx, rules.RECEIVE, found.subject)
    former = tuple(dict.fromkeys((*found.former, found.owner)))
    given = replace(found, owner=owner.id, received_at=None, former=former)
    due = _at_least(ctx, given, rules.RETURNED_DAYS)
    moved = _save(
        ctx, replace(given, state=state, version=found.version + 1, due_on=due, promised_on=due), found
    )
    before = people.get(ctx.tx, found.owner)
    words = f"由{before.name}改为{owner.name}"
    facts = {"from": before.key, "to": owner.key, "due_on": due.isoformat()}
    _note(ctx, moved, Act.REASSIGN, ctx.person, words, (), facts)
    ctx.replace(cards.gone_card(moved, before.id))
    deadlines.forget_words(ctx, rules.RECTIFY, found.subject)
    _tell(ctx, moved, Act.REASSIGN, words)
    _serve(ctx, moved)
    return moved


def _authorised(ctx: Asked, finding_id: int, version: int, what: Act) -> tuple[Finding, State]:
    """Return a finding and where an act leads. Raises Refusal."""
    found = readable(ctx, findings.locked(ctx.tx, finding_id))
    state = rules.next_state(State(found.state), what, circle(ctx).parts(ctx.person, found))
    if found.version != version:
        raise Refusal(_PASSED.format(found.number))
    return found, state


def _save(ctx: Context, moved: Finding, read: Finding) -> Finding:
    if not findings.move(ctx.tx, moved, read.version):
        raise Refusal(_PASSED.format(read.number))
    return moved


_PASSED = "{0} 刚有了新进展。发「整改 {0}」看最新的，再决定"


def _check(ctx: Context, found: Finding, what: Act) -> None:
    """Raises Refusal for what the table cannot know: done already, too late, once only."""
    entries = findings.entries(ctx.tx, found.id)
    done = {entry.act for entry in entries}
    if what in (Act.RECEIVE, Act.SERVE) and found.received_at:
        raise Refusal(f"{found.number} 已经签收了，不用再点")
    if what is Act.EXTEND and Act.EXTEND in done:
        raise Refusal("只能延期一次。改不完的，请交一份写明还差什么的报告", rule="P47")
    if what in (Act.EFFECTIVE, Act.RELAPSED) and done & {Act.EFFECTIVE, Act.RELAPSED}:
        raise Refusal(f"{found.number} 已经回头看过了")
    if what is Act.EFFECTIVE and not _recheck_has_come(ctx, found):
        raise Refusal(f"{found.number} 还没到回头看的日子。已经复发的，可以点「回头看：复发」", rule="P47")
    if what is Act.ASK_MORE and done & {Act.ASK_MORE, Act.EXTEND}:
        raise Refusal("延期只能申请一次。改不完的，请交一份写明还差什么的报告", rule="P47")
    if what in _WEIGHED and (not found.zero_month or done & set(_WEIGHED)):
        raise Refusal(f"{found.number} 没有要判断的隐瞒，或者已经判断过了", rule="P50")
    if what is Act.OBJECT and not _may_object(ctx, found, entries):
        raise Refusal(
            "异议要在签收后 3 个工作日内提出，只提一次；现在请按要求整改，有困难可请监事延期", rule="P47"
        )


def _recheck_has_come(ctx: Context, found: Finding) -> bool:
    row = deadline_rows.find(ctx.tx, rules.RECHECK, found.subject)
    return row is not None and row.due_on <= today(ctx.now, ctx.zone)


def _owners_own(entries: Sequence[Entry]) -> set[str]:
    """Return the acts since the finding came to its owner: another's objection is not theirs."""
    given = [n for n, entry in enumerate(entries) if entry.act == Act.REASSIGN]
    return {entry.act for entry in entries[given[-1] :]} if given else {entry.act for entry in entries}


def _may_object(ctx: Context, found: Finding, entries: Sequence[Entry]) -> bool:
    if found.source == Source.SELF or Act.OBJECT in _owners_own(entries):
        return False
    if found.received_at is None:
        return True
    known = calendar.current(ctx.tx)
    last = workdays.add(today(found.received_at, ctx.zone), rules.OBJECT_DAYS, known)
    return today(ctx.now, ctx.zone) <= last.day


def _moved(ctx: Context, found: Finding, what: Act, state: State) -> Finding:
    """Move the deadlines with an act; return the finding as it is then."""
    due = found.due_on
    match what:
        case Act.RECEIVE | Act.SERVE | Act.PROGRESS | Act.ASK_MORE:
            deadlines.end(ctx, rules.RECEIVE, found.subject)
        case Act.REPORT | Act.OBJECT:
            deadlines.end(ctx, rules.RECEIVE, found.subject)
            deadlines.pause(ctx, rules.RECTIFY, found.subject)
            answer = rules.VERIFY if what is Act.REPORT else rules.JUDGE
            _begin(ctx, found, answer, rules.ANSWER_DAYS)
        case Act.OVERRULE:
            deadlines.end(ctx, rules.JUDGE, found.subject)
            deadlines.resume(ctx, rules.RECTIFY, found.subject, rules.RUNGS[rules.RECTIFY])
            due = _due(ctx, found)
        case Act.EXTEND:
            rungs = rules.RUNGS[rules.RECTIFY]
            deadlines.extend(ctx, rules.RECTIFY, found.subject, rules.EXTENSION_DAYS, rungs)
            due = _at_least(ctx, found, rules.EXTENSION_DAYS)
        case Act.RETURN:
            deadlines.end(ctx, rules.VERIFY, found.subject)
            deadlines.resume(ctx, rules.RECTIFY, found.subject, rules.RUNGS[rules.RECTIFY])
            due = _at_least(ctx, found, rules.RETURNED_DAYS)
        case Act.ACCEPT:
            for kind in (rules.VERIFY, rules.RECTIFY):
                deadlines.end(ctx, kind, found.subject)
            _begin(ctx, found, rules.RECHECK, _recheck_days(ctx))
        case Act.UPHOLD:
            for kind in (rules.JUDGE, rules.RECTIFY):
                deadlines.end(ctx, kind, found.subject)
        case Act.EFFECTIVE | Act.RELAPSED:
            deadlines.end(ctx, rules.RECHECK, found.subject)
    return replace(
        found,
        state=state,
        version=found.version + 1,
        due_on=due,
        promised_on=due if what in _GIVES_DAYS and found.promised_on == found.due_on else found.promised_on,
        received_at=ctx.now if what in _SERVED and not found.received_at else found.received_at,
        closed_at=ctx.now
        if state in (State.CLOSED, State.WITHDRAWN) and not found.closed_at
        else found.closed_at,
    )


_GIVES_DAYS = (Act.EXTEND, Act.OVERRULE)
"""What moves the day that was promised; a return does not."""

_SERVED = (Act.RECEIVE, Act.SERVE, Act.PROGRESS, Act.ASK_MORE, Act.REPORT, Act.OBJECT)
"""What shows that the owner has the notice."""


_WEIGHED = (Act.CONCEALED, Act.HONEST)


def _begin(ctx: Context, found: Finding, kind: str, days: int) -> None:
    deadlines.begin(ctx, kind, found.subject, Term.working(days), rules.RUNGS[kind])


def _at_least(ctx: Context, found: Finding, days: int) -> date:
    """Return the day by which it is to be mended, so many working days from now or later."""
    due = _due(ctx, found)
    if due >= _ends_on(ctx, Term.working(days)):
        return due
    deadlines.end(ctx, rules.RECTIFY, found.subject)
    _begin(ctx, found, rules.RECTIFY, days)
    return _due(ctx, found)


def moved(ctx: Context, deadline: Deadline) -> None:
    """A new calendar has given a finding another day."""
    findings.set_due(ctx.tx, finding_id(deadline.subject), deadline.due_on)


def _recheck_days(ctx: Context) -> int:
    default = rules.SETTINGS[rules.RECHECK_SETTING]
    value = settings.current(ctx.tx, rules.RECHECK_SETTING, default).value
    return int(str(value))


def _due(ctx: Context, found: Finding) -> date:
    row = deadline_rows.find(ctx.tx, rules.RECTIFY, found.subject)
    return row.due_on if row else found.due_on


def _note(
    ctx: Context,
    found: Finding,
    what: Act,
    person: Person | None,
    text: str,
    files: Sequence[StoredFile],
    facts: Mapping[str, object],
) -> None:
    evidence = tuple(Evidence(each.sha256, each.name, each.size, each.mime) for each in files)
    roles = "、".join(sorted(person.roles)) if person else ""
    name = person.name if person else ""
    entry = Entry(found.version, what, person.id if person else None, name, roles, text, ctx.now, evidence)
    findings.add_entry(ctx.tx, found.id, entry)
    ctx.record(person or "系统", f"finding.{what}", found.subject, found.version, facts)


def _tell(ctx: Asked, found: Finding, what: Act, text: str) -> None:
    """Bring every card up to date, ask who has to act now, and tell the owner what became of it."""
    now = circle(ctx)
    shown = picture(ctx, found, ctx.person)
    asked = _ASKED.get(what)
    for reader in _readers(ctx, found, now):
        mine = now.parts(reader, found)
        if not (reader.active and rules.may_read(reader, now.matter(found), now.roster)):
            ctx.replace(cards.gone_card(found, reader.id))
            continue
        card = cards.card(structs.replace(shown, mine=mine), reader.id)
        if asked in mine:
            ctx.replace(cards.passed_card(found, reader.id))
            ctx.send_card(reader, card)
        else:
            ctx.replace(card)
    _tell_owner(ctx, found, what, text)
    if what is Act.REPORT and not now.verifiers(found):
        _call_for_help(ctx, found, now, VERIFYING)
    if what is Act.OBJECT and not now.judges(found):
        _call_for_help(ctx, found, now, JUDGING)


_ASKED = {Act.REPORT: Part.VERIFIER, Act.OBJECT: Part.JUDGE, Act.ASK_MORE: Part.SUPERVISOR}
"""Who has to act after an act, and gets a new card further down."""


def _call_for_help(ctx: Context, found: Finding, now: Circle, what: str) -> None:
    """Nobody may do what has to be done next: those at the head are asked to see to it."""
    for each in heads(now, found):
        ctx.send_text(each, stuck_words(found, what), about=found.subject)


VERIFYING, JUDGING = "复核", "裁定"


def heads(now: Circle, found: Finding) -> list[Person]:
    """Return who is to see that somebody can act: the chair, else whoever else answers for the whole."""
    others = [each for each in now.roster if each.id != found.owner]
    chairs = [each for each in others if Role.CHAIR in each.roles]
    return chairs or [each for each in others if each.roles & (rules.ABOVE | {Role.VICE_CHAIR})]


def stuck_words(found: Finding, what: str) -> str:
    """Return what is said where nobody may verify or judge."""
    return f"{found.number} 现在没有人能{what}。请补一位{_ABLE[what]}，由管理员改好名单就行"


_ABLE = {VERIFYING: "监事，或不领薪、和责任人不是一条线的理事", JUDGING: "监事或副理事长"}


def _tell_owner(ctx: Asked, found: Finding, what: Act, text: str) -> None:
    words = _TO_OWNER.get(what)
    if words and ctx.person.id != found.owner:
        owner = people.get(ctx.tx, found.owner)
        if not owner.active:
            for each in people.holders(ctx.tx, (Role.SUPERVISOR,)):
                ctx.send_text(each, left_words(found, owner), about=found.subject)
            return
        ctx.send_text(
            owner, words.format(number=found.number, text=text, due=_day(found)), about=found.subject
        )


def left_words(found: Finding, owner: Person) -> str:
    """Return what is said while nobody is left to mend it."""
    return f"{found.number} 的责任人{owner.name}已离开，请点「换责任人」"


_TO_OWNER = {
    Act.ACCEPT: "{number} 复核验收通过，已销号。",
    Act.RETURN: "{number} 退回重改：{text}。{due}前再交一次，发「整改 {number}」打开。",
    Act.EXTEND: "{number} 已延期到{due}：{text}。",
    Act.UPHOLD: "{number} 异议成立，已撤销：{text}。",
    Act.OVERRULE: "{number} 异议不成立：{text}。{due}前请完成整改。",
}


def _day(found: Finding) -> str:
    return f"{found.due_on.month}月{found.due_on.day}日"


def _readers(ctx: Context, found: Finding, now: Circle) -> list[Person]:
    ids = {found.owner, *now.matter(found).leads, *((found.opened_by,) if found.opened_by else ())}
    known = {each.id: each for each in now.roster}
    return [*known.values(), *people.by_ids(ctx.tx, ids - known.keys()).values()]


def picture(ctx: Context, found: Finding, reader: Person, proofs: Proofs | None = None) -> Picture:
    """Load all that is needed to show a finding to somebody."""
    entries = findings.entries(ctx.tx, found.id)
    done = {entry.act for entry in entries}
    row = deadline_rows.find(ctx.tx, rules.RECTIFY, found.subject)
    return Picture(
        found,
        entries,
        {found.owner: people.get(ctx.tx, found.owner).name},
        deadlines.words(ctx, row) if row and row.closed_on is None else "",
        row.due_on if row else found.due_on,
        ctx.zone,
        circle(ctx).parts(reader, found),
        proofs,
        _may_object(ctx, found, entries),
        Act.EXTEND in done,
        _recheck_has_come(ctx, found),
    )


def send_files(ctx: Asked, found: Finding) -> int:
    """Send the evidence of a finding into its reader's chat; return how many files."""
    kept = [each for entry in findings.entries(ctx.tx, found.id) for each in entry.files]
    files = [StoredFile(each.sha256, each.name, each.size, each.mime) for each in kept]
    ctx.send_files(ctx.person, files, about=found.subject)
    return len(files)


def send_paper(ctx: Asked, found: Finding) -> None:
    """Send the notice, or the record of a closed finding, into the reader's chat as a paper."""
    head = journal.heads(ctx.tx)[journal.MAIN]
    ctx.send_document(ctx.person, paper.paper(picture(ctx, found, ctx.person), head), about=found.subject)
    ctx.record(ctx.person, "finding.paper", found.subject, found.version, {})


def waiting_for(ctx: Context, person: Person, limit: int) -> list[Finding]:
    """Return what waits for an act of a person: theirs to mend, to verify, to judge, to look at again."""
    found = findings.to_mend(ctx.tx, person.id, limit)
    if person.roles & set(_POSTS):
        now = circle(ctx)
        asked = [*findings.handed_in(ctx.tx), *_to_recheck(ctx, RECHECKS)]
        found += [each for each in asked if each.owner != person.id and _waits(now, each, person)]
        found += [
            each
            for each in findings.unanswered(ctx.tx, RECHECKS)
            if Part.SUPERVISOR in now.parts(person, each)
        ]
    return list({each.id: each for each in found}.values())[:limit]


def _waits(now: Circle, found: Finding, person: Person) -> bool:
    wanted = {State.REPORTED: Part.VERIFIER, State.OBJECTED: Part.JUDGE, State.CLOSED: Part.VERIFIER}
    return wanted.get(State(found.state)) in now.parts(person, found)


def _to_recheck(ctx: Context, limit: int) -> list[Finding]:
    due = deadline_rows.overdue(ctx.tx, [rules.RECHECK], today(ctx.now, ctx.zone) + ONE_DAY, limit)
    return list(findings.by_ids(ctx.tx, [finding_id(each.subject) for each in due]).values())


def finding_id(subject: str) -> int:
    """Return the row that a subject names, `finding:12`."""
    return int(subject.removeprefix("finding:"))


def show_button(found: Finding) -> Button:
    """Return the button that opens a finding from a list."""
    return Button("查看", "finding.show", {"finding": found.id}, say=f"整改 {found.number}")
