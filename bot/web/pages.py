"""A form as a web page: drawn for a phone, kept while it is filled in, handed in by POST, never by GET."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, abort, render_template, request, url_for
from msgspec import structs
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot.logs import traced
from bot.pages import Closed, Pages, Sheet
from bot.web import drawing
from bot.web.login import BACK, PLATFORM, Login
from handlers.contract.card import Kind, Question
from storage.files import LIMIT, NotAccepted
from storage.links import hashed

log = logging.getLogger(__name__)

UPLOAD_LIMIT = LIMIT + 256 * 1024
"""Bytes: one file, and what a form carries around it."""

ENCLOSED, TAKE = "_files", "_take"
"""What takes files on the page, and what takes one out again; no question is called so."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
STATUS = {404: "没有这个页面", 403: "不能打开", 410: "这个页面已经结束", 413: "内容太大"}
FAILED = {
    403: "这个请求不是从填写页面发出的。请从聊天里的链接打开页面。",
    413: "一次提交的内容太多了。请回到上一页，写短一些。",
}
NAME_LIMIT = 100

FIELDS_LIMIT = 100
"""As many answers and files as one request may carry; no form has half as many."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def form_pages(pages: Pages, public_url: str, login: Login | None = None) -> Blueprint:
    """Return the pages of forms, and what they are drawn with. `public_url` is where people open them; with
    a `login` only they themselves can."""
    room = Blueprint(
        "pages", __name__, template_folder="templates", static_folder="static", static_url_path="/pages"
    )
    door = Door(pages, public_url, login)
    drawing.teach(room)
    room.before_request(door.check)
    if login:
        room.before_request(door.ask)
        room.add_url_rule(BACK, view_func=lambda: login.back(door.account), methods=["GET"], endpoint="back")
    room.after_request(_guarded)
    room.register_error_handler(Closed, _closed)
    room.register_error_handler(HTTPException, _failed)
    room.register_error_handler(Exception, _broken)
    room.add_url_rule("/form/<token>", view_func=door.show, methods=["GET"])
    room.add_url_rule("/form/<token>", view_func=door.hand_in, methods=["POST"])
    room.add_url_rule("/form/<token>/draft", view_func=door.keep, methods=["POST"])
    room.add_url_rule("/form/<token>/files", view_func=door.enclose, methods=["POST"])
    room.add_url_rule("/form/<token>/files", view_func=_back, methods=["GET"])
    return room


class Door:
    """What a browser can ask for. The link is the authority; a login only narrows who may use it."""

    def __init__(self, pages: Pages, public_url: str, login: Login | None) -> None:
        self._pages, self._login = pages, login
        self._host = urlsplit(public_url).netloc

    def check(self) -> None:
        """Turn away what another site lets a browser send here, as far as the browser says so; what is sent
        to a link that nobody was given, unread; and floods.

        Under `no-referrer` a browser calls the origin of an ordinary form `null`, so that alone says nothing.
        """
        if request.method != "POST":
            return
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = request.headers.get("Origin", "null")
        from_here = origin == "null" or origin.partition("://")[2] == self._host
        if site not in ("same-origin", "none") or not from_here:
            abort(403)
        self._pages.check((request.view_args or {}).get("token", ""))
        _refuse_flood()

    def ask(self) -> Response | None:
        """Let only the link's own person in, where a platform can tell who that is."""
        token = (request.view_args or {}).get("token")
        if self._login is None or token is None:
            return None
        account = self.account(token)
        return self._login.ask(token, account) if account else None

    def account(self, token: str) -> str:
        """Return the account of the link's person where a platform can tell, "" for somebody who chats
        elsewhere: their browser may not be able to log in there."""
        return self._pages.account(token, PLATFORM)

    def show(self, token: str) -> Response:
        """GET: the form as it stands, or a board. Previews of the link may do so, too: nothing is spent."""
        if view := self._pages.board(token):
            return _page("board.html", view=view)
        if reply := self._pages.answered(token):
            return _page("form_done.html", key=_key(token), reply=reply)
        return _drawn(token, self._pages.show(token))

    def hand_in(self, token: str) -> Response:
        """POST: hand it in; the form comes back where something is to be mended."""
        if name := request.form.get(ENCLOSED):
            # A browser without script sends the name of a file that was chosen but not uploaded.
            words = f"「{name[:NAME_LIMIT]}」还没有传上来：请先点「上传所选文件」，再提交"
            sheet = self._pages.show(token)
            return _drawn(token, sheet.typed(_typed(), {_files_of(sheet).name: words}))
        done = self._pages.hand_in(token, _typed())
        if isinstance(done, Sheet):
            return _drawn(token, done)
        return _back(token)

    def keep(self, token: str) -> Response:
        """POST: keep what was typed so far; what is too long to be kept is said."""
        if left := self._pages.keep(token, _typed()):
            return _json({"error": "；".join(left.values())}, 422)
        return Response(status=204)

    def enclose(self, token: str) -> Response:
        """POST: a file more, or one less. A script gets the list; without one the form is shown again."""
        request.max_content_length = UPLOAD_LIMIT
        left: Mapping[str, str] = {}
        try:
            if typed := _typed():
                left = self._pages.keep(token, typed)
            trouble = self._enclosed(token)
        except RequestEntityTooLarge:
            if (request.content_length or 0) <= UPLOAD_LIMIT:
                raise
            trouble = f"文件超过 {LIMIT // 1024 // 1024} MB"
        if _by_script():
            files = _files_of(self._pages.show(token)).enclosed
            return _json({"error": trouble, "files": files}, 422 if trouble else 200)
        return self._mended(token, left, trouble) if left or trouble else _back(token)

    def _mended(self, token: str, left: Mapping[str, str], trouble: str) -> Response:
        """Show the form again with the answers that were not kept, and why a file was not."""
        sheet = self._pages.show(token)
        if left:
            sheet = sheet.typed(_typed(), left)
        problems = {**left, _files_of(sheet).name: f"没有加进来：{trouble}"} if trouble else left
        return _drawn(token, replace(sheet, form=structs.replace(sheet.form, problems=problems)))

    def _enclosed(self, token: str) -> str:
        """Do it; return why a file is not kept, or nothing."""
        if key := request.form.get(TAKE):
            self._pages.take(token, key)
        for each in request.files.getlist(ENCLOSED):
            if each.filename:
                try:
                    self._pages.give(token, tidy_name(each.filename), each.read(LIMIT + 1))
                except NotAccepted as refusal:
                    return str(refusal)
        return ""


def _drawn(token: str, sheet: Sheet) -> Response:
    """Draw the form: with status 200 even where it is to be mended, for some in-app browsers put a page of
    their own in the place of an error's."""
    return _page("form.html", token=token, key=_key(token), sheet=sheet, limit=LIMIT, Kind=Kind)


def _page(template: str, status: int = 200, **shown: object) -> Response:
    return Response(render_template(template, size_words=size_words, **shown), status)


def _json(shown: object, status: int) -> Response:
    return Response(msgspec.json.encode(shown), status, content_type="application/json")


def _back(token: str) -> Response:
    """Lead to the form, so that loading the page again uploads nothing twice."""
    return Response(status=303, headers={"Location": url_for("pages.show", token=token)})


def _refuse_flood() -> None:
    """Refuse more fields than any form has before they are taken apart, which is slow."""
    request.max_form_parts = FIELDS_LIMIT
    in_parts = request.mimetype == "multipart/form-data"
    if not in_parts and request.get_data().count(b"&") >= FIELDS_LIMIT:
        abort(413)


def _by_script() -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _typed() -> dict[str, str]:
    return cleanly({name: value for name, value in request.form.items() if name not in (ENCLOSED, TAKE)})


def cleanly(answers: Mapping[str, str]) -> dict[str, str]:
    """Return answers as typed: breaks as newlines, and without what no database keeps or hides words."""
    return {
        name: _UNPRINTABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        for name, value in answers.items()
    }


def tidy_name(name: str) -> str:
    """Return a file's name without folders and signs that cannot be shown; a long one keeps its ending."""
    short = re.split(r"[\\/]", _UNPRINTABLE.sub("", name))[-1].strip()
    return short[-NAME_LIMIT:] or "文件"


def _files_of(sheet: Sheet) -> Question:
    """Return the question that files answer. Without one, nothing takes files here."""
    found = next((each for each in sheet.form.questions if each.kind is Kind.FILES), None)
    if found is None:
        abort(404)
    return found


def _key(token: str) -> str:
    """Return the name under which a phone keeps a copy of what was typed: it must not open the page."""
    return hashed(token)[:32]


def size_words(size: int) -> str:
    """Return bytes as `1.2 MB`."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def _guarded(response: Response) -> Response:
    """Let no cache, other site or search engine have a page; what it is drawn with is nobody's secret."""
    response.headers.update(HEADERS)
    if request.endpoint == "pages.static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _closed(closed: Closed) -> Response:
    if _by_script():
        return _json({"error": closed.sentence}, closed.status)
    title = STATUS.get(closed.status, "打不开")
    return _page("form_closed.html", closed.status, title=title, sentence=closed.sentence)


def _failed(error: HTTPException) -> Response:
    status = error.code or 500
    log.warning("a page was refused: %s", status)
    return _closed(Closed(status, FAILED.get(status, "请回到聊天，发「帮助」。")))


def _broken(error: Exception) -> Response:
    log.error("a page failed: %s", traced(error))
    return _closed(Closed(500, "我们这边出了点问题，填过的内容还在。请过一会儿再打开链接。"))
