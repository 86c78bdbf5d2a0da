"""The simulator talks to this machine only, whatever it is told."""

from __future__ import annotations

import pytest

from bot.simulator import Simulator
from bot.simulator.loopback import is_loopback
from tests.bot.simulator.town import APP, PEOPLE, Town


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  a case that must be refused
        ("::", False),
        ("10.0.0.1", False),
        ("192.168.1.5", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("2130706433", False),
        ("", False),
    ],
)
def test_what_is_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", ""])  # noqa: S104  must be refused
def test_it_binds_to_nothing_else(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Simulator(PEOPLE, APP, host=host)


CALLED = ["http://10.0.0.1:80", "http://example.org", "https://127.0.0.1", "ftp://127.0.0.1", "127.0.0.1:80"]


@pytest.mark.parametrize("url", CALLED)
def test_it_calls_nothing_else(town: Town, url: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Simulator(PEOPLE, APP, url)
    with pytest.raises(ValueError, match="loopback"):
        town.simulator.callback_url = url


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.org"},
        {"Host": "evil.example.org:80"},
        {"Origin": "http://evil.example.org"},
        {"Origin": "http://["},
        {"Origin": "null"},
    ],
)
def test_a_foreign_page_in_a_browser_here_is_refused(town: Town, headers: dict[str, str]) -> None:
    assert town.raw("POST", "/_sim/reset", headers=headers, json={}).status_code == 403
    assert town.raw("GET", "/", headers=headers).status_code == 403


@pytest.mark.parametrize("origin", ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"])
def test_a_page_from_here_is_welcome(town: Town, origin: str) -> None:
    assert town.raw("GET", "/", headers={"Origin": origin}).status_code == 200


def test_it_can_listen_on_ipv6() -> None:
    simulator = Simulator(PEOPLE, APP, host="::1")
    simulator.start()
    try:
        assert simulator.base_url.startswith("http://[::1]:")
    finally:
        simulator.stop()


def test_before_it_starts_it_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        _ = Simulator(PEOPLE, APP).base_url


def test_it_can_stop_twice_and_start_again() -> None:
    simulator = Simulator(PEOPLE, APP)
    for _ in range(2):
        simulator.start()
        simulator.stop()
    simulator.stop()
