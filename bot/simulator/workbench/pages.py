"""The workbench: everybody's chats side by side, the clock, the faults; drawn here, moved by workbench.js."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Protocol

from flask import Blueprint, Response, jsonify, render_template, request, send_file

from bot.simulator.chats import BOT, Json, Message
from bot.simulator.directory import SimPerson
from bot.simulator.refusal import ClientRefused
from bot.simulator.stage import Stage
from bot.simulator.workbench import guide, moves
from bot.simulator.workbench.drawing import draw
from bot.simulator.workbench.trouble import SWITCHES, told_of

PLATFORM_NAMES = {"feishu": "飞书", "wecom": "企业微信"}
SUGGESTED = ("报销", "待办", "我的", "帮助", "取消")
FIRST_ROLES = ("经办人", "项目负责人", "财务负责人")
SHOWN = 60
"""As many messages of a chat as are drawn, the newest; older ones only while they can be acted on."""

MOST_PANES = 12

PASSPHRASE = "chunhui-2026"  # noqa: S105 - shown to everybody who plays
"""What opens the desk of the sample's receivers."""

LISTS = (
    ("expense.claims", "全部单子"),
    ("finding.list", "问题与整改"),
    ("selfcheck.months", "每月自查"),
    ("duty.list", "年度任务"),
)
"""Pages of the assistant that list what it remembers."""

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")


class Shows(Protocol):
    """What the workbench wants of the control API: who is there, and what they see."""

    def serving(self, person: SimPerson) -> Sequence[str]: ...
    def shown(self, message: Message) -> Json: ...


@dataclass(frozen=True)
class Pane:
    """One person's chat on one platform."""

    person: SimPerson
    platform: str

    @property
    def name(self) -> str:
        """As the address of the page and the script name it: `lin@feishu`."""
        return f"{self.person.key}@{self.platform}"


class Workbench:
    """The page and what its script asks for."""

    def __init__(self, stage: Stage, shows: Shows) -> None:
        self._stage, self._shows = stage, shows

    def blueprint(self) -> Blueprint:
        """`/`, `/_sim/workbench` and `/_sim/files/<message>`."""
        pages = Blueprint(
            "workbench", __name__, static_folder="../static", static_url_path="/static",
            template_folder="../templates",
        )  # fmt: skip
        pages.add_url_rule("/", view_func=self.page)
        pages.add_url_rule("/_sim/workbench", view_func=self.state)
        pages.add_url_rule("/_sim/workbench/clock", view_func=self.move, methods=["POST"])
        pages.add_url_rule("/_sim/files/<message_id>", view_func=self.file)
        pages.register_error_handler(ClientRefused, _refused)
        return pages

    def page(self) -> Response:
        """The whole page; `?panes=lin@feishu,li@wecom` says whose chats stand side by side."""
        with self._stage.lock:
            panes = self._asked_for()
            page = render_template(
                "workbench.html",
                people=[(person, self._shows.serving(person)) for person in self._stage.directory],
                panes=panes,
                platform_names=PLATFORM_NAMES,
                suggested=SUGGESTED,
                moves=moves.MOVES,
                switches=SWITCHES,
                assistant=self._stage.delivery.url,
                lists=LISTS,
                passphrase=PASSPHRASE,
                can_restart=self._stage.restart is not None,
            )
        response = Response(page)
        frames = f"frame-src {self._stage.delivery.url}" if self._stage.delivery.url else "frame-src 'none'"
        response.headers["Content-Security-Policy"] = (
            f"default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; {frames}"
        )
        return response

    def state(self) -> Response:
        """What changes: `{clock, panes: {name: [{id, rev, html}]}, heard, hint, records, faults,
        restarting}`; 304 when nothing did. `heard` counts what the assistant has said to each person on each
        platform."""
        with self._stage.lock:
            answer = jsonify(self._state(self._asked_for()))
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    def move(self) -> Response:
        """`{move}`: the clock goes on as its button says; `{move: "now"}` takes it back to real time."""
        body = request.get_json(silent=True)
        asked = str(body.get("move")) if isinstance(body, dict) else ""
        with self._stage.lock:
            if asked == "now":
                self._stage.clock.reset()
            elif asked in moves.MOVES:
                here = self._stage.now().astimezone(moves.ZONE)
                self._stage.clock.move_to(moves.MOVES[asked][1](here))
            else:
                raise ClientRefused(400, f"没有这个按钮：{asked}")
            return jsonify({"clock": moves.told(self._stage.now())})

    def file(self, message_id: str) -> Response:
        """What was sent with a message: a picture to look at, anything else to save."""
        with self._stage.lock:
            message = self._stage.chats.message(message_id)
        if message is None or message.blob is None:
            raise ClientRefused(404, "没有这个文件")
        kind = _picture_type(message.blob.data)
        response = send_file(
            BytesIO(message.blob.data),
            mimetype=kind or "application/octet-stream",
            as_attachment=kind is None,
            download_name=message.blob.name,
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _state(self, panes: Sequence[Pane]) -> Json:
        chats = {each.name: self._seen(each) for each in self._all_panes()}
        names = {each.name: each.person.name for each in self._all_panes()}
        told = [guide.words_of(each) for chat in chats.values() for each in chat]
        first = next(iter(self._first_panes())).name
        return {
            "clock": moves.told(self._stage.now()),
            "shifted": self._stage.clock.offset != 0,
            "panes": {each.name: self._drawn(each) for each in panes},
            "heard": self._heard(),
            "hint": asdict(guide.hint(chats, names, first)),
            "records": sorted({each for words in told for each in guide.records_in(words)}, reverse=True),
            "restarting": self._stage.restart.busy() if self._stage.restart else "",
            "faults": [told_of(each) for each in self._stage.faults.waiting()],
        }

    def _drawn(self, pane: Pane) -> list[Json]:
        drawn = [(each.message_id, draw(each, self._shows.shown(each))) for each in self._messages(pane)]
        return [{"id": key, "rev": _rev(html), "html": html} for key, html in drawn]

    def _seen(self, pane: Pane) -> list[Json]:
        return [self._shows.shown(each) for each in self._messages(pane)]

    def _messages(self, pane: Pane) -> list[Message]:
        """The newest, and of the older ones those that still want something."""
        seen = self._stage.chats.seen_by(pane.person.key, pane.platform)
        waiting = [each for each in seen[:-SHOWN] if self._wants(each)]
        return [*waiting, *seen[-SHOWN:]]

    def _wants(self, message: Message) -> bool:
        return any(button["enabled"] for button in self._shows.shown(message)["buttons"])

    def _heard(self) -> Mapping[str, int]:
        return {
            each.name: sum(
                one.sender == BOT for one in self._stage.chats.seen_by(each.person.key, each.platform)
            )
            for each in self._all_panes()
        }

    def _all_panes(self) -> list[Pane]:
        return [
            Pane(person, platform)
            for person in self._stage.directory
            for platform in self._shows.serving(person)
        ]

    def _asked_for(self) -> list[Pane]:
        asked = request.args.get("panes", "")
        names = dict.fromkeys(asked.split(",")[:MOST_PANES])
        return [self._pane(each) for each in names] if asked else self._first_panes()

    def _pane(self, name: str) -> Pane:
        key, _, platform = name.partition("@")
        person = self._stage.directory.find(key)
        serving = self._shows.serving(person) if person else ()
        if person is None or (platform and platform not in serving) or not serving:
            raise ClientRefused(404, f"没有这个聊天：{name}")
        return Pane(person, platform or serving[0])

    def _first_panes(self) -> list[Pane]:
        """Who begins the story, and who signs next; on both platforms where there are both."""
        found: list[SimPerson] = []
        for role in FIRST_ROLES:
            holders = [each for each in self._stage.directory if role in each.roles and each not in found]
            found += sorted(holders, key=lambda each: len(each.roles))[:1]
        people = found or list(self._stage.directory)[: len(FIRST_ROLES)]
        return [
            Pane(person, serving[place % len(serving)])
            for place, person in enumerate(people)
            if (serving := self._shows.serving(person))
        ]


def _rev(html: str) -> str:
    found = re.search(r'data-rev="(\w+)"', html)
    return found[1] if found else ""


def _picture_type(data: bytes) -> str | None:
    import filetype

    kind = filetype.guess_mime(data)
    return kind if kind in _PICTURES else None


def _refused(refused: ClientRefused) -> Response:
    response = jsonify({"error": refused.message})
    response.status_code = refused.status
    return response
