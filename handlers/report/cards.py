"""How the month's overview, the morning's news and an alarm look; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.contract.card import Board, Button, Card, Section, Tone
from handlers.contract.chart import Chart, Series
from handlers.contract.figures import Figure
from handlers.contract.watch import News
from handlers.contract.wording import month_words
from handlers.report import rules

NAMED, LINES, BUTTONS = 5, 8, 5


def month(
    subject: str, month: str, figures: Sequence[Figure], chart: Chart, head: str, answered: bool
) -> Card:
    """Return a month on a card: names first, then numbers. `head` is the end of the journal, empty for who
    does not keep it; in an answer there is the way to the page, else the button that leads there."""
    names, told = rules.lacking(figures), rules.has_something(figures)
    lines = [f"· {each}" for each in names[:NAMED]]
    if len(names) > NAMED:
        lines.append(f"还有 {len(names) - NAMED} 件，请看看板")
    unknown = "、".join(f"{title}（{clause}）" for clause, title in rules.UNKNOWN.items())
    numbers = (*(rules.said(each) for each in figures), f"还没有数据：{unknown}")
    return Card(
        title=f"{month_words(month)}月报",
        subject=subject,
        tone=Tone.PENDING if names else Tone.GOOD if told else Tone.MUTED,
        tag=f"要跟进 {len(names)} 件" if names else "都齐了" if told else "还没有记录",
        preview="月报",
        sections=(
            *((Section(tuple(lines), title="要跟进的"),) if lines else ()),
            Section(numbers, title="这个月"),
            *((Section((head,), title="流水账"),) if head else ()),
        ),
        chart=chart,
        board=Board("report.month", month, "打开看板") if answered else None,
        buttons=()
        if answered
        else (Button("打开看板", "report.open", {"month": month}, say=f"月报 {month}"),),
    )


def found_by(months: Sequence[str], figures: Mapping[str, Sequence[Figure]]) -> Chart:
    """Return who found the findings of each month."""
    own = {month: next(each for each in figures[month] if each.key == "self") for month in months}
    return Chart(
        title="问题是谁发现的",
        labels=tuple(month_label(each) for each in months),
        series=(
            Series("自己发现", tuple(float(own[each].part) for each in months)),
            Series("别人发现", tuple(float(own[each].whole - own[each].part) for each in months)),
        ),
        unit="件",
    )


def month_label(month: str) -> str:
    """Return a month as it stands under a chart: 9月."""
    return f"{int(month[5:])}月"


def news(subject: str, found: Sequence[News]) -> Card:
    """Return what is new since the last such card."""
    lines = [f"{place}. {each.line}" for place, each in enumerate(found[:LINES], 1)]
    if len(found) > LINES:
        lines.append(f"还有 {len(found) - LINES} 件，发「总览」看。")
    buttons = [
        Button(f"看 {place}", each.button.act, each.button.args, say=each.button.say)
        for place, each in enumerate(found[:LINES], 1)
        if each.button
    ]
    return Card(
        title="监督简报",
        subject=subject,
        tone=Tone.INFO,
        preview="有新的情况",
        sections=(Section(tuple(lines)),),
        buttons=tuple(buttons[:BUTTONS]),
    )


def alarm(subject: str, one: News) -> Card:
    """Return what cannot wait."""
    return Card(
        title="请马上看一下",
        subject=subject,
        tone=Tone.BAD,
        preview="有情况要您马上看",
        sections=(Section((one.line,)),),
        buttons=(one.button,) if one.button else (),
    )
