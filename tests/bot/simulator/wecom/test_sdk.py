"""The real wechatpy client against the simulator: every call of the bot, and how refusals look there."""

from __future__ import annotations

from typing import Any

import pytest
from wechatpy.client.api.base import BaseWeChatAPI
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException

from tests.bot.simulator.town import PNG
from tests.bot.simulator.wecom.town import APP, Json, Town, buttons, notice


class Cards(BaseWeChatAPI):  # type: ignore[misc] # the SDK ships no types
    """The one call that the SDK does not know."""

    def update(self, **asked: Any) -> Json:
        return dict(self._post("message/update_template_card", data=asked))


class Client(WeChatClient):  # type: ignore[misc] # the SDK ships no types
    """The SDK's client at another address; its own way to a token knows only the real one."""

    cards = Cards()

    def __init__(self, base_url: str) -> None:
        self.API_BASE_URL = f"{base_url}/cgi-bin/"
        super().__init__(APP.corp_id, APP.secret, timeout=20, auto_retry=False)

    def fetch_access_token(self) -> Json:
        return dict(
            self._fetch_access_token(
                url=f"{self.API_BASE_URL}gettoken",
                params={"corpid": self.corp_id, "corpsecret": self.secret},
            )
        )


@pytest.fixture
def client(town: Town) -> Client:
    return Client(town.simulator.base_url)


def test_the_client_fetches_its_token_and_sends_words(town: Town, client: Client) -> None:
    answer = client.message.send_text(APP.agent_id, ["wangfang", "nobody"], "你好")
    assert (answer["errcode"], answer["invaliduser"]) == (0, "nobody")
    assert town.words("wang") == ["你好"]
    assert client.access_token == town.token


def test_the_client_sends_a_card_and_updates_it(town: Town, client: Client) -> None:
    card = {"msgtype": "template_card", "template_card": buttons(), "enable_duplicate_check": 1}
    sent = client.message.send(APP.agent_id, "wangfang", msg=card)
    code = sent["response_code"]
    assert (
        client.cards.update(
            userids=["wangfang"], agentid=APP.agent_id, response_code=code, button={"replace_name": "已同意"}
        )["errcode"]
        == 0
    )
    assert town.words("wang") == ["【费用报销】\n[已同意·不可点]"]
    with pytest.raises(WeChatClientException) as spent:
        client.cards.update(atall=1, agentid=APP.agent_id, response_code=code, template_card=notice())
    assert spent.value.errcode == 42022


def test_the_client_uploads_and_sends_a_file_and_a_picture(town: Town, client: Client) -> None:
    file = client.media.upload("file", ("发票.pdf", b"%PDF-1.7"))
    client.message.send_file(APP.agent_id, "wangfang", file["media_id"])
    picture = client.media.upload("image", ("a.png", PNG))
    client.message.send_image(APP.agent_id, "wangfang", picture["media_id"])
    assert [message["file"]["name"] for message in town.chat("wang")] == ["发票.pdf", "a.png"]
    assert client.get("media/get", params={"media_id": file["media_id"]}).content == b"%PDF-1.7"


def test_the_client_reads_a_member_and_the_addresses(client: Client) -> None:
    assert client.user.get("wangfang")["name"] == "王芳"
    assert client.misc.get_wechat_ips() == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("fault", "code"), [({"kind": "api_error", "code": 60020}, 60020), ({"kind": "token_revoked"}, 40014)]
)
def test_refusals_are_the_clients_exceptions(town: Town, client: Client, fault: Json, code: int) -> None:
    town.fault(**fault, api="message/send")
    with pytest.raises(WeChatClientException) as refused:
        client.message.send_text(APP.agent_id, "wangfang", "你好")
    assert refused.value.errcode == code


def test_too_many_calls_are_told_apart(town: Town, client: Client) -> None:
    town.fault("rate_limit", api="message/send")
    with pytest.raises(APILimitedException):
        client.message.send_text(APP.agent_id, "wangfang", "你好")


def test_an_unknown_recipient_is_an_exception_too(client: Client) -> None:
    with pytest.raises(WeChatClientException) as refused:
        client.message.send_text(APP.agent_id, "nobody", "你好")
    assert refused.value.errcode == 81013
