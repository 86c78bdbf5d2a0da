"""Feishu's sending side: chat lines, cards and files go out, cards are replaced, people's files come in."""

from __future__ import annotations

import io
import json
from pathlib import PurePath
from typing import Any

from lark_oapi.api.im.v1 import (
    CreateFileRequest,
    CreateFileRequestBody,
    CreateImageRequest,
    CreateImageRequestBody,
    CreateMessageRequest,
    CreateMessageRequestBody,
    GetMessageResourceRequest,
    PatchMessageRequest,
    PatchMessageRequestBody,
)

from bot.feishu.cards import to_json
from bot.feishu.client import FeishuClient
from bot.feishu.plain import chat_line, line
from bot.platform import Landed, SendFailed, Sent
from handlers.contract.card import Card

MAX_TEXT = 20_000
MAX_NAME = 200
# Source: im-v1/image/create.
MAX_IMAGE = 10 * 1024 * 1024
_IMAGES = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/bmp", "image/heic"}
# Source: im-v1/file/create.
_FILE_TYPES = {
    ".pdf": "pdf",
    ".doc": "doc",
    ".docx": "doc",
    ".xls": "xls",
    ".xlsx": "xls",
    ".ppt": "ppt",
    ".pptx": "ppt",
}


class FeishuOutbound:
    """Implements `bot.platform.Outbound` through the SDK; any number of threads may use one."""

    def __init__(self, app_id: str, app_secret: str, base_url: str) -> None:
        self._client = FeishuClient(app_id, app_secret, base_url)

    def send_text(self, user_id: str, text: str, token: str) -> str:
        """Send a chat line; return the message id. `token` (at most 50 characters) is the platform's uuid."""
        return self._send(user_id, "text", json.dumps({"text": chat_line(text, MAX_TEXT)}), token)

    def send_card(self, user_id: str, card: Card, token: str) -> Landed:
        """Send a card; its message id is also the handle that replaces it."""
        message_id = self._send(user_id, "interactive", to_json(card), token)
        return Landed(message_id, message_id)

    def send_file(self, user_id: str, content: bytes, name: str, mime: str, token: str) -> str:
        """Send a picture as an image where the platform takes it as one, anything else as a file."""
        picture = self._upload_image(content) if mime in _IMAGES and len(content) <= MAX_IMAGE else None
        if picture:
            return self._send(user_id, "image", json.dumps({"image_key": picture}), token)
        file = self._upload_file(content, name, mime)
        return self._send(user_id, "file", json.dumps({"file_key": file}), token)

    def replace(self, user_id: str, message_id: str, handle: str, card: Card) -> str:
        """Let `card` take the place of one sent at most 14 days ago. Source: im-v1/message/patch."""

        def request() -> Any:
            body = PatchMessageRequestBody.builder().content(to_json(card)).build()
            return PatchMessageRequest.builder().message_id(message_id).request_body(body).build()

        self._client.call(self._client.im.message.patch, request)
        return handle

    def fetch(self, sent: Sent, limit: int) -> bytes:
        """Return what somebody sent. The SDK reads it whole; the platform gives out 100 MB at most.

        Source: im-v1/message-resource/get.
        """

        def request() -> Any:
            wanted = GetMessageResourceRequest.builder().message_id(sent.message_id).file_key(sent.key)
            return wanted.type("image" if sent.image else "file").build()

        response = self._client.call(self._client.im.message_resource.get, request)
        content: bytes = response.file.read()
        if len(content) > limit:
            raise SendFailed("文件太大", permanent=True, too_large=True)
        return content

    def _send(self, user_id: str, kind: str, content: str, token: str) -> str:
        """The same uuid within an hour is one message to the platform. Source: im-v1/message/create."""

        def request() -> Any:
            body = CreateMessageRequestBody.builder()
            body = body.receive_id(user_id).msg_type(kind).content(content).uuid(token).build()
            return CreateMessageRequest.builder().receive_id_type("open_id").request_body(body).build()

        return _said(self._client.call(self._client.im.message.create, request), "message_id")

    def _upload_image(self, content: bytes) -> str | None:
        """None: the platform does not take this picture as one, because of its kind or its measures."""

        def request() -> Any:
            part = ("image", io.BytesIO(content))
            body = CreateImageRequestBody.builder().image_type("message").image(part).build()
            return CreateImageRequest.builder().request_body(body).build()

        try:
            return _said(self._client.call(self._client.im.image.create, request), "image_key")
        except SendFailed as refusal:
            if refusal.permanent:
                return None
            raise

    def _upload_file(self, content: bytes, name: str, mime: str) -> str:
        def request() -> Any:
            part = ("file", io.BytesIO(content))
            body = CreateFileRequestBody.builder().file_type(_file_type(name, mime))
            body = body.file_name(line(name, MAX_NAME)).file(part).build()
            return CreateFileRequest.builder().request_body(body).build()

        return _said(self._client.call(self._client.im.file.create, request), "file_key")


def _file_type(name: str, mime: str) -> str:
    if mime == "application/pdf":
        return "pdf"
    return _FILE_TYPES.get(PurePath(name).suffix.lower(), "stream")


def _said(response: Any, name: str) -> str:
    value = getattr(response.data, name, None)
    if not isinstance(value, str) or not value:
        raise SendFailed(f"飞书的回答里没有 {name}")
    return value
