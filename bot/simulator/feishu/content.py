"""What the bot wants to say: each message type's content checked, and what the reader will see."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.simulator.chats import BOT, Blob, ChatStore, Json
from bot.simulator.feishu import card_texts, cards
from bot.simulator.feishu.app import FeishuPeople
from bot.simulator.feishu.card_values import words
from bot.simulator.feishu.errors import Refused

MAX_TEXT = 150 * 1024
MAX_POST = 30 * 1024

# Plain phone numbers and mail addresses, the examples that the page gives for 230028.
_PHONE = re.compile(r"(?<![0-9A-Za-z_.])1[3-9]\d{9}(?![0-9A-Za-z_])", re.ASCII)
_EMAIL = re.compile(r"(?<=[A-Za-z0-9._%+-])@[A-Za-z0-9-]+\.[A-Za-z]{2,}", re.ASCII)


@dataclass(frozen=True)
class Content:
    """A checked content: what the client shows and whom it pings."""

    kind: str
    text: str = ""
    card: Json | None = None
    blob: Blob | None = None
    pings: tuple[str, ...] = ()


class ContentReader:
    """Checks contents against the app's people and uploads. `audit` switches 230028 on."""

    def __init__(self, people: FeishuPeople, chats: ChatStore, audit: bool) -> None:
        self._people = people
        self._chats = chats
        self._audit = audit
        self._readers: dict[str, Callable[[str], Content]] = {
            "text": self._text,
            "post": self._post,
            "interactive": self.card,
            "image": self._image,
            "file": self._file,
        }

    def read(self, msg_type: str, content: str) -> Content:
        """The content of a new message. Refused with the platform's code if it is not acceptable."""
        reader = self._readers.get(msg_type)
        if reader is None:
            raise Refused(230001, "invalid msg_type")
        return reader(content)

    def card(self, content: str) -> Content:
        """An interactive card, schema 2.0."""
        card = cards.parse(content)
        cards.check(card, self._known_image, self._people.knows)
        self._audited(*card_texts.readable(card))
        return Content("card", card=card, pings=tuple(card_texts.mentions(card)))

    def _text(self, content: str) -> Content:
        if len(content.encode()) > MAX_TEXT:
            raise Refused(230025)
        text = _object(content).get("text")
        if not isinstance(text, str) or not text:
            raise Refused(230001, "text can not be empty")
        self._audited(text)
        return Content("text", text=card_texts.plain(text), pings=tuple(card_texts.mentioned(text)))

    def _post(self, content: str) -> Content:
        if len(content.encode()) > MAX_POST:
            raise Refused(230025)
        locales = [post for post in _object(content).values() if isinstance(post, dict)]
        if not locales or not all(_is_post(post) for post in locales):
            raise Refused(230001, "content of post is not right: locale, title, content [[{tag}]]")
        post = locales[0]
        self._audited(*card_texts.readable(post))
        return Content("text", text=post_words(post), pings=tuple(_post_pings(post)))

    def _image(self, content: str) -> Content:
        return Content("image", blob=self._upload(content, "image_key", "image"))

    def _file(self, content: str) -> Content:
        return Content("file", blob=self._upload(content, "file_key", "file"))

    def _upload(self, content: str, name: str, kind: str) -> Blob:
        blob = self._chats.blob(str(_object(content).get(name, "")))
        if blob is None or blob.owner != BOT:
            raise Refused(230001, f"invalid {name}")
        if blob.kind != kind:
            raise Refused(230055)
        return blob

    def _known_image(self, key: str) -> bool:
        blob = self._chats.blob(key)
        return blob is not None and blob.kind == "image"

    def _audited(self, *texts: str) -> None:
        if self._audit and any(_PHONE.search(text) or _EMAIL.search(text) for text in texts):
            raise Refused(230028)


def post_words(post: Json) -> str:
    """The lines of a rich-text post, title first."""
    lines = ["".join(_post_piece(piece) for piece in line) for line in post["content"]]
    return "\n".join([line for line in [post.get("title", ""), *lines] if line])


def _post_piece(piece: Json) -> str:
    if piece["tag"] == "at":
        return "@所有人" if piece.get("user_id") == "all" else f"@{piece.get('user_id')}"
    if piece["tag"] == "md":
        return card_texts.plain(str(piece.get("text", "")))
    return str(piece.get("text", {"img": "［图片］", "media": "［视频］", "hr": "———"}.get(piece["tag"], "")))


def _post_pings(post: Json) -> list[str]:
    pieces = [piece for line in post["content"] for piece in line]
    named = [str(piece.get("user_id", "")) for piece in pieces if piece["tag"] == "at"]
    return named + [
        one
        for p in pieces
        if p["tag"] in ("md", "text")
        for one in card_texts.mentioned(str(p.get("text", "")))
    ]


_POST_TAGS = words("text a at img media emotion md hr code_block")


def _is_post(post: Json) -> bool:
    lines = post.get("content")
    return (
        isinstance(lines, list)
        and all(isinstance(line, list) for line in lines)
        and all(
            isinstance(piece, dict) and piece.get("tag") in _POST_TAGS for line in lines for piece in line
        )
    )


def _object(content: str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refused(230001, "content is not a string in json format")
    return value
