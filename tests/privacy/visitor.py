"""Somebody with a browser, who has no account here and says more of themselves than they know."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import requests

CANARY = {
    "address": "203.0.113.77",
    "agent": "CanaryPhone/7.7 (kiwi)",
    "referrer": "https://intranet.example/canary-page",
    "cookie": "canary-session-4711",
    "language": "zh-CANARY",
}
"""What a browser and a proxy tell of somebody, made recognisable."""

_HEADERS = {
    "X-Forwarded-For": CANARY["address"],
    "X-Real-IP": CANARY["address"],
    "User-Agent": CANARY["agent"],
    "Referer": CANARY["referrer"],
    "Cookie": f"session={CANARY['cookie']}",
    "Accept-Language": CANARY["language"],
}

File = tuple[str, bytes]


class Visitor:
    """Fills the public pages in as a browser without script does."""

    def __init__(self, url: str, address: str = CANARY["address"]) -> None:
        self._url, self._headers = url, _HEADERS | {"X-Forwarded-For": address}

    def reports(
        self, what: str, *whom: str, unsure: bool = False, files: Sequence[File] = (), **more: str
    ) -> str:
        """Report something from the first page to the last; return the receipt."""
        answer = self.sends(what, *whom, unsure=unsure, files=files, **more)
        return receipt_in(answer.text)

    def sends(
        self, what: str, *whom: str, unsure: bool = False, files: Sequence[File] = (), **more: str
    ) -> requests.Response:
        """Report something; return the last page."""
        first = self._get("/report")
        asked: dict[str, str | Sequence[str]] = {"step": "whom", "once": hidden(first.text, "once")}
        if unsure:
            asked["unsure"] = "yes"
        second = self._post("/report", {**asked, "whom": list(whom), "others": more.pop("others", "")})
        kept = {name: hidden(second.text, name) for name in ("once", "others")}
        whole = {**asked, **kept, "step": "file", "whom": list(whom), "what": what, **more}
        return self._post("/report", whole, files)

    def looks(self, receipt: str) -> str:
        """Look at the thread; return the page."""
        return self._post("/report/status", {"receipt": receipt}).text

    def adds(self, receipt: str, what: str, files: Sequence[File] = ()) -> str:
        """Add words to the thread; return the page."""
        return self._post("/report/status", {"receipt": receipt, "step": "add", "what": what}, files).text

    def _get(self, path: str) -> requests.Response:
        return requests.get(self._url + path, headers=self._headers, timeout=30)

    def _post(
        self, path: str, answers: Mapping[str, str | Sequence[str]], files: Sequence[File] = ()
    ) -> requests.Response:
        parts = [("files", (name, content)) for name, content in files]
        return requests.post(self._url + path, data=answers, files=parts, headers=self._headers, timeout=30)


def receipt_in(page: str) -> str:
    """Return the receipt that a page shows."""
    found = re.search(r'class="number">([\d ]+)<', page)
    assert found, page
    return found[1]


def hidden(page: str, name: str) -> str:
    """Return a hidden field of a page."""
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, (name, page)
    return found[1]
