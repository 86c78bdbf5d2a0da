"""Whoever is named, ticked or tied to them is kept out, in every organisation that there may be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from handlers.complaint import desk, recusal, service
from handlers.complaint.recusal import Known, Receiver
from handlers.complaint.rules import Act
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.mechanisms.units.rules import Unit, units
from storage import people
from storage.people import NewPerson, Person
from tests.handlers.complaint.office import Office
from tests.house import new_house

PEOPLE = (
    Person(1, "wang", "王芳", "财务部", frozenset({Role.FINANCE_HEAD})),
    Person(2, "li", "李青", "项目部", frozenset({Role.PROJECT_LEAD})),
    Person(3, "tang", "唐果", "项目部", frozenset({Role.DEPARTMENT_HEAD})),
    Person(4, "chen", "陈立", "办公室", frozenset({Role.SECRETARY_GENERAL})),
    Person(5, "bai", "白露", "监督组", frozenset({Role.COMPLAINT_OFFICER})),
    Person(6, "luo", "罗维", "外部", frozenset({Role.OUTSIDE_OFFICER})),
    Person(7, "ou", "欧阳娜娜", "项目部", frozenset({Role.HANDLER})),
    Person(8, "gone", "钱多", "财务部", frozenset(), active=False),
)
KNOWN = Known(PEOPLE, units(PEOPLE, ()), ((1, 5),))


def named(text: str) -> set[str]:
    """Return whom a text may mean."""
    found = recusal.named_in(text, KNOWN)
    return {each.name for each in PEOPLE if each.id in found}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("王芳改了账", {"王芳"}),
        ("王　芳改了账", {"王芳"}),
        ("王*芳改了账", {"王芳"}),
        ("王\u200b芳改了账", {"王芳"}),
        ("王会计改了账", {"王芳"}),
        ("老王改了账，小李看见了", {"王芳", "李青"}),
        ("秘书长把车开走了", {"陈立"}),
        ("财务负责人改了账", {"王芳"}),
        ("欧阳老师签的到", {"欧阳娜娜"}),
        ("WANG 改了账", {"王芳"}),
        ("ｂａｉ 也在", {"白露"}),
        ("钱多走之前拿了", {"钱多"}),
        ("仓库的油少了", set()),
        ("去了两次医院", set()),
    ],
)
def test_people_are_recognised_however_they_are_called(text: str, who: set[str]) -> None:
    assert named(text) == who


def out(*ids: int) -> set[str]:
    """Return who is kept out when these are named."""
    found = recusal.excluded(ids, KNOWN)
    return {each.name for each in PEOPLE if each.id in found}


def test_who_stands_in_for_somebody_is_kept_out_with_them_and_the_other_way_round() -> None:
    assert "白露" in out(1)
    assert "王芳" in out(5)


def test_who_leads_somebody_and_whom_somebody_leads_is_kept_out() -> None:
    assert out(2) == {"李青", "唐果"}
    assert out(3) == {"唐果", "李青", "欧阳娜娜"}


def test_about_who_heads_the_organisation_everybody_but_the_outsiders_is_kept_out() -> None:
    assert out(4) == {each.name for each in PEOPLE} - {"罗维"}


def test_an_outsider_who_is_named_is_kept_out_too() -> None:
    assert "罗维" in out(6)


ROLES = [each.value for each in Role]
PERSONS = st.lists(
    st.tuples(
        st.sampled_from(["甲", "乙", "丙", "丁"]), st.sets(st.sampled_from(ROLES), max_size=3), st.booleans()
    ),
    min_size=1,
    max_size=9,
)
NUMBERS = st.integers(0, 8)


@st.composite
def organisations(draw: st.DrawFn) -> tuple[Known, list[Receiver]]:
    """Any roster with its units and deputies, and any of its people with keys."""
    drawn = draw(PERSONS)
    roster = [
        Person(place, f"key{place}", f"赵{'一二三四五六七八九'[place]}", unit, frozenset(roles), active)
        for place, (unit, roles, active) in enumerate(drawn)
    ]
    pairs = draw(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4))
    teams = draw(st.lists(st.tuples(NUMBERS, st.frozensets(NUMBERS)), max_size=2))
    more = [Unit(f"project:{lead}", "项目", lead, members | {lead}) for lead, members in teams]
    known = Known(roster, [*units(roster, ()), *more], pairs)
    receivers = [
        Receiver(100 + each.id, each.id, Role.OUTSIDE_OFFICER in each.roles)
        for each in roster
        if draw(st.booleans())
    ]
    return known, receivers


@given(
    organisations(),
    st.frozensets(NUMBERS, max_size=3),
    st.text("赵一二三四五秘书长监事小老主任 ", max_size=20),
    st.booleans(),
)
def test_no_reader_is_ever_among_those_who_are_kept_out(
    organisation: tuple[Known, list[Receiver]], ticked: frozenset[int], text: str, unsure: bool
) -> None:
    known, receivers = organisation
    kept_out = recusal.excluded(ticked | recusal.named_in(text, known), known)
    readers = recusal.readers(receivers, kept_out, unsure)
    assert not {each.person for each in readers} & kept_out
    assert ticked & {each.id for each in known.people} <= kept_out
    assert set(readers) <= set(receivers)
    assert not (unsure and any(not each.outside for each in readers))


@given(organisations(), st.frozensets(NUMBERS, max_size=3), st.text("赵一二三四五秘书长监事 ", max_size=20))
def test_a_name_more_never_lets_anybody_inside_in(
    organisation: tuple[Known, list[Receiver]], ticked: frozenset[int], text: str
) -> None:
    known, receivers = organisation

    def inside(named: frozenset[int]) -> set[Receiver]:
        readers = recusal.readers(receivers, recusal.excluded(named, known), unsure=False)
        return {each for each in readers if not each.outside}

    assert inside(ticked | recusal.named_in(text, known)) <= inside(ticked)


@given(organisations())
def test_ticking_everybody_inside_reaches_those_outside_alone(
    organisation: tuple[Known, list[Receiver]],
) -> None:
    known, receivers = organisation
    inside = frozenset(each.person for each in receivers if not each.outside)
    readers = recusal.readers(receivers, recusal.excluded(inside, known), unsure=False)
    assert all(each.outside for each in readers)


@dataclass
class Played:
    """An office to play in: everybody of its roster has a key."""

    office: Office
    keys: list[str]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A house in which people change their posts and departments from example to example."""
    office = Office(new_house(tmp_path_factory.mktemp("recusal")))
    yield Played(office, list(office.keys))
    office.house.database.close()


POSTS = ["举报受理人", "外部受理人", "监事", "秘书长", "部门负责人", "经办人"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_who_is_kept_out_is_told_nothing_reads_nothing_exports_nothing_and_counts_nothing(
    played: Played, data: st.DataObject
) -> None:
    office = played.office
    for key in played.keys:
        post = "外部受理人" if key == "luo" else "举报受理人"
        roles = frozenset({post, *data.draw(st.sets(st.sampled_from(POSTS[2:]), max_size=1))})
        with office.ctx() as ctx:
            who = people.by_keys(ctx.tx, [key])[key]
            unit = data.draw(st.sampled_from(["监督组", "党建组", "项目部"]))
            people.save(ctx.tx, NewPerson(key, who.name, unit, roles))
    ticked = data.draw(st.sets(st.sampled_from(played.keys), max_size=2))
    text = "油少了。" + data.draw(
        st.sampled_from(["", "白露看见了", "秦川分了", "秘书长知道", "小白拿的", "罗维收了"])
    )
    before = office.house.texts("bai") + office.house.texts("qin") + office.house.texts("luo")
    try:
        receipt = office.report(text, *ticked)
    except Refusal:
        assume(False)
    number, readers = office.number(receipt), office.readers(receipt)
    begun = office.reads(sorted(readers)[0], number)
    kept_out = set(begun.filed.facts.get("excluded", "").split(",")) & set(played.keys)
    assert not kept_out & readers
    assert ticked <= kept_out
    assert before == office.house.texts("bai") + office.house.texts("qin") + office.house.texts("luo")
    for key in kept_out:
        with office.ctx() as ctx:
            seat = office.seat(ctx, key)
            assert number not in {each.case.number for each in service.readable(ctx, seat)}
            assert number not in {each.number for each in desk.lines(ctx, seat)}
            assert not any(number in words for words in desk.figures(ctx, seat))
            for refused in (
                lambda ctx=ctx, seat=seat: desk.sheet(ctx, seat, number),
                lambda ctx=ctx, seat=seat: desk.paper(ctx, seat, number, "某中心"),
                lambda ctx=ctx, seat=seat: service.do(ctx, seat, number, 1, Act.NOTE, {"text": "看看"}),
            ):
                with pytest.raises(Refusal, match=service.UNKNOWN):
                    refused()
            reader = office.seat(ctx, sorted(readers)[0])
            offered = service.choices(ctx, reader, service.read(ctx, reader, number), Act.ADMIT)
            assert people.by_keys(ctx.tx, [key])[key].name not in {each.label for each in offered}
    named, more = data.draw(
        st.sampled_from([("bai", "白露也知道"), ("qin", "秦川也分了"), ("luo", "罗维收了")])
    )
    with suppress(Refusal):
        again = office.readers(office.adds(receipt, more) or receipt)
        assert not (kept_out | {named}) & again
    office.house.clock.forward(timedelta(minutes=1))
