"""What a notice asks of the one who writes it, and what the answers mean; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.card import Button, Card, Form, Kind, Option, Question, Section, Style, Tone
from handlers.contract.refusal import Refusal
from handlers.mechanisms.finding.cards import TEXT_LIMIT
from handlers.mechanisms.finding.rules import RECTIFY_DAYS, Source
from handlers.mechanisms.sheet.forms import clean_ends

if TYPE_CHECKING:
    from handlers.mechanisms.units.rules import Unit
    from storage.people import Person

SOURCES = (Source.CHECK, Source.MEMBERS, Source.PUBLIC, Source.AUDIT)
"""What a supervisor can name; 自查 opens by itself."""

CLAUSE_LIMIT, MOST_DAYS = 100, 60
REASON_LIMIT = 100


class Answers(Struct, frozen=True):
    """A notice understood: `days` are working days, `reason` says why more than usual."""

    unit: Unit
    owner: Person
    what: str
    clause: str
    asked: str
    source: Source
    days: int
    reason: str


def notice_form(units: Sequence[Unit], problems: Mapping[str, str], typed: Mapping[str, str]) -> Form:
    """Return the questions of a notice with what was answered before."""
    return Form(
        name="notice",
        questions=(
            Question(
                "unit",
                "部门或项目",
                Kind.CHOICE,
                options=tuple(Option(each.key, each.name) for each in units),
                default=typed.get("unit", ""),
            ),
            Question("owner", "责任人", default=typed.get("owner", ""), hint="姓名", limit=60),
            Question(
                "what",
                "问题",
                Kind.LONG_TEXT,
                default=typed.get("what", ""),
                hint="哪一天、什么事、证据在哪",
                limit=TEXT_LIMIT,
            ),
            Question(
                "clause",
                "依据",
                default=typed.get("clause", ""),
                hint="方案或制度的哪一条",
                limit=CLAUSE_LIMIT,
            ),
            Question(
                "asked",
                "整改要求",
                Kind.LONG_TEXT,
                default=typed.get("asked", ""),
                hint="改成什么样算改好",
                limit=TEXT_LIMIT,
            ),
            Question(
                "source",
                "来源",
                Kind.CHOICE,
                options=tuple(Option(each, each) for each in SOURCES),
                default=typed.get("source", Source.CHECK),
            ),
            *_term(typed),
        ),
        buttons=(Button("下发", "finding.open", {}, Style.PRIMARY),),
        at_once=True,
        problems=dict(problems),
        title="整改通知书",
    )


def _term(typed: Mapping[str, str]) -> tuple[Question, ...]:
    return (
        Question(
            "days",
            "期限（工作日）",
            default=typed.get("days", str(RECTIFY_DAYS)),
            hint=f"一般不超过 {RECTIFY_DAYS}",
            limit=2,
            decimal=True,
        ),
        Question(
            "reason",
            "为什么要更久",
            required=False,
            default=typed.get("reason", ""),
            hint=f"期限超过 {RECTIFY_DAYS} 个工作日才填",
            limit=REASON_LIMIT,
        ),
    )


def notice_card(form: Form, reader: int) -> Card:
    """Return the form as a card, with what has to be mended on top."""
    lines = tuple(f"⚠️ {each}" for each in form.problems.values())
    return Card(
        title="整改通知书",
        subject=f"finding-notice:{reader}",
        tone=Tone.BAD if lines else Tone.INFO,
        preview="整改通知书待填写",
        sections=(Section(lines, title="请改一下再下发"),) if lines else (),
        form=form,
    )


def understand(
    values: Mapping[str, str], units: Sequence[Unit], named: Sequence[Person]
) -> Answers | Mapping[str, str]:
    """Return the notice that the answers mean, or by question what to mend, one Chinese sentence each.

    `named` are the active people who bear the typed name."""
    problems: dict[str, str] = {}
    unit = next((each for each in units if values.get("unit", "").strip() in (each.key, each.name)), None)
    if unit is None:
        problems["unit"] = "请选择部门或项目"
    if len(named) != 1:
        who = "、".join(f"{each.key}（{each.department}）" for each in named)
        problems["owner"] = (
            f"有几位同名的，请填工号：{who}" if named else "名单里没有这位责任人，请填姓名全称"
        )
    texts = {
        name: _text(values, name, label, limit, problems)
        for name, label, limit in (
            ("what", "问题", TEXT_LIMIT),
            ("clause", "依据", CLAUSE_LIMIT),
            ("asked", "整改要求", TEXT_LIMIT),
        )
    }
    source = values.get("source", "").strip()
    if source not in set(SOURCES):
        problems["source"] = "请选择来源"
    days = _days(values.get("days", ""), problems)
    reason = values.get("reason", "").strip()
    if days > RECTIFY_DAYS and not reason:
        problems["reason"] = f"期限超过 {RECTIFY_DAYS} 个工作日要写明理由，或把期限改短"
    if problems or unit is None:
        return problems
    return Answers(
        unit, named[0], texts["what"], texts["clause"], texts["asked"], Source(source), days, reason
    )


def text(values: Mapping[str, str], label: str) -> str:
    """Return the words of an act. Raises Refusal when they are missing or too long."""
    problems: dict[str, str] = {}
    found = _text(values, "text", label, TEXT_LIMIT, problems)
    if problems:
        raise Refusal(problems["text"])
    return found


def _text(values: Mapping[str, str], name: str, label: str, limit: int, problems: dict[str, str]) -> str:
    found = clean_ends(values.get(name, ""))
    if not found:
        problems[name] = f"请写{label}"
    elif len(found) > limit:
        problems[name] = f"{label}最多 {limit} 个字，现在 {len(found)} 个"
    return found


def _days(typed: str, problems: dict[str, str]) -> int:
    try:
        days = int(typed.strip() or RECTIFY_DAYS)
    except ValueError:
        days = 0
    if not 1 <= days <= MOST_DAYS:
        problems["days"] = f"期限请写 1 到 {MOST_DAYS} 之间的工作日数，例如 {RECTIFY_DAYS}"
    return days
