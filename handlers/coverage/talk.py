"""How people ask what is still missing, and say what does not apply."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from handlers.contract.context import Asked
from handlers.contract.coverage import OnCovers
from handlers.contract.incoming import Click, Message
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from handlers.contract.view import View
from handlers.coverage import cards, service
from handlers.coverage.rules import Resolved
from scheduler.clock import today

Sources = Sequence[OnCovers]
_SETTLED = re.compile(r"(不适用|已做)\s+(P\d+[a-z]?)\s+(.+?)\s+决议\s*(\S+)\s+(\d{4}-\d{2}-\d{2})")
_AGAIN = re.compile(r"适用\s+(P\d+[a-z]?)")
HOW = (
    "请写成「覆盖 不适用 P60 原因 决议 2026-05 2026-03-01」、"
    "「覆盖 已做 P13 做了什么 决议 2026-05 2026-03-01」，撤掉写「覆盖 适用 P60」"
)


def missing(sources: Sources, ctx: Asked, message: Message) -> Reply:
    """还差什么: the card; 还差什么 PDF: the paper."""
    if message.rest.strip().upper() == "PDF":
        return _paper(sources, ctx)
    return Reply(card=cards.card(service.whole(ctx, sources), today(ctx.now, ctx.zone), ctx.person.id))


def paper(sources: Sources, ctx: Asked, click: Click) -> Reply:
    """下载 PDF."""
    return _paper(sources, ctx)


def board(sources: Sources, ctx: Asked, argument: str) -> View:
    """The page."""
    return cards.view(service.whole(ctx, sources), today(ctx.now, ctx.zone))


def settle(ctx: Asked, message: Message) -> Reply:
    """覆盖 不适用 or 已做 P60 原因 决议 2026-05 2026-03-01; 覆盖 适用 P60 takes either back."""
    text = message.rest.strip()
    if found := _AGAIN.fullmatch(text):
        clause = service.take_back(ctx, found[1])
        return Reply(text=f"「{clause.title}」的登记撤掉了，又按记录算。")
    found = _SETTLED.fullmatch(text)
    if found is None:
        raise Refusal(HOW)
    act = service.exempt if found[1] == "不适用" else service.done_outside
    clause = act(ctx, found[2], Resolved(found[3], found[4], _day(found[5])))
    said = "标为不适用" if found[1] == "不适用" else "登记为线下已做"
    return Reply(text=f"「{clause.title}」{said}，依据决议 {found[4]}（{found[5]}）。监事会收到一句话。")


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Refusal(f"{typed} 不是一个日期，请写成 2026-03-01 这样") from None


def _paper(sources: Sources, ctx: Asked) -> Reply:
    service.send_paper(ctx, sources)
    words = "「我们还差什么」的 PDF 马上发给您"
    return Reply(toast=words, text=words)
