"""The web login: one is asked who holds the browser, and a code is good once and for five minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from bot.simulator import SimPerson, Simulator, WecomApp
from bot.simulator.wecom.login import CODE_SECONDS

APP = WecomApp("ww1", 1000002, "s3cret", "t0ken", "a" * 43)
ASKED = {
    "appid": "ww1",
    "redirect_uri": "http://127.0.0.1:9/back",
    "response_type": "code",
    "scope": "snsapi_base",
    "state": "abc123",
}


class Machine:
    """Real time that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def machine() -> Machine:
    """Real time."""
    return Machine()


@pytest.fixture
def wecom(machine: Machine) -> Iterator[Simulator]:
    """A platform with one member, and somebody who is on Feishu only."""
    lin, zhou = SimPerson("lin", "林晓 <b>", "", "", "lin"), SimPerson("zhou", "周明", "", "ou_zhou", "")
    simulator = Simulator([lin, zhou], None, wecom=APP, machine=machine)
    simulator.start()
    yield simulator
    simulator.stop()


def page(wecom: Simulator, **asked: str) -> requests.Response:
    return requests.get(f"{wecom.base_url}/connect/oauth2/authorize", {**ASKED, **asked}, timeout=10)


def code(wecom: Simulator) -> str:
    """Choose the first member; return the code with which the browser goes on."""
    link = unescape(re.findall(r'href="([^"]+)"', page(wecom).text)[0])
    url = f"{wecom.base_url}/connect/oauth2/{link}"
    back = requests.get(url, timeout=10, allow_redirects=False).headers["Location"]
    assert back.startswith("http://127.0.0.1:9/back?")
    brought = parse_qs(urlsplit(back).query)
    assert brought["state"] == ["abc123"]
    return brought["code"][0]


def who(wecom: Simulator, given: str, token: str = "") -> dict[str, object]:
    """Exchange a code."""
    secret = {"corpid": APP.corp_id, "corpsecret": APP.secret}
    api = f"{wecom.base_url}/cgi-bin"
    token = token or requests.get(f"{api}/gettoken", secret, timeout=10).json()["access_token"]
    asked = {"access_token": token, "code": given}
    return dict(requests.get(f"{api}/auth/getuserinfo", asked, timeout=10).json())


def test_members_are_offered_and_nobody_else(wecom: Simulator) -> None:
    shown = page(wecom).text
    assert "以谁的身份打开" in shown
    assert "林晓 &lt;b&gt;" in shown
    assert "周明" not in shown


def test_a_code_is_exchanged_once(wecom: Simulator) -> None:
    given = code(wecom)
    assert who(wecom, given)["userid"] == "lin"
    assert who(wecom, given)["errcode"] == 40029
    assert who(wecom, "made up")["errcode"] == 40029


def test_a_code_runs_out_after_five_minutes(wecom: Simulator, machine: Machine) -> None:
    given = code(wecom)
    machine.now += CODE_SECONDS
    assert who(wecom, given)["errcode"] == 40029


def test_a_code_is_given_only_to_the_app(wecom: Simulator) -> None:
    given = code(wecom)
    assert who(wecom, given, token="made up")["errcode"] == 40014
    assert who(wecom, given)["userid"] == "lin"


def test_a_new_day_knows_no_codes(wecom: Simulator) -> None:
    given = code(wecom)
    wecom.reset()
    assert who(wecom, given)["errcode"] == 40029


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appid", "ww2"),
        ("redirect_uri", "https://evil.example/back"),
        ("redirect_uri", "back"),
        ("response_type", "token"),
        ("scope", "snsapi_all"),
        ("state", "a b"),
        ("state", "a" * 129),
    ],
)
def test_what_the_platform_does_not_take_is_refused(wecom: Simulator, name: str, value: str) -> None:
    assert page(wecom, **{name: value}).status_code == 400


def test_nobody_goes_on_as_somebody_whom_the_app_does_not_see(wecom: Simulator) -> None:
    url = f"{wecom.base_url}/connect/oauth2/as"
    assert requests.get(url, {**ASKED, "userid": "zhou"}, timeout=10).status_code == 400
