"""The simulator's log of API calls and callbacks: paths and codes, never tokens, secrets or contents."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from bot.simulator.chats import Json

KEPT = 5000


class Traffic:
    """The newest `KEPT` entries. Queries are left out, since one platform puts its token there."""

    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=KEPT)

    def api(self, at: datetime, method: str, path: str, status: int | None, code: int | None) -> None:
        """A call of the bot; `status` None means that it got no answer."""
        self._note(at, "api", method, path, status, code)

    def callback(
        self, at: datetime, method: str, path: str, status: int | None, event: str, event_id: str
    ) -> None:
        """A callback to the bot; `status` None means that no answer came in time."""
        self._note(at, "callback", method, path, status, None)
        self._entries[-1].update(event=event, event_id=event_id)

    def aside(self, at: datetime, what: str, path: str, **facts: str) -> None:
        """Something that no answer shows: a message silently `dropped`, a `bad answer` to a callback."""
        self._note(at, "aside", "", path, None, None)
        self._entries[-1].update(what=what, **facts)

    def entries(self) -> list[Json]:
        """Oldest first."""
        return list(self._entries)

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()

    def _note(
        self, at: datetime, direction: str, method: str, path: str, status: int | None, code: int | None
    ) -> None:
        self._entries.append(
            {
                "at": at.isoformat(),
                "direction": direction,
                "method": method,
                "path": path.partition("?")[0],
                "status": status,
                "code": code,
            }
        )
