"""The processes: the parent keeps its children running and takes them along; each role pays for its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import TypeVar

import pytest
import requests
import waitress

from bot import roles
from bot.app import App
from bot.config import load
from bot.roles import sets
from bot.web.report import LIMIT
from tests.bot.family import ROLES

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS, PAUSE_SECONDS = 60.0, 0.01
SDKS = ("lark_oapi", "wechatpy")
T = TypeVar("T")


def wait_for(seen: Callable[[], T]) -> T:
    """Return what `seen` finds as soon as it finds something."""
    for _ in range(int(PATIENCE_SECONDS / PAUSE_SECONDS)):
        if found := seen():
            return found
        time.sleep(PAUSE_SECONDS)
    raise AssertionError("waited too long")


# The parent, with tiny children.


class Family:
    """A parent and its children, which leave their numbers in a folder."""

    def __init__(self, folder: Path, restart_after: float) -> None:
        self._folder = folder
        command = [sys.executable, "-m", "tests.bot.family", "parent", str(folder), str(restart_after)]
        self.parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait_for_children(self) -> list[int]:
        """Wait until both roles have a child; return their numbers."""

        def both() -> list[int]:
            assert self.parent.poll() is None, "the parent has ended"
            found = [self.children(role) for role in ROLES]
            return [each[0] for each in found] if all(found) else []

        return wait_for(both)

    def children(self, role: str) -> list[int]:
        """Return the numbers of all children that were started for a role so far."""
        return sorted(int(each.suffix[1:]) for each in self._folder.glob(f"{role}.*"))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell the parent to stop; return its exit code once it has ended."""
        self.parent.send_signal(number)
        return self.parent.wait(PATIENCE_SECONDS)


def runs(number: int) -> bool:
    """Tell whether a process is alive."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Callable[..., Family]]:
    """Start a parent; whatever happens, it does not outlive the test."""
    started: list[Family] = []

    def start(restart_after: float = 0.01) -> Family:
        started.append(Family(tmp_path, restart_after))
        return started[-1]

    yield start
    for each in started:
        each.parent.terminate()
        each.parent.communicate(timeout=PATIENCE_SECONDS)


def test_a_child_that_died_is_started_again_and_all_are_ended_together(
    family: Callable[..., Family],
) -> None:
    home = family()
    first, second = home.wait_for_children()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(home.children("one")) == 2)
    assert home.children("two") == [second]
    assert home.stop() == 0
    everybody = home.children("one") + home.children("two")
    assert [each for each in everybody if runs(each)] == []


def test_a_keyboard_interrupt_ends_them_too(family: Callable[..., Family]) -> None:
    home = family()
    children = home.wait_for_children()
    assert home.stop(signal.SIGINT) == 0
    assert [each for each in children if runs(each)] == []


def test_a_child_that_will_not_listen_is_ended_all_the_same(
    family: Callable[..., Family], tmp_path: Path
) -> None:
    (tmp_path / "stubborn").touch()
    home = family()
    children = home.wait_for_children()
    assert home.stop() == 0
    assert [each for each in children if runs(each)] == []


def test_told_to_stop_while_it_waits_to_start_a_child_again_the_parent_starts_none(
    family: Callable[..., Family], tmp_path: Path
) -> None:
    (tmp_path / "weak").touch()
    home = family(restart_after=10 * PATIENCE_SECONDS)
    home.wait_for_children()
    assert home.parent.stderr is not None
    assert b"ended with 0, starting it again" in home.parent.stderr.readline()
    assert home.stop() == 0
    assert (tmp_path / "starts").read_text(encoding="utf-8").split() == ["one", "two"]


# The roles themselves.


class Role:
    """One role of a small installation as a process, which tells what it imports."""

    def __init__(self, name: str, folder: Path, port: int) -> None:
        self.port = port
        config = folder / "config.toml"
        config.write_text(
            f'[org]\nname = "春晖"\n[server]\nport = {self.port}\n[storage]\nurl = "sqlite:///house.db"\n',
            encoding="utf-8",
        )
        self._said = folder / "said"
        command = [sys.executable, "-X", "importtime", "-m", "bot", name, "--config", str(config)]
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(command, cwd=ROOT, stderr=said)

    @property
    def said(self) -> str:
        """What it has written so far."""
        return self._said.read_text(encoding="utf-8")

    @property
    def imported(self) -> set[str]:
        """The packages that it has imported so far."""
        return set(re.findall(r"^import time:.*\| +(\w+)", self.said, re.MULTILINE))

    def stop(self) -> int:
        """Tell it to stop; return its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def role(tmp_path: Path, furnished: Path) -> Iterator[Callable[..., Role]]:
    """Start a role; whatever happens, it does not outlive the test."""
    started: list[Role] = []

    def start(name: str, port: int = 0) -> Role:
        shutil.copy(furnished, tmp_path / "house.db")
        started.append(Role(name, tmp_path, port or free_port()))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_web_role_answers_without_any_sdk_and_stops_when_told(role: Callable[..., Role]) -> None:
    web = role("web")

    def healthy() -> bool:
        assert web.process.poll() is None, web.said
        try:
            return requests.get(f"http://127.0.0.1:{web.port}/healthz", timeout=5).ok
        except requests.ConnectionError:
            return False

    assert wait_for(healthy)
    refused = requests.post(f"http://127.0.0.1:{web.port}/callbacks/feishu", data=b"x", timeout=5)
    assert refused.status_code == 404
    assert "Server" not in refused.headers
    assert web.stop() == 0
    assert "Traceback" not in web.said
    assert {"flask", "waitress"} <= web.imported
    assert web.imported.isdisjoint((*SDKS, "apscheduler", "alembic", "bot.relay"))


@pytest.mark.parametrize(
    ("name", "own", "others"),
    [
        ("scheduler", "apscheduler", ("flask", "waitress")),
        ("relay", "concurrent", ("flask", "waitress", "apscheduler")),
    ],
)
def test_a_role_imports_only_what_it_needs_and_stops_when_told(
    role: Callable[..., Role], name: str, own: str, others: tuple[str, ...]
) -> None:
    it = role(name)
    wait_for(lambda: f"{name} is ready" in it.said or it.process.poll() is not None)
    assert it.stop() == 0, it.said
    assert "Traceback" not in it.said
    assert own in it.imported
    assert it.imported.isdisjoint((*SDKS, *others))


def test_a_port_that_is_taken_ends_the_web_role_with_one_sentence(role: Callable[..., Role]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        web = role("web", taken.getsockname()[1])
        assert web.process.wait(PATIENCE_SECONDS) == 1
    assert web.said.splitlines()[-1] == "没有做成：系统报错（Address already in use）"
    assert "Traceback" not in web.said


def test_a_signal_that_strikes_while_the_event_is_being_looked_at_stops_us_all_the_same() -> None:
    stop = Event()
    with vars(stop)["_cond"]:  # what a wait holds for a moment, in which a handler may run
        sets(stop)()
    assert stop.wait(PATIENCE_SECONDS)


def test_no_request_or_answer_is_large_enough_to_be_written_to_a_temporary_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[org]\nname = "春晖"\n', encoding="utf-8")
    served: dict[str, int] = {}
    monkeypatch.setattr(roles, "_on_stop", lambda _stop: None)
    monkeypatch.setattr(waitress, "serve", lambda _app, **settings: served.update(settings))
    roles.web(App(load(config)))
    assert served["inbuf_overflow"] > served["max_request_body_size"] >= LIMIT
    assert served["outbuf_overflow"] > LIMIT
