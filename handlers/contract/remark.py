"""What `qinglian check` is told by those who know: something that stands in the way of the work."""

from __future__ import annotations

from msgspec import Struct


class Remark(Struct, frozen=True):
    """One plain Chinese sentence with the way out; `grave` when work cannot go on like this."""

    words: str
    grave: bool = True
