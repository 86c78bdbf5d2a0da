"""A program that uses the real lark_oapi client and dispatcher, and prints what they made of the simulator.

Its argument is a JSON object: the simulator's address, the app, a card, a file that a person sent, and two
callbacks as they reached the bot. It runs by itself because importing the SDK takes seconds.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import lark_oapi as lark
import requests
from lark_oapi.api.contact.v3 import BatchGetIdUserRequest, BatchGetIdUserRequestBody, GetUserRequest
from lark_oapi.api.im.v1 import (
    CreateFileRequest,
    CreateFileRequestBody,
    CreateImageRequest,
    CreateImageRequestBody,
    CreateMessageRequest,
    CreateMessageRequestBody,
    DeleteMessageRequest,
    GetFileRequest,
    GetImageRequest,
    GetMessageResourceRequest,
    PatchMessageRequest,
    PatchMessageRequestBody,
    ReplyMessageRequest,
    ReplyMessageRequestBody,
)
from lark_oapi.core.token import TokenManager

Json = dict[str, Any]
Create = Callable[..., Any]


def session(asked: Json) -> Json:
    """Every call that the bot makes, once."""
    app = asked["app"]
    client = (
        lark.Client.builder()
        .app_id(app["id"])
        .app_secret(app["secret"])
        .domain(asked["base_url"])
        .log_level(lark.LogLevel.ERROR)
        .build()
    )
    im = client.im.v1

    def create(person: str, msg_type: str, content: Json, uuid: str = "") -> Any:
        body = CreateMessageRequestBody.builder().receive_id(person).msg_type(msg_type)
        body = body.content(json.dumps(content)).uuid(uuid)
        request = CreateMessageRequest.builder().receive_id_type("open_id").request_body(body.build())
        return im.message.create(request.build())

    first = create("ou_lin", "interactive", asked["card"], "uuid-1")
    again = create("ou_lin", "interactive", asked["card"], "uuid-1")
    wrong = create("ou_lin", "interactive", {"schema": "2.0", "body": {"elements": [{"tag": "note"}]}})
    message_id = first.data.message_id
    patch_body = PatchMessageRequestBody.builder().content(json.dumps(asked["card"])).build()
    patched = im.message.patch(
        PatchMessageRequest.builder().message_id(message_id).request_body(patch_body).build()
    )
    reply_body = ReplyMessageRequestBody.builder().msg_type("text").content('{"text": "好"}').uuid("uuid-2")
    reply = ReplyMessageRequest.builder().message_id(message_id).request_body(reply_body.build())
    replied = im.message.reply(reply.build())
    recalled = im.message.delete(DeleteMessageRequest.builder().message_id(message_id).build())

    png = io.BytesIO(asked["png"].encode("latin1"))
    picture = CreateImageRequestBody.builder().image_type("message").image(png)
    image = im.image.create(CreateImageRequest.builder().request_body(picture.build()).build())
    pdf = io.BytesIO(b"%PDF-1.7")
    sheet = CreateFileRequestBody.builder().file_type("pdf").file_name("发票.pdf").file(pdf)
    file = im.file.create(CreateFileRequest.builder().request_body(sheet.build()).build())
    own_image = im.image.get(GetImageRequest.builder().image_key(image.data.image_key).build())
    own_file = im.file.get(GetFileRequest.builder().file_key(file.data.file_key).build())
    received = asked["file"]
    resource = GetMessageResourceRequest.builder().message_id(received["message_id"])
    downloaded = im.message_resource.get(resource.file_key(received["key"]).type("file").build())

    ids_body = BatchGetIdUserRequestBody.builder().mobiles(["13800000001"]).emails([]).include_resigned(False)
    ids = BatchGetIdUserRequest.builder().user_id_type("open_id").request_body(ids_body.build())
    found = client.contact.v3.user.batch_get_id(ids.build())
    user = client.contact.v3.user.get(
        GetUserRequest.builder().user_id("ou_lin").user_id_type("open_id").build()
    )
    info = client.request(
        lark.BaseRequest.builder()
        .http_method(lark.HttpMethod.GET)
        .uri("/open-apis/bot/v3/info")
        .token_types({lark.AccessTokenType.TENANT})
        .build()
    )
    return {
        "ids": [message_id, again.data.message_id],
        "wrong": [wrong.code, wrong.msg],
        "codes": [r.code for r in (first, again, patched, replied, recalled, image, file, found, user, info)],
        "outside": create("ou_nobody", "text", {"text": "好"}).code,
        "sender": first.data.sender.id,
        "own_image": own_image.file.read().decode("latin1"),
        "own_file": [own_file.file_name, own_file.file.read().decode("latin1")],
        "downloaded": [downloaded.file_name, downloaded.file.read().decode("latin1")],
        "found": found.data.user_list[0].user_id,
        "user": user.data.user.name,
        "bot": json.loads(info.raw.content)["bot"]["open_id"],
        "limited": _limited(create),
        "revoked": _revoked(asked["base_url"], create, app["id"]),
        "events": [_dispatched(app, callback) for callback in asked["callbacks"]],
    }


def _limited(create: Create) -> list[int]:
    """A burst to one person until the simulator says no."""
    return [create("ou_wang", "text", {"text": "好"}).code for _ in range(6)]


def _revoked(base_url: str, create: Create, app_id: str) -> list[int]:
    """The SDK keeps a dead token until somebody takes it out of its cache."""
    requests.post(f"{base_url}/_sim/fault", json={"kind": "token_revoked"}, timeout=5)
    dead = [create("ou_chen", "text", {"text": "好"}).code for _ in range(2)]
    TokenManager.cache.cache.pop(f"self_tenant_token:{app_id}")
    return [*dead, create("ou_chen", "text", {"text": "好"}).code]


def _dispatched(app: Json, callback: Json) -> list[Any]:
    """Let the SDK's own dispatcher check, decrypt and parse a callback."""
    seen: list[Any] = []

    def message(event: Any) -> None:
        seen.append(event.event.message.content)

    def click(event: Any) -> Json:
        seen.append(event.event.action.value)
        return {"toast": {"type": "info", "content": "好"}}

    handler = (
        lark.EventDispatcherHandler.builder(app["encrypt_key"], app["verification_token"])
        .register_p2_im_message_receive_v1(message)
        .register_p2_card_action_trigger(click)
        .build()
    )
    request = lark.RawRequest()
    request.uri = "/callbacks/feishu"
    request.headers = callback["headers"]
    request.body = callback["body"].encode()
    return [handler.do(request).status_code, *seen]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(session(json.loads(sys.argv[1]))))
