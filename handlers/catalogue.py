"""The table of contents: what the assistant can do, one line each."""

from __future__ import annotations

from handlers.contract.capability import Capability
from handlers.expense.capability import CAPABILITY as EXPENSE

CAPABILITIES: tuple[Capability, ...] = (EXPENSE,)

SETTINGS: dict[str, object] = {name: value for each in CAPABILITIES for name, value in each.settings.items()}
"""Every setting that the council fixes, with its default."""
