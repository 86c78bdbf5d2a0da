"""The map of the plan: a card with what is missing, a page with every clause; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.contract.card import Board, Button, Card, Field, Section, Tone
from handlers.contract.coverage import Light
from handlers.contract.view import Table, View, row
from handlers.coverage.plan import Part, Phase
from handlers.coverage.rules import Line, counts, missing

TITLE = "我们还差什么"
MOST_REDS = 8
WORDS = {
    Light.GREEN: "● 有证据",
    Light.YELLOW: "◐ 进行中",
    Light.RED: "○ 还缺",
    Light.GREY: "－ 不适用",
}
"""A mark and a word: never colour alone."""

HOW = Section(
    (
        "● 有证据：助手的记录里看得到。◐ 进行中：在办，或还没到期。○ 还缺：没有记录，或逾期了。",
        "助手还不管的事线下做了，秘书长或理事长发「覆盖 已做 P13 做了什么 决议 编号 日期」，一年内有效。",
        "理事会决议不适用的，发「覆盖 不适用 P60 原因 决议 编号 日期」；要撤掉，发「覆盖 适用 P60」。",
    ),
    title="怎么看、怎么登记",
)

TONES = {
    Light.GREEN: Tone.GOOD,
    Light.YELLOW: Tone.PENDING,
    Light.RED: Tone.BAD,
    Light.GREY: Tone.MUTED,
}


def card(found: Sequence[Line], day: date, reader: int) -> Card:
    """Return the counts, and the first of what is missing by name."""
    reds = missing(found)
    shown = [f"{each.clause.number} {each.clause.title}：{each.evidence}" for each in reds[:MOST_REDS]]
    if len(reds) > MOST_REDS:
        shown.append(f"还有 {len(reds) - MOST_REDS} 条，打开页面或下载 PDF 看全部")
    return Card(
        title=TITLE,
        subject=f"coverage:{reader}",
        tone=Tone.BAD if reads_bad(found) else Tone.GOOD,
        subtitle=f"{summary(found)} · {_day(day)}",
        preview=TITLE,
        fields=fields(found),
        sections=(Section(tuple(shown) or ("方案里的每一条都有着落 🎉",), title="还缺的"),),
        buttons=(Button("下载 PDF", "coverage.paper", say="还差什么 PDF"),),
        board=Board("coverage.map"),
    )


def view(found: Sequence[Line], day: date) -> View:
    """Return the page: every clause under its part of the plan."""
    return View(
        title=TITLE,
        tone=Tone.BAD if reads_bad(found) else Tone.GOOD,
        subtitle=f"{summary(found)} · {_day(day)}",
        fields=fields(found),
        parts=(*tables(found), HOW),
    )


def reads_bad(found: Sequence[Line]) -> bool:
    """Whether anything is missing."""
    return any(each.light is Light.RED for each in found)


def summary(found: Sequence[Line]) -> str:
    """Say how far it is, with the n that it is counted of."""
    by = counts(found)
    asked = len(found) - by[Light.GREY]
    return f"方案 {asked} 条要做，{by[Light.GREEN]} 条有证据"


def fields(found: Sequence[Line]) -> tuple[Field, ...]:
    """Return how many clauses have each light."""
    return tuple(Field(WORDS[light], f"{n} 条（共 {len(found)} 条）") for light, n in counts(found).items())


def tables(found: Sequence[Line]) -> tuple[Table, ...]:
    """Return a table for each part of the plan."""
    return tuple(_table(part, [each for each in found if each.clause.part is part]) for part in Part)


def _table(part: Part, found: Sequence[Line]) -> Table:
    by = counts(found)
    return Table(
        f"{part}（{len(found) - by[Light.GREY]} 条，{by[Light.GREEN]} 条有证据）",
        ("条款", "情况", "证据", "靠什么"),
        tuple(
            row(_title(each), WORDS[each.light], each.evidence, each.mechanism, tone=TONES[each.light])
            for each in found
        ),
    )


def _title(one: Line) -> str:
    phase = "" if one.clause.phase is Phase.ALWAYS else f"（{one.clause.phase}）"
    return f"{one.clause.number} {one.clause.title}{phase}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
