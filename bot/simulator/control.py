"""The control API under /_sim: say, click, upload, event, clock, faults, and what everybody sees."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from flask import Blueprint, Response, jsonify, request

from bot.simulator.chats import BOT, Blob, Json, Message
from bot.simulator.directory import SimPerson
from bot.simulator.refusal import ClientRefused
from bot.simulator.restart import Restart
from bot.simulator.stage import Stage


class Platform(Protocol):
    """What a simulated platform lets a person do. Every call may raise ClientRefused."""

    name: str

    def blueprint(self) -> Blueprint: ...
    def clear(self) -> None: ...
    def serves(self, person: SimPerson) -> bool: ...
    def say(self, person: SimPerson, text: str, chat: str = ..., kind: str = ...) -> Json: ...
    def send_raw(self, person: SimPerson, kind: str, content: Mapping[str, Any], chat: str = ...) -> Json: ...
    def upload(self, person: SimPerson, name: str, data: bytes, kind: str = ..., chat: str = ...) -> Json: ...
    def click(
        self, person: SimPerson, label: str, values: Mapping[str, Any], message_id: str = ...
    ) -> Json: ...
    def event(self, person: SimPerson, kind: str, asked: Mapping[str, Any]) -> Json: ...
    def show(self, message: Message) -> Json: ...


class Control:
    """The routes. `platforms` in the order in which a person with several accounts uses them."""

    def __init__(self, stage: Stage, platforms: Mapping[str, Platform], reset: Callable[[], None]) -> None:
        self._stage = stage
        self._platforms = platforms
        self._reset = reset

    def blueprint(self) -> Blueprint:
        """Everything under /_sim."""
        control = Blueprint("control", __name__, url_prefix="/_sim")
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", "/say", self.say),
            ("POST", "/click", self.click),
            ("POST", "/upload", self.upload),
            ("POST", "/event", self.event),
            ("POST", "/redeliver", self.redeliver),
            ("POST", "/clock", self.clock),
            ("GET", "/clock", self.read_clock),
            ("POST", "/fault", self.fault),
            ("GET", "/fault", self.faults),
            ("DELETE", "/fault", self.no_faults),
            ("GET", "/people", self.people),
            ("GET", "/chats/<person>", self.chats),
            ("GET", "/log", self.log),
            ("POST", "/reset", self.reset),
            ("POST", "/restart", self.restart),
            ("GET", "/restart", self.restarting),
        ]
        for method, path, view in routes:
            control.add_url_rule(path, view_func=view, methods=[method], endpoint=view.__name__)
        control.register_error_handler(ClientRefused, _refused)
        return control

    def say(self) -> Response:
        """`{person, text, type?: text|post, chat?: p2p|group}`, or `{person, type, content}` for any other
        type: `{status, message_id, event_id, error}`. `status` is the bot's, null when it gave none."""
        asked = _json()
        person, platform = self._present(asked)
        kind, chat = str(asked.get("type", "text")), str(asked.get("chat", "p2p"))
        if isinstance(asked.get("content"), dict):
            return jsonify(platform.send_raw(person, kind, asked["content"], chat))
        return jsonify(platform.say(person, _field(asked, "text"), chat, kind))

    def click(self) -> Response:
        """`{person, label, values?, message_id?}`: `{status, toast, error, url, message}`. 409 when the
        button cannot be pressed, 422 when the app does not let `values` through."""
        asked = _json()
        person, platform = self._present(asked)
        message_id = str(asked.get("message_id") or "")
        values = asked.get("values") or {}
        if not isinstance(values, dict):
            raise ClientRefused(400, "values：名字到填写内容的对象")
        done = platform.click(person, _field(asked, "label"), values, message_id)
        return jsonify(done | {"message": self._shown(done["message_id"])})

    def upload(self) -> Response:
        """Multipart `person`, `file`, or `{person, name, content_base64}`, each with `kind?: file|image`."""
        if request.files:
            asked: dict[str, Any] = dict(request.form)
            part = request.files["file"]
            name, data = part.filename or "file", part.read()
        else:
            asked = _json()
            name = _field(asked, "name")
            try:
                data = base64.b64decode(_field(asked, "content_base64"), validate=True)
            except ValueError:
                raise ClientRefused(400, "content_base64 不是 base64") from None
        person, platform = self._present(asked)
        kind, chat = str(asked.get("kind", "file")), str(asked.get("chat", "p2p"))
        return jsonify(platform.upload(person, name, data, kind, chat))

    def event(self) -> Response:
        """`{person, type}`; see the platform for the types and what else they take."""
        asked = _json()
        person, platform = self._who(asked)
        return jsonify(platform.event(person, _field(asked, "type"), asked))

    def redeliver(self) -> Response:
        """`{count?: 1, event?: type}`: the newest callbacks once more, byte for byte, and what came of it."""
        asked = _json()
        count = asked.get("count", 1)
        if not isinstance(count, int) or count < 1:
            raise ClientRefused(400, "count：从 1 起的整数")
        again = self._stage.delivery.again(count, str(asked.get("event", "")))
        return jsonify(
            {
                "results": [
                    {"event": c.event, "event_id": c.event_id, "status": o.status, "error": o.error or None}
                    for c, o in again
                ]
            }
        )

    def clock(self) -> Response:
        """`{shift_seconds}`, `{now}` (ISO with offset) or `{reset: true}`: `{offset_seconds, now}`."""
        asked = _json()
        with self._stage.lock:
            try:
                self._move_clock(asked)
            except (ValueError, OverflowError):
                raise ClientRefused(400, "时钟最多拨一百年") from None
        return self.read_clock()

    def _move_clock(self, asked: Mapping[str, Any]) -> None:
        if asked.get("reset"):
            self._stage.clock.reset()
        elif "now" in asked:
            self._stage.clock.move_to(_moment(_field(asked, "now")))
        elif isinstance(asked.get("shift_seconds"), int | float):
            self._stage.clock.shift(float(asked["shift_seconds"]))
        else:
            raise ClientRefused(400, "shift_seconds、now 或 reset，三选一")

    def read_clock(self) -> Response:
        """`{offset_seconds, now}`."""
        with self._stage.lock:
            now = self._stage.now().isoformat()
            return jsonify({"offset_seconds": self._stage.clock.offset, "now": now})

    def fault(self) -> Response:
        """`{kind, times?, api?, person?, seconds?, code?}`; the kinds are in faults.KINDS."""
        asked = _json()
        if "person" in asked:
            self._person(asked)
        try:
            with self._stage.lock:
                return jsonify(asdict(self._stage.faults.add(**asked)))
        except (TypeError, ValueError) as wrong:
            raise ClientRefused(400, str(wrong)) from None

    def faults(self) -> Response:
        """What is still to go wrong."""
        with self._stage.lock:
            return jsonify({"faults": self._stage.faults.waiting()})

    def no_faults(self) -> Response:
        """Nothing goes wrong any more."""
        with self._stage.lock:
            self._stage.faults.clear()
            return jsonify({"faults": []})

    def people(self) -> Response:
        """Everybody, with the platforms on which they have an account."""
        with self._stage.lock:
            return jsonify(
                {
                    "people": [
                        {
                            "key": person.key,
                            "name": person.name,
                            "department": person.department,
                            "platforms": self.serving(person),
                            "left": self._stage.directory.has_left(person),
                        }
                        for person in self._stage.directory
                    ]
                }
            )

    def chats(self, person: str) -> Response:
        """All messages that the person sees, oldest first; `?platform=` keeps one platform's."""
        found = self._person({"person": person})
        platform = request.args.get("platform", "")
        with self._stage.lock:
            seen = self._stage.chats.seen_by(found.key, platform)
            return jsonify({"person": found.key, "messages": [self.shown(m) for m in seen]})

    def log(self) -> Response:
        """API calls and callbacks, oldest first: paths and codes only."""
        with self._stage.lock:
            return jsonify({"log": self._stage.traffic.entries()})

    def reset(self) -> Response:
        """Begin again with the same people."""
        self._reset()
        return jsonify({"ok": True})

    def restart(self) -> Response:
        """Begin again with an empty assistant as well: 202, also when that is under way already."""
        self._restart().begin()
        response = self.restarting()
        response.status_code = 202
        return response

    def restarting(self) -> Response:
        """How far starting over is: `{state, words}`."""
        return jsonify(self._restart().told())

    def serving(self, person: SimPerson) -> list[str]:
        """The platforms on which a person has an account."""
        return [each.name for each in self._platforms.values() if each.serves(person)]

    def _restart(self) -> Restart:
        if self._stage.restart is None:
            raise ClientRefused(404, "这里不能从头开始，只有 demo 里可以")
        return self._stage.restart

    def _present(self, asked: Mapping[str, Any]) -> tuple[SimPerson, Platform]:
        person, platform = self._who(asked)
        with self._stage.lock:
            if self._stage.directory.has_left(person):
                raise ClientRefused(409, f"{person.name} 已经离开，登录不了了")
        return person, platform

    def _who(self, asked: Mapping[str, Any]) -> tuple[SimPerson, Platform]:
        person = self._person(asked)
        name = asked.get("platform")
        if name is not None and not (isinstance(name, str) and name in self._platforms):
            raise ClientRefused(404, f"没有开这个平台：{name}")
        fitting = [p for p in self._platforms.values() if p.serves(person) and name in (None, p.name)]
        if not fitting:
            raise ClientRefused(409, f"{person.name} 在{name or '这里'}没有账号")
        return person, fitting[0]

    def _person(self, asked: Mapping[str, Any]) -> SimPerson:
        key = _field(asked, "person")
        with self._stage.lock:
            person = self._stage.directory.find(key)
        if person is None:
            raise ClientRefused(404, f"没有这个人：{key}")
        return person

    def _shown(self, message_id: str) -> Json | None:
        with self._stage.lock:
            message = self._stage.chats.message(message_id)
            return None if message is None else self.shown(message)

    def shown(self, message: Message) -> Json:
        """A message as whoever reads it sees it now. The caller holds the lock."""
        gone = message.recalled
        shown: Json = {
            "message_id": message.message_id,
            "platform": message.chat.platform,
            "chat": message.chat.kind,
            "from": "bot" if message.sender == BOT else "person",
            "sender": message.sender,
            "type": message.kind,
            "text": "" if gone else message.text,
            "card": None if gone else message.card,
            "words": "（消息已撤回）" if gone else message.text,
            "buttons": [],
            "form": [],
            "sent_at": message.sent_at.isoformat(),
            "updated_at": message.updated_at.isoformat(),
            "recalled": gone,
            "pinged_all": message.pinged_all,
            "reply_to": message.reply_to or None,
            "file": None if gone or message.blob is None else _file(message.blob),
        }
        if not gone:
            shown |= self._platforms[message.chat.platform].show(message)
        return shown


def _file(blob: Blob) -> Json:
    return {"name": blob.name, "size": len(blob.data), "sha256": blob.sha256}


def _refused(refused: ClientRefused) -> Response:
    response = jsonify({"error": refused.message})
    response.status_code = refused.status
    return response


def _json() -> dict[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise ClientRefused(400, "要一个 JSON 对象（Content-Type: application/json）")
    return asked


def _field(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise ClientRefused(400, f"缺 {name}")
    return value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ClientRefused(400, f"不是时间：{text}") from None
    if moment.tzinfo is None:
        raise ClientRefused(400, "时间要带时区，例如 2026-03-03T09:00:00+08:00")
    return moment
