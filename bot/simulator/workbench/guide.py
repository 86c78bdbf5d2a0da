"""The guided first minute: from what stands in the chats, what to try next; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.simulator.chats import Json

_NUMBER = re.compile(r"BX-\d{4}-\d{4,}")
_RECORD = re.compile(r"(?:BX|ZG|RW)-\d{4}-\d{4,}")
_TYPED = re.compile("「[^」]*」")
AMOUNT = "amount"
_ENDS = ("已驳回", "已撤回", "凑不齐签字人")


@dataclass(frozen=True)
class Hint:
    """`step` from 1 to 3, one sentence, and the `pane` that it is about; `press` is the label of the button
    to look for there, `claim` the number whose trail is worth a look."""

    step: int
    words: str
    pane: str = ""
    press: str = ""
    claim: str = ""


def hint(chats: Mapping[str, Sequence[Json]], names: Mapping[str, str], requester: str) -> Hint:
    """Return what to try next. `chats` are what stands in each pane, oldest first, `names` whose it is, and
    `requester` is the pane in which the story begins."""
    number = _newest_number(chats)
    if not number:
        return _first(chats, names, requester)
    signer = _who_can(chats, "同意", number)
    if signer:
        words = f"② {number} 在等{names[signer]}点「同意」。"
        return Hint(2, words, signer, "同意")
    if _is_told(chats, number, "已通过"):
        return Hint(3, f"③ {number} 已通过！看看它的留痕：谁在什么时候签了什么。", claim=number)
    owner = _who_can(chats, "修改", number)
    if owner:
        words = f"② {number} 回到了{names[owner]}手里：点「修改」，改好再提交。"
        return Hint(2, words, owner, "修改")
    ended = next((each for each in _ENDS if _is_told(chats, number, each)), "")
    if ended:
        return Hint(
            1, f"① {number} {ended}。再发「报销」开始一张新的，或看看它的留痕。", requester, claim=number
        )
    filling = _who_fills(chats)
    if filling:
        return Hint(2, f"② {names[filling]}正在填写：填完再点「提交」，或照着问题回答。", filling, "提交")
    return Hint(2, f"② {number} 正在送到下一位签字人那里；几秒后还没有，就让等着的人发「待办」。")


def _first(chats: Mapping[str, Sequence[Json]], names: Mapping[str, str], requester: str) -> Hint:
    filling = _who_fills(chats)
    if filling:
        return Hint(
            1, f"① 填好{names[filling]}的报销单，点「提交」。附件可以直接发在聊天里。", filling, "提交"
        )
    return Hint(1, f"① 在{names[requester]}的聊天里发「报销」，填一张报销单。", requester)


def _who_fills(chats: Mapping[str, Sequence[Json]]) -> str:
    """Whose newest messages hold the form of a claim, or its question that waits for an answer."""
    for key, chat in chats.items():
        if any(_asks_for_a_claim(each) for each in chat[-3:]):
            return key
    return ""


def _asks_for_a_claim(message: Json) -> bool:
    return AMOUNT in {field["name"] for field in message["form"]} or "/5）" in words_of(message)


def _newest_number(chats: Mapping[str, Sequence[Json]]) -> str:
    found = {number for chat in chats.values() for each in chat for number in numbers_in(words_of(each))}
    return max(found, default="", key=lambda number: (len(number), number))


def numbers_in(words: str) -> list[str]:
    """Return the claims that a message is about; what it only shows how to type stands in 「」."""
    return _NUMBER.findall(_TYPED.sub("", words))


def records_in(words: str) -> list[str]:
    """Return the claims, findings and duties that a message is about."""
    return _RECORD.findall(_TYPED.sub("", words))


def _who_can(chats: Mapping[str, Sequence[Json]], label: str, number: str) -> str:
    for key, chat in chats.items():
        for each in reversed(chat):
            labels = [button["label"] for button in each["buttons"] if button["enabled"]]
            if label in labels and number in words_of(each):
                return key
    return ""


def _is_told(chats: Mapping[str, Sequence[Json]], number: str, words: str) -> bool:
    return any(number in told and words in told for chat in chats.values() for told in map(words_of, chat))


def words_of(message: Json) -> str:
    """Return all that a reader reads of a message."""
    return str(message["words"] or message["text"])
