"""Who opens a page: asked of the platform once, remembered by the browser in a signed cookie for a while."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from flask import Response, request

from bot.pages import LEFT, Closed
from bot.platform import SendFailed

log = logging.getLogger(__name__)

PLATFORM = "wecom"
WHO, ON_THE_WAY = "qinglian_who", "qinglian_login"
KEPT = timedelta(hours=1)
PATH = "/form"
BACK = f"{PATH}/login"

AGAIN = "没能确认是谁打开的。请在企业微信里再点一次聊天中的链接；填过的内容还在。"
ANOTHER = "这个链接是给另一位同事的，只有本人能打开。请在自己的聊天里发「报销」。"
BUSY = "暂时连不上企业微信，请过一会儿再点一次链接。"


class Tells(Protocol):
    """What a platform offers to tell who holds a browser."""

    def address(self, back: str, state: str) -> str:
        """Return where the browser is sent."""

    def account(self, code: str) -> str:
        """Return the user id behind the code that it brings, "" for nobody of ours. Raises SendFailed."""


class Login:
    """Lets a page be opened only from its person's own account. `secret` signs cookies, which end by real
    time, `machine`."""

    def __init__(
        self, platform: Tells, public_url: str, secret: str, machine: Callable[[], datetime]
    ) -> None:
        self._platform, self._machine = platform, machine
        self._public_url = public_url.rstrip("/")
        self._key = hashlib.sha256(f"qinglian page login {secret}".encode()).digest()

    def ask(self, token: str, account: str) -> Response | None:
        """Return None for a browser that is known to be the account's, else the way to the platform.

        Raises Closed for a POST from any other browser."""
        if self._kept(WHO) == account.lower():
            return None
        if request.method == "POST":
            raise Closed(LEFT, AGAIN)
        state = secrets.token_hex(16)
        response = _to(self._platform.address(self._public_url + BACK, state))
        self._keep(response, ON_THE_WAY, f"{state} {token}")
        return response

    def back(self, account_of: Callable[[str], str]) -> Response:
        """Let a browser in that comes from the platform with a code; `account_of` tells by a link's token
        whose it is. Raises Closed."""
        state, _, token = self._kept(ON_THE_WAY).partition(" ")
        if not token or not hmac.compare_digest(state.encode(), request.args.get("state", "").encode()):
            raise Closed(LEFT, AGAIN)
        account = self._account(request.args.get("code", "")).lower()
        if account != account_of(token).lower():
            raise Closed(LEFT, ANOTHER)
        response = _to(f"{PATH}/{token}")
        self._keep(response, WHO, account)
        response.delete_cookie(ON_THE_WAY, path=PATH)
        return response

    def _account(self, code: str) -> str:
        try:
            account = self._platform.account(code)
        except SendFailed as failure:
            log.warning("a page's login failed: %s", failure.why)
            raise (Closed(LEFT, AGAIN) if failure.permanent else Closed(503, BUSY)) from None
        if not account:
            raise Closed(LEFT, AGAIN)
        return account

    def _keep(self, response: Response, name: str, value: str) -> None:
        end = int((self._machine() + KEPT).timestamp())
        text = f"{value.encode().hex()}.{end}"
        response.set_cookie(
            name,
            f"{text}.{self._sign(name, text)}",
            max_age=KEPT,
            path=PATH,
            secure=self._public_url.startswith("https:"),
            httponly=True,
            samesite="Lax",
        )

    def _kept(self, name: str) -> str:
        """Return the value of a cookie that we signed and that has not run out, else nothing."""
        text, _, sign = request.cookies.get(name, "").rpartition(".")
        if not hmac.compare_digest(self._sign(name, text).encode(), sign.encode()):
            return ""
        value, _, end = text.partition(".")
        return bytes.fromhex(value).decode() if int(end) > self._machine().timestamp() else ""

    def _sign(self, name: str, text: str) -> str:
        return hmac.new(self._key, f"{name} {text}".encode(), hashlib.sha256).hexdigest()


def _to(address: str) -> Response:
    return Response(status=302, headers={"Location": address})
