"""What a page hands in without anybody's name: its files in memory, and how a repeat of it is known."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from flask import request

from bot.web.pages import tidy_name


def files() -> list[tuple[str, bytes]]:
    """Return the names and contents of the files that were handed in."""
    found = []
    for each in request.files.getlist("files"):
        if each.filename:
            each.seek(0)
            found.append((tidy_name(each.filename), each.read()))
    return found


def mark(typed: Mapping[str, str]) -> str:
    """Return a mark of all that was handed in, ticks and files too: pressing twice gives the same, while
    whoever goes back and changes a word hands in something new."""
    parts = ["\n".join(request.form.getlist("whom")).encode()]
    parts += [f"{name}={value}".encode() for name, value in sorted(typed.items())]
    for name, content in files():
        parts += [name.encode(), content]
    return sha256(b"".join(sha256(each).digest() for each in parts)).hexdigest()
