"""People at work on claims while processes die: each act is pressed or typed until it was answered."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock

from bot.simulator.driver import Json, Stuck, shown
from tests.house import CAST
from tests.world import World

HOMES = {"lin": "feishu", "tang": "wecom", "hou": "feishu", "li": "wecom", "wang": "feishu", "chen": "wecom"}
"""Requesters and signers, mixed over both platforms."""

REQUESTERS = ("lin", "tang", "hou")
SIGNERS = {2: "li", 3: "wang", 4: "chen"}
"""Who signs at which level in the project that all claims are for."""

LAST_VERSION = 3
PATIENCE_SECONDS = 60.0
AGAIN_AFTER_SECONDS = 12.0
"""How long somebody who typed waits for the platform to get through before typing again."""

Entry = tuple[str, str, int]
"""Actor, act and version, as the journal has them."""


@dataclass
class Claim:
    """One claim as its acts should have made it: kept by the people here, not read from the assistant."""

    number: str
    requester: str
    version: int = 1
    level: int = 2
    state: str = "signing"
    entries: list[Entry] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    @property
    def signer(self) -> str:
        """Who has to sign now."""
        return SIGNERS[self.level]

    def handed_in(self) -> None:
        """Note that a version came in."""
        act = "expense.submitted" if self.version == 1 else "expense.resubmitted"
        self.entries += [
            (self.requester, act, self.version),
            (self.requester, "signoff.signed", self.version),
        ]
        self.state, self.level = "signing", 2
        self._ask()

    def approved(self) -> None:
        """Note that the signer agreed."""
        self.entries.append((self.signer, "signoff.signed", self.version))
        if self.level == max(SIGNERS):
            self._end("approved", self.signer)
            self.told.append("已通过")
            return
        self.told.append(f"{self.signer} 已同意")
        self.level += 1
        self._ask()

    def stopped(self, state: str) -> None:
        """Note that the signer rejected or returned it."""
        self.entries.append((self.signer, f"signoff.{state}", self.version))
        self.told.append(f"{self.signer} {state}")
        self._end(state, self.signer)

    def withdrawn(self) -> None:
        """Note that its requester took it back."""
        self._end("withdrawn", self.requester)

    def _end(self, state: str, actor: str) -> None:
        self.entries.append((actor, f"expense.{state}", self.version))
        self.state = state

    def _ask(self) -> None:
        self.asked.append((self.signer, self.version, self.level))


class Town(World):
    """The world of the stories, whose people go on when nobody answers."""

    acting = Event()
    unanswered = 0

    def begin_anew(self, **homes: str) -> None:
        """Start over while nothing of the assistant runs; `homes` tells who lives elsewhere than in HOMES."""
        self.homes = dict.fromkeys(CAST, "feishu") | HOMES | homes
        self.sim.clear_faults()
        self.sim.post("reset")
        self._wipe()
        self._move_in()
        self.locks = {person: Lock() for person in self.homes}

    def types(self, person: str, words: str) -> None:
        """Type until the assistant took it: the platform repeats a message, and people do when that fails."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.acting.set()
            said = self.sim.say(person, words, platform=self.homes[person])
            if said["status"] == 200 or self._got_through(said["event_id"]):
                return
            self.unanswered += 1
        raise Stuck(f"nobody hears {person}: {words}")

    def presses(self, person: str, label: str, card: Json, **values: str) -> Json | None:
        """Press a button until it is answered; None when it has gone from the card meanwhile, which is what
        an act leaves behind whose answer was lost. No platform repeats a press of Feishu's: people do."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        where = {"message_id": card["message_id"], "platform": self.homes[person]}
        tries = 0
        while time.monotonic() < deadline:
            self.acting.set()
            try:
                done = self.sim.click(person, label, values, **where)
            except Stuck as gone:
                if tries and " 409 " in str(gone):
                    return None
                raise
            tries += 1
            if done["status"] == 200:
                assert not done["error"], done
                refused = done["toast"] and done["toast"]["type"] == "error"
                assert not refused or tries > 1, f"{person} pressed {label} once and was refused: {done}"
                return done
            self.unanswered += 1
            if self.homes[person] == "wecom" and self._got_through(done["event_id"]):
                return None
            time.sleep(0.3)
        raise Stuck(f"nobody answers {person}, who presses {label}")

    def waits_for(self, what: str, seen: Callable[[], Json | str | None]) -> Json | str:
        """Wait longer than a relay takes to start."""
        found = self.sim.wait_for(what, seen, PATIENCE_SECONDS)
        assert isinstance(found, dict | str)
        return found

    def live(self, person: str, number: str) -> list[Json]:
        """Return the cards about a claim on which somebody can press 同意."""
        return [each for each in self.chat(person) if number in shown(each) and offers(each, "同意")]

    def _got_through(self, event_id: str) -> bool:
        """Wait for the platform's own repeats of a callback; tell whether one was answered."""
        deadline = time.monotonic() + AGAIN_AFTER_SECONDS
        while time.monotonic() < deadline:
            newest = self.sim.log()[-400:]
            if any(each.get("event_id") == event_id and each["status"] == 200 for each in newest):
                return True
            time.sleep(0.1)
        return False


class Requester:
    """Somebody who hands claims in, one after the other, and what then happens to each, chosen at random."""

    def __init__(self, town: Town, person: str, random: Random) -> None:
        self._town, self.person, self._random = town, person, random
        self.claims: list[Claim] = []
        self.failure: BaseException | None = None

    def run(self, stop: Event) -> None:
        """Work until told to stop, and then leave the last claim as it is."""
        try:
            while not stop.is_set():
                self._one_claim(stop)
        except BaseException as failure:
            self.failure = failure
            stop.set()

    def _one_claim(self, stop: Event) -> None:
        amount = f"{self._random.randrange(1, 9000)}.{self._random.randrange(100):02d}"
        number = self._hand_in(f"报销 社区助老 {amount} 第{len(self.claims) + 1}张", version=1)
        claim = Claim(number, self.person)
        claim.handed_in()
        self.claims.append(claim)
        while not stop.is_set() and claim.state not in ("approved", "rejected"):
            self._next(claim)

    def _next(self, claim: Claim) -> None:
        if claim.state in ("returned", "withdrawn"):
            claim.version += 1
            self._hand_in(f"修改 {claim.number}", claim.version)
            claim.handed_in()
            return
        fate = self._random.random() if claim.version < LAST_VERSION else 1.0
        if claim.level == 2 and fate < 0.1:
            self._town.types(self.person, f"撤回 {claim.number}")
            claim.withdrawn()
        elif fate < 0.2:
            self._sign(claim, "退回修改")
            claim.stopped("returned")
        elif fate < 0.3:
            self._sign(claim, "驳回")
            claim.stopped("rejected")
        else:
            self._sign(claim, "同意")
            claim.approved()

    def _sign(self, claim: Claim, label: str) -> None:
        town, signer = self._town, claim.signer
        mark = f"第 {claim.version} 版"

        def card() -> Json | None:
            return next((each for each in town.live(signer, claim.number) if mark in shown(each)), None)

        with town.locks[signer]:
            found = town.waits_for(f"{signer} to be asked about {claim.number} {mark}", card)
            assert isinstance(found, dict)
            if label == "同意":
                town.presses(signer, label, found)
            elif town.homes[signer] == "feishu":
                town.presses(signer, label, found, reason="请补充说明")
            else:
                town.types(signer, f"{label} {claim.number} 请补充说明")
                claim.typed.append(signer)

    def _hand_in(self, words: str, version: int) -> str:
        """Ask for the form and hand it in as it stands; return the claim's number."""
        town, person = self._town, self.person
        before = len(town.chat(person))
        town.types(person, words)
        if town.homes[person] == "wecom":
            return self._answer_all(before, version)

        def form() -> Json | None:
            return next((each for each in reversed(town.chat(person)[before:]) if offers(each, "提交")), None)

        card = town.waits_for(f"{person} to see the form", form)
        assert isinstance(card, dict)
        done = town.presses(person, "提交", card)
        number = _number(str(done["toast"])) if done and done["toast"] else ""
        return number or self._number_on(card["message_id"])

    def _answer_all(self, before: int, version: int) -> str:
        """Answer every question with 好, which keeps what stands there, until the claim's number comes."""
        town, person = self._town, self.person
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            new = town.chat(person)[before:]
            last = max((place for place, each in enumerate(new) if each["from"] == "person"), default=0)
            words = [shown(each) for each in new[last:] if each["from"] == "bot"]
            if any("「取消」放弃" in each for each in words):
                town.types(person, "好")
            elif number := next(
                (_number(each) for each in words if f"第 {version} 版" in each and "审批中" in each), ""
            ):
                return number
            time.sleep(0.05)
        raise Stuck(f"{person} is not answered: {[shown(each) for each in town.chat(person)[before:]]}")

    def _number_on(self, message_id: str) -> str:
        """Read the number from what took the place of a form whose answer was lost."""
        town, person = self._town, self.person

        def number() -> str:
            card = next(each for each in town.chat(person) if each["message_id"] == message_id)
            return _number(shown(card))

        return str(town.waits_for(f"{person}'s form to say what became of it", number))


def offers(message: Json, label: str) -> bool:
    """Tell whether a message has a button that can be pressed."""
    return any(button["label"] == label and button["enabled"] for button in message["buttons"])


def _number(words: str) -> str:
    return next(iter(re.findall(r"BX-\d{4}-\d{4,}", words)), "")
