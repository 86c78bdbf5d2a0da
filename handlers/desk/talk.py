"""How people ask what waits."""

from __future__ import annotations

from handlers.contract.context import Asked
from handlers.contract.incoming import Message
from handlers.contract.reply import Reply
from handlers.desk import service
from handlers.desk.service import Sources


def todo(sources: Sources, ctx: Asked, message: Message) -> Reply:
    """待办: what waits for me."""
    return Reply(card=service.todo(ctx, sources))


def overview(sources: Sources, ctx: Asked, message: Message) -> Reply:
    """总览: the one screen of those who supervise."""
    return Reply(card=service.overview(ctx, sources))
