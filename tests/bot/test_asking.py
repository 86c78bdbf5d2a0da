"""A form asked question by question in the chat, as it reads to the one who answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import asking
from bot.context import JobContext
from bot.platform import Incoming, Sent
from handlers.contract.card import Button
from handlers.contract.reply import Reply
from storage import files, people, projects
from storage.database import Database
from storage.people import Address, NewPerson
from tests.bot.rooms import ZONE, refitted, rows, words_of
from tests.house import House

NO_SUCH_ANSWER = "没看懂您的回答。"
NOT_UNDERSTOOD = "没看懂这句话。发「帮助」看看我能做什么。"


def says(house: House, *words: str, who: str = "lin") -> str:
    """Type one message after the other; return what is read after the last."""
    replies = [house.say(who, each) for each in words]
    return words_of(replies[-1])


def buttons(reply: Reply) -> dict[str, Button]:
    """Return the buttons of a reply by label."""
    assert reply.card is not None
    return {each.label: each for each in reply.card.buttons}


def claims(house: House) -> list[tuple[object, ...]]:
    """Return project, amount, purpose and payee of each claim's versions."""
    return rows(
        house.database,
        "select p.code, l.amount_fen, l.purpose, v.payee from claim_version v"
        " join claim_line l on l.claim_version_id = v.id join project p on p.id = v.project_id"
        " order by v.claim_id, v.version",
    )


# Filling in.


def test_a_whole_claim_is_filled_in_by_answering_questions(talking: House) -> None:
    first = says(talking, "报销")
    assert "（1/5）项目" in first
    assert "1 机构运行\n2 社区助老\n3 助残就业\n请回数字" in first
    assert "「取消」放弃" in first
    assert "上一步" not in first
    second = says(talking, "2")
    assert "（2/5）金额（元）\n例如 128.50\n「上一步」改前一题，「取消」放弃" in second
    assert "（3/5）事由" in says(talking, "128.50")
    payee = says(talking, "打车去看望老人")
    assert "（4/5）收款人" in payee
    assert "回「好」就用：林晓" in payee
    files = says(talking, "某某餐厅")
    assert "（5/5）附件\n现在：无附件" in files
    assert "发完或不用发，请回「好」" in files
    done = talking.say("lin", "好")
    assert done.card is not None
    assert done.card.title == "报销 BX-2026-0001"
    assert claims(talking) == [("P01", 12850, "打车去看望老人", "某某餐厅")]
    assert talking.button("li", "同意").say == "同意 BX-2026-0001"
    assert says(talking, "谢谢") == NOT_UNDERSTOOD


@pytest.mark.parametrize("choice", ["2", "２", "社区助老", "P01"])
def test_a_choice_is_made_by_number_by_label_or_by_code(talking: House, choice: str) -> None:
    assert "（2/5）金额" in says(talking, "报销", choice)
    says(talking, "1", "看望老人", "好", "好")
    assert [claim[0] for claim in claims(talking)] == ["P01"]


def test_a_choice_is_made_by_button(talking: House) -> None:
    chosen = talking.press("lin", buttons(talking.say("lin", "报销"))["助残就业"])
    assert "（2/5）金额" in words_of(chosen)
    says(talking, "1", "看望老人", "好", "好")
    assert [claim[0] for claim in claims(talking)] == ["P02"]


def test_each_button_of_a_choice_can_also_be_typed(talking: House) -> None:
    offered = buttons(talking.say("lin", "报销"))
    assert {label: each.say for label, each in offered.items()} == {
        "机构运行": "1",
        "社区助老": "2",
        "助残就业": "3",
    }


def test_more_choices_than_fit_on_a_card_are_answered_by_number(talking: House) -> None:
    with talking.database.write() as tx:
        for number in range(3, 9):
            projects.save(tx, f"P0{number}", f"项目{number}", talking.person("tang").id, "", 0)
    reply = talking.say("lin", "报销")
    assert reply.card is None
    assert "9 项目8\n请回数字" in reply.text
    assert NO_SUCH_ANSWER in says(talking, "10")
    assert "（2/5）金额" in says(talking, "9")


def test_agreeing_takes_what_is_known_already(talking: House) -> None:
    assert "回「好」用「社区助老」" in says(talking, "报销 社区助老 出租车 56.5")
    assert "回「好」就用：56.5" in says(talking, "好")
    assert "回「好」就用：出租车" in says(talking, "好的")
    says(talking, "OK", "是", "ok")
    assert claims(talking) == [("P01", 5650, "出租车", "林晓")]


def test_a_form_of_one_question_shows_no_count(talking: House) -> None:
    asked = words_of(rejection(talking))
    assert asked.startswith("驳回 BX-2026-0001（¥128.50）的原因是？\n")
    assert "（1/1）" not in asked


def test_the_reason_for_a_rejection_is_asked_in_the_chat_and_reaches_the_requester(talking: House) -> None:
    rejection(talking)
    says(talking, "不在预算内", who="li")
    assert any("被李青驳回：不在预算内" in each for each in talking.texts("lin"))


def rejection(house: House) -> Reply:
    """Let 李青 press 驳回 on a claim that is to be signed."""
    fill_in(house)
    return house.press("li", house.button("li", "驳回"))


def fill_in(house: House) -> None:
    """Hand a claim in."""
    says(house, "报销", "社区助老", "128.50", "看望老人", "某某餐厅", "好")


def test_a_claim_that_came_back_is_asked_again_with_its_answers_at_hand(talking: House) -> None:
    fill_in(talking)
    talking.press("lin", talking.button("lin", "撤回"))
    assert "回「好」用「社区助老」" in words_of(talking.press("lin", talking.button("lin", "修改")))
    assert "回「好」就用：128.50" in says(talking, "好")
    says(talking, "99", "好", "好", "好")
    assert claims(talking) == [("P01", 12850, "看望老人", "某某餐厅"), ("P01", 9900, "看望老人", "某某餐厅")]


def test_two_people_who_fill_in_at_the_same_time_are_not_mixed_up(talking: House) -> None:
    steps = [("报销", "报销"), ("2", "1"), ("10", "20"), ("一", "二"), ("甲店", "乙店"), ("好", "好")]
    for of_lin, of_zhou in steps:
        says(talking, of_lin)
        says(talking, of_zhou, who="zhou")
    assert claims(talking) == [("P01", 1000, "一", "甲店"), ("ORG", 2000, "二", "乙店")]


# Going back, giving up, leaving out.


def test_going_back_asks_the_question_before_with_its_answer_at_hand(talking: House) -> None:
    says(talking, "报销", "2", "10", "看望")
    again = says(talking, "上一步")
    assert "（3/5）事由" in again
    assert "回「好」就用：看望" in again
    amount = says(talking, "上一步")
    assert "（2/5）金额" in amount
    assert "回「好」就用：10" in amount
    says(talking, "20", "好", "好", "好")
    assert claims(talking) == [("P01", 2000, "看望", "林晓")]


def test_before_the_first_question_there_is_nothing_to_go_back_to(talking: House) -> None:
    assert "（1/5）项目" in says(talking, "报销", "上一步", "上一步")


def test_giving_up_drops_question_and_draft(talking: House) -> None:
    assert "取消" in says(talking, "报销", "2", "10", "取消")
    assert rows(talking.database, "select count(*) from dialogue") == [(0,)]
    assert says(talking, "看望老人") == NOT_UNDERSTOOD
    assert claims(talking) == []


def test_giving_up_a_rejection_leaves_the_claim_to_be_signed(talking: House) -> None:
    rejection(talking)
    assert says(talking, "取消", who="li") == "好的，已取消。"
    assert says(talking, "不在预算内", who="li") == NOT_UNDERSTOOD
    assert rows(talking.database, "select state from claim") == [("signing",)]


def test_what_is_optional_can_be_left_out(talking: House) -> None:
    says(talking, "报销", "2", "10", "看望", "好", "跳过")
    assert len(claims(talking)) == 1


@pytest.mark.parametrize("evasion", ["跳过", "好", "", "  "])
def test_what_is_required_is_asked_again_when_no_answer_is_given(talking: House, evasion: str) -> None:
    asked = says(talking, "报销", "2", "10", evasion)
    assert asked.startswith(NO_SUCH_ANSWER)
    assert "（3/5）事由" in asked


# Answers that cannot be used.


@pytest.mark.parametrize("nonsense", ["0", "4", "-1", "1.5", "社区", "²", "9" * 5000, "好"])
def test_a_choice_that_is_none_is_asked_again(talking: House, nonsense: str) -> None:
    asked = says(talking, "报销", nonsense)
    assert NO_SUCH_ANSWER in asked
    assert "（1/5）项目" in asked


def test_where_a_file_is_wanted_words_are_no_answer(talking: House) -> None:
    asked = says(talking, "报销", "2", "10", "看望老人", "好", "发票在路上")
    assert asked.startswith(NO_SUCH_ANSWER)
    assert "（5/5）附件" in asked


def test_an_answer_that_is_too_long_is_asked_again(talking: House) -> None:
    asked = says(talking, "报销", "2", "10", "长" * 201)
    assert asked.startswith("请控制在 200 字以内。")
    assert "（3/5）事由" in asked
    assert "（4/5）收款人" in says(talking, "长" * 200)


def test_only_the_answers_that_did_not_hold_are_asked_again_each_with_its_reason(talking: House) -> None:
    reply = says(talking, "报销", "2", "十块", "看望老人", "某某餐厅", "好")
    assert reply.startswith("⚠️ 看不懂金额「十块」，请写成元，例如 1280.50\n\n金额（元）\n")
    assert talking.texts("lin")[-1] == reply
    done = talking.say("lin", "10")
    assert done.card is not None
    assert done.card.title == "报销 BX-2026-0001"
    assert claims(talking) == [("P01", 1000, "看望老人", "某某餐厅")]


def test_several_answers_that_did_not_hold_are_counted_and_asked_in_turn(talking: House) -> None:
    with talking.database.write() as tx:
        people.save(tx, NewPerson("wang2", "王芳", "业务部", frozenset({"经办人"})))
    asked = says(talking, "报销", "2", "十块", "看望老人", "王芳", "好")
    assert "（1/2）金额（元）" in asked
    assert "有 2 位同事叫「王芳」" in asked
    assert "（2/2）收款人" in says(talking, "10")
    says(talking, "wang2")
    assert claims(talking) == [("P01", 1000, "看望老人", "王芳")]


def test_a_file_that_is_sent_between_two_questions_is_attached(talking: House) -> None:
    says(talking, "报销", "2", "10")
    talking.send_file("lin", "发票.pdf")
    assert "已加入草稿：发票.pdf" in talking.texts("lin")[-1]
    assert "现在：发票.pdf" in says(talking, "看望老人", "好")
    says(talking, "好")
    assert rows(talking.database, "select count(*) from claim_file") == [(1,)]


def test_a_file_still_on_its_way_is_waited_for(talking: House) -> None:
    says(talking, "报销", "2", "10", "看望老人", "好")
    sent = Sent("om_file", "key", "发票.pdf", image=False)
    talking.router.handle(Incoming("feishu:m:file", Address("feishu", "ou_lin"), sent))
    asked = says(talking, "好")
    assert asked.startswith("⚠️ 还有附件正在取，请等几秒再提交\n\n附件\n现在：发票.pdf（正在取附件…）")
    assert claims(talking) == []
    with talking.database.write() as tx:
        (fetch,) = files.claim(tx, datetime.now(UTC), 1)
    talking.router.file_arrived(fetch, "平台上取不到这个文件了")
    says(talking, "好")
    assert len(claims(talking)) == 1


# What comes in between.


def test_a_command_in_between_is_carried_out_and_the_question_stays_open(talking: House) -> None:
    fill_in(talking)
    says(talking, "报销", "2")
    assert "没有等您办的事" in says(talking, "待办")
    assert "BX-2026-0001" in says(talking, "我的")
    assert "BX-2026-0001" in says(talking, "查询 BX-2026-0001")
    assert "我能帮您做这些" in says(talking, "帮助")
    assert "（3/5）事由" in says(talking, "20")


@pytest.mark.parametrize("purpose", ["帮助老人搬家", "我的天啊", "待办事项打印", "同意书打印", "取消费用"])
def test_an_answer_that_begins_like_a_command_is_an_answer(talking: House, purpose: str) -> None:
    assert "（4/5）收款人" in says(talking, "报销", "2", "10", purpose)
    says(talking, "好", "好")
    assert [claim[2] for claim in claims(talking)] == [purpose]


def test_asking_for_the_form_again_begins_again(talking: House) -> None:
    assert "（1/5）项目" in says(talking, "报销", "2", "10", "报销")
    assert "（2/5）金额" in says(talking, "3")
    assert rows(talking.database, "select count(*) from dialogue where capability = 'asking'") == [(1,)]


def test_a_button_of_a_question_that_was_answered_is_refused(talking: House) -> None:
    offered = buttons(talking.say("lin", "报销"))
    talking.press("lin", offered["社区助老"])
    again = talking.press("lin", offered["助残就业"])
    assert again.refused
    assert again.toast == "这个问题已经答过了，请看最新的一条。"
    says(talking, "10", "看望", "好", "好")
    assert [claim[0] for claim in claims(talking)] == ["P01"]


def test_a_button_of_a_question_of_another_form_is_refused(talking: House) -> None:
    old = buttons(talking.say("lin", "报销"))["社区助老"]
    fill_in(talking)
    talking.press("lin", talking.button("lin", "撤回"))
    assert talking.press("lin", old).refused


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"question": 0},
        {"question": 0, "choice": 3},
        {"question": 0, "choice": -1},
        {"question": "0", "choice": 0},
    ],
)
def test_a_button_with_odd_arguments_is_refused_and_the_question_stays_open(
    talking: House, args: dict[str, str | int]
) -> None:
    says(talking, "报销")
    assert talking.act("lin", "asking.choose", args).refused
    assert "（2/5）金额" in says(talking, "1")


def test_when_the_form_is_handed_in_elsewhere_the_open_question_says_so_and_closes(talking: House) -> None:
    says(talking, "报销", "2")
    draft = rows(talking.database, "select id from dialogue where capability = 'expense'")[0][0]
    values = {"project": "P01", "amount": "1", "purpose": "看望", "payee": "甲店"}
    assert not talking.act("lin", "expense.submit", {"draft": draft}, values).refused
    assert "您已经在别处填好交了，聊天里的填写就停在这里。" in talking.texts("lin")
    assert says(talking, "128") == NOT_UNDERSTOOD
    assert says(talking, "取消") == "现在没有正在填的内容。"
    assert len(claims(talking)) == 1


# Time, and restarts.


def test_a_restart_between_two_questions_is_not_noticed(talking: House) -> None:
    says(talking, "报销", "2", "10")
    talking.database.close()
    again = refitted(House(Database(talking.database.url.render_as_string()), talking.clock, count(1000)))
    assert "（4/5）收款人" in says(again, "看望老人")
    says(again, "好", "好")
    assert claims(again) == [("P01", 1000, "看望老人", "林晓")]
    again.database.close()


def test_a_question_stays_open_as_long_as_answers_come(talking: House) -> None:
    for answer in ("报销", "2", "10", "看望老人", "好", "好"):
        says(talking, answer)
        talking.clock.forward(asking.KEPT - timedelta(minutes=1))
    assert len(claims(talking)) == 1


def test_a_question_that_nobody_answers_closes_with_a_word(talking: House) -> None:
    offered = buttons(talking.say("lin", "报销"))
    talking.clock.forward(asking.KEPT)
    late = talking.press("lin", offered["社区助老"])
    assert late.toast == "这个问题已经过期了，请重新开始。"
    expire(talking)
    expire(talking)
    told = "刚才的填写放了太久，已经停下。需要时请重新开始。"
    assert [each for each in talking.texts("lin") if each == told] == [told]
    assert says(talking, "2") == NOT_UNDERSTOOD


def test_a_question_that_is_still_open_is_not_closed(talking: House) -> None:
    says(talking, "报销")
    talking.clock.forward(asking.KEPT - timedelta(seconds=1))
    expire(talking)
    assert "（2/5）金额" in says(talking, "2")


def expire(house: House) -> None:
    """Let the job run that closes questions."""
    with house.database.write() as tx:
        asking.expire(JobContext(tx, house.clock.now(), datetime.now(UTC), ZONE))


# Whatever is said.

ANSWERS = ("1", "2", "9", "10", "abc", "看望老人", "好", "跳过", "上一步", "取消", "长" * 300)
COMMANDS = (
    "报销",
    "报销 社区助老 12 车费",
    "同意 BX-2026-0001",
    "修改 BX-2026-0001",
    "待办",
    "帮助",
    "文字版",
)
words = st.sampled_from((*ANSWERS, *COMMANDS))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(words | st.text(max_size=5), max_size=15))
def test_whatever_is_said_in_whatever_order_there_is_an_answer(talking: House, said: list[str]) -> None:
    for each in said:
        assert words_of(talking.say("lin", each.replace("\x00", "")))
