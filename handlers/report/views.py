"""The board: half a year side by side, who is missing, and how much everybody has heard this week."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.card import Section
from handlers.contract.chart import Chart, ChartKind, Series
from handlers.contract.context import Asked
from handlers.contract.figures import Figure
from handlers.contract.view import Table, View, row
from handlers.contract.wording import month_words
from handlers.mechanisms.attention import rules as attention_rules
from handlers.mechanisms.attention import service as attention
from handlers.report import cards, rules, service
from handlers.report.service import Sources
from scheduler.clock import today
from storage import people, pushes

RATES = ("closed", "sheets", "duties")
"""What is drawn as lines; the table has all."""


def board(sources: Sources, ctx: Asked, argument: str) -> View:
    """One reader's page. Raises Refusal."""
    rules.may_read(ctx.person)
    month = rules.month_in(argument, today(ctx.now, ctx.zone))
    until = rules.months_before(today(ctx.now, ctx.zone), rules.MONTHS)
    figures = {each: service.numbers(ctx, sources, each) for each in until}
    shown = figures.get(month) or service.numbers(ctx, sources, month)
    return View(
        title=f"{month_words(month)}看板",
        parts=(
            _lacking(month, shown),
            _side_by_side(until, figures),
            cards.found_by(until, figures),
            _rates(until, figures),
            _heard(ctx),
        ),
    )


def _lacking(month: str, figures: Sequence[Figure]) -> Section:
    return Section(tuple(rules.lacking(figures)) or ("都齐了",), title=f"{month_words(month)}要跟进的")


def _side_by_side(months: Sequence[str], figures: dict[str, list[Figure]]) -> Table:
    rows = tuple(
        row(f"{each.title}（{each.clause}）", *(rules.value(figures[month][n]) for month in months))
        for n, each in enumerate(figures[months[-1]])
    )
    return Table("近六个月", ("指标", *(cards.month_label(each) for each in months)), rows)


def _rates(months: Sequence[str], figures: dict[str, list[Figure]]) -> Chart:
    named = {each.key: each.title for each in figures[months[-1]]}
    return Chart(
        title="完成的比例",
        labels=tuple(cards.month_label(each) for each in months),
        series=tuple(
            Series(
                named[key],
                tuple(
                    next((rules.rate(each) for each in figures[month] if each.key == key), None)
                    for month in months
                ),
            )
            for key in RATES
        ),
        kind=ChartKind.LINE,
        unit="%",
    )


def _heard(ctx: Asked) -> Table:
    """How many messages counted against everybody's week (decision 35)."""
    counts = pushes.in_week(ctx.tx, *attention_rules.week(today(ctx.now, ctx.zone)))
    budget = attention.budget(ctx)
    names = people.by_ids(ctx.tx, list(counts))
    rows = tuple(
        row(names[person].name, f"{count}/{budget} 条")
        for person, count in sorted(counts.items(), key=lambda each: (-each[1], names[each[0]].key))
    )
    return Table("本周提醒了谁几次（签批和逾期的另算）", ("谁", "次数"), rows, "这周还没有提醒过谁")
