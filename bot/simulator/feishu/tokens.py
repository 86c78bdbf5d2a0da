"""Tenant access tokens: given out, shared while long valid, checked, revoked."""

from __future__ import annotations

import secrets

from bot.simulator.clock import MachineTime

LIFETIME = 7200
RENEW_BELOW = 1800


class Tokens:
    """Real machine time. A token with at least 30 minutes left is given out again; below that a
    second one is made and both are valid (auth-v3/auth/tenant_access_token_internal)."""

    def __init__(self, machine: MachineTime, lifetime: int = LIFETIME) -> None:
        self._machine = machine
        self._lifetime = lifetime
        self._expiry: dict[str, float] = {}

    def issue(self) -> tuple[str, int]:
        """A valid token and its remaining seconds."""
        now = self._machine()
        self._expiry = {token: end for token, end in self._expiry.items() if end > now}
        for token, end in self._expiry.items():
            if end - now >= RENEW_BELOW:
                return token, int(end - now)
        token = "t-" + secrets.token_hex(20)
        self._expiry[token] = now + self._lifetime
        return token, self._lifetime

    def valid(self, token: str) -> bool:
        """Whether `token` was given out and is neither expired nor revoked."""
        return self._expiry.get(token, 0.0) > self._machine()

    def revoke_all(self) -> None:
        """Every token so far stops working."""
        self._expiry.clear()
