"""A link is known by its hash, is spent once, and is forgotten some days after its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import pages
from storage.database import Database
from storage.pages import KEPT, LIFE, page_link
from storage.people import NewPerson, by_keys, save

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
def token(database: Database) -> str:
    """The secret of a link that 林晓 got now."""
    with database.write() as tx:
        save(tx, NewPerson("lin", "林晓", "办公室", frozenset({"经办人"})))
        return pages.begin(tx, by_keys(tx, ["lin"])["lin"].id, "expense.submit", '{"draft":1}', NOW)


def test_a_link_is_found_by_its_secret_alone_and_the_secret_is_kept_nowhere(
    database: Database, token: str
) -> None:
    with database.read() as tx:
        link = pages.find(tx, token)
        assert link is not None
        assert (link.act, link.args, link.expires_at) == ("expense.submit", '{"draft":1}', NOW + LIFE)
        assert token not in str(tx.run(select(page_link)).all())
        others = ("", token[:-1], token.upper(), f"{token}a", f"{token}\n", link.hash, "a" * 26)
        assert [pages.find(tx, each) for each in others] == [None] * len(others)


def test_secrets_have_128_bits_and_never_repeat(database: Database, token: str) -> None:
    with database.write() as tx:
        link = pages.find(tx, token)
        assert link is not None
        more = {pages.begin(tx, link.person_id, "expense.submit", "{}", NOW) for _ in range(50)}
    assert len(more | {token}) == 51
    assert {len(each) * 5 for each in more} == {130}


def test_a_link_is_spent_once_and_keeps_its_first_answer(database: Database, token: str) -> None:
    for answer, first in (("one", True), ("two", False)):
        with database.write() as tx:
            link = pages.find(tx, token)
            assert link is not None
            assert pages.spend(tx, link, answer, NOW) is first
    with database.read() as tx:
        link = pages.find(tx, token)
    assert link is not None
    assert (link.spent_at, link.answer) == (NOW, "one")


def test_a_link_is_forgotten_some_days_after_its_end(database: Database, token: str) -> None:
    end = NOW + LIFE + KEPT
    with database.write() as tx:
        assert pages.purge(tx, end) == 0
        assert pages.find(tx, token) is not None
        assert pages.purge(tx, end + timedelta(seconds=1)) == 1
        assert pages.find(tx, token) is None
