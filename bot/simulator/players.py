"""People at their chats: they type, press, fill in and read as their own platform's client lets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.simulator.driver import Driver, Json, Stuck, shown

WITH_INPUTS = ("feishu",)
"""Where a form is filled in inside its card; elsewhere the assistant asks question by question."""

FORM = ("project", "amount", "purpose", "payee", "attachments")
PATIENCE_SECONDS = 30

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)
"""A PNG of one pixel."""


SKIP = "跳过"


class Players:
    """Plays people by their keys; `homes` tells on which platform each of them lives."""

    def __init__(self, base_url: str, homes: dict[str, str]) -> None:
        self.sim = Driver(base_url)
        self.homes = homes

    def says(self, person: str, words: str) -> None:
        """Type a message."""
        self.sim.say(person, words, platform=self.homes[person])

    def clicks(self, person: str, label: str, about: str = "", **answers: str) -> Json:
        """Press the newest button with a label on a card that has the words; answer what it asks."""
        card = self.finds_button(person, label, about)
        inputs = {each["name"] for each in card["form"]}
        values = {key: value for key, value in answers.items() if key in inputs}
        where = {"message_id": card["message_id"], "platform": self.homes[person]}
        done = self.sim.click(person, label, values, **where)
        for name, answer in answers.items():
            if name not in inputs:
                self._answer(person, answer)
        return done

    def sends_picture(self, person: str, name: str = "发票.png") -> None:
        """Send a picture; both platforms hand these to the assistant."""
        self.sim.upload(person, name, PICTURE, "image", platform=self.homes[person])

    def sends_file(self, person: str, name: str, content: bytes) -> None:
        """Send a file."""
        self.sim.upload(person, name, content, platform=self.homes[person])

    def files_claim(self, person: str, **answers: str) -> str:
        """Ask for the form, fill it in and hand it in; return the claim's number."""
        self.says(person, "报销")
        return self.fills_in(person, **answers)

    def fills_in(self, person: str, **answers: str) -> str:
        """Fill in the claim form that is open and hand it in; return the claim's number."""
        if self.homes[person] in WITH_INPUTS:
            return self._number_on(person, self.clicks(person, "提交", **answers)["message"]["message_id"])
        for name in FORM:
            self._answer(person, answers.get(name, "好"))
        return _numbers(self._wait(f"{person} hears back", lambda: self._heard_back(person), person))[0]

    def answers(self, person: str, label: str, **answers: str) -> None:
        """Answer the form that is open, whose button has a label: in the card, or one question after another
        in the order of the answers. 「跳过」 leaves a question without an answer."""
        if self.homes[person] in WITH_INPUTS:
            given = {name: words for name, words in answers.items() if words != SKIP}
            self.clicks(person, label, **given)
            return
        for words in answers.values():
            self._answer(person, words)

    def reads(self, person: str, words: str) -> Json:
        """Wait until somebody's chat shows some words; return that message."""

        def seen() -> Json | None:
            return next((each for each in reversed(self.chat(person)) if words in shown(each)), None)

        return dict(self._wait(f"{person} reads 「{words}」", seen, person))

    def finds_button(self, person: str, label: str, about: str = "") -> Json:
        """Wait until somebody can press a button on a card that has the words; return the card."""

        def seen() -> Json | None:
            for each in reversed(self.chat(person)):
                labels = [button["label"] for button in each["buttons"] if button["enabled"]]
                if label in labels and about in shown(each):
                    return each
            return None

        return dict(self._wait(f"{person} can press 「{label}」 {about}", seen, person))

    def chat(self, person: str) -> list[Json]:
        """Return what somebody sees, oldest first."""
        return self.sim.chat(person, self.homes.get(person, ""))

    def _number_on(self, person: str, message_id: str) -> str:
        """Return the number of the claim that a form turned into: with the answer, or soon after it."""

        def number() -> str:
            card = next(each for each in self.chat(person) if each["message_id"] == message_id)
            return next(iter(_numbers(shown(card))), "")

        return str(self._wait(f"{person}'s form becomes a claim", number, person))

    def _heard_back(self, person: str) -> str:
        """Return what came after somebody's last words and names a claim, or nothing yet."""
        return next((shown(each) for each in self._since_last_words(person) if "BX-" in shown(each)), "")

    def _answer(self, person: str, words: str) -> None:
        """Answer the question that the assistant asks in the chat."""
        self._wait(f"{person} is asked", lambda: self._asked(person), person)
        self.says(person, words)

    def _asked(self, person: str) -> bool:
        return any("「取消」放弃" in shown(each) for each in self._since_last_words(person))

    def _since_last_words(self, person: str) -> list[Json]:
        chat = self.chat(person)
        last = max((place for place, each in enumerate(chat) if each["from"] == "person"), default=-1)
        return chat[last + 1 :]

    def _wait(self, what: str, seen: Callable[[], Any], person: str) -> Any:
        try:
            return self.sim.wait_for(what, seen, PATIENCE_SECONDS)
        except Stuck as stuck:
            chat = "\n".join(f"[{each['from']}] {shown(each)}" for each in self.chat(person)[-6:])
            raise Stuck(f"{stuck}\nthe chat of {person} ends with:\n{chat}") from None


def _numbers(words: str) -> list[str]:
    """Return the claim numbers in some words."""
    return re.findall(r"BX-\d{4}-\d{4,}", words)
