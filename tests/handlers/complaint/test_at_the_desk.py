"""A case is worked from its registration to the feedback, by those who may and in the order that protects."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from handlers.complaint import desk, doors, dossier, rules, sealing, service
from handlers.complaint.dossier import Handed
from handlers.complaint.rules import Act, Nature, Outcome, Stage
from handlers.contract.refusal import Refusal
from storage import complaint, findings, people, receivers
from storage.people import NewPerson
from tests.handlers.complaint.office import PASSPHRASE, Office

WHAT = "仓库的油每周少两桶，登记本改过三次"


@pytest.fixture
def number(office: Office) -> str:
    """A case that 白露 and 秦川 read."""
    return office.number(office.report(WHAT))


def stage(office: Office, number: str) -> Stage:
    """Return where a case stands."""
    return rules.stage(office.reads("bai", number).entries)


def test_from_receipt_to_feedback(office: Office) -> None:
    receipt = office.report(WHAT)
    number = office.number(receipt)
    office.works("bai", number)
    office.does("qin", number, Act.DISPOSE, text="退回六桶油，调离岗位", number="处 1")
    said = office.does("bai", number, Act.FEEDBACK, text="查实少了六桶，已经处理")
    assert said == "已反馈并办结。反映人在查询页能看到"
    assert stage(office, number) is Stage.CLOSED
    thread = office.thread(receipt)
    assert thread
    assert thread.entries[-1].text == "查实少了六桶，已经处理"
    assert all(each.kept for each in thread.dues)
    conclusion = office.reads("bai", number).entries[-1]
    assert (conclusion.act, conclusion.facts["outcome"]) == (Act.CONCLUSION, Outcome.CONFIRMED)
    assert WHAT not in str(conclusion)


def test_what_waits_for_somebody_else_is_said_and_what_to_do_where_one_is_alone(office: Office) -> None:
    number = office.number(office.report(WHAT, "qin"))
    office.works("bai", number)
    office.does("bai", number, Act.DISPOSE, text="退回", number="")
    draft = {"kind": "情况通报", "agreed": "不涉及", "text": "物资管理有疏漏，已经整改", "authority": ""}
    office.does("bai", number, Act.DRAFT, **draft)
    office.does("bai", number, Act.HOLD, text="有诉讼", order="")
    with office.ctx() as ctx:
        waits = desk.sheet(ctx, office.seat(ctx, "bai"), number).waits
    assert waits == [
        "白露起草的情况通报，等另一位受理人「复核通报」",
        "白露的「申请封存」，等另一位受理人确认",
        "现在只有您能看这一件，请先「请另一位受理人参加」",
    ]


def test_new_evidence_after_the_feedback_begins_the_work_anew(office: Office) -> None:
    receipt = office.report(WHAT)
    number = office.number(receipt)
    office.works("bai", number, Outcome.NOTHING)
    office.does("bai", number, Act.FEEDBACK, text="查过了，没有发现问题")
    office.adds(receipt, "我找到了原来那本登记本")
    said = office.does("qin", number, Act.REOPEN, text="有新的材料")
    assert said == "已重新办理，从「初步判断」开始。反映人在查询页能看到"
    assert stage(office, number) is Stage.REGISTERED
    thread = office.thread(receipt)
    assert thread
    assert (thread.entries[-1].act, thread.entries[-1].text) == (Act.REOPEN, "有新的材料")
    assert [each.kept for each in thread.dues] == [True, True, False]
    office.does("bai", number, Act.JUDGE, nature=Nature.OURS, text="管得着")
    office.does("bai", number, Act.PLAN, text="比对两本")
    office.does("bai", number, Act.REPORT, text="两本不一样")
    with pytest.raises(Refusal, match="还没有听取"):
        office.does(
            "bai", number, Act.STUDY, people="白露、沈言", outcome=Outcome.CONFIRMED, text="清楚", number=""
        )
    office.does("bai", number, Act.HEAR, way="听取了陈述和申辩", text="承认重抄过")
    office.does(
        "bai", number, Act.STUDY, people="白露、沈言", outcome=Outcome.CONFIRMED, text="清楚", number=""
    )
    office.does("bai", number, Act.DISPOSE, text="退回", number="")
    office.does("bai", number, Act.FEEDBACK, text="查实了，谢谢您")
    outcomes = [
        each.facts["outcome"] for each in office.reads("bai", number).entries if each.act is Act.CONCLUSION
    ]
    assert outcomes == [Outcome.NOTHING, Outcome.CONFIRMED]


def test_what_was_put_aside_goes_on_when_the_reporter_knows_more(office: Office, number: str) -> None:
    office.does("bai", number, Act.REGISTER, text="")
    office.does("bai", number, Act.JUDGE, nature=Nature.THIN, text="说得太少")
    assert stage(office, number) is Stage.PARKED
    office.does("bai", number, Act.JUDGE, nature=Nature.OURS, text="反映人说了哪一天")
    assert stage(office, number) is Stage.ACCEPTED


def test_nothing_is_confirmed_before_the_person_concerned_was_heard(office: Office, number: str) -> None:
    office.does("bai", number, Act.REGISTER, text="")
    office.does("bai", number, Act.JUDGE, nature=Nature.OURS, text="管得着")
    office.does("bai", number, Act.PLAN, text="看登记本")
    office.does("bai", number, Act.REPORT, text="少了六桶")
    for outcome in (Outcome.CONFIRMED, Outcome.PARTLY):
        with pytest.raises(Refusal, match="听取"):
            office.does(
                "bai", number, Act.STUDY, people="白露、秦川", outcome=outcome, text="清楚", number=""
            )
    office.does("bai", number, Act.HEAR, way="本人拒绝，有两位见证人", witnesses="林晓、侯补", text="不肯来")
    office.does(
        "bai", number, Act.STUDY, people="白露、秦川", outcome=Outcome.CONFIRMED, text="清楚", number=""
    )
    assert stage(office, number) is Stage.STUDIED


def test_a_refusal_to_be_heard_needs_two_witnesses(office: Office, number: str) -> None:
    office.does("bai", number, Act.REGISTER, text="")
    office.does("bai", number, Act.JUDGE, nature=Nature.OURS, text="管得着")
    office.does("bai", number, Act.PLAN, text="看登记本")
    with pytest.raises(Refusal, match="两位见证人"):
        office.does("bai", number, Act.HEAR, way="本人拒绝，有两位见证人", witnesses="林晓", text="不肯来")


@pytest.mark.parametrize("nature", [Nature.CRIME, Nature.DISCIPLINE])
def test_crimes_and_party_discipline_are_handed_over_and_not_looked_into(
    office: Office, nature: Nature
) -> None:
    receipt = office.report(WHAT)
    number = office.number(receipt)
    office.does("bai", number, Act.REGISTER, text="")
    office.does("bai", number, Act.JUDGE, nature=nature, text="不归我们查")
    for act in (Act.PLAN, Act.TALK, Act.REPORT, Act.STUDY):
        with pytest.raises(Refusal, match="还不能"):
            rules.check(act, office.reads("bai", number).entries, "白露")
    office.does("bai", number, Act.HAND_OVER, to="有管辖权的机关", number="移 1", text="登记本复印件")
    office.does("bai", number, Act.FEEDBACK, text="已移送")
    thread = office.thread(receipt)
    assert thread
    assert [each.facts.get("to") for each in thread.entries if each.act is Act.HAND_OVER] == [
        "有管辖权的机关"
    ]
    assert "登记本复印件" not in str(thread.entries)


def test_who_a_case_is_about_takes_no_part_in_its_study(office: Office) -> None:
    number = office.number(office.report("林晓把油卖了，登记本改过"))
    office.does("bai", number, Act.REGISTER, text="")
    office.does("bai", number, Act.JUDGE, nature=Nature.OURS, text="管得着")
    office.does("bai", number, Act.PLAN, text="看登记本")
    office.does("bai", number, Act.REPORT, text="没有发现")
    with pytest.raises(Refusal, match=r"林晓.*回避"):
        office.does(
            "bai", number, Act.STUDY, people="白露、林晓", outcome=Outcome.NOTHING, text="没有", number=""
        )


def test_only_an_authority_finds_that_somebody_accused_falsely(office: Office, number: str) -> None:
    office.does("bai", number, Act.REGISTER, text="")
    office.does("bai", number, Act.JUDGE, nature=Nature.OURS, text="管得着")
    office.does("bai", number, Act.PLAN, text="看登记本")
    office.does("bai", number, Act.REPORT, text="没有发现")
    words = {"people": "白露、秦川", "outcome": Outcome.NOTHING, "number": "", "text": "反映人是诬告"}
    with pytest.raises(Refusal, match="有权机关"):
        office.does("bai", number, Act.STUDY, **words)


def test_no_answer_calls_a_reporter_a_false_accuser_on_its_own(office: Office, number: str) -> None:
    with pytest.raises(Refusal, match="有权机关"):
        office.does("bai", number, Act.REPLY, text="您这是诬陷")
    office.works("bai", number, Outcome.NOTHING)
    with pytest.raises(Refusal, match="有权机关"):
        office.does("bai", number, Act.FEEDBACK, text="经查是诬告")


def test_who_cannot_open_what_was_merged_is_told_who_must_answer(office: Office) -> None:
    first, second = office.report(WHAT), office.report("登记本上的数是假的，我看见改了")
    number = office.number(first)
    office.does("bai", office.number(second), Act.MERGE, other=number, text="同一本登记本")
    with office.ctx() as ctx:
        luo = receivers.of(ctx.tx, "luo")
    assert luo
    office.does("bai", number, Act.ADMIT, receiver=str(luo.id), text="帮忙")
    office.works("bai", number, Outcome.NOTHING)
    with pytest.raises(Refusal, match=f"{office.number(second)} 您打不开"):
        office.does("luo", number, Act.FEEDBACK, text="没有发现问题")
    office.does("bai", number, Act.FEEDBACK, text="没有发现问题")


def test_who_lost_the_post_while_sitting_at_the_desk_has_to_leave(office: Office) -> None:
    with office.ctx() as ctx:
        mine = receivers.of(ctx.tx, "bai")
        assert mine
        sitting = doors.sit_down(ctx, mine, office.keys["bai"])
    office.house.give_roles("bai", "经办人")
    with pytest.raises(Refusal, match="锁上"), office.ctx() as ctx:
        doors.seat(ctx, sitting)


def test_two_who_act_on_the_same_case_at_once_do_not_overwrite_each_other(
    office: Office, number: str
) -> None:
    with office.ctx() as ctx:
        version = service.read(ctx, office.seat(ctx, "bai"), number).case.version
    office.does("qin", number, Act.REGISTER, text="")
    with pytest.raises(Refusal, match="刚才有人"), office.ctx() as ctx:
        service.do(ctx, office.seat(ctx, "bai"), number, version, Act.NOTE, {"text": "我也看了"})


def test_who_is_kept_out_hears_the_same_as_of_a_case_that_never_was(office: Office) -> None:
    number = office.number(office.report(WHAT, "bai"))
    words = []
    for asked in (number, "FY-XXXXXX"):
        with pytest.raises(Refusal) as refused:
            office.reads("bai", asked)
        words.append(refused.value.sentence)
    assert words == [service.UNKNOWN] * 2


def test_who_opened_a_case_shows_there_once_a_day(office: Office, number: str) -> None:
    for _ in range(2):
        with office.ctx() as ctx:
            desk.sheet(ctx, office.seat(ctx, "bai"), number)
    office.house.clock.forward(timedelta(days=1))
    with office.ctx() as ctx:
        desk.sheet(ctx, office.seat(ctx, "bai"), number)
    opened = [each for each in office.reads("qin", number).entries if each.act is Act.OPENED]
    assert [(each.by, each.on) for each in opened] == [
        ("白露", date(2026, 3, 3)),
        ("白露", date(2026, 3, 4)),
    ]


def test_a_receiver_recuses_themselves_and_can_open_it_no_more(office: Office, number: str) -> None:
    office.does("bai", number, Act.RECUSE, text="被反映的是我表弟")
    with pytest.raises(Refusal, match=service.UNKNOWN):
        office.reads("bai", number)
    assert office.reads("qin", number).entries[-1].act is Act.RECUSE


def test_who_recused_themselves_is_let_in_by_nobody_any_more(office: Office, number: str) -> None:
    """「不能收回」: not by a colleague, and not under another key."""
    office.does("bai", number, Act.RECUSE, text="被反映的是我表弟")
    with office.ctx() as ctx:
        doors.revoke(ctx, "bai")
    office.gives_key("bai")
    with office.ctx() as ctx:
        seat = office.seat(ctx, "qin")
        offered = service.choices(ctx, seat, service.read(ctx, seat, number), Act.ADMIT)
    assert {each.label for each in offered} == {"罗维"}


def test_when_the_last_one_recuses_themselves_the_one_outside_takes_over(office: Office) -> None:
    receipt = office.report(WHAT, "qin")
    office.does("bai", office.number(receipt), Act.RECUSE, text="不合适")
    assert office.readers(receipt) == {"luo"}
    assert office.reads("luo", office.number(receipt)).filed.text == WHAT


def test_nobody_recuses_themselves_where_nobody_could_take_over(office: Office) -> None:
    receipt = office.report(WHAT, "qin", "luo")
    with pytest.raises(Refusal, match="没有别人可以接手"):
        office.does("bai", office.number(receipt), Act.RECUSE, text="不合适")
    assert office.readers(receipt) == {"bai"}


def test_another_receiver_is_let_in_but_never_one_who_was_kept_out(office: Office) -> None:
    receipt = office.report(WHAT, "qin")
    number = office.number(receipt)
    with office.ctx() as ctx:
        seat = office.seat(ctx, "bai")
        offered = service.choices(ctx, seat, service.read(ctx, seat, number), Act.ADMIT)
        ids = {each.label: each.value for each in offered}
        qin = receivers.of(ctx.tx, "qin")
    assert set(ids) == {"罗维"}
    assert qin
    with pytest.raises(Refusal, match="从列出的里面选"):
        office.does("bai", number, Act.ADMIT, receiver=str(qin.id), text="帮忙")
    office.does("bai", number, Act.ADMIT, receiver=ids["罗维"], text="帮忙")
    assert office.readers(receipt) == {"bai", "luo"}


def test_a_case_has_room_for_more_readers_than_boxes(office: Office) -> None:
    for place in range(9):
        with office.ctx() as ctx:
            key = f"wai{place}"
            person = people.NewPerson(
                key, f"外请{'甲乙丙丁戊己庚辛壬'[place]}", "外部", frozenset({"外部受理人"})
            )
            people.save(ctx.tx, person)
        office.gives_key(key)
    receipt = office.report(WHAT)
    number = office.number(receipt)
    for _ in range(10):
        with office.ctx() as ctx:
            seat = office.seat(ctx, "bai")
            offered = service.choices(ctx, seat, service.read(ctx, seat, number), Act.ADMIT)
        office.does("bai", number, Act.ADMIT, receiver=offered[0].value, text="帮忙")
    assert len(office.readers(receipt)) == 12
    with office.ctx() as ctx:
        assert len(complaint.boxes(ctx.tx, number)) == 16


def test_two_cases_of_the_same_matter_become_one_and_both_reporters_hear(office: Office) -> None:
    first, second = office.report(WHAT), office.report("登记本上的数是假的，我看见改了")
    office.does("bai", office.number(second), Act.MERGE, other=office.number(first), text="同一本登记本")
    office.works("bai", office.number(first), Outcome.NOTHING)
    office.does("bai", office.number(first), Act.FEEDBACK, text="查过了，没有发现问题")
    for receipt in (first, second):
        thread = office.thread(receipt)
        assert thread
        assert thread.entries[-1].text == "查过了，没有发现问题"
        assert thread.case.closed_on
        assert WHAT not in str(thread.entries) or receipt == first


def test_who_was_merged_twice_over_hears_of_it_too(office: Office) -> None:
    first, second, third = (office.report(f"{WHAT}，第 {place} 次") for place in range(3))
    office.does("bai", office.number(first), Act.MERGE, other=office.number(second), text="")
    office.does("bai", office.number(second), Act.MERGE, other=office.number(third), text="")
    office.works("bai", office.number(third), Outcome.NOTHING)
    office.does("bai", office.number(third), Act.FEEDBACK, text="查过了，没有发现问题")
    for receipt in (first, second, third):
        thread = office.thread(receipt)
        assert thread
        assert thread.entries[-1].text == "查过了，没有发现问题"


def test_what_was_for_the_one_outside_alone_stays_outside(office: Office) -> None:
    number = office.number(office.report(WHAT, unsure=True))
    with office.ctx() as ctx:
        seat = office.seat(ctx, "luo")
        assert service.choices(ctx, seat, service.read(ctx, seat, number), Act.ADMIT) == []


def test_whom_a_merged_case_was_kept_from_is_not_let_into_the_other(office: Office) -> None:
    kept_from_bai = office.number(office.report(WHAT, "bai"))
    with office.ctx() as ctx:
        doors.revoke(ctx, "bai")
    number = office.number(office.report("登记本上的数是假的，我也看见了"))
    office.gives_key("bai")
    offered = []
    for merged in (False, True):
        if merged:
            office.does("qin", kept_from_bai, Act.MERGE, other=number, text="")
        with office.ctx() as ctx:
            seat = office.seat(ctx, "qin")
            choices = service.choices(ctx, seat, service.read(ctx, seat, number), Act.ADMIT)
        offered.append({each.label for each in choices})
    assert offered == [{"白露", "罗维"}, {"罗维"}]


def test_cases_of_different_readers_are_not_merged(office: Office) -> None:
    first, second = office.report(WHAT), office.report("登记本上的数是假的，我看见改了", "qin")
    number = office.number(second)
    with office.ctx() as ctx:
        seat = office.seat(ctx, "bai")
        assert service.choices(ctx, seat, service.read(ctx, seat, number), Act.MERGE) == []
    with pytest.raises(Refusal, match="从列出的里面选"):
        office.does("bai", number, Act.MERGE, other=office.number(first), text="")


def test_a_text_for_the_public_is_never_in_the_reporters_words_and_two_look_at_it(
    office: Office, number: str
) -> None:
    office.works("bai", number)
    own = {"kind": "情况通报", "agreed": "不涉及", "authority": ""}
    with pytest.raises(Refusal, match="反映人说过的话"):
        office.does("bai", number, Act.DRAFT, text="经查，登记本 改过三次，仓库的油 每周少两桶。", **own)
    office.does("bai", number, Act.DRAFT, text="经查，物资管理有问题，当事人已调岗。", **own)
    with pytest.raises(Refusal, match="不复核自己"):
        office.does("bai", number, Act.REVIEW, verdict="通过", text="可以")
    with pytest.raises(Refusal, match="没有通过复核"), office.ctx() as ctx:
        desk.paper(ctx, office.seat(ctx, "bai"), number, "某中心")
    office.does("qin", number, Act.REVIEW, verdict="通过", text="看不出是谁")
    with office.ctx() as ctx:
        paper = desk.paper(ctx, office.seat(ctx, "bai"), number, "某中心")
    assert paper.title == "情况通报"


def test_who_was_cleared_gets_a_clarification_with_their_consent_alone(office: Office, number: str) -> None:
    office.works("bai", number, Outcome.NOTHING)
    text = {"kind": "澄清说明", "text": "经核实，未发现问题。", "authority": ""}
    with pytest.raises(Refusal, match="本人同意"):
        office.does("bai", number, Act.DRAFT, agreed="不涉及", **text)
    office.does("bai", number, Act.DRAFT, agreed="同意", **text)
    with pytest.raises(Refusal, match="没有查证属实的，不处置"):
        office.does("bai", number, Act.DISPOSE, text="扣钱", number="")


def test_a_case_is_held_by_two_or_by_an_authoritys_order(office: Office, number: str) -> None:
    office.does("bai", number, Act.HOLD, text="在诉讼里", order="")
    with pytest.raises(Refusal, match="不能自己确认"):
        office.does("bai", number, Act.HOLD_TOO, text="")
    assert not office.reads("bai", number).case.held
    office.does("qin", number, Act.HOLD_TOO, text="同意")
    assert office.reads("bai", number).case.held
    office.does("qin", number, Act.RELEASE, text="结束了", order="法 2")
    assert not office.reads("bai", number).case.held


def test_a_finding_that_comes_of_it_looks_like_any_other_of_a_supervisor(office: Office, number: str) -> None:
    also_supervisor(office, "bai")
    office.works("bai", number)
    with office.ctx() as ctx:
        seat = office.seat(ctx, "bai")
        teams = service.choices(ctx, seat, service.read(ctx, seat, number), Act.RECTIFY)
    assert ("project:P01", "社区助老：发给李青") in [(each.value, each.label) for each in teams]
    asked = {"unit": "project:P01", "clause": "财务制度第 5 条", "asked": "补签字"}
    with pytest.raises(Refusal, match="反映人说过的话"):
        office.does("bai", number, Act.RECTIFY, what="仓库的油，每周少两桶", **asked)
    said = office.does("bai", number, Act.RECTIFY, what="物资出入库没有双人签字", **asked)
    assert said == "ZG-2026-0001 已下发，来源写的是「监督检查」"
    heard = [*office.house.texts("li"), *map(str, office.house.cards("li"))]
    house = office.house
    typed = {"owner": "李青", "what": "油料没有双人签字", "source": "监督检查", "days": "15", "reason": ""}
    house.act("bai", "finding.open", {}, asked | typed)
    with office.ctx() as ctx:
        by_case, by_itself = (findings.by_number(ctx.tx, f"ZG-2026-000{each}") for each in (1, 2))
    assert by_case
    assert by_itself
    differs = {
        name for name in by_case.__dataclass_fields__ if getattr(by_case, name) != getattr(by_itself, name)
    }
    assert differs == {"id", "number", "what"}
    first, second = (
        [(each.act, each.actor, set(json.loads(each.facts))) for each in house.journal(one.subject)]
        for one in (by_case, by_itself)
    )
    assert first == second
    shown = str([each.facts for each in house.journal(by_case.subject)]) + str(heard)
    assert number not in shown
    assert "反映" not in shown


def test_nothing_comes_of_what_was_not_confirmed(office: Office, number: str) -> None:
    also_supervisor(office, "bai")
    office.works("bai", number, Outcome.NOTHING)
    with pytest.raises(Refusal, match="没有查证属实"):
        rules.check(Act.RECTIFY, office.reads("bai", number).entries, "白露")


def test_who_is_no_supervisor_sends_no_notice_that_would_stand_out(office: Office, number: str) -> None:
    office.works("bai", number)
    with pytest.raises(Refusal, match="整改通知都由监事下发"):
        office.does(
            "bai", number, Act.RECTIFY, unit="project:P01", what="没有双人签字", clause="第 5 条", asked="补"
        )


def also_supervisor(office: Office, key: str) -> None:
    """Make a receiver one of the supervisors."""
    with office.ctx() as ctx:
        one = people.by_keys(ctx.tx, [key])[key]
        roles = one.roles | {"监事"}
        people.save(ctx.tx, NewPerson(key, one.name, one.department, roles, {"feishu": f"ou_{key}"}))


def test_a_wrong_passphrase_opens_nothing_and_the_tenth_shuts_the_link(office: Office) -> None:
    with office.ctx() as ctx:
        token = doors.invite(ctx, people.by_keys(ctx.tx, ["luo"])["luo"])
    for _ in range(doors.SLIPS):
        with office.ctx() as ctx:
            receiver, _person = doors.behind(ctx, token)
            assert sealing.unwrapped(receiver.wrapped or b"", "猜一个口令") is None
            doors.slip(ctx, receiver)
    with pytest.raises(Refusal, match="失效"), office.ctx() as ctx:
        doors.behind(ctx, token)


def test_the_right_passphrase_opens_the_desk_for_half_an_hour(office: Office) -> None:
    with office.ctx() as ctx:
        token = doors.own_link(ctx, people.by_keys(ctx.tx, ["bai"])["bai"])
    with office.ctx() as ctx:
        receiver, _ = doors.behind(ctx, token)
        private = sealing.unwrapped(receiver.wrapped or b"", PASSPHRASE)
        assert private == office.keys["bai"]
        sitting = doors.sit_down(ctx, receiver, private)
    with office.ctx() as ctx:
        assert doors.seat(ctx, sitting).private == private
    office.house.clock.forward(timedelta(minutes=31))
    with pytest.raises(Refusal, match="锁上"), office.ctx() as ctx:
        doors.seat(ctx, sitting)


def test_who_was_outside_and_has_no_key_any_more_is_told_whom_to_ask(office: Office) -> None:
    with office.ctx() as ctx:
        doors.revoke(ctx, "luo")
    assert "请向管理员要一个专用链接" in office.house.say("luo", "受理").text


def test_who_is_no_receiver_gets_no_link(office: Office) -> None:
    reply = office.house.say("lin", "受理")
    assert reply.refused
    assert "给举报受理人用" in reply.text


def test_a_file_of_a_case_is_for_its_readers(office: Office) -> None:
    photo = Handed("本子.png", "image/png", b"\x89PNG what is on it")
    number = office.number(office.report(WHAT, files=[photo]))
    with office.ctx() as ctx:
        found = service.read(ctx, office.seat(ctx, "bai"), number)
        assert dossier.file_of(ctx, found, 0)[1] == photo.content
        with pytest.raises(Refusal, match="没有这个文件"):
            dossier.file_of(ctx, found, 1)
