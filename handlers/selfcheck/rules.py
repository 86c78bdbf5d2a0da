"""Which month is checked when, what a sheet asks, and what its answers mean; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from handlers.contract.ledger import Fact, Sample
from handlers.contract.refusal import Refusal
from handlers.mechanisms.sheet.forms import clean_ends

SUBMIT = "selfcheck.submit"
ONE_DAY = timedelta(days=1)
DECEMBER = 12
RUNGS = (-1, 0, 1, 3)
DUE_WORKDAY = 5
"""The working day of the next month by which a sheet is due (decision 17)."""

TEMPLATE_SETTING = "selfcheck.sections"
SECTIONS = ("资金使用", "物资管理", "合作方对接")
"""What a sheet is about (P48), as long as no resolution of the council says otherwise."""

MOST_SECTIONS, SECTION_LIMIT = 6, 10
LATE_DAYS = 5
"""Working days for a sheet whose month was over before it could be opened."""

CLAUSE = "方案二（三）：业务部门每月自查自纠，自查发现的问题限期整改并提交书面报告"
ASKED = "改好并写明怎么改的，附照片或文件"

FACT_ANSWERS = ("属实，正在处理", "已处理", "不属实")
SAME, DIFFERENT, NOTHING = "一致", "不一致", "没有单据"
ZERO, FOUND = "zero", "found"
ZERO_WORDS = "零报告：以上我逐项看过，没有发现别的问题"
FOUND_WORDS = "发现了问题，写在下面"
MOST_FACTS, MOST_ISSUES, TEXT_LIMIT = 4, 3, 300


class Draft(Struct, frozen=True):
    """What a sheet shows before it is answered: fixed by the ledger, not by who answers. `template` is the
    version of the sections, 0 the plan's own."""

    facts: tuple[Fact, ...]
    sample: Sample | None
    sections: tuple[str, ...] = SECTIONS
    template: int = 0


class Answers(Struct, frozen=True):
    """A sheet understood. `issues` were found by the team itself; `doubt` is what it is least sure of."""

    facts: tuple[tuple[str, str], ...]
    sample: tuple[str, str] | None
    zero: bool
    issues: tuple[str, ...]
    doubt: str


def months_to_open(newest: str | None, now: date, first: date, due: date) -> list[str]:
    """Return the months whose rounds are to be opened, the oldest first: all that were missed since the
    `newest` round, up to the month before `now`'s once its `first` working day has come. The first round
    of a new installation is not opened after its `due` day; a round that is open takes in new units until
    then."""
    latest = month_before(now) if now >= first else month_before(now.replace(day=1) - ONE_DAY)
    if newest is None:
        return [latest] if first <= now <= due else []
    missed: list[str] = []
    while latest > newest:
        missed.insert(0, latest)
        latest = month_before(date.fromisoformat(f"{latest}-01"))
    return missed or ([newest] if now <= due and newest == month_before(now) else [])


def following(month: str) -> tuple[int, int]:
    """Return year and month after a month."""
    year, number = map(int, month.split("-"))
    return (year, number + 1) if number < DECEMBER else (year + 1, 1)


def section_of(issue: str, sections: Sequence[str]) -> str:
    """Return the section that an issue begins with the name of, or a part of it: `物资：领料没有登记`."""
    named = re.split(r"[：: ，]", issue, maxsplit=1)[0]
    return next((each for each in sections if len(named) >= 2 and each.startswith(named)), "")


def clause(issue: str, sections: Sequence[str]) -> str:
    """Return what an issue that a team found itself is about, for its notice."""
    about = section_of(issue, sections)
    return f"{about}。{CLAUSE}" if about else CLAUSE


def template(typed: str) -> tuple[str, ...]:
    """Return the sections that somebody typed, parted by 、. Raises Refusal."""
    sections = tuple(each for part in re.split("[、，,\n]", typed) if (each := clean_ends(part)))
    if not 0 < len(sections) <= MOST_SECTIONS or len(set(sections)) < len(sections):
        raise Refusal(f"请写 1 到 {MOST_SECTIONS} 个不重复的方面，用顿号隔开，例如「{'、'.join(SECTIONS)}」")
    if long := next((each for each in sections if len(each) > SECTION_LIMIT), ""):
        raise Refusal(f"「{long}」太长了，每个方面最多 {SECTION_LIMIT} 个字")
    return sections


def month_before(day: date) -> str:
    """Return the month before a day's, `2026-09`."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return f"{year:04}-{month:02}"


def seed(month: str, unit_key: str) -> str:
    """Return what decides which record is drawn: the same for the same sheet, however often it is asked."""
    return hashlib.sha256(f"{month}:{unit_key}".encode()).hexdigest()


def understand(draft: Draft, values: Mapping[str, str]) -> Answers | Mapping[str, str]:
    """Return what the answers mean, or by question what to mend, one Chinese sentence each."""
    problems: dict[str, str] = {}
    facts = []
    for place, fact in enumerate(draft.facts):
        answer = values.get(f"fact{place}", "").strip()
        if answer not in FACT_ANSWERS:
            problems[f"fact{place}"] = f"请选一个：{'、'.join(FACT_ANSWERS)}"
        facts.append((fact.text, answer))
    looked = values.get("sample", "").strip()
    if draft.sample and looked not in (SAME, DIFFERENT, NOTHING):
        problems["sample"] = f"请把 {draft.sample.number} 翻出来对一遍，再选"
    lines = (clean_ends(line) for line in values.get("issues", "").splitlines())
    issues = tuple(dict.fromkeys(line for line in lines if line))
    verdict = values.get("verdict", "").strip()
    problems |= _verdict(verdict, issues, draft.sample is not None and looked in (DIFFERENT, NOTHING))
    doubt = clean_ends(values.get("doubt", ""))
    if len(doubt) > TEXT_LIMIT:
        problems["doubt"] = f"最多 {TEXT_LIMIT} 个字，现在 {len(doubt)} 个"
    if problems:
        return problems
    sample = (draft.sample.number, looked) if draft.sample else None
    return Answers(tuple(facts), sample, verdict == ZERO, issues, doubt)


def _verdict(verdict: str, issues: Sequence[str], sample_is_off: bool) -> dict[str, str]:
    if verdict not in (ZERO, FOUND):
        return {"verdict": "请选零报告，或者写上发现的问题"}
    if verdict == ZERO and issues:
        return {"verdict": "写了问题就不是零报告了，请改选「发现了问题」，或者清空问题"}
    if verdict == ZERO and sample_is_off:
        return {"verdict": "抽到的单子对不上，请选「发现了问题」，把它写上一行"}
    if verdict == FOUND and not issues:
        return {"issues": "请写上问题，一行一件"}
    if len(issues) > MOST_ISSUES:
        return {"issues": f"一次最多 {MOST_ISSUES} 件，请挑最要紧的；其余的直接告诉监事"}
    long = next((each for each in issues if len(each) > TEXT_LIMIT), "")
    return {"issues": f"每件最多 {TEXT_LIMIT} 个字，有一件 {len(long)} 个"} if long else {}
