"""What a single property of a card may hold: small predicates that the schema tables are built from."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[Any], bool]

ELEMENT_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}", re.ASCII)
_BOX = re.compile(r"-?\d{1,2}(px)?( -?\d{1,2}(px)?){0,3}")
_SPACING = re.compile(r"small|medium|large|extra_large|\d{1,2}px")
_WIDTH = re.compile(r"default|fill|auto|\d{1,3}px")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")

TEXT_SIZES = (
    "heading-0 heading-1 heading-2 heading-3 heading-4 heading normal notation "
    "xxxx-large xxx-large xx-large x-large large medium small x-small"
)


def string(value: object) -> bool:
    """Any text."""
    return isinstance(value, str)


def boolean(value: object) -> bool:
    """True or false; 0 and 1 are not."""
    return isinstance(value, bool)


def mapping(value: object) -> bool:
    """Any object."""
    return isinstance(value, dict)


def listing(value: object) -> bool:
    """Any array; what is in it is checked elsewhere."""
    return isinstance(value, list)


def strings(value: object) -> bool:
    """An array of text."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def whole(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set: short lists are easier to read this way."""
    return frozenset(text.split())


def one_of(text: str) -> Check:
    """One of these words, which are given with spaces between them."""
    allowed = words(text)
    return lambda value: isinstance(value, str) and value in allowed


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


box = _matches(_BOX)
spacing = _matches(_SPACING)
width = _matches(_WIDTH)
element_id = _matches(ELEMENT_ID)
date = _matches(_DATE)
clock_time = _matches(_TIME)
moment = _matches(_MOMENT)


def shaped(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """An object with exactly these properties, the optional ones where wanted."""
    known = required | (optional or {})

    def check(value: object) -> bool:
        return (
            isinstance(value, dict)
            and required.keys() <= value.keys() <= known.keys()
            and all(known[name](item) for name, item in value.items())
        )

    return check


def many(check: Check, at_most: int, at_least: int = 0) -> Check:
    """An array of such values."""
    return lambda value: (
        isinstance(value, list) and at_least <= len(value) <= at_most and all(check(item) for item in value)
    )


def text(tags: str) -> Check:
    """A tagged text of one of these tags."""
    return shaped(
        {"tag": one_of(tags), "content": string},
        {
            "element_id": element_id,
            "i18n_content": mapping,
            "text_size": one_of(TEXT_SIZES),
            "text_color": string,
            "text_align": one_of("left center right"),
            "lines": whole(1, 99),
        },
    )


plain = text("plain_text")
rich = text("plain_text lark_md")

icon = shaped(
    {"tag": one_of("standard_icon custom_icon")},
    {"token": string, "color": string, "img_key": string, "size": string},
)
confirm = shaped({"title": plain, "text": plain})
links = shaped({"url": string}, {"pc_url": string, "ios_url": string, "android_url": string})
_CALLBACK = shaped({"type": one_of("callback"), "value": lambda value: isinstance(value, dict | str)})
_OPEN_URL = shaped(
    {"type": one_of("open_url"), "default_url": string},
    {"pc_url": string, "ios_url": string, "android_url": string},
)
behaviors = many(lambda value: _CALLBACK(value) or _OPEN_URL(value), at_most=2)
