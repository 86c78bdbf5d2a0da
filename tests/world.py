"""A small world for stories: one organisation, its people's chats, a clock to move; everything over the wire.

A story says what people do and what they read. How a form is filled in depends on the platform's client, and
is known here alone, so that every story runs on every platform unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.simulator import SimPerson
from bot.simulator.driver import shown
from bot.simulator.launch import Options, Stage
from bot.simulator.players import Players
from storage import files, outbox, people, projects
from storage.base import metadata
from storage.database import Database
from storage.people import NewPerson
from tests.house import CAST

ORDINARY = "2026-03-18 10:00"
"""A morning on which the clock has nothing to say to anybody, whatever day it really is."""


class World(Players):
    """The CAST on a running stage."""

    def __init__(self, stage: Stage, url: str) -> None:
        super().__init__(stage.simulator.base_url, {})
        self.stage = stage
        self.database = Database(url)

    def begin(self, platform: str, homes: dict[str, str] | None = None) -> World:
        """Start over: empty chats and records, the cast at home on a platform, an ordinary morning."""
        self.sim.clear_faults()
        self.hurries()
        self.settle()
        self.homes = dict.fromkeys(CAST, platform) | (homes or {})
        # Emptied first: were the clock back in place before, what it strikes would still find people to write
        # to, and the relay would settle by number what is no longer there.
        self._wipe()
        self.sim.post("reset")
        self.at(ORDINARY)
        self._move_in()
        return self

    def fills_in(self, person: str, **answers: str) -> str:
        """Fill in the claim form with a plain claim, but for the answers given."""
        plain = {
            "project": "社区助老",
            "amount": "128.50",
            "purpose": "打车去看望老人",
            "payee": "某某餐厅",
        }
        return super().fills_in(person, **(plain | answers))

    def gives_account(self, person: str, platform: str) -> None:
        """Bind one more account to somebody."""
        with self.database.write() as tx:
            who = people.by_keys(tx, [person])[person]
            accounts = {platform: account(person, platform)}
            people.save(tx, NewPerson(who.key, who.name, who.department, who.roles, accounts))

    def has_button(self, person: str, label: str) -> bool:
        """Tell whether somebody can press a button now, once everything has arrived."""
        self.settle()
        return any(
            button["label"] == label and button["enabled"]
            for each in self.chat(person)
            for button in each["buttons"]
        )

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
                return not (waiting["waiting"] + waiting["sending"] + files.under_way(tx))

        self.sim.wait_for("the outbox to be empty", quiet, 40)

    def fault(self, kind: str, **more: object) -> None:
        """Switch a fault of the platform on."""
        self.sim.post("fault", kind=kind, **more)

    def send_api(self) -> str:
        """Return the path of the platform's call that sends a message, for faults."""
        return {"feishu": "im/v1/messages", "wecom": "message/send"}[self.homes["li"]]

    def files_claim_quietly(self, person: str) -> str:
        """Hand a claim in by typing ahead, while nothing can be sent."""
        self.says(person, "报销")
        for words in ("社区助老", "128.50", "打车去看望老人", "某某餐厅", "好"):
            self.says(person, words)
        return str(self.rows("select number from claim")[0][0])

    def waits_for_failure(self) -> None:
        """Wait until a message has failed and waits for another attempt."""
        failed = "select count(*) from outbox where state = 'waiting' and attempts > 0"
        self.sim.wait_for("a failed attempt", lambda: self.rows(failed)[0][0])

    def hurries(self) -> None:
        """Let what waits for another attempt be tried now, once no attempt is under way that would put it
        off again."""
        sending = "select count(*) from outbox where state = 'sending'"
        self.sim.wait_for("no attempt to be under way", lambda: self.rows(sending)[0][0] == 0)
        with self.database.write() as tx:
            tx.run(
                outbox.outbox.update()
                .where(outbox.outbox.c.state == "waiting")
                .values(due_at=datetime.now(UTC))
            )

    def signs_all(self, number: str, *signers: str) -> None:
        """Let people press 同意 one after the other."""
        for signer in signers:
            self.clicks(signer, "同意", number)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with self.database.read() as tx:
            return [tuple(row) for row in tx.run(text(sql))]

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


def account(key: str, platform: str) -> str:
    """Return somebody's user id on a platform."""
    return f"ou_{key}" if platform == "feishu" else key


def everybody() -> list[SimPerson]:
    """Return the cast and one stranger as the platforms know them."""
    cast = [SimPerson(key, name, "办公室", f"ou_{key}", key) for key, (name, _) in CAST.items()]
    return [*cast, SimPerson("lu", "路人", "外单位", "ou_lu", "lu")]


@contextmanager
def open_world(folder: Path, url: str = "") -> Iterator[World]:
    """Start simulator and assistant for the length of some stories, on SQLite or on a database by URL."""
    url = url or f"sqlite:///{folder / 'qinglian.db'}"
    options = Options(folder, poll_seconds=0.02, limits=None, people=everybody(), storage_url=url)
    with Stage(options) as stage:
        world = World(stage, url)
        yield world
        world.database.close()
