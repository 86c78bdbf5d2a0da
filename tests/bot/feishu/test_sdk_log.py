"""What the SDK's logger may tell: its warnings, once, without the queries of addresses."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.feishu import sdk_log

URL = "wss://host/ws/v2?device_id=7&access_key=s3cret-1&ticket=s3cret-2"


@pytest.fixture
def lark() -> Iterator[logging.Logger]:
    """The SDK's logger as the SDK leaves it, printing by itself and telling everything."""
    log = logging.getLogger("Lark")
    own = logging.StreamHandler()
    log.addHandler(own)
    log.setLevel(logging.DEBUG)
    sdk_log.tame()
    yield log
    for each in list(log.filters):
        log.removeFilter(each)


def test_what_is_told_on_connecting_is_not_told(
    lark: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    lark.info(f"connected to {URL}")
    assert caplog.text == ""
    assert lark.handlers == []


@pytest.mark.parametrize("arguments", [(f"connect failed, err: {URL} isn't a valid URI",), ("err: %s", URL)])
def test_an_error_is_told_without_the_secrets_in_an_address(
    lark: logging.Logger, caplog: pytest.LogCaptureFixture, arguments: tuple[str, ...]
) -> None:
    lark.error(*arguments)
    assert "err: wss://host/ws/v2?…" in caplog.text
    assert "s3cret" not in caplog.text
