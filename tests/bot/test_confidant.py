"""What is said without a name: parted from its sender before any transaction, answered past the outbox."""

from __future__ import annotations

import json
import logging
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import ABILITIES
from bot.aside import WHERE, Aside, SideDoor, Unreachable
from bot.confidant import Confidant
from bot.once import KEPT_SECONDS, Once
from bot.platform import Answer, Clicked, Incoming, Landed, Said, SendFailed
from bot.router import Times
from bot.web.server import create_app
from handlers.catalogue import CAPABILITIES
from handlers.contract.card import Card
from handlers.contract.reply import Reply
from storage import complaint, inbox
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


# The side door itself.


class Outbox:
    """A platform that remembers what it was given, and may fail."""

    def __init__(self) -> None:
        self.sent: list[object] = []
        self.failures: list[SendFailed] = []

    def send_text(self, user_id: str, text: str, token: str) -> str:
        return self._send((user_id, text))

    def send_card(self, user_id: str, card: Card, token: str) -> Landed:
        self._send((user_id, card))
        return Landed("1", "1")

    def _send(self, what: object) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(what)
        return "1"


@pytest.fixture
def platform() -> Outbox:
    """A platform."""
    return Outbox()


@pytest.fixture
def door(platform: Outbox, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Aside:
    """The way to it through the side door."""
    caplog.set_level(logging.DEBUG)
    SideDoor({"feishu": platform}, tmp_path).open()  # type: ignore[dict-item]
    return Aside(tmp_path)


TO = Address("feishu", "ou_canary")


def test_an_answer_goes_from_process_to_process(
    door: Aside, platform: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    card = Card(title="收到了", subject="x")
    door.check()
    door.send(TO, Reply(text="在这里"))
    door.send(TO, Reply(card=card))
    assert platform.sent == [("ou_canary", "在这里"), ("ou_canary", card)]
    assert caplog.text == ""


def test_a_passing_failure_is_tried_again_and_a_lasting_one_is_told(door: Aside, platform: Outbox) -> None:
    platform.failures = [SendFailed("429"), SendFailed("500")]
    door.send(TO, Reply(text="在这里"))
    platform.failures = [SendFailed("no such user", permanent=True)]
    with pytest.raises(Unreachable):
        door.send(TO, Reply(text="在这里"))
    assert len(platform.sent) == 1


def test_a_platform_that_is_not_served_is_not_reached(door: Aside) -> None:
    with pytest.raises(Unreachable):
        door.send(Address("wecom", "x"), Reply(text="在这里"))


def test_where_nobody_listens_nobody_is_reached(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Aside(tmp_path).check()
    (tmp_path / WHERE).write_text('{"port": 1, "key": "x"}')
    with pytest.raises(Unreachable):
        Aside(tmp_path).check()
    (tmp_path / WHERE).write_text("not json")
    with pytest.raises(Unreachable):
        Aside(tmp_path).check()


def test_only_we_can_read_where_it_is_and_only_who_knows_the_key_gets_in(
    door: Aside, platform: Outbox, tmp_path: Path
) -> None:
    where = tmp_path / WHERE
    assert stat.S_IMODE(where.stat().st_mode) == 0o600
    other = tmp_path / "other"
    other.mkdir()
    (other / WHERE).write_text(json.dumps(json.loads(where.read_text()) | {"key": "guessed"}))
    with pytest.raises(Unreachable):
        Aside(other).send(TO, Reply(text="在这里"))
    assert platform.sent == []
    door.send(TO, Reply(text="在这里"))


# What is remembered for a while.


def test_a_repeat_gets_the_same_answer_until_it_is_forgotten() -> None:
    seconds = [0.0]
    once: Once[int] = Once(lambda: seconds[0])
    answers = iter(range(10))
    assert [once.answer("a", lambda: next(answers)) for _ in range(3)] == [0, 0, 0]
    assert once.answer("b", lambda: next(answers)) == 1
    seconds[0] = KEPT_SECONDS + 1
    assert once.answer("a", lambda: next(answers)) == 2


def test_what_failed_is_done_again() -> None:
    once: Once[int] = Once()

    def failing() -> int:
        raise ValueError("not now")

    with pytest.raises(ValueError, match="not now"):
        once.answer("a", failing)
    assert once.answer("a", lambda: 7) == 7


def test_repeats_at_the_same_moment_are_done_once() -> None:
    once: Once[int] = Once()
    done: list[int] = []

    def work() -> int:
        done.append(1)
        return len(done)

    threads = [threading.Thread(target=once.answer, args=("a", work)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert done == [1]
