"""Faults on request: what shall go wrong next, how often and for whom."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import count

from bot.simulator.chats import Json

# kind -> what happens. The first group strikes the bot's API calls, the second our callbacks to the bot, the
# third Feishu's long connection.
API_FAULTS = {
    "rate_limit": "refused as too many calls; `seconds` is the wait that the platform asks for, if any",
    "server_error": "HTTP 500 and nothing is done",
    "timeout": "no answer for `seconds` (60), then the connection drops; nothing is done",
    "slow": "the answer comes `seconds` late (1)",
    "drop_after_delivery": "the call is carried out, but the connection drops before the answer",
    "token_revoked": "every access token so far stops being valid; WeCom may say it with `code`",
    "refuse_recipient": "the recipient cannot be reached by the bot",
    "message_gone": "the message to act on was recalled",
    "api_error": "refused with `code`, one that the platform knows",
}
CALLBACK_FAULTS = {
    "duplicate_callback": "the same bytes arrive twice",
    "late_callback": "the callback was signed `seconds` (3600) before it arrives",
    "out_of_order": "the callback arrives after the next one",
    "lost_callback": "the callback never arrives; redeliver sends it",
}
CONNECTION_FAULTS = {
    "kicked": "the long connection breaks behind an event, before its answer; redeliver sends it again",
    "fragmented": "an event comes over the long connection in several frames",
    "unanswered_ping": "a ping on the long connection stays without its pong",
}
KINDS = API_FAULTS | CALLBACK_FAULTS | CONNECTION_FAULTS


@dataclass
class Fault:
    """One fault in waiting. `api` is a part of the path, `person` a key; empty means any."""

    id: int
    kind: str
    times: int = 1
    api: str = ""
    person: str = ""
    seconds: float | None = None
    code: int | None = None

    def fits(self, kinds: tuple[str, ...], api: str, person: str) -> bool:
        """Whether this fault is meant for such a moment."""
        return self.kind in kinds and self.api in api and self.person in ("", person)


class Faults:
    """Faults in waiting, oldest first. Callers hold the simulator's lock."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._ids = count(1)

    def add(
        self,
        kind: str,
        times: int = 1,
        api: str = "",
        person: str = "",
        seconds: float | None = None,
        code: int | None = None,
    ) -> Fault:
        """Make `kind` happen `times` times. ValueError for a kind that is not in KINDS."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(KINDS)}")
        if not isinstance(times, int) or times < 1:
            raise ValueError("times: a whole number from 1")
        if not isinstance(seconds, int | float | None) or not isinstance(code, int | None):
            raise ValueError("seconds and code: numbers")
        fault = Fault(next(self._ids), kind, times, api, person, seconds, code)
        self._waiting.append(fault)
        return fault

    def take(self, *kinds: str, api: str = "", person: str = "") -> Fault | None:
        """The oldest fitting fault, used up by one."""
        fault = next((f for f in self._waiting if f.fits(kinds, api, person)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times == 0:
                self._waiting.remove(fault)
        return fault

    def waiting(self) -> list[Json]:
        """What is still to happen."""
        return [asdict(fault) for fault in self._waiting]

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._waiting.clear()
