"""How a case goes from receipt to feedback: its stages, what may be done at each, and by when; pure.

Source: decisions 30 to 33 and P51, P52. What a case is, is read from its entries: there is no state beside
them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from msgspec import Struct

from handlers.contract.refusal import Refusal

PERSON_DAYS, STATUS_DAYS, RESULT_DAYS = (
    "complaint.person_days",
    "complaint.status_days",
    "complaint.result_days",
)
CONTENT_DAYS, CONCLUSION_DAYS = "complaint.content_days", "complaint.conclusion_days"
ASK_AFTER, ASK_AGAIN_AFTER = "complaint.ask_after_days", "complaint.ask_again_after_days"

SETTINGS: Mapping[str, object] = {
    PERSON_DAYS: 3,
    STATUS_DAYS: 15,
    RESULT_DAYS: 60,
    CONTENT_DAYS: 365,
    CONCLUSION_DAYS: 3 * 365,
    ASK_AFTER: 90,
    ASK_AGAIN_AFTER: 180,
}
"""The first three in working days from the day of receipt, the others in days from the closing."""

NAMED_CLASSES = ("谋取私利", "干预招标", "虚报冒领")
"""The classes of the negative list that the plan names (P16); the other seven are the council's to name."""

CLASS_SLOTS = 7
CLASS_SETTING = "negative_list."
"""A setting of this name with a slot's number holds the class that the council put there."""

TEXT_LIMIT, SHORT_LIMIT = 10_000, 200
PASSED, SENT_BACK = "通过", "退回重写"
"""What a review of a text for the public says."""

REPEATED_SIGNS = 8
"""As many signs in a row as a text for the public may not have in common with the reporter's."""


class Stage(StrEnum):
    """Where a case stands."""

    NEW = "待登记"
    REGISTERED = "已登记"
    ACCEPTED = "本机构办理"
    HANDOVER = "待移送"
    PLANNED = "初核中"
    REPORTED = "初核已报告"
    STUDIED = "已集体研究"
    PARKED = "已暂存"
    DISPOSED = "已处置"
    HANDED_OVER = "已移送"
    CLOSED = "已办结"
    MERGED = "已并案"


class Outcome(StrEnum):
    """What came out (decision 32)."""

    CONFIRMED = "查证属实"
    PARTLY = "部分属实"
    NOTHING = "未发现问题"
    PARKED = "线索不足暂存"


class Nature(StrEnum):
    """Whose matter it is."""

    OURS = "本机构可以办理"
    CRIME = "涉嫌犯罪，移送"
    DISCIPLINE = "涉及党纪，移送"
    ELSEWHERE = "不归本机构管，移送"
    THIN = "线索不足，先暂存"


class Act(StrEnum):
    """What is added to a case. The first row are the reporter's own."""

    FILED, MORE, CONTACT, ASKED = "反映", "补充", "留联系方式", "回答有没有遭到报复"
    REGISTER, JUDGE, PLAN, COLLECT = "登记", "初步判断", "初核方案", "调阅"
    TALK, HEAR, REPORT, STUDY = "谈话笔录", "听取陈述申辩", "初核报告", "集体研究"
    DISPOSE, HAND_OVER, FEEDBACK, REOPEN = "处置", "移送", "反馈", "重新办理"
    REPLY, NOTE, EXTEND, RECTIFY = "答复或询问", "备注", "延期", "开整改通知"
    DRAFT, REVIEW = "起草通报", "复核通报"
    MERGE, TOOK_IN = "并案", "并入了另一件"
    ADMIT, RECUSE = "请另一位受理人参加", "回避"
    HOLD, HOLD_TOO, RELEASE, RELEASE_TOO = "申请封存", "确认封存", "申请解除封存", "确认解除封存"
    OPENED, CONCLUSION = "打开", "结论"


OWN = frozenset({Act.FILED, Act.MORE, Act.CONTACT, Act.ASKED})
"""What reporters do themselves."""


class Attached(Struct, frozen=True):
    """A file of an entry, by its place in the case; `size` in bytes, before it was sealed."""

    place: int
    name: str
    mime: str
    size: int


class Entry(Struct, frozen=True, omit_defaults=True):
    """One thing added to a case, as it stands inside the seal. `by` is a receiver's name, "" the reporter."""

    act: Act
    on: date
    by: str = ""
    text: str = ""
    facts: Mapping[str, str] = {}
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True)
class Work:
    """An act of a receiver: the stages at which it may be done and where it leads (None: nowhere)."""

    act: Act
    at: frozenset[Stage]
    to: Stage | None = None


_WORKED = frozenset({Stage.PLANNED, Stage.REPORTED})
_OURS = frozenset({Stage.ACCEPTED, *_WORKED, Stage.STUDIED, Stage.PARKED, Stage.DISPOSED})
_OPEN = frozenset({Stage.NEW, Stage.REGISTERED, Stage.HANDOVER, Stage.HANDED_OVER, *_OURS})
_ALL = frozenset(Stage)

WORKS: tuple[Work, ...] = (
    Work(Act.REGISTER, frozenset({Stage.NEW}), Stage.REGISTERED),
    Work(Act.JUDGE, frozenset({Stage.REGISTERED, Stage.ACCEPTED, *_WORKED, Stage.PARKED})),
    Work(Act.PLAN, frozenset({Stage.ACCEPTED, Stage.PLANNED}), Stage.PLANNED),
    Work(Act.COLLECT, _WORKED),
    Work(Act.TALK, _WORKED),
    Work(Act.HEAR, _WORKED),
    Work(Act.REPORT, _WORKED, Stage.REPORTED),
    Work(Act.STUDY, frozenset({Stage.REPORTED, Stage.STUDIED})),
    Work(Act.DISPOSE, frozenset({Stage.STUDIED}), Stage.DISPOSED),
    Work(Act.HAND_OVER, frozenset({Stage.HANDOVER, *_OURS}), Stage.HANDED_OVER),
    Work(
        Act.FEEDBACK,
        frozenset({Stage.STUDIED, Stage.PARKED, Stage.DISPOSED, Stage.HANDED_OVER}),
        Stage.CLOSED,
    ),
    Work(Act.REOPEN, frozenset({Stage.CLOSED}), Stage.REGISTERED),
    Work(Act.REPLY, _ALL),
    Work(Act.NOTE, _ALL),
    Work(Act.EXTEND, _OPEN),
    Work(Act.RECTIFY, frozenset({Stage.STUDIED, Stage.DISPOSED})),
    Work(Act.DRAFT, frozenset({Stage.DISPOSED, Stage.STUDIED, Stage.CLOSED})),
    Work(Act.REVIEW, frozenset({Stage.DISPOSED, Stage.STUDIED, Stage.CLOSED})),
    Work(Act.MERGE, _OPEN, Stage.MERGED),
    Work(Act.ADMIT, _ALL),
    Work(Act.RECUSE, _ALL),
    Work(Act.HOLD, _ALL),
    Work(Act.HOLD_TOO, _ALL),
    Work(Act.RELEASE, _ALL),
    Work(Act.RELEASE_TOO, _ALL),
)
"""Refused unless a row allows it."""

_STAGE_OF: Mapping[Act, Stage] = {each.act: each.to for each in WORKS if each.to}
_JUDGED: Mapping[Nature, Stage] = {
    Nature.OURS: Stage.ACCEPTED,
    Nature.CRIME: Stage.HANDOVER,
    Nature.DISCIPLINE: Stage.HANDOVER,
    Nature.ELSEWHERE: Stage.HANDOVER,
    Nature.THIN: Stage.PARKED,
}


def stage(entries: Sequence[Entry]) -> Stage:
    """Return where the entries lead."""
    now = Stage.NEW
    for each in entries:
        if each.act is Act.JUDGE:
            now = _JUDGED[Nature(each.facts["nature"])]
        elif each.act is Act.STUDY:
            now = Stage.PARKED if each.facts["outcome"] == Outcome.PARKED else Stage.STUDIED
        else:
            now = _STAGE_OF.get(each.act, now)
    return now


def since_reopened(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return what counts now: new evidence asks for a new hearing, a new outcome and new words."""
    last = max((at for at, each in enumerate(entries) if each.act is Act.REOPEN), default=0)
    return entries[last:]


def outcome(entries: Sequence[Entry]) -> Outcome | None:
    """Return what came out, the newest word; None before anybody said."""
    found = None
    for each in since_reopened(entries):
        if each.act is Act.STUDY:
            found = Outcome(each.facts["outcome"])
        elif each.act is Act.JUDGE:
            found = Outcome.PARKED if each.facts["nature"] == Nature.THIN else None
    return found


def possible(entries: Sequence[Entry], reader: str) -> list[Act]:
    """Return what a receiver may do now, in the order of the work."""
    return [each.act for each in WORKS if _why_not(each.act, entries, reader) is None]


def check(act: Act, entries: Sequence[Entry], reader: str) -> None:
    """Raise Refusal unless a receiver may do this now."""
    why = _why_not(act, entries, reader)
    if why is not None:
        raise Refusal(why, rule="P51")


def _why_not(act: Act, entries: Sequence[Entry], reader: str) -> str | None:
    work, now = next(each for each in WORKS if each.act is act), stage(entries)
    if now not in work.at:
        return f"这件现在是「{now}」，还不能（或不再能）{act}"
    guard = _GUARDS.get(act)
    return guard(entries, reader) if guard else None


Guard = Callable[[Sequence[Entry], str], str | None]
"""Takes entries and a receiver's name; returns why they may not, in one sentence."""


def _dispose(entries: Sequence[Entry], _reader: str) -> str | None:
    if outcome(entries) in (Outcome.CONFIRMED, Outcome.PARTLY):
        return None
    return "没有查证属实的，不处置；请直接「反馈」"


def _rectify(entries: Sequence[Entry], _reader: str) -> str | None:
    if outcome(entries) in (Outcome.CONFIRMED, Outcome.PARTLY):
        return None
    return "没有查证属实的，不从这里开整改通知"


def _feedback(entries: Sequence[Entry], _reader: str) -> str | None:
    confirmed = outcome(entries) in (Outcome.CONFIRMED, Outcome.PARTLY)
    if confirmed and stage(entries) is Stage.STUDIED:
        return "查证属实的先「处置」或「移送」，再反馈"
    return None


def _draft(entries: Sequence[Entry], _reader: str) -> str | None:
    if open_draft(entries):
        return "已有一份通报等复核"
    if outcome(entries) in (None, Outcome.PARKED):
        return "没有结论的不通报，也不澄清"
    return None


def _review(entries: Sequence[Entry], reader: str) -> str | None:
    draft = open_draft(entries)
    if draft is None:
        return "没有等复核的通报"
    return "通报由另一位受理人复核，起草的人不复核自己的" if draft.by == reader else None


def _hold(entries: Sequence[Entry], _reader: str) -> str | None:
    if held(entries):
        return "已经封存了"
    return "已经有人申请封存，等另一位受理人确认" if requested(entries) else None


def _release(entries: Sequence[Entry], _reader: str) -> str | None:
    if not held(entries):
        return "没有封存"
    return "已经有人申请解除，等另一位受理人确认" if requested(entries) else None


def _confirm(first: Act) -> Guard:
    def confirm(entries: Sequence[Entry], reader: str) -> str | None:
        request = requested(entries)
        if request is None or request.act is not first:
            return f"没有等确认的「{first}」"
        return "要两个人，申请的人不能自己确认" if request.by == reader else None

    return confirm


_GUARDS: Mapping[Act, Guard] = {
    Act.DISPOSE: _dispose,
    Act.FEEDBACK: _feedback,
    Act.RECTIFY: _rectify,
    Act.DRAFT: _draft,
    Act.REVIEW: _review,
    Act.HOLD: _hold,
    Act.HOLD_TOO: _confirm(Act.HOLD),
    Act.RELEASE: _release,
    Act.RELEASE_TOO: _confirm(Act.RELEASE),
}

_HOLDING = (Act.HOLD, Act.HOLD_TOO, Act.RELEASE, Act.RELEASE_TOO)


def requested(entries: Sequence[Entry]) -> Entry | None:
    """Return the request to hold a case, or to let it go, that waits for a second receiver. One that cites
    the written order of an authority waits for nobody."""
    last = next((each for each in reversed(entries) if each.act in _HOLDING), None)
    waits = last and last.act in (Act.HOLD, Act.RELEASE) and not last.facts.get("order")
    return last if waits else None


def held(entries: Sequence[Entry]) -> bool:
    """Tell whether a case must not be emptied."""
    now = False
    for each in entries:
        if each.act is Act.HOLD_TOO or (each.act is Act.HOLD and each.facts.get("order")):
            now = True
        elif each.act is Act.RELEASE_TOO or (each.act is Act.RELEASE and each.facts.get("order")):
            now = False
    return now


def open_draft(entries: Sequence[Entry]) -> Entry | None:
    """Return the text for the public that waits for its review."""
    now = since_reopened(entries)
    last = next((each for each in reversed(now) if each.act in (Act.DRAFT, Act.REVIEW)), None)
    return last if last and last.act is Act.DRAFT else None


def published(entries: Sequence[Entry]) -> Entry | None:
    """Return the newest text for the public that passed its review."""
    found, draft = None, None
    for each in since_reopened(entries):
        if each.act is Act.DRAFT:
            draft = each
        elif each.act is Act.REVIEW and each.facts["verdict"] == PASSED:
            found = draft
    return found


# What a text must not be.


def check_hearing(entries: Sequence[Entry], found: Outcome) -> None:
    """Nothing is confirmed before the person concerned was heard, or refused before two (decision 32).

    Raises Refusal."""
    heard = any(each.act is Act.HEAR for each in since_reopened(entries))
    if found in (Outcome.CONFIRMED, Outcome.PARTLY) and not heard:
        raise Refusal("还没有听取被反映人的陈述和申辩，不能认定属实。先做「听取陈述申辩」", rule="P52")


_FALSE = ("诬告", "诬陷")


def check_blame(text: str, authority: str) -> None:
    """Only an authority finds that somebody accused falsely and on purpose (decision 32). Raises Refusal."""
    if any(word in text for word in _FALSE) and not authority.strip():
        raise Refusal("诬告陷害只由有权机关认定：请写明认定机关和文号，没有就不要这样写", rule="P52")


def repeated(text: str, said: Iterable[str]) -> str:
    """Return what a text has in common with the reporter's words; "" for nothing worth naming."""
    plain = _bare(text)
    known = [_bare(each) for each in said]
    runs = (plain[at : at + REPEATED_SIGNS] for at in range(len(plain) - REPEATED_SIGNS + 1))
    return next((run for run in runs if any(run in each for each in known)), "")


def _bare(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


_ASIDE = frozenset(
    {Act.OPENED, Act.CONCLUSION, Act.NOTE, Act.ADMIT, Act.RECUSE, Act.RECTIFY, Act.DRAFT, Act.REVIEW}
    | {Act.HOLD, Act.HOLD_TOO, Act.RELEASE, Act.RELEASE_TOO, Act.TOOK_IN}
)
"""What receivers do without going on with what the reporter said."""


def unanswered(entries: Sequence[Entry]) -> bool:
    """Tell whether the reporter said something with which nobody went on."""
    said = [each for each in entries if each.act not in _ASIDE]
    return bool(said) and not said[-1].by


def unseen(entries: Sequence[Entry], reader: str) -> bool:
    """Tell whether the reporter said something since a receiver opened the case or acted on it last."""
    looked = [at for at, each in enumerate(entries) if each.by == reader]
    return any(not each.by for each in entries[looked[-1] if looked else 0 :])


def places(entries: Sequence[Entry]) -> dict[int, int]:
    """Return the box of each receiver who can read a case, by receiver id, as its entries say."""
    found: dict[int, int] = {}
    for each in entries:
        for pair in filter(None, each.facts.get("places", "").split(",")):
            place, _, receiver = pair.partition(":")
            found[int(receiver)] = int(place)
        if each.act is Act.RECUSE:
            found.pop(int(each.facts["receiver"]), None)
    return found


def recused(entries: Sequence[Entry]) -> frozenset[int]:
    """Return the receiver ids of those who recused themselves."""
    return frozenset(int(each.facts["receiver"]) for each in entries if each.act is Act.RECUSE)


def kept_out(entries: Sequence[Entry]) -> list[str]:
    """Return the keys of the people whom a case was kept from, and those that were taken into it."""
    return [key for each in entries for key in each.facts.get("excluded", "").split(",") if key]


def only_outside(entries: Sequence[Entry]) -> bool:
    """Tell whether a reporter wanted nobody inside to read it."""
    return any(each.facts.get("unsure") for each in entries)


_SAID = ("who", "when", "where", "others", "kind")


def reporters_words(entries: Sequence[Entry]) -> list[str]:
    """Return all that the reporter wrote of the matter."""
    theirs = [each for each in entries if not each.by]
    return [each.text for each in theirs] + [
        each.facts[name] for each in theirs for name in _SAID if each.facts.get(name)
    ]
