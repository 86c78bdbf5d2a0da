"""Whatever is done with the page of a draft, in whatever order, the draft is handed in once at the most."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from storage.database import Database
from tests.bot.paging import Phone, phone_of, way, words
from tests.bot.rooms import rows
from tests.house import PDF, House


class Pages(RuleBasedStateMachine):
    """One requester with links to one draft after the other, in the chat and on pages."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        copy = shutil.copy(self.template, self.folder / "house.db")
        self.house = House(Database(f"sqlite:///{copy}", synchronous="OFF"))
        self.phone: Phone = phone_of(self.house, self.folder)
        self.links: list[str] = []
        self.results: dict[str, str] = {}
        self.active = True

    def teardown(self) -> None:
        self.house.database.close()
        shutil.rmtree(self.folder)

    @initialize()
    def has_a_form_to_begin_with(self) -> None:
        self.asks_for_the_form()

    @rule()
    def asks_for_the_form(self) -> None:
        reply = self.house.say("lin", "报销")
        if self.active:
            self.links.append(way(reply))

    @rule(link=st.integers(0, 9))
    def looks(self, link: int) -> None:
        before = self._claims()
        page = self.phone.opens(self._link(link))
        assert page.status_code in {200, 403, 410}
        assert self._claims() == before

    @rule(link=st.integers(0, 9), amount=st.sampled_from(["1", "2.50", "很多", ""]))
    def hands_in(self, link: int, amount: str) -> None:
        path, before = self._link(link), self._claims()
        page = self.phone.hands_in(path, amount=amount)
        done = re.findall(r"BX-\d{4}-\d{4} 已提交", words(page))
        if path in self.results:
            assert self._claims() == before
            assert done in ([self.results[path]], [])
            assert page.status_code == (403 if not self.active else 200 if done else 410)
        elif done:
            assert self._claims() == before + 1
            self.results[path] = done[0]
        else:
            assert self._claims() == before

    @rule(link=st.integers(0, 9), purpose=st.text(max_size=20))
    def types(self, link: int, purpose: str) -> None:
        assert self.phone.keeps(self._link(link), purpose=purpose).status_code in {204, 403, 410}

    @rule(link=st.integers(0, 9), number=st.integers(1, 3))
    def uploads(self, link: int, number: int) -> None:
        page = self.phone.uploads(self._link(link), f"{number}.pdf", PDF + bytes([number]))
        assert page.status_code in {200, 403, 410}

    @rule()
    def answers_in_the_chat(self) -> None:
        for each in ("2", "3.50", "看望老人", "某某餐厅", "好"):
            self.house.say("lin", each)

    @rule()
    def drops_the_draft(self) -> None:
        self.house.say("lin", "取消")

    @rule(minutes=st.sampled_from([10, 31]))
    def waits(self, minutes: int) -> None:
        self.house.clock.forward(timedelta(minutes=minutes))

    @rule()
    def leaves_or_comes_back(self) -> None:
        self.active = not self.active
        self.house.give_roles("lin", "经办人", active=self.active)

    @invariant()
    def no_draft_and_no_link_led_to_two_claims(self) -> None:
        drafts = {args for (args,) in rows(self.house.database, "select args from page_link")}
        assert self._claims() <= len(drafts)
        assert len(set(self.results.values())) == len(self.results)
        (spent,) = rows(self.house.database, "select count(*) from page_link where spent_at is not null")[0]
        assert spent == len(self.results)

    def _link(self, number: int) -> str:
        return self.links[-1 - number % len(self.links)]

    def _claims(self) -> int:
        return int(rows(self.house.database, "select count(*) from claim")[0][0])


@pytest.fixture
def template(furnished: Path) -> Iterator[type[Pages]]:
    """The machine, with a house to copy."""
    Pages.template = furnished
    yield Pages
    del Pages.template


def test_no_order_of_requests_hands_a_draft_in_twice(template: type[Pages]) -> None:
    how = settings(max_examples=25, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(template, settings=how)
