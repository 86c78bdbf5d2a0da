"""The receivers' desk: a link and a passphrase open it, and with them the cases that are theirs to read."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, abort, render_template, request, url_for
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot.context import JobContext
from bot.once import Once
from bot.web import handed
from bot.web.pages import cleanly, size_words
from bot.web.report import HEADERS, LIMIT, PARTS
from handlers.complaint import desk, doors, dossier, filing, forms, receipts, rules, sealing, service
from handlers.complaint.dossier import Handed
from handlers.complaint.filing import Report, Way
from handlers.complaint.rules import SHORT_LIMIT, TEXT_LIMIT, Act
from handlers.complaint.service import Seat
from handlers.contract.card import Kind
from handlers.contract.refusal import Refusal

COOKIE = "desk"
SHOWN_IN_THE_BROWSER = ("image/jpeg", "image/png", "image/webp")

LABELS = {
    "way": "方式",
    "kind": "类别",
    "who": "涉及谁",
    "when": "时间",
    "where": "地点",
    "contact": "联系方式",
    "ticked": "请避开的受理人",
    "others": "还请避开",
    "before": "接着的前一件",
    "nature": "判断",
    "talked_to": "和谁谈",
    "witnesses": "见证人",
    "people": "参加人",
    "outcome": "结论",
    "to": "移送给",
    "number": "编号",
    "other": "并到",
    "days": "延长工作日",
    "order": "书面要求",
    "authority": "认定机关和文号",
    "agreed": "本人同意公开",
    "verdict": "复核",
    "name": "请来的人",
    "what": "问题",
    "clause": "依据",
    "asked": "要求",
    "received": "收到",
    "done": "处理",
}
"""What the facts of an entry are called."""

Opens = Callable[[], AbstractContextManager[JobContext]]


def desk_pages(org: str, public_url: str, reads: Opens, writes: Opens) -> Blueprint:
    """Return the pages below `/desk`. `reads` and `writes` open a transaction."""
    room = Blueprint("desk", __name__, template_folder="templates")
    door = Desk(org, public_url, reads, writes)
    room.before_request(door.check)
    room.after_request(_guarded)
    room.register_error_handler(Refusal, door.refused)
    room.register_error_handler(Exception, door.failed)
    for rule, view, methods in (
        ("/desk/<token>", door.enter, ["GET"]),
        ("/desk/<token>", door.open, ["POST"]),
        ("/desk", door.cases, ["GET"]),
        ("/desk/leave", door.leave, ["POST"]),
        ("/desk/new", door.blank, ["GET"]),
        ("/desk/new", door.write_down, ["POST"]),
        ("/desk/passphrase", door.ask_passphrase, ["GET"]),
        ("/desk/passphrase", door.change_passphrase, ["POST"]),
        ("/desk/case/<number>", door.case, ["GET"]),
        ("/desk/case/<number>/file/<int:place>", door.file, ["GET"]),
        ("/desk/case/<number>/paper", door.paper, ["GET"]),
        ("/desk/case/<number>/<act>", door.ask, ["GET"]),
        ("/desk/case/<number>/<act>", door.do, ["POST"]),
    ):
        room.add_url_rule(rule, view_func=view, methods=methods, endpoint=view.__name__)
    return room


class Desk:
    """What a receiver's browser can ask for."""

    def __init__(self, org: str, public_url: str, reads: Opens, writes: Opens) -> None:
        self._org, self._reads, self._writes = org, reads, writes
        self._once: Once[str] = Once()
        self._public_url = public_url
        self._host, self._secure = urlsplit(public_url).netloc, public_url.startswith("https://")

    def check(self) -> None:
        """Turn away what another site lets a browser send here."""
        if request.method != "POST":
            return
        request.max_content_length, request.max_form_parts = LIMIT, PARTS
        site, origin = request.headers.get("Sec-Fetch-Site", "none"), request.headers.get("Origin", "null")
        from_here = origin == "null" or origin.partition("://")[2] in (self._host, request.host)
        if site not in ("same-origin", "none") or not from_here:
            abort(403)

    # The door.

    def enter(self, token: str) -> Response:
        """GET: the passphrase, or the making of one."""
        with self._reads() as ctx:
            receiver, person = doors.behind(ctx, token)
        return self._page("desk_door.html", person=person, new=receiver.public_key is None)

    def open(self, token: str) -> Response:
        """POST: try a passphrase, or make a key with a new one. The slow part holds no transaction."""
        passphrase = request.form.get("passphrase", "")
        with self._reads() as ctx:
            receiver, person = doors.behind(ctx, token)
        new = receiver.public_key is None
        try:
            if new:
                doors.check_passphrase(passphrase, request.form.get("again", ""), person)
                private, wrapped = doors.new_wrapped(passphrase)
                with self._writes() as ctx:
                    receiver, person = doors.behind(ctx, token)
                    doors.make_key(ctx, receiver, person, private, wrapped)
                    seat = doors.sit_down(ctx, receiver, private)
                return self._seated(seat)
            opened = sealing.unwrapped(receiver.wrapped or b"", passphrase)
            with self._writes() as ctx:
                receiver, person = doors.behind(ctx, token)
                if opened is not None:
                    return self._seated(doors.sit_down(ctx, receiver, opened))
                doors.slip(ctx, receiver)
            raise Refusal("口令不对")
        except Refusal as refusal:
            return self._page("desk_door.html", person=person, new=new, trouble=refusal.sentence)

    def _seated(self, token: str) -> Response:
        answer = Response(status=303, headers={"Location": url_for("desk.cases")})
        answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict", path="/desk", secure=self._secure)
        return answer

    def leave(self) -> Response:
        """POST: lock the desk."""
        with self._writes() as ctx:
            doors.stand_up(ctx, request.cookies.get(COOKIE, ""))
        answer = self._page("desk_locked.html", sentence="受理台已锁上。")
        answer.delete_cookie(COOKIE, path="/desk")
        return answer

    def ask_passphrase(self) -> Response:
        """GET: another passphrase."""
        with self._reads() as ctx:
            self._seat(ctx)
        return self._page("desk_passphrase.html")

    def change_passphrase(self) -> Response:
        """POST: keep the key under another passphrase."""
        with self._reads() as ctx:
            seat = self._seat(ctx)
        try:
            if sealing.unwrapped(seat.receiver.wrapped or b"", request.form.get("old", "")) is None:
                raise Refusal("原来的口令不对")
            passphrase = request.form.get("passphrase", "")
            doors.check_passphrase(passphrase, request.form.get("again", ""), seat.person)
        except Refusal as refusal:
            return self._page("desk_passphrase.html", trouble=refusal.sentence)
        wrapped = sealing.wrap(seat.private, passphrase)
        with self._writes() as ctx:
            doors.rewrap(ctx, self._seat(ctx), wrapped, request.cookies.get(COOKIE, ""))
        return self._cases("口令换好了")

    # The cases.

    def cases(self) -> Response:
        """GET: what is mine to read."""
        return self._cases()

    def _cases(self, said: str = "") -> Response:
        with self._writes() as ctx:
            seat = self._seat(ctx)
            doors.stay(ctx, request.cookies.get(COOKIE, ""))
        with self._reads() as ctx:
            lines, figures = desk.lines(ctx, seat), desk.figures(ctx, seat)
        return self._page("desk_cases.html", seat=seat, lines=lines, figures=figures, said=said)

    def case(self, number: str) -> Response:
        """GET: one case."""
        return self._case(number)

    def _case(self, number: str, said: str = "") -> Response:
        with self._writes() as ctx:
            seat = self._seat(ctx)
            doors.stay(ctx, request.cookies.get(COOKIE, ""))
            sheet = desk.sheet(ctx, seat, number)
        return self._page("desk_case.html", seat=seat, sheet=sheet, said=said, labels=LABELS)

    def file(self, number: str, place: int) -> Response:
        """GET: a file, unsealed in memory."""
        with self._writes() as ctx:
            named, content = dossier.file_of(ctx, service.look(ctx, self._seat(ctx), number), place)
        how = "inline" if named.mime in SHOWN_IN_THE_BROWSER else "attachment"
        headers = {
            "Content-Disposition": f"{how}; filename*=UTF-8''{quote(named.name)}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return Response(content, content_type=named.mime, headers=headers)

    def paper(self, number: str) -> Response:
        """GET: the text for the public, as PDF."""
        from bot.paper import pressed  # costs a third of a second: what makes papers

        with self._writes() as ctx:
            found = desk.paper(ctx, self._seat(ctx), number, self._org)
        name = quote(found.file_name)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(pressed(found, self._org), content_type="application/pdf", headers=headers)

    def ask(self, number: str, act: str) -> Response:
        """GET: what an act asks for."""
        with self._reads() as ctx:
            return self._form(ctx, self._seat(ctx), number, _act(act))

    def do(self, number: str, act: str) -> Response:
        """POST: do it."""
        what, typed = _act(act), cleanly(request.form)
        version = typed.get("version", "")
        try:
            files = _files()
            with self._writes() as ctx:
                said = service.do(
                    ctx,
                    self._seat(ctx),
                    number,
                    int(version) if version.isdecimal() else -1,
                    what,
                    typed,
                    files,
                )
        except Refusal as refusal:
            with self._reads() as ctx:
                return self._form(ctx, self._seat(ctx), number, what, typed, refusal.sentence)
        return self._cases(said) if what in (Act.RECUSE, Act.MERGE) else self._case(number, said)

    def _form(
        self,
        ctx: JobContext,
        seat: Seat,
        number: str,
        act: Act,
        typed: Mapping[str, str] | None = None,
        trouble: str = "",
    ) -> Response:
        found = service.read(ctx, seat, number)
        rules.check(act, found.entries, seat.person.name)
        form = forms.form(act, service.choices(ctx, seat, found, act))
        return self._page(
            "desk_act.html",
            seat=seat,
            case=found.case,
            act=act,
            form=form,
            help=forms.HELP.get(act, ""),
            button=forms.BUTTONS.get(act, str(act)),
            typed=typed or {},
            trouble=trouble,
            Kind=Kind,
            text=rules.open_draft(found.entries),
        )

    # Mail and telephone.

    def blank(self) -> Response:
        """GET: what somebody wrote or rang about."""
        with self._reads() as ctx:
            return self._new(ctx, self._seat(ctx))

    def write_down(self) -> Response:
        """POST: take it in as if its author had come to the page (「不追问姓名，不回拨」)."""
        typed = cleanly(request.form)
        try:
            with self._reads() as ctx:
                self._seat(ctx)
            number = self._once.answer(handed.mark(typed), lambda: self._received(typed))
        except Refusal as refusal:
            with self._reads() as ctx:
                return self._new(ctx, self._seat(ctx), typed, refusal.sentence)
        return self._page("desk_written.html", number=receipts.written(number), home=self._public_url)

    def _received(self, typed: Mapping[str, str]) -> str:
        files = _files()
        with self._writes() as ctx:
            self._seat(ctx)
            return filing.receive(ctx, _written(ctx, typed), files)

    def _new(
        self, ctx: JobContext, seat: Seat, typed: Mapping[str, str] | None = None, trouble: str = ""
    ) -> Response:
        return self._page(
            "desk_new.html",
            seat=seat,
            receivers=filing.seated(ctx),
            classes=filing.classes(ctx),
            ways=list(Way),
            ticked=request.form.getlist("whom"),
            typed=typed or {},
            trouble=trouble,
            once=secrets.token_urlsafe(16),
        )

    def _seat(self, ctx: JobContext) -> Seat:
        return doors.seat(ctx, request.cookies.get(COOKIE, ""))

    def refused(self, refusal: Refusal) -> Response:
        """Say no, politely: whatever was asked for, there is one page for it."""
        return self._page("desk_locked.html", 403, sentence=refusal.sentence)

    def failed(self, error: Exception) -> Response:
        """Say that something went wrong. What goes on at the desk stands in no log."""
        if isinstance(error, RequestEntityTooLarge):
            return self._page("desk_locked.html", 413, sentence="附件加起来不能超过 20 MB，请少选几个。")
        status = (error.code or 500) if isinstance(error, HTTPException) else 500
        return self._page("desk_locked.html", status, sentence="没有做成，请回到上一页再试一次。")

    def _page(self, template: str, status: int = 200, **shown: object) -> Response:
        common = {"org": self._org, "text_limit": TEXT_LIMIT, "short_limit": SHORT_LIMIT, "trouble": ""}
        words = render_template(template, size_words=size_words, **{**common, **shown})
        return Response(words, status)


def _written(ctx: JobContext, typed: Mapping[str, str]) -> Report:
    known = {each.person.key: each.person.id for each in filing.seated(ctx)}
    if typed.get("way") not in list(Way):
        raise Refusal("请选是怎样收到的")
    return Report(
        what=typed.get("what", "").strip(),
        ticked=frozenset(known[each] for each in request.form.getlist("whom") if each in known),
        unsure="unsure" in typed,
        others=typed.get("others", ""),
        kind=typed.get("kind", ""),
        who=typed.get("who", ""),
        when=typed.get("when", ""),
        where=typed.get("where", ""),
        way=typed.get("way", ""),
    )


def _files() -> list[Handed]:
    """Return the files of an act. Raises Refusal."""
    return [filing.handed(name, content, as_it_is=False) for name, content in handed.files()]


def _act(name: str) -> Act:
    found = next((each for each in rules.WORKS if each.act.name.lower() == name), None)
    if found is None:
        raise Refusal("没有这一步")
    return found.act


def _guarded(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Vary"] = "Cookie"
    return response
