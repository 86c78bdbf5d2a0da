"""How people ask what is still missing, and say what does not apply."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Asked
from handlers.contract.coverage import OnCovers
from handlers.contract.incoming import Click, Message
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from handlers.contract.view import View
from handlers.contract.wording import resolution_in
from handlers.coverage import cards, service
from handlers.coverage.rules import Resolved
from scheduler.clock import today

Sources = Sequence[OnCovers]
HOW = (
    "请写成「覆盖 不适用 P60 原因 决议 2026-05 2026-03-01」、"
    "「覆盖 已做 P13 做了什么 决议 2026-05 2026-03-01」，撤掉写「覆盖 适用 P60」"
)
NOT, DONE, AGAIN = "不适用", "已做", "适用"
_SAID = {NOT: "标为不适用", DONE: "登记为线下已做"}


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
    what, number, rest = (*message.rest.split(maxsplit=2), "", "", "")[:3]
    if what == AGAIN and number:
        clause = service.take_back(ctx, number)
        return Reply(text=f"「{clause.title}」的登记撤掉了，又按记录算。")
    if what not in _SAID or not number:
        raise Refusal(HOW)
    reason, by = resolution_in(rest, f"覆盖 {what} {number[:10]} 原因")
    act = service.exempt if what == NOT else service.done_outside
    clause = act(ctx, number, Resolved(reason, by.number, by.decided_on))
    day = by.decided_on.isoformat()
    return Reply(text=f"「{clause.title}」{_SAID[what]}，依据决议 {by.number}（{day}）。监事会收到一句话。")


def _paper(sources: Sources, ctx: Asked) -> Reply:
    service.send_paper(ctx, sources)
    words = "「我们还差什么」的 PDF 马上发给您"
    return Reply(toast=words, text=words)
