"""wechatpy made dependable: one token for all threads, short timeouts, every failure a SendFailed.

Left alone, the client of wechatpy.enterprise has the address of gettoken and of downloads built in, knows no
timeout for either, renews a token without end, and takes 40001 for a bad token, which here is a bad secret.
Importing this module costs a quarter of a second, so that only the relay does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

import msgspec
import requests
from wechatpy.client.api.base import BaseWeChatAPI
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.platform import SendFailed
from bot.wecom.failures import TokenRefused, failure

TIMEOUT = (3.0, 10.0)
# The platform returns the same token until it runs out, so that there is nothing to be had earlier.
RENEW_SECONDS, RENEW_PAUSE = 60, 10
CHUNK = 64 * 1024
_ERROR_BYTES = 4096

# What comes out of the SDK when an answer is not the JSON object that it expects.
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)

Json = dict[str, Any]
T = TypeVar("T")


class _Cards(BaseWeChatAPI):  # type: ignore[misc]  # the SDK has no types
    """What the SDK lacks of messages."""

    def update(self, data: Json) -> Any:
        """Let a card take the place of another. Source: path/94888."""
        return self._client.post("message/update_template_card", data=data)


class WecomClient(WeChatClient):  # type: ignore[misc]  # the SDK has no types
    """Calls the platform at `base_url` (scheme, host and port) as one app; any number of threads may.

    The SDK's own methods can be used as they are: each takes the token, is tried once more when the token
    is refused, and raises SendFailed.
    """

    cards = _Cards()

    def __init__(self, corp_id: str, secret: str, base_url: str) -> None:
        self.API_BASE_URL = f"{base_url}/cgi-bin/"
        self._tokens = _Token(self._new_token)
        super().__init__(corp_id, secret, timeout=TIMEOUT, auto_retry=False)
        # At DEBUG it writes whole addresses, which hold the secret and the token.
        logging.getLogger("urllib3").setLevel(logging.INFO)

    @property
    def access_token(self) -> str:
        """The token to use now."""
        return self._tokens.get()

    def try_token(self) -> None:
        """Ask for a token, to see whether the app's credentials are right. Raises SendFailed."""
        self._new_token()

    def download(self, media_id: str, limit: int) -> bytes:
        """Return a file that was sent to us; more than `limit` bytes fails for good. Source: path/90254."""
        return self._with_token(lambda token: self._downloaded(token, media_id, limit))

    def _request(self, method: str, url_or_endpoint: str, **given: Any) -> Json:
        """Every call of the SDK passes here. The same call is the same bytes, so that a repeat is known."""
        if isinstance(given.get("data"), dict):
            given["data"] = msgspec.json.encode(given["data"], order="sorted")
            given["headers"] = {"Content-Type": "application/json; charset=utf-8"}
        params = given.pop("params", {})

        def ask(token: str) -> Json:
            return _answered(
                lambda: super(WecomClient, self)._request(
                    method, url_or_endpoint, params={**params, "access_token": token}, **given
                )
            )

        return self._with_token(ask)

    def _with_token(self, ask: Callable[[str], T]) -> T:
        token = self._tokens.get()
        try:
            return ask(token)
        except TokenRefused:
            self._tokens.drop(token)
            return ask(self._tokens.get())

    def _new_token(self) -> tuple[str, float]:
        """Return a token and the seconds it lives. Source: path/91039."""
        params = {"corpid": self.corp_id, "corpsecret": self.secret}
        answer = _answered(
            lambda: super(WecomClient, self)._request(
                "get", "gettoken", params={**params, "access_token": None}
            )
        )
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise SendFailed("企业微信没有给出访问凭证")
        return token, seconds

    def _downloaded(self, token: str, media_id: str, limit: int) -> bytes:
        params = {"access_token": token, "media_id": media_id}
        url = f"{self.API_BASE_URL}media/get"
        try:
            with self._http.get(url, params=params, timeout=TIMEOUT, stream=True) as response:
                if response.status_code != requests.codes.ok:
                    raise failure(None, response.status_code)
                content = _read(response, limit)
                headers = response.headers
        except requests.RequestException as error:
            raise _unreachable(error) from None
        _raise_error(content, headers)
        return content


class _Token:
    """One token for everybody: while one thread fetches, the others wait instead of fetching too."""

    def __init__(self, fetch: Callable[[], tuple[str, float]]) -> None:
        self._fetch = fetch
        self._lock = Lock()
        self._value, self._renew_at = "", 0.0

    def get(self) -> str:
        with self._lock:
            if not self._value or monotonic() >= self._renew_at:
                self._value, seconds = self._fetch()
                self._renew_at = monotonic() + max(seconds - RENEW_SECONDS, RENEW_PAUSE)
            return self._value

    def drop(self, value: str) -> None:
        """Forget `value`, unless another thread has replaced it already."""
        with self._lock:
            if self._value == value:
                self._value = ""


def _answered(ask: Callable[[], Any]) -> Json:
    try:
        answer = ask()
    except WeChatClientException as refusal:
        raise failure(refusal.errcode, _status(refusal)) from None
    except requests.RequestException as error:
        raise _unreachable(error) from None
    except _UNREADABLE:
        raise _unreadable() from None
    if not isinstance(answer, dict):
        raise _unreadable()
    return answer


def _status(refusal: WeChatClientException) -> int:
    return getattr(refusal.response, "status_code", 0)


def _unreachable(error: requests.RequestException) -> SendFailed:
    """The error itself names the address, and with it the token."""
    return SendFailed(f"连不上企业微信（{type(error).__name__}）")


def _unreadable() -> SendFailed:
    return SendFailed("企业微信的回答读不懂")


def _read(response: requests.Response, limit: int) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(CHUNK):
        content += chunk
        if len(content) > limit:
            raise SendFailed("文件太大", permanent=True, too_large=True)
    return bytes(content)


def _raise_error(content: bytes, headers: Mapping[str, str]) -> None:
    """A file comes as an attachment; a refusal is a small JSON object with status 200."""
    if "content-disposition" in headers or len(content) > _ERROR_BYTES or not content.startswith(b"{"):
        return
    try:
        code = msgspec.json.decode(content, type=_Error).errcode
    except (msgspec.MsgspecError, RecursionError):
        return
    if code:
        raise failure(code, requests.codes.ok)


class _Error(msgspec.Struct):
    errcode: int = 0
