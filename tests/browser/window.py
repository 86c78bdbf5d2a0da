"""One browser window on the workbench or a page, and how people use it there."""

from __future__ import annotations

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

PATIENCE_MS = 30_000
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Window:
    """A page that keeps account of what its reader would not see: script errors and calls to the outside."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.troubles: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", self._asked)

    def opens(self, path: str = "/") -> Window:
        """Go to a page of the simulator, or to a whole address."""
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self

    def sees(self, words: str) -> Locator:
        """Wait until the page shows some words."""
        found = self.page.get_by_text(words).first
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found

    def expects(self, trouble: str) -> None:
        """Forget a trouble that a test caused on purpose; it must have come."""
        kept = [each for each in self.troubles if trouble not in each]
        assert len(kept) < len(self.troubles), f"no trouble with {trouble!r}: {self.troubles}"
        self.troubles = kept

    def forgives(self, trouble: str) -> None:
        """Forget a trouble that may come where a test cuts the connection."""
        self.troubles = [each for each in self.troubles if trouble not in each]

    def has_no_barriers(self) -> None:
        """Let axe look for violations of WCAG 2 A and AA on the page as it stands."""
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": LEVELS}})
        told = [
            f"{each['id']}: {each['help']}: {node['target']} {node.get('failureSummary', '')}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]
        assert told == [], "\n".join(told)

    def scrolls_sideways(self) -> bool:
        """Tell whether the page is wider than the window."""
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(self.page.evaluate(wide))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.troubles.append(f"asks outside: {request.url}")
