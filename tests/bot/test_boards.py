"""A board: a page to read behind a link in a card, for its reader and half an hour, refused to others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from handlers.catalogue import CAPABILITIES
from handlers.contract.capability import Capability, Word
from handlers.contract.card import Board, Card
from handlers.contract.chart import Chart, Series
from handlers.contract.context import Asked
from handlers.contract.incoming import Message
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from handlers.contract.roles import Role
from handlers.contract.view import Cell, Table, View, row
from storage.database import Database
from storage.pages import LIFE
from tests.bot.paging import Phone, phone_of, way, words
from tests.house import House


def answered(ctx: Asked, message: Message) -> Reply:
    return Reply(card=Card(title="本月", subject="month", board=Board("month.board", "2026-02", "打开看板")))


def shown(ctx: Asked, argument: str) -> View:
    if Role.SECRETARY_GENERAL not in ctx.person.roles:
        raise Refusal("看板给秘书长看")
    names = Table("没交的", ("部门", "姓名"), (row(Cell("财务部", to="month.other"), ctx.person.name),))
    chart = Chart(title="份数", labels=("一月",), series=(Series("交了", (3,)),))
    return View(title=f"看板 {argument}", parts=(names, chart))


MONTH = Capability(name="month", words={"本月": Word(answered)}, boards={"board": shown})


@pytest.fixture
def phone(database: Database, tmp_path: Path) -> Phone:
    """A phone on the pages of a house that has a board."""
    return phone_of(House(database).furnish(), tmp_path, capabilities=(*CAPABILITIES, MONTH))


def test_the_button_leads_its_reader_to_the_board_as_often_as_they_like(phone: Phone) -> None:
    path = phone.offered("chen", "本月")

    for _ in range(2):
        page = phone.opens(path)
        assert page.status_code == 200
        assert words(page).startswith("看板 2026-02 没交的 部门 姓名 财务部 陈立")
        assert "<svg" in page.text
        assert "/views/" not in page.text
        assert page.headers["Cache-Control"] == "no-store"


def test_the_board_itself_refuses_whom_it_is_not_for(phone: Phone) -> None:
    page = phone.opens(phone.offered("lin", "本月"))

    assert page.status_code == 410
    assert "看板给秘书长看" in words(page)


def test_a_role_that_was_lost_closes_the_board_behind_an_open_link(phone: Phone) -> None:
    path = phone.offered("chen", "本月")
    phone.house.give_roles("chen", "经办人")

    assert phone.opens(path).status_code == 410


def test_the_link_ends_after_half_an_hour_and_with_leaving(phone: Phone) -> None:
    early, late = (phone.offered("chen", "本月") for _ in range(2))
    phone.house.clock.forward(LIFE)
    assert "这个链接过期了" in words(phone.opens(early))

    phone.house.clock.forward(-timedelta(minutes=1))
    phone.house.give_roles("chen", "秘书长", active=False)
    assert "不在名单里" in words(phone.opens(late))


def test_nothing_can_be_handed_in_to_a_board(phone: Phone) -> None:
    path = phone.offered("chen", "本月")

    assert phone.client.post(path, data={"x": "1"}).status_code == 410
    assert phone.client.post(f"{path}/draft", data={"x": "1"}).status_code == 410
    assert phone.uploads(path).status_code == 410
    assert phone.opens(path).status_code == 200


def test_a_board_that_is_gone_says_the_way_back(phone: Phone, tmp_path: Path) -> None:
    path = phone.offered("chen", "本月")
    gone = phone_of(phone.house, tmp_path)

    assert "请发「待办」" in words(gone.opens(path))


def test_without_pages_the_card_comes_without_a_button(database: Database, tmp_path: Path) -> None:
    phone = phone_of(House(database).furnish(), tmp_path, "", capabilities=(*CAPABILITIES, MONTH))

    card = phone.house.say("chen", "本月").card

    assert card is not None
    assert (card.link, card.board) == (None, None)
    with pytest.raises(AssertionError):
        way(Reply(card=card))
