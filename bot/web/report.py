"""The public pages: somebody reports without a name, and comes back with a receipt. Nothing of them is kept.

No login, no cookie, no script needed, nothing from outside, no line in any log. There is no session: the two
pages of a report hand on what was ticked first as hidden fields.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot.context import JobContext
from bot.gate import Gate, Way
from bot.once import Once
from bot.qr import svg
from bot.web import handed
from bot.web.pages import cleanly, size_words
from handlers.complaint import cards, doors, filing, receipts, reporter, talk
from handlers.complaint.dossier import Handed
from handlers.complaint.filing import FILES_LIMIT, Report
from handlers.complaint.reporter import Thread
from handlers.complaint.rules import OWN, PERSON_DAYS, SETTINGS, SHORT_LIMIT, TEXT_LIMIT, Act
from handlers.contract.refusal import Refusal
from storage import complaint, settings

LIMIT = 20 * 1024 * 1024
"""Bytes of one handing in, files and all. They stay in memory."""

PARTS = 60
"""As many fields and files as one handing in may have."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
LATER = "现在提交的人太多。请过一小时再交，您写的还在这一页上；急的话请找下面的外部渠道"
WORK = "现在提交的人很多：请等页面下方的准备完成，再点一次提交。浏览器不运行脚本的，请过一小时再交"
NO_FILES = "现在提交的人太多，只收文字。附件请稍后凭查询号补充"
TOO_MUCH = f"附件加起来不能超过 {LIMIT // 1024 // 1024} MB。请少选几个再提交"
NOBODY_LEFT = "这样勾选以后，没有人可以受理了。请改一下，或者直接找下面的地方"
ADDED = "补充收到了。"
FAILED = "出了点问题，什么也没有收下。请过一会儿再试，或者直接找业务主管单位、民政部门、12345。"
TRY_LATER = "试错的次数太多了。请过一小时再试"

Reads = Callable[[], AbstractContextManager[JobContext]]


def report_pages(
    org: str, public_url: str, reads: Reads, writes: Reads, gate: Gate, *, demo: bool = False
) -> Blueprint:
    """Return `/report` and `/report/status`. `reads` and `writes` open a transaction. In a `demo` the pages
    may stand in a frame of this machine's: the workbench shows a passer-by's phone."""
    room = Blueprint("report", __name__, template_folder="templates")
    door = Door(org, public_url, reads, writes, gate)
    headers = dict(HEADERS)
    if demo:
        del headers["X-Frame-Options"]
        here = "http://127.0.0.1:* http://localhost:*"
        headers["Content-Security-Policy"] = HEADERS["Content-Security-Policy"].replace(
            "frame-ancestors 'none'", f"frame-ancestors {here}"
        )

    def guarded(response: Response) -> Response:
        response.headers.update(headers)
        return response

    room.after_request(guarded)
    room.register_error_handler(Exception, door.failed)
    room.add_url_rule("/report", view_func=door.first, methods=["GET"])
    room.add_url_rule("/report", view_func=door.take, methods=["POST"])
    room.add_url_rule("/report/status", view_func=door.ask, methods=["GET"])
    room.add_url_rule("/report/status", view_func=door.status, methods=["POST"])
    return room


class Door:
    """What a browser that nobody knows can ask for."""

    def __init__(self, org: str, public_url: str, reads: Reads, writes: Reads, gate: Gate) -> None:
        self._org, self._home = org, public_url
        self._reads, self._writes, self._gate = reads, writes, gate
        self._once: Once[str] = Once()

    def first(self) -> Response:
        """GET: whom it may involve, before any word of what it is about (decision 29)."""
        return self._page("report_whom.html", once=secrets.token_urlsafe(16))

    def take(self) -> Response:
        """POST: the second page, or a report."""
        _bound()
        try:
            typed = _typed()
        except RequestEntityTooLarge:
            return self._page("report_whom.html", once=secrets.token_urlsafe(16), trouble=TOO_MUCH)
        if "back" in typed:
            return self._whom(typed)
        if typed.get("step") != "file":
            nobody = self._nobody_left(typed)
            return self._whom(typed, nobody) if nobody else self._second(typed)
        worked = self._gate.solved(typed.get("_challenge", ""), typed.get("_answer", ""))
        try:
            number = self._once.answer(f"report:{handed.mark(typed)}", lambda: self._filed(typed, worked))
        except _Stopped as stopped:
            return self._second(typed, str(stopped), work=stopped.work)
        with self._reads() as ctx:
            days = settings.current(ctx.tx, PERSON_DAYS, SETTINGS[PERSON_DAYS]).value
        return self._page(
            "report_done.html",
            number=receipts.written(number),
            code=_code(number),
            home=self._home,
            person_days=days,
        )

    def _whom(self, typed: Mapping[str, str], trouble: str = "") -> Response:
        ticked = request.form.getlist("whom")
        return self._page("report_whom.html", once=typed["once"], typed=typed, ticked=ticked, trouble=trouble)

    def _nobody_left(self, typed: Mapping[str, str]) -> str:
        """Return what to say where the ticks alone leave nobody who may read it."""
        whole = self._report(typed)
        try:
            with self._reads() as ctx:
                filing.readers_of(ctx, Report("", whole.ticked, whole.unsure, whole.others))
        except Refusal:
            return NOBODY_LEFT
        return ""

    def _second(self, typed: Mapping[str, str], trouble: str = "", *, work: bool = False) -> Response:
        ticked = request.form.getlist("whom")
        puzzle = self._gate.puzzle() if work else None
        return self._page(
            "report_what.html", typed=typed, ticked=ticked, trouble=trouble, puzzle=puzzle, files=FILES_LIMIT
        )

    def _filed(self, typed: Mapping[str, str], worked: bool) -> str:
        """Take a report; return its receipt. Raises _Stopped with what is to be mended."""
        given = _given()
        try:
            report = self._report(typed)
            filing.checked(report)
            flood = self._flooded(bool(given), worked=worked)
            files = _handed(given, typed)
            with self._writes() as ctx:
                return filing.receive(ctx, replace(report, flood=flood), files)
        except Refusal as refusal:
            raise _Stopped(refusal.sentence) from None

    def _flooded(self, has_files: bool, *, worked: bool) -> bool:
        """Tell whether so much comes that the outside receiver alone gets it; before anything is done that
        takes long. Raises _Stopped where it is more than that."""
        way = self._gate.filing(_from(), worked=worked)
        if way in (Way.WORK, Way.WAIT):
            raise _Stopped(WORK if way is Way.WORK else LATER, work=way is Way.WORK)
        if way is Way.OUTSIDE and has_files:
            raise _Stopped(NO_FILES)
        return way is Way.OUTSIDE

    def _report(self, typed: Mapping[str, str]) -> Report:
        """Return what was typed and ticked. A tick for somebody who receives nothing excludes nobody."""
        with self._reads() as ctx:
            known = {each.person.key: each.person.id for each in filing.seated(ctx)}
            kinds = filing.classes(ctx)
        return Report(
            what=typed.get("what", "").strip(),
            ticked=frozenset(known[each] for each in request.form.getlist("whom") if each in known),
            unsure="unsure" in typed,
            others=typed.get("others", ""),
            kind=typed.get("kind", "") if typed.get("kind") in kinds else "",
            who=typed.get("who", ""),
            when=typed.get("when", ""),
            where=typed.get("where", ""),
            contact=typed.get("contact", ""),
        )

    def ask(self) -> Response:
        """GET: the receipt, please."""
        return self._page("report_ask.html")

    def status(self) -> Response:
        """POST: the thread behind a receipt; and what is added to it."""
        _bound()
        try:
            typed = _typed()
        except RequestEntityTooLarge:
            return self._page("report_ask.html", trouble=TOO_MUCH)
        if not self._gate.may_look(_from()):
            return self._page("report_ask.html", trouble=TRY_LATER)
        try:
            number = talk.typed_receipt(typed.get("receipt", ""))
        except Refusal as refusal:
            return self._page("report_ask.html", trouble=refusal.sentence)
        with self._reads() as ctx:
            salt = complaint.salt(ctx.tx)
        private = reporter.key_of(number, salt)
        new, trouble = self._added(private, typed)
        with self._reads() as ctx:
            found = reporter.thread(ctx, private)
        if found is None:
            self._gate.slipped(_from())
            return self._page("report_ask.html", trouble=reporter.UNKNOWN)
        added = typed.get("step") == "add" and not trouble and not new
        return self._thread(number, found, new, trouble, typed, ADDED if added else "")

    def _added(self, private: bytes, typed: Mapping[str, str]) -> tuple[str, str]:
        """Do what the page asks beside looking; return the receipt of a new case, and what went wrong."""
        step = typed.get("step", "")
        if step not in ("add", "answer"):
            return "", ""

        def work() -> str:
            given = _given()
            try:
                flood = self._flooded(bool(given), worked=True)
                files = _handed(given, typed)
                with self._writes() as ctx:
                    if step == "answer":
                        suffered = typed.get("suffered") == "yes"
                        return reporter.answer(ctx, private, suffered, typed.get("what", "").strip())
                    words, contact = typed.get("what", "").strip(), typed.get("contact", "").strip()
                    return reporter.add(ctx, private, words, contact, files, flood=flood)
            except Refusal as refusal:
                raise _Stopped(refusal.sentence) from None

        try:
            return self._once.answer(f"add:{handed.mark(typed)}", work), ""
        except _Stopped as stopped:
            return "", str(stopped)

    def _thread(
        self, number: str, found: Thread, new: str, trouble: str, typed: Mapping[str, str], said: str
    ) -> Response:
        return self._page(
            "report_thread.html",
            number=receipts.written(number),
            thread=found,
            new=receipts.written(new) if new else "",
            code=_code(new) if new else "",
            said=said,
            trouble=trouble,
            typed=typed if trouble else {},
            once=secrets.token_urlsafe(16),
            Act=Act,
            OWN=OWN,
        )

    def failed(self, error: Exception) -> Response:
        """Say that something went wrong, and to nobody else: a line in a log would tell when."""
        status = (error.code or 500) if isinstance(error, HTTPException) else 500
        try:
            return self._page("report_failed.html", status)
        except Exception:  # the database itself may be what is gone
            return Response(FAILED, status, content_type="text/plain; charset=utf-8")

    def _page(self, template: str, status: int = 200, **shown: object) -> Response:
        with self._reads() as ctx:
            seated = filing.seated(ctx)
            common = {
                "org": self._org,
                "receivers": seated,
                "open": filing.is_open(seated),
                "classes": filing.classes(ctx),
                "outside": filing.outside_words(ctx),
                "escrow": doors.has_escrow(ctx),
            }
        words = {"promises": cards.ON_PAGE, "text_limit": TEXT_LIMIT, "short_limit": SHORT_LIMIT}
        shown = {"typed": {}, "ticked": [], "trouble": "", **common, **words, **shown}
        return Response(render_template(template, size_words=size_words, **shown), status)


class _Stopped(Exception):
    """What keeps a handing in from being taken, in one sentence; `work`: a proof of work is wanted."""

    def __init__(self, sentence: str, *, work: bool = False) -> None:
        super().__init__(sentence)
        self.work = work


def _bound() -> None:
    """Take no more than fits into memory, and take it apart there."""
    request.max_content_length = LIMIT
    request.max_form_memory_size = 1024 * 1024
    request.max_form_parts = PARTS


def _typed() -> dict[str, str]:
    typed = cleanly(request.form)
    typed.setdefault("once", secrets.token_urlsafe(16))
    return typed


def _given() -> list[tuple[str, bytes]]:
    """Return the names and contents of the files of a handing in. Raises _Stopped."""
    given = handed.files()
    if len(given) > FILES_LIMIT:
        raise _Stopped(f"一次最多 {FILES_LIMIT} 个附件")
    return given


def _handed(given: Sequence[tuple[str, bytes]], typed: Mapping[str, str]) -> list[Handed]:
    """Return files as they are to be kept. Raises Refusal."""
    return [filing.handed(name, content, as_it_is="as_it_is" in typed) for name, content in given]


def _from() -> str:
    """Return what a bucket is chosen by; it is hashed at once and kept nowhere."""
    return request.remote_addr or ""


def _code(number: str) -> str:
    return svg(number, f"查询号的二维码：{receipts.written(number)}")
