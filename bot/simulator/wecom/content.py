"""What the app wants to say: each message type checked, and what the member will see (path/90236)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.simulator.chats import Blob, Json
from bot.simulator.wecom.app import Members
from bot.simulator.wecom.cards import Surroundings, check_sent
from bot.simulator.wecom.errors import Refused
from bot.simulator.wecom.media import Media
from bot.simulator.wecom.texts import plain_description, plain_markdown, plain_text

MAX_TEXT = 2048
MAX_TITLE, MAX_DESCRIPTION, MAX_URL = 128, 512, 2048
MAX_BUTTON = 4
BUTTON = "详情"


@dataclass(frozen=True)
class Content:
    """A checked content: what the client shows."""

    kind: str
    text: str = ""
    card: Json | None = None
    blob: Blob | None = None


class ContentReader:
    """Checks contents against the members and the files that the platform still keeps."""

    def __init__(self, members: Members, media: Media) -> None:
        self._media = media
        self.around = Surroundings(media.knows, lambda userid: members.find(userid) is not None)
        self._readers: dict[str, Callable[[Any], Content]] = {
            "text": self._text,
            "markdown": self._markdown,
            "textcard": self._textcard,
            "image": lambda part: self._file(part, "image"),
            "file": lambda part: self._file(part, "file"),
            "template_card": lambda part: Content("card", card=check_sent(part, self.around)),
        }

    def read(self, asked: Mapping[str, Any]) -> Content:
        """The content of a send request. Refused with the platform's code if it is not acceptable."""
        kind = asked.get("msgtype")
        reader = self._readers.get(kind) if isinstance(kind, str) else None
        if reader is None:
            raise Refused(40008)
        return reader(asked.get(str(kind)))

    def _text(self, part: Any) -> Content:
        return Content("text", plain_text(_said(part)))

    def _markdown(self, part: Any) -> Content:
        return Content("text", plain_markdown(_said(part)))

    def _textcard(self, part: Any) -> Content:
        title = _string(part, "title", MAX_TITLE) or _missing(41016)
        words = _string(part, "description", MAX_DESCRIPTION) or _missing(44004)
        url = _string(part, "url", MAX_URL) or _missing(40058)
        button = _string(part, "btntxt", MAX_TITLE) or BUTTON
        if len(button) > MAX_BUTTON:
            raise Refused(45002, f"btntxt: more than {MAX_BUTTON} characters")
        return Content("textcard", f"{title}\n{plain_description(words)}\n［{button}］{url}")

    def _file(self, part: Any, kind: str) -> Content:
        return Content(kind, blob=self._media.get(_string(part, "media_id", MAX_TITLE), (kind,)))


def _said(part: Any) -> str:
    """The `content` of a text. The platform may cut a long one; a refusal shows that words would be lost."""
    return _string(part, "content", MAX_TEXT) or _missing(44004)


def _string(part: Any, name: str, most: int) -> str:
    value = part.get(name, "") if isinstance(part, dict) else ""
    if not isinstance(value, str):
        raise Refused(40058, f"{name}: not a string")
    if len(value.encode()) > most:
        raise Refused(45002, f"{name}: more than {most} bytes")
    return value


def _missing(code: int) -> str:
    raise Refused(code)
