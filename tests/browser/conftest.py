"""One Chromium and one running stage for all browser tests; what goes wrong unseen fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import QUIET, find
from tests.browser.window import Window
from tests.world import World, open_world

if find() is None:
    collect_ignore_glob = ["test_*.py"]

DESK, PHONE = (1280, 800), (390, 844)
OpenWindow = Callable[[tuple[int, int]], Window]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium that calls nobody on its own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find(), args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="session")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The running stage."""
    with open_world(tmp_path_factory.mktemp("browser")) as world:
        yield world


@pytest.fixture
def open_window(browser: Browser, one_world: World) -> Iterator[OpenWindow]:
    """Opens windows of some size (width, height); what their readers would not see fails the test."""
    opened: list[Window] = []

    def make(size: tuple[int, int]) -> Window:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        opened.append(Window(context.new_page(), one_world.stage.simulator.base_url))
        return opened[-1]

    yield make
    troubles = [each for window in opened for each in window.troubles]
    for window in opened:
        window.page.context.close()
    assert troubles == []


@pytest.fixture
def desk(open_window: OpenWindow) -> Window:
    """A window as large as that of an office PC."""
    return open_window(DESK)


@pytest.fixture
def phone(open_window: OpenWindow) -> Window:
    """A window as large as a phone's."""
    return open_window(PHONE)
