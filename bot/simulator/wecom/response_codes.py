"""Response codes: each lets the app update one sent card once, within 72 hours (path/94888)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.simulator.chats import Message
from bot.simulator.wecom.errors import Refused

LIFE = timedelta(hours=72)
# 42022 is in path/90313. With which code an unknown or too old one is refused is written nowhere.
SPENT, BAD_CODE = 42022, 40058


@dataclass
class Sent:
    """One accepted send. `recipients` are people's keys; `copies` has no entry for whom it was dropped."""

    msgid: str
    at: datetime
    recipients: tuple[str, ...]
    copies: dict[str, Message]
    task_id: str = ""
    card_type: str = ""


class ResponseCodes:
    """Codes by their text; their life is simulated time, since the bot's own clock counts it."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Sent, datetime]] = {}
        self._spent: set[str] = set()

    def clear(self) -> None:
        """No code is valid any more."""
        self._open.clear()
        self._spent.clear()

    def issue(self, sent: Sent, now: datetime) -> str:
        """A fresh code for the card of `sent`."""
        code = secrets.token_urlsafe(48)
        self._open[code] = (sent, now)
        return code

    def look(self, code: str, now: datetime) -> Sent:
        """What an unspent code is for. Refused when there is none, or it is too old."""
        if code in self._spent:
            raise Refused(SPENT)
        sent, made = self._open.get(code, (None, now))
        if sent is None:
            raise Refused(BAD_CODE, "response_code: unknown")
        if now - made > LIFE:
            raise Refused(BAD_CODE, "response_code: older than 72 hours")
        return sent

    def spend(self, code: str) -> None:
        """Use a code up."""
        if self._open.pop(code, None) is not None:
            self._spent.add(code)
