"""What the platforms push: one approval click, sealed as each of them seals it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.feishu.inbound import FeishuInbound
from bot.wecom.inbound import WecomInbound
from bot.wecom.keys import packed
from handlers.contract.card import Args
from tests.bot.feishu import sealing as feishu
from tests.bot.wecom import sealing as wecom

ACT = "expense.approve"
ARGS: Args = {"claim": 7, "version": 1, "level": 2, "shown": "0123456789abcdef"}
WINDOW = timedelta(hours=8)


def feishu_edge() -> FeishuInbound:
    """Return our edge for the app of the sealing."""
    return FeishuInbound(feishu.APP, feishu.KEY, feishu.TOKEN, WINDOW)


def wecom_edge() -> WecomInbound:
    """Return our edge for the company of the sealing."""
    return WecomInbound(wecom.CORP, wecom.AGENT, wecom.TOKEN, wecom.KEY, WINDOW)


def feishu_click(person: str = "ou_li", args: Args = ARGS) -> feishu.Webhook:
    """Return a click on 同意 as Feishu pushes it now, one of its own for each claim."""
    number = args["claim"]
    event = {
        "operator": {"tenant_key": "t", "open_id": person, "union_id": "on_8ed6aa67826108097d9ee143816345"},
        "token": "c-295d2fda9dcf6e8d1e5b3d3a1c3f4f5a6b7c8d9e",
        "action": {"value": {"act": ACT, "args": dict(args)}, "tag": "button", "name": "button_1"},
        "host": "im_message",
        "context": {"open_message_id": f"om_bench_{number}", "open_chat_id": "oc_5ce6d572455d361153b7xx51"},
    }
    said = feishu.envelope("card.action.trigger", event, event_id=f"bench-{number}")
    return feishu.sealed(said, at=datetime.now(UTC))


def wecom_click() -> wecom.Callback:
    """Return a click on 同意 as WeCom pushes it now."""
    said = wecom.message(
        "event",
        Event="template_card_event",
        EventKey=packed(ACT, ARGS),
        TaskId="bench-1",
        CardType="button_interaction",
        ResponseCode="0JqQXgbCbaFPO0hIsRyJTsVqFXhIVZcJhNHpV0xvm0",
    )
    return wecom.sealed(said, at=datetime.now(UTC))
