"""What Feishu's error codes mean for a message: wait, give up, send afresh, or call the administrator."""

from __future__ import annotations

from collections.abc import Mapping, Set

from bot.platform import SendFailed

# Sources: the error tables of im-v1/message/create, reply and patch, im-v1/image/create, im-v1/file/create,
# im-v1/message-resource/get and auth-v3/auth/tenant_access_token_internal. What stands in none of these
# tables is tried again: 99991400 and 230020 (too often), 230049 (still being sent), 11232 (the crowding at
# full and half hours), faults of the platform, and codes that it may bring one day.
BAD_TOKEN = frozenset({99991661, 99991663, 99991664, 99991665, 99991668})
_GONE = frozenset({230011, 230031, 230110})
_PERMANENT: dict[str, Set[int]] = {
    "对方收不到应用的消息": {230013, 230029, 230038, 230053},
    "这个会话发不了消息": {230002, 230017, 230018, 230035, 232009},
    "内容没有通过平台的检查": {230001, 230022, 230025, 230028, 230054, 230055, 230099, 99992402},
    "平台不收或取不到这个文件": {
        234001, 234003, 234004, 234005, 234006, 234008, 234010, 234011, 234039, 234043,
    },
}  # fmt: skip
_SETUP: dict[str, Set[int]] = {
    "应用没有开启机器人能力": {230006},
    "应用缺少权限": {230027, 99991672},
    "App ID 或 App Secret 不对": {10003, 10014},
    "访问凭证不被承认": BAD_TOKEN,
}


def failure(code: int | None, status: int, headers: Mapping[str, str]) -> SendFailed:
    """Return the failure that an answer of the platform stands for; its `why` is for the administrator.

    `headers` may carry the seconds to wait (page on frequency control).
    """
    told = str(code) if code is not None else f"HTTP {status}"
    if code in _GONE:
        return SendFailed(f"卡片已撤回或过期 {told}", permanent=True, gone=True)
    for why, codes in _PERMANENT.items():
        if code in codes:
            return SendFailed(f"{why} {told}", permanent=True)
    for why, codes in _SETUP.items():
        if code in codes:
            return SendFailed(f"{why} {told}", setup=True)
    return SendFailed(f"飞书忙或暂时有故障 {told}", after=_wait(headers))


def _wait(headers: Mapping[str, str]) -> float | None:
    """The gateway says how many seconds to wait; the name's case is the server's choice."""
    lower = {name.lower(): value for name, value in headers.items()}
    reset = lower.get("x-ogw-ratelimit-reset", "")
    return float(reset) if reset.isascii() and reset.isdigit() else None
