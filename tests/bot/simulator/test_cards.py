"""Card JSON 2.0 as tables: cards that the platform takes, and broken ones with the sub-code it names."""

from __future__ import annotations

import re

import pytest

from bot.simulator.feishu import cards
from bot.simulator.feishu.card_schema import TAGS
from bot.simulator.feishu.errors import Refused
from tests.bot.simulator.town import Json, button, card, column_set, form, plain, submit

BARS: Json = {
    "type": "bar",
    "data": {"values": [{"month": "一月", "value": 3}]},
    "xField": "month",
    "yField": "value",
}

BAD, V1, RULE = cards.BAD_JSON, cards.V1_TAG, cards.BROKEN_RULE
MARKDOWN = {"tag": "markdown", "content": "你好"}
INPUT = {"tag": "input", "name": "reason", "label": plain("意见")}
OPTIONS = [{"text": plain("甲"), "value": "a"}, {"text": plain("乙"), "value": "b"}]
SELECT = {"tag": "select_static", "name": "project", "options": OPTIONS}
TABLE = {
    "tag": "table",
    "columns": [{"name": "item", "display_name": "事由"}, {"name": "sum", "data_type": "number"}],
    "rows": [{"item": "出租车", "sum": 128.5}],
}
PANEL = {"tag": "collapsible_panel", "header": {"title": plain("记录")}, "elements": [MARKDOWN]}
CLICKABLE = {
    "tag": "interactive_container",
    "behaviors": [{"type": "callback", "value": {}}],
    "elements": [MARKDOWN],
}
PERSONS = {"tag": "person_list", "persons": [{"id": "ou_lin"}]}

# One right specimen of every tag, so that a tag cannot be in the tables without one.
SPECIMENS: dict[str, Json] = {
    "markdown": MARKDOWN | {"text_align": "left", "text_size": "normal", "margin": "4px 0 4px 0"},
    "div": {"tag": "div", "text": plain("你好") | {"text_size": "notation", "lines": 2}},
    "hr": {"tag": "hr", "element_id": "line_1"},
    "img": {"tag": "img", "img_key": "img_1", "alt": plain("发票"), "scale_type": "fit_horizontal"},
    "img_combination": {
        "tag": "img_combination",
        "combination_mode": "double",
        "img_list": [{"img_key": "img_1"}],
    },
    "person": {"tag": "person", "user_id": "ou_lin", "style": "capsule"},
    "person_list": PERSONS,
    "chart": {"tag": "chart", "chart_spec": BARS | {"tag": 1}, "aspect_ratio": "16:9"},
    "table": TABLE | {"page_size": 5, "row_height": "low", "header_style": {"bold": True}},
    "column_set": column_set(MARKDOWN) | {"flex_mode": "flow", "horizontal_spacing": "8px"},
    "column": column_set(MARKDOWN),
    "form": form(INPUT, SELECT, submit("同意")),
    "interactive_container": CLICKABLE,
    "collapsible_panel": PANEL | {"expanded": False, "border": {"color": "grey", "corner_radius": "6px"}},
    "button": button("打开", type="primary_filled", size="small", width="fill", disabled=True),
    "input": INPUT | {"max_length": 1000, "rows": 3, "input_type": "multiline_text", "required": True},
    "select_static": SELECT | {"initial_option": "a"},
    "multi_select_static": SELECT | {"tag": "multi_select_static", "selected_values": ["a", "b"]},
    "select_person": {"tag": "select_person", "options": [{"value": "ou_lin"}]},
    "multi_select_person": {"tag": "multi_select_person", "selected_values": ["ou_lin"]},
    "date_picker": {"tag": "date_picker", "initial_date": "2026-03-03"},
    "picker_time": {"tag": "picker_time", "initial_time": "09:00"},
    "picker_datetime": {"tag": "picker_datetime", "initial_datetime": "2026-03-03 09:00"},
    "checker": {"tag": "checker", "text": plain("已核对"), "checked": True},
    "overflow": {"tag": "overflow", "options": [{"text": plain("催办"), "value": "urge"}]},
}


def verdict(shown: Json) -> tuple[int, str]:
    """The sub-code and message of the refusal; (0, "") when the card is taken."""
    try:
        cards.check(shown, lambda key: key == "img_1", lambda person: person == "ou_lin")
    except Refused as refused:
        message = str(refused.body()["msg"])
    else:
        return 0, ""
    found = re.match(r"Failed to create card content, ext=ErrCode: (\d+); ", message)
    assert found is not None, message
    return int(found[1]), message


def test_every_tag_has_a_specimen() -> None:
    assert SPECIMENS.keys() == TAGS.keys()


@pytest.mark.parametrize("tag", sorted(SPECIMENS))
def test_a_right_element_is_taken(tag: str) -> None:
    assert verdict(card(SPECIMENS[tag])) == (0, "")


@pytest.mark.parametrize("tag", sorted(SPECIMENS.keys() - {"column"}))
def test_a_property_that_the_platform_does_not_know_is_an_error(tag: str) -> None:
    code, message = verdict(card(SPECIMENS[tag] | {"colour_of_the_day": "blue"}))
    assert code == BAD
    assert "unknown property" in message
    assert "colour_of_the_day" in message
    assert f"ROOT -> body -> elements -> [0](tag: {tag})" in message


@pytest.mark.parametrize(
    ("tag", "required"), [(tag, name) for tag, kind in TAGS.items() for name in kind.required]
)
def test_a_missing_property_is_an_error(tag: str, required: str) -> None:
    element = {name: value for name, value in SPECIMENS[tag].items() if name != required}
    assert verdict(card(element))[0] == BAD


@pytest.mark.parametrize("tag", ["action", "note"])
def test_a_tag_of_schema_1_is_named_as_such(tag: str) -> None:
    code, message = verdict(card(MARKDOWN, {"tag": tag, "actions": []}))
    assert code == V1
    assert f"ROOT -> body -> elements -> [1](tag: {tag})" in message
    assert f"unsupported tag {tag}" in message


WHOLE: list[tuple[str, Json, int]] = [
    ("no schema", {"body": {"elements": []}}, BAD),
    ("schema 1.0", card() | {"schema": "1.0"}, BAD),
    ("no body", {"schema": "2.0"}, BAD),
    ("elements at the root", card() | {"elements": []}, V1),
    ("i18n_elements", card() | {"i18n_elements": {}}, V1),
    ("fallback", card() | {"fallback": {}}, V1),
    ("an unknown root property", card() | {"footer": {}}, BAD),
    ("update_multi false", card(config={"update_multi": False}), BAD),
    ("an unknown config", card(config={"wide_screen_mode": True}), BAD),
    ("an unknown width", card(config={"width_mode": "huge"}), BAD),
    ("a right config", card(config={"update_multi": True, "enable_forward": False, "width_mode": "fill"}), 0),
    ("header without title", card(header={"template": "red"}), BAD),
    ("header in pink", card(header={"title": plain("一"), "template": "pink"}), BAD),
    ("no header", {"schema": "2.0", "body": {"elements": [MARKDOWN]}}, 0),
    ("elements that are no list", card() | {"body": {"elements": {}}}, BAD),
    ("an element that is no object", card() | {"body": {"elements": ["你好"]}}, BAD),
    ("an element without tag", card() | {"body": {"elements": [{"content": "你好"}]}}, BAD),
    ("an unknown tag", card({"tag": "marquee"}), BAD),
    ("a column outside a column_set", card({"tag": "column", "elements": []}), BAD),
    ("a body with bad spacing", card() | {"body": {"elements": [], "vertical_spacing": "wide"}}, BAD),
]


@pytest.mark.parametrize(("shown", "code"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE])
def test_the_frame_of_a_card(shown: Json, code: int) -> None:
    assert verdict(shown)[0] == code


@pytest.mark.parametrize(("count", "code"), [(3, 0), (4, BAD)])
def test_a_header_has_at_most_three_tags(count: int, code: int) -> None:
    tag = {"tag": "text_tag", "text": plain("待审批"), "color": "orange"}
    assert verdict(card(header={"title": plain("一"), "text_tag_list": [tag] * count}))[0] == code


VALUES: list[tuple[str, Json, int]] = [
    ("button of an unknown type", button("好", type="gold"), BAD),
    ("button with a v1 value", button("好", value={"a": 1}), BAD),
    ("button with a v1 url", button("好", url="https://example.org"), BAD),
    ("button with lark_md text", button("好") | {"text": {"tag": "lark_md", "content": "好"}}, BAD),
    ("disabled as text", button("好", disabled="true"), BAD),
    ("callback value as text", button("好", behaviors=[{"type": "callback", "value": "yes"}]), 0),
    ("callback value as number", button("好", behaviors=[{"type": "callback", "value": 1}]), BAD),
    ("callback without value", button("好", behaviors=[{"type": "callback"}]), BAD),
    ("open_url", button("好", behaviors=[{"type": "open_url", "default_url": "https://example.org"}]), 0),
    ("open_url without address", button("好", behaviors=[{"type": "open_url"}]), BAD),
    ("open_url with extra", button("好", behaviors=[{"type": "open_url", "default_url": "", "x": 1}]), BAD),
    ("unknown behavior", button("好", behaviors=[{"type": "dance"}]), BAD),
    ("behaviors as object", button("好", behaviors={"type": "callback", "value": {}}), BAD),
    ("confirm", button("好", confirm={"title": plain("确认？"), "text": plain("不可撤销")}), 0),
    ("confirm without text", button("好", confirm={"title": plain("确认？")}), BAD),
    ("confirm with bare text", button("好", confirm={"title": "确认？", "text": "不"}), BAD),
    ("submit outside a form", button("好", form_action_type="submit"), RULE),
    ("max_length 1001", INPUT | {"max_length": 1001}, BAD),
    ("max_length 0", INPUT | {"max_length": 0}, BAD),
    ("max_length true", INPUT | {"max_length": True}, BAD),
    ("default longer than max_length", INPUT | {"max_length": 2, "default_value": "一二三"}, RULE),
    ("input_type unknown", INPUT | {"input_type": "number"}, BAD),
    ("label as text", INPUT | {"label": "意见"}, BAD),
    ("no options", SELECT | {"options": []}, BAD),
    ("option without text", SELECT | {"options": [{"value": "a"}]}, BAD),
    ("option with a number", SELECT | {"options": [{"text": plain("甲"), "value": 1}]}, BAD),
    ("option twice", SELECT | {"options": OPTIONS + OPTIONS[:1]}, RULE),
    ("initial option elsewhere", SELECT | {"initial_option": "c"}, RULE),
    ("initial index", SELECT | {"initial_index": 2}, 0),
    ("initial index beyond", SELECT | {"initial_index": 3}, RULE),
    ("selected elsewhere", SPECIMENS["multi_select_static"] | {"selected_values": ["c"]}, RULE),
    ("date as day.month", SPECIMENS["date_picker"] | {"initial_date": "3.3.2026"}, BAD),
    ("time without minutes", SPECIMENS["picker_time"] | {"initial_time": "9"}, BAD),
    ("image that was never uploaded", SPECIMENS["img"] | {"img_key": "img_2"}, cards.BAD_IMAGE),
    ("image without alt", {"tag": "img", "img_key": "img_1"}, BAD),
    (
        "combined images, one unknown",
        SPECIMENS["img_combination"] | {"img_list": [{"img_key": "img_1"}, {"img_key": "img_2"}]},
        cards.BAD_IMAGE,
    ),
    ("unknown person", {"tag": "person", "user_id": "ou_x"}, cards.BAD_PERSON),
    ("unknown person in a list", PERSONS | {"persons": [{"id": "ou_x"}]}, cards.BAD_PERSON),
    ("dropped person", PERSONS | {"persons": [{"id": "ou_x"}], "drop_invalid_user_id": True}, 0),
    ("unknown person to choose", {"tag": "select_person", "options": [{"value": "ou_x"}]}, cards.BAD_PERSON),
    ("unknown person pinged", {"tag": "markdown", "content": "<at id=ou_x></at>"}, cards.BAD_PERSON),
    ("known person pinged", {"tag": "markdown", "content": "<at id=ou_lin></at>"}, 0),
    ("escaped ping of nobody", {"tag": "markdown", "content": "&lt;at id=ou_x&gt;"}, 0),
    ("chart without type", {"tag": "chart", "chart_spec": {}}, cards.BAD_CHART),
    ("chart without data", {"tag": "chart", "chart_spec": {"type": "bar"}}, cards.BAD_CHART),
    ("chart of words", {"tag": "chart", "chart_spec": BARS | {"yField": "month"}}, cards.BAD_CHART),
    ("chart over nothing", {"tag": "chart", "chart_spec": BARS | {"xField": ["year"]}}, cards.BAD_CHART),
    ("chart of no series", {"tag": "chart", "chart_spec": BARS | {"seriesField": "by"}}, cards.BAD_CHART),
    (
        "panel with two-value header padding",
        PANEL | {"header": {"title": plain("一"), "padding": "4px 8px"}},
        BAD,
    ),
    ("panel title in lark_md", PANEL | {"header": {"title": {"tag": "lark_md", "content": "一"}}}, BAD),
    ("panel angle", PANEL | {"header": {"title": plain("一"), "icon_expanded_angle": 45}}, BAD),
    (
        "column weight",
        {"tag": "column_set", "columns": [{"tag": "column", "width": "weighted", "weight": 6}]},
        BAD,
    ),
    ("something else among the columns", {"tag": "column_set", "columns": [MARKDOWN]}, BAD),
    ("div with v1 fields", {"tag": "div", "text": plain("一"), "fields": []}, BAD),
    ("margin of three digits", MARKDOWN | {"margin": "100px"}, BAD),
    ("negative margin", MARKDOWN | {"margin": "-12px"}, 0),
]


@pytest.mark.parametrize(("element", "code"), [c[1:] for c in VALUES], ids=[c[0] for c in VALUES])
def test_what_a_property_may_hold(element: Json, code: int) -> None:
    assert verdict(card(element))[0] == code


def one_cell(data_type: str, cell: object) -> Json:
    """A table with one column of a type and one row."""
    return {"columns": [{"name": "a", "data_type": data_type}], "rows": [{"a": cell}]}


ROWS: list[tuple[str, Json, int]] = [
    ("an undeclared name", {"rows": [{"price": "1"}]}, cards.BAD_ROW_NAME),
    ("a row that is no object", {"rows": ["出租车"]}, cards.BAD_ROWS),
    ("a number as text", {"rows": [{"sum": "128.50"}]}, cards.BAD_ROWS),
    ("a truth as number", {"rows": [{"sum": True}]}, cards.BAD_ROWS),
    ("a text as number", {"rows": [{"item": 1}]}, cards.BAD_ROWS),
    ("a missing cell", {"rows": [{}]}, 0),
    ("no rows", {"rows": []}, 0),
    ("options", one_cell("options", [{"text": "好"}]), 0),
    ("bare options", one_cell("options", "好"), cards.BAD_ROWS),
    ("a date in ms", one_cell("date", 1760000000000), 0),
    ("a date as text", one_cell("date", "3.3."), cards.BAD_ROWS),
    ("people", one_cell("persons", ["ou_lin"]), 0),
    ("people by number", one_cell("persons", [1]), cards.BAD_ROWS),
    ("a column twice", {"columns": [{"name": "a"}, {"name": "a"}], "rows": []}, RULE),
    ("no columns", {"columns": [], "rows": []}, BAD),
    ("51 columns", {"columns": [{"name": f"c{i}"} for i in range(51)], "rows": []}, BAD),
    ("an unknown type of column", {"columns": [{"name": "a", "data_type": "money"}], "rows": []}, BAD),
    ("page_size 11", {"page_size": 11}, BAD),
]


@pytest.mark.parametrize(("change", "code"), [c[1:] for c in ROWS], ids=[c[0] for c in ROWS])
def test_the_rows_of_a_table(change: Json, code: int) -> None:
    assert verdict(card(TABLE | change))[0] == code


@pytest.mark.parametrize(("count", "code"), [(5, 0), (6, RULE)])
def test_a_card_has_at_most_five_tables(count: int, code: int) -> None:
    assert verdict(card(*[TABLE] * count))[0] == code


PLACES: list[tuple[str, Json, int]] = [
    ("form in a column", column_set(form(submit("好"))), BAD),
    ("form in a panel", PANEL | {"elements": [form(submit("好"))]}, BAD),
    ("form in a form", form(form(submit("好"), name="inner"), submit("好", "go2")), BAD),
    ("table in a form", form(TABLE, submit("好")), BAD),
    ("table in a column", column_set(TABLE), BAD),
    ("table in a panel", PANEL | {"elements": [TABLE]}, BAD),
    ("chart in a form", form(SPECIMENS["chart"], submit("好")), BAD),
    ("chart in a column", column_set(SPECIMENS["chart"]), 0),
    ("v1 tag deep inside", column_set(PANEL | {"elements": [{"tag": "note"}]}), V1),
    ("form without name", form(submit("好"), name=""), RULE),
    ("form without a submit button", form(INPUT), RULE),
    ("form with a reset button only", form(button("清空", name="r", form_action_type="reset")), RULE),
    ("form with the button in a column", form(INPUT, column_set(submit("好"))), 0),
    ("input without name", form({"tag": "input"}, submit("好")), RULE),
    ("input with an empty name", form({"tag": "input", "name": ""}, submit("好")), RULE),
    ("button without name", form(button("好", form_action_type="submit")), RULE),
    ("two of one name", form(INPUT, INPUT, submit("好")), RULE),
    ("a name used deeper again", form(INPUT, column_set(INPUT), submit("好")), RULE),
    ("a name used for the form too", form(submit("好", "form")), RULE),
    ("a nameless input outside a form", {"tag": "input"}, 0),
]


@pytest.mark.parametrize(("element", "code"), [c[1:] for c in PLACES], ids=[c[0] for c in PLACES])
def test_where_an_element_may_stand(element: Json, code: int) -> None:
    assert verdict(card(element))[0] == code


def test_names_are_unique_over_the_whole_card() -> None:
    assert verdict(card(form(INPUT, submit("好")), INPUT))[0] == RULE


@pytest.mark.parametrize(("depth", "code"), [(5, 0), (6, RULE)])
def test_containers_nest_five_deep(depth: int, code: int) -> None:
    element: Json = MARKDOWN
    for _ in range(depth):
        element = column_set(element)
    assert verdict(card(element))[0] == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a", 0),
        ("a234567890123456789_", 0),
        ("a23456789012345678901", RULE),
        ("1a", RULE),
        ("_a", RULE),
        ("a-b", RULE),
        ("甲", RULE),
        ("", RULE),
        (5, RULE),
    ],
)
def test_the_form_of_an_element_id(name: object, code: int) -> None:
    assert verdict(card(MARKDOWN | {"element_id": name}))[0] == code


def test_an_element_id_is_unique_over_the_whole_card() -> None:
    twice = MARKDOWN | {"element_id": "same"}
    assert verdict(card(twice, column_set(twice)))[0] == RULE


@pytest.mark.parametrize(("markdowns", "code"), [(199, 0), (200, RULE)])
def test_at_most_200_tags_and_the_title_counts(markdowns: int, code: int) -> None:
    assert verdict(card(*[MARKDOWN] * markdowns))[0] == code


def test_texts_within_elements_count_too() -> None:
    assert verdict(card(*[button("好")] * 99))[0] == 0
    assert verdict(card(*[button("好")] * 100))[0] == RULE
