"""What the desk shows: the cases of one receiver with what is due, one case with all that was done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.complaint import reporter, rules, service
from handlers.complaint.dossier import Dossier
from handlers.complaint.reporter import Due
from handlers.complaint.rules import Act, Entry, Stage
from handlers.complaint.service import Seat
from handlers.contract.card import Section
from handlers.contract.context import Context
from handlers.contract.document import Document, SignLine
from handlers.contract.refusal import Refusal
from scheduler.clock import today
from storage import people

FEWEST = 5
"""Fewer cases than these are not counted in public: a number could point at somebody (ISO 37002)."""

_ENDED = (Stage.CLOSED, Stage.MERGED)


@dataclass(frozen=True)
class Line:
    """A case in the list. `fresh`: the reporter said something that nobody answered, or that its reader has
    not seen; `due` is what is promised next."""

    number: str
    received_on: date
    stage: Stage
    fresh: bool
    due: Due | None
    late: bool


@dataclass(frozen=True)
class Sheet:
    """A case on the desk: what was done, what may be done, who can read it and who did."""

    dossier: Dossier
    stage: Stage
    dues: Sequence[Due]
    acts: Sequence[Act]
    readers: Sequence[str]
    kept_out: Sequence[str]
    waits: Sequence[str]
    opened: Sequence[Entry]
    shown: Sequence[Entry]
    public: Entry | None


def lines(ctx: Context, seat: Seat) -> list[Line]:
    """Return the cases of somebody, open ones first."""
    found = [_line(ctx, seat, each) for each in service.readable(ctx, seat)]
    return sorted(found, key=lambda each: (each.stage in _ENDED, not each.fresh))


def _line(ctx: Context, seat: Seat, found: Dossier) -> Line:
    stage, day = rules.stage(found.entries), today(ctx.now, ctx.zone)
    open_ones = [each for each in _dues(ctx, found) if not each.kept] if stage not in _ENDED else []
    unseen = rules.unseen(found.entries, seat.person.name)
    fresh = (unseen or rules.unanswered(found.entries)) and not found.case.emptied
    due = open_ones[0] if open_ones else None
    return Line(found.case.number, found.case.received_on, stage, fresh, due, bool(due and due.on < day))


def _dues(ctx: Context, found: Dossier) -> list[Due]:
    told = [each for each in found.entries if not each.by or each.act in _TOLD]
    return reporter.dues(ctx, found.case, told)


_TOLD = (Act.REPLY, Act.EXTEND, Act.HAND_OVER, Act.FEEDBACK, Act.REOPEN)


def sheet(ctx: Context, seat: Seat, number: str) -> Sheet:
    """Return a case as its reader sees it; that they opened it is noted. Raises Refusal."""
    found = service.look(ctx, seat, number)
    entries = found.entries
    out = rules.kept_out(entries)
    names = {each.key: each.name for each in people.by_keys(ctx.tx, out).values()}
    acts = [] if found.case.emptied else rules.possible(entries, seat.person.name)
    return Sheet(
        found,
        rules.stage(entries),
        _dues(ctx, found),
        [each for each in acts if each not in _NEEDS_CHOICE or service.choices(ctx, seat, found, each)],
        service.reader_names(ctx, found),
        [names[each] for each in out if each in names],
        _waits(entries, alone=len(rules.places(entries)) == 1),
        [each for each in entries if each.act is Act.OPENED],
        [each for each in entries if each.act is not Act.OPENED],
        rules.published(entries),
    )


def _waits(entries: Sequence[Entry], *, alone: bool) -> list[str]:
    """Return what waits for another receiver, in sentences."""
    waits = []
    if draft := rules.open_draft(entries):
        waits.append(f"{draft.by}起草的{draft.facts['kind']}，等另一位受理人「{Act.REVIEW}」")
    if asked := rules.requested(entries):
        waits.append(f"{asked.by}的「{asked.act}」，等另一位受理人确认")
    if waits and alone:
        waits.append(f"现在只有您能看这一件，请先「{Act.ADMIT}」")
    return waits


_NEEDS_CHOICE = (Act.MERGE, Act.ADMIT, Act.RECTIFY)


def figures(ctx: Context, seat: Seat) -> list[str]:
    """Return the years of somebody's own cases in which nothing is open any more, and none that is small
    (decision 30)."""
    found = service.readable(ctx, seat)
    day, words = today(ctx.now, ctx.zone), []
    for year in sorted({each.case.received_on.year for each in found}):
        mine = [each for each in found if each.case.received_on.year == year]
        if year == day.year or any(each.case.closed_on is None for each in mine):
            continue
        count = f"{len(mine)} 件，全部办结" if len(mine) >= FEWEST else f"少于 {FEWEST} 件，不列数"
        words.append(f"{year} 年：{count}")
    return words


def paper(ctx: Context, seat: Seat, number: str, org: str) -> Document:
    """Return the text for the public that passed its review, as a paper; that they opened the case is noted.
    Raises Refusal."""
    found = service.look(ctx, seat, number)
    text = rules.published(found.entries)
    if text is None:
        raise Refusal("这一件没有通过复核的通报或澄清说明")
    return Document(
        title=text.facts["kind"],
        number=f"{text.on:%Y%m%d}-{hashlib.sha256(text.text.encode()).hexdigest()[:4].upper()}",
        org=org,
        parts=(Section(tuple(text.text.split("\n"))),),
        sign_lines=(SignLine("发布"),),
    )
