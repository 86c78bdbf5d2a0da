"""Who opens a web page in WeCom: the platform's web login, from the way there to the member's userid."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from wechatpy.client.api.base import BaseWeChatAPI

from bot.wecom.client import WecomClient


class _Auth(BaseWeChatAPI):  # type: ignore[misc]  # the SDK has no types
    """The SDK knows an older path only."""

    def member(self, code: str) -> Any:
        """Exchange a code, which is good once and for five minutes. Source: path/96442."""
        return self._client.get("auth/getuserinfo", params={"code": code})


class _Client(WecomClient):
    auth = _Auth()


class WecomLogin:
    """Implements `bot.web.login.Tells`. `login_url` is scheme, host and port of the page that WeCom's client
    passes through by itself."""

    def __init__(self, corp_id: str, agent_id: int, secret: str, base_url: str, login_url: str) -> None:
        self._client = _Client(corp_id, secret, base_url)
        self._corp_id, self._agent_id, self._login_url = corp_id, agent_id, login_url

    def address(self, back: str, state: str) -> str:
        """Return where the browser is sent; it comes `back` with a code and `state`. Source: path/91022."""
        asked = {
            "appid": self._corp_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
            "agentid": self._agent_id,
        }
        return f"{self._login_url}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"

    def account(self, code: str) -> str:
        """Return the userid behind a code, "" for somebody outside the company. Raises SendFailed."""
        return str(self._client.auth.member(code).get("userid") or "")
