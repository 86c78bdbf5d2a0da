"""What WeCom's error codes mean for a message: wait, give up, send afresh, or call the administrator."""

from __future__ import annotations

from collections.abc import Set

from bot.platform import SendFailed

# Sources: the table of path/90455, by code, for the words may change; limits by path/90454. 42014 is the
# answer to a task_id that is known already (developers.weixin.qq.com, doc/000e8a97798020098fdd7015a51800).
BAD_TOKEN = frozenset({40014, 42001})
_KNOWN_TASK = frozenset({42014})
_BUSY = frozenset({-1, 6000, 45033})
_TOO_OFTEN = frozenset({45009, 45011})
_GONE = frozenset({42015, 42016, 42022})
_PERMANENT: dict[str, Set[int]] = {
    "登录码用过了或过期了": {40029},
    "对方不在应用可见范围内": {40003, 40031, 40032, 60111, 81013, 82001},
    "平台不收或取不到这个文件": {40004, 40005, 40006, 40007, 40009, 41005, 41006, 44001, 45001},
    "内容没有通过平台的检查": {
        40008, 40033, 40035, 40054, 40058, 41016, 41033, 42017, 42018, 42019, 42020, 42045, 44004, 45002,
        47001,
    },
}  # fmt: skip
_SETUP: dict[str, Set[int]] = {
    "服务器的 IP 不在企业可信 IP 里": {60020},
    "Secret 不对": {40001},
    "CorpID 不对": {40013},
    "AgentId 不对，或不是这个 Secret 的应用": {40056, 301002},
    "应用被停用，或缺少权限": {48002, 48006, 50001, 50003, 60011},
    "访问凭证不被承认": BAD_TOKEN,
}
# Source: path/90454; a minute's limit blocks for 60 seconds.
_BLOCKED_SECONDS = 60.0


class TokenRefused(SendFailed):
    """The access token has run out or was revoked: worth one more try with a new one."""


class KnownTask(SendFailed):
    """A card with this task id is there already: an earlier attempt arrived."""


class Unexplained(SendFailed):
    """A refusal that no table knows; tried again until the relay gives up."""


def failure(code: int | None, status: int) -> SendFailed:
    """Return the failure that an answer of the platform stands for; its `why` is for the administrator."""
    if code is None:
        return SendFailed(f"企业微信暂时没有办成（HTTP {status}）")
    if code in _KNOWN_TASK:
        return KnownTask(f"卡片已经发过（{code}）", permanent=True)
    if code in _GONE:
        return SendFailed(f"卡片已不能更新（{code}）", permanent=True, gone=True)
    for why, codes in _PERMANENT.items():
        if code in codes:
            return SendFailed(f"{why}（{code}）", permanent=True)
    kind = TokenRefused if code in BAD_TOKEN else SendFailed
    for why, codes in _SETUP.items():
        if code in codes:
            return kind(f"{why}（{code}）", setup=True)
    if code in _TOO_OFTEN:
        return SendFailed(f"调用太频繁，稍后再发（{code}）", after=_BLOCKED_SECONDS)
    if code in _BUSY:
        return SendFailed(f"企业微信忙，稍后再发（{code}）")
    return Unexplained(f"企业微信没有办成（{code}）")
