"""The life of a claim: handed in, signed by four people in order, sent back, taken back, stuck and freed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.expense.service import UNKNOWN
from storage import projects, settings
from tests.house import House, button_in, buttons_of, read

NUMBER = "BX-2026-0001"
SIGNERS = ("li", "wang", "chen")
WHY = {"reason": "缺少发票"}


def acts(house: House, number: str = NUMBER) -> list[str]:
    """What the journal says was done about a claim, refusals apart."""
    return [f"{each.actor} {each.act}" for each in house.journal(house.claim(number).subject)]


def states(house: House, version: int = 0) -> list[str]:
    return [each.state for each in house.steps(version=version)]


def mended(house: House, key: str, **answers: str) -> None:
    """Change a claim that came back, and hand it in again."""
    draft = house.say(key, f"修改 {NUMBER}").card
    assert draft is not None
    assert draft.form is not None
    values = {each.name: each.default for each in draft.form.questions}
    reply = house.press(key, draft.form.buttons[0], values | answers)
    assert not reply.refused, reply.toast


def new_lead(house: House, code: str, key: str) -> None:
    """Give a project to somebody else."""
    who = house.person(key).id
    with house.database.write() as tx:
        known = next(each for each in projects.active(tx) if each.code == code)
        projects.save(tx, code, known.name, who, known.fund, known.budget_fen)


# Straight through.


def test_four_different_people_sign_in_order_and_the_requester_reads_that_it_has_passed(
    house: House,
) -> None:
    card = house.submit("lin").card
    assert "审批中" in read(card)
    assert "⏳ 第 2 级 项目负责人 李青（待签）" in read(card)
    for key in SIGNERS:
        house.clock.forward(timedelta(hours=1))
        house.approve_all(key)

    assert house.claim().state == "approved"
    assert [(each.level, each.signer, each.state) for each in house.steps()] == [
        (1, "林晓", "signed"),
        (2, "李青", "signed"),
        (3, "王芳", "signed"),
        (4, "陈立", "signed"),
    ]
    assert house.texts("lin") == [
        f"{NUMBER}：李青已同意，现在等财务负责人王芳签字。",
        f"{NUMBER}：王芳已同意，现在等秘书长陈立签字。",
        f"{NUMBER} 已通过：四级都签好了，¥128.50。",
    ]
    assert "✅ 第 4 级 秘书长 陈立 · 已同意 03-03 12:00" in read(house.cards("lin", "expense:")[-1])


def test_a_signers_card_says_all_that_they_sign_for_and_the_list_of_chats_says_nothing(house: House) -> None:
    house.submit("lin", amount="1,280.50", payee="沈言")
    card = house.cards("li")[-1]
    for words in ("第 2/4 级", "经办人：林晓", "金额：¥1,280.50", "项目：社区助老", "收款人：沈言"):
        assert words in read(card)
    assert "打车去看望老人" in read(card)
    assert "某基金会专项资金" in read(card)
    assert "默认规则，待理事会确认" in read(card)
    assert card.preview == "有一张报销单待您签字"
    assert [each for each in ("li", "wang", "chen") if house.cards(each)] == ["li"]


def test_the_journal_tells_the_whole_life_and_who_signed_what(house: House) -> None:
    house.submit("lin")
    house.approve_all(*SIGNERS)
    assert acts(house) == [
        "lin expense.submitted",
        "lin signoff.signed",
        "li signoff.signed",
        "wang signoff.signed",
        "chen signoff.signed",
        "chen expense.approved",
    ]
    subject = house.claim().subject
    signatures = [each for each in house.journal(subject) if each.act == "signoff.signed"]
    shown = [json.loads(each.facts)["shown"] for each in signatures]
    assert shown == [each.shown for each in house.steps()]
    assert len(set(shown)) == 4


def test_whoever_is_paid_signs_nothing_but_the_submission(house: House) -> None:
    house.submit("lin", payee="林晓")
    house.approve_all(*SIGNERS)
    assert house.claim().state == "approved"
    house.name_deputy("wang", "hou", date(2026, 1, 1), date(2026, 12, 31))
    house.submit("lin", payee="王 芳")
    assert [each.signer or each.assignee for each in house.steps("BX-2026-0002")][2] == house.person("hou").id


def test_numbers_go_on_without_gaps_whatever_is_refused_in_between(house: House) -> None:
    house.submit("lin")
    assert house.submit("zhou", amount="三十").refused
    assert house.say("jian", "报销").refused
    house.submit("zhou")
    assert [house.claim(f"BX-2026-000{each}").requester for each in (1, 2)] == [
        house.person("lin").id,
        house.person("zhou").id,
    ]


def test_numbers_begin_anew_with_the_year_as_people_count_it(house: House) -> None:
    house.clock.moment = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert house.submit("lin").toast == "BX-2026-0001 已提交"
    house.clock.moment = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert house.submit("lin").toast == "BX-2027-0001 已提交"


def test_a_claim_keeps_the_rule_under_which_it_was_handed_in(house: House) -> None:
    house.submit("lin")
    with house.database.write() as tx:
        settings.fix(tx, "expense.chain", "四级联签", "2026-3 号", date(2026, 3, 3), house.clock.now())
    house.submit("zhou")
    assert "默认规则，待理事会确认" in read(house.say("lin", f"查询 {NUMBER}").card)
    assert "依据理事会决议 2026-3 号" in read(house.say("zhou", "查询 BX-2026-0002").card)


# No.


@pytest.mark.parametrize("level", [2, 3, 4])
def test_a_rejection_at_any_level_is_the_end(house: House, level: int) -> None:
    house.submit("lin")
    house.approve_all(*SIGNERS[: level - 2])
    who = SIGNERS[level - 2]
    reply = house.press(who, house.button(who, "驳回"), WHY)

    assert reply.toast == f"{NUMBER} 已驳回"
    assert house.claim().state == "rejected"
    assert states(house) == ["signed"] * (level - 1) + ["rejected"] + ["void"] * (4 - level)
    name = house.person(who).name
    assert house.texts("lin")[-1] == f"{NUMBER} 被{name}驳回：缺少发票"
    for key, words in ((who, "同意"), ("lin", "撤回"), ("lin", "修改"), ("lin", "重新检查")):
        assert house.say(key, f"{words} {NUMBER}").refused
    assert house.claim().state == "rejected"


@pytest.mark.parametrize("label", ["驳回", "退回修改"])
def test_without_a_reason_nobody_says_no(house: House, label: str) -> None:
    house.submit("lin")
    reply = house.press("li", house.button("li", label), {"reason": " \n"})
    assert reply.refused
    assert f"写明{label}的原因" in reply.toast
    assert house.claim().state == "signing"


# Back to the requester.


@pytest.mark.parametrize("level", [2, 3, 4])
def test_what_is_sent_back_is_mended_and_signed_anew_from_the_beginning(house: House, level: int) -> None:
    house.submit("lin")
    house.approve_all(*SIGNERS[: level - 2])
    who = SIGNERS[level - 2]
    house.press(who, house.button(who, "退回修改"), WHY)
    assert house.claim().state == "returned"
    assert "缺少发票" in house.texts("lin")[-1]
    old = house.steps()

    mended(house, "lin", amount="120")

    claim = house.claim()
    assert (claim.state, claim.current.version, claim.current.amount_fen) == ("signing", 2, 12000)
    assert states(house) == ["signed", "open", "waiting", "waiting"]
    assert house.steps(version=1) == old
    house.approve_all(*SIGNERS)
    assert house.claim().state == "approved"
    assert len({each.shown for each in (*old, *house.steps()) if each.shown}) == level + 4


def test_the_form_of_a_claim_that_came_back_holds_what_was_handed_in(house: House) -> None:
    house.send_file("lin", "发票.pdf")
    house.submit("lin", payee="王芳", amount="1,280.5")
    house.name_deputy("wang", "hou", date(2026, 1, 1), date(2026, 12, 31))
    house.say("lin", f"撤回 {NUMBER}")
    words = read(house.say("lin", f"修改 {NUMBER}").card)
    assert "项目=P01\n金额（元）=1280.50\n事由=打车去看望老人\n收款人=" in words
    assert "附件=发票.pdf" in words
    mended(house, "lin", purpose="打车去看望两位老人")
    assert [each.name for each in house.claim().current.attachments] == ["发票.pdf"]
    assert house.claim().current.payee_id == house.person("wang").id


def test_old_signatures_are_shown_as_void_and_old_buttons_say_so_in_one_sentence(house: House) -> None:
    house.submit("lin")
    house.approve_all("li")
    stale = [house.button("li", "同意"), house.button("wang", "同意"), house.button("wang", "驳回")]
    house.press("wang", house.button("wang", "退回修改"), WHY)
    mended(house, "lin")

    for key, button in zip(("li", "wang", "wang"), stale, strict=True):
        reply = house.press(key, button, WHY if button.label == "驳回" else None)
        assert reply.toast == f"{NUMBER} 已是第 2 版，这张卡片是第 1 版，请看新卡片"
    assert states(house) == ["signed", "open", "waiting", "waiting"]
    words = read(house.cards("li")[-1])
    assert "第 1 版（签字已作废）" in words
    assert "↩️ 第 3 级 财务负责人 王芳 · 已退回修改 03-03 09:00：缺少发票" in words


# Taken back.


def test_a_claim_is_taken_back_before_the_next_signature_and_its_signer_is_told(house: House) -> None:
    card = house.submit("lin").card
    waiting = house.button("li", "同意")
    reply = house.press("lin", button_in(card, "撤回"))
    assert reply.toast == f"{NUMBER} 已撤回"
    assert house.claim().state == "withdrawn"
    assert states(house) == ["signed", "void", "void", "void"]
    assert "不用签了" in read(house.cards("li")[-1])
    late = house.press("li", waiting)
    assert late.toast == f"{NUMBER} 已撤回，不能再同意了"
    mended(house, "lin", amount="1")
    house.approve_all(*SIGNERS)
    assert (house.claim().state, house.claim().current.version) == ("approved", 2)


@pytest.mark.parametrize("signed", [1, 2])
def test_once_the_next_one_has_signed_it_cannot_be_taken_back(house: House, signed: int) -> None:
    card = house.submit("lin").card
    house.approve_all(*SIGNERS[:signed])
    names = "、".join(house.person(key).name for key in SIGNERS[:signed])
    for reply in (house.press("lin", button_in(card, "撤回")), house.say("lin", f"撤回 {NUMBER}")):
        assert reply.toast == f"{names}已经签过 {NUMBER}，不能撤回了。可以请下一位签字人「退回修改」"
    assert house.claim().state == "signing"
    assert "[撤回]" not in read(house.say("lin", f"查询 {NUMBER}").card)


def test_what_was_sent_back_can_be_taken_back_for_good(house: House) -> None:
    house.submit("lin")
    house.press("li", house.button("li", "退回修改"), WHY)
    assert not house.say("lin", f"撤回 {NUMBER}").refused
    assert house.claim().state == "withdrawn"


# Too few people.


def test_without_four_people_a_claim_is_blocked_and_those_who_can_help_are_told(house: House) -> None:
    reply = house.submit("li")
    assert reply.toast == f"{NUMBER} 凑不齐签字人"
    assert house.claim().state == "blocked"
    assert "open" not in states(house)
    words = read(reply.card)
    assert "第 2 级（项目负责人）没有人能签：李青是本单经办人" in words
    assert "管宁" in words
    assert "方正" in words
    for helper in ("guan", "fang"):
        assert [NUMBER in each for each in house.texts(helper)] == [True]


@pytest.mark.parametrize("who", ["li", "guan"])
def test_once_a_deputy_is_named_the_claim_goes_on(house: House, who: str) -> None:
    house.submit("li")
    house.name_deputy("li", "zhou", date(2026, 3, 1), date(2026, 3, 31))
    reply = house.say(who, f"重新检查 {NUMBER}")
    assert not reply.refused, reply.text
    assert house.claim().state == "signing"
    house.approve_all("zhou", "wang", "chen")
    assert house.claim().state == "approved"
    ground = "代李青签（2026-03-01 至 2026-03-31 授权）"
    assert house.steps()[1].ground == ground
    assert f"周明（{ground}）" in read(house.say("li", f"查询 {NUMBER}").card)


def test_the_requester_goes_on_by_button_too(house: House) -> None:
    button = button_in(house.submit("li").card, "重新检查")
    house.name_deputy("li", "zhou", date(2026, 3, 1), date(2026, 3, 31))
    assert house.press("li", button).toast == "审批中"


def test_an_administrators_recheck_is_not_written_down_as_the_requesters_act(house: House) -> None:
    house.submit("li")
    handed_in = house.claim().current.submitted_at
    house.clock.forward(timedelta(days=2))
    house.name_deputy("li", "zhou", date(2026, 3, 1), date(2026, 3, 31))
    house.act("guan", "expense.recheck", {"claim": house.claim().id, "version": 1})
    assert house.claim().state == "signing"
    assert house.steps()[0].decided_at == handed_in
    by_li = [each.at for each in house.journal(house.claim().subject) if each.actor == "li"]
    assert all(each.startswith("2026-03-03") for each in by_li)


def test_checking_again_too_early_bothers_nobody_again(house: House) -> None:
    house.submit("li")
    reply = house.say("li", f"重新检查 {NUMBER}")
    assert "凑不齐签字人" in reply.toast + reply.text + (read(reply.card) if reply.card else "")
    assert house.claim().state == "blocked"
    assert [len(house.texts(helper)) for helper in ("guan", "fang")] == [1, 1]


def test_nobody_else_checks_again(house: House) -> None:
    house.submit("li")
    for key in ("wang", "fang", "lin", "jian"):
        reply = house.act(key, "expense.recheck", {"claim": house.claim().id, "version": 1})
        assert reply.refused
    assert house.claim().state == "blocked"


def test_a_requester_who_became_a_supervisor_gets_no_signature_any_more(house: House) -> None:
    house.submit("li")
    house.give_roles("li", "监事")
    new_lead(house, "P01", "zhou")
    house.act("guan", "expense.recheck", {"claim": house.claim().id, "version": 1})
    assert house.claim().state == "blocked"
    assert "open" not in states(house)


# Signers who cannot sign any more.


def test_a_deputy_whose_time_is_over_is_refused_and_the_administrator_finds_another(house: House) -> None:
    house.name_deputy("li", "zhou", date(2026, 3, 1), date(2026, 3, 5))
    house.name_deputy("li", "hou", date(2026, 3, 6), date(2026, 3, 31))
    house.submit("li")
    button = house.button("zhou", "同意")
    house.clock.moment = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)

    late = house.press("zhou", button)
    assert "您现在不能签第 2 级（项目负责人）：职务或授权代签已变" in late.toast
    assert "改派" in late.toast
    done = house.say("guan", f"改派 {NUMBER}")
    assert done.text == f"{NUMBER} 已按规则重新安排签字人，审批中。"
    assert "不用签了" in read(house.cards("zhou")[-1])
    assert house.press("zhou", button).toast == UNKNOWN
    house.approve_all("hou", "wang", "chen")
    assert house.claim().state == "approved"


def test_the_first_and_the_last_day_of_a_deputy_count_as_days_of_the_organisation(house: House) -> None:
    house.name_deputy("li", "zhou", date(2026, 3, 4), date(2026, 3, 5))
    house.clock.moment = datetime(2026, 3, 3, 15, 59, tzinfo=UTC)
    assert house.submit("li").toast == "BX-2026-0001 凑不齐签字人"
    house.clock.moment = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    assert house.submit("li").toast == "BX-2026-0002 已提交"
    house.clock.moment = datetime(2026, 3, 5, 15, 59, tzinfo=UTC)
    house.approve_all("zhou")


def test_a_signature_names_the_authority_that_was_in_force_when_it_was_given(house: House) -> None:
    house.name_deputy("li", "zhou", date(2026, 3, 1), date(2026, 3, 5))
    house.submit("li")
    house.name_deputy("li", "zhou", date(2026, 3, 6), date(2026, 3, 31))
    house.clock.moment = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    reply = house.press("zhou", house.button("zhou", "同意"))
    if reply.refused:
        house.say("guan", f"改派 {NUMBER}")
        house.approve_all("zhou")
    assert house.steps()[1].ground == "代李青签（2026-03-06 至 2026-03-31 授权）"
    signed = [each.facts for each in house.journal(house.claim().subject) if each.actor == "zhou"]
    assert json.loads(signed[0])["ground"] == "代李青签（2026-03-06 至 2026-03-31 授权）"


def test_a_deputy_who_became_the_lead_signs_as_the_lead(house: House) -> None:
    house.name_deputy("li", "zhou", date(2026, 3, 1), date(2026, 3, 31))
    house.submit("li")
    new_lead(house, "P01", "zhou")
    if house.press("zhou", house.button("zhou", "同意")).refused:
        house.say("guan", f"改派 {NUMBER}")
        house.approve_all("zhou")
    assert house.steps()[1].ground == "项目负责人"


@pytest.mark.parametrize("roles", [["会计"], ["财务负责人", "监事"], []])
def test_who_lost_the_post_meanwhile_cannot_sign(house: House, roles: list[str]) -> None:
    house.submit("lin")
    house.approve_all("li")
    button = house.button("wang", "同意")
    house.give_roles("wang", *roles)
    assert "职务或授权代签已变" in house.press("wang", button).toast
    house.give_roles("hou", "财务负责人")
    house.say("guan", f"改派 {NUMBER}")
    house.approve_all("hou", "chen")
    assert [each.signer for each in house.steps()] == ["林晓", "李青", "侯补", "陈立"]


def test_who_has_left_is_not_known_any_more_and_the_claim_waits_for_somebody_else(house: House) -> None:
    house.submit("lin")
    house.approve_all("li")
    button = house.button("wang", "同意")
    house.give_roles("wang", "财务负责人", active=False)
    assert "您已不在名单里" in house.press("wang", button).toast

    assert house.say("guan", f"改派 {NUMBER}").text.endswith("凑不齐签字人。")
    assert house.claim().state == "blocked"
    assert "还没有人担任财务负责人" in house.claim().note
    assert states(house) == ["signed", "signed", "waiting", "waiting"]
    house.give_roles("hou", "财务负责人")
    house.say("lin", f"重新检查 {NUMBER}")
    house.approve_all("hou", "chen")
    assert house.claim().state == "approved"
    assert house.steps()[1].signer == "李青"


def test_a_new_lead_signs_in_place_of_one_who_has_left(house: House) -> None:
    house.submit("lin")
    house.give_roles("li", "项目负责人", active=False)
    house.say("guan", f"改派 {NUMBER}")
    assert "负责人已不在岗" in house.claim().note
    new_lead(house, "P01", "zhou")
    assert not house.say("lin", f"重新检查 {NUMBER}").refused
    house.approve_all("zhou", "wang", "chen")


def test_a_blocked_claim_that_was_signed_before_keeps_the_signatures_of_those_who_signed(
    house: House,
) -> None:
    house.submit("lin")
    house.approve_all("li", "wang")
    house.give_roles("chen", "会计")
    house.say("guan", f"改派 {NUMBER}")
    still = house.say("lin", f"重新检查 {NUMBER}")
    assert still.refused
    assert "还是凑不齐签字人" in still.toast
    house.give_roles("tang", "秘书长")
    house.say("lin", f"重新检查 {NUMBER}")
    house.approve_all("tang")
    assert [each.signer for each in house.steps()] == ["林晓", "李青", "王芳", "唐果"]


def test_nobody_is_chosen_by_hand_and_nothing_changes_while_all_signers_may_sign(house: House) -> None:
    house.submit("lin")
    assert house.say("guan", f"改派 {NUMBER}").toast == f"{NUMBER} 的签字人都还有效，不用改派"
    for key, typed in (("lin", NUMBER), ("chen", NUMBER), ("fang", NUMBER), ("guan", "BX-2026-0009")):
        assert "只有管理员能改派" in house.say(key, f"改派 {typed}").toast
    assert states(house) == ["signed", "open", "waiting", "waiting"]


# The supervisors.


def test_the_supervisors_read_of_it_once_when_somebody_signs_for_the_chair(house: House) -> None:
    house.submit("lin", payee="方正")
    assert house.texts("jian") == [
        f"抄送监事：{NUMBER} 涉及理事长，第 4 级改由他人签。发「查询 {NUMBER}」查看。"
    ]
    assert "[看附件]" not in read(house.say("jian", f"查询 {NUMBER}").card)
    house.approve_all("li", "wang", "he")
    assert len(house.texts("jian")) == 1


def test_the_supervisors_do_not_read_of_anything_else(house: House) -> None:
    house.submit("lin")
    house.submit("chen")
    house.submit("fang")
    assert house.texts("jian") == []


def test_the_supervisors_read_of_it_too_when_it_comes_about_while_the_claim_is_signed(house: House) -> None:
    house.submit("chen")
    assert house.steps()[3].ground == "理事长代秘书长"
    house.give_roles("fang", "理事")
    house.give_roles("chen", "理事长", "秘书长")
    house.say("guan", f"改派 {NUMBER}")
    assert house.steps()[3].ground == "副理事长代签"
    assert [NUMBER in each for each in house.texts("jian")] == [True]


# Both kinds of databases keep what they were told.


def test_what_was_handed_in_is_kept_to_the_letter(house: House) -> None:
    purpose = "第 3 次「家访」<b>&amp; 🚕\n第二行\u3000'\"--; DROP TABLE claim"
    house.submit("lin", purpose=purpose, amount="99,999,999.99", payee="某某（杭州）有限公司")
    claim = house.claim()
    assert claim.current.purpose == purpose
    assert claim.current.amount_fen == 9_999_999_999
    assert (claim.current.payee, claim.current.payee_id) == ("某某（杭州）有限公司", None)
    assert claim.created_at == datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def test_buttons_carry_ids_only(house: House) -> None:
    house.submit("lin", amount="777.77")
    for card in (*house.cards("li"), *house.cards("lin")):
        for button in buttons_of(card):
            assert "777" not in str(dict(button.args))
            assert set(button.args) <= {"claim", "version", "level", "shown", "draft"}
