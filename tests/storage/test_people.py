"""What is remembered of people: accounts of one person, names with one meaning, authorities by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from storage import people, projects
from storage.database import Database, Tx
from storage.migrations import upgrade
from storage.people import Address, Home, NewPerson

FEISHU_FIRST = ("feishu", "wecom")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'people.db'}", synchronous="OFF")
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def tx(database: Database) -> Iterator[Tx]:
    with database.write() as tx:
        yield tx


def add(tx: Tx, key: str, name: str, *roles: str, active: bool = True, **accounts: str) -> int:
    people.save(tx, NewPerson(key, name, "办公室", frozenset(roles), accounts, active=active))
    return people.by_keys(tx, [key])[key].id


def test_somebody_saved_is_found_by_key_id_role_and_account(tx: Tx) -> None:
    lin = add(tx, "lin", "林晓", "经办人", "会计", feishu="ou_lin", wecom="lin")

    found = people.get(tx, lin)

    assert (found.key, found.name, found.active) == ("lin", "林晓", True)
    assert found.roles == {"经办人", "会计"}
    assert people.by_keys(tx, ["lin", "nobody"]) == {"lin": found}
    assert people.holders(tx, ["会计", "出纳"]) == [found]
    assert people.by_account(tx, Address("feishu", "ou_lin")) == found
    assert people.everybody(tx) == [found]


def test_nobody_is_found_where_nobody_is(tx: Tx) -> None:
    assert people.by_ids(tx, []) == {}
    assert people.by_account(tx, Address("feishu", "ou_lin")) is None
    with pytest.raises(KeyError):
        people.get(tx, 1)


def test_saving_again_replaces_roles_and_keeps_what_is_not_named(tx: Tx) -> None:
    add(tx, "lin", "林晓", "经办人", feishu="ou_lin", wecom="lin")
    people.save(tx, NewPerson("lin", "林小晓", "项目部", frozenset({"出纳"}), phone_hash="a" * 64))
    people.save(tx, NewPerson("lin", "林小晓", "项目部", frozenset({"出纳"})))

    found = people.by_keys(tx, ["lin"])["lin"]

    assert (found.name, found.department) == ("林小晓", "项目部")
    assert found.roles == {"出纳"}
    assert set(people.accounts(tx)) == {Address("feishu", "ou_lin"), Address("wecom", "lin")}
    assert people.phone_hashes(tx) == {"a" * 64: "lin"}


def test_an_empty_account_takes_the_account_away(tx: Tx) -> None:
    add(tx, "lin", "林晓", feishu="ou_lin", wecom="lin")
    add(tx, "lin", "林晓", wecom="")

    assert people.accounts(tx) == {Address("feishu", "ou_lin"): "lin"}


def test_somebody_who_left_is_known_but_holds_nothing(tx: Tx) -> None:
    lao = add(tx, "lao", "老周", "经办人", active=False, feishu="ou_lao")

    assert people.holders(tx, ["经办人"]) == []
    assert people.active_named(tx, "老周") == []
    assert people.by_ids(tx, [lao])[lao].active is False
    known = people.by_account(tx, Address("feishu", "ou_lao"))
    assert known is not None
    assert not known.active


# Accounts.


@pytest.mark.parametrize("spelling", ["HePing", "heping", "HEPING"])
def test_an_account_is_known_in_every_case_and_written_to_as_it_is_spelled(tx: Tx, spelling: str) -> None:
    he = add(tx, "he", "何平", feishu="ou_he", wecom="HePing")

    found = people.by_account(tx, Address("wecom", spelling))

    assert found is not None
    assert found.id == he
    assert people.home_of(tx, he, ("wecom",)) == Home(Address("wecom", "HePing"), as_text=False)


def test_an_account_that_differs_in_case_alone_is_the_same_account(tx: Tx) -> None:
    add(tx, "he", "何平", wecom="HePing")

    with pytest.raises(IntegrityError), tx.savepoint():
        add(tx, "li", "李青", wecom="heping")


def test_the_same_id_on_two_platforms_is_two_accounts(tx: Tx) -> None:
    add(tx, "lin", "林晓", wecom="ou_1")
    add(tx, "li", "李青", feishu="ou_1")

    assert people.accounts(tx) == {Address("wecom", "ou_1"): "lin", Address("feishu", "ou_1"): "li"}


def test_one_account_cannot_belong_to_two_people(tx: Tx) -> None:
    add(tx, "lin", "林晓", feishu="ou_1")

    with pytest.raises(IntegrityError), tx.savepoint():
        add(tx, "li", "李青", feishu="ou_1")


def reads(tx: Tx, person_id: int, platforms: Sequence[str] = FEISHU_FIRST) -> Address | None:
    home = people.home_of(tx, person_id, platforms)
    return home.address if home else None


def test_cards_go_where_a_person_last_wrote_from_and_to_feishu_before_that(tx: Tx) -> None:
    lin = add(tx, "lin", "林晓", feishu="ou_lin", wecom="lin")
    assert reads(tx, lin) == Address("feishu", "ou_lin")

    people.moved_to(tx, lin, "wecom")
    assert reads(tx, lin) == Address("wecom", "lin")
    assert reads(tx, lin, ("feishu",)) == Address("feishu", "ou_lin")

    people.moved_to(tx, lin, "feishu")
    assert reads(tx, lin) == Address("feishu", "ou_lin")
    assert reads(tx, lin, ()) is None


def test_a_visitor_is_known_with_where_they_read_and_how(tx: Tx) -> None:
    lin = add(tx, "lin", "林晓", "经办人", "会计", feishu="ou_lin", wecom="Lin")
    people.moved_to(tx, lin, "wecom")
    people.prefer_text(tx, Address("wecom", "lin"), as_text=True)

    here, there = (
        people.visitor(tx, Address("wecom", "LIN")),
        people.visitor(tx, Address("feishu", "ou_lin")),
    )

    assert here is not None
    assert there is not None
    assert here.person == there.person == people.get(tx, lin)
    assert [(each.current, each.as_text) for each in (here, there)] == [(True, True), (False, False)]
    assert people.home_of(tx, lin, FEISHU_FIRST) == Home(Address("wecom", "Lin"), as_text=True)


@pytest.mark.parametrize("account", ["lin", "lin.xiao"])
def test_where_cards_go_survives_an_import(tx: Tx, account: str) -> None:
    lin = add(tx, "lin", "林晓", feishu="ou_lin", wecom="lin")
    people.moved_to(tx, lin, "wecom")

    add(tx, "lin", "林晓", feishu="ou_lin", wecom=account)

    assert reads(tx, lin) == Address("wecom", account)


def test_accounts_and_phones_that_are_handed_over_are_free_to_be_given(tx: Tx) -> None:
    people.save(tx, NewPerson("lin", "林晓", "", frozenset(), {"feishu": "ou_1", "wecom": "lin"}, "a" * 64))
    people.save(tx, NewPerson("li", "李青", "", frozenset(), {"feishu": "ou_2"}, "b" * 64))
    news = [
        NewPerson("lin", "林晓", "", frozenset(), {"feishu": "ou_2"}, "b" * 64),
        NewPerson("li", "李青", "", frozenset(), {"feishu": "ou_1"}, "a" * 64),
    ]

    people.hand_over(tx, news)
    for each in news:
        people.save(tx, each)

    assert people.accounts(tx) == {
        Address("feishu", "ou_2"): "lin",
        Address("feishu", "ou_1"): "li",
        Address("wecom", "lin"): "lin",
    }
    assert people.phone_hashes(tx) == {"b" * 64: "lin", "a" * 64: "li"}


def test_an_account_is_handed_over_in_whatever_case_it_is_spelled(tx: Tx) -> None:
    add(tx, "lin", "林晓", wecom="Shared")
    new = NewPerson("li", "李青", "", frozenset(), {"wecom": "SHARED"})

    people.hand_over(tx, [new])
    people.save(tx, new)

    assert people.accounts(tx) == {Address("wecom", "SHARED"): "li"}


def test_handing_over_leaves_alone_what_stays_with_its_owner(tx: Tx) -> None:
    lin = add(tx, "lin", "林晓", feishu="ou_lin", wecom="lin")
    people.moved_to(tx, lin, "wecom")

    people.hand_over(tx, [NewPerson("lin", "林晓", "", frozenset(), {"feishu": "ou_lin", "wecom": "lin"})])

    assert reads(tx, lin) == Address("wecom", "lin")


# Names.


@pytest.mark.parametrize(
    "typed", ["王芳", "王 芳", "王　芳", " 王芳 ", "王·芳", "王\u200b芳", "（王芳）", "wang", "WANG"]
)
def test_no_spelling_makes_an_outsider_of_somebody_on_the_roster(tx: Tx, typed: str) -> None:
    add(tx, "wang", "王芳")
    add(tx, "li", "李青")

    assert [each.key for each in people.active_named(tx, typed)] == ["wang"]


@pytest.mark.parametrize("typed", ["", "  ", "。", "王", "王芳芳", "王芳、李青", "wa", "某某餐厅"])
def test_what_is_nobody_s_name_means_nobody(tx: Tx, typed: str) -> None:
    add(tx, "wang", "王芳")
    add(tx, "li", "李青")

    assert people.active_named(tx, typed) == []


def test_a_name_of_two_means_both_and_a_key_means_one(tx: Tx) -> None:
    add(tx, "wang", "王芳")
    add(tx, "wang2", "王芳")
    add(tx, "tom", "Tom2")
    add(tx, "tom2", "汤姆")

    assert [each.key for each in people.active_named(tx, "王芳")] == ["wang", "wang2"]
    assert [each.key for each in people.active_named(tx, "wang")] == ["wang"]
    assert [each.key for each in people.active_named(tx, "Tom2")] == ["tom", "tom2"]
    assert [each.key for each in people.active_named(tx, "tom2")] == ["tom2"]


# Signing authorities.


def test_an_authority_holds_on_its_first_and_last_day_and_not_outside(tx: Tx) -> None:
    lin, li, fang = add(tx, "lin", "林晓"), add(tx, "li", "李青"), add(tx, "fang", "方正")
    people.add_deputy(tx, li, lin, date(2026, 3, 1), date(2026, 3, 31), fang)

    holds = [
        day
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
        if people.deputies_on(tx, day)
    ]

    assert holds == [date(2026, 3, 1), date(2026, 3, 31)]
    (only,) = people.deputies(tx)
    assert (only.holder, only.deputy, only.named_by) == (li, lin, fang)


def test_the_same_authority_is_added_once(tx: Tx) -> None:
    lin, li, fang = add(tx, "lin", "林晓"), add(tx, "li", "李青"), add(tx, "fang", "方正")

    assert people.add_deputy(tx, li, lin, date(2026, 3, 1), date(2026, 3, 31), fang)
    assert not people.add_deputy(tx, li, lin, date(2026, 3, 1), date(2026, 3, 31), fang)
    assert people.add_deputy(tx, li, lin, date(2026, 4, 1), date(2026, 4, 30), fang)
    assert len(people.deputies(tx)) == 2


# Projects, which hang on people.


def test_a_project_saved_again_is_the_same_project(tx: Tx) -> None:
    lin, li = add(tx, "lin", "林晓"), add(tx, "li", "李青")
    projects.save(tx, "P01", "社区助老", lin, "专项资金", 100)
    before = projects.active(tx)[0]

    projects.save(tx, "P01", "社区助老探访", li, "专项资金", 200)

    (after,) = projects.everything(tx)
    assert after.id == before.id
    assert (after.name, after.lead, after.budget_fen) == ("社区助老探访", li, 200)
    assert projects.get(tx, after.id) == after
    assert (projects.led_by(tx, lin), projects.led_by(tx, li)) == ([], [after])


def test_a_name_is_one_project_s(tx: Tx) -> None:
    lin = add(tx, "lin", "林晓")
    projects.save(tx, "P01", "社区助老", lin, "", 0)

    with pytest.raises(IntegrityError), tx.savepoint():
        projects.save(tx, "P02", "社区助老", lin, "", 0)
