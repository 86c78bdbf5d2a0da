"""The number by which a reporter comes back: 27 random digits (89.7 bits) and one that finds slips."""

from __future__ import annotations

import re
import secrets
import unicodedata

RANDOM_DIGITS, GROUP = 27, 4
LENGTH = RANDOM_DIGITS + 1

# Looking ahead, so that a date or another number before a receipt does not hide it.
_TYPED = re.compile(r"(?<!\d)(?=((?:\d[\W_]{0,4}){27}\d)(?!\d))")
_OTHER_NUMBERS = range(15, 21)
"""Digits in a row that bank cards, identity numbers and invoices have: no group of a receipt is so long."""


def new() -> str:
    """Return a receipt: 28 digits."""
    digits = "".join(secrets.choice("0123456789") for _ in range(RANDOM_DIGITS))
    return digits + _check(digits)


def written(receipt: str) -> str:
    """Return a receipt as people write it down: seven groups of four."""
    return " ".join(receipt[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read(typed: str) -> str | None:
    """Return the receipt that somebody typed, however grouped; None where a digit is wrong, missing or too
    many. That a receipt is well formed says nothing about whether there is such a case."""
    digits = "".join(
        each for each in unicodedata.normalize("NFKC", typed) if each.isascii() and each.isdigit()
    )
    return digits if len(digits) == LENGTH and _check(digits[:-1]) == digits[-1] else None


def within(text: str) -> bool:
    """Tell whether a text holds a receipt among other words, whatever stands between its digits."""
    found = (each[1] for each in _TYPED.finditer(unicodedata.normalize("NFKC", text)))
    return any(read(each) and not _has_another(each) for each in found)


def _has_another(typed: str) -> bool:
    return any(len(each) in _OTHER_NUMBERS for each in re.findall(r"\d+", typed))


def _check(digits: str) -> str:
    """Luhn's digit (ISO/IEC 7812-1): one wrong digit, or two neighbours that changed places, show."""
    doubled = (int(each) * (2 - at % 2) for at, each in enumerate(reversed(digits)))
    return str(-sum(each // 10 + each % 10 for each in doubled) % 10)
