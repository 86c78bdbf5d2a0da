"""Each moment at which a process may die, one by one and without luck: what it left is taken up, and once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.simulator.driver import shown
from tests.chaos.town import Town, offers

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0


class Roles:
    """Starts single roles on the town's installation, whole ones and such as die at a point."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, role: str) -> subprocess.Popen[bytes]:
        """Start a role that goes on."""
        return self._start("bot", role, "--config")

    def start_dying(self, point: str) -> subprocess.Popen[bytes]:
        """Start a role that dies at a point."""
        return self._start("tests.chaos.dying", point)

    def waits_for_web(self) -> None:
        """Wait until callbacks can arrive."""
        self._town.sim.wait_for("web to answer", self._answers, PATIENCE_SECONDS)

    def end(self) -> None:
        """End whoever still runs."""
        for each in self._started:
            each.kill()
            each.wait()

    def _start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", module, *words, str(self._town.stage.config)]
        with self._town.stage.log.open("ab") as log:
            self._started.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))
        return self._started[-1]

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self._town.stage.url}/healthz", timeout=2).ok
        except requests.ConnectionError:
            return False


@pytest.fixture
def roles(town: Town) -> Iterator[Roles]:
    """Roles that do not outlive the test."""
    started = Roles(town)
    yield started
    started.end()


def died(process: subprocess.Popen[bytes]) -> bool:
    """Wait for a process to end; tell whether it was killed."""
    return process.wait(PATIENCE_SECONDS) == -signal.SIGKILL


def open_rows(town: Town) -> int:
    """Return how many messages have not left yet."""
    return int(town.rows("select count(*) from outbox where state in ('waiting', 'sending')")[0][0])


def hand_in(town: Town, roles: Roles, person: str) -> str:
    """Hand a claim in while nothing is sent; return its number."""
    web = roles.start("web")
    roles.waits_for_web()
    for words in ("报销 社区助老 12.50 打车", *["好"] * 5):
        assert town.sim.say(person, words, platform="wecom")["status"] == 200
    web.kill()
    web.wait()
    return str(town.rows("select number from claim")[0][0])


def test_web_that_dies_between_commit_and_answer_is_asked_again_and_gives_the_first_answer(
    town: Town, roles: Roles
) -> None:
    dying = roles.start_dying("web_before_answer")
    roles.waits_for_web()
    said = town.sim.say("tang", "帮助", platform="wecom")
    assert (said["status"], died(dying)) == (None, True)
    committed = town.rows("select count(*), max(answer) from inbox")
    assert committed[0][0] == 1
    roles.start("web")
    roles.waits_for_web()
    town.sim.wait_for("the repeat to be answered", lambda: got_through(town, said["event_id"]))
    assert town.rows("select count(*), max(answer) from inbox") == committed
    roles.start("relay")
    town.settle()
    answers = [shown(each) for each in town.chat("tang") if each["from"] == "bot"]
    assert len(answers) == 1
    assert "我能帮您做这些" in answers[0]


def got_through(town: Town, event_id: str) -> bool:
    """Tell whether a callback has been answered."""
    return any(each.get("event_id") == event_id and each["status"] == 200 for each in town.sim.log())


def test_a_press_that_died_between_commit_and_answer_is_refused_the_second_time_and_counts_once(
    town: Town, roles: Roles
) -> None:
    town.begin_anew(li="feishu")
    number = hand_in(town, roles, "tang")
    relay = roles.start("relay")
    card = town.finds_button("li", "同意", number)
    town.settle()
    relay.kill()
    relay.wait()
    dying = roles.start_dying("web_before_answer")
    roles.waits_for_web()
    first = town.sim.click("li", "同意", message_id=card["message_id"], platform="feishu")
    assert (first["status"], died(dying)) == (None, True)
    roles.start("web")
    roles.waits_for_web()
    second = town.sim.click("li", "同意", message_id=card["message_id"], platform="feishu")
    assert second["toast"]["type"] == "error"
    signed = "select count(*) from journal where act = 'signoff.signed' and actor = 'li'"
    assert town.rows(signed) == [(1,)]
    assert town.rows(
        "select count(*) from outbox where kind = 'card' and subject like 'expense:1:1:3:%'"
    ) == [(1,)]


def test_a_form_whose_answer_was_lost_between_commit_and_answer_becomes_the_claim_all_the_same(
    town: Town, roles: Roles
) -> None:
    """Feishu does not repeat a press: what the answer was to show has to come by itself."""
    web = roles.start("web")
    roles.start("relay")
    roles.waits_for_web()
    town.says("lin", "报销 社区助老 12.50 打车")
    form = town.finds_button("lin", "提交")
    town.settle()
    web.kill()
    web.wait()
    dying = roles.start_dying("web_before_answer")
    roles.waits_for_web()
    pressed = town.sim.click("lin", "提交", message_id=form["message_id"], platform="feishu")
    assert (pressed["status"], died(dying)) == (None, True)
    town.settle()
    (card,) = [each for each in town.chat("lin") if each["message_id"] == form["message_id"]]
    assert "报销 BX-2026-0001" in shown(card)
    assert not offers(card, "提交")
    assert offers(card, "撤回")


@pytest.mark.parametrize("point", ["relay_before_sending", "relay_before_settling"])
def test_a_relay_that_dies_over_its_messages_leaves_them_to_the_next_which_shows_each_once(
    town: Town, roles: Roles, point: str
) -> None:
    """Three messages are under way at once, on both platforms: a card, a card and a line of words."""
    town.begin_anew(li="feishu")
    number = hand_in(town, roles, "tang")
    waiting = open_rows(town)
    dying = roles.start_dying(point)
    assert died(dying)
    assert open_rows(town) == waiting
    before = len(town.chat("li"))
    roles.start("relay")
    town.settle()
    assert before == (1 if point == "relay_before_settling" else 0)
    assert len(town.live("li", number)) == 1
    assert [each["from"] for each in town.chat("li")] == ["bot"]
    mine = [each for each in town.chat("tang") if each["card"] and number in shown(each)]
    assert len(mine) == 1


def test_a_scheduler_that_dies_in_a_tick_leaves_its_work_to_the_next_which_does_it_once(
    town: Town, roles: Roles
) -> None:
    web = roles.start("web")
    roles.waits_for_web()
    town.sim.say("tang", "报销", platform="wecom")
    web.kill()
    web.wait()
    town.sim.post("clock", shift_seconds=3600)
    assert died(roles.start_dying("scheduler_before_commit"))
    assert town.rows("select * from run") == []
    roles.start("scheduler")
    told = "select count(*) from outbox where body like '刚才的填写放了太久%'"
    town.sim.wait_for("the open question to be closed", lambda: town.rows(told)[0][0])
    assert town.rows(told) == [(1,)]
