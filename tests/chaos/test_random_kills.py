"""Roles killed at random between callback and delivery: no act is lost, none counts twice, all are told once.

CHAOS_KILLS kills (20) by CHAOS_SEED (a new one, which is printed). The seed fixes who does what and who is to
die in which order; at which instruction a kill falls is the machine's business and differs each time.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from random import Random
from threading import Event, Thread

import pytest

from bot.simulator.driver import Json, shown
from tests.chaos.killing import Killer
from tests.chaos.town import REQUESTERS, SIGNERS, Claim, Requester, Town
from tests.house import CAST

KILLS = int(os.environ.get("CHAOS_KILLS", "20"))
SEED = os.environ.get("CHAOS_SEED") or secrets.token_hex(4)
WORDS = {"returned": "退回修改：", "rejected": "驳回："}


@pytest.mark.timeout(120 + 6 * KILLS)
def test_whatever_dies_no_act_is_lost_none_counts_twice_and_every_next_signer_is_told_once(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    killer = Killer(town.stage, town, seeded("kills"))
    requesters = [Requester(town, each, seeded(each)) for each in REQUESTERS]
    town.stage.start_bot()
    killer.wait_until_all_work()
    play(requesters, killer)
    failures = [each.failure for each in requesters if each.failure]
    assert not failures, f"CHAOS_SEED={SEED}: {failures}"
    killer.wait_until_all_work()
    town.settle()
    claims = [claim for each in requesters for claim in each.claims]
    with capsys.disabled():
        print(f"\n{report(killer, claims, town)}")  # noqa: T201 - what a long run is looked at for
    wrong = [*wrong_in_ledger(town, claims), *wrong_in_chats(town, claims)]
    assert not wrong, "\n".join([f"CHAOS_SEED={SEED}", *wrong])
    assert "条条相连" in town.stage.command("journal", "verify")
    assert len(killer.kills) == KILLS
    assert killer.hits >= KILLS // 4, "the kills fell while nothing was under way"


def seeded(part: str) -> Random:
    """Return the chances of one who plays a part: the same for the same seed."""
    return Random(f"{SEED} {part}")  # noqa: S311 - guards nothing


def play(requesters: list[Requester], killer: Killer) -> None:
    """Let everybody work until all kills have fallen; the claims stay wherever they are then."""
    stop = Event()
    threads = [Thread(target=each.run, args=[stop], name=each.person) for each in requesters]
    for each in threads:
        each.start()
    try:
        killer.run(KILLS, stop)
    finally:
        stop.set()
        for each in threads:
            each.join()


def report(killer: Killer, claims: list[Claim], town: Town) -> str:
    """Return what happened in one line."""
    entries = sum(len(each.entries) for each in claims)
    return (
        f"CHAOS_SEED={SEED}: {len(killer.kills)} kills {dict(Counter(killer.kills))}, {killer.hits} with "
        f"messages under way; {len(claims)} claims, {entries} entries, {town.unanswered} acts unanswered"
    )


def wrong_in_ledger(town: Town, claims: list[Claim]) -> Iterator[str]:
    """Yield what the ledger holds that nobody did, and what was done and it does not hold."""
    rows = town.rows("select number, state, version, id from claim order by id")
    if sorted(row[0] for row in rows) != sorted(each.number for each in claims):
        yield f"the ledger has {[row[0] for row in rows]}, handed in were {[each.number for each in claims]}"
    kept = {row[0]: row[1:] for row in rows}
    for claim in claims:
        state, version, claim_id = kept.get(claim.number, ("lost", 0, 0))
        if (state, version) != (claim.state, claim.version):
            yield f"{claim.number} is {state} {version}, should be {claim.state} {claim.version}"
        about = f"subject = 'expense:{claim_id}' and act <> 'refused'"
        entries = town.rows(f"select actor, act, version from journal where {about} order by seq")  # noqa: S608 - our own words
        if entries != claim.entries:
            yield f"{claim.number}: the journal has {entries}, done was {claim.entries}"
    if dead := town.rows("select subject, error from outbox where state = 'dead'"):
        yield f"given up: {dead}"


def wrong_in_chats(town: Town, claims: list[Claim]) -> Iterator[str]:
    """Yield who was told too often, or not at all, and where a card to sign is missing or too many."""
    for claim in claims:
        for person in SIGNERS.values():
            yield from _wrong_cards(town, claim, person)
        told = _told(town, claim)
        if told != Counter(claim.told):
            yield f"{claim.number}: {claim.requester} read {told}, should be {Counter(claim.told)}"


def _wrong_cards(town: Town, claim: Claim, person: str) -> Iterator[str]:
    """A typed act is answered by one more card, or in words where a card cannot show all."""
    heard = _of_bot(town, person, claim)
    cards = [each for each in heard if each["card"]]
    asked, typed = Counter(each for each, _, _ in claim.asked)[person], claim.typed.count(person)
    if not asked <= len(cards) <= asked + typed:
        yield f"{claim.number}: {person} has {len(cards)} cards, asked {asked} times, typed {typed} times"
    words = Counter(shown(each) for each in heard if not each["card"] and "签字进度" in shown(each))
    if words and max(words.values()) > 1:
        yield f"{claim.number}: {person} read the same twice: {words}"
    live = town.live(person, claim.number)
    if len(live) != (claim.state == "signing" and claim.signer == person):
        yield f"{claim.number}: {person} can sign on {len(live)} cards"


def _told(town: Town, claim: Claim) -> Counter[str]:
    """Return what its requester read of a claim's way, in the words of `Claim.told`."""
    told: Counter[str] = Counter()
    for text in (shown(each) for each in _of_bot(town, claim.requester, claim) if not each["card"]):
        told["已通过"] += f"{claim.number} 已通过：" in text
        for person in SIGNERS.values():
            name = CAST[person][0]
            told[f"{person} 已同意"] += f"{name}已同意，现在等" in text
            for state, words in WORDS.items():
                told[f"{person} {state}"] += f"被{name}{words}" in text
    return +told


def _of_bot(town: Town, person: str, claim: Claim) -> list[Json]:
    return [each for each in town.chat(person) if each["from"] == "bot" and claim.number in shown(each)]
