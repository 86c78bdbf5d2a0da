"""What the page of a form asks of the house: show it, keep it, take files, hand it in; a transaction each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import msgspec
from msgspec import structs

from bot.context import AskedContext
from bot.router import Router, described, refused
from handlers.contract.capability import Ask
from handlers.contract.card import Args, Form, Kind, Question
from handlers.contract.incoming import FileGiven, FileTaken, StoredFile, Submission
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from handlers.contract.view import View
from storage import files, pages, people
from storage.database import Database, Tx
from storage.files import FileStore
from storage.pages import Link

UNKNOWN, LEFT, ENDED = 404, 403, 410
"""Why a link opens nothing, as HTTP says it."""


class Closed(Exception):
    """A link that opens nothing: HTTP status and a Chinese sentence with the way out."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass(frozen=True)
class Sheet:
    """A form to be filled in by `name`. `button` is what hands it in, `trouble` what stands against it as a
    whole; the answers typed so far are the questions' defaults, what is to be mended its problems."""

    form: Form
    name: str
    button: str
    trouble: str = ""

    def typed(self, values: Mapping[str, str], problems: Mapping[str, str]) -> Sheet:
        """Return the sheet with answers as somebody typed them, and what is to be mended."""
        questions = tuple(
            each if each.kind is Kind.FILES else structs.replace(each, default=values.get(each.name, ""))
            for each in self.form.questions
        )
        return replace(self, form=structs.replace(self.form, questions=questions, problems=problems))


class Pages:
    """Leads the requests of pages to the capability whose form it is. Every method raises Closed."""

    def __init__(self, database: Database, router: Router, store: FileStore) -> None:
        self._database, self._router, self._store = database, router, store

    def show(self, token: str) -> Sheet:
        """Return the form with the draft's answers; nothing is changed or spent."""
        with self._database.read() as tx, _or_closed():
            page = self._page(tx, _found(tx, token))
            return page.sheet(page.form())

    def board(self, token: str) -> View | None:
        """Return the board behind a link as it is now; None where there is a form."""
        with self._database.read() as tx, _or_closed():
            link = _found(tx, token)
            return self._board(tx, link) if link.act.startswith(pages.BOARD) else None

    def answered(self, token: str) -> Reply | None:
        """Return what a handing in was answered with, as long as its link would have been good; else None."""
        with self._database.read() as tx:
            link = _found(tx, token)
            person = people.get(tx, link.person_id)
            now = self._router.context(tx, person, takes_input=True).now
        shown = link.spent_at and person.active and now < link.expires_at
        return msgspec.json.decode(link.answer, type=Reply) if shown else None

    def check(self, token: str) -> None:
        """Turn an unknown link away. Raises Closed as the others do."""
        with self._database.read() as tx:
            _found(tx, token)

    def account(self, token: str, platform: str) -> str:
        """Return the account of its person on a platform, "" for somebody who chats elsewhere."""
        with self._database.read() as tx:
            home = people.home_of(tx, _found(tx, token).person_id, self._router.platforms)
            return home.address.user_id if home and home.address.platform == platform else ""

    def keep(self, token: str, values: Mapping[str, str]) -> Mapping[str, str]:
        """Keep what was typed so far; return by question why an answer is not kept.

        Nothing is attempted by it: a draft that is gone leaves no trace."""
        with self._database.write() as tx, _or_closed():
            return self._page(tx, _locked(tx, token)).keep(values)

    def give(self, token: str, name: str, content: bytes) -> None:
        """Add a file. Raises storage.files.NotAccepted."""
        self.show(token)
        blob = self._store.put(content)
        with self._database.write() as tx:
            page = self._page(tx, _locked(tx, token))
            files.remember(tx, blob, page.ctx.now)
            file = StoredFile(blob.sha256, name, blob.size, blob.mime)
            outcome = page.attempt(lambda: page.enclose(FileGiven(page.args, file)))
        _raise_refused(outcome)

    def take(self, token: str, key: str) -> None:
        """Take a file out again."""
        with self._database.write() as tx:
            page = self._page(tx, _locked(tx, token))
            outcome = page.attempt(lambda: page.enclose(FileTaken(page.args, key)))
        _raise_refused(outcome)

    def hand_in(self, token: str, values: Mapping[str, str]) -> Reply | Sheet:
        """Hand the form in and spend the link; what was handed in before gets its first answer again.

        A sheet comes back where something is to be mended: the link is not spent then."""
        with self._database.write() as tx:
            outcome = self._hand_in(tx, _locked(tx, token), values)
        if isinstance(outcome, Closed):
            raise outcome
        return outcome

    def _hand_in(self, tx: Tx, link: Link, values: Mapping[str, str]) -> Reply | Sheet | Closed:
        if link.spent_at and people.get(tx, link.person_id).active:
            return msgspec.json.decode(link.answer, type=Reply)
        page = self._page(tx, link)
        if too_long := page.too_long(values):
            return page.sheet(page.form()).typed(values, too_long)
        reply = page.attempt(lambda: self._router.hand_in(page.ctx, page.submission(values)))
        if reply.refused:
            return page.to_mend(reply, values)
        if not pages.spend(tx, link, msgspec.json.encode(reply).decode(), page.ctx.now):
            raise LookupError("a link was spent while its person was locked")
        if reply.card:
            page.ctx.send_card(page.ctx.person, reply.card)
        return reply

    def _reader(self, tx: Tx, link: Link) -> AskedContext:
        """Return the context of a link's person. Who has left is refused."""
        person = people.get(tx, link.person_id)
        if not person.active:
            raise Closed(LEFT, "您已不在名单里，暂时不能为您办事。请联系管理员。")
        return self._router.context(tx, person, takes_input=True)

    def _board(self, tx: Tx, link: Link) -> View:
        ctx = self._reader(tx, link)
        if link.expires_at <= ctx.now:
            raise Closed(ENDED, "这个链接过期了。请回到聊天再要一次，会有新的链接。")
        board = self._router.board(link.act.removeprefix(pages.BOARD))
        return board(ctx, msgspec.json.decode(link.args, type=dict[str, str])["argument"])

    def _page(self, tx: Tx, link: Link) -> _Page:
        """Return an open page. A link that has ended is refused."""
        ctx = self._reader(tx, link)
        with _or_closed():
            ask = self._router.form(link.act)
        again = f"请回到聊天发「{ask.word}」" if ask.word else "请回到聊天重新开始"
        if link.spent_at:
            raise Closed(ENDED, f"这张表已经提交过了，结果在聊天里。要再填一张，{again}。")
        if link.expires_at <= ctx.now:
            raise Closed(ENDED, f"这个链接过期了。{again}，会有新的链接；填过的内容还在。")
        args = msgspec.json.decode(link.args, type=dict[str, str | int])
        return _Page(ctx, link, args, ask, _form_of(ask, ctx, args))


@dataclass(frozen=True)
class _Page:
    """An open link inside a transaction; `asked` is its form, or why there is none any more."""

    ctx: AskedContext
    link: Link
    args: Args
    ask: Ask
    asked: Form | Refusal

    def form(self) -> Form:
        """Raises Refusal."""
        if isinstance(self.asked, Refusal):
            raise self.asked
        return self.asked

    def sheet(self, form: Form, trouble: str = "") -> Sheet:
        label = next((each.label for each in form.buttons if each.act == self.link.act), "提交")
        return Sheet(form, self.ctx.person.name, label, trouble)

    def questions(self) -> list[Question]:
        """Return what is answered by typing or choosing; nothing where there is no form any more."""
        asked = self.asked.questions if isinstance(self.asked, Form) else ()
        return [each for each in asked if each.kind is not Kind.FILES]

    def submission(self, values: Mapping[str, str]) -> Submission:
        answers = {each.name: values.get(each.name, "") for each in self.questions()}
        return Submission(self.link.act, self.args, answers)

    def keep(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """Keep answers; a question without one, or with one that is too long, keeps what it has. Return what
        is to be said of those that are too long."""
        self.form()
        known = {each.name: each.default for each in self.questions()}
        too_long = self.too_long(values)
        fitting = {name: value for name, value in values.items() if name not in too_long}
        if self.ask.keep:
            self.ask.keep(self.ctx, self.submission(known | fitting))
        return {name: f"{why}，还没有保存" for name, why in too_long.items()}

    def enclose(self, event: FileGiven | FileTaken) -> Reply:
        if self.ask.enclose:
            self.ask.enclose(self.ctx, event)
        return Reply()

    def attempt(self, work: Callable[[], Reply]) -> Reply:
        """Do the work in a savepoint: a refusal undoes it, and the attempt goes on record."""
        try:
            with self.ctx.tx.savepoint():
                return work()
        except Refusal as refusal:
            return refused(self.ctx, *described(self.link.act, self.args), refusal)

    def too_long(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """Return what to mend where an answer is longer than its question allows."""
        return {
            each.name: f"{each.label}请控制在 {each.limit} 字以内，现在是 {len(values[each.name])} 字"
            for each in self.questions()
            if len(values.get(each.name, "")) > each.limit
        }

    def to_mend(self, reply: Reply, values: Mapping[str, str]) -> Sheet | Closed:
        """Return the form with all that was typed, and what stands against it where it belongs."""
        if reply.card and reply.card.form:
            return self.sheet(reply.card.form).typed(values, reply.card.form.problems)
        if isinstance(self.asked, Refusal):
            return Closed(ENDED, self.asked.sentence)
        return self.sheet(self.asked, trouble=reply.text).typed(values, {})


def _form_of(ask: Ask, ctx: AskedContext, args: Args) -> Form | Refusal:
    try:
        return ask.form(ctx, args)
    except Refusal as refusal:
        return refusal


def _found(tx: Tx, token: str) -> Link:
    link = pages.find(tx, token)
    if link is None:
        raise Closed(UNKNOWN, "没有这个页面。请看看链接是不是复制完整了，或回到聊天发「帮助」。")
    return link


def _locked(tx: Tx, token: str) -> Link:
    """Return the link as it is once nothing else that its person does can run."""
    people.one_at_a_time(tx, _found(tx, token).person_id)
    return _found(tx, token)


@contextmanager
def _or_closed() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise Closed(ENDED, refusal.sentence) from None


def _raise_refused(outcome: Reply) -> None:
    """Raise what was refused, once its trace is committed."""
    if outcome.refused:
        raise Closed(ENDED, outcome.text)
