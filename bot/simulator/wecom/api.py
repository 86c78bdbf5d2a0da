"""The HTTP door of WeCom's API: every path under /cgi-bin that the bot uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request

from bot.simulator.chats import Blob, Json
from bot.simulator.door import Door
from bot.simulator.faults import Fault
from bot.simulator.limits import Rate
from bot.simulator.stage import Stage
from bot.simulator.wecom import contacts
from bot.simulator.wecom.app import NAME, WecomApp
from bot.simulator.wecom.errors import Refused
from bot.simulator.wecom.login import Codes
from bot.simulator.wecom.media import Media
from bot.simulator.wecom.messages import Messages
from bot.simulator.wecom.tokens import EXPIRED, Tokens

# Per API and company, and per caller's address (path/90454).
PER_API = (Rate(10_000, 60.0), Rate(150_000, 3600.0))
PER_ADDRESS = Rate(20_000, 60.0)
TOO_OFTEN, BUSY = 45009, -1


class CgiBin(Door):
    """Every path the bot uses, as a blueprint. `tokens` is real time, the rest follows the stage."""

    def __init__(
        self,
        stage: Stage,
        app: WecomApp,
        messages: Messages,
        media: Media,
        tokens: Tokens,
        codes: Codes,
    ) -> None:
        super().__init__(stage)
        self._codes = codes
        self._app = app
        self._messages = messages
        self._media = media
        self._tokens = tokens

    def blueprint(self) -> Blueprint:
        """The routes under /cgi-bin."""
        door = Blueprint(NAME, __name__, url_prefix="/cgi-bin")
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("GET", "/gettoken", self._gettoken),
            ("POST", "/message/send", self._send),
            ("POST", "/message/update_template_card", self._update),
            ("POST", "/message/recall", self._recall),
            ("POST", "/media/upload", self._upload),
            ("GET", "/media/get", self._download),
            ("GET", "/user/get", self._user),
            ("GET", "/auth/getuserinfo", self._who),
            ("GET", "/getcallbackip", self._addresses),
        ]
        for method, path, view in routes:
            door.add_url_rule(path, view_func=view, methods=[method], endpoint=view.__name__.strip("_"))
        return door

    def _gettoken(self) -> Response:
        return self._answer(self._issue, authorised=False)

    def _issue(self) -> Json:
        corp_id, secret = request.args.get("corpid", ""), request.args.get("corpsecret", "")
        if not corp_id:
            raise Refused(41002)
        if not secret:
            raise Refused(41004)
        if corp_id != self._app.corp_id:
            raise Refused(40013)
        if secret != self._app.secret:
            raise Refused(40001)
        token, seconds = self._tokens.issue()
        return {"access_token": token, "expires_in": seconds}

    def _send(self) -> Response:
        return self._answer(lambda: self._messages.send(_body(), request.get_data()))

    def _update(self) -> Response:
        return self._answer(lambda: self._messages.update(_body()))

    def _recall(self) -> Response:
        return self._answer(lambda: self._messages.recall(_body().get("msgid")))

    def _upload(self) -> Response:
        def work() -> Json:
            part = request.files.get("media")
            name, data = (None, None) if part is None else (part.filename, part.read())
            return self._media.upload(request.args.get("type", ""), name or "", data)

        return self._answer(work)

    def _download(self) -> Response:
        return self._answer(lambda: _file(self._media.get(request.args.get("media_id", ""))))

    def _user(self) -> Response:
        return self._answer(lambda: contacts.user(self._messages.members, request.args.get("userid", "")))

    def _who(self) -> Response:
        return self._answer(lambda: {"userid": self._codes.redeem(request.args.get("code", ""))})

    def _addresses(self) -> Response:
        return self._answer(lambda: {"ip_list": ["127.0.0.1"]})

    def _authorise(self) -> None:
        token = request.args.get("access_token", "")
        if not token:
            raise Refused(41001)
        fault = self._stage.faults.take("token_revoked", api=request.path)
        if fault is not None and fault.code == EXPIRED:
            self._tokens.expire_all()
        elif fault is not None:
            self._tokens.revoke_all()
        code = self._tokens.fault_of(token)
        if code:
            raise Refused(code)

    def _limit(self) -> None:
        limiter = self._stage.limiter
        if limiter.wait(f"{NAME} {request.path}", *PER_API) or limiter.wait(NAME, PER_ADDRESS):
            raise Refused(TOO_OFTEN)

    def _struck(self, fault: Fault) -> Refused:
        if fault.kind == "rate_limit":
            return Refused(TOO_OFTEN)
        return Refused(BUSY if fault.code is None else fault.code)

    def _success(self, done: Json) -> Response:
        return jsonify({"errcode": 0, "errmsg": "ok"} | done)


def _body() -> dict[str, Any]:
    """The JSON object of the request; the platform does not insist on a Content-Type."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refused(47001)
    return body


def _file(blob: Blob) -> Response:
    response = Response(
        blob.data, content_type="image/png" if blob.kind == "image" else "application/octet-stream"
    )
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(blob.name)}"
    return response
