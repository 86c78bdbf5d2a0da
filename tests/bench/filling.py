"""Fills a house by the hundred thousand: claims on their way and claims long done, with all their rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from bot.context import JobContext
from bot.platform import Clicked, Incoming
from handlers.expense import cards, service
from handlers.mechanisms.signoff.service import advance
from storage import expense, journal, outbox, people, sent, signoff
from storage.database import Database, Tx
from storage.expense import Claim, claim, claim_line, claim_version
from storage.journal import Entry
from storage.migrations import upgrade
from storage.outbox import Kind, Recipient, State
from storage.people import Address
from storage.signoff import Step, StepState
from tests.bench import callbacks
from tests.house import CAST, House

SIGNERS = {2: "li", 3: "wang", 4: "chen"}
THEN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CHUNK = 2000

Rows = dict[str, Any]


def new_house(folder: Path, *, synchronous: str = "NORMAL") -> House:
    """Build a furnished house in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{folder / 'qinglian.db'}", synchronous=synchronous)
    upgrade(database)
    return House(database).furnish()


def chunks(first: int, count: int) -> Iterator[range]:
    """Yield so many row numbers, in portions for one transaction each."""
    for start in range(first, first + count, CHUNK):
        yield range(start, min(start + CHUNK, first + count))


def add_claims(house: House, opened: int, ended: int = 0) -> None:
    """Add claims that wait for the second signature, and claims that are approved, with their history."""
    with house.database.read() as tx:
        ids = {key: person.id for key, person in people.by_keys(tx, CAST).items()}
    for numbers in chunks(1, opened + ended):
        with house.database.write() as tx:
            _add(tx, numbers, ended, ids)


def _add(tx: Tx, numbers: range, ended: int, ids: dict[str, int]) -> None:
    """Add claims by number, the first `ended` of them approved."""
    tx.run(insert(claim), [_claim(n, n <= ended, ids) for n in numbers])
    tx.run(insert(claim_version), [_version(n) for n in numbers])
    tx.run(insert(claim_line), [_line(n) for n in numbers])
    tx.run(insert(signoff.step), [each for n in numbers for each in _steps(n, n <= ended, ids)])
    cards = [each for n in numbers for each in _cards(n, ids)]
    tx.run(insert(outbox.outbox), [_posted(*each) for each in cards])
    tx.run(insert(sent.sent), [_landed(*each) for each in cards])
    add_entries(tx, 2 * len(numbers), [f"expense:{n}" for n in numbers for _ in range(2)])
    for n in numbers:
        if n > ended:
            _open(JobContext(tx, THEN, THEN, "Asia/Shanghai"), n)


def _open(ctx: JobContext, n: int) -> None:
    """Open the second level by the product's own code: what a signature covers is its affair alone."""
    found = expense.get(ctx.tx, n)
    if found is None:
        raise LookupError(f"no claim {n}")
    steps = signoff.steps(ctx.tx, found.subject, found.current.version)
    advance(ctx, steps, service._document(found))


def _claim(n: int, done: bool, ids: dict[str, int]) -> Rows:
    return {
        "id": n,
        "number": f"BX-2026-{n:07d}",
        "requester_id": ids["lin"],
        "state": "approved" if done else "signing",
        "version": 1,
        "note": "",
        "created_at": THEN,
    }


def _version(n: int) -> Rows:
    return {
        "id": n,
        "claim_id": n,
        "version": 1,
        "project_id": 1,
        "payee": "某某餐厅",
        "payee_id": None,
        "rule_version": "expense.chain/0",
        "submitted_at": THEN,
    }


def _line(n: int) -> Rows:
    return {"claim_version_id": n, "line": 1, "purpose": "打车去看望老人", "amount_fen": 12_850}


def _steps(n: int, done: bool, ids: dict[str, int]) -> Iterator[Rows]:
    for level, (title, key) in enumerate(
        (("经办人", "lin"), ("项目负责人", "li"), ("财务负责人", "wang"), ("秘书长", "chen")), 1
    ):
        signed = done or level == 1
        yield {
            "subject": f"expense:{n}",
            "version": 1,
            "level": level,
            "title": title,
            "assignee_id": ids[key],
            "ground": title,
            "state": StepState.SIGNED if signed else StepState.WAITING,
            "shown": _shown(n, level) if signed else "",
            "opened_at": THEN if signed else None,
            "decided_at": THEN if signed else None,
            "signer": CAST[key][0] if signed else "",
            "signer_roles": title if signed else "",
            "reason": "",
        }


def _shown(n: int, level: int) -> str:
    return hashlib.sha256(f"{n}/{level}".encode()).hexdigest()


def _cards(n: int, ids: dict[str, int]) -> Iterator[tuple[str, int, str, str]]:
    """The requester's card and the first signer's: subject, person, account, message."""
    yield f"expense:{n}", ids["lin"], "ou_lin", f"om_{n}_1"
    yield f"expense:{n}:1:2:{ids['li']}", ids["li"], "ou_li", f"om_{n}_2"


def _posted(subject: str, person: int, _account: str, message: str) -> Rows:
    return waiting(subject, person, THEN) | {"token": message, "kind": Kind.CARD, "state": State.SENT}


def waiting(subject: str, person: int, due_at: datetime) -> Rows:
    """Return a row of the outbox: a chat line on a subject, to be sent at a time."""
    return {
        "token": hashlib.md5(subject.encode(), usedforsecurity=False).hexdigest(),
        "person_id": person,
        "platform": None,
        "user_id": None,
        "lane": f"{Recipient(person).lane}|{subject}",
        "subject": subject,
        "kind": Kind.TEXT,
        "body": "您有一张单子待签。",
        "state": State.WAITING,
        "attempts": 0,
        "created_at": due_at,
        "due_at": due_at,
        "error": "",
    }


def _landed(subject: str, person: int, account: str, message: str) -> Rows:
    return {
        "subject": subject,
        "person_id": person,
        "platform": "feishu",
        "user_id": account,
        "message_id": message,
        "handle": message,
        "sent_at": THEN,
    }


def add_entries(tx: Tx, count: int, subjects: list[str]) -> None:
    """Append so many entries to the journal's main chain; `subjects` are taken in turn."""
    seq, previous = journal.heads(tx)[journal.MAIN]
    facts = journal.canonical(
        {"level": 2, "name": "李青", "roles": "项目负责人", "title": "项目负责人", "shown": _shown(1, 2)}
    )
    rows = []
    for n in range(count):
        at = (THEN + timedelta(seconds=seq)).isoformat(timespec="microseconds")
        subject = subjects[n % len(subjects)]
        entry = Entry(journal.MAIN, seq + 1, at, "li", "signoff.signed", subject, 1, facts, previous)
        seq, previous = entry.seq, entry.digest()
        rows.append(asdict(entry) | {"hash": previous})
    tx.run(insert(journal.journal), rows)
    moved = update(journal.head).where(journal.head.c.stream == journal.MAIN)
    tx.run(moved.values(seq=seq, hash=previous))


def approvals(house: House, level: int, most: int) -> list[Incoming]:
    """Return clicks on 同意 for the first claims that wait for a level."""
    key = SIGNERS[level]
    with house.database.read() as tx:
        signer = people.by_keys(tx, [key])[key]
        steps = signoff.todo(tx, signer.id, most)
        claims = expense.by_ids(tx, [_claim_of(each) for each in steps])
    return [_approval(key, each, claims[_claim_of(each)]) for each in steps]


def _claim_of(step: Step) -> int:
    return int(step.subject.removeprefix("expense:"))


def _approval(key: str, step: Step, found: Claim) -> Incoming:
    message = f"om_{found.id}_{step.level}"
    clicked = Clicked(callbacks.ACT, cards.step_args(found, step), None, message, message)
    return Incoming(f"feishu:e:{message}", Address("feishu", f"ou_{key}"), clicked)


def decide(house: House, incoming: Incoming) -> None:
    """Let the house handle a click that must not be refused."""
    reply = house.router.handle(incoming)
    if reply is None or reply.refused:
        raise ValueError(f"refused: {reply.toast if reply else 'no reply'}")
