"""People, their roles, their accounts on the platforms, and who may sign for whom."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from storage.base import Id, metadata
from storage.database import Tx

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False, index=True),
    Column("department", String(64), nullable=False, default=""),
    Column("active", Boolean, nullable=False, default=True),
    Column("phone_hash", String(64), unique=True),
)

role = Table(
    "role",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("role", String(32), primary_key=True),
    Index("ix_role_role", "role"),
)

account = Table(
    "account",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("match", String(128), primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("current", Boolean, nullable=False, default=False),
    Column("as_text", Boolean, nullable=False, default=False),
    UniqueConstraint("person_id", "platform"),
)

deputy = Table(
    "deputy",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("holder_id", Id, ForeignKey("person.id"), nullable=False),
    Column("deputy_id", Id, ForeignKey("person.id"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("named_by_id", Id, ForeignKey("person.id"), nullable=False),
    UniqueConstraint("holder_id", "deputy_id", "first_day", "last_day"),
)


@dataclass(frozen=True)
class Person:
    """Somebody on the roster. `key` is never reused; one who left is not active and keeps the row."""

    id: int
    key: str
    name: str
    department: str = ""
    roles: frozenset[str] = frozenset()
    active: bool = True


@dataclass(frozen=True)
class Address:
    """Where a message goes: an account on one platform."""

    platform: str
    user_id: str


@dataclass(frozen=True)
class Deputy:
    """A signing authority (授权代签): `deputy` may sign for `holder` from first to last day, both counted."""

    id: int
    holder: int
    deputy: int
    first_day: date
    last_day: date
    named_by: int


@dataclass(frozen=True)
class NewPerson:
    """What is to be known of one person.

    `accounts` maps platform to user id: "" takes the account away, a platform not named stays as it is.
    `phone_hash` None leaves what is known.
    """

    key: str
    name: str
    department: str
    roles: frozenset[str]
    accounts: Mapping[str, str] = field(default_factory=dict)
    phone_hash: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Visitor:
    """Who writes from an account: `current` when cards go there, `as_text` when they are to be words."""

    person: Person
    current: bool
    as_text: bool


@dataclass(frozen=True)
class Home:
    """Where a person reads, and whether cards are to be words there."""

    address: Address
    as_text: bool


_PEOPLE = select(person, role.c.role).outerjoin_from(person, role).order_by(person.c.key, role.c.role)
_BY_IDS = _PEOPLE.where(person.c.id.in_(bindparam("ids", expanding=True)))
_BY_KEYS = _PEOPLE.where(person.c.key.in_(bindparam("keys", expanding=True)))
_HOLDERS = _PEOPLE.where(
    person.c.active,
    person.c.id.in_(select(role.c.person_id).where(role.c.role.in_(bindparam("roles", expanding=True)))),
)
_VISITOR = (
    select(person, role.c.role, account.c.current, account.c.as_text)
    .join_from(account, person)
    .outerjoin(role)
    .where(account.c.platform == bindparam("platform"), account.c.match == bindparam("match"))
)


def _people(rows: Iterable[Row[Any]]) -> list[Person]:
    """Fold one row for each person and role into people, in the order of the rows."""
    found: dict[int, Person] = {}
    for row in rows:
        known = found.get(row.id)
        roles = (known.roles if known else frozenset()) | ({row.role} if row.role else frozenset())
        found[row.id] = Person(row.id, row.key, row.name, row.department, roles, row.active)
    return list(found.values())


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Person]:
    """Return people by id, those who left included."""
    return {each.id: each for each in _people(tx.run(_BY_IDS, {"ids": list(set(ids))}))}


def get(tx: Tx, person_id: int) -> Person:
    """Return one person by id. KeyError when there is none."""
    return by_ids(tx, [person_id])[person_id]


def by_keys(tx: Tx, keys: Iterable[str]) -> dict[str, Person]:
    """Return people by key, those who left included."""
    return {each.key: each for each in _people(tx.run(_BY_KEYS, {"keys": list(set(keys))}))}


def active_named(tx: Tx, name: str) -> list[Person]:
    """Return the active people whose key or name is `name`, by key; a key typed exactly means that one.

    In names blanks, marks, case and width do not count: `王 芳` is 王芳, so that no spelling makes an
    outsider of her.
    """
    typed, wanted = name.strip(), _folded(name)
    rows = tx.run(select(person.c.id, person.c.key, person.c.name).where(person.c.active)).all()
    found = [row.id for row in rows if row.key == typed] or [
        row.id for row in rows if wanted and wanted in (_folded(row.key), _folded(row.name))
    ]
    return list(by_ids(tx, found).values())


def ids_named(tx: Tx, name: str) -> set[int]:
    """Return everybody, those who left too, whom a typed name or key may mean."""
    wanted = _folded(name)
    rows = tx.run(_NAMES).all()
    return {row.id for row in rows if wanted and wanted in (_folded(row.key), _folded(row.name))}


_NAMES = select(person.c.id, person.c.key, person.c.name)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if each.isalnum() and each not in _FILLERS)


_FILLERS = "\u115f\u1160"
"""Hangul fillers count as letters and are not seen."""


def holders(tx: Tx, roles: Iterable[str]) -> list[Person]:
    """Return the active people who hold any of `roles`, by key."""
    return _people(tx.run(_HOLDERS, {"roles": list(set(roles))}))


def everybody(tx: Tx) -> list[Person]:
    """Return the whole roster by key, those who left included."""
    return _people(tx.run(_PEOPLE))


def _is(address: Address) -> ColumnElement[bool]:
    return (account.c.platform == address.platform) & (account.c.match == address.user_id.lower())


def visitor(tx: Tx, address: Address) -> Visitor | None:
    """Return whose account this is, active or not. Upper and lower case are one: no platform tells people
    apart by it, and one of them sends now this spelling, now that."""
    rows = tx.run(_VISITOR, {"platform": address.platform, "match": address.user_id.lower()}).all()
    if not rows:
        return None
    return Visitor(_people(rows)[0], rows[0].current, rows[0].as_text)


def by_account(tx: Tx, address: Address) -> Person | None:
    """Return whom a platform account belongs to, active or not."""
    found = visitor(tx, address)
    return found.person if found else None


def moved_to(tx: Tx, person_id: int, platform: str) -> None:
    """Remember that a person now uses this platform, so that cards go there."""
    tx.run(
        update(account).where(account.c.person_id == person_id).values(current=account.c.platform == platform)
    )


def prefer_text(tx: Tx, address: Address, as_text: bool) -> None:
    """Remember whether cards are to be words on this account."""
    tx.run(update(account).where(_is(address)).values(as_text=as_text))


def one_at_a_time(tx: Tx, person_id: int) -> None:
    """Let nothing else that this person does run until the transaction ends. (On SQLite nothing can.)"""
    tx.run(_ONE, {"one": person_id})


_ONE = select(person.c.id).where(person.c.id == bindparam("one")).with_for_update(key_share=True)


def home_of(tx: Tx, person_id: int, platforms: Sequence[str]) -> Home | None:
    """Return where a person reads: the platform last written from, else the first one of `platforms`.

    Whoever has left reads nowhere."""
    rows = tx.run(
        select(account)
        .join(person)
        .where(person.c.active, account.c.person_id == person_id, account.c.platform.in_(platforms))
    ).all()
    ranked = sorted(rows, key=lambda row: (not row.current, platforms.index(row.platform)))
    return next((Home(Address(row.platform, row.user_id), row.as_text) for row in ranked), None)


_DEPUTIES = select(deputy).order_by(deputy.c.id)
_DEPUTIES_ON = _DEPUTIES.where(deputy.c.first_day <= bindparam("day"), deputy.c.last_day >= bindparam("day"))


def deputies_on(tx: Tx, day: date) -> list[Deputy]:
    """Return the signing authorities valid on `day`, oldest first."""
    return _deputies(tx.run(_DEPUTIES_ON, {"day": day}))


def deputies(tx: Tx) -> list[Deputy]:
    """Return all signing authorities, past and future ones too, oldest first."""
    return _deputies(tx.run(_DEPUTIES))


def _deputies(rows: Iterable[Row[Any]]) -> list[Deputy]:
    return [
        Deputy(row.id, row.holder_id, row.deputy_id, row.first_day, row.last_day, row.named_by_id)
        for row in rows
    ]


def accounts(tx: Tx) -> dict[Address, str]:
    """Return every bound account with its owner's key."""
    rows = tx.run(select(account.c.platform, account.c.user_id, person.c.key).join_from(account, person))
    return {Address(row.platform, row.user_id): row.key for row in rows}


def phone_hashes(tx: Tx) -> dict[str, str]:
    """Return every known phone hash with its owner's key."""
    rows = tx.run(select(person.c.phone_hash, person.c.key).where(person.c.phone_hash.is_not(None)))
    return {row.phone_hash: row.key for row in rows}


def lock(tx: Tx) -> None:
    """Let no other import change the roster until this transaction ends. (On SQLite none can.)"""
    tx.run(select(person.c.id).order_by(person.c.id).with_for_update(key_share=True))


def hand_over(tx: Tx, news: Iterable[NewPerson]) -> None:
    """Free the accounts and phone numbers that pass from one person to another, for `save` to give them."""
    news = list(news)
    claimed = {
        (platform, user_id.lower()): new.key for new in news for platform, user_id in new.accounts.items()
    }
    for address, owner in accounts(tx).items():
        if claimed.get((address.platform, address.user_id.lower()), owner) != owner:
            tx.run(delete(account).where(_is(address)))
    phones = {new.phone_hash: new.key for new in news}
    for phone_hash, owner in phone_hashes(tx).items():
        if phones.get(phone_hash, owner) != owner:
            tx.run(update(person).where(person.c.phone_hash == phone_hash).values(phone_hash=None))


def save(tx: Tx, new: NewPerson) -> None:
    """Add a person or replace what is known of the key, as NewPerson says.

    Raises sqlalchemy's IntegrityError when an account or a phone number is somebody else's.
    """
    values: dict[str, object] = {"name": new.name, "department": new.department, "active": new.active}
    if new.phone_hash:
        values["phone_hash"] = new.phone_hash
    known = tx.one(select(person.c.id).where(person.c.key == new.key))
    if known:
        person_id = int(known.id)
        tx.run(update(person).where(person.c.id == person_id).values(**values))
    else:
        person_id = tx.add(person, key=new.key, **values)
    tx.run(delete(role).where(role.c.person_id == person_id))
    if new.roles:
        tx.run(insert(role), [{"person_id": person_id, "role": each} for each in sorted(new.roles)])
    for platform, user_id in new.accounts.items():
        _bind(tx, person_id, Address(platform, user_id))


def _bind(tx: Tx, person_id: int, address: Address) -> None:
    """Give a person an account, or take it away; where it is replaced, `current` stays as it was."""
    mine = (account.c.person_id == person_id, account.c.platform == address.platform)
    if not address.user_id:
        tx.run(delete(account).where(*mine))
        return
    spelled = {"user_id": address.user_id, "match": address.user_id.lower()}
    if not tx.run(update(account).where(*mine).values(**spelled)).rowcount:
        tx.run(insert(account).values(platform=address.platform, person_id=person_id, **spelled))


def add_deputy(tx: Tx, holder: int, stand_in: int, first_day: date, last_day: date, named_by: int) -> bool:
    """Add a signing authority; False when exactly this one is known already."""
    same = (
        deputy.c.holder_id == holder,
        deputy.c.deputy_id == stand_in,
        deputy.c.first_day == first_day,
        deputy.c.last_day == last_day,
    )
    if tx.one(select(deputy.c.id).where(*same)):
        return False
    tx.run(
        insert(deputy).values(
            holder_id=holder, deputy_id=stand_in, first_day=first_day, last_day=last_day, named_by_id=named_by
        )
    )
    return True
