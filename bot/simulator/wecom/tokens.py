"""Access tokens of the app: one at a time, given out again while it is valid (path/91039)."""

from __future__ import annotations

import secrets

from bot.simulator.clock import MachineTime

LIFETIME = 7200
REVOKED, EXPIRED = 40014, 42001
# The page asks callers to keep room for 512 bytes; real ones have some two hundred characters.
TOKEN_BYTES = 160


class Tokens:
    """Real machine time."""

    def __init__(self, machine: MachineTime) -> None:
        self._machine = machine
        self._expiry: dict[str, float] = {}

    def issue(self) -> tuple[str, int]:
        """The valid token, or a new one, and its remaining seconds."""
        now = self._machine()
        for token, end in self._expiry.items():
            if end > now:
                return token, int(end - now)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._expiry[token] = now + LIFETIME
        return token, LIFETIME

    def fault_of(self, token: str) -> int:
        """0 for a valid token, else the code that refuses it."""
        if token not in self._expiry:
            return REVOKED
        return 0 if self._expiry[token] > self._machine() else EXPIRED

    def revoke_all(self) -> None:
        """Every token so far is invalid."""
        self._expiry.clear()

    def expire_all(self) -> None:
        """Every token so far has run out before its time."""
        self._expiry = dict.fromkeys(self._expiry, 0.0)
