"""The assistant without wire and processes: router, capabilities and a real database, driven by clicks.

Chats are read from the outbox, as the relay would deliver them. For rules and properties; stories go over
the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec
from sqlalchemy import ColumnElement, select

from bot.app import ABILITIES
from bot.context import JobContext
from bot.platform import Clicked, Incoming, Said, Sent
from bot.router import Router, Times
from handlers.catalogue import CAPABILITIES, JOBS
from handlers.contract.card import Args, Button, Card
from handlers.contract.document import Document
from handlers.contract.reply import Reply
from storage import expense, files, journal, people, projects, signoff
from storage.attempts import Attempt
from storage.attempts import since as attempts_since
from storage.database import Database
from storage.expense import Claim
from storage.files import Blob
from storage.migrations import upgrade
from storage.outbox import Kind, outbox
from storage.people import Address, NewPerson, Person
from storage.signoff import Step

ZONE = "Asia/Shanghai"
RECENT = 30
"""As many cards as somebody looks back through for a button."""

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"

CAST = {
    "lin": ("林晓", {"经办人"}),
    "zhou": ("周明", {"经办人", "项目负责人"}),
    "li": ("李青", {"项目负责人"}),
    "wang": ("王芳", {"财务负责人"}),
    "chen": ("陈立", {"秘书长"}),
    "fang": ("方正", {"理事长", "法定代表人"}),
    "he": ("何平", {"副理事长"}),
    "shen": ("沈言", {"理事"}),
    "jian": ("简成", {"监事"}),
    "guan": ("管宁", {"管理员"}),
    "hou": ("侯补", {"会计"}),
    "tang": ("唐果", {"部门负责人"}),
}


@dataclass
class MovableClock:
    """Business time that a test sets."""

    moment: datetime = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Aware UTC."""
        return self.moment

    def forward(self, step: timedelta) -> None:
        """Let time pass."""
        self.moment += step


@dataclass
class House:
    """One organisation with its cast: person keys are names of the CAST."""

    database: Database
    clock: MovableClock = field(default_factory=MovableClock)
    _numbers: Iterable[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        times = Times(self.clock, lambda: datetime.now(UTC), ZONE)
        self.router = Router(self.database, CAPABILITIES, ABILITIES, times)

    def furnish(self) -> House:
        """Move the cast and two projects in."""
        with self.database.write() as tx:
            for key, (name, roles) in CAST.items():
                people.save(tx, NewPerson(key, name, "办公室", frozenset(roles), {"feishu": f"ou_{key}"}))
            known = people.by_keys(tx, CAST)
            projects.save(tx, "P01", "社区助老", known["li"].id, "某基金会专项资金", 1_000_000)
            projects.save(tx, "P02", "助残就业", known["zhou"].id, "区级购买服务", 2_000_000)
            projects.save(tx, "ORG", "机构运行", known["tang"].id, "", 0)
        return self

    def person(self, key: str) -> Person:
        """Return somebody of the cast."""
        with self.database.read() as tx:
            return people.by_keys(tx, [key])[key]

    def name_deputy(self, holder: str, deputy: str, first: date, last: date, named_by: str = "fang") -> None:
        """Let somebody sign for somebody else."""
        ids = {key: self.person(key).id for key in (holder, deputy, named_by)}
        with self.database.write() as tx:
            people.add_deputy(tx, ids[holder], ids[deputy], first, last, ids[named_by])

    def give_roles(self, key: str, *roles: str, active: bool = True) -> None:
        """Change what somebody is."""
        who = self.person(key)
        with self.database.write() as tx:
            people.save(tx, NewPerson(key, who.name, who.department, frozenset(roles), active=active))

    def say(self, key: str, text: str) -> Reply:
        """Type words into the chat."""
        return self._handle(key, Said(text))

    def press(self, key: str, button: Button, values: Mapping[str, str] | None = None) -> Reply:
        """Press a button; `values` hands a form in."""
        return self.act(key, button.act, button.args, values)

    def act(self, key: str, act: str, args: Args, values: Mapping[str, str] | None = None) -> Reply:
        """Send a click as the platform would, whether such a button exists or not."""
        typed = dict(values) if values is not None else None
        chat = self.person(key).id if key in CAST else key
        return self._handle(key, Clicked(act, args, typed, f"om_{chat}", "h"))

    def send_file(self, key: str, name: str, content: bytes | None = PDF) -> None:
        """Send a file; None stands for one that cannot be fetched."""
        self.offer_file(key, name)
        self.fetch_files(content)

    def offer_file(self, key: str, name: str) -> Reply:
        """Send a file that is not fetched yet."""
        return self._handle(key, Sent(f"om_{next(iter(self._numbers))}", "key", name, image=False))

    def fetch_files(self, content: bytes | None = PDF) -> None:
        """Let every file that is under way arrive, or, with None, get lost."""
        with self.database.write() as tx:
            wanted = files.claim(tx, datetime.now(UTC), 10)
        for fetch in wanted:
            found = Blob(f"{len(fetch.name):064x}", len(content or b""), "application/pdf")
            self.router.file_arrived(fetch, found if content else "平台上没有了")

    def run_jobs(self) -> None:
        """Let every capability do what the clock has it do."""
        with self.database.write() as tx:
            ctx = JobContext(tx, self.clock.now(), datetime.now(UTC), ZONE)
            for job in JOBS:
                job.run(ctx)

    def submit(self, key: str, project: str = "P01", amount: str = "128.50", **more: str) -> Reply:
        """Ask for the form, fill it in, hand it in."""
        self.say(key, "报销")
        form = self.cards(key)[-1].form
        assert form is not None
        values = {
            "project": project,
            "amount": amount,
            "purpose": "打车去看望老人",
            "payee": "某某餐厅",
            **more,
        }
        return self.press(key, form.buttons[0], values)

    def claim(self, number: str = "BX-2026-0001") -> Claim:
        """Return a claim as it stands."""
        with self.database.read() as tx:
            found = expense.by_number(tx, number)
        assert found is not None
        return found

    def steps(self, number: str = "BX-2026-0001", version: int = 0) -> list[Step]:
        """Return the steps of a claim's version, of the current one by itself."""
        claim = self.claim(number)
        with self.database.read() as tx:
            return signoff.steps(tx, claim.subject, version or claim.current.version)

    def attempts(self) -> list[Attempt]:
        """Return what was refused to people we know."""
        with self.database.read() as tx:
            return attempts_since(tx, datetime.min.replace(tzinfo=UTC))

    def journal(self, subject: str) -> list[journal.Entry]:
        """Return what the journal says about a subject, and make sure that all of it holds."""
        with self.database.read() as tx:
            assert journal.verify(tx) is None
            return journal.entries(tx, subject)

    def cards(self, key: str, subject: str = "", newest: int | None = None) -> list[Card]:
        """Return the cards that somebody was sent, newest last, replacements included; all, or the newest."""
        shown = (outbox.c.kind.in_((Kind.CARD, Kind.REPLACE)), outbox.c.subject.startswith(subject))
        rows = self._rows(key, *shown, newest=newest)
        return [msgspec.json.decode(each, type=Card) for each in rows]

    def documents(self, key: str) -> list[Document]:
        """Return the papers that somebody was sent."""
        rows = self._rows(key, outbox.c.kind == Kind.DOCUMENT)
        return [msgspec.json.decode(each, type=Document) for each in rows]

    def texts(self, key: str) -> list[str]:
        """Return the chat lines that somebody was sent."""
        return self._rows(key, outbox.c.kind == Kind.TEXT)

    def button(self, key: str, label: str) -> Button:
        """Return the newest button with a label that somebody sees."""
        recent = self.cards(key, newest=RECENT)
        found = next((each for each in reversed(recent) if f"[{label}]" in read(each)), None)
        assert found, f"{key} sees no button {label}"
        return button_in(found, label)

    def approve_all(self, *keys: str) -> None:
        """Let people press 同意 one after the other."""
        for key in keys:
            reply = self.press(key, self.button(key, "同意"))
            assert not reply.refused, reply.toast

    def _rows(self, key: str, *conditions: ColumnElement[bool], newest: int | None = None) -> list[str]:
        mine = outbox.c.person_id == self.person(key).id
        chosen = select(outbox.c.body).where(mine, *conditions).order_by(outbox.c.id.desc()).limit(newest)
        with self.database.read() as tx:
            return list(tx.run(chosen).scalars())[::-1]

    def _handle(self, key: str, body: Said | Clicked | Sent) -> Reply:
        number = next(iter(self._numbers))
        reply = self.router.handle(Incoming(f"feishu:e:{number}", Address("feishu", f"ou_{key}"), body))
        assert reply is not None
        return reply


def buttons_of(card: Card | None) -> list[Button]:
    """Return everything that can be pressed on a card, that of its form included."""
    assert card is not None
    return [*card.buttons, *(card.form.buttons if card.form else ())]


def button_in(card: Card | None, label: str) -> Button:
    """Return a button of a card."""
    return next(each for each in buttons_of(card) if each.label == label)


def read(card: Card | None) -> str:
    """Return everything that a card says, line by line; buttons stand in brackets."""
    assert card is not None
    fields = [f"{each.label}：{each.value}" for each in card.fields]
    sections = [line for each in card.sections for line in (each.title, *each.lines)]
    answers = [f"{each.label}={each.default}" for each in card.form.questions] if card.form else []
    buttons = [f"[{each.label}]" for each in buttons_of(card)]
    lines = (card.title, card.tag, card.subtitle, *fields, *sections, *answers, *buttons)
    return "\n".join(each for each in lines if each)


def furnished(database: Database) -> None:
    """Turn an empty database into that of a furnished house."""
    upgrade(database)
    House(database).furnish()


def new_house(folder: Path) -> House:
    """Build a house with its own SQLite file."""
    database = Database(f"sqlite:///{folder / 'house.db'}", synchronous="OFF")
    upgrade(database)
    return House(database).furnish()
