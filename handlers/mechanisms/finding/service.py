"""Keeping a finding going: opened, mended, verified; its deadlines, its journal, and who hears what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers.contract.card import Button
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.mechanisms.deadline import rules as deadline_rules
from handlers.mechanisms.deadline import service as deadlines
from handlers.mechanisms.deadline.rules import Term
from handlers.mechanisms.finding import cards, paper, rules
from handlers.mechanisms.finding.cards import Picture
from handlers.mechanisms.finding.rules import Act, Matter, Part, Source, State
from handlers.mechanisms.units import service as units
from handlers.mechanisms.units.rules import Unit
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import deadlines as deadline_rows
from storage import findings, journal, numbers, people
from storage.findings import Entry, Evidence, Finding
from storage.people import Person

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
    came from (`selfcheck:12`)."""

    source: Source
    unit: Unit
    owner: int
    what: str
    clause: str
    asked: str
    term: Term
    opened_by: int | None = None
    about: str = ""


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
    }
    _note(ctx, found, Act.OPENED, opener, "", (), facts)
    deadlines.begin(ctx, rules.RECTIFY, found.subject, new.term, rules.RUNGS[rules.RECTIFY])
    _begin(ctx, found, rules.RECEIVE, Term.working(rules.RECEIVE_DAYS))
    owner = people.get(ctx.tx, new.owner)
    ctx.send_card(owner, cards.card(picture(ctx, found, owner), owner.id))
    return found


def _ends_on(ctx: Context, term: Term) -> date:
    """Return the day that a term ends which begins today."""
    from_today = today(ctx.now, ctx.zone)
    return deadline_rules.due(term, from_today, 0, calendar.current(ctx.tx)).day


def roster(ctx: Context) -> list[Person]:
    """Return everybody who may verify or judge."""
    return [each for each in people.holders(ctx.tx, _POSTS) if each.active]


def matter(ctx: Context, found: Finding) -> Matter:
    """Return what decides who may act, as teams and departments are today."""
    line: set[int] = set()
    for unit in units.units(ctx):
        if found.owner in unit.members and unit.lead:
            line.add(unit.lead)
        if unit.lead == found.owner:
            line |= unit.members
    return Matter(found.owner, found.opened_by, frozenset(line - {found.owner}))


def readable(ctx: Asked, found: Finding | None) -> Finding:
    """Return a finding to somebody who may read it. The refusal does not tell whether it exists."""
    if found is None or not rules.may_read(ctx.person, matter(ctx, found), roster(ctx)):
        raise Refusal(UNKNOWN)
    return found


def act(
    ctx: Asked, finding_id: int, version: int, what: Act, text: str = "", files: Sequence[StoredFile] = ()
) -> Finding:
    """Do something with a finding, authorised now. Raises Refusal."""
    found = readable(ctx, findings.get(ctx.tx, finding_id))
    mine = rules.parts(ctx.person, matter(ctx, found), roster(ctx))
    state = rules.next_state(State(found.state), what, mine)
    if found.version != version:
        raise Refusal(f"{found.number} 刚有了新进展。发「整改 {found.number}」看最新的，再决定")
    _check(ctx, found, what)
    moved = _moved(ctx, found, what, state)
    if not findings.move(ctx.tx, moved, found.version):
        raise Refusal(f"{found.number} 刚有了新进展。发「整改 {found.number}」看最新的，再决定")
    facts = {"text": text, "files": [each.sha256 for each in files], "state": state}
    _note(ctx, moved, what, ctx.person, text, files, facts)
    _tell(ctx, moved, what, text)
    return moved


def _check(ctx: Context, found: Finding, what: Act) -> None:
    """Raises Refusal for what the table cannot know: done already, too late, once only."""
    done = {entry.act for entry in findings.entries(ctx.tx, found.id)}
    if what in (Act.RECEIVE, Act.SERVE) and found.received_at:
        raise Refusal(f"{found.number} 已经签收了，不用再点")
    if what is Act.EXTEND and Act.EXTEND in done:
        raise Refusal("只能延期一次。改不完的，请交一份写明还差什么的报告", rule="P47")
    if what in (Act.EFFECTIVE, Act.RELAPSED) and done & {Act.EFFECTIVE, Act.RELAPSED}:
        raise Refusal(f"{found.number} 已经回头看过了")
    if what is Act.OBJECT and not _may_object(ctx, found, done):
        raise Refusal(
            "异议要在签收后 3 个工作日内提出，只提一次；现在请按要求整改，有困难可请监事延期", rule="P47"
        )


def _may_object(ctx: Context, found: Finding, done: set[str]) -> bool:
    if Act.OBJECT in done:
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
        case Act.RECEIVE | Act.SERVE:
            deadlines.end(ctx, rules.RECEIVE, found.subject)
        case Act.REPORT | Act.OBJECT:
            deadlines.end(ctx, rules.RECEIVE, found.subject)
            deadlines.pause(ctx, rules.RECTIFY, found.subject)
        case Act.OVERRULE:
            deadlines.resume(ctx, rules.RECTIFY, found.subject, rules.RUNGS[rules.RECTIFY])
            due = _due(ctx, found)
        case Act.EXTEND:
            rungs = rules.RUNGS[rules.RECTIFY]
            due = deadlines.extend(ctx, rules.RECTIFY, found.subject, rules.EXTENSION_DAYS, rungs).due_on
        case Act.RETURN:
            deadlines.end(ctx, rules.RECTIFY, found.subject)
            _begin(ctx, found, rules.RECTIFY, Term.working(rules.RETURNED_DAYS))
            due = _due(ctx, found)
        case Act.ACCEPT:
            deadlines.end(ctx, rules.RECTIFY, found.subject)
            _begin(ctx, found, rules.RECHECK, Term.working(rules.RECHECK_DAYS))
        case Act.UPHOLD:
            deadlines.end(ctx, rules.RECTIFY, found.subject)
        case Act.EFFECTIVE | Act.RELAPSED:
            deadlines.end(ctx, rules.RECHECK, found.subject)
    return replace(
        found,
        state=state,
        version=found.version + 1,
        due_on=due,
        received_at=ctx.now if what in _SERVED and not found.received_at else found.received_at,
        closed_at=ctx.now
        if state in (State.CLOSED, State.WITHDRAWN) and not found.closed_at
        else found.closed_at,
    )


_SERVED = (Act.RECEIVE, Act.SERVE, Act.REPORT, Act.OBJECT)
"""What shows that the owner has the notice."""


def _begin(ctx: Context, found: Finding, kind: str, term: Term) -> None:
    deadlines.begin(ctx, kind, found.subject, term, rules.RUNGS[kind])


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
    everybody = _readers(ctx, found)
    asked = {Act.REPORT: Part.VERIFIER, Act.OBJECT: Part.JUDGE}.get(what)
    for reader in everybody:
        shown = picture(ctx, found, reader)
        if asked in shown.mine:
            ctx.replace(cards.passed_card(found, reader.id))
            ctx.send_card(reader, cards.card(shown, reader.id))
        else:
            ctx.replace(cards.card(shown, reader.id))
    words = _TO_OWNER.get(what)
    if words and ctx.person.id != found.owner:
        owner = people.get(ctx.tx, found.owner)
        ctx.send_text(
            owner, words.format(number=found.number, text=text, due=_day(found)), about=found.subject
        )


_TO_OWNER = {
    Act.ACCEPT: "{number} 复核验收通过，已销号。",
    Act.RETURN: "{number} 退回重改：{text}。{due}前再交一次，发「整改 {number}」打开。",
    Act.EXTEND: "{number} 已延期到{due}：{text}。",
    Act.UPHOLD: "{number} 异议成立，已撤销：{text}。",
    Act.OVERRULE: "{number} 异议不成立：{text}。{due}前请完成整改。",
}


def _day(found: Finding) -> str:
    return f"{found.due_on.month}月{found.due_on.day}日"


def _readers(ctx: Context, found: Finding) -> list[Person]:
    ids = {found.owner, *((found.opened_by,) if found.opened_by else ())}
    known = {each.id: each for each in roster(ctx)}
    return [*known.values(), *people.by_ids(ctx.tx, ids - known.keys()).values()]


def picture(ctx: Context, found: Finding, reader: Person, files: int = 0) -> Picture:
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
        frozenset(rules.parts(reader, matter(ctx, found), roster(ctx))),
        files,
        _may_object(ctx, found, done),
        Act.EXTEND in done,
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
    """Return what waits for an act of a person: theirs to mend, to verify, to judge."""
    if person.roles & set(_POSTS):
        found = findings.open_ones(ctx.tx, limit * 5)
    else:
        found = findings.open_of(ctx.tx, person.id, limit)
    return [each for each in found if _waits(ctx, each, person)][:limit]


def _waits(ctx: Context, found: Finding, person: Person) -> bool:
    mine = rules.parts(person, matter(ctx, found), roster(ctx))
    wanted = {State.OPEN: Part.OWNER, State.REPORTED: Part.VERIFIER, State.OBJECTED: Part.JUDGE}
    return wanted.get(State(found.state)) in mine


def show_button(found: Finding) -> Button:
    """Return the button that opens a finding from a list."""
    return Button("查看", "finding.show", {"finding": found.id}, say=f"整改 {found.number}")
