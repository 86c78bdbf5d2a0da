"""The Feishu SDK made dependable: one token for all threads, short timeouts, every failure a SendFailed.

Importing this module costs about four seconds and 170 MB, so that only the relay does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

import requests
from lark_oapi import Client, LogLevel, RequestOption
from lark_oapi.api.auth.v3 import InternalTenantAccessTokenRequest, InternalTenantAccessTokenRequestBody
from lark_oapi.core.exception import UnmarshalException

from bot.feishu import sdk_log
from bot.feishu.failures import BAD_TOKEN, failure
from bot.platform import SendFailed

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
# A token with less than half an hour left is replaced by the platform, so ours never runs out in mid-air.
RENEW_SECONDS = 600

# What comes out of the SDK when an answer is not the JSON object that it expects.
_UNREADABLE = (ValueError, AttributeError, TypeError, UnmarshalException)

Method = Callable[[Any, Any], Any]


class FeishuClient:
    """Calls the open platform at `base_url` (scheme, host and port; http only for loopback) for one app.

    `call` may be used by any number of threads.
    """

    def __init__(self, app_id: str, app_secret: str, base_url: str) -> None:
        self._app_id, self._app_secret = app_id, app_secret
        self._sdk = (
            Client.builder()
            .app_id(app_id)
            .app_secret(app_secret)
            .domain(base_url)
            .timeout((CONNECT_SECONDS, READ_SECONDS))
            .enable_set_token(True)
            .log_level(LogLevel.WARNING)
            .build()
        )
        sdk_log.tame()
        self._token = _Token(self._new_token)

    @property
    def im(self) -> Any:
        """The SDK's message API, whose methods `call` takes."""
        return self._sdk.im.v1

    def call(self, method: Method, make_request: Callable[[], Any]) -> Any:
        """Return the SDK's response to a request that succeeded. Raises SendFailed.

        `make_request` is asked for every attempt: the SDK writes into a request and uses its files up.
        """
        token = self._token.get()
        response = _ask(method, make_request(), token)
        if response.code in BAD_TOKEN:
            self._token.drop(token)
            response = _ask(method, make_request(), self._token.get())
        return _succeeded(response)

    def try_token(self) -> None:
        """Ask for a token, to see whether the app's credentials are right. Raises SendFailed."""
        self._new_token()

    def _new_token(self) -> tuple[str, float]:
        """Return a token and the seconds it lives. Source: auth-v3/auth/tenant_access_token_internal."""
        body = InternalTenantAccessTokenRequestBody.builder()
        body = body.app_id(self._app_id).app_secret(self._app_secret).build()
        request = InternalTenantAccessTokenRequest.builder().request_body(body).build()
        response = _succeeded(_ask(self._sdk.auth.v3.tenant_access_token.internal, request, token=""))
        try:
            # The SDK's own model looks for the token one level too deep.
            answer = json.loads(response.raw.content)
            token, seconds = answer["tenant_access_token"], float(answer["expire"])
        except (ValueError, LookupError, TypeError):
            raise SendFailed("飞书没有给出访问凭证") from None
        if not isinstance(token, str) or not token:
            raise SendFailed("飞书没有给出访问凭证")
        return token, seconds


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
                self._renew_at = monotonic() + seconds - RENEW_SECONDS
            return self._value

    def drop(self, value: str) -> None:
        """Forget `value`, unless another thread has replaced it already."""
        with self._lock:
            if self._value == value:
                self._value = ""


def _ask(method: Method, request: Any, token: str) -> Any:
    try:
        response = method(request, RequestOption.builder().tenant_access_token(token).build())
    except requests.RequestException as error:
        raise SendFailed(f"连不上飞书 {type(error).__name__}") from None
    except _UNREADABLE:
        raise SendFailed("飞书的回答读不懂") from None
    if not isinstance(response.code, int | None):
        raise SendFailed("飞书的回答读不懂")
    return response


def _succeeded(response: Any) -> Any:
    if not response.success():
        raise failure(response.code, response.raw.status_code, response.raw.headers)
    return response
