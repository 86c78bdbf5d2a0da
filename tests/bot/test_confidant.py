"""What is said without a name: parted from its sender before any transaction, answered past the outbox."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import ABILITIES
from bot.aside import Aside, Unreachable
from bot.confidant import Confidant
from bot.gate import WITH_WORK
from bot.platform import Answer, Clicked, Incoming, Said
from bot.router import Times
from bot.web.server import create_app
from handlers.catalogue import CAPABILITIES
from handlers.complaint import doors
from handlers.contract.reply import Reply
from storage import attempts, complaint, inbox
from storage.people import Address
from tests.handlers.complaint.office import Office
from tests.house import ZONE, House

WHAT = "举报：仓库的油每周少两桶"


class Told(Aside):
    """The side door, as somebody stands behind it who may be out."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self.said: list[tuple[Address, Reply]] = []
        self.is_open, self.fails = True, 0

    def check(self) -> None:
        if not self.is_open:
            raise Unreachable

    def send(self, to: Address, reply: Reply) -> None:
        self.check()
        if self.fails:
            self.fails -= 1
            raise Unreachable
        self.said.append((to, reply))


@pytest.fixture
def office(house: House) -> Office:
    """Receivers with keys."""
    return Office(house)


@pytest.fixture
def told() -> Told:
    """What went past the outbox."""
    return Told()


@pytest.fixture
def confidant(office: Office, told: Told) -> Confidant:
    """The one who stands before the router."""
    house = office.house
    times = Times(house.clock, lambda: datetime.now(UTC), ZONE)
    return Confidant(
        house.router, house.database, CAPABILITIES, ABILITIES, times, told, "https://bot.example.org"
    )


def said(text: str, key: str = "1", platform: str = "feishu", *, group: bool = False) -> Incoming:
    """Somebody says something."""
    return Incoming(f"{platform}:m:{key}", Address(platform, "ou_lin"), Said(text), group)


def cases(office: Office) -> int:
    """Return how many complaints there are."""
    with office.ctx() as ctx:
        return len(complaint.everything(ctx.tx))


def test_a_message_is_taken_and_its_receipt_goes_past_the_outbox(
    office: Office, confidant: Confidant, told: Told
) -> None:
    confidant.handle(said(WHAT))
    ((to, reply),) = told.said
    assert to == Address("feishu", "ou_lin")
    assert reply.card
    assert reply.card.title == "收到了"
    assert reply.card.link
    assert reply.card.link.url == "https://bot.example.org/report/status"
    assert cases(office) == 1
    with office.ctx() as ctx:
        assert inbox.begin(ctx.tx, "feishu:m:1", ctx.machine_now)


def test_in_wecom_the_answer_in_words_carries_it_and_nothing_else_is_sent(
    office: Office, confidant: Confidant, told: Told
) -> None:
    reply = confidant.handle(said(WHAT, platform="wecom"))
    assert reply
    assert "查询号" in reply.text
    assert told.said == []
    assert cases(office) == 1


def test_where_no_answer_can_go_back_nothing_is_taken(
    office: Office, confidant: Confidant, told: Told
) -> None:
    told.is_open = False
    with pytest.raises(Unreachable):
        confidant.handle(said(WHAT))
    assert cases(office) == 0
    told.is_open = True
    confidant.handle(said(WHAT))
    assert cases(office) == 1


def test_who_says_it_too_often_is_told_so_and_the_others_go_on(
    office: Office, confidant: Confidant, told: Told
) -> None:
    for place in range(WITH_WORK + 1):
        confidant.handle(said(WHAT, key=f"{place}"))
    assert "没有收下" in told.said[-1][1].text
    assert cases(office) == WITH_WORK
    confidant.handle(Incoming("feishu:m:other", Address("feishu", "ou_tang"), Said(WHAT)))
    assert len(office.cases("qin")) == WITH_WORK + 1


def test_a_complaint_in_the_wrong_form_is_told_that_it_was_not_taken(
    office: Office, confidant: Confidant, told: Told
) -> None:
    confidant.handle(said("举报 出纳多报了饭费"))
    confidant.handle(said("举报", key="2"))
    first, second = (str(reply.card) for _, reply in told.said)
    assert "刚才那句没有收下" in first
    assert "刚才那句没有收下" not in second
    assert cases(office) == 0


def test_an_answer_that_failed_is_given_when_the_platform_asks_again(
    office: Office, confidant: Confidant, told: Told
) -> None:
    told.fails = 1
    with pytest.raises(Unreachable):
        confidant.handle(said(WHAT))
    confidant.handle(said(WHAT))
    assert (cases(office), len(told.said)) == (1, 1)


def test_a_form_is_answered_with_the_receipt_in_its_place(
    office: Office, confidant: Confidant, told: Told
) -> None:
    values = {"avoid": "bai", "others": "", "what": "仓库的油每周少两桶"}
    click = Clicked("complaint.file", {}, values, "om_1", "om_1")
    reply = confidant.handle(Incoming("feishu:e:1", Address("feishu", "ou_lin"), click))
    assert reply
    assert reply.card
    assert reply.card.title == "收到了"
    assert told.said == []
    assert office.cases("bai") == []
    assert len(office.cases("qin")) == 1


def test_an_odd_tick_in_a_form_reaches_the_outside_receiver_alone(
    office: Office, confidant: Confidant
) -> None:
    values = {"avoid": "somebody", "what": "仓库的油每周少两桶"}
    click = Clicked("complaint.file", {}, values, "om_1", "om_1")
    confidant.handle(Incoming("feishu:e:1", Address("feishu", "ou_lin"), click))
    assert len(office.cases("luo")) == 1
    assert office.cases("qin") == []


def test_without_anybody_outside_the_chat_takes_as_little_as_the_page(
    office: Office, confidant: Confidant, told: Told
) -> None:
    with office.ctx() as ctx:
        doors.revoke(ctx, "luo")
    form = Clicked("complaint.file", {}, {"avoid": "none", "what": "仓库的油每周少两桶"}, "om_1", "om_1")
    reply = confidant.handle(Incoming("feishu:e:1", Address("feishu", "ou_lin"), form))
    assert reply
    confidant.handle(said("举报", key="2"))
    confidant.handle(said(WHAT, key="3"))
    confidant.handle(said("我看见财务部有人虚报冒领", key="4"))
    asked = office.house.say("lin", "举报")
    for words in (reply.text, asked.text, *(each.text for _, each in told.said)):
        assert "暂时不能受理" in words
        assert "12345" in words
    assert cases(office) == 0
    with office.ctx() as ctx:
        assert ctx.tx.run(select(attempts.attempt)).all() == []
        assert inbox.begin(ctx.tx, "feishu:m:4", ctx.machine_now)


@pytest.mark.parametrize("text", ["举报", WHAT, "我看见财务部有人虚报冒领"])
def test_in_a_group_it_is_refused_in_private_and_not_kept(
    office: Office, confidant: Confidant, told: Told, text: str
) -> None:
    confidant.handle(said(text, group=True))
    assert "群里大家都看得到" in told.said[0][1].text
    assert cases(office) == 0
    with office.ctx() as ctx:
        assert inbox.begin(ctx.tx, "feishu:m:1", ctx.machine_now)


def test_such_words_in_the_answer_to_a_question_stay_an_answer(office: Office, confidant: Confidant) -> None:
    house = office.house
    before = house.say("lin", "报销")
    assert before.card
    reply = house.submit("lin", purpose="有人说这笔是虚报冒领，附说明")
    assert not reply.refused
    assert cases(office) == 0


def test_even_a_door_that_knows_who_asks_keeps_nothing(office: Office) -> None:
    reply = office.house.say("lin", "举报")
    assert reply.card
    assert reply.card.title == "反映廉洁问题"
    with office.ctx() as ctx:
        assert inbox.begin(ctx.tx, "feishu:e:1", ctx.machine_now)


def test_help_says_that_one_can_report(office: Office) -> None:
    help_card = office.house.say("lin", "帮助").card
    assert help_card
    assert "「举报」 反映廉洁问题，不留姓名" in str(help_card)


def test_what_is_no_complaint_goes_to_the_router(office: Office, confidant: Confidant, told: Told) -> None:
    reply = confidant.handle(said("待办"))
    assert reply
    assert told.said == []
    with office.ctx() as ctx:
        assert not inbox.begin(ctx.tx, "feishu:m:1", ctx.machine_now)


def test_no_counter_and_no_line_tells_that_somebody_spoke(
    office: Office, confidant: Confidant, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    class Inbound:
        def read(self, *_: object) -> Incoming:
            return said(WHAT)

        def answer(self, *_: object) -> object:
            return Answer(b"{}")

    app = create_app({"feishu": Inbound()}, {}, confidant, lambda: datetime.now(UTC), dict)  # type: ignore[dict-item]
    client = app.test_client()
    assert client.post("/callbacks/feishu").status_code == 200
    told.is_open = False
    assert client.post("/callbacks/feishu").status_code == 503
    assert 'kind="said"' not in client.get("/metrics").text
    assert caplog.text == ""
