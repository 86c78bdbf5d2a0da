"""Where WeCom tells who opens a page, nobody but the link's own person gets in; the platform is simulated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient

from bot.app import App
from bot.config import Config, Demo, Org, Server, Storage, Wecom
from bot.platform import Incoming, Said
from bot.simulator import SimPerson, Simulator, WecomApp
from bot.web.login import BACK, KEPT, ON_THE_WAY, WHO
from bot.wecom.login import WecomLogin
from storage import people
from storage.people import Address, NewPerson
from tests.bot.paging import Phone, phone_of, way, words
from tests.bot.rooms import Machine
from tests.house import CAST, House

PUBLIC = "https://localhost"
numbers = count(1)
APP = WecomApp("ww1", 1000002, "s3cret", "t0ken", "a" * 43)


@pytest.fixture(scope="module")
def wecom() -> Iterator[Simulator]:
    """The platform, where the cast and a stranger are members."""
    members = [SimPerson(key, name, "办公室", "", key) for key, (name, _) in CAST.items()]
    simulator = Simulator([*members, SimPerson("lu", "路人", "外单位", "", "lu")], None, wecom=APP)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def machine() -> Machine:
    """Machine time."""
    return Machine()


@pytest.fixture
def phone(house: House, tmp_path: Path, wecom: Simulator, machine: Machine) -> Phone:
    """A phone on pages that ask; 林晓 and 李青 chat in WeCom, where their names are spelled in capitals."""
    for key in ("lin", "li"):
        moves_to_wecom(house, key)
    platform = WecomLogin(APP.corp_id, APP.agent_id, APP.secret, wecom.base_url, wecom.base_url)
    return phone_of(house, tmp_path, PUBLIC, login=(platform, machine))


def moves_to_wecom(house: House, key: str) -> None:
    """Give somebody an account in WeCom in place of the one in Feishu."""
    with house.database.write() as tx:
        who = people.by_keys(tx, [key])[key]
        accounts = {"wecom": key.upper(), "feishu": ""}
        people.save(tx, NewPerson(key, who.name, who.department, who.roles, accounts))


def offered(phone: Phone, who: str = "lin") -> str:
    """Say 报销 in WeCom; return the path of the page that the answer leads to."""
    said = Incoming(f"wecom:{next(numbers)}", Address("wecom", who), Said("报销"))
    reply = phone.house.router.handle(said)
    assert reply is not None
    return way(reply)


def goes_through(client: FlaskClient, path: str, who: str) -> str:
    """Open a page as somebody; return the path to which the platform sends the browser back."""
    sent = client.get(path)
    assert sent.status_code == 302
    asked = requests.get(sent.headers["Location"], timeout=10)
    assert "以谁的身份打开" in asked.text
    link = unescape(re.findall(rf'href="([^"]*userid={who})"', asked.text)[0])
    chosen = requests.get(
        f"{sent.headers['Location'].partition('authorize')[0]}{link}", timeout=10, allow_redirects=False
    )
    back = chosen.headers["Location"]
    assert back.startswith(f"{PUBLIC}{BACK}?")
    return back.removeprefix(PUBLIC)


def test_the_links_own_person_gets_in_and_hands_in(phone: Phone) -> None:
    path = offered(phone)
    let_in = phone.client.get(goes_through(phone.client, path, "lin"))
    assert (let_in.status_code, let_in.headers["Location"]) == (302, path)
    cookie = next(each for each in let_in.headers.getlist("Set-Cookie") if each.startswith(WHO))
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/form"):
        assert flag in cookie
    assert "填写报销单" in words(phone.client.get(path))
    assert "BX-2026-0001 已提交" in words(phone.hands_in(path))


def test_where_the_browser_is_sent_says_nothing_of_the_link(phone: Phone) -> None:
    path = offered(phone)
    sent = phone.client.get(path)
    address = sent.headers["Location"]
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == [PUBLIC + BACK]
    assert asked["appid"] == [APP.corp_id]
    assert asked["scope"] == ["snsapi_base"]
    assert address.endswith("#wechat_redirect")
    assert path.removeprefix("/form/") not in address
    assert sent.headers["Cache-Control"] == "no-store"


def test_somebody_else_is_turned_away_and_may_log_in_again_as_themselves(phone: Phone) -> None:
    path = offered(phone)
    refused = phone.client.get(goes_through(phone.client, path, "li"))
    assert refused.status_code == 403
    assert "这个链接是给另一位同事的" in words(refused)
    assert "林晓" not in refused.text
    assert phone.hands_in(path).status_code == 403
    assert phone.client.get(goes_through(phone.client, path, "lin")).status_code == 302


def test_without_a_login_nothing_is_taken(phone: Phone) -> None:
    path = offered(phone)
    for refused in (phone.hands_in(path), phone.keeps(path), phone.uploads(path)):
        assert refused.status_code == 403
        assert "没能确认是谁打开的" in refused.text
    assert phone.house.attempts() == []


def test_a_code_is_good_once_and_only_with_the_state_of_the_same_browser(phone: Phone) -> None:
    path = offered(phone)
    back = goes_through(phone.client, path, "lin")
    stranger = phone.client.application.test_client()
    assert stranger.get(back).status_code == 403
    assert phone.client.get(re.sub("state=[0-9a-f]+", "state=x", back)).status_code == 403
    assert phone.client.get(back).status_code == 302
    again = goes_through(stranger, path, "lin")
    used = f"{BACK}?code={parse_qs(urlsplit(back).query)['code'][0]}&state={again.rpartition('=')[2]}"
    assert stranger.get(used).status_code == 403
    assert stranger.get(f"{BACK}?code=&state={again.rpartition('=')[2]}").status_code == 403


@pytest.mark.parametrize(
    "forge",
    [
        lambda cookie: cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
        lambda cookie: cookie.replace(cookie.partition(".")[0], b"li".hex()),
        lambda cookie: ".".join([cookie.split(".")[0], "9999999999", cookie.split(".")[2]]),
        lambda cookie: "",
        lambda cookie: "钥匙",
        lambda cookie: "...",
    ],
)
def test_a_cookie_that_we_did_not_sign_lets_nobody_in(phone: Phone, forge: object) -> None:
    path = offered(phone)
    phone.client.get(goes_through(phone.client, path, "lin"))
    good = phone.client.get_cookie(WHO, path="/form", domain="localhost")
    assert good is not None
    assert callable(forge)
    phone.client.set_cookie(WHO, forge(good.value), path="/form", domain="localhost")
    assert phone.opens(path).status_code == 302
    phone.client.set_cookie(ON_THE_WAY, good.value, path="/form", domain="localhost")
    assert phone.client.get(f"{BACK}?code=x&state=lin").status_code == 403


def test_a_login_is_remembered_for_a_while(phone: Phone, machine: Machine) -> None:
    path = offered(phone)
    phone.client.get(goes_through(phone.client, path, "lin"))
    machine.forward(KEPT)
    assert phone.opens(path).status_code == 302


def test_who_chats_elsewhere_opens_the_page_by_the_link_alone(phone: Phone) -> None:
    assert phone.opens(phone.offered("zhou")).status_code == 200
    assert phone.opens(f"/form/{'a' * 26}").status_code == 404


def test_an_installation_that_asks_is_one_word_of_its_configuration(
    phone: Phone, wecom: Simulator, tmp_path: Path
) -> None:
    phone.house.clock.moment = datetime.now(UTC)
    path, url = offered(phone), phone.house.database.url.render_as_string(hide_password=False)
    for page_login, status in ((True, 302), (False, 200)):
        account = Wecom(
            APP.corp_id,
            APP.agent_id,
            APP.secret,
            APP.token,
            APP.encoding_aes_key,
            base_url=wecom.base_url,
            page_login=page_login,
            login_url=wecom.base_url,
        )
        server, storage = Server(public_url=PUBLIC), Storage(url, str(tmp_path / "files"))
        app = App(Config(Org("春晖"), server, storage, Demo(), None, account))
        assert app.web().test_client().get(path).status_code == status
        app.database.close()


def test_when_the_platform_cannot_be_reached_the_page_says_so(house: House, tmp_path: Path) -> None:
    moves_to_wecom(house, "lin")
    nobody = "http://127.0.0.1:9"
    platform = WecomLogin(APP.corp_id, APP.agent_id, APP.secret, nobody, nobody)
    phone = phone_of(house, tmp_path, PUBLIC, login=(platform, Machine()))
    sent = phone.opens(offered(phone))
    state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
    page = phone.client.get(f"{BACK}?code=x&state={state}")
    assert page.status_code == 503
    assert "暂时连不上企业微信" in words(page)
