"""What is a complaint among all that is typed: recognised by the words alone; pure."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto

from handlers.complaint import receipts

_UNSEEN = r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
"""What comes along, not seen, with words that were copied from a page."""

_FILED = re.compile(_UNSEEN + r"(?:匿名|我要)?举报\s*[:：]\s*(.*)", re.DOTALL)
_ASKED = re.compile(
    _UNSEEN + r"(?:我要|我想|匿名|怎么|如何|想)*(?:举报|检举|投诉举报|廉洁问题反映|反映廉洁问题)"
    # What one buys for it: the answer to a question of a claim, perhaps.
    "(?!箱|牌|栏|海报|制度|公示)"
)
_LEAST = 8
"""Signs: shorter words are rather somebody else's."""

_SUSPICIONS = re.compile(
    "举报|检举|贪污|受贿|行贿|索贿|回扣|好处费|小金库|挪用|侵占|私吞|冒领|虚报|套取|套现|假发票|假报销"
    "|虚开|吃拿卡要|以权谋私|谋取私利|中饱私囊|公款|私设账户|打击报复|骚扰"
)


class Heard(Enum):
    """What words are: a complaint, a question how to make one, a receipt that does not belong here."""

    FILED = auto()
    ASKED = auto()
    RECEIPT = auto()


def heard(text: str) -> Heard | None:
    """Return what words are to us, None for everything else."""
    if receipts.within(text):
        return Heard.RECEIPT
    found = _FILED.fullmatch(text)
    if found and found[1].strip():
        return Heard.FILED
    return Heard.ASKED if _ASKED.match(unicodedata.normalize("NFKC", text)) else None


def content(text: str) -> str:
    """Return what a complaint says behind its first word."""
    found = _FILED.fullmatch(text)
    return found[1].strip() if found else ""


def says_more(text: str) -> bool:
    """Tell whether words that ask how to report say more than that, which is not taken."""
    asked = _ASKED.match(unicodedata.normalize("NFKC", text))
    return asked is not None and len(text[asked.end() :].strip(" 。.!！?？:：吗呢")) > 0


def sounds_like_one(text: str) -> bool:
    """Tell whether words that were sent plainly sound like a complaint."""
    return len(text) >= _LEAST and _SUSPICIONS.search(text) is not None
