"""What receiving complaints shows of the plan: who is there to receive, never how much there was."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.complaint import filing
from handlers.complaint.rules import CLASS_SETTING, CLASS_SLOTS, NAMED_CLASSES
from handlers.contract.context import Context
from handlers.contract.coverage import Covered, Light
from storage import settings

MECHANISM = "廉洁问题反映：网页、聊天、来信来电"


def covers(ctx: Context) -> Sequence[Covered]:
    """Return P51, P52 and P16. That a case exists shows nowhere (decision 30)."""
    here = filing.seated(ctx)
    inside = sum(not each.receiver.outside for each in here)
    outside = len(here) - inside
    if not outside:
        ready, said = Light.RED, "还没有外部受理人设好口令，反映渠道不能开"
    elif not inside:
        ready, said = Light.YELLOW, f"{outside} 位外部受理人有钥匙，机构里的受理人还没有设口令"
    else:
        ready, said = Light.GREEN, f"专人受理：机构里 {inside} 位、外部 {outside} 位受理人有钥匙"
    after = "查实的处理和通报在受理台里办，通报要另一位受理人做隐私复核"
    return (
        Covered("P51", ready, said, MECHANISM),
        Covered("P52", ready, after if ready is Light.GREEN else said, MECHANISM),
        _classes(ctx),
    )


def _classes(ctx: Context) -> Covered:
    slots = settings.beginning_with(ctx.tx, CLASS_SETTING)
    filled = sum(bool(each.value) for each in slots.values())
    named = len(NAMED_CLASSES)
    if filled == CLASS_SLOTS:
        return Covered(
            "P16",
            Light.GREEN,
            f"10 类禁止行为都写进了反映页：方案点名 {named} 类，理事会定了 {filled} 类",
            MECHANISM,
        )
    missing = CLASS_SLOTS - filled
    words = f"方案点名的 {named} 类已在反映页，另有 {missing} 类等理事会定，定了由管理员写进参数"
    return Covered("P16", Light.YELLOW, words, MECHANISM)
