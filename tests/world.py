"""A small world for stories: one organisation, its people's chats, a clock to move; everything over the wire.

A story says what people do and what they read. How a form is filled in depends on the platform's client, and
is known here alone, so that every story runs on every platform unchanged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.simulator import SimPerson
from bot.simulator.driver import Driver, Json, Stuck, shown
from bot.simulator.launch import Options, Stage
from storage import outbox, people, projects
from storage import tables as every_table
from storage.base import metadata
from storage.database import Database
from storage.people import NewPerson
from tests.house import CAST, PDF

FORM = ("project", "amount", "purpose", "payee", "attachments")
PATIENCE_SECONDS = 15


class World:
    """People by their keys in the CAST. `platform` is where they live, unless `on` says otherwise."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.sim = Driver(stage.simulator.base_url)
        self.database = Database(f"sqlite:///{folder / 'qinglian.db'}")
        self._folder = folder
        self.homes: dict[str, str] = {}

    def begin(self, platform: str, homes: dict[str, str] | None = None) -> World:
        """Start over: empty chats and records, the cast at home on a platform, the clock on the machine's time."""
        self.settle()
        self.homes = {key: platform for key in CAST} | (homes or {})
        self.sim.clear_faults()
        self.sim.post("reset")
        self._wipe()
        self._move_in()
        return self

    def says(self, person: str, words: str) -> None:
        """Type a message."""
        self.sim.say(person, words, platform=self.homes[person])

    def clicks(self, person: str, label: str, about: str = "", **answers: str) -> Json:
        """Press the newest button with a label on a card that has the words; answer what it asks."""
        card = self.finds_button(person, label, about)
        inputs = {each["name"] for each in card["form"]}
        values = {key: value for key, value in answers.items() if key in inputs}
        where = {"message_id": card["message_id"], "platform": self.homes[person]}
        done = self.sim.click(person, label, values, **where)
        for name, answer in answers.items():
            if name not in inputs:
                self._answer(person, answer)
        return done

    def sends_picture(self, person: str, name: str = "发票.png") -> None:
        """Send a picture; both platforms hand these to the assistant."""
        self.sim.upload(person, name, PNG, "image", platform=self.homes[person])

    def sends_file(self, person: str, name: str = "发票.pdf", content: bytes = PDF) -> None:
        """Send a file."""
        self.sim.upload(person, name, content, platform=self.homes[person])

    def files_claim(self, person: str, **answers: str) -> str:
        """Ask for the form, fill it in and hand it in; return the claim's number."""
        self.says(person, "报销")
        return self.fills_in(person, **answers)

    def fills_in(self, person: str, **answers: str) -> str:
        """Fill in the claim form that is open and hand it in; return the claim's number."""
        values = {
            "project": "社区助老",
            "amount": "128.50",
            "purpose": "打车去看望老人",
            "payee": "某某餐厅",
        } | answers
        if self.homes[person] == "feishu":
            done = self.clicks(person, "提交", **values)
            return _number(shown(done["message"]))
        for name in FORM:
            self._answer(person, values.get(name, "好"))
        return _number(self._wait(f"{person} hears back", lambda: self._heard_back(person), person))

    def _heard_back(self, person: str) -> str:
        """Return what came after somebody's last words and names a claim, or nothing yet."""
        return next((shown(each) for each in self._since_last_words(person) if "BX-" in shown(each)), "")

    def reads(self, person: str, words: str) -> Json:
        """Wait until somebody's chat shows some words; return that message."""

        def seen() -> Json | None:
            return next((each for each in reversed(self.chat(person)) if words in shown(each)), None)

        return dict(self._wait(f"{person} reads 「{words}」", seen, person))

    def finds_button(self, person: str, label: str, about: str = "") -> Json:
        """Wait until somebody can press a button on a card that has the words; return the card."""

        def seen() -> Json | None:
            for each in reversed(self.chat(person)):
                labels = [button["label"] for button in each["buttons"] if button["enabled"]]
                if label in labels and about in shown(each):
                    return each
            return None

        return dict(self._wait(f"{person} can press 「{label}」 {about}", seen, person))

    def has_button(self, person: str, label: str) -> bool:
        """Tell whether somebody can press a button now, once everything has arrived."""
        self.settle()
        return any(
            button["label"] == label and button["enabled"]
            for each in self.chat(person)
            for button in each["buttons"]
        )

    def chat(self, person: str) -> list[Json]:
        """Return what somebody sees, oldest first."""
        return self.sim.chat(person)

    def has_read(self, person: str, words: str) -> int:
        """Return how many messages with some words somebody has, once everything has arrived."""
        self.settle()
        return sum(words in shown(each) for each in self.chat(person))

    def at(self, moment: str) -> None:
        """Move business time, Shanghai time: 2026-03-03 09:00."""
        self.sim.post("clock", now=moment.replace(" ", "T") + ":00+08:00")

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""

        def quiet() -> bool:
            with self.database.read() as tx:
                waiting = outbox.counts(tx)
                fetching = tx.run(
                    every_table.files.fetch.select().where(every_table.files.fetch.c.state == "waiting")
                )
                return not (waiting["waiting"] + waiting["sending"]) and not fetching.all()

        self.sim.wait_for("the outbox to be empty", quiet, 40)

    def fault(self, kind: str, **more: object) -> None:
        """Switch a fault of the platform on."""
        self.sim.post("fault", kind=kind, **more)

    def signs_all(self, number: str, *signers: str) -> None:
        """Let people press 同意 one after the other."""
        for signer in signers:
            self.clicks(signer, "同意", number)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(self._folder / "qinglian.db")) as connection:
            return connection.execute(sql).fetchall()

    def _answer(self, person: str, words: str) -> None:
        """Answer the question that the assistant asks in the chat."""
        self._wait(f"{person} is asked", lambda: self._asked(person), person)
        self.says(person, words)

    def _asked(self, person: str) -> bool:
        return any("「取消」放弃" in shown(each) for each in self._since_last_words(person))

    def _since_last_words(self, person: str) -> list[Json]:
        chat = self.chat(person)
        last = max((place for place, each in enumerate(chat) if each["from"] == "person"), default=-1)
        return chat[last + 1 :]

    def _wait(self, what: str, seen: Callable[[], Any], person: str) -> Any:
        try:
            return self.sim.wait_for(what, seen, PATIENCE_SECONDS)
        except Stuck as stuck:
            chat = "\n".join(f"[{each['from']}] {shown(each)}" for each in self.chat(person)[-6:])
            raise Stuck(f"{stuck}\nthe chat of {person} ends with:\n{chat}") from None

    def _wipe(self) -> None:
        with self.database.write() as tx:
            for table in reversed(metadata.sorted_tables):
                if table.name == "journal_head":
                    tx.run(table.update().values(seq=0, hash="0" * 64))
                else:
                    tx.run(table.delete())

    def _move_in(self) -> None:
        with self.database.write() as tx:
            for key, (name, roles) in CAST.items():
                accounts = {self.homes[key]: account(key, self.homes[key])}
                people.save(tx, NewPerson(key, name, "办公室", frozenset(roles), accounts))
            known = people.by_keys(tx, CAST)
            projects.save(tx, "P01", "社区助老", known["li"].id, "某基金会专项资金", 1_000_000)
            projects.save(tx, "P02", "助残就业", known["zhou"].id, "区级购买服务", 2_000_000)
            projects.save(tx, "ORG", "机构运行", known["tang"].id, "", 0)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)


def account(key: str, platform: str) -> str:
    """Return somebody's user id on a platform."""
    return f"ou_{key}" if platform == "feishu" else key


def everybody() -> list[SimPerson]:
    """Return the cast and one stranger as the platforms know them."""
    cast = [SimPerson(key, name, "办公室", f"ou_{key}", key) for key, (name, _) in CAST.items()]
    return [*cast, SimPerson("lu", "路人", "外单位", "ou_lu", "lu")]


def open_world(folder: Path) -> Stage:
    """Return the stage on which all stories of a session are played."""
    return Stage(Options(folder, poll_seconds=0.02, limits=None, people=everybody()))


def _number(words: str) -> str:
    start = words.index("BX-")
    return words[start : start + 12]
