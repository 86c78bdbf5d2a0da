"""Temporary files: uploads of the app and pictures of members, kept for three days (path/90253)."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.simulator.chats import BOT, Blob, Json, fresh
from bot.simulator.stage import Stage
from bot.simulator.wecom.errors import Refused

LIFE = timedelta(days=3)
MB = 1024 * 1024
# type -> the most bytes; every file has more than MIN_BYTES.
LIMITS = {"image": 10 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}
MIN_BYTES = 5
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class Media:
    """Callers hold the stage's lock. Three days are simulated days, since the bot's own clock counts them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._made: dict[str, datetime] = {}

    def clear(self) -> None:
        """Forget when anything was made."""
        self._made.clear()

    def upload(self, kind: str, name: str, data: bytes | None) -> Json:
        """A file of the app: `{type, media_id, created_at}`."""
        if kind not in LIMITS:
            raise Refused(40004)
        if data is None or not name:
            raise Refused(41005, "form-data with media, filename included")
        if not data:
            raise Refused(44001)
        if len(data) <= MIN_BYTES:
            raise Refused(40006, f"a file has more than {MIN_BYTES} bytes")
        if len(data) > LIMITS[kind]:
            raise Refused(45001)
        if not _is(kind, data):
            raise Refused(40004, f"these bytes are no {kind}")
        blob = self.keep(BOT, name, kind, data)
        return {"type": kind, "media_id": blob.key, "created_at": str(int(self._stage.now().timestamp()))}

    def keep(self, owner: str, name: str, kind: str, data: bytes) -> Blob:
        """Store what the app uploads or a member sends."""
        blob = self._stage.chats.keep(Blob(fresh("3"), name, data, kind, owner))
        self._made[blob.key] = self._stage.now()
        return blob

    def get(self, media_id: str, kinds: tuple[str, ...] = tuple(LIMITS)) -> Blob:
        """A file that is not older than three days. Refused with 40007 when there is none of `kinds`."""
        if not media_id:
            raise Refused(41006)
        blob = self._stage.chats.blob(media_id)
        made = self._made.get(media_id)
        if blob is None or made is None or blob.kind not in kinds or self._stage.now() - made > LIFE:
            raise Refused(40007)
        return blob

    def knows(self, media_id: str) -> bool:
        """Whether `get` would find it."""
        try:
            return bool(self.get(media_id))
        except Refused:
            return False


def is_picture(data: bytes) -> bool:
    """Whether the first bytes are those of a JPG or PNG."""
    return data.startswith(_PICTURES)


def _is(kind: str, data: bytes) -> bool:
    """JPG or PNG, AMR, MP4 (whose mark stands at byte 4); a file may be anything."""
    if kind == "image":
        return is_picture(data)
    if kind == "voice":
        return data.startswith(b"#!AMR")
    return kind == "file" or data[4:8] == b"ftyp"
