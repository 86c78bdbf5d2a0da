"""A card that turns into another where it stands: the outbox brings the new one too, and nothing older."""

from __future__ import annotations

from sqlalchemy import select

from storage.outbox import Kind, State, outbox
from tests.house import House


def waiting(house: House, key: str, subject: str) -> list[str]:
    """The replacements that the relay would still deliver, oldest first."""
    mine = (outbox.c.person_id == house.person(key).id, outbox.c.subject == subject)
    open_ones = (outbox.c.kind == Kind.REPLACE, outbox.c.state == State.WAITING)
    with house.database.read() as tx:
        return list(tx.run(select(outbox.c.body).where(*mine, *open_ones).order_by(outbox.c.id)).scalars())


def withdrawn(house: House) -> None:
    house.submit("lin", purpose="打车")
    house.press("lin", house.button("lin", "撤回"))


def test_a_card_that_turned_is_delivered_even_if_the_answer_to_the_click_gets_lost(house: House) -> None:
    withdrawn(house)
    form = house.press("lin", house.button("lin", "修改")).card
    assert form is not None
    (shown,) = waiting(house, "lin", form.subject)
    assert "打车" in shown


def test_a_later_answer_takes_the_place_of_a_turned_card_that_is_still_on_its_way(house: House) -> None:
    withdrawn(house)
    form = house.press("lin", house.button("lin", "修改")).card
    assert form is not None
    assert form.form is not None
    values = {"project": "P01", "amount": "abc", "purpose": "很多字", "payee": "某某餐厅"}
    assert house.press("lin", form.form.buttons[0], values).refused
    (shown,) = waiting(house, "lin", form.subject)
    assert "很多字" in shown
    assert "看不懂金额" in shown
