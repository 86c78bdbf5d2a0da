"""WeCom's sending side: chat lines, cards and files go out, cards are replaced, people's pictures come in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from hashlib import sha256
from threading import Lock

from bot.picture import drawn
from bot.platform import Landed, SendFailed, Sent
from bot.wecom.cards import Json, in_words, is_whole, render, renewed
from bot.wecom.client import WecomClient
from bot.wecom.failures import KnownTask, Unexplained
from bot.wecom.members import is_user_id
from bot.wecom.pace import Pace
from bot.wecom.plain import chat_text, cut_bytes, line
from handlers.contract.card import Card

log = logging.getLogger(__name__)

# Source: path/90253, temporary media.
MIN_MEDIA, MAX_IMAGE, MAX_FILE = 6, 10 * 1024 * 1024, 20 * 1024 * 1024
_IMAGES = {"image/jpeg", "image/png"}
MAX_NAME = 100
# How many uploads are remembered, for messages whose first attempt failed after the upload.
UPLOADS = 256

Upload = tuple[str, str]
"""What a medium was taken as, and its media id."""


class WecomOutbound:
    """Implements `bot.platform.Outbound` through the SDK; any number of threads may use one.

    `public_url` is where a card without buttons leads; without one such a card goes out in words.
    """

    def __init__(
        self,
        corp_id: str,
        agent_id: int,
        secret: str,
        base_url: str,
        public_url: str = "",
        pace: Pace | None = None,
    ) -> None:
        self._client = WecomClient(corp_id, secret, base_url)
        self._agent_id, self._public_url = agent_id, public_url
        self._pace = pace or Pace()
        self._uploads = _Uploads()

    def send_text(self, user_id: str, text: str, token: str) -> str:
        """Send a chat line, cut to what the platform takes; return the message id."""
        self._pace.take(_one(user_id))
        return self._send_text(user_id, chat_text(text), token)

    def send_card(self, user_id: str, card: Card, token: str) -> Landed:
        """Send a card; in words, too, where it cannot show all, and only so where that says more; its chart
        follows as a picture, for a template card holds none that are not on the web.

        The message id is the task id, which a click names; the handle is good for one replacement within
        72 hours, and words have none.
        """
        landed = self._send_card(user_id, card, token)
        if card.chart:
            self.send_file(user_id, drawn(card.chart), "chart.png", "image/png", token)
        return landed

    def _send_card(self, user_id: str, card: Card, token: str) -> Landed:
        task = _task_id(token)
        shown = render(card, task, self._public_url)
        whole = is_whole(card)
        self._pace.take(_one(user_id), 1 if whole or shown is None else 2)
        if shown is None:
            return Landed(self._send_text(user_id, in_words(card), token), "")
        if not whole:
            self._send_text(user_id, in_words(card), token)
        return Landed(task, self._send_template(user_id, shown, token))

    def send_file(self, user_id: str, content: bytes, name: str, mime: str, token: str) -> str:
        """Send a picture as an image where the platform takes it as one, anything else as a file."""
        if not MIN_MEDIA <= len(content) <= MAX_FILE:
            too_large = len(content) > MAX_FILE
            raise SendFailed("企业微信不收这么大或这么小的文件", permanent=True, too_large=too_large)
        self._pace.take(_one(user_id))
        kind, media = self._uploads.get(token, lambda: self._upload(content, name, mime))
        return _message_id(self._send(user_id, kind, {"media_id": media}, token), token)

    def replace(self, user_id: str, message_id: str, handle: str, card: Card) -> str:
        """Let `card` take the place of one that was sent; the handle is spent by it. Source: path/94888.

        No page tells the code of the refusal for a handle that is spent or older than 72 hours, so that
        every lasting refusal counts as one: there is no second try with the same handle.
        """
        update = {
            "userids": [_one(user_id)],
            "agentid": self._agent_id,
            "response_code": handle,
            "template_card": renewed(card),
        }
        try:
            answer = self._client.cards.update(update)
        except SendFailed as refusal:
            if not refusal.permanent and not isinstance(refusal, Unexplained):
                raise
            log.warning("a card stays as it was: %s", refusal.why)
            raise SendFailed(refusal.why, permanent=True, gone=True) from None
        if answer.get("invaliduser"):
            raise SendFailed("卡片已不在对方那里", permanent=True, gone=True)
        return ""

    def fetch(self, sent: Sent, limit: int) -> bytes:
        """Return a picture that somebody sent; the platform keeps it for three days."""
        return self._client.download(sent.key, limit)

    def _send_text(self, user_id: str, text: str, token: str) -> str:
        answer = self._send(user_id, "text", {"content": cut_bytes(text)}, token)
        return _message_id(answer, token)

    def _send_template(self, user_id: str, shown: Json, token: str) -> str:
        """Return the response code. A card that is known by its task arrived earlier, and its code is lost;
        the next click brings another."""
        try:
            answer = self._send(user_id, "template_card", shown, token)
        except KnownTask:
            return ""
        return str(answer.get("response_code") or "")

    def _send(self, user_id: str, kind: str, content: Json, token: str) -> Json:
        """The same request within the interval is one message to the platform. Source: path/90236."""
        message = {
            "msgtype": kind,
            kind: content,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _interval(token),
        }
        answer: Json = self._client.message.send(self._agent_id, user_id, msg=message)
        if answer.get("invaliduser") or answer.get("unlicenseduser"):
            raise SendFailed("对方不在应用可见范围内，或没有接口许可", permanent=True)
        return answer

    def _upload(self, content: bytes, name: str, mime: str) -> Upload:
        if mime in _IMAGES and len(content) <= MAX_IMAGE:
            try:
                return "image", self._upload_as("image", content, name, mime)
            except SendFailed as refusal:
                if not refusal.permanent:
                    raise
        return "file", self._upload_as("file", content, name, mime)

    def _upload_as(self, kind: str, content: bytes, name: str, mime: str) -> str:
        """Source: path/90253. Bytes, because a file that was read once would go up empty the second time."""
        named = (line(name)[-MAX_NAME:] or "附件", content, mime)
        media = self._client.media.upload(kind, named).get("media_id")
        if not isinstance(media, str) or not media:
            raise SendFailed("企业微信没有给出 media_id")
        return media


class _Uploads:
    """The media of messages under way: a second attempt sends the same one, and so the same request."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._media: dict[str, Upload] = {}

    def get(self, token: str, upload: Callable[[], Upload]) -> Upload:
        """Return what was uploaded for `token`, or the result of `upload`."""
        with self._lock:
            known = self._media.get(token)
        if known:
            return known
        media = upload()
        with self._lock:
            self._media[token] = media
            if len(self._media) > UPLOADS:
                del self._media[next(iter(self._media))]
        return media


def _one(user_id: str) -> str:
    """Anything else than a userid may mean several people, or `@all` of them."""
    if not is_user_id(user_id):
        raise SendFailed("账号不是一个企业微信 userid", permanent=True)
    return user_id


def _task_id(token: str) -> str:
    """The same on every attempt, and of characters that the platform takes. Source: path/90236."""
    return sha256(token.encode()).hexdigest()


def _interval(token: str) -> int:
    """Seconds, half an hour to an hour. The platform compares whole requests: a number of its own keeps a
    message from being taken for an earlier one with the same words, and a second attempt the same."""
    return 1800 + int(_task_id(token)[:8], 16) % 1800


def _message_id(answer: Json, token: str) -> str:
    return str(answer.get("msgid") or _task_id(token))
