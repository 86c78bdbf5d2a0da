"""A phone at the page of a form, in process: the way there is read in the chat, the page comes by HTTP."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from bot.pages import Pages
from bot.platform import Abilities
from bot.router import Router, Times
from bot.web.login import Login, Tells
from bot.web.pages import form_pages
from bot.web.server import create_app
from handlers.catalogue import CAPABILITIES
from handlers.contract.capability import Capability
from handlers.contract.reply import Reply
from storage import outbox
from storage.files import FileStore
from tests.bot.rooms import all_of_it
from tests.house import PDF, ZONE, House

PUBLIC = "https://bot.example.org"
ANSWERS = {"project": "P01", "amount": "128.50", "purpose": "打车去看望老人", "payee": "某某餐厅"}
SCRIPT = {"Accept": "application/json"}


@dataclass
class Phone:
    """A browser on the pages of a house."""

    house: House
    client: FlaskClient

    def offered(self, who: str = "lin", words: str = "报销") -> str:
        """Say something in the chat; return the path of the page that the answer leads to."""
        return way(self.house.say(who, words))

    def opens(self, path: str) -> TestResponse:
        """Ask for a page."""
        return self.client.get(path)

    def hands_in(self, path: str, **answers: str) -> TestResponse:
        """Press 提交, and go where that leads."""
        return self.client.post(path, data=ANSWERS | answers, follow_redirects=True)

    def keeps(self, path: str, **answers: str) -> TestResponse:
        """Let the script keep what was typed so far."""
        return self.client.post(f"{path}/draft", data=ANSWERS | answers, headers=SCRIPT)

    def uploads(self, path: str, name: str = "发票.pdf", content: bytes = PDF) -> TestResponse:
        """Let the script send a file."""
        return self.client.post(f"{path}/files", headers=SCRIPT, **multipart((name, content)))

    def takes_out(self, path: str, key: str) -> TestResponse:
        """Let the script take a file out again."""
        return self.client.post(f"{path}/files", data={"_take": key}, headers=SCRIPT)


def phone_of(
    house: House,
    folder: Path,
    public_url: str = PUBLIC,
    login: tuple[Tells, Callable[[], datetime]] | None = None,
    capabilities: Sequence[Capability] = CAPABILITIES,
) -> Phone:
    """Give a house pages, and platforms whose cards take no input; return a phone. `login` is the platform
    that tells who opens a page, and machine time."""
    ability = Abilities(inputs=False, left_over=all_of_it)
    times = Times(house.clock, lambda: datetime.now(UTC), ZONE)
    abilities = {"feishu": ability, "wecom": ability}
    house.router = Router(house.database, capabilities, abilities, times, public_url)

    def waiting() -> Mapping[str, int]:
        with house.database.read() as tx:
            return outbox.counts(tx)

    app = create_app({}, {}, house.router, lambda: datetime.now(UTC), waiting)
    app.config["PREFERRED_URL_SCHEME"] = "https"
    pages = Pages(house.database, house.router, FileStore(folder / "files"))
    asking = Login(login[0], public_url, "secret", login[1]) if login else None
    app.register_blueprint(form_pages(pages, public_url, asking))
    return Phone(house, app.test_client())


def multipart(*files: tuple[str, bytes], **fields: str) -> dict[str, Any]:
    """Return what the test client posts as a form with files."""
    given = [FileStorage(io.BytesIO(content), name) for name, content in files]
    boundary, body = encode_multipart({**fields, "_files": given})
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


def way(reply: Reply) -> str:
    """Return the path of the page that a reply leads to."""
    found = re.findall(r"https://[a-z.]+(/form/[a-z2-7]{26})(?![a-z2-7])", _links(reply))
    assert len(found) == 1, reply
    return str(found[0])


def _links(reply: Reply) -> str:
    return reply.card.link.url if reply.card and reply.card.link else reply.text


def words(page: TestResponse) -> str:
    """Return what is read on a page."""
    body = re.sub(r"(?s)^.*<body[^>]*>", "", page.text)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", body))).strip()


def answers_on(page: TestResponse) -> dict[str, str]:
    """Return the answers that stand on a page."""
    chosen = re.findall(r'<select[^>]* name="(\w+)".*?</select>', page.text, re.DOTALL)
    found = dict.fromkeys(chosen, "")
    found |= dict(
        re.findall(r'<select[^>]* name="(\w+)".*?<option value="([^"]*)" selected', page.text, re.DOTALL)
    )
    found |= dict(re.findall(r'<input type="text"[^>]* name="(\w+)" value="([^"]*)"', page.text))
    found |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL))
    return {name: unescape(value) for name, value in found.items()}


def problems_on(page: TestResponse) -> dict[str, str]:
    """Return what is to be mended, by question; each must be tied to what it is about."""
    found = dict(re.findall(r'<p class="problem" id="problem-(\w+)">([^<]*)</p>', page.text))
    for name in found:
        tied = re.findall(
            rf'id="answer-{name}"[^>]* aria-describedby="[^"]*\bproblem-{name}"[^>]*', page.text
        )
        assert len(tied) == 1
        assert 'aria-invalid="true"' in tied[0]
    return {name: unescape(value) for name, value in found.items()}
