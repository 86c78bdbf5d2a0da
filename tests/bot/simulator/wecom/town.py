"""A WeCom with four people, a bot that only listens, and short words for what tests do there."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import requests
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.simulator import SimPerson, Simulator, WecomApp
from tests.bot.simulator.town import Hands

Json = dict[str, Any]

APP = WecomApp(
    corp_id="ww0123456789abcdef",
    agent_id=1000002,
    secret="app-secret-1",
    token="callbackToken1",
    encoding_aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
)
PEOPLE = [
    SimPerson("lin", "林晓", "项目部", "ou_lin", "LinXiao"),
    SimPerson("wang", "王芳", "财务部", "", "wangfang"),
    SimPerson("he", "何平", "财务部", "", "heping"),
    SimPerson("chen", "陈立", "秘书处", "ou_chen", ""),
]
DAY = 86400


@dataclass(frozen=True)
class Received:
    """One callback as it arrived; `plain` is what the SDK's own crypto found inside."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    xml: str
    plain: Json


class FakeBot:
    """Answers as `answer` says, with an empty body unless told otherwise; the SDK opens what arrives."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.crypto = WeChatCrypto(APP.token, APP.encoding_aes_key, APP.corp_id)
        self.answer: Callable[[Received], tuple[int, bytes]] = nothing
        self.hold = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def last(self) -> Json:
        """The newest callback's plain XML as a dictionary."""
        return self.received[-1].plain

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forget(self) -> None:
        self.received.clear()
        self.answer = nothing

    def replies(self, kind: str, inner: str, **head: str) -> None:
        """Answer every callback with this passive reply; `head` replaces parts of its head."""
        self.answer = lambda received: (200, self.sealed(reply_xml(received, kind, inner, **head)))

    def sealed(self, plain: str) -> bytes:
        """A passive reply as the SDK writes it."""
        return str(self.crypto.encrypt_message(plain, "nonce-1", "1735689605")).encode()

    def read(self, query: dict[str, str], body: bytes) -> str:
        parts = (query["msg_signature"], query["timestamp"], query["nonce"])
        opened = self.crypto.decrypt_message(body, *parts)
        return opened if isinstance(opened, str) else opened.decode()

    def echo(self, query: dict[str, str]) -> bytes:
        """The answer to the check of the address."""
        parts = (query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"])
        echo = self.crypto.check_signature(*parts)
        return echo.encode() if isinstance(echo, str) else bytes(echo)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bot = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.take(b"")

            def do_POST(self) -> None:
                self.take(self.rfile.read(int(self.headers["Content-Length"])))

            def take(self, body: bytes) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                xml = bot.read(query, body) if body else "<xml/>"
                plain = as_dict(ElementTree.fromstring(xml))  # noqa: S314 - the simulator wrote it
                received = Received(self.command, parts.path, query, body, xml, plain)
                bot.received.append(received)
                status, answer = bot.answer(received)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                try:
                    self.wfile.write(answer)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        return Handler


def as_dict(element: ElementTree.Element) -> Json:
    """Children by name: a text, a dictionary, or a list of either when the name comes more than once."""
    found: Json = {}
    for child in element:
        value = as_dict(child) if len(child) else child.text or ""
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def nothing(received: Received) -> tuple[int, bytes]:
    """What a bot answers that has nothing to say."""
    return 200, b""


def reply_xml(received: Received, kind: str, inner: str, **head: str) -> str:
    """The plain XML of a passive reply to a callback."""
    fields = {
        "ToUserName": str(received.plain["FromUserName"]),
        "FromUserName": str(received.plain["ToUserName"]),
        "CreateTime": "1735689605",
        "MsgType": kind,
    } | head
    written = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{written}{inner}</xml>"


@dataclass
class Town:
    """Short words for what tests do; each returns parsed JSON of an answer that is expected to be 200."""

    simulator: Simulator
    bot: FakeBot
    hands: Hands

    @property
    def token(self) -> str:
        asked = {"corpid": APP.corp_id, "corpsecret": APP.secret}
        return str(self.raw("GET", "/cgi-bin/gettoken", params=asked).json()["access_token"])

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, self.simulator.base_url + path, timeout=20, **options)

    def api(self, method: str, path: str, body: Json | None = None, **query: str) -> Json:
        """An authorised call under /cgi-bin; refusals come with HTTP 200 as well."""
        params = {"access_token": self.token} | query
        answer = self.raw(method, f"/cgi-bin/{path}", json=body, params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def send(self, touser: str, msgtype: str, content: Any, **more: Any) -> Json:
        """message/send to userids, as the platform answers it."""
        body = {"touser": touser, "msgtype": msgtype, "agentid": APP.agent_id, msgtype: content} | more
        return self.api("POST", "message/send", body)

    def sent(self, touser: str, msgtype: str, content: Any, **more: Any) -> Json:
        """A send that is accepted."""
        answer = self.send(touser, msgtype, content, **more)
        assert answer["errcode"] == 0, answer
        return answer

    def card(self, touser: str, card: Json) -> str:
        """Send a template card that is accepted; its response code, if it gets one."""
        return str(self.sent(touser, "template_card", card).get("response_code", ""))

    def update(self, code: str, **more: Any) -> Json:
        body = {"agentid": APP.agent_id, "response_code": code} | more
        return self.api("POST", "message/update_template_card", body)

    def upload(self, kind: str, name: str, data: bytes) -> Json:
        params = {"access_token": self.token, "type": kind}
        return dict(
            self.raw("POST", "/cgi-bin/media/upload", params=params, files={"media": (name, data)}).json()
        )

    def do(self, what: str, body: Json | None = None, status: int = 200) -> Json:
        """A POST to the control API."""
        answer = self.raw("POST", f"/_sim/{what}", json=body or {})
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    def say(self, person: str, text: str, status: int = 200, **more: Any) -> Json:
        return self.do("say", {"person": person, "text": text, **more}, status)

    def click(self, person: str, label: str, status: int = 200, **more: Any) -> Json:
        return self.do("click", {"person": person, "label": label, **more}, status)

    def event(self, person: str, kind: str, status: int = 200, **more: Any) -> Json:
        return self.do("event", {"person": person, "type": kind, **more}, status)

    def fault(self, kind: str, **more: Any) -> None:
        self.do("fault", {"kind": kind, **more})

    def chat(self, person: str) -> list[Json]:
        return list(self.raw("GET", f"/_sim/chats/{person}").json()["messages"])

    def words(self, person: str) -> list[str]:
        """What a person reads, oldest first."""
        return [str(message["words"]) for message in self.chat(person)]

    def log(self) -> list[Json]:
        return list(self.raw("GET", "/_sim/log").json()["log"])


_counter = iter(range(10**9))


def fresh_task() -> str:
    """A task id that no other card of these tests has."""
    return f"task_{next(_counter)}"


def buttons(*labels: str, **more: Any) -> Json:
    """A small right card with these buttons; the key of each is its label."""
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "费用报销"},
        "task_id": fresh_task(),
        "button_list": [{"text": label, "key": label} for label in labels or ("同意", "驳回")],
    } | more


def notice(**more: Any) -> Json:
    """A small right text notice."""
    return {
        "card_type": "text_notice",
        "main_title": {"title": "已通过"},
        "card_action": {"type": 1, "url": "https://h5.example.org/7"},
    } | more


def picture(**more: Any) -> Json:
    """A small right news notice."""
    return notice(card_type="news_notice", card_image={"url": "https://h5.example.org/a.png"}) | more


def options(*ids: str) -> list[Json]:
    return [{"id": each, "text": f"选项{each}"} for each in ids]


def vote(**more: Any) -> Json:
    """A small right vote."""
    return {
        "card_type": "vote_interaction",
        "main_title": {"title": "表决"},
        "task_id": fresh_task(),
        "checkbox": {"question_key": "choice", "option_list": options("a", "b")},
        "submit_button": {"text": "交卷", "key": "done"},
    } | more


def selects(**more: Any) -> Json:
    """A small right card with two dropdowns."""
    return {
        "card_type": "multiple_interaction",
        "main_title": {"title": "自查"},
        "task_id": fresh_task(),
        "select_list": [
            {"question_key": "q1", "title": "制度", "option_list": options("a", "b")},
            {"question_key": "q2", "title": "记录", "option_list": options("a", "b"), "selected_id": "b"},
        ],
        "submit_button": {"key": "done"},
    } | more


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
