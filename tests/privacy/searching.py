"""A search through every byte that was left behind, in all the ways in which words can be written down."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote


def spellings(word: str) -> set[bytes]:
    """Return a word as it may lie on a disk: plain, wide, escaped, in hex, in base64 wherever it begins."""
    plain = word.encode()
    found = {
        plain,
        word.encode("utf-16-le"),
        word.encode("gb18030"),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        json.dumps(word)[1:-1].encode(),
        quote(word).encode(),
    }
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain)
        first, last = -(-before * 4 // 3), (before + len(plain)) * 4 // 3
        found.add(whole[first:last])
    return found


def traces(folders: Iterable[Path], words: Iterable[str]) -> list[str]:
    """Return where any of the words stands, in any spelling: `<file>: <word>`."""
    wanted = {word: spellings(word) for word in words}
    return [
        f"{path}: {word}"
        for path in files_in(folders)
        for content in [path.read_bytes()]
        for word, ways in wanted.items()
        if any(way in content for way in ways)
    ]


def files_in(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield every file below some folders."""
    for folder in folders:
        yield from (each for each in sorted(folder.rglob("*")) if each.is_file() and not each.is_symlink())
