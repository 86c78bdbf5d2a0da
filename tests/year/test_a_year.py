"""The year 2026 of a large and of a small organisation, with two schedulers that race, die and fall silent.

YEAR_SEED (a new one, which is printed) fixes who does what and who is to die when; at which instruction a
kill falls is the machine's business.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from storage import people
from storage.database import Database
from tests.databases import Databases
from tests.year import expecting, judging, reading
from tests.year.office import BIG, SMALL, Office, move_in
from tests.year.playing import LAST, QUIET, Play, moment

SEED = os.environ.get("YEAR_SEED") or secrets.token_hex(4)
SHOWN = 20


@pytest.mark.timeout(600)
@pytest.mark.parametrize("office", [BIG, SMALL], ids=lambda office: str(office.size))
def test_all_year_every_duty_is_opened_once_every_word_is_said_once_and_nobody_is_drowned(
    office: Office, postgresql: Databases, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    url = postgresql.new()
    database = postgresql.open(url)
    try:
        wrong, said = year_of(office, database, url, tmp_path)
    finally:
        database.close()
    postgresql.drop(url)
    record_property("said", f"2026 with {office.size} people, YEAR_SEED={SEED}: {said}")
    assert not wrong, "\n".join([f"YEAR_SEED={SEED}, {len(wrong)} wrong", *wrong[:SHOWN]])


def year_of(office: Office, database: Database, url: str, files: Path) -> tuple[list[str], str]:
    """Play a year; return all that was wrong with it, and what happened."""
    move_in(database, office)
    play = Play(database, url, files, office, Random(f"{SEED} {office.size}"))  # noqa: S311 - guards nothing
    play.run()
    duties, sheets = reading.opened(database, reading.DUTIES), reading.opened(database, reading.SHEETS)
    told = reading.nudges(database)
    with database.read() as tx:
        known = {each.id: each for each in people.everybody(tx)}
    leaves_on, who, _ = office.leaving
    left = {each.id: leaves_on for each in known.values() if each.key == who}
    year = judging.Year(play.played, known, left, reading.pushes(database), play.mail.messages)
    wrong = [
        *play.errors,
        *judging.wrong_openings(expecting.duties(office, play.played), duties),
        *judging.wrong_openings(expecting.sheets(database, play.played, moment(LAST, *QUIET)), sheets),
        *judging.wrong_words(play.ladders.words, told),
        *year.wrong_tellings(play.ladders.words, told),
        *year.wrong_cards(told),
        *year.wrong_weeks(),
        *year.wrong_months(),
    ]
    said = (
        f"{len(duties)} duties, {len(sheets)} sheets, {len(told)} words; {year.worst_week()}; {play.said()}"
    )
    return wrong, said
