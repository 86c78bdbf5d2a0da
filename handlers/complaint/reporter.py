"""The reporter's side: the thread behind a receipt, words added to it, and the question about retaliation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.complaint import dossier, filing, recusal, rules, sealing
from handlers.complaint.dossier import Handed
from handlers.complaint.filing import Report
from handlers.complaint.recusal import Known
from handlers.complaint.rules import OWN, Act, Entry
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from scheduler import workdays
from scheduler.calendar import current as calendar
from scheduler.clock import today
from storage import complaint, people, settings
from storage.complaint import Case

UNKNOWN = "没有查到。可能是号码抄错了一位，也可能已经过了保存期、内容清除了。请对照抄下的号码再试一次"
"""Said alike of a number that never was and of one whose content is gone."""

A_DAY = 20
"""As many words as a reporter may add in a day: enough to talk, too few to flood."""


@dataclass(frozen=True)
class Due:
    """A day by which something is promised; `kept`: it has been done."""

    label: str
    on: date
    kept: bool


@dataclass(frozen=True)
class Thread:
    """What the reporter reads: their words and the answers, oldest first; `ask`: the question about
    retaliation is open, for the first (1) or the second time (2). After `gone_on` nobody can read it;
    None while it goes on or is held."""

    case: Case
    entries: Sequence[Entry]
    dues: Sequence[Due]
    ask: int = 0
    gone_on: date | None = None


def key_of(receipt: str, salt: bytes | None) -> bytes:
    """Return the key of a receipt. It takes as long where nobody ever reported anything."""
    return sealing.key_of_receipt(receipt, salt or b"\0" * 16)


def thread(ctx: Context, private: bytes) -> Thread | None:
    """Return the thread of a receipt's key; None for what never was and for what is gone."""
    case = complaint.find_for(ctx.tx, sealing.public_of(private))
    if case is None:
        return None
    entries = dossier.told_back(ctx, case, private)
    return Thread(case, entries, dues(ctx, case, entries), _ask(ctx, case, entries), _gone_on(ctx, case))


def dues(ctx: Context, case: Case, entries: Sequence[Entry]) -> list[Due]:
    """Return by when what is promised, counted from the day of receipt, a second result from the day on which
    the case was taken up again (decision 31)."""
    known, now = calendar(ctx.tx), rules.since_reopened(entries)
    begun = now[0].on if now and now[0].act is Act.REOPEN else case.received_on
    answers = sum(bool(each.by) for each in entries)
    more = sum(int(each.facts["days"]) for each in now if each.act is Act.EXTEND)
    days = {name: int(str(settings.current(ctx.tx, name, default).value)) for name, default in _PROMISED}
    return [
        Due(label, workdays.add(first, days[name] + extra, known).day, kept or case.closed_on is not None)
        for name, label, first, extra, kept in (
            (rules.PERSON_DAYS, "有人看过并答复", case.received_on, 0, answers > 0),
            (rules.STATUS_DAYS, "说明进展", case.received_on, 0, answers > 1),
            (rules.RESULT_DAYS, "办出结果", begun, more, False),
        )
    ]


_PROMISED = [
    (name, rules.SETTINGS[name]) for name in (rules.PERSON_DAYS, rules.STATUS_DAYS, rules.RESULT_DAYS)
]


def _gone_on(ctx: Context, case: Case) -> date | None:
    if case.closed_on is None or case.held:
        return None
    kept = settings.current(ctx.tx, rules.CONTENT_DAYS, rules.SETTINGS[rules.CONTENT_DAYS]).value
    return case.closed_on + timedelta(days=int(str(kept)))


def _ask(ctx: Context, case: Case, entries: Sequence[Entry]) -> int:
    """Three and six months after the closing (decision 33): once each, until it is answered."""
    if case.closed_on is None:
        return 0
    passed = (today(ctx.now, ctx.zone) - case.closed_on).days
    waits = [
        int(str(settings.current(ctx.tx, name, rules.SETTINGS[name]).value))
        for name in (rules.ASK_AFTER, rules.ASK_AGAIN_AFTER)
    ]
    come = sum(passed >= each for each in waits)
    return come if come > _answered(entries) else 0


def _answered(entries: Sequence[Entry]) -> int:
    return sum(each.act is Act.ASKED for each in rules.since_reopened(entries))


def add(
    ctx: Context,
    private: bytes,
    text: str,
    contact: str = "",
    files: Sequence[Handed] = (),
    *,
    flood: bool = False,
) -> str:
    """Add the reporter's words. Where they name somebody who receives complaints, they begin a case of their
    own, which those do not get (in a `flood` nobody inside does): its receipt is returned, "" otherwise.
    Raises Refusal."""
    found = thread(ctx, private)
    if found is None:
        raise Refusal(UNKNOWN)
    if not (text.strip() or contact.strip() or files):
        raise Refusal("还没有写内容")
    filing.check_lengths(Report(text, contact=contact))
    day = today(ctx.now, ctx.zone)
    if sum(each.act in OWN and each.on == day for each in found.entries) >= A_DAY:
        raise Refusal("今天补充的次数太多了，请明天再来")
    if _names_a_receiver(ctx, found, text):
        again = _again(ctx, found, text)
        return filing.receive(ctx, replace(again, contact=contact, flood=flood), files)
    act = Act.MORE if text.strip() or files else Act.CONTACT
    entry = dossier.entry(ctx, act, text=text, facts={"contact": contact})
    dossier.add(ctx, found.case, entry, files=files, back=entry)
    return ""


def answer(ctx: Context, private: bytes, suffered: bool, text: str) -> str:
    """Take the answer to the question about retaliation; yes begins a case that the outside receiver alone
    gets, and its receipt is returned. The receivers of the first case learn neither. Raises Refusal."""
    found = thread(ctx, private)
    if found is None or not found.ask:
        raise Refusal(UNKNOWN)
    said = dossier.entry(ctx, Act.ASKED, facts={"answer": "有" if suffered else "没有"})
    case = found.case
    for _ in range(found.ask - _answered(found.entries)):
        case = dossier.add(ctx, case, said, back=said, hidden=True)
    if not suffered:
        return ""
    return filing.receive(ctx, replace(_again(ctx, found, text), unsure=True, kind="打击报复"))


def _again(ctx: Context, found: Thread, text: str) -> Report:
    """Return a report that goes on from a case, and keeps out whomever that one was kept from."""
    first = found.entries[0].facts
    return Report(
        text,
        _ticked(ctx, found),
        unsure=bool(first.get("unsure")),
        others=first.get("others", ""),
        before=found.case.number,
        kept_out=_kept_out(ctx, found, filing.known(ctx)),
    )


def _names_a_receiver(ctx: Context, found: Thread, text: str) -> bool:
    known = filing.known(ctx)
    new = recusal.excluded(recusal.named_in(text, known), known) - _kept_out(ctx, found, known)
    return any(each.person.id in new for each in filing.seated(ctx))


def _kept_out(ctx: Context, found: Thread, known: Known) -> frozenset[int]:
    """Return the ids of whom a case was kept from as it began, who recused themselves, and whom the
    reporter's words mean by now."""
    keys = found.entries[0].facts.get("excluded", "").split(",")
    keys += [each.facts["holder"] for each in found.entries if each.act is Act.RECUSE]
    began = frozenset(each.id for each in people.by_keys(ctx.tx, keys).values())
    words = rules.reporters_words(found.entries)
    named = _ticked(ctx, found).union(*(recusal.named_in(each, known) for each in words))
    return began | recusal.excluded(named, known)


def _ticked(ctx: Context, found: Thread) -> frozenset[int]:
    """Return the ids of whom the reporter ticked at first."""
    ticked = found.entries[0].facts.get("ticked", "").split("、")
    return frozenset(each.id for each in filing.known(ctx).people if each.name in ticked)
