"""The map on paper; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from handlers.contract.document import Document
from handlers.coverage import cards
from handlers.coverage.rules import Line


def paper(found: Sequence[Line], day: date) -> Document:
    """Return every clause under its part. The foot proves the lines, not the journal: its length would tell
    of entries that not every reader may know of (decision 19)."""
    said = "\n".join(f"{each.clause.number}|{each.light}|{each.evidence}" for each in found)
    digest = hashlib.sha256(said.encode()).hexdigest()
    return Document(
        title=cards.TITLE,
        number=f"FADZ-{day:%Y%m%d}",
        subtitle=f"{cards.summary(found)} · 截至 {day}",
        fields=cards.fields(found),
        parts=cards.tables(found),
        foot=f"按 {day} 的记录生成，各条校验值 {digest[:16]}。发「还差什么」看最新的。",
    )
