"""The relay: what was posted arrives, in order, once, on whatever day; and what cannot arrive is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.context import JobContext
from bot.platform import Abilities, Clicked, Incoming, Landed, SendFailed, Sent
from bot.relay import BATCH, FETCH_ATTEMPTS, GIVE_UP_AFTER, LONGEST_WAIT, Relay, backoff
from bot.router import Router, Times
from handlers.catalogue import CAPABILITIES
from handlers.contract.capability import Capability
from handlers.contract.card import Card
from handlers.contract.context import Asked
from handlers.contract.incoming import Click, FileLost, FileOffered, FileStored, StoredFile
from handlers.contract.reply import Reply
from storage import files, outbox, people
from storage.files import FileStore
from storage.outbox import LEASE, Recipient
from storage.people import Address, NewPerson
from tests.bot.rooms import ZONE, FakePlatform, Machine, all_of_it, rows, well_behaved
from tests.house import PDF, House

SECRET_WORDS = "给王芳的八千元"
A_MINUTE = timedelta(minutes=1)
LeftOver = Callable[[Incoming, Reply], Reply]


@dataclass
class Office:
    """A house whose relay works when a test tells it to, by a machine time that the test moves."""

    house: House
    store: FileStore
    machine: Machine = field(default_factory=Machine)
    feishu: FakePlatform = field(default_factory=FakePlatform)
    other: FakePlatform = field(default_factory=lambda: FakePlatform("other"))

    def __post_init__(self) -> None:
        self.employ(*CAPABILITIES)

    def employ(self, *capabilities: Capability, left_over: LeftOver = all_of_it) -> None:
        """Have these capabilities and a new relay."""
        ability = Abilities(inputs=True, left_over=left_over)
        times = Times(self.house.clock, self.machine, ZONE)
        abilities = {"feishu": ability, "other": ability}
        self.house.router = Router(self.house.database, capabilities, abilities, times)
        self.relay = self.new_relay()

    def new_relay(self) -> Relay:
        platforms = {"feishu": self.feishu, "other": self.other}
        return Relay(self.house.database, self.house.router, platforms, self.store, self.machine)

    def post(self, do: Callable[[JobContext], None]) -> None:
        """Do something in a transaction of its own that posts."""
        with self.house.database.write() as tx:
            do(JobContext(tx, self.house.clock.now(), self.machine(), ZONE))

    def tell(self, key: str, words: str, about: str = "") -> None:
        """Post a chat line."""
        who = self.house.person(key)
        self.post(lambda ctx: ctx.send_text(who, words, about=about))

    def show(self, key: str, title: str, subject: str = "matter:1") -> None:
        """Post a card."""
        who = self.house.person(key)
        self.post(lambda ctx: ctx.send_card(who, Card(title=title, subject=subject)))

    def change(self, title: str, subject: str = "matter:1", calls: bool = False) -> None:
        """Post replacements for all who have a card."""
        self.post(lambda ctx: ctx.replace(Card(title=title, subject=subject, calls=calls)))

    def work(self) -> None:
        """Let the relay work until nothing is left to do for now."""
        for _ in range(50):
            if not self.relay.work():
                return
        raise AssertionError("the relay never rests")

    def titles(self, user_id: str) -> list[str]:
        """Return the titles of the cards that somebody was sent, and of what took their place (→)."""
        shown = [each for each in self.feishu.done if each[1] == user_id and each[0] in ("card", "replace")]
        return [what.title if kind == "card" else f"→{what[2].title}" for kind, _, what in shown]

    def states(self) -> list[str]:
        return [str(each) for (each,) in rows(self.house.database, "select state from outbox order by id")]


@pytest.fixture
def office(house: House, tmp_path: Path) -> Office:
    return Office(house, FileStore(tmp_path / "files"))


class Trouble:
    """Fails what a test names, as often as it says."""

    def __init__(self, failure: Exception, *, kind: str = "", whom: str = "", times: int = 10**9) -> None:
        self._failure, self._kind, self._whom, self.left = failure, kind, whom, times

    def __call__(self, kind: str, whom: str) -> None:
        if self.left and self._kind in ("", kind) and self._whom in ("", whom):
            self.left -= 1
            raise self._failure


@dataclass
class Hasty(FakePlatform):
    """A platform whose people click before the relay has noted that the card arrived."""

    on_landed: Callable[[str, str], None] = well_behaved

    def send_card(self, user_id: str, card: Card, token: str) -> Landed:
        landed = super().send_card(user_id, card, token)
        self.on_landed(user_id, landed.message_id)
        return landed


# Order.


def test_what_is_posted_arrives_and_then_there_is_nothing_left_to_do(office: Office) -> None:
    office.tell("lin", "一")
    office.show("li", "卡片")
    assert office.relay.work()
    assert not office.relay.work()
    assert office.feishu.of("ou_lin") == ["一"]
    assert office.titles("ou_li") == ["卡片"]
    assert office.states() == ["sent", "sent"]


def test_messages_on_one_subject_keep_their_order_while_others_go_on(office: Office) -> None:
    for words in ("一", "二", "三"):
        office.tell("lin", words, about="x")
    office.tell("lin", "别的事", about="y")
    office.tell("li", "别的人", about="x")
    office.feishu.behaviour = Trouble(SendFailed("busy"), whom="ou_lin", times=1)
    office.work()
    office.feishu.behaviour = Trouble(SendFailed("busy"), whom="nobody")
    assert office.feishu.of("ou_lin") == ["别的事"]
    assert office.feishu.of("ou_li") == ["别的人"]
    office.machine.forward(A_MINUTE)
    office.work()
    assert office.feishu.of("ou_lin") == ["别的事", "一", "二", "三"]


def test_while_the_first_of_a_subject_waits_for_its_next_attempt_the_relay_rests(office: Office) -> None:
    office.tell("lin", "一", about="x")
    office.tell("lin", "二", about="x")
    office.feishu.behaviour = Trouble(SendFailed("busy", after=60))
    office.relay.work()
    assert not office.relay.work()
    assert len(office.feishu.asked) == 1


def test_more_than_one_batch_arrives(office: Office) -> None:
    for number in range(BATCH * 2 + 3):
        office.tell("lin", str(number), about=str(number))
    office.work()
    assert sorted(office.feishu.of("ou_lin"), key=int) == [str(each) for each in range(BATCH * 2 + 3)]


def test_two_relays_at_once_never_send_the_same_message(office: Office) -> None:
    for number in range(60):
        office.tell("lin", str(number), about=str(number))
    start = threading.Barrier(2)

    def drain(relay: Relay) -> None:
        start.wait()
        while relay.work():
            pass

    threads = [threading.Thread(target=drain, args=(office.new_relay(),)) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    tokens = [token for _, _, token in office.feishu.asked]
    assert len(tokens) == len(set(tokens)) == 60
    assert set(office.states()) == {"sent"}


# Failures that pass.


def test_a_platform_that_asks_for_time_is_given_it(office: Office) -> None:
    office.tell("lin", "一")
    office.feishu.behaviour = Trouble(SendFailed("busy", after=45), times=1)
    office.work()
    office.machine.forward(timedelta(seconds=44))
    office.work()
    assert office.feishu.of("ou_lin") == []
    office.machine.forward(timedelta(seconds=15))
    office.work()
    assert office.feishu.of("ou_lin") == ["一"]
    first, second = office.feishu.asked
    assert first == second


def test_each_failure_waits_longer_than_the_one_before_up_to_ten_minutes(office: Office) -> None:
    office.tell("lin", "一")
    office.feishu.behaviour = Trouble(SendFailed("busy"))
    waits = []
    for _ in range(14):
        office.work()
        ((due, error),) = rows(office.house.database, "select due_at, error from outbox")
        waits.append(datetime.fromisoformat(due).replace(tzinfo=UTC) - office.machine())
        office.machine.moment += waits[-1]
        assert error == "busy"
    doubled = [min(timedelta(seconds=2**number), LONGEST_WAIT) for number in range(14)]
    assert all(0.7 * want <= got <= 1.3 * want for want, got in zip(doubled, waits, strict=True))


@given(attempts=st.integers(1, 10**6), asked=st.none() | st.floats(0, 10**9))
def test_no_wait_is_endless_and_none_is_shorter_than_asked_for_within_reason(
    attempts: int, asked: float | None
) -> None:
    wait = backoff(attempts, asked)
    assert timedelta(0) < wait <= 1.3 * LONGEST_WAIT
    assert wait >= min(timedelta(seconds=min(asked or 0, 10**6)), LONGEST_WAIT)


def test_a_fault_of_the_installation_is_tried_again_ten_minutes_later(office: Office) -> None:
    office.tell("lin", "一")
    office.feishu.behaviour = Trouble(SendFailed("应用缺少权限", setup=True), times=1)
    office.work()
    office.machine.forward(LONGEST_WAIT - timedelta(seconds=1))
    office.work()
    assert len(office.feishu.asked) == 1
    office.machine.forward(timedelta(seconds=1))
    office.work()
    assert office.feishu.of("ou_lin") == ["一"]


def test_a_defect_in_sending_stops_nobody_elses_messages_and_logs_no_words(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.tell("lin", SECRET_WORDS)
    office.tell("li", "别的")
    office.feishu.behaviour = Trouble(ValueError(SECRET_WORDS), whom="ou_lin", times=1)
    office.work()
    assert office.feishu.of("ou_li") == ["别的"]
    assert "ValueError" in caplog.text
    assert SECRET_WORDS not in caplog.text
    office.machine.forward(A_MINUTE)
    office.work()
    assert office.feishu.of("ou_lin") == [SECRET_WORDS]


# Failures for good.


def test_what_can_never_arrive_is_given_up_and_the_administrator_is_told_once(office: Office) -> None:
    office.tell("lin", "一", about="x")
    office.tell("lin", "二", about="x")
    office.feishu.behaviour = Trouble(
        SendFailed("对方收不到应用的消息（230013）", permanent=True), whom="ou_lin", times=1
    )
    office.work()
    assert office.feishu.of("ou_guan") == [
        "有一条给林晓的消息没能送到（对方收不到应用的消息（230013））。请核对账号是否在应用可用范围内。"
    ]
    assert office.feishu.of("ou_lin") == ["二"]
    assert office.states() == ["dead", "sent", "sent"]
    office.machine.forward(timedelta(days=2))
    office.work()
    assert len(office.feishu.of("ou_guan")) == 1


def test_what_fails_for_a_day_is_given_up(office: Office) -> None:
    office.tell("lin", "一")
    office.feishu.behaviour = Trouble(SendFailed("飞书暂时没有办成（HTTP 502）"), whom="ou_lin")
    office.work()
    office.machine.forward(GIVE_UP_AFTER)
    office.work()
    assert office.states() == ["waiting"]
    office.machine.forward(timedelta(hours=1))
    office.work()
    assert office.states() == ["dead", "sent"]
    assert "飞书暂时没有办成（HTTP 502）" in office.feishu.of("ou_guan")[0]


def test_a_defect_that_lasts_is_told_in_words(office: Office) -> None:
    office.tell("lin", "一")
    office.feishu.behaviour = Trouble(ValueError(SECRET_WORDS), whom="ou_lin")
    office.work()
    office.machine.forward(GIVE_UP_AFTER + A_MINUTE)
    office.work()
    assert office.feishu.of("ou_guan") == [
        "有一条给林晓的消息没能送到（内部错误 ValueError）。请核对账号是否在应用可用范围内。"
    ]


def test_an_administrator_who_cannot_be_reached_is_not_told_of_it(office: Office) -> None:
    office.tell("lin", "一")
    office.tell("guan", "二")
    office.feishu.behaviour = Trouble(SendFailed("no", permanent=True))
    office.work()
    office.machine.forward(timedelta(days=2))
    office.work()
    assert office.states() == ["dead", "dead", "dead"]
    subjects = rows(office.house.database, "select subject from outbox order by id")
    assert subjects == [("chat",), ("chat",), ("dead-letter",)]


def test_administrators_who_cannot_be_reached_are_not_told_of_each_other_for_ever(office: Office) -> None:
    office.house.give_roles("hou", "会计", "管理员")
    office.tell("lin", "一")
    office.feishu.behaviour = Trouble(SendFailed("no", permanent=True))
    office.work()
    assert office.states() == ["dead", "dead", "dead"]


def test_every_other_administrator_is_told(office: Office) -> None:
    office.house.give_roles("hou", "会计", "管理员")
    office.tell("guan", "一")
    office.feishu.behaviour = Trouble(SendFailed("no", permanent=True), whom="ou_guan")
    office.work()
    assert len(office.feishu.of("ou_hou")) == 1


def test_a_message_to_a_stranger_that_cannot_arrive_is_told_without_a_name(office: Office) -> None:
    to = Recipient(address=Address("feishu", "ou_stranger"))
    office.post(lambda ctx: ctx.post_text(to, "您好"))
    office.feishu.behaviour = Trouble(SendFailed("no", permanent=True), whom="ou_stranger")
    office.work()
    assert office.feishu.of("ou_guan")[0].startswith("有一条给未登记的账号的消息没能送到")


def test_somebody_without_an_account_is_told_of_to_the_administrator(office: Office) -> None:
    with office.house.database.write() as tx:
        people.save(tx, NewPerson("lin", "林晓", "办公室", frozenset(), {"feishu": ""}))
    office.tell("lin", "一")
    office.work()
    assert office.feishu.of("ou_guan") == [
        "有一条给林晓的消息没能送到（没有绑定平台账号）。请核对账号是否在应用可用范围内。"
    ]


def test_somebody_whose_only_platform_is_switched_off_has_no_account(office: Office) -> None:
    with office.house.database.write() as tx:
        people.save(tx, NewPerson("lin", "林晓", "办公室", frozenset(), {"feishu": "", "other": "lin2"}))
    office.tell("lin", "一")
    platforms = {"feishu": office.feishu}
    office.relay = Relay(office.house.database, office.house.router, platforms, office.store, office.machine)
    office.work()
    assert "没有绑定平台账号" in office.feishu.of("ou_guan")[0]


def test_what_was_given_up_is_sent_when_it_is_revived(office: Office) -> None:
    office.tell("lin", "一")
    office.feishu.behaviour = Trouble(SendFailed("no", permanent=True), times=1)
    office.work()
    with office.house.database.write() as tx:
        assert outbox.revive(tx, office.machine()) == 1
    office.work()
    assert office.feishu.of("ou_lin") == ["一"]


# Crashes.


def test_a_crash_between_sending_and_noting_it_sends_again_with_the_same_token(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.show("lin", "卡片")

    def crash(_relay: Relay, _outcomes: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Relay, "_settle", crash)
        with pytest.raises(KeyboardInterrupt):
            office.relay.work()
    office.relay = office.new_relay()
    office.machine.forward(LEASE - timedelta(seconds=1))
    office.work()
    assert len(office.feishu.asked) == 1
    office.machine.forward(timedelta(seconds=1))
    office.work()
    first, second = office.feishu.asked
    assert first == second
    assert office.titles("ou_lin") == ["卡片"]
    assert rows(office.house.database, "select message_id from sent") == [("om_feishu_1",)]


def test_the_wait_for_new_work_ends_when_it_is_told_to(office: Office) -> None:
    stop = Event()
    seen = Event()

    def watch(_kind: str, _whom: str) -> None:
        seen.set()

    office.feishu.behaviour = watch
    thread = threading.Thread(target=office.relay.run, args=(stop, 0.001))
    thread.start()
    office.tell("lin", "一")
    assert seen.wait(30)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


# Replacements.


def test_a_replacement_reaches_every_copy_of_everybody(office: Office) -> None:
    office.show("lin", "旧")
    office.show("lin", "旧，再发一次")
    office.show("li", "旧")
    office.show("li", "别的", "matter:2")
    office.work()
    office.change("新")
    office.work()
    assert office.titles("ou_lin") == ["旧", "旧，再发一次", "→新", "→新"]
    assert office.titles("ou_li") == ["旧", "别的", "→新"]
    replaced = [each[0] for each in office.feishu.of("ou_lin", "replace")]
    assert replaced == [
        each
        for (each,) in rows(
            office.house.database, "select message_id from sent where person_id = 1 order by id"
        )
    ]


def test_a_replacement_never_overtakes_its_card(office: Office) -> None:
    office.show("lin", "旧")
    office.change("新")
    office.feishu.behaviour = Trouble(SendFailed("busy"), kind="card", times=1)
    office.work()
    assert office.titles("ou_lin") == []
    office.machine.forward(A_MINUTE)
    office.work()
    assert office.titles("ou_lin") == ["旧", "→新"]


def test_of_several_replacements_under_way_only_the_last_is_sent(office: Office) -> None:
    office.show("lin", "旧")
    for title in ("新一", "新二", "新三"):
        office.change(title)
    office.work()
    assert office.titles("ou_lin") == ["旧", "→新三"]
    assert office.states() == ["sent", "superseded", "superseded", "sent"]


def test_a_replacement_that_failed_for_now_is_superseded_by_a_newer_one(office: Office) -> None:
    office.show("lin", "旧")
    office.work()
    office.change("新一")
    office.feishu.behaviour = Trouble(SendFailed("busy"), times=1)
    office.work()
    office.change("新二")
    office.machine.forward(A_MINUTE)
    office.work()
    assert office.titles("ou_lin") == ["旧", "→新二"]


def test_a_card_that_is_gone_is_left_alone_from_then_on(office: Office) -> None:
    office.show("lin", "旧")
    office.work()
    office.feishu.behaviour = Trouble(SendFailed("gone", permanent=True, gone=True), kind="replace", times=1)
    office.change("新一")
    office.work()
    office.change("新二")
    office.work()
    assert [kind for kind, _, _ in office.feishu.asked] == ["card", "replace"]
    assert set(office.states()) == {"sent"}
    assert office.feishu.of("ou_guan") == []


def test_one_copy_that_cannot_be_replaced_does_not_keep_the_others_old(office: Office) -> None:
    office.show("lin", "旧")
    office.show("lin", "旧")
    office.work()
    office.change("新")
    office.feishu.behaviour = Trouble(SendFailed("平台不收", permanent=True), kind="replace", times=1)
    office.work()
    assert office.titles("ou_lin") == ["旧", "旧", "→新"]
    assert "平台不收" in office.feishu.of("ou_guan")[0]


def test_a_copy_that_may_be_replaced_later_is_even_when_another_never_can(office: Office) -> None:
    office.show("lin", "旧")
    office.show("lin", "旧")
    office.work()
    office.change("新")
    never, later = SendFailed("平台不收", permanent=True), SendFailed("busy")
    answers: list[SendFailed | None] = [never, later, never, None]

    def answer(_kind: str, whom: str) -> None:
        if whom == "ou_lin" and (failure := answers.pop(0)):
            raise failure

    office.feishu.behaviour = answer
    office.work()
    assert office.states()[-1] == "waiting"
    office.machine.forward(A_MINUTE)
    office.work()
    assert office.titles("ou_lin") == ["旧", "旧", "→新"]
    assert office.states()[2:] == ["dead", "sent"]


def test_a_copy_that_can_be_replaced_only_once_is_replaced_once(office: Office) -> None:
    office.feishu.spends_handles = True
    office.show("lin", "旧")
    office.work()
    office.change("新一")
    office.work()
    office.change("新二")
    office.work()
    assert office.titles("ou_lin") == ["旧", "→新一"]
    assert set(office.states()) == {"sent"}


def test_what_waits_for_somebody_is_sent_anew_when_no_copy_can_be_replaced(office: Office) -> None:
    office.feishu.spends_handles = True
    office.show("lin", "旧")
    office.work()
    office.change("新一", calls=True)
    office.work()
    office.change("新二", calls=True)
    office.work()
    assert office.titles("ou_lin") == ["旧", "→新一", "新二"]
    office.change("新三", calls=True)
    office.work()
    assert office.titles("ou_lin") == ["旧", "→新一", "新二", "→新三"]


def test_copies_on_two_platforms_are_both_replaced(office: Office) -> None:
    with office.house.database.write() as tx:
        accounts = {"feishu": "ou_lin", "other": "lin2"}
        people.save(tx, NewPerson("lin", "林晓", "办公室", frozenset({"经办人"}), accounts))
    office.show("lin", "旧")
    office.work()
    with office.house.database.write() as tx:
        people.moved_to(tx, office.house.person("lin").id, "other")
    office.show("lin", "旧")
    office.work()
    office.change("新")
    office.work()
    assert [kind for kind, _, _ in office.feishu.done] == ["card", "replace"]
    assert [kind for kind, _, _ in office.other.done] == ["card", "replace"]


def test_a_replacement_for_somebody_without_an_account_troubles_nobody(office: Office) -> None:
    office.show("lin", "旧")
    with office.house.database.write() as tx:
        people.save(tx, NewPerson("lin", "林晓", "办公室", frozenset(), {"feishu": ""}))
    office.work()
    office.change("新")
    office.work()
    assert len(office.feishu.of("ou_guan")) == 1
    assert office.states() == ["dead", "sent", "sent"]


def test_a_card_on_a_platform_that_was_switched_off_is_left_alone(office: Office) -> None:
    office.show("lin", "旧")
    office.work()
    platforms = {"other": office.other}
    office.relay = Relay(office.house.database, office.house.router, platforms, office.store, office.machine)
    office.change("新")
    office.work()
    assert office.states() == ["sent", "sent"]


def test_a_click_that_is_faster_than_the_relays_note_is_not_forgotten(office: Office) -> None:
    def close(ctx: Asked, click: Click) -> Reply:
        return Reply(card=Card(title="已办", subject="matter:1:done"))

    office.employ(
        Capability(name="matter", clicks={"close": close}), left_over=lambda _incoming, _reply: Reply()
    )

    def click_at_once(user_id: str, message_id: str) -> None:
        click = Clicked("matter.close", {}, None, message_id, "handle after the click")
        office.house.router.handle(Incoming("feishu:e:1", Address("feishu", user_id), click))

    office.feishu = Hasty(on_landed=click_at_once)
    office.relay = office.new_relay()
    office.show("lin", "旧")
    office.relay.work()
    assert rows(office.house.database, "select subject, message_id, handle from sent") == [
        ("matter:1:done", "om_feishu_1", "handle after the click")
    ]
    office.change("新", "matter:1:done")
    office.work()
    assert ("om_feishu_1", "handle after the click") in [
        each[:2] for each in office.feishu.of("ou_lin", "replace")
    ]


def test_whoever_wants_words_gets_cards_as_words(office: Office) -> None:
    with office.house.database.write() as tx:
        people.prefer_text(tx, Address("feishu", "ou_lin"), True)
    office.show("lin", "旧")
    office.change("新")
    office.work()
    (words,) = office.feishu.of("ou_lin")
    assert words.startswith("【旧】")
    assert rows(office.house.database, "select count(*) from sent") == [(0,)]


# Files to people.


def test_a_file_is_sent_as_it_was_stored(office: Office) -> None:
    blob = office.store.put(PDF)
    stored = StoredFile(blob.sha256, "发票.pdf", blob.size, blob.mime)
    who = office.house.person("li")
    office.post(lambda ctx: ctx.send_files(who, [stored], about="matter:1"))
    office.work()
    assert office.feishu.of("ou_li", "file") == [("发票.pdf", PDF, "application/pdf")]


def test_a_file_that_was_changed_on_disk_is_never_sent(office: Office, tmp_path: Path) -> None:
    blob = office.store.put(PDF)
    (tmp_path / "files" / blob.sha256[:2] / blob.sha256[2:]).write_bytes(PDF + b"!")
    stored = StoredFile(blob.sha256, "发票.pdf", blob.size, blob.mime)
    who = office.house.person("li")
    office.post(lambda ctx: ctx.send_files(who, [stored], about="matter:1"))
    office.work()
    assert office.feishu.asked == []
    assert office.states() == ["waiting"]


# Files from people.


def offer(office: Office, content: bytes | None, name: str = "发票.pdf") -> None:
    """Let 林晓 send a file; None: the platform does not have it."""
    if content is not None:
        office.feishu.files[name] = content
    sent = Sent(f"om_{name}", name, name, image=False)
    office.house.router.handle(Incoming(f"feishu:m:{name}", Address("feishu", "ou_lin"), sent))


def last_words(office: Office) -> str:
    """Return the last chat line that 林晓 reads."""
    return str(office.feishu.of("ou_lin", "text")[-1])


def test_a_file_that_was_sent_in_the_chat_is_stored_and_put_into_the_draft(office: Office) -> None:
    offer(office, PDF)
    office.work()
    assert last_words(office) == "已加入草稿：发票.pdf（共 1 个附件）。"
    ((sha256,),) = rows(office.house.database, "select sha256 from file")
    assert office.store.get(sha256) == PDF
    assert rows(office.house.database, "select state from fetch") == [("done",)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"MZ\x90\x00" + b"\x00" * 60, "只收图片、PDF、OFD、Word 和 Excel 文件"),
        (b"just text", "只收图片、PDF、OFD、Word 和 Excel 文件"),
        (b"", "文件是空的"),
    ],
)
def test_a_file_that_we_do_not_keep_is_said_to_its_sender(office: Office, content: bytes, why: str) -> None:
    offer(office, content)
    office.work()
    assert last_words(office) == f"「发票.pdf」没有加进来：{why}。请换一份再发。"
    assert rows(office.house.database, "select count(*) from file") == [(0,)]
    assert rows(office.house.database, "select state from fetch") == [("lost",)]


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (SendFailed("too large", permanent=True, too_large=True), "文件太大（最多 20 MB）"),
        (SendFailed("expired", permanent=True), "平台上取不到这个文件了"),
    ],
)
def test_a_file_that_cannot_be_had_is_said_to_its_sender(
    office: Office, failure: SendFailed, why: str
) -> None:
    offer(office, PDF)
    office.feishu.behaviour = Trouble(failure, kind="fetch", times=1)
    office.work()
    assert last_words(office) == f"「发票.pdf」没有加进来：{why}。请换一份再发。"


def test_a_file_that_cannot_be_had_yet_is_tried_again(office: Office) -> None:
    offer(office, PDF)
    office.feishu.behaviour = Trouble(SendFailed("busy", after=30), kind="fetch", times=1)
    office.work()
    office.machine.forward(timedelta(seconds=29))
    office.work()
    assert fetches(office) == 1
    office.machine.forward(timedelta(seconds=10))
    office.work()
    assert last_words(office).startswith("已加入草稿")


@pytest.mark.parametrize("failure", [SendFailed("busy"), ValueError("a defect")])
def test_a_file_that_never_comes_is_given_up_and_said(office: Office, failure: Exception) -> None:
    offer(office, PDF)
    office.feishu.behaviour = Trouble(failure, kind="fetch")
    for _ in range(FETCH_ATTEMPTS + 3):
        office.work()
        office.machine.forward(2 * LONGEST_WAIT)
    assert fetches(office) == FETCH_ATTEMPTS
    assert last_words(office) == "「发票.pdf」没有加进来：平台上取不到这个文件了。请换一份再发。"


def test_a_file_whose_taker_breaks_keeps_no_other_file_and_no_message_back(office: Office) -> None:
    def on_file(ctx: Asked, event: FileOffered | FileStored | FileLost) -> Reply:
        if isinstance(event, FileStored | FileLost) and event.ticket == 1:
            raise RuntimeError(SECRET_WORDS)
        return Reply(text=f"{type(event).__name__} {event.ticket}")

    office.employ(Capability(name="keeper", takes_files=on_file))
    offer(office, PDF, "坏.pdf")
    offer(office, PDF, "好.pdf")
    for _ in range(FETCH_ATTEMPTS + 3):
        office.work()
        office.machine.forward(2 * LONGEST_WAIT)
    assert last_words(office) == "FileStored 2"
    office.tell("li", "别的")
    office.work()
    assert office.feishu.of("ou_li") == ["别的"]


def test_a_fetch_whose_relay_died_is_taken_up_by_another(office: Office) -> None:
    offer(office, PDF)
    with office.house.database.write() as tx:
        assert len(files.claim(tx, office.machine(), 10)) == 1
    office.machine.forward(files.LEASE - timedelta(seconds=1))
    office.work()
    assert fetches(office) == 0
    office.machine.forward(timedelta(seconds=1))
    office.work()
    assert last_words(office).startswith("已加入草稿")


def fetches(office: Office) -> int:
    """Return how often the platform was asked for a file."""
    return sum(kind == "fetch" for kind, _, _ in office.feishu.asked)
