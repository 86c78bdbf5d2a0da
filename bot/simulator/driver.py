"""Playing people through the control API: what the demo's story, the tests and the benchmark use."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

Json = dict[str, Any]


class Stuck(AssertionError):
    """What was waited for did not come; carries what was seen instead."""


class Driver:
    """Says, clicks and uploads as somebody of the simulated organisation, by person key."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        self._http = requests.Session()
        self._http.trust_env = False

    def say(self, person: str, text: str, **more: str) -> Json:
        """Type a message."""
        return self.post("say", person=person, text=text, **more)

    def click(self, person: str, label: str, values: Mapping[str, str] | None = None, **more: str) -> Json:
        """Press the newest button with a label; `values` fill the form around it."""
        return self.post("click", person=person, label=label, values=dict(values or {}), **more)

    def upload(self, person: str, name: str, content: bytes, kind: str = "file", **more: str) -> Json:
        """Send a file or a picture."""
        answer = self._http.post(
            f"{self._base}/_sim/upload",
            data={"person": person, "kind": kind, **more},
            files={"file": (name, content)},
            timeout=20,
        )
        return self._read(answer)

    def chat(self, person: str) -> list[Json]:
        """Return what somebody sees, oldest first."""
        return list(self._read(self._http.get(f"{self._base}/_sim/chats/{person}", timeout=20))["messages"])

    def cards(self, person: str) -> list[Json]:
        """Return the cards that somebody sees, oldest first."""
        return [each for each in self.chat(person) if each["type"] == "card"]

    def post(self, path: str, **body: object) -> Json:
        """Call any part of the control API."""
        return self._read(self._http.post(f"{self._base}/_sim/{path}", json=body, timeout=30))

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._http.delete(f"{self._base}/_sim/fault", timeout=20)

    def log(self) -> list[Json]:
        """Return the calls and callbacks so far."""
        answer = self._http.get(f"{self._base}/_sim/log", timeout=20).json()
        return list(answer["log"] if isinstance(answer, dict) else answer)

    def wait_for(self, what: str, seen: Callable[[], Any], seconds: float = 15) -> Any:
        """Return what `seen` finds as soon as it finds something. Raises Stuck naming what was waited for."""
        deadline = time.monotonic() + seconds
        while not (found := seen()):
            if time.monotonic() > deadline:
                raise Stuck(f"waited {seconds} s for: {what}")
            time.sleep(0.05)
        return found

    def wait_for_button(self, person: str, label: str, about: str = "") -> Json:
        """Return the newest card of somebody that offers a button and contains some words."""

        def seen() -> Json | None:
            for each in reversed(self.cards(person)):
                labels = [button["label"] for button in each["buttons"] if button["enabled"]]
                if label in labels and about in each["words"]:
                    return each
            return None

        return dict(self.wait_for(f"{person} sees {label} {about}", seen))

    def wait_for_text(self, person: str, words: str) -> Json:
        """Return the newest message of somebody that contains some words, card or text."""

        def seen() -> Json | None:
            return next((each for each in reversed(self.chat(person)) if words in shown(each)), None)

        return dict(self.wait_for(f"{person} reads {words}", seen))

    @staticmethod
    def _read(answer: requests.Response) -> Json:
        content = answer.json()
        if answer.status_code >= 400:
            raise Stuck(f"the simulator refused: {answer.status_code} {content}")
        return dict(content)


def shown(message: Json) -> str:
    """Return a message as words."""
    return str(message.get("words") or message.get("text") or "")
