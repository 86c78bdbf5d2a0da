"""Who says no to whom: a person's own app, or the control API, to the person; a platform to the bot."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from flask import Response


@dataclass(eq=False)
class ClientRefused(Exception):
    """`status` is the control API's HTTP status, `message` a Chinese sentence for whoever drives it."""

    status: int
    message: str


class ApiRefused(Exception):
    """A call that the platform refuses with a `code` of its own; nothing of it was done."""

    code: int

    @abstractmethod
    def response(self) -> Response:
        """The answer as it goes out."""
