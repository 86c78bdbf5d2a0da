"""The small work under a flood: found in a real browser, and taken by the gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot import gate
from bot.gate import BITS, Gate, Puzzle

WORK = Path(gate.__file__).parent / "web" / "static" / "work.js"
PLACE = "http://intranet.example/report"
PATIENCE_MS = 60_000
NO_SUBTLE = "Object.defineProperty(window, 'crypto', {value: undefined})"


@dataclass
class Form:
    """A page with a form that wants work done before it can be handed in."""

    page: Page

    def shows(self, puzzle: Puzzle) -> None:
        """Show the form with its script."""
        self.page.set_content(
            f'<form data-challenge="{puzzle.challenge}" data-bits="{puzzle.bits}">'
            '<input type="hidden" name="_answer" value=""><input name="who">'
            '<p data-work-told>正在准备提交，请稍候……</p><button type="submit">提交</button></form>'
        )
        self.page.add_script_tag(path=WORK)

    def answer(self) -> str:
        """Wait until the form can be handed in; return what was found."""
        expect(self.page.get_by_role("button", name="提交")).to_be_enabled(timeout=PATIENCE_MS)
        return self.page.locator("[name=_answer]").input_value()


@pytest.fixture
def form(browser: Browser) -> Iterator[Form]:
    """A form on a page without https, where browsers offer no SHA-256; errors in its script fail the test."""
    page = browser.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.route(f"{PLACE}*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(PLACE)
    yield Form(page)
    page.close()
    assert troubles == []


def first_right(puzzle: Puzzle) -> str:
    """Return the smallest answer that is right."""
    for tried in count():
        digest = sha256(f"{puzzle.challenge}:{tried}".encode()).digest()
        if int.from_bytes(digest) >> (256 - puzzle.bits) == 0:
            return str(tried)
    raise AssertionError


def test_the_browser_finds_an_answer_that_the_gate_takes_once(form: Form) -> None:
    door = Gate()
    puzzle = door.puzzle()
    assert puzzle.bits == BITS
    form.shows(puzzle)
    answer = form.answer()
    expect(form.page.get_by_text("准备好了，可以提交了。")).to_be_visible()
    assert door.solved(puzzle.challenge, answer)
    assert not door.solved(puzzle.challenge, answer)


def test_until_it_is_found_nothing_can_be_handed_in_and_the_page_stays_usable(form: Form) -> None:
    form.shows(Puzzle("never", 32))
    button = form.page.get_by_role("button", name="提交")
    expect(button).to_be_disabled()
    who = form.page.locator("[name=who]")
    who.press_sequentially("仓库")
    who.press("Enter")
    expect(button).to_be_disabled()
    expect(form.page.get_by_text("正在准备提交")).to_be_visible()
    assert who.input_value() == "仓库"
    assert form.page.url == PLACE


def test_where_the_browser_has_no_sha_256_of_its_own_it_is_found_as_well(form: Form) -> None:
    assert form.page.evaluate("window.crypto.subtle === undefined")
    form.page.add_init_script(NO_SUBTLE)
    form.page.reload()
    assert form.page.evaluate("window.crypto === undefined")
    door = Gate()
    puzzle = door.puzzle()
    form.shows(puzzle)
    assert door.solved(puzzle.challenge, form.answer())


def test_it_reckons_as_the_gate_does_whatever_the_length_of_the_challenge(form: Form) -> None:
    for length in (1, 20, *range(44, 66), *range(108, 130)):
        puzzle = Puzzle(("0123456789abcdef." * 8)[:length], 8)
        form.shows(puzzle)
        assert form.answer() == first_right(puzzle)


def test_a_page_without_work_is_left_alone(form: Form) -> None:
    form.page.set_content('<form><button type="submit">提交</button></form>')
    form.page.add_script_tag(path=WORK)
    expect(form.page.get_by_role("button", name="提交")).to_be_enabled()
