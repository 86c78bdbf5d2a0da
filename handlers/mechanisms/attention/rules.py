"""The week's budget of one person; pure."""

from __future__ import annotations

from datetime import date, timedelta

BUDGET_SETTING = "attention.weekly"
BUDGET_DEFAULT = 3
"""Messages a week to a person beside approvals and what is overdue (decision 35)."""


def week(day: date) -> tuple[date, date]:
    """Return Monday and Sunday of a day's week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def said(number: int, budget: int) -> str:
    """Say which message of the week this is."""
    return f"本周第 {number} 条提醒（每周最多 {budget} 条，签批和逾期的另算）"
