"""Whom a complaint must not reach, and who reads it then; pure (decision 29).

A person whom a text only may mean is left out as well: somebody kept out for nothing costs a case one reader,
somebody let in by mistake may cost a reporter their work.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.contract.roles import Role, from_outside

if TYPE_CHECKING:
    from handlers.mechanisms.units.rules import Unit
    from storage.people import Person

HEADS = frozenset({Role.CHAIR, Role.LEGAL_REPRESENTATIVE, Role.SECRETARY_GENERAL})
"""Whoever holds one of these heads the organisation: all who work there are their line."""

POSTS = (
    *(Role.CHAIR, Role.VICE_CHAIR, Role.SECRETARY_GENERAL, Role.LEGAL_REPRESENTATIVE, Role.PARTY_SECRETARY),
    *(Role.SUPERVISOR, Role.FINANCE_HEAD, Role.ACCOUNTANT, Role.CASHIER, Role.INTEGRITY_POST),
    *(Role.COMPLAINT_OFFICER, Role.ADMINISTRATOR),
)
"""Posts that one or two people hold: to name one is to name them. 项目负责人 and others are too many."""

_TITLES = (
    "主任|书记|理事|监事|会计|出纳|老师|经理|主管|部长|院长|校长|处长|科长|总监|总|局|董|工"
    "|秘书|干事|社工|医生|律师|哥|姐|叔|阿姨"
)
_LEAST_NAME, _LEAST_KEY, _LONG_NAME = 2, 3, 4
_FILLERS = "\u115f\u1160"
"""Hangul fillers count as letters and are not seen."""
_NOBODY = frozenset({"", "无", "没", "没有", "没有了", "暂无", "无人", "没有人"})
"""What people write into a field for names when they have none."""


@dataclass(frozen=True)
class Receiver:
    """Somebody to whom complaints can be sealed; `person` is a person id."""

    id: int
    person: int
    outside: bool


@dataclass(frozen=True)
class Known:
    """Who is who: the whole roster, those who left too; what they belong to; who stands in for whom, as
    pairs of person ids (holder, deputy)."""

    people: Sequence[Person]
    units: Sequence[Unit]
    stands_in: Sequence[tuple[int, int]]


def named_in(text: str, known: Known) -> frozenset[int]:
    """Return everybody whom a text may mean: by name, key, post, or surname with a title (王主任, 小李)."""
    plain = _folded(text)
    words = set(re.findall("[a-z0-9_-]+", unicodedata.normalize("NFKC", text).casefold()))
    return frozenset(each.id for each in known.people if _is_named(each, plain, words))


def means_a_stranger(names: str, known: Known) -> bool:
    """Tell whether one of the names that somebody typed means nobody here: who is meant cannot be kept out
    then (王方 for 王芳)."""
    typed = re.split(r"[、，,；;/\n]", unicodedata.normalize("NFKC", names))
    return any(_folded(each) not in _NOBODY and not named_in(each, known) for each in typed)


def _is_named(person: Person, plain: str, words: set[str]) -> bool:
    name, key = _folded(person.name), person.key.casefold()
    if len(name) >= _LEAST_NAME and name in plain:
        return True
    if len(key) >= _LEAST_KEY and key in words:
        return True
    if any(post in plain for post in POSTS if post in person.roles):
        return True
    return any(_by_surname(each, plain) for each in _surnames(name))


def _by_surname(surname: str, plain: str) -> bool:
    with_title = rf"{re.escape(surname)}({_TITLES})|[老小]{re.escape(surname)}"
    return re.search(with_title, plain) is not None


def _surnames(name: str) -> Iterator[str]:
    """The first sign, and of a long name the first two."""
    if name:
        yield name[0]
    if len(name) >= _LONG_NAME:
        yield name[:2]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if each.isalnum() and each not in _FILLERS)


def excluded(named: Iterable[int], known: Known) -> frozenset[int]:
    """Return whom a complaint about some people must not reach: themselves, whoever stands in for them and
    for whom they do, their line; about who heads the organisation, everybody who is not from outside."""
    by_id = {each.id: each for each in known.people}
    out = {each for each in named if each in by_id}
    for one in tuple(out):
        out |= _tied(one, known) | _line(one, known)
        if HEADS & by_id[one].roles:
            out |= {each.id for each in known.people if not from_outside(each.roles)}
    return frozenset(out)


def _tied(person: int, known: Known) -> set[int]:
    return {other for pair in known.stands_in if person in pair for other in pair}


def _line(person: int, known: Known) -> set[int]:
    """Return who leads this person, and whom they lead."""
    leads = {unit.lead for unit in known.units if unit.lead is not None and person in unit.members}
    led = [unit.members for unit in known.units if unit.lead == person]
    return leads.union(*led)


def readers(receivers: Sequence[Receiver], out: frozenset[int], unsure: bool) -> tuple[Receiver, ...]:
    """Return who reads: the receivers inside whom it does not concern; where nobody is left, or the reporter
    is `unsure`, those from outside. It may be nobody."""
    left = [each for each in receivers if each.person not in out]
    inside = tuple(each for each in left if not each.outside)
    return inside if inside and not unsure else tuple(each for each in left if each.outside)
