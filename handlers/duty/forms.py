"""The list of duties as a file: its columns, and what its cells mean; pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.contract.wording import Resolution
from handlers.duty import rules
from handlers.duty.due import After, Due, Yearly, due_in, due_words
from handlers.duty.rules import Duty, Group
from handlers.mechanisms.sheet.forms import Cells, Layout, Sheet, clean_ends, day, plain, text_of, understood

COLUMNS = ("code", "title", "group", "owners", "confirms", "due", "lead", "evidence", "provisional", "on")
DUTIES = Layout(COLUMNS, ("resolution", "date"))
YES, NO = "是", "否"
RESOLUTION_LIMIT = 60


@dataclass(frozen=True)
class DutyRow:
    """One duty as the file has it, and the resolution that changes it, None where there is none."""

    duty: Duty
    by: Resolution | None


def duties(raw: bytes) -> Sheet[DutyRow]:
    """Understand a file of duties. A row without its code is left out."""
    return understood(raw, DUTIES, _row, lambda said: bool(said.duty.code))


def written(found: Iterable[tuple[Duty, Resolution | None]]) -> str:
    """Return duties as the file from which they can be imported."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow((*DUTIES.needed, *DUTIES.optional))
    for each, by in found:
        roles = (";".join(each.owners), ";".join(each.confirms))
        said = (due_words(each.due), each.lead, each.evidence, _yes(each.provisional), _yes(each.on))
        resolved = (by.number, by.decided_on.isoformat()) if by else ("", "")
        rows.writerow((each.code, each.title, each.group, *roles, *said, *resolved))
    return out.getvalue()


def _yes(said: bool) -> str:
    return YES if said else NO


def _row(cells: Cells) -> DutyRow:
    otherwise: Due = Yearly(12, 31)
    due = cells.take("due", due_in, otherwise)
    return DutyRow(
        Duty(
            cells.take("code", _code, ""),
            cells.take("title", text_of(rules.TEXT_LIMIT, empty="空着，请写这是什么事"), ""),
            cells.take("group", _group, Group.GOVERNANCE),
            cells.take("owners", _roles, ()),
            cells.take("confirms", _roles, ()),
            due,
            0 if isinstance(due, After) else cells.take("lead", _lead, 1),
            cells.take("evidence", text_of(rules.TEXT_LIMIT, empty="空着，请写要交什么"), ""),
            cells.take("on", _is_yes, False),
            provisional=cells.take("provisional", _is_yes, False),
        ),
        _resolution(cells),
    )


def _resolution(cells: Cells) -> Resolution | None:
    number = cells.take("resolution", text_of(RESOLUTION_LIMIT), "")
    if not number:
        return None
    return Resolution(number, cells.take("date", day, date.min))


def _code(text: str) -> str:
    if not rules.CODE.fullmatch(plain(text)):
        raise Refusal("要以大写字母开头，由字母和数字组成，最多 11 个，例如 P54a 或 QT1")
    return plain(text)


def _group(text: str) -> Group:
    if text not in set(Group):
        raise Refusal(f"「{text[:20]}」不认识，可用的是 {'、'.join(Group)}")
    return Group(text)


def _roles(text: str) -> tuple[Role, ...]:
    roles = [each for part in re.split("[;；、]", text) if (each := clean_ends(part))]
    if not roles:
        raise Refusal("空着，请写职务，几个职务用 ; 隔开，前面的先做")
    if unknown := next((each for each in roles if each not in set(Role)), ""):
        raise Refusal(f"里有不认识的职务「{unknown[:20]}」，可用的是 {'、'.join(Role)}")
    return tuple(Role(each) for each in dict.fromkeys(roles))


def _lead(text: str) -> int:
    found = plain(text)
    if not found.isdecimal() or not 1 <= int(found) <= rules.LEAD_LIMIT:
        raise Refusal(f"要是 1 到 {rules.LEAD_LIMIT} 之间的数：提前几个工作日打开")
    return int(found)


def _is_yes(text: str) -> bool:
    if text not in (YES, NO):
        raise Refusal(f"「{text[:20]}」看不懂：请写「{YES}」或「{NO}」")
    return text == YES
