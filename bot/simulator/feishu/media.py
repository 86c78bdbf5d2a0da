"""Feishu's files: uploads of the bot, and downloads of what people and the bot sent (im-v1/image, file)."""

from __future__ import annotations

import struct

from bot.simulator.chats import BOT, Blob, Json, fresh
from bot.simulator.feishu.errors import Refused
from bot.simulator.stage import Stage

MAX_IMAGE = 10 * 1024 * 1024
MAX_FILE = 30 * 1024 * 1024
MAX_DOWNLOAD = 100 * 1024 * 1024
MAX_SIDE, MAX_GIF_SIDE = 12000, 2000
IMAGE_TYPES = ("message", "avatar")
# file_type -> what a message of it must be sent as
FILE_TYPES = {
    "opus": "audio",
    "mp4": "media",
    "pdf": "file",
    "doc": "file",
    "xls": "file",
    "ppt": "file",
    "stream": "file",
}
_IMAGE_STARTS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
)


class Media:
    """Uploads and downloads of the app. Callers hold the stage's lock."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def upload_image(self, image_type: str, data: bytes | None) -> Json:
        """An image of the bot: `{"image_key": …}`."""
        if image_type not in IMAGE_TYPES or data is None:
            raise Refused(234001)
        _sized(data, MAX_IMAGE)
        if not is_image(data):
            raise Refused(234011)
        if max(_sides(data)) > (MAX_GIF_SIDE if data.startswith(b"GIF8") else MAX_SIDE):
            raise Refused(234039)
        return {"image_key": self._keep("img_v3_", "image", "image", data, BOT).key}

    def upload_file(self, file_type: str, name: str, data: bytes | None) -> Json:
        """A file of the bot: `{"file_key": …}`."""
        if file_type not in FILE_TYPES or not name or data is None:
            raise Refused(234001)
        _sized(data, MAX_FILE)
        return {"file_key": self._keep("file_v3_", name, FILE_TYPES[file_type], data, BOT).key}

    def keep_for(self, person: str, name: str, kind: str, data: bytes) -> Blob:
        """What a person sends into the chat; `kind` image has its own kind of key."""
        return self._keep("img_v3_" if kind == "image" else "file_v3_", name, kind, data, person)

    def resource(self, message_id: str, key: str, resource_type: str) -> Blob:
        """A file that came with a message; key and message must belong together."""
        message = self._stage.chats.message(message_id)
        if message is None or resource_type not in ("image", "file"):
            raise Refused(234001)
        if message.recalled:
            raise Refused(230110)
        if message.card is not None:
            raise Refused(234043)
        blob = message.blob
        if blob is None or blob.key != key or (blob.kind == "image") != (resource_type == "image"):
            raise Refused(234003)
        return blob

    def own(self, key: str, kinds: tuple[str, ...]) -> Blob:
        """An upload of the app itself."""
        blob = self._stage.chats.blob(key)
        if blob is None or blob.kind not in kinds:
            raise Refused(234005)
        if blob.owner != BOT:
            raise Refused(234008)
        return blob

    def _keep(self, prefix: str, name: str, kind: str, data: bytes, owner: str) -> Blob:
        return self._stage.chats.keep(Blob(fresh(prefix), name, data, kind, owner))


def is_image(data: bytes) -> bool:
    """Whether the first bytes are those of a picture."""
    return data.startswith(_IMAGE_STARTS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _sized(data: bytes, limit: int) -> None:
    if not data:
        raise Refused(234010)
    if len(data) > limit:
        raise Refused(234006)


def _sides(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG or GIF, whose headers say it plainly; others pass."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return 0, 0
