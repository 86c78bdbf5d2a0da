"""The workbench as somebody plays it: panes, messages, buttons, forms, by what can be seen of them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.window import PATIENCE_MS, Window


class Workbench:
    """The workbench in a window. People are named by key and platform: `lin@feishu`."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page

    def opens(self, *panes: str) -> Workbench:
        """Open the page with some people's chats side by side."""
        self.window.opens(f"/?panes={','.join(panes)}")
        return self

    def pane(self, who: str) -> Locator:
        """Return somebody's chat."""
        return self.page.locator(f'[data-pane="{who}"]')

    def says(self, who: str, words: str) -> None:
        """Type a message and press Enter."""
        box = self.pane(who).get_by_role("textbox", name="发消息")
        box.fill(words)
        box.press("Enter")

    def reads(self, who: str, words: str) -> Locator:
        """Wait until the assistant has said some words to somebody; return the newest such message."""
        found = self.pane(who).locator("article.from-bot", has_text=words).last
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found

    def card(self, who: str, label: str, about: str = "") -> Locator:
        """Wait for the newest message with a button that can be pressed."""
        button = self.page.locator(f'button[data-press="{label}"]:not([disabled])')
        found = self.pane(who).locator("article.from-bot", has_text=about).filter(has=button).last
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found

    def presses(self, who: str, label: str, about: str = "", **answers: str) -> None:
        """Fill in what a card asks and press one of its buttons, saying yes where it asks again."""
        card = self.card(who, label, about)
        for name, answer in answers.items():
            field = card.locator(f'[name="{name}"]')
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(label=answer)
            else:
                field.fill(answer)
        button = card.locator(f'button[data-press="{label}"]:not([disabled])')
        asks = button.last.get_attribute("data-confirm-text")
        button.last.click()
        if asks:
            self.page.get_by_role("dialog").get_by_role("button", name="确定").click()

    def is_told(self, words: str) -> None:
        """Wait for a toast."""
        expect(self.page.locator(".toast", has_text=words).last).to_be_visible(timeout=PATIENCE_MS)

    def uploads(self, who: str, file: Path) -> None:
        """Send a file or a picture."""
        self.pane(who).locator('input[type="file"]').first.set_input_files(file)
