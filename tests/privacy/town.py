"""The assistant as it runs, with receivers who have keys, everything it leaves behind in one folder."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bot.simulator import SimPerson
from bot.simulator.driver import Driver
from bot.simulator.launch import Options, Stage
from tests.privacy.visitor import Visitor

PASSPHRASE = "一句只有我知道的话"
ROSTER = (
    ("bai", "白露", "监督组", "举报受理人"),
    ("qin", "秦川", "党建组", "举报受理人"),
    ("luo", "罗维", "外部", "外部受理人"),
    ("lin", "林晓", "项目部", "经办人"),
)
STRANGER = SimPerson("canary", "金丝雀", "外单位", "ou_canary_77", "canary77")
"""Somebody whom the roster does not know, so that nothing of them has a reason to lie anywhere."""

LINK = re.compile(r"/desk/[a-z2-7]{26}")
READY = re.compile(r" INFO (\d+) bot\.roles (web listens|relay is ready)")


class Town:
    """A stage with both platforms, and what a test does to it."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        self.sim = Driver(stage.simulator.base_url)
        self.visitor = Visitor(stage.url)

    def says(self, person: str, words: str, platform: str) -> list[str]:
        """Say something in a private chat; return what came back by then, newest last."""
        before = len(self.heard(person, platform))
        self.sim.say(person, words, platform=platform)
        self.sim.wait_for("an answer", lambda: len(self.heard(person, platform)) > before, 30)
        return self.heard(person, platform)[before:]

    def heard(self, person: str, platform: str) -> list[str]:
        """Return what the assistant said to somebody."""
        return [str(each["words"]) for each in self.sim.chat(person, platform) if each["from"] == "bot"]

    def opens_desk(self, key: str) -> Desk:
        """Let a receiver open the desk by a link that the command line gives, and a passphrase."""
        if key == "luo":
            return Desk(self.stage.url, LINK.findall(self.stage.command("receivers", "invite", key))[-1])
        self.sim.say(key, "受理", platform="feishu")

        def links() -> list[str]:
            return LINK.findall(json.dumps(self.sim.chat(key, "feishu")))

        return Desk(self.stage.url, self.sim.wait_for("a link", links, 30)[-1])

    def kill(self, role: str) -> None:
        """Kill a role with SIGKILL and wait until it is back."""
        pid = self.worker(role)
        os.kill(pid, signal.SIGKILL)
        self.sim.wait_for(f"{role} to be back", lambda: self.worker(role) != pid, 60)

    def worker(self, role: str) -> int:
        """Return the number of the process that works in a role, or did last."""
        found = READY.findall(self.stage.log.read_text(encoding="utf-8"))
        return next(int(pid) for pid, words in reversed(found) if words.startswith(role))


class Desk:
    """A receiver's browser at the desk."""

    def __init__(self, url: str, link: str) -> None:
        self._url, self._session = url, requests.Session()
        self.page = self._session.post(url + link, data={"passphrase": PASSPHRASE}, timeout=30).text

    def numbers(self) -> list[str]:
        """Return the cases that are listed."""
        text = self._session.get(f"{self._url}/desk", timeout=30).text
        return list(dict.fromkeys(re.findall(r"FY-\w{6}", text)))

    def reads(self, number: str) -> str:
        """Open a case."""
        return self._session.get(f"{self._url}/desk/case/{number}", timeout=30).text

    def downloads(self, number: str, place: int) -> bytes:
        """Open a file of a case."""
        path = f"{self._url}/desk/case/{number}/file/{place}"
        return self._session.get(path, timeout=30).content

    def does(self, number: str, act: str, **answers: str) -> str:
        """Do an act; return the page that follows."""
        asked = self._session.get(f"{self._url}/desk/case/{number}/{act}", timeout=30).text
        version = re.findall(r'name="version" value="(\d+)"', asked)
        path = f"{self._url}/desk/case/{number}/{act}"
        return self._session.post(path, data={"version": version[-1], **answers}, timeout=30).text


@contextmanager
def open_town(folder: Path, url: str = "") -> Iterator[Town]:
    """Start everything: the assistant logs all it can, and platforms push again what was not answered."""
    people = [SimPerson(key, name, unit, f"ou_{key}", key) for key, name, unit, _ in ROSTER]
    options = Options(
        folder,
        poll_seconds=0.02,
        limits=None,
        people=[*people, STRANGER],
        storage_url=url or "sqlite:///qinglian.db",
        repush=(0.7, 2.5, 2.5, 2.5),
        restart_seconds=0.01,
        starts=False,
        log="DEBUG",
    )
    with Stage(options) as stage:
        _move_in(stage, folder)
        stage.start_bot()
        yield Town(stage, folder)


def _move_in(stage: Stage, folder: Path) -> None:
    roster = folder.parent / "people.csv"
    with roster.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(("key", "name", "department", "roles", "feishu_open_id", "wecom_userid"))
        lines.writerows((*each, f"ou_{each[0]}", each[0]) for each in ROSTER)
    stage.command("people", "import", str(roster))
    for key in ("luo", "bai", "qin"):
        stage.command("receivers", "make", key, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")


def receipt_said(words: list[str]) -> str:
    """Return the receipt in what the assistant said."""
    found = re.search(r"(?:\d{4} ){6}\d{4}", "\n".join(words))
    assert found, words
    return found[0]
