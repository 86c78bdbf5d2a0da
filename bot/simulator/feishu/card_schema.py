"""Card JSON 2.0 as data: every tag, the properties it may have and what each may hold.

Source: feishu-cards/card-json-v2-structure, card-json-v2-breaking-changes-release-notes and the pages
under card-json-v2-components. What is not in these tables is refused; a few components that the bot has
no use for (audio, select_img) are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.simulator.feishu import card_values as v
from bot.simulator.feishu.card_values import Check

MAX_BYTES = 30 * 1024
MAX_TAGS = 200
MAX_DEPTH = 5
MAX_TABLES = 5

TEMPLATES = "blue wathet turquoise green yellow orange red carmine violet purple indigo grey default"
TAG_COLORS = "neutral blue turquoise lime orange violet indigo wathet green yellow red purple carmine"
BUTTON_TYPES = "default primary danger text primary_text danger_text primary_filled danger_filled laser"

# Tags of schema 1.0 that 2.0 no longer knows.
V1_TAGS = frozenset({"action", "note"})

COMMON: dict[str, Check] = {"tag": v.string, "element_id": v.element_id, "margin": v.box}
LAYOUT: dict[str, Check] = {
    "direction": v.one_of("vertical horizontal"),
    "horizontal_spacing": v.spacing,
    "vertical_spacing": v.spacing,
    "horizontal_align": v.one_of("left center right"),
    "vertical_align": v.one_of("top center bottom"),
    "padding": v.box,
}
QUESTION: dict[str, Check] = {
    "name": v.string,
    "required": v.boolean,
    "disabled": v.boolean,
    "disabled_tips": v.plain,
    "hover_tips": v.plain,
    "confirm": v.confirm,
    "behaviors": v.behaviors,
    "width": v.width,
    "placeholder": v.plain,
}
PICKER: dict[str, Check] = QUESTION | {"type": v.one_of("default text")}
OPTION = v.shaped({"text": v.plain, "value": v.string}, {"icon": v.icon})
PERSON_OPTION = v.shaped({"value": v.string})
PORTRAIT: dict[str, Check] = {
    "size": v.one_of("extra_small small medium large"),
    "show_name": v.boolean,
    "show_avatar": v.boolean,
}
LINK_ACTION = v.shaped({"multi_url": v.links})


@dataclass(frozen=True)
class Tag:
    """One kind of element. `children` names the property that holds elements."""

    properties: dict[str, Check]
    required: tuple[str, ...] = ()
    children: str = ""
    question: bool = False
    root_only: bool = False
    outside_form: bool = False

    @property
    def known(self) -> dict[str, Check]:
        """All its properties with their checks."""
        return COMMON | self.properties


TAGS: dict[str, Tag] = {
    # text and pictures
    "markdown": Tag(
        {
            "content": v.string,
            "i18n_content": v.mapping,
            "text_align": v.one_of("left center right"),
            "text_size": v.string,
            "icon": v.icon,
        },
        required=("content",),
    ),
    "div": Tag({"text": v.rich, "icon": v.icon, "width": v.width}, required=("text",)),
    "hr": Tag({}),
    "img": Tag(
        {
            "img_key": v.string,
            "alt": v.plain,
            "title": v.rich,
            "corner_radius": v.string,
            "scale_type": v.one_of("crop_center fit_horizontal crop_top"),
            "size": v.string,
            "transparent": v.boolean,
            "preview": v.boolean,
        },
        required=("img_key", "alt"),
    ),
    "img_combination": Tag(
        {
            "combination_mode": v.one_of("double triple bisect trisect"),
            "combination_transparent": v.boolean,
            "corner_radius": v.string,
            "img_list": v.many(v.shaped({"img_key": v.string}), at_most=9, at_least=1),
        },
        required=("combination_mode", "img_list"),
    ),
    "person": Tag(
        PORTRAIT | {"user_id": v.string, "style": v.one_of("normal capsule")}, required=("user_id",)
    ),
    "person_list": Tag(
        PORTRAIT
        | {
            "persons": v.many(v.shaped({"id": v.string}), at_most=100, at_least=1),
            "lines": v.whole(1, 99),
            "drop_invalid_user_id": v.boolean,
            "icon": v.icon,
        },
        required=("persons",),
    ),
    "chart": Tag(
        {
            "chart_spec": v.mapping,
            "aspect_ratio": v.one_of("1:1 2:1 4:3 16:9"),
            "color_theme": v.one_of("brand rainbow complementary converse primary"),
            "preview": v.boolean,
            "height": v.string,
        },
        required=("chart_spec",),
        outside_form=True,
    ),
    "table": Tag(
        {
            "page_size": v.whole(1, 10),
            "row_height": v.string,
            "row_max_height": v.string,
            "freeze_first_column": v.boolean,
            "header_style": v.shaped(
                {},
                {
                    "text_align": v.one_of("left center right"),
                    "text_size": v.string,
                    "background_style": v.one_of("grey none"),
                    "text_color": v.one_of("default grey"),
                    "bold": v.boolean,
                    "lines": v.whole(1, 99),
                },
            ),
            "columns": v.many(
                v.shaped(
                    {"name": v.string},
                    {
                        "display_name": v.string,
                        "width": v.string,
                        "data_type": v.one_of("text lark_md markdown options number persons date"),
                        "horizontal_align": v.one_of("left center right"),
                        "vertical_align": v.one_of("top center bottom"),
                        "format": v.shaped(
                            {}, {"precision": v.whole(0, 10), "symbol": v.string, "separator": v.boolean}
                        ),
                        "date_format": v.string,
                    },
                ),
                at_most=50,
                at_least=1,
            ),
            "rows": v.listing,
        },
        required=("columns", "rows"),
        root_only=True,
    ),
    # containers
    "column_set": Tag(
        {
            "horizontal_spacing": v.spacing,
            "horizontal_align": v.one_of("left center right"),
            "vertical_align": v.one_of("top center bottom"),
            "flex_mode": v.one_of("none stretch flow bisect trisect"),
            "background_style": v.string,
            "action": LINK_ACTION,
            "columns": v.listing,
        },
        required=("columns",),
        children="columns",
    ),
    "column": Tag(
        LAYOUT
        | {
            "background_style": v.string,
            "width": lambda value: value in ("auto", "weighted") or v.width(value),
            "weight": v.whole(1, 5),
            "action": LINK_ACTION,
            "elements": v.listing,
        },
        children="elements",
    ),
    "form": Tag(
        LAYOUT | {"name": v.string, "confirm": v.confirm, "elements": v.listing},
        required=("elements",),
        children="elements",
        root_only=True,
    ),
    "interactive_container": Tag(
        LAYOUT
        | {
            "name": v.string,
            "width": v.width,
            "height": v.string,
            "background_style": v.string,
            "has_border": v.boolean,
            "border_color": v.string,
            "corner_radius": v.string,
            "behaviors": v.behaviors,
            "disabled": v.boolean,
            "disabled_tips": v.plain,
            "hover_tips": v.plain,
            "confirm": v.confirm,
            "elements": v.listing,
        },
        required=("behaviors", "elements"),
        children="elements",
    ),
    "collapsible_panel": Tag(
        LAYOUT
        | {
            "expanded": v.boolean,
            "background_color": v.string,
            "border": v.shaped({}, {"color": v.string, "corner_radius": v.string}),
            "header": v.shaped(
                {"title": v.text("plain_text markdown")},
                {
                    "background_color": v.string,
                    "vertical_align": v.one_of("top center bottom"),
                    "padding": lambda value: v.box(value) and len(value.split()) in (1, 4),
                    "position": v.one_of("top bottom"),
                    "width": v.one_of("fill auto auto_when_fold"),
                    "icon": v.icon,
                    "icon_position": v.one_of("left right follow_text"),
                    "icon_expanded_angle": lambda value: value in (-180, -90, 90, 180),
                },
            ),
            "elements": v.listing,
        },
        required=("header", "elements"),
        children="elements",
    ),
    # things to press and to fill in
    "button": Tag(
        {
            "name": v.string,
            "type": v.one_of(BUTTON_TYPES),
            "size": v.one_of("tiny small medium large"),
            "width": v.width,
            "text": v.plain,
            "icon": v.icon,
            "hover_tips": v.plain,
            "disabled": v.boolean,
            "disabled_tips": v.plain,
            "confirm": v.confirm,
            "behaviors": v.behaviors,
            "required": v.boolean,
            "form_action_type": v.one_of("submit reset"),
        },
        required=("text",),
        question=True,
    ),
    "input": Tag(
        QUESTION
        | {
            "input_type": v.one_of("text multiline_text password"),
            "rows": v.whole(1, 99),
            "max_rows": v.whole(1, 99),
            "auto_resize": v.boolean,
            "show_icon": v.boolean,
            "max_length": v.whole(1, 1000),
            "default_value": v.string,
            "label": v.plain,
            "label_position": v.one_of("top left"),
            "fallback": v.mapping,
        },
        question=True,
    ),
    "select_static": Tag(
        PICKER
        | {
            "options": v.many(OPTION, at_most=200, at_least=1),
            "initial_option": v.string,
            "initial_index": v.whole(1, 200),
        },
        required=("options",),
        question=True,
    ),
    "multi_select_static": Tag(
        PICKER | {"options": v.many(OPTION, at_most=200, at_least=1), "selected_values": v.strings},
        required=("options",),
        question=True,
    ),
    "select_person": Tag(
        PICKER | {"options": v.many(PERSON_OPTION, at_most=200), "initial_option": v.string}, question=True
    ),
    "multi_select_person": Tag(
        PICKER | {"options": v.many(PERSON_OPTION, at_most=200), "selected_values": v.strings},
        question=True,
    ),
    "date_picker": Tag(PICKER | {"initial_date": v.date}, question=True),
    "picker_time": Tag(PICKER | {"initial_time": v.clock_time}, question=True),
    "picker_datetime": Tag(PICKER | {"initial_datetime": v.moment}, question=True),
    "checker": Tag(
        {
            "name": v.string,
            "checked": v.boolean,
            "text": v.rich,
            "overall_checkable": v.boolean,
            "button_area": v.mapping,
            "checked_style": v.mapping,
            "padding": v.box,
            "confirm": v.confirm,
            "behaviors": v.behaviors,
            "hover_tips": v.plain,
            "disabled": v.boolean,
            "disabled_tips": v.plain,
        },
        question=True,
    ),
    "overflow": Tag(
        {
            "name": v.string,
            "width": v.width,
            "options": v.many(
                v.shaped({"text": v.plain}, {"value": v.string, "multi_url": v.links, "icon": v.icon}),
                at_most=50,
                at_least=1,
            ),
            "confirm": v.confirm,
            "behaviors": v.behaviors,
        },
        required=("options",),
        question=True,
    ),
}

CONTAINERS = frozenset(name for name, tag in TAGS.items() if tag.children and name != "column")

ROOT: dict[str, Check] = {
    "schema": v.one_of("2.0"),
    "config": v.shaped(
        {},
        {
            "update_multi": lambda value: value is True,
            "enable_forward": v.boolean,
            "enable_forward_interaction": v.boolean,
            "width_mode": v.one_of("default compact fill"),
            "use_custom_translation": v.boolean,
            "streaming_mode": v.boolean,
            "streaming_config": v.mapping,
            "summary": v.shaped({}, {"content": v.string, "i18n_content": v.mapping}),
            "locales": v.strings,
            "style": v.mapping,
        },
    ),
    "card_link": v.links,
    "header": v.shaped(
        {"title": v.rich},
        {
            "subtitle": v.rich,
            "template": v.one_of(TEMPLATES),
            "icon": v.icon,
            "padding": v.box,
            "text_tag_list": v.many(
                v.shaped(
                    {"tag": v.one_of("text_tag"), "text": v.plain},
                    {"color": v.one_of(TAG_COLORS), "element_id": v.element_id},
                ),
                at_most=3,
            ),
            "i18n_text_tag_list": v.mapping,
        },
    ),
    "body": v.shaped({"elements": v.listing}, LAYOUT),
}
V1_ROOT = frozenset({"elements", "i18n_elements", "i18n_header", "fallback"})
