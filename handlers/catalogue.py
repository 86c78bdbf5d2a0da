"""The table of contents: what the assistant can do, one line each."""

from __future__ import annotations

from handlers.contract.capability import Capability
from handlers.expense.capability import CAPABILITY as EXPENSE

CAPABILITIES: tuple[Capability, ...] = (EXPENSE,)
