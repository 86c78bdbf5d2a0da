"""A small organisation for the tests of imports: its roster as plain data, files as text, a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.context import JobContext
from handlers.people.forms import Authority, Project
from handlers.people.rules import Member, Plan, Roster
from storage import journal, people, projects
from storage.database import Database
from storage.migrations import upgrade

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 3)
ZONE = "Asia/Shanghai"
PHONE_KEY = b"only for the tests, not a secret"

PEOPLE = "key,name,department,roles,feishu_open_id,wecom_userid"
PROJECTS = "code,name,lead,fund,budget"
DEPUTIES = "holder,deputy,from,to,named_by"


def member(key: str, name: str, *roles: str, active: bool = True, **accounts: str) -> Member:
    """Somebody whose Feishu account is `ou_<key>`, unless accounts are given."""
    return Member(key, name, "办公室", frozenset(roles), accounts or {"feishu": f"ou_{key}"}, active=active)


MEMBERS = (
    member("lin", "林晓", "经办人"),
    member("li", "李青", "项目负责人"),
    member("wang", "王芳", "财务负责人"),
    member("chen", "陈立", "秘书长"),
    member("fang", "方正", "理事长"),
    member("he", "何平", "副理事长", wecom="HePing"),
    member("jian", "简成", "监事"),
    member("guan", "管宁", "部门负责人"),
    member("lao", "老周", "经办人", active=False),
)

ROSTER = Roster(
    TODAY,
    {each.key: each for each in MEMBERS},
    {
        "P01": Project("P01", "社区助老", "li", "专项资金", 1_000_000),
        "YX": Project("YX", "机构运行", "guan", "", 0),
    },
    [Authority("li", "lin", date(2026, 1, 1), date(2026, 12, 31), "fang")],
)


def file(header: str, *rows: str) -> bytes:
    """A file as text editors write it."""
    return "\n".join((header, *rows, "")).encode()


def told(plan: Plan[Any]) -> list[str]:
    """What a person reads of a plan that cannot be carried out."""
    return [str(each) for each in plan.problems]


@dataclass(frozen=True)
class Office:
    """A database of its own."""

    database: Database

    @contextmanager
    def context(self) -> Iterator[JobContext]:
        """One transaction that writes."""
        with self.database.write() as tx:
            yield JobContext(tx, NOW, NOW, ZONE)

    def everything(self) -> Mapping[str, list[tuple[Any, ...]]]:
        """All rows that an import could touch."""
        with self.database.read() as tx:
            return rows(tx)

    def entries(self, subject: str) -> list[journal.Entry]:
        """The journal of one kind of import."""
        with self.database.read() as tx:
            return journal.entries(tx, subject)

    def person(self, key: str) -> people.Person:
        """Somebody on the roster."""
        with self.database.read() as tx:
            return people.by_keys(tx, [key])[key]


TABLES = (people.person, people.role, people.account, people.deputy, projects.project, journal.journal)


def rows(tx: Any) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the tables that an import could touch, in a stable order."""
    return {
        table.name: [tuple(row) for row in tx.run(select(table).order_by(*table.primary_key.columns))]
        for table in TABLES
    }


def new_office(folder: Path) -> Office:
    """An empty organisation."""
    database = Database(f"sqlite:///{folder / 'office.db'}", synchronous="OFF")
    upgrade(database)
    return Office(database)
