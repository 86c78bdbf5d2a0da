"""Whatever people do, in whatever order, the books stay sound: a machine that plays the organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import SearchStrategy
from sqlalchemy import func, select

from bot.platform import Clicked, Incoming, Said
from handlers.contract.reply import Reply
from handlers.contract.roles import Role
from handlers.expense.rules import Act, State, row
from handlers.mechanisms.signoff.rules import Matter, Roster, candidates
from scheduler.clock import today
from storage import expense, journal, people, projects, signoff
from storage.attempts import attempt
from storage.database import Tx
from storage.people import Address
from tests.databases import Databases
from tests.handlers.signoff.rosters import may_sign
from tests.house import CAST, ZONE, House, furnished

EVERYBODY = sorted(CAST)
PROJECTS = ("P01", "P02", "ORG")
ROLES = [
    set(),
    {"项目负责人"},
    {"财务负责人"},
    {"秘书长"},
    {"秘书长", "理事长"},
    {"理事长"},
    {"副理事长"},
    {"理事"},
    {"监事"},
    {"监事", "财务负责人"},
]
WORDS = {
    "同意": Act.APPROVE,
    "驳回": Act.REJECT,
    "退回修改": Act.RETURN,
    "撤回": Act.WITHDRAW,
    "重新检查": Act.RECHECK,
    "改派": Act.REASSIGN,
}
SIGNATURES = {"expense.approve": Act.APPROVE, "expense.reject": Act.REJECT, "expense.return": Act.RETURN}

person = st.sampled_from(EVERYBODY)
anybody = st.sampled_from([*EVERYBODY, "stranger"])
project = st.sampled_from(PROJECTS)
requester = st.sampled_from([*["lin", "lin", "li", "li", "zhou", "tang", "wang", "chen", "fang"], *EVERYBODY])
payee = st.sampled_from(
    [*3 * ["某某餐厅"], "oneself", "王芳", "陈立", "方正", *(name for name, _ in CAST.values())]
)
holder = st.sampled_from(["li", "li", "zhou", "tang", "wang", "wang", "chen", "chen", "fang"])
deputy = st.sampled_from(["zhou", "hou", "tang", "shen", "jian"])
named_by = st.sampled_from(["fang", "fang", "he", "chen", "li", "wang"])
place = st.integers(0, 9)
Draw = Callable[[SearchStrategy[Any]], Any]


class Organisation(RuleBasedStateMachine):
    """Plays twelve people and a stranger, and looks at the books after every step."""

    databases: Databases

    def __init__(self) -> None:
        super().__init__()
        self.url = self.databases.new(furnished)
        self.house = House(self.databases.open(self.url))
        self.act: Act | None = None
        self.last: tuple[Incoming, Reply] | None = None
        self.refused = 0
        self.buttons: list[dict[str, Any]] = []
        self.decided: dict[int, tuple[object, ...]] = {}
        self.claims: dict[int, tuple[str, int]] = {}

    def teardown(self) -> None:
        self.house.database.close()
        self.databases.drop(self.url)

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        # One rule that draws what to do: hypothesis would leave out some of many rules in each run, and
        # hardly a claim would live to its end.
        plays = FIRST if not self.claims else [*FIRST, *LATER, *(WHILE_SIGNING if self.open_steps() else ())]
        play = data.draw(st.sampled_from(plays))
        play(self, data.draw)

    # What people do.

    def somebody_hands_in(self, draw: Draw) -> None:
        key = draw(requester)
        self.fills_in(draw, key, self.says(key, "报销"))

    def a_requester_changes_what_came_back(self, draw: Draw) -> None:
        key, number = self.owner(picked(self.alive(State.RETURNED, State.WITHDRAWN), draw(place)))
        asked = self.says(key, f"修改 {number}")
        self.act = Act.RESUBMIT
        self.fills_in(draw, key, asked)

    def fills_in(self, draw: Draw, key: str, asked: Reply) -> None:
        if asked.card is None or asked.card.form is None:
            return
        to = draw(payee)
        values = {"project": draw(project), "amount": "1", "purpose": "打车"}
        values["payee"] = CAST[key][0] if to == "oneself" else to
        button = asked.card.form.buttons[0]
        self.does(key, Clicked(button.act, button.args, values, "om_1", "h"))

    def those_whose_turn_it_is_agree(self, draw: Draw) -> None:
        at = draw(place)
        for _ in range(draw(st.integers(1, 2))):
            if steps := self.open_steps():
                args, key = picked(steps, at)
                self.clicks(key, "expense.approve", args)

    def the_one_whose_turn_it_is_does_not(self, draw: Draw) -> None:
        args, key = picked(self.open_steps(), draw(place))
        self.clicks(key, draw(st.sampled_from(["expense.return", "expense.return", "expense.reject"])), args)

    def somebody_presses_a_button_that_was_once_seen(self, draw: Draw) -> None:
        args = picked(self.buttons, draw(place))
        self.clicks(draw(anybody), draw(st.sampled_from(sorted(SIGNATURES))), args)

    def somebody_makes_a_button_up(self, draw: Draw) -> None:
        args, key = picked(self.open_steps(), draw(place))
        changed = draw(st.sampled_from(["claim", "version", "level"]))
        more = args[changed] + draw(st.sampled_from([-1, 1]))
        self.clicks(key, draw(st.sampled_from(sorted(SIGNATURES))), {**args, changed: more})

    def somebody_types_a_word(self, draw: Draw) -> None:
        key, number = self.owner(picked(sorted(self.claims), draw(place)))
        word = draw(st.sampled_from(sorted(WORDS)))
        self.act = WORDS[word]
        self.says(draw(st.sampled_from([key, "guan", *EVERYBODY, "stranger"])), f"{word} {number} 原因")

    def a_requester_presses_a_button(self, draw: Draw) -> None:
        claim_id = picked(self.alive(State.SIGNING, State.BLOCKED), draw(place))
        key, _ = self.owner(claim_id)
        name, self.act = draw(st.sampled_from([("withdraw", Act.WITHDRAW), ("recheck", Act.RECHECK)]))
        args = {"claim": claim_id, "version": self.claims[claim_id][1]}
        self.does(key, Clicked(f"expense.{name}", args, None, "om_1", "h"))

    def the_administrator_arranges_the_signers_anew(self, draw: Draw) -> None:
        _, number = self.owner(picked(self.alive(State.SIGNING, State.BLOCKED), draw(place)))
        self.act = draw(st.sampled_from([Act.REASSIGN, Act.RECHECK]))
        self.says("guan", f"{self.act} {number}")

    def the_platform_says_the_same_again(self, draw: Draw) -> None:
        if self.last is None:
            return
        incoming, reply = self.last
        before = self.books()
        assert self.house.router.handle(incoming) == reply
        assert self.books() == before

    # What changes around them.

    def a_deputy_is_named(self, draw: Draw) -> None:
        first = today(self.house.clock.now(), ZONE) + timedelta(days=draw(st.integers(-2, 2)))
        last = first + timedelta(days=draw(st.integers(0, 5)))
        self.house.name_deputy(draw(holder), draw(deputy), first, last, draw(named_by))

    def roles_change(self, draw: Draw) -> None:
        key, roles = draw(person), draw(st.sampled_from(ROLES))
        self.house.give_roles(key, *roles, active=draw(st.sampled_from([True, True, False])))

    def everybody_is_what_they_were(self, draw: Draw) -> None:
        for key, (_, roles) in CAST.items():
            self.house.give_roles(key, *roles)

    def a_project_gets_another_lead(self, draw: Draw) -> None:
        code, lead = draw(project), self.house.person(draw(person)).id
        with self.house.database.write() as tx:
            known = next(each for each in projects.active(tx) if each.code == code)
            projects.save(tx, code, known.name, lead, known.fund, known.budget_fen)

    def time_passes(self, draw: Draw) -> None:
        self.house.clock.forward(timedelta(hours=draw(st.sampled_from([1, 24, 48]))))
        self.house.run_jobs()

    # How it is done.

    def says(self, key: str, text: str) -> Reply:
        return self.does(key, Said(text))

    def clicks(self, key: str, act: str, args: Mapping[str, Any]) -> Reply:
        self.act = SIGNATURES[act]
        values = None if act == "expense.approve" else {"reason": "原因"}
        return self.does(key, Clicked(act, args, values, "om_1", "h"))

    def does(self, key: str, body: Said | Clicked) -> Reply:
        incoming = Incoming(
            f"feishu:e:{next(iter(self.house._numbers))}", Address("feishu", f"ou_{key}"), body
        )
        claims, steps, *_ = self.books()
        reply = self.house.router.handle(incoming)
        assert reply is not None
        if reply.refused:
            assert self.books()[:2] == (claims, steps)
            self.refused += key != "stranger" and self.house.person(key).active
        self.last = incoming, reply
        return reply

    def alive(self, *states: State) -> list[int]:
        """The claims in these states; where there is none, all."""
        return [key for key, (state, _) in self.claims.items() if state in states] or sorted(self.claims)

    def owner(self, claim_id: int) -> tuple[str, str]:
        """Who handed a claim in, and its number."""
        with self.house.database.read() as tx:
            found = expense.get(tx, claim_id)
            assert found is not None
            return people.get(tx, found.requester).key, found.number

    def open_steps(self) -> list[tuple[dict[str, Any], str]]:
        """The buttons that work now, and whose they are."""
        with self.house.database.read() as tx:
            rows = tx.run(
                select(signoff.step).where(signoff.step.c.state == "open").order_by(signoff.step.c.id)
            )
            return [(button(each), people.get(tx, each.assignee_id).key) for each in rows.all()]

    def books(self) -> tuple[object, ...]:
        with self.house.database.read() as tx:
            return (
                tx.run(select(expense.claim)).all(),
                tx.run(select(signoff.step)).all(),
                journal.heads(tx),
                count(tx, attempt),
            )

    # What must hold after every step.

    @invariant()
    def the_books_are_sound(self) -> None:
        with self.house.database.read() as tx:
            assert journal.verify(tx) is None
            assert count(tx, attempt) == self.refused
            steps = tx.run(select(signoff.step).order_by(signoff.step.c.id)).all()
            claims = tx.run(select(expense.claim).order_by(expense.claim.c.id)).all()
            versions = {(each.claim_id, each.version): each for each in tx.run(select(expense.claim_version))}
            self.look_at_numbers(claims)
            self.look_at_signatures(tx, steps, versions)
            for each in claims:
                mine = [step for step in steps if step.subject == f"expense:{each.id}"]
                self.look_at_moves(each, mine)
                look_at_steps(each, mine)
                look_at_approval(tx, each, mine, versions)
        self.claims = {each.id: (each.state, each.version) for each in claims}
        self.buttons += [args for args, _ in self.open_steps() if args not in self.buttons]
        self.act = None

    def look_at_numbers(self, claims: Sequence[Any]) -> None:
        """Every number once, in the order of handing in, none left out."""
        assert [each.number for each in claims] == [f"BX-2026-{n:04d}" for n in range(1, len(claims) + 1)]

    def look_at_moves(self, claim: Any, steps: Sequence[Any]) -> None:
        """A claim moves as a row of the table says, or not at all; versions only grow, one at a time."""
        state, version = self.claims.get(claim.id, ("", 0))
        if (claim.state, claim.version) == (state, version):
            return
        if not state:
            assert (claim.state, claim.version) in ((State.SIGNING, 1), (State.BLOCKED, 1))
            return
        assert self.act, "a claim moved by itself"
        allowed = row(State(state), self.act)
        assert allowed, f"{self.act} moved a claim that was {state}"
        assert State(claim.state) in allowed.to, f"{self.act} made {claim.state} of {state}"
        assert claim.version == version + (self.act is Act.RESUBMIT)
        if (state, self.act) == (State.SIGNING, Act.WITHDRAW):
            assert not [
                each for each in steps if each.version == version and each.level > 1 and each.decided_at
            ]

    def look_at_signatures(
        self, tx: Tx, steps: Sequence[Any], versions: Mapping[tuple[int, int], Any]
    ) -> None:
        """What was decided stays as it is; what is new was decided by somebody who could, just now."""
        decided = {each.id: tuple(each) for each in steps if each.decided_at}
        assert {key: decided.get(key) for key in self.decided} == self.decided
        for each in steps:
            if each.decided_at and each.id not in self.decided:
                self.look_at_signature(tx, each, versions[claim_of(each), each.version])
        self.decided = decided

    def look_at_signature(self, tx: Tx, step: Any, version: Any) -> None:
        signer = people.get(tx, step.assignee_id)
        requester = tx.run(
            select(expense.claim.c.requester_id).where(expense.claim.c.id == claim_of(step))
        ).scalar_one()
        assert signer.active
        assert step.decided_at == self.house.clock.now()
        assert step.signer == signer.name
        assert step.signer_roles == "、".join(sorted(signer.roles))
        assert Role.SUPERVISOR not in signer.roles
        if step.level == 1:
            assert signer.id == requester
            return
        payee = version.payee_id
        namesakes = {each.id for each in people.everybody(tx) if not payee and each.name == version.payee}
        lead = projects.get(tx, version.project_id).lead
        matter = Matter(requester, payee, lead, frozenset(namesakes))
        here = roster(tx, self.house.clock.now())
        assert may_sign(signer, step.level, matter, here)
        grounds = [each.ground for each in candidates(step.level, matter, here) if each.person == signer.id]
        assert grounds == [step.ground]


def picked(things: Sequence[Any], place: int) -> Any:
    """One of them, the latest first."""
    return things[-1 - place % len(things)]


def button(step: Any) -> dict[str, Any]:
    """What the button of an open step carries."""
    return {"claim": claim_of(step), "version": step.version, "level": step.level, "shown": step.shown[:16]}


def claim_of(step: Any) -> int:
    return int(step.subject.removeprefix("expense:"))


def count(tx: Tx, table: Any) -> int:
    return int(tx.run(select(func.count()).select_from(table)).scalar_one())


def roster(tx: Tx, now: datetime) -> Roster:
    """Everybody who is here, and the authorities of today."""
    here = {each.id: each for each in people.everybody(tx) if each.active}
    day = today(now, ZONE)
    return Roster(here, [each for each in people.deputies(tx) if each.first_day <= day <= each.last_day])


def look_at_steps(claim: Any, steps: Sequence[Any]) -> None:
    """One open step while it is signed, none otherwise; no earlier version open; each level somebody else."""
    current = [each for each in steps if each.version == claim.version]
    assert len({each.assignee_id for each in current}) == len(current)
    is_open = [each for each in steps if each.state == "open"]
    assert len(is_open) == (claim.state == State.SIGNING)
    assert all(each.version == claim.version for each in is_open)
    old = [each for each in steps if each.version < claim.version]
    assert not [each for each in old if each.state in ("open", "waiting")]


def look_at_approval(
    tx: Tx, claim: Any, steps: Sequence[Any], versions: Mapping[tuple[int, int], Any]
) -> None:
    """Approved: four signatures of this version, by four different people, in order, on record."""
    current = [each for each in steps if each.version == claim.version]
    signed = [each for each in current if each.state == "signed"]
    assert (claim.state == State.APPROVED) == (len(signed) == 4)
    if claim.state != State.APPROVED:
        return
    by_level = sorted(signed, key=lambda each: each.level)
    assert [each.level for each in by_level] == [1, 2, 3, 4]
    assert len({each.assignee_id for each in by_level}) == 4
    assert [each.decided_at for each in by_level] == sorted(each.decided_at for each in by_level)
    assert versions[claim.id, claim.version].payee_id not in [each.assignee_id for each in by_level[1:]]
    assert not [each for each in by_level if Role.SUPERVISOR in each.signer_roles.split("、")]
    entries = [each for each in journal.entries(tx, f"expense:{claim.id}") if each.version == claim.version]
    assert [each.act for each in entries].count("signoff.signed") == 4
    assert entries[-1].act == "expense.approved"


FIRST = [
    *2 * [Organisation.somebody_hands_in],
    *2 * [Organisation.a_deputy_is_named],
    Organisation.roles_change,
    Organisation.a_project_gets_another_lead,
]
LATER = [
    *2 * [Organisation.a_requester_changes_what_came_back],
    Organisation.somebody_types_a_word,
    Organisation.a_requester_presses_a_button,
    Organisation.the_administrator_arranges_the_signers_anew,
    Organisation.the_platform_says_the_same_again,
    Organisation.everybody_is_what_they_were,
    *2 * [Organisation.time_passes],
]
WHILE_SIGNING = [
    *5 * [Organisation.those_whose_turn_it_is_agree],
    *2 * [Organisation.the_one_whose_turn_it_is_does_not],
    Organisation.somebody_presses_a_button_that_was_once_seen,
    Organisation.somebody_makes_a_button_up,
]


@pytest.mark.timeout(900)  # only when something is found: then hypothesis looks for the shortest way there
def test_whatever_people_do_the_books_stay_sound(sqlite: Databases) -> None:
    class Here(Organisation):
        databases = sqlite

    run_state_machine_as_test(Here, settings=settings(max_examples=25, stateful_step_count=50))
