"""What a person's own app, or the control API, says no to before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class ClientRefused(Exception):
    """`status` is the control API's HTTP status, `message` a Chinese sentence for whoever drives it."""

    status: int
    message: str
