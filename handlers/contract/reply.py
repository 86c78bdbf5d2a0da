"""What a capability answers to the one who asked."""

from __future__ import annotations

from msgspec import Struct

from handlers.contract.card import Card


class Reply(Struct, frozen=True):
    """`card` answers a message, or takes the place of the card that was clicked; `text` is a chat line;
    `toast` is a passing word after a click. `refused` marks a polite no. Without `keep` nothing is kept: of
    the answer, of what it answers, nor of who asked; it goes straight back."""

    card: Card | None = None
    text: str = ""
    toast: str = ""
    refused: bool = False
    keep: bool = True
