"""Who gets a complaint, what is kept of it, and what comes back to its reporter."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from bot.context import JobContext
from handlers.complaint import checks, doors, dossier, filing, receipts, sealing
from handlers.complaint.dossier import Handed
from handlers.complaint.filing import Report
from handlers.complaint.rules import Act
from handlers.contract.refusal import Refusal
from storage import complaint, people, settings
from storage.base import metadata
from storage.people import NewPerson
from tests.handlers.complaint.office import Office

WHAT = "仓库的油每周少两桶，登记本改过三次"


def test_those_whom_it_does_not_concern_read_it_and_nobody_else(office: Office) -> None:
    receipt = office.report(WHAT)
    assert office.readers(receipt) == {"bai", "qin"}
    assert office.cases("luo") == []
    assert office.reads("bai", office.number(receipt)).filed.text == WHAT


def test_a_receiver_who_was_ticked_cannot_open_it(office: Office) -> None:
    assert office.readers(office.report(WHAT, "bai")) == {"qin"}


def test_a_receiver_who_is_named_in_the_words_cannot_open_it(office: Office) -> None:
    assert office.readers(office.report("白 露和保管员分了油")) == {"qin"}
    assert office.readers(office.report(WHAT, others="秦川")) == {"bai"}


def test_when_every_receiver_inside_is_ticked_the_one_outside_reads_it(office: Office) -> None:
    assert office.readers(office.report(WHAT, "bai", "qin")) == {"luo"}


def test_who_is_not_sure_reaches_the_one_outside_alone(office: Office) -> None:
    assert office.readers(office.report(WHAT, unsure=True)) == {"luo"}


@pytest.mark.parametrize("others", ["秦穿", "白露、秦穿", "供应商那边的人"])
def test_where_a_name_that_may_not_see_it_is_nobodys_the_one_outside_reads_it(
    office: Office, others: str
) -> None:
    """A slip of the pen must not let in the very person who was meant."""
    assert office.readers(office.report(WHAT, others=others)) == {"luo"}


@pytest.mark.parametrize("others", ["", "  ", "无", "没有。", "白露，"])
def test_nobody_is_no_name(office: Office, others: str) -> None:
    assert "qin" in office.readers(office.report(WHAT, others=others))


def test_a_flood_reaches_the_one_outside_alone(office: Office) -> None:
    with office.ctx() as ctx:
        receipt = filing.receive(ctx, Report(WHAT, flood=True))
    assert office.readers(receipt) == {"luo"}


def test_about_the_head_of_the_organisation_the_one_outside_reads(office: Office) -> None:
    assert office.readers(office.report("理事长方正把车开回家了")) == {"luo"}


def test_where_nobody_may_read_it_nothing_is_kept_and_the_way_out_is_named(office: Office) -> None:
    with pytest.raises(Refusal, match="一个字也没有收下"):
        office.report(WHAT, "bai", "qin", "luo")
    with office.ctx() as ctx:
        assert complaint.everything(ctx.tx) == []


def test_who_lost_the_post_receives_no_more(office: Office) -> None:
    office.house.give_roles("bai", "经办人")
    assert office.readers(office.report(WHAT)) == {"qin"}
    with pytest.raises(Refusal, match="不是受理人"):
        office.cases("bai")


def test_the_outside_addresses_are_always_named(office: Office) -> None:
    with office.ctx() as ctx:
        assert filing.outside_words(ctx) == [
            "业务主管单位",
            "登记管理机关（民政部门）",
            "12345 政务服务便民热线",
        ]


@pytest.mark.parametrize("what", ["", "   ", "坏人"])
def test_too_little_is_answered_with_what_is_missing(office: Office, what: str) -> None:
    with pytest.raises(Refusal, match="是什么事"):
        office.report(what)


def test_too_much_is_counted(office: Office) -> None:
    with pytest.raises(Refusal, match="10001"):
        office.report("长" * 10_001)


def test_the_reporter_comes_back_with_the_receipt_and_reads_the_answer(office: Office) -> None:
    receipt = office.report(WHAT)
    office.does("bai", office.number(receipt), Act.REPLY, text="哪一周开始的？不用说您是谁")
    thread = office.thread(receipt)
    assert thread
    assert [(each.by, each.text) for each in thread.entries] == [
        ("", WHAT),
        ("白露", "哪一周开始的？不用说您是谁"),
    ]


def test_a_note_among_receivers_never_comes_back(office: Office) -> None:
    receipt = office.report(WHAT)
    office.does("bai", office.number(receipt), Act.NOTE, text="像是保管员写的")
    thread = office.thread(receipt)
    assert thread
    assert len(thread.entries) == 1


def test_a_wrong_receipt_finds_nothing(office: Office) -> None:
    office.report(WHAT)
    assert office.thread(receipts.new()) is None


def test_the_reporter_adds_words_a_contact_and_files(office: Office) -> None:
    receipt = office.report(WHAT)
    photo = Handed("本子.png", "image/png", b"\x89PNG secret")
    assert office.adds(receipt, "又少了一桶", files=[photo]) == ""
    assert office.adds(receipt, "", contact="138 0000 0000") == ""
    found = office.reads("qin", office.number(receipt))
    assert [each.act for each in found.entries] == [Act.FILED, Act.MORE, Act.CONTACT]
    with office.ctx() as ctx:
        assert dossier.file_of(ctx, found, 0) == (found.entries[1].files[0], photo.content)


def test_words_that_name_a_reader_begin_a_case_which_that_one_does_not_get(office: Office) -> None:
    receipt = office.report(WHAT)
    second = office.adds(receipt, "原来白露也分了油")
    assert office.readers(second) == {"qin"}
    assert office.readers(receipt) == {"bai", "qin"}
    assert len(office.reads("bai", office.number(receipt)).entries) == 1
    assert office.reads("qin", office.number(second)).filed.facts["before"] == office.number(receipt)


@pytest.mark.parametrize(
    "first",
    [
        Report("保管员和白露分了油"),
        Report(WHAT, who="白露"),
        Report(WHAT, others="白露"),
    ],
)
def test_whom_the_first_words_kept_out_the_words_that_follow_keep_out_too(
    office: Office, first: Report
) -> None:
    with office.ctx() as ctx:
        receipt = filing.receive(ctx, first)
    assert office.readers(receipt) == {"qin"}
    assert office.readers(office.adds(receipt, "原来秦川也分了油")) == {"luo"}


def test_who_was_not_sure_stays_with_the_one_outside_and_is_told_where_to_go_without(
    office: Office,
) -> None:
    receipt = office.report(WHAT, unsure=True)
    with pytest.raises(Refusal, match="没有可以受理的人"):
        office.adds(receipt, "罗维也来拿过油")


def test_what_follows_does_not_reach_who_recused_themselves(office: Office) -> None:
    receipt = office.report(WHAT)
    office.does("bai", office.number(receipt), Act.RECUSE, text="被反映的是我表弟")
    assert office.readers(office.adds(receipt, "原来秦川也分了油")) == {"luo"}


def test_somebody_else_in_the_words_does_not_part_the_case(office: Office) -> None:
    receipt = office.report(WHAT)
    assert office.adds(receipt, "林晓看见了") == ""


def test_a_reporter_cannot_flood_the_thread(office: Office) -> None:
    receipt = office.report(WHAT)
    for place in range(19):
        office.adds(receipt, f"还有第 {place} 件")
    with pytest.raises(Refusal, match="明天"):
        office.adds(receipt, "还有")


def test_whose_key_was_ended_gets_nothing_new_and_a_new_key_opens_nothing_old(office: Office) -> None:
    before = office.report(WHAT)
    with office.ctx() as ctx:
        doors.revoke(ctx, "bai")
    lost = office.keys.pop("bai")
    office.gives_key("bai")
    after = office.report("又是油的事，这次少了三桶")
    assert office.readers(before) == {"qin"}
    assert office.readers(after) == {"bai", "qin"}
    assert office.keys["bai"] != lost


def test_a_new_receiver_opens_no_old_case_and_everybody_is_told(office: Office) -> None:
    before = office.report(WHAT)
    with office.ctx() as ctx:
        new = people.NewPerson("wei", "魏然", "财会组", frozenset({"举报受理人"}), {"feishu": "ou_wei"})
        people.save(ctx.tx, new)
    office.gives_key("wei")
    assert office.readers(before) == {"bai", "qin"}
    assert office.readers(office.report("又是油的事，这次少了三桶")) == {"bai", "qin", "wei"}
    assert any("魏然设好了口令" in each for each in office.house.texts("qin"))


def test_every_case_looks_alike_from_outside_whoever_was_kept_out(office: Office) -> None:
    open_to_two, open_to_one = office.report(WHAT), office.report(WHAT, "bai")
    with office.ctx() as ctx:
        shapes = {
            tuple(len(each) for each in complaint.boxes(ctx.tx, office_number))
            for office_number in (number_of(ctx, office, open_to_two), number_of(ctx, office, open_to_one))
        }
        sizes = {
            len(part.sealed)
            for receipt in (open_to_two, open_to_one)
            for part in complaint.parts(ctx.tx, number_of(ctx, office, receipt))
        }
    assert shapes == {(80,) * 8}
    assert sizes == {4096 + 48}


def number_of(ctx: JobContext, office: Office, receipt: str) -> str:
    """Return the number of a case inside an open transaction."""
    found = complaint.find_for(ctx.tx, sealing.public_of(office.key(ctx, receipt)))
    assert found
    return found.number


def test_nothing_readable_lies_in_any_table(office: Office) -> None:
    receipt = office.report(WHAT, "bai", others="某某", contact="金丝雀 13800000000")
    office.does("luo", office.number(receipt), Act.NOTE, text="受理人的金丝雀")
    with office.ctx() as ctx:
        rows = [repr(tuple(row)) for table in metadata.sorted_tables for row in ctx.tx.run(select(table))]
    whole = "\n".join(rows)
    for secret in (WHAT, "登记本", "金丝雀", "13800000000", receipt, receipts.written(receipt)):
        assert secret not in whole
        assert secret.encode().hex() not in whole
        assert repr(secret.encode())[2:-1] not in whole


def test_who_goes_outside_first_gives_back_the_key_from_inside(office: Office) -> None:
    office.house.give_roles("bai", "外部受理人")
    with office.ctx() as ctx, pytest.raises(Refusal, match="receivers revoke bai"):
        doors.invite(ctx, people.by_keys(ctx.tx, ["bai"])["bai"])
    with office.ctx() as ctx:
        doors.revoke(ctx, "bai")
        assert doors.invite(ctx, people.by_keys(ctx.tx, ["bai"])["bai"])


def test_who_got_a_post_here_is_nobody_from_outside_any_more(office: Office) -> None:
    with office.ctx() as ctx:
        roles = frozenset({"外部受理人", "部门负责人"})
        people.save(ctx.tx, NewPerson("luo", "罗维", "外部", roles, {"feishu": "ou_luo"}))
    with pytest.raises(Refusal, match="暂时不能受理"):
        office.report(unsure=True)
    with office.ctx() as ctx, pytest.raises(Refusal, match="不是外部受理人"):
        doors.invite(ctx, people.by_keys(ctx.tx, ["luo"])["luo"])


def test_the_doctor_says_that_nobody_knows_how_to_reach_the_outside(office: Office) -> None:
    def missing() -> list[str]:
        with office.ctx() as ctx:
            return [each.words for each in checks.remarks(ctx) if "外部渠道还没有写电话或地址" in each.words]

    assert len(missing()) == 1
    for name in filing.ALWAYS:
        with office.ctx() as ctx:
            settings.fix(ctx.tx, name, "某区某局 0571-8800 0000", "2026-05", date(2026, 3, 1), ctx.now)
    assert missing() == []
