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

    def chat(self, person: str, platform: str = "") -> list[Json]:
        """Return what somebody sees, on one platform or on all, oldest first."""
        where = {"platform": platform} if platform else {}
        answer = self._http.get(f"{self._base}/_sim/chats/{person}", params=where, timeout=20)
        return list(self._read(answer)["messages"])

    def download(self, message: Json) -> bytes:
        """Return the file that came with a message."""
        answer = self._http.get(f"{self._base}/_sim/files/{message['message_id']}", timeout=20)
        answer.raise_for_status()
        return answer.content

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

    @staticmethod
    def _read(answer: requests.Response) -> Json:
        content = answer.json()
        if answer.status_code >= 400:
            raise Stuck(f"the simulator refused: {answer.status_code} {content}")
        return dict(content)


def shown(message: Json) -> str:
    """Return a message as words."""
    return str(message.get("words") or message.get("text") or "")
