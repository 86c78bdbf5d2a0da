"""How money, moments and typed amounts read in Chinese; pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from handlers.contract.refusal import Refusal

MOST_FEN = 10_000_000_000
"""One hundred million yuan: beyond it a typed amount is surely a slip."""

CENT_DIGITS = 2

_PLAIN = re.compile(r"[+-]?\d+(\.\d*)?|[+-]?\.\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def yuan(fen: int) -> str:
    """Return 分 as `¥1,280.50`."""
    return f"¥{Decimal(fen) / 100:,.2f}"


def moment(at: datetime, zone: str) -> str:
    """Return a time as `11-23 09:12` in the organisation's zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


def in_one_line(text: str) -> str:
    """Return words without their breaks: among other lines, none of theirs is to pass for another's."""
    return " ".join(text.split())


def month_words(month: str) -> str:
    """Return a month as people say it: 2026年9月."""
    year, _, number = month.partition("-")
    return f"{year}年{int(number)}月"


@dataclass(frozen=True)
class Resolution:
    """A resolution of the council: its number as typed, and the day it was taken."""

    number: str
    decided_on: date


_RESOLUTION = re.compile(r"(.*?)\s*决议\s*(\S{1,60})\s+(\d{4}-\d{2}-\d{2})", re.DOTALL)


def resolution_in(typed: str, example: str) -> tuple[str, Resolution]:
    """Return what stands before 「决议 编号 日期」, and the resolution. Raises Refusal, with the `example` of
    what stands before."""
    found = _RESOLUTION.fullmatch(typed.strip())
    if found is None:
        raise Refusal(f"请写成「{example} 决议 2026-05 2026-03-01」：后面是决议编号和决议日期")
    try:
        return found[1], Resolution(found[2], date.fromisoformat(found[3]))
    except ValueError:
        raise Refusal(f"{found[3]} 不是一个日期，请写成 2026-03-01 这样") from None


def fen(typed: str) -> int:
    """Return an amount as a person types it (`１２８．５`, `1,280.50元`, `￥30`) in 分.

    Raises Refusal with what is wrong: not a number, not above zero, more than two decimals, too large.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    bare = re.sub(r"^(人民币|RMB|CNY|¥)|(元整?|块|RMB|CNY)$", "", text, flags=re.IGNORECASE)
    if not bare:
        raise Refusal("请填金额，例如 128.50")
    if not (_PLAIN.fullmatch(bare) or _GROUPED.fullmatch(bare)) or not bare.isascii():
        raise Refusal(f"看不懂金额「{typed.strip()[:20]}」，请写成元，例如 1280.50")
    amount = Decimal(bare.replace(",", ""))
    if amount <= 0:
        raise Refusal("金额要大于 0，例如 128.50")
    if len(bare.partition(".")[2].rstrip("0")) > CENT_DIGITS:
        raise Refusal("金额最多两位小数（到分），例如 128.50")
    if amount > MOST_FEN // 100:
        raise Refusal("金额太大了，请检查有没有多打几位")
    return int(amount * 100)
