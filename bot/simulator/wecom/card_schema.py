"""Template cards as data: the five kinds, their fields, what each may hold, and how much of it is shown.

Source: path/90236 (sending) and path/94888 (updating). What is not in these tables is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

MAX_KEY = 1024
MAX_OPTION_ID = 128
MAX_TASK_ID = 128
# path/90313 has codes for a few faults. Which one stands for any other is written nowhere, so that all of
# them get the general one.
BAD_CARD, NO_TITLE, NO_CARD_ACTION = 40058, 41016, 42045
BAD_TASK_ID, BAD_KEY, NO_KEY, NO_LABEL = 42014, 42018, 42019, 42020
TASK_ID = re.compile(r"[0-9A-Za-z_\-@]+", re.ASCII)


@dataclass(frozen=True)
class Text:
    """A string. The app shows `shown` characters and cuts the rest (0: none); over `bytes` is refused.

    `missing` and `invalid` are the codes of the two refusals.
    """

    shown: int = 0
    bytes: int = 0
    required: bool = False
    missing: int = BAD_CARD
    invalid: int = BAD_CARD


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`; with `forgiving` any other number stands for the default."""

    low: float
    high: float
    whole: bool = True
    forgiving: bool = False
    required: bool = False


@dataclass(frozen=True)
class Flag:
    """True or false."""

    required: bool = False


@dataclass(frozen=True)
class Part:
    """An object. `needs`: which field must be filled for which `type`; no type means 0."""

    fields: Mapping[str, Shape]
    required: bool = False
    needs: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Many:
    """A list of such objects. `unique` names the field that no two of them may share."""

    part: Part
    at_most: int
    at_least: int = 0
    unique: str = ""
    required: bool = False


Shape: TypeAlias = Text | Number | Flag | Part | Many

KEY = Text(bytes=MAX_KEY, required=True, missing=NO_KEY, invalid=BAD_KEY)
QUESTION_KEY = Text(bytes=MAX_KEY, required=True)
LINK: dict[str, Shape] = {"type": Number(0, 2), "url": Text(), "appid": Text(), "pagepath": Text()}
LINK_NEEDS = {1: "url", 2: "appid"}

SOURCE = Part({"icon_url": Text(), "desc": Text(20), "desc_color": Number(0, 3)})
MAIN_TITLE = Part({"title": Text(36), "desc": Text(44)})
QUOTE = Part(LINK | {"title": Text(), "quote_text": Text()}, needs=LINK_NEEDS)
EMPHASIS = Part({"title": Text(14), "desc": Text(22)})
FACTS = Many(
    Part(
        {
            "type": Number(0, 3),
            "keyname": Text(5, required=True),
            "value": Text(30),
            "url": Text(),
            "media_id": Text(),
            "userid": Text(),
        },
        needs={1: "url", 2: "media_id", 3: "userid"},
    ),
    at_most=6,
)
PARAGRAPHS = Many(Part({"title": Text(38, required=True, missing=NO_TITLE), "desc": Text(160)}), at_most=4)
JUMPS = Many(Part(LINK | {"title": Text(18, required=True, missing=NO_TITLE)}, needs=LINK_NEEDS), at_most=3)
CARD_ACTION = Part(
    LINK | {"url": Text(missing=NO_CARD_ACTION), "appid": Text(missing=NO_CARD_ACTION)}, needs=LINK_NEEDS
)
MENU = Part(
    {
        "desc": Text(),
        "action_list": Many(
            Part({"text": Text(required=True, missing=NO_LABEL), "key": KEY}),
            at_most=3,
            at_least=1,
            unique="key",
            required=True,
        ),
    }
)
BUTTONS = Many(
    Part(
        {
            "type": Number(0, 1),
            "text": Text(10, required=True, missing=NO_LABEL),
            "style": Number(1, 4, forgiving=True),
            "key": Text(bytes=MAX_KEY, missing=NO_KEY, invalid=BAD_KEY),
            "url": Text(),
        },
        needs={0: "key", 1: "url"},
    ),
    at_most=6,
    at_least=1,
    unique="key",
    required=True,
)
OPTIONS = Many(
    Part({"id": Text(bytes=MAX_OPTION_ID, required=True), "text": Text(16, required=True)}),
    at_most=10,
    at_least=1,
    unique="id",
    required=True,
)
DROPDOWN: dict[str, Shape] = {
    "question_key": QUESTION_KEY,
    "title": Text(),
    "option_list": OPTIONS,
    "selected_id": Text(),
}
CHECKBOX: dict[str, Shape] = {
    "question_key": QUESTION_KEY,
    "option_list": Many(
        Part(
            {
                "id": Text(bytes=MAX_OPTION_ID, required=True),
                "text": Text(17, required=True),
                "is_checked": Flag(),
            }
        ),
        at_most=20,
        at_least=1,
        unique="id",
        required=True,
    ),
    "mode": Number(0, 1),
}
SUBMIT = Part({"text": Text(10), "key": KEY}, required=True)
SUBMIT_LABEL = "提交"

COMMON: dict[str, Shape] = {
    "card_type": Text(required=True),
    "source": SOURCE,
    "main_title": MAIN_TITLE,
    "task_id": Text(bytes=MAX_TASK_ID, missing=BAD_TASK_ID, invalid=BAD_TASK_ID),
}
NOTICE: dict[str, Shape] = COMMON | {
    "action_menu": MENU,
    "quote_area": QUOTE,
    "horizontal_content_list": FACTS,
    "jump_list": JUMPS,
    "card_action": CARD_ACTION,
}


def _questions(disable: Mapping[str, Shape]) -> dict[str, dict[str, Shape]]:
    """The fields of the three kinds that are answered; `disable` is what questions have in an update."""
    return {
        "button_interaction": COMMON
        | {
            "action_menu": MENU,
            "quote_area": QUOTE,
            "sub_title_text": Text(160),
            "horizontal_content_list": FACTS,
            "card_action": CARD_ACTION,
            "button_selection": Part({**DROPDOWN, **disable}),
            "button_list": BUTTONS,
        },
        "vote_interaction": COMMON
        | {"checkbox": Part({**CHECKBOX, **disable}, required=True), "submit_button": SUBMIT},
        "multiple_interaction": COMMON
        | {
            "select_list": Many(
                Part({**DROPDOWN, **disable}), at_most=3, at_least=1, unique="question_key", required=True
            ),
            "submit_button": SUBMIT,
        },
    }


NOTICES: dict[str, dict[str, Shape]] = {
    "text_notice": NOTICE | {"emphasis_content": EMPHASIS, "sub_title_text": Text(160)},
    "news_notice": NOTICE
    | {
        "image_text_area": Part(
            LINK | {"title": Text(), "desc": Text(), "image_url": Text(required=True)}, needs=LINK_NEEDS
        ),
        "card_image": Part(
            {"url": Text(required=True), "aspect_ratio": Number(1.3, 2.25, whole=False)},
        ),
        "vertical_content_list": PARAGRAPHS,
    },
}
# What a card may have when it is sent, and when it takes the place of another one.
SENT = NOTICES | _questions({})
REPLACING = NOTICES | {
    kind: fields | {"replace_text": Text()} for kind, fields in _questions({"disable": Flag()}).items()
}
ANSWERED = frozenset(_questions({}))
# A title, or where the kind has one, the subtitle in its place.
TITLE_OR_SUBTITLE = frozenset({"text_notice", "button_interaction"})
