"""The side door: what is kept nowhere reaches the relay's platforms, or whoever asked learns that not."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Client
from pathlib import Path

import msgspec
import pytest

from bot import aside, side_door
from bot.aside import Aside, Unreachable, in_words
from bot.platform import SendFailed
from bot.side_door import PAUSES_SECONDS, WHERE, SideDoor
from handlers.contract.card import Card
from handlers.contract.reply import Reply
from storage.people import Address
from tests.bot.rooms import FakePlatform

SHE = Address("feishu", "ou_she")
RECEIPT = "查询号 1234 5678"
SOON = 0.2


@dataclass
class Fails:
    """Fails so many times, in one way."""

    times: int
    error: Exception
    asked: list[str] = field(default_factory=list)

    def __call__(self, kind: str, _whom: str) -> None:
        self.asked.append(kind)
        if len(self.asked) <= self.times:
            raise self.error


@pytest.fixture
def feishu() -> FakePlatform:
    """The platform behind the door."""
    return FakePlatform()


@pytest.fixture
def door(feishu: FakePlatform, tmp_path: Path) -> Iterator[SideDoor]:
    """An open door."""
    made = SideDoor({"feishu": feishu}, tmp_path)
    made.open()
    yield made
    made.close()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience for a moment only."""
    monkeypatch.setattr(side_door, "PAUSES_SECONDS", tuple(0.0 for _ in PAUSES_SECONDS))
    monkeypatch.setattr(side_door, "WITHIN_SECONDS", SOON)
    monkeypatch.setattr(aside, "WITHIN_SECONDS", SOON)


def place(folder: Path) -> dict[str, object]:
    """Return what the file says of where the door is."""
    said: dict[str, object] = msgspec.json.decode((folder / WHERE).read_bytes())
    return said


def port(folder: Path) -> int:
    """Return the port of the door."""
    found = place(folder)["port"]
    assert isinstance(found, int)
    return found


@pytest.mark.usefixtures("door")
def test_words_and_a_card_go_through_to_whom_they_are_for(feishu: FakePlatform, tmp_path: Path) -> None:
    card = Card(title="收到了", subject="")
    way = Aside(tmp_path)
    way.check()
    way.send(SHE, Reply(text=RECEIPT))
    way.send(SHE, Reply(toast="已交"))
    way.send(SHE, Reply(card=card))
    assert feishu.done == [("text", "ou_she", RECEIPT), ("text", "ou_she", "已交"), ("card", "ou_she", card)]


@pytest.mark.usefixtures("door")
def test_many_speak_at_once_and_each_is_heard_once(feishu: FakePlatform, tmp_path: Path) -> None:
    words = [f"第 {each} 句" for each in range(30)]
    speakers = [threading.Thread(target=Aside(tmp_path).send, args=(SHE, Reply(text=each))) for each in words]
    for each in speakers:
        each.start()
    for each in speakers:
        each.join()
    assert sorted(feishu.of("ou_she")) == sorted(words)


def test_where_nobody_listens_it_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Aside(tmp_path).check()
    (tmp_path / WHERE).write_bytes(b"not json")
    with pytest.raises(Unreachable):
        Aside(tmp_path).send(SHE, Reply(text=RECEIPT))


def test_a_door_that_was_closed_hears_nobody(door: SideDoor, feishu: FakePlatform, tmp_path: Path) -> None:
    door.close()
    for _ in range(3):
        with pytest.raises(Unreachable):
            Aside(tmp_path).send(SHE, Reply(text=RECEIPT))
    assert feishu.asked == []


@pytest.mark.usefixtures("door")
def test_somebody_with_a_wrong_key_is_refused_and_the_next_is_heard(
    feishu: FakePlatform, tmp_path: Path
) -> None:
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / WHERE).write_bytes(msgspec.json.encode({**place(tmp_path), "key": "f" * 64}))
    with pytest.raises(Unreachable):
        Aside(strange).send(SHE, Reply(text=RECEIPT))
    assert feishu.asked == []
    Aside(tmp_path).send(SHE, Reply(text=RECEIPT))
    assert feishu.of("ou_she") == [RECEIPT]


@pytest.mark.usefixtures("door")
def test_words_without_the_key_are_not_listened_to(feishu: FakePlatform, tmp_path: Path) -> None:
    said = {"platform": "feishu", "user_id": "ou_she", "text": "假的", "card": None, "token": "t"}
    with Client(("127.0.0.1", port(tmp_path))) as stranger:
        stranger.send_bytes(msgspec.json.encode(said))
        stranger.send_bytes(msgspec.json.encode(said))
        time.sleep(SOON)
    assert feishu.asked == []


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize("knock", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\4abcd", b"\xff" * 64])
def test_whoever_knocks_and_leaves_does_not_close_the_door_for_others(
    feishu: FakePlatform, tmp_path: Path, knock: bytes
) -> None:
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port(tmp_path))) as stranger:
            stranger.sendall(knock)
    Aside(tmp_path).send(SHE, Reply(text=RECEIPT))
    assert feishu.of("ou_she") == [RECEIPT]


@pytest.mark.usefixtures("door")
def test_whoever_stands_in_the_door_and_says_nothing_keeps_nobody_waiting(
    feishu: FakePlatform, tmp_path: Path
) -> None:
    silent = [socket.create_connection(("127.0.0.1", port(tmp_path))) for _ in range(5)]
    Aside(tmp_path).send(SHE, Reply(text=RECEIPT))
    assert feishu.of("ou_she") == [RECEIPT]
    for each in silent:
        each.close()


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("greeting", [b"", b"220 mail\r\n", b"\0\0\0\5hello"])
def test_something_else_that_listens_there_is_not_waited_for_and_is_told_nothing(
    tmp_path: Path, greeting: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        where = {"port": other.getsockname()[1], "key": "0" * 64}
        (tmp_path / WHERE).write_bytes(msgspec.json.encode(where))
        heard: list[bytes] = []

        def listen() -> None:
            caller, _ = other.accept()
            with caller, suppress(ConnectionError):
                caller.sendall(greeting)
                heard.append(caller.recv(4096))

        listening = threading.Thread(target=listen)
        listening.start()
        with pytest.raises(Unreachable):
            Aside(tmp_path).send(SHE, Reply(text=RECEIPT))
        listening.join()
    assert RECEIPT.encode() not in b"".join(heard)


@pytest.mark.usefixtures("door")
def test_a_platform_that_fails_twice_is_asked_again_with_the_same_token(
    feishu: FakePlatform, tmp_path: Path
) -> None:
    feishu.behaviour = Fails(2, SendFailed("500"))
    Aside(tmp_path).send(SHE, Reply(text=RECEIPT))
    assert feishu.of("ou_she") == [RECEIPT]
    assert len(feishu.asked) == 3
    assert len({token for _, _, token in feishu.asked}) == 1


@pytest.mark.usefixtures("door", "hurried")
@pytest.mark.parametrize(
    ("error", "times"),
    [
        (SendFailed("500"), len(PAUSES_SECONDS)),
        (SendFailed("no such person", permanent=True), 1),
        (ValueError(RECEIPT), 1),
    ],
)
def test_a_platform_that_goes_on_failing_is_not_asked_for_ever_and_whoever_asked_learns_it(
    feishu: FakePlatform, tmp_path: Path, error: Exception, times: int
) -> None:
    feishu.behaviour = Fails(100, error)
    with pytest.raises(Unreachable):
        Aside(tmp_path).send(SHE, Reply(text=RECEIPT))
    assert len(feishu.asked) == times
    assert feishu.done == []


@pytest.mark.usefixtures("door")
def test_a_platform_that_is_not_there_is_nobody_to_speak_to(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Aside(tmp_path).send(Address("wecom", "she"), Reply(text=RECEIPT))


@pytest.mark.usefixtures("door", "hurried")
def test_a_platform_that_takes_too_long_is_not_waited_for(feishu: FakePlatform, tmp_path: Path) -> None:
    done = threading.Event()

    def ponders(_kind: str, _whom: str) -> None:
        done.wait(30)

    feishu.behaviour = ponders
    with pytest.raises(Unreachable):
        Aside(tmp_path).send(SHE, Reply(text=RECEIPT))
    done.set()


@pytest.mark.usefixtures("door")
def test_the_key_is_for_the_owner_alone_and_nothing_else_is_left_beside_it(tmp_path: Path) -> None:
    assert [each.name for each in tmp_path.iterdir()] == [WHERE]
    assert (tmp_path / WHERE).stat().st_mode & 0o777 == 0o600


def test_a_new_relay_takes_the_place_of_one_that_died(feishu: FakePlatform, tmp_path: Path) -> None:
    dead = SideDoor({"feishu": FakePlatform("dead")}, tmp_path)
    dead.open()
    way = Aside(tmp_path)
    way.check()
    dead.close()
    new = SideDoor({"feishu": feishu}, tmp_path)
    new.open()
    way.send(SHE, Reply(text=RECEIPT))
    new.close()
    assert feishu.of("ou_she") == [RECEIPT]


@pytest.mark.usefixtures("door", "hurried")
def test_nothing_of_it_is_logged_or_printed_or_written(
    feishu: FakePlatform,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    way = Aside(tmp_path)
    before = (tmp_path / WHERE).read_bytes()
    way.send(SHE, Reply(text=RECEIPT))
    feishu.behaviour = Fails(100, ValueError(RECEIPT))
    with pytest.raises(Unreachable):
        way.send(SHE, Reply(text=RECEIPT))
    assert feishu.of("ou_she") == [RECEIPT]
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [before]


def test_a_card_is_said_in_words_where_none_can_be_shown() -> None:
    said = in_words(Reply(card=Card(title="收到了", subject=""), keep=False))
    assert "收到了" in said.text
    assert said.card is None
    assert not said.keep
    assert in_words(Reply(text="好")) == Reply(text="好")
