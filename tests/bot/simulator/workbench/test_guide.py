"""The guided first minute: whatever has been played so far, the hint says what can be done next."""

from __future__ import annotations

from typing import Any

from bot.simulator.workbench.guide import Hint, hint

Json = dict[str, Any]
NAMES = {"lin": "林晓", "li": "李青", "wang": "王芳"}
NUMBER = "BX-2026-0001"


def said(words: str, *labels: str, form: bool = False) -> Json:
    """A message with some words and buttons, perhaps with a form."""
    buttons = [{"label": each.rstrip("-"), "enabled": not each.endswith("-")} for each in labels]
    return {"words": words, "text": "", "buttons": buttons, "form": [{"name": "amount"}] if form else []}


def next_step(**chats: list[Json]) -> Hint:
    return hint({key: chats.get(key, []) for key in NAMES}, NAMES, "lin")


def test_it_begins_with_the_word_for_a_claim() -> None:
    begin = next_step()
    assert (begin.step, begin.pane) == (1, "lin")
    assert "林晓的聊天里发「报销」" in begin.words


def test_a_number_that_only_shows_how_to_type_is_no_claim() -> None:
    help_card = said("我能帮您做这些\n「查询 BX-2026-0001」 看一张单子")
    assert next_step(lin=[], li=[help_card]).step == 1


def test_whoever_has_the_form_is_told_to_fill_it_in() -> None:
    filling = next_step(wang=[said("填写报销单", "提交", form=True)])
    assert (filling.step, filling.pane, filling.press) == (1, "wang", "提交")


def test_a_claim_that_waits_leads_to_its_signer() -> None:
    waiting = next_step(
        lin=[said(f"报销 {NUMBER} 审批中", "撤回")], li=[said(f"报销待您签字 {NUMBER}", "同意")]
    )
    assert (waiting.step, waiting.pane, waiting.press) == (2, "li", "同意")
    assert "李青" in waiting.words


def test_a_greyed_button_is_not_what_one_is_led_to() -> None:
    sent = next_step(li=[said(f"{NUMBER} 待签", "同意-")], wang=[said(f"{NUMBER} 待签", "同意")])
    assert sent.pane == "wang"
    assert next_step(li=[said(f"{NUMBER} 待签", "同意-")]).pane == ""


def test_a_claim_that_went_through_leads_to_its_trail() -> None:
    done = next_step(lin=[said(f"{NUMBER} 已通过：四级都签好了")])
    assert (done.step, done.claim) == (3, NUMBER)


def test_a_claim_that_came_back_leads_to_its_requester() -> None:
    back = next_step(lin=[said(f"报销 {NUMBER} 已退回修改", "修改", "撤回")])
    assert (back.step, back.pane, back.press) == (2, "lin", "修改")


def test_a_claim_that_ended_otherwise_leads_to_its_trail_and_to_a_new_one() -> None:
    ended = next_step(lin=[said(f"{NUMBER} 已驳回")])
    assert (ended.step, ended.pane, ended.claim) == (1, "lin", NUMBER)


def test_only_the_newest_claim_counts() -> None:
    newest = next_step(lin=[said(f"{NUMBER} 已通过")], li=[said("待签 BX-2026-0002", "同意")])
    assert (newest.step, newest.pane) == (2, "li")


def test_who_changes_a_returned_claim_is_led_back_to_the_form() -> None:
    returned = said(f"{NUMBER} 被李青退回修改")
    assert next_step(lin=[returned, said("修改报销单", "提交", form=True)]).press == "提交"
    asked = next_step(lin=[returned, said("（1/5）项目\n「取消」放弃")])
    assert (asked.step, asked.pane) == (2, "lin")


def test_the_form_of_something_else_is_no_claim_that_is_being_filled_in() -> None:
    sheet = said("廉洁风险自查", "提交") | {"form": [{"name": "verdict"}]}
    assert next_step(li=[sheet]).press == ""
