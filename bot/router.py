"""One incoming, one transaction, one capability function, one reply; a Refusal becomes a polite sentence."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import structs

from bot import asking
from bot.asking import Asking
from bot.context import AskedContext, JobContext
from bot.platform import Abilities, Clicked, Entered, Incoming, Other, Said, Sent, Unread
from handlers.contract.capability import Ask, Capability, OnBoard, Word
from handlers.contract.card import Args, Button, Card, Section
from handlers.contract.confidence import Unsigned
from handlers.contract.incoming import (
    Click,
    FileLost,
    FileOffered,
    FileStored,
    Message,
    StoredFile,
    Submission,
)
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from handlers.contract.roles import Role
from scheduler.clock import Clock
from storage import attempts, dialogue, files, inbox, outbox, people, sent
from storage.database import Database, Tx
from storage.files import Blob, Fetch, FetchState
from storage.outbox import Recipient
from storage.people import Address, Person
from storage.sent import Spot

log = logging.getLogger(__name__)

HELP, CANCEL, AS_TEXT, AS_CARDS = "帮助", "取消", "文字版", "卡片版"
STYLES = {
    AS_TEXT: f"好的，以后用文字代替卡片。想换回来发「{AS_CARDS}」。",
    AS_CARDS: f"好的，以后发卡片。看不到卡片时发「{AS_TEXT}」。",
}
GONE = "这个按钮已经失效，请发「待办」或「我的」重新打开"


@dataclass(frozen=True)
class Times:
    """Business time, machine time, and the zone in which people read both."""

    clock: Clock
    machine: Callable[[], datetime]
    zone: str


class Router:
    """Leads what platforms report to the capability that decides, inside one transaction each."""

    def __init__(
        self,
        database: Database,
        capabilities: Sequence[Capability],
        abilities: Mapping[str, Abilities],
        times: Times,
        public_url: str = "",
    ) -> None:
        self._database = database
        self._capabilities = {each.name: each for each in capabilities}
        self._takers = {each.name: each.takes_files for each in capabilities if each.takes_files}
        self._words = {word: run for each in capabilities for word, run in each.words.items()}
        self._confidences = [each.confidence for each in capabilities if each.confidence]
        self._abilities = abilities
        self._times = times
        self._asking = Asking(lambda ctx, act, args: self.form(act).form(ctx, args), public_url)

    @property
    def platforms(self) -> Sequence[str]:
        """The platforms by name, in the order of preference for a person who has several."""
        return tuple(self._abilities)

    def handle(self, incoming: Incoming) -> Reply | None:
        """Do what was asked, once; a repeat gets the first reply again and changes nothing."""
        if incoming.sender is None or not _wants_an_answer(incoming):
            return None
        try:
            return self._handled(incoming, incoming.sender)
        except _Unkept as unkept:
            return unkept.reply

    def _handled(self, incoming: Incoming, sender: Address) -> Reply | None:
        with self._database.write() as tx:
            if not inbox.begin(tx, incoming.key, self._times.machine()):
                return _decode(inbox.answer(tx, incoming.key))
            reply = self._reply(tx, incoming, sender)
            if not reply.keep:
                raise _Unkept(reply)
            inbox.finish(tx, incoming.key, msgspec.json.encode(reply).decode())
        return reply

    def file_arrived(self, fetch: Fetch, result: Blob | str) -> None:
        """Hand a fetched file, or a Chinese clause that says why there is none, to who waits for it."""
        with self._database.write() as tx:
            if not files.end(tx, fetch.id, FetchState.DONE if isinstance(result, Blob) else FetchState.LOST):
                return
            person = people.get(tx, fetch.person_id)
            people.one_at_a_time(tx, person.id)
            ctx = self.context(tx, person, takes_input=True)
            event: FileStored | FileLost = FileLost(fetch.id, fetch.name, str(result))
            if isinstance(result, Blob):
                files.remember(tx, result, ctx.now)
                event = FileStored(fetch.id, StoredFile(result.sha256, fetch.name, result.size, result.mime))
            taker = self._takers[fetch.taker]
            try:
                with tx.savepoint():
                    words = taker(ctx, event).text
            except Refusal as refusal:
                words = refusal.sentence
            if words:
                ctx.post_text(Recipient(person.id), words)

    def gave_up(self, item: outbox.Item, why: str) -> None:
        """Tell the administrators that a message could not be delivered."""
        with self._database.write() as tx:
            outbox.bury(tx, item.id, why)
            ctx = self._job_context(tx)
            if item.subject == "dead-letter":
                return
            name = (
                people.get(tx, item.recipient.person_id).name if item.recipient.person_id else "未登记的账号"
            )
            for admin in people.holders(tx, (Role.ADMINISTRATOR,)):
                if admin.id != item.recipient.person_id:
                    ctx.send_text(
                        admin,
                        f"有一条给{name}的消息没能送到（{why}）。请核对账号是否在应用可用范围内。",
                        about="dead-letter",
                    )

    def _reply(self, tx: Tx, incoming: Incoming, sender: Address) -> Reply:
        visitor = people.visitor(tx, sender)
        if visitor is None or not visitor.person.active:
            self._overhear(self._job_context(tx), incoming)
            reply = _stranger(visitor is not None)
            self._send_rest(self._job_context(tx), incoming, sender, Recipient(address=sender), reply)
            return reply
        person = visitor.person
        people.one_at_a_time(tx, person.id)
        if not (visitor.current or isinstance(incoming.body, Entered)):
            people.moved_to(tx, person.id, sender.platform)
        ctx = self.context(tx, person, self._abilities[sender.platform].inputs and not visitor.as_text)
        reply = self._decide(ctx, incoming, sender)
        if isinstance(incoming.body, Clicked):
            self._note_clicked(ctx, incoming, incoming.body, sender, reply)
        self._send_rest(ctx, incoming, sender, Recipient(person.id), reply)
        return reply

    def _decide(self, ctx: AskedContext, incoming: Incoming, sender: Address) -> Reply:
        """Run the capability in a savepoint: a refusal undoes its work, and the attempt goes on record."""
        try:
            with ctx.tx.savepoint():
                return self._dispatch(ctx, incoming, sender)
        except Refusal as refusal:
            act, about = self._described(incoming)
            return refused(ctx, act, about, refusal)

    def _dispatch(self, ctx: AskedContext, incoming: Incoming, sender: Address) -> Reply:
        match incoming.body:
            case Said() | Sent() if incoming.group:
                self._overhear(ctx, incoming)
                return Reply(text="我们私聊吧：请在和我的单独聊天里说，群里不谈单子。")
            case Said(text=text):
                reply = self._say(ctx, incoming, sender, text.strip())
            case Clicked() as clicked:
                reply = self._click(ctx, clicked)
            case Sent() as offered:
                reply = self._offer(ctx, sender, offered)
            case Unread():
                return Reply(
                    text=f"语音、表情、视频我看不懂。请发文字、图片或文件；发「{HELP}」看看我能做什么。"
                )
            case _:
                return Reply()
        return self._ask_at_once(ctx, self._asking.with_board(ctx, reply))

    def _ask_at_once(self, ctx: AskedContext, reply: Reply) -> Reply:
        """Where cards take no input, turn a form that is to be filled now into its first question."""
        form = reply.card.form if reply.card else None
        if reply.card is None or form is None or not form.at_once or ctx.takes_input:
            return reply
        asked = self._asking.begin(ctx, form.buttons[0], form)
        before = tuple(line for section in reply.card.sections for line in section.lines)
        if not before:
            return asked
        if asked.card is None:
            return Reply(text="\n".join((*before, "", asked.text)))
        return Reply(card=structs.replace(asked.card, sections=(Section(before), *asked.card.sections)))

    def _overhear(self, ctx: JobContext, incoming: Incoming) -> None:
        """Raise _Unkept where words that nobody understood should leave no trace."""
        if not isinstance(incoming.body, Said):
            return
        words = Unsigned(incoming.body.text, group=incoming.group)
        for each in self._confidences:
            if answer := each.overhears(ctx, words):
                raise _Unkept(answer)

    def _say(self, ctx: AskedContext, incoming: Incoming, sender: Address, text: str) -> Reply:
        is_open = self._asking.is_open(ctx)
        if text == HELP or (text.startswith(HELP) and not is_open):
            return Reply(card=self._help())
        if text in STYLES:
            people.prefer_text(ctx.tx, sender, text == AS_TEXT)
            return Reply(text=STYLES[text])
        if text == CANCEL:
            return self._cancel(ctx)
        found = self._find_word(text)
        if is_open and not (found and (text == found[0] or found[1].usage)):
            return self._asked(ctx, self._asking.hear(ctx, text))
        if found is None:
            self._overhear(ctx, incoming)
            # No refusal and no echo: what was not meant for us goes on no record.
            return Reply(text=f"没看懂这句话。发「{HELP}」看看我能做什么。", refused=True)
        word, run = found
        return run.run(ctx, Message(word, text[len(word) :].strip()))

    def _cancel(self, ctx: AskedContext) -> Reply:
        stopped = self._asking.stop(ctx)
        replies = [each.cancel(ctx) for each in self._capabilities.values() if each.cancel]
        words = "好的，已取消。" if stopped else "现在没有正在填的内容。"
        return next((each for each in replies if each), None) or Reply(text=words)

    def _asked(self, ctx: AskedContext, heard: Reply | Submission) -> Reply:
        """Go on asking, or hand the filled form in."""
        return heard if isinstance(heard, Reply) else self.hand_in(ctx, heard)

    def hand_in(self, ctx: AskedContext, submission: Submission) -> Reply:
        """Let the capability take a filled form; another door at which it is being filled is closed.

        Raises Refusal."""
        reply = self.form(submission.act).run(ctx, submission)
        if not reply.refused:
            self._asking.handed_in(ctx, submission)
        return reply

    def form(self, act: str) -> Ask:
        """Return the form that an act hands in. Raises Refusal."""
        name, _, short = act.partition(".")
        capability = self._capabilities.get(name)
        if capability is None or short not in capability.forms:
            raise Refusal(GONE)
        return capability.forms[short]

    def board(self, name: str) -> OnBoard:
        """Return the page called `<capability>.<board>`. Raises Refusal."""
        owner, _, short = name.partition(".")
        capability = self._capabilities.get(owner)
        if capability is None or short not in capability.boards:
            raise Refusal(GONE)
        return capability.boards[short]

    def _find_word(self, text: str) -> tuple[str, Word] | None:
        """Return the longest word that the text begins with; what follows must not be a part of the word."""
        for word in sorted(self._words, key=len, reverse=True):
            rest = text.removeprefix(word)
            if rest != text and (not rest or not rest[0].isalnum() or rest[0].isascii()):
                return word, self._words[word]
        return None

    def _click(self, ctx: AskedContext, clicked: Clicked) -> Reply:
        name, _, act = clicked.act.partition(".")
        capability = self._capabilities.get(name)
        if name == asking.NAME:
            return self._asked(ctx, self._asking.choose(ctx, Click(clicked.act, clicked.args)))
        if capability and act in capability.clicks:
            return capability.clicks[act](ctx, Click(clicked.act, clicked.args))
        ask = self.form(clicked.act)
        if clicked.values is not None:
            return self.hand_in(ctx, Submission(clicked.act, clicked.args, clicked.values))
        return self._asking.begin(ctx, Button("", clicked.act, clicked.args), ask.form(ctx, clicked.args))

    def _offer(self, ctx: AskedContext, sender: Address, offered: Sent) -> Reply:
        """Have a file fetched for what its sender has begun last, or for what takes files by itself."""
        if not self._takers:
            raise Refusal("现在不收文件。")
        taker = dialogue.newest(ctx.tx, ctx.person.id, self._takers, ctx.now) or next(iter(self._takers))
        ticket = files.request(
            ctx.tx,
            sender,
            offered.message_id,
            offered.key,
            offered.image,
            offered.name,
            ctx.person.id,
            taker,
            ctx.machine_now,
        )
        return self._takers[taker](ctx, FileOffered(ticket, offered.name))

    def _help(self) -> Card:
        files = "请发截图，或在网页上传" if self._asking.on_page else "请发截图"
        lines = tuple(f"「{run.usage or word}」 {run.help}" for word, run in self._words.items() if run.help)
        return Card(
            title="我能帮您做这些",
            subject="help",
            preview="帮助",
            sections=(
                Section(("在聊天里发下面的词就行：", *lines, f"「{CANCEL}」 放弃正在填的内容")),
                Section((f"看不到卡片（比如在个人微信里）时发「{AS_TEXT}」，换回来发「{AS_CARDS}」。",)),
                Section(
                    (f"照片直接发给我，会放进报销草稿；飞书里也可以发文件，企业微信不转文件，{files}。",)
                ),
            ),
        )

    def _send_rest(
        self, ctx: JobContext, incoming: Incoming, sender: Address, to: Recipient, reply: Reply
    ) -> None:
        """Post what the HTTP answer cannot carry."""
        rest = self._abilities[sender.platform].left_over(incoming, reply)
        if rest.card:
            ctx.post_card(to, rest.card)
        if words := rest.text or ("" if reply.card else rest.toast):
            ctx.post_text(to, words)

    def _note_clicked(
        self, ctx: AskedContext, incoming: Incoming, clicked: Clicked, sender: Address, reply: Reply
    ) -> None:
        """Where a card turns into another, its old subject no longer finds it: lost with the answer, the new
        one would never come. A platform that does not repeat the click gets it by the outbox as well, and
        what is answered later takes the place of what is still on its way there."""
        spot = Spot(Recipient(ctx.person.id), sender, clicked.message_id, clicked.handle)
        turned = sent.clicked(ctx.tx, spot, reply.card.subject if reply.card else None, ctx.machine_now)
        platform = self._abilities[sender.platform]
        answered = None if platform.left_over(incoming, reply).card else reply.card
        if answered is None or platform.repeats_clicks:
            return
        if turned or outbox.replaces_late(ctx.tx, spot.to, answered.subject, ctx.machine_now):
            ctx.replace_for(spot.to, answered)

    def _described(self, incoming: Incoming) -> tuple[str, str]:
        """Return what was attempted and on what: ids, never words that somebody typed."""
        match incoming.body:
            case Clicked(act=act, args=args):
                return described(act, args)
            case Said(text=text):
                found = self._find_word(text.strip())
                if found is None:
                    return "say", ""
                number = re.match(
                    r"[A-Za-z]{2}-\d{4}-\d{4,9}(?!\S)", text.strip().removeprefix(found[0]).strip()
                )
                return found[0], number[0] if number else ""
            case body:
                return type(body).__name__.lower(), ""

    def context(self, tx: Tx, person: Person, takes_input: bool) -> AskedContext:
        """Return what a capability needs to serve a person inside a transaction."""
        times = self._times
        return AskedContext(tx, times.clock.now(), times.machine(), times.zone, person, takes_input)

    def _job_context(self, tx: Tx) -> JobContext:
        return JobContext(tx, self._times.clock.now(), self._times.machine(), self._times.zone)


class _Unkept(Exception):
    """Ends a transaction so that nothing of it is kept, and carries the answer out."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def _wants_an_answer(incoming: Incoming) -> bool:
    read = not isinstance(incoming.body, Other)
    return read or (isinstance(incoming.body, Unread) and not incoming.group)


def refused(ctx: AskedContext, act: str, about: str, refusal: Refusal) -> Reply:
    """Put a refused attempt on record and return the polite no."""
    attempts.record(ctx.tx, ctx.now, ctx.person.id, act, about, refusal.rule, refusal.sentence, refusal.grave)
    facts = {"act": act, "rule": refusal.rule, "answer": refusal.sentence}
    ctx.record(ctx.person, "refused", about or act, 0, facts)
    return Reply(text=refusal.sentence, toast=refusal.sentence, refused=True)


def described(act: str, args: Args) -> tuple[str, str]:
    """Return what was attempted and on what, as records hold it."""
    return act[:64], ",".join(f"{key}={value}" for key, value in sorted(args.items()))[:128]


def _stranger(has_left: bool) -> Reply:
    why = "您已不在名单里" if has_left else "我还不认识您的账号"
    text = f"您好，我是清廉助手。{why}，暂时不能为您办事。请把您的姓名告诉管理员，登记后再发「{HELP}」。"
    return Reply(text=text, toast=text, refused=True)


def _decode(text: str) -> Reply | None:
    return msgspec.json.decode(text, type=Reply) if text else None
