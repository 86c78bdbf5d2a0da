"""How people ask for a month."""

from __future__ import annotations

from handlers.contract.context import Asked
from handlers.contract.incoming import Click, Message
from handlers.contract.reply import Reply
from handlers.report import service
from handlers.report.service import Sources


def month(sources: Sources, ctx: Asked, message: Message) -> Reply:
    """月报: the month before; 月报 2026-09: that one."""
    return Reply(card=service.open_month(ctx, sources, message.rest.strip()))


def open_board(sources: Sources, ctx: Asked, click: Click) -> Reply:
    """打开看板: the month anew, with the way to its page."""
    return Reply(card=service.open_month(ctx, sources, str(click.args.get("month", ""))))
