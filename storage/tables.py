"""All tables, imported in one place, for those who need the whole schema: migrations and tests."""

from storage import (
    attempts,
    calendar,
    dialogue,
    expense,
    files,
    inbox,
    journal,
    numbers,
    outbox,
    pages,
    people,
    projects,
    runs,
    sent,
    settings,
    signoff,
)

__all__ = [
    "attempts",
    "calendar",
    "dialogue",
    "expense",
    "files",
    "inbox",
    "journal",
    "numbers",
    "outbox",
    "pages",
    "people",
    "projects",
    "runs",
    "sent",
    "settings",
    "signoff",
]
