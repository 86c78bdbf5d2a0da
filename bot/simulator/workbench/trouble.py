"""The switches of the workbench: which faults are worth trying by hand, in plain Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.simulator.chats import Json


@dataclass(frozen=True)
class Switch:
    """A fault as a person reads it: what happens, and what the assistant should do about it."""

    label: str
    expect: str


SWITCHES: Mapping[str, Switch] = {
    "server_error": Switch("平台出错一次（500）", "消息晚一点到，不丢、不重复"),
    "rate_limit": Switch("平台说调用太频繁", "助手按平台的要求等一等再发"),
    "slow": Switch("平台慢一秒", "只是慢，顺序不乱"),
    "drop_after_delivery": Switch("消息送到了，回音断了", "再发一次，聊天里仍只有一条"),
    "token_revoked": Switch("访问凭证失效", "助手自己换一个，谁也不知道"),
    "message_gone": Switch("卡片已不能更新", "需要处理的人会收到一张新卡片"),
    "duplicate_callback": Switch("同一条消息或点击送两次", "只算一次，第二次得到同样的回答"),
    "late_callback": Switch("消息或点击晚一小时才送到", "仍然只算一次"),
    "lost_callback": Switch("消息或点击没有送到", "点「重新投递」后照常办"),
}


def told_of(fault: Json) -> Json:
    """Return a fault in waiting as the page shows it: `{kind, label, times}`."""
    switch = SWITCHES.get(fault["kind"])
    return {
        "kind": fault["kind"],
        "label": switch.label if switch else fault["kind"],
        "times": fault["times"],
    }
