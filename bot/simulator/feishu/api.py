"""The HTTP door of Feishu's open platform: tokens, limits and faults, then the call itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request

from bot.simulator.chats import Blob, Json, fresh
from bot.simulator.door import Door, Work
from bot.simulator.faults import Fault
from bot.simulator.feishu.app import NAME, FeishuApp
from bot.simulator.feishu.connections import LongConnections
from bot.simulator.feishu.contacts import Contacts
from bot.simulator.feishu.errors import Refused, too_often
from bot.simulator.feishu.media import Media
from bot.simulator.feishu.messages import Draft, Messages
from bot.simulator.feishu.multipart import parts
from bot.simulator.feishu.tokens import Tokens
from bot.simulator.limits import Rate
from bot.simulator.stage import Stage

PER_SECOND = Rate(50, 1.0)
PER_MINUTE = Rate(1000, 60.0)


class OpenApi(Door):
    """Every path the bot uses, as a blueprint. `tokens` is real time, the rest follows the stage.

    `connections` None: the app receives by webhook.
    """

    def __init__(
        self,
        stage: Stage,
        app: FeishuApp,
        messages: Messages,
        media: Media,
        tokens: Tokens,
        connections: LongConnections | None,
    ) -> None:
        super().__init__(stage)
        self._app = app
        self._messages = messages
        self._media = media
        self._contacts = Contacts(stage)
        self._tokens = tokens
        self._connections = connections

    def blueprint(self) -> Blueprint:
        """The routes under /open-apis, and the one that gives out addresses for the long connection."""
        door = Blueprint(NAME, __name__)
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", "/auth/v3/tenant_access_token/internal", self._token),
            ("GET", "/bot/v3/info", self._bot_info),
            ("POST", "/im/v1/messages", self._create),
            ("POST", "/im/v1/messages/<message_id>/reply", self._reply),
            ("PATCH", "/im/v1/messages/<message_id>", self._update),
            ("DELETE", "/im/v1/messages/<message_id>", self._recall),
            ("GET", "/im/v1/messages/<message_id>/resources/<key>", self._resource),
            ("POST", "/im/v1/images", self._upload_image),
            ("GET", "/im/v1/images/<key>", self._own_image),
            ("POST", "/im/v1/files", self._upload_file),
            ("GET", "/im/v1/files/<key>", self._own_file),
            ("POST", "/contact/v3/users/batch_get_id", self._user_ids),
            ("GET", "/contact/v3/users/<user_id>", self._user),
        ]
        for method, path, view in routes:
            name = view.__name__.strip("_")
            door.add_url_rule(f"/open-apis{path}", view_func=view, methods=[method], endpoint=name)
        if self._connections is not None:
            door.add_url_rule("/callback/ws/endpoint", view_func=self._endpoint, methods=["POST"])
        return door

    def _token(self) -> Response:
        return self._answer(self._issue, authorised=False)

    def _issue(self) -> Json:
        asked = _body()
        if not asked.get("app_id") or not asked.get("app_secret") or asked["app_id"] != self._app.app_id:
            raise Refused(10003)
        if asked["app_secret"] != self._app.app_secret:
            raise Refused(10014)
        token, seconds = self._tokens.issue()
        return {"tenant_access_token": token, "expire": seconds}

    def _endpoint(self) -> Response:
        return self._answer(self._invite, authorised=False)

    def _invite(self) -> Json:
        asked = _body()
        if asked.get("AppID") != self._app.app_id:
            raise Refused(1000040346)
        if asked.get("AppSecret") != self._app.app_secret or self._connections is None:
            raise Refused(1000040345)
        return {"msg": "", "data": self._connections.invite()}

    def _bot_info(self) -> Response:
        bot = {
            "activate_status": 2,
            "app_name": self._app.bot_name,
            "avatar_url": "",
            "ip_white_list": [],
            "open_id": self._app.bot_open_id,
        }
        return self._answer(lambda: {"bot": bot})

    def _create(self) -> Response:
        def work() -> Json:
            asked = _body("receive_id", "msg_type", "content")
            id_type = request.args.get("receive_id_type", "")
            return {"data": self._messages.create(id_type, asked["receive_id"], _draft(asked))}

        return self._answer(work)

    def _reply(self, message_id: str) -> Response:
        return self._answer(
            lambda: {"data": self._messages.reply(message_id, _draft(_body("msg_type", "content")))}
        )

    def _update(self, message_id: str) -> Response:
        return self._answer(
            lambda: {"data": self._messages.update_card(message_id, _body("content")["content"])}
        )

    def _recall(self, message_id: str) -> Response:
        return self._answer(lambda: {"data": self._messages.recall(message_id)})

    def _resource(self, message_id: str, key: str) -> Response:
        kind = request.args.get("type", "")
        return self._answer(lambda: _download(self._media.resource(message_id, key, kind)))

    def _upload_image(self) -> Response:
        def work() -> Json:
            sent = _parts()
            image_type = sent.get("image_type", b"").decode(errors="replace")
            return {"data": self._media.upload_image(image_type, sent.get("image"))}

        return self._answer(work)

    def _upload_file(self) -> Response:
        def work() -> Json:
            sent = _parts()
            names = ("file_type", "file_name")
            file_type, name = (sent.get(each, b"").decode(errors="replace") for each in names)
            return {"data": self._media.upload_file(file_type, name, sent.get("file"))}

        return self._answer(work)

    def _own_image(self, key: str) -> Response:
        return self._answer(lambda: _download(self._media.own(key, ("image",))))

    def _own_file(self, key: str) -> Response:
        return self._answer(lambda: _download(self._media.own(key, ("file", "audio", "media"))))

    def _user_ids(self) -> Response:
        def work() -> Json:
            asked = _body()
            id_type = request.args.get("user_id_type", "open_id")
            return {"data": self._contacts.ids(id_type, _texts(asked, "emails"), _texts(asked, "mobiles"))}

        return self._answer(work)

    def _user(self, user_id: str) -> Response:
        id_type = request.args.get("user_id_type", "open_id")
        return self._answer(lambda: {"data": self._contacts.user(id_type, user_id)})

    def _answer(self, work: Work, authorised: bool = True) -> Response:
        response = super()._answer(work, authorised)
        response.headers["X-Tt-Logid"] = fresh("")
        return response

    def _authorise(self) -> None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not token:
            raise Refused(99991661)
        if self._stage.faults.take("token_revoked", api=request.path):
            self._tokens.revoke_all()
        if not self._tokens.valid(token):
            raise Refused(99991663)

    def _limit(self) -> None:
        wait = self._stage.limiter.wait(f"{request.method} {request.endpoint}", PER_SECOND, PER_MINUTE)
        if wait > 0:
            raise too_often(wait, PER_SECOND.count)

    def _struck(self, fault: Fault) -> Refused:
        if fault.kind == "rate_limit":
            return too_often(fault.seconds or 1.0, PER_SECOND.count)
        return Refused(fault.code or 230049)

    def _success(self, done: Json) -> Response:
        return jsonify({"code": 0, "msg": "success"} | done)


def _body(*required: str) -> dict[str, Any]:
    """The JSON object of the request; 99992402 when one of `required` is missing or not a string.

    The official client asks for its token without a Content-Type, so that header is not insisted on.
    """
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refused(99992402, "body is not a json object")
    for name in required:
        if not isinstance(body.get(name), str) or not body[name]:
            raise Refused(99992402, f"{name} is required")
    return body


def _texts(asked: dict[str, Any], name: str) -> list[str]:
    values = asked.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Refused(99992402, f"{name} is a list of strings")
    return values


def _draft(asked: dict[str, Any]) -> Draft:
    return Draft(asked["msg_type"], asked["content"], str(asked.get("uuid") or ""))


def _parts() -> dict[str, bytes]:
    return parts(request.content_type or "", request.get_data())


def _download(blob: Blob) -> Response:
    kind = "image/png" if blob.kind == "image" else "application/octet-stream"
    response = Response(blob.data, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(blob.name)}"
    return response
