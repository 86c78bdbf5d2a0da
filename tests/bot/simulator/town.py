"""A simulator with four people, a bot that only listens, and a clock for real time that a test moves."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import requests

from bot.simulator import FeishuApp, SimPerson, Simulator
from tests.bot.simulator.fake_bot import FakeBot

Json = dict[str, Any]

APP = FeishuApp("cli_test", "app-secret-1", "encrypt-key-1", "verification-1", "tenant-1")
PEOPLE = [
    SimPerson("lin", "林晓", "项目部", "ou_lin", "linxiao", mobile="13800000001", email="lin@example.org"),
    SimPerson("wang", "王芳", "财务部", "ou_wang", "wangfang"),
    SimPerson("chen", "陈立", "秘书处", "ou_chen", ""),
    SimPerson("he", "何平", "理事会", "", "heping"),
]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (2).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"


class Hands:
    """Real time that stands still until moved."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def __call__(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Town:
    """Short words for what tests do; each returns parsed JSON of an answer that is expected to be 200."""

    simulator: Simulator
    bot: FakeBot
    hands: Hands

    @property
    def token(self) -> str:
        body = {"app_id": APP.app_id, "app_secret": APP.app_secret}
        answer = self.raw("POST", "/open-apis/auth/v3/tenant_access_token/internal", json=body)
        return str(answer.json()["tenant_access_token"])

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, self.simulator.base_url + path, timeout=20, **options)

    def api(self, method: str, path: str, body: Json | None = None, **options: Any) -> requests.Response:
        """An authorised call under /open-apis."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.raw(method, f"/open-apis{path}", json=body, headers=headers, **options)

    def create(self, person: str, msg_type: str, content: object, uuid: str = "") -> requests.Response:
        body = {"receive_id": f"ou_{person}", "msg_type": msg_type, "content": as_text(content)}
        if uuid:
            body["uuid"] = uuid
        return self.api("POST", "/im/v1/messages?receive_id_type=open_id", body)

    def sent(self, person: str, msg_type: str, content: object) -> str:
        """The id of a message that was accepted."""
        answer = self.create(person, msg_type, content).json()
        assert answer["code"] == 0, answer
        return str(answer["data"]["message_id"])

    def patch(self, message_id: str, card: object) -> requests.Response:
        return self.api("PATCH", f"/im/v1/messages/{message_id}", {"content": as_text(card)})

    def do(self, what: str, body: Json | None = None, status: int = 200) -> Json:
        """A POST to the control API."""
        answer = self.raw("POST", f"/_sim/{what}", json=body or {})
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    def say(self, person: str, text: str, **more: Any) -> Json:
        return self.do("say", {"person": person, "text": text, **more})

    def click(self, person: str, label: str, status: int = 200, **more: Any) -> Json:
        return self.do("click", {"person": person, "label": label, **more}, status)

    def fault(self, kind: str, **more: Any) -> None:
        self.do("fault", {"kind": kind, **more})

    def chat(self, person: str) -> list[Json]:
        return list(self.raw("GET", f"/_sim/chats/{person}").json()["messages"])

    def log(self) -> list[Json]:
        return list(self.raw("GET", "/_sim/log").json()["log"])


def as_text(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def card(*elements: Json, **more: Any) -> Json:
    """A small right card around these elements."""
    return {
        "schema": "2.0",
        "config": {"update_multi": True},
        "header": {"template": "orange", "title": plain("费用报销")},
        "body": {"elements": list(elements) or [{"tag": "markdown", "content": "你好"}]},
    } | more


def plain(content: str) -> Json:
    return {"tag": "plain_text", "content": content}


def button(label: str, **more: Any) -> Json:
    value = {"act": "expense.approve", "args": {"id": 1}}
    return {"tag": "button", "text": plain(label), "behaviors": [{"type": "callback", "value": value}]} | more


def submit(label: str, name: str = "go") -> Json:
    return button(label, name=name, form_action_type="submit")


def form(*elements: Json, name: str = "form") -> Json:
    return {"tag": "form", "name": name, "elements": list(elements)}


def column_set(*elements: Json) -> Json:
    columns = [{"tag": "column", "elements": [element]} for element in elements]
    return {"tag": "column_set", "columns": columns}
