"""How a form is filled where cards take no input: question by question in the chat, or on a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct, structs

from bot.context import AskedContext, JobContext
from handlers.contract.card import Args, Button, Card, Form, Kind, Link, Question, Section, number_in
from handlers.contract.incoming import Click, Submission
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from storage import dialogue, pages, people
from storage.dialogue import Dialogue

NAME = "asking"
KEPT = timedelta(minutes=30)
AGREE = ("好", "好的", "是", "ok", "OK")
BACK, SKIP = "上一步", "跳过"
ON_PAGE = "也可以在网页上填（能传 PDF 等文件）"
BUTTONS = 5
"""As many choices as fit on a card beside nothing else; longer lists are answered by number."""

Forms = Callable[[AskedContext, str, Args], Form]


class Questions(Struct):
    """A form under way: which questions are asked, the one that is open, and the answers so far."""

    act: str
    args: dict[str, str | int]
    names: list[str]
    at: int = 0
    answers: dict[str, str] = {}


class Asking:
    """Asks the questions of a form one after the other. `forms` gives a form anew, as it is by now.

    `public_url` is where the form's page is reached; without one no page is offered.
    """

    def __init__(self, forms: Forms, public_url: str = "") -> None:
        self._forms = forms
        self._public_url = public_url.rstrip("/")

    @property
    def on_page(self) -> bool:
        """Whether forms can be filled in on pages."""
        return bool(self._public_url)

    def begin(self, ctx: AskedContext, button: Button, form: Form) -> Reply:
        """Ask the first question of a form that `button` hands in; only what is to be mended, if marked."""
        names = list(form.problems) or [each.name for each in form.questions]
        answers = {each.name: "" if each.name in form.problems else each.default for each in form.questions}
        state = Questions(button.act, dict(button.args), names, 0, answers)
        dialogue.begin(ctx.tx, ctx.person.id, NAME, _encode(state), ctx.now + KEPT)
        asked = self._ask(ctx, state)
        return self._with_way(ctx, asked, state) if form.page and self.on_page else asked

    def is_open(self, ctx: AskedContext) -> bool:
        """Tell whether a question waits for this person's answer."""
        return dialogue.find(ctx.tx, ctx.person.id, NAME, ctx.now) is not None

    def stop(self, ctx: AskedContext) -> bool:
        """Drop the open question; tell whether there was one."""
        found = dialogue.find(ctx.tx, ctx.person.id, NAME, ctx.now)
        if found:
            dialogue.end(ctx.tx, found.id)
        return found is not None

    def handed_in(self, ctx: AskedContext, submission: Submission) -> None:
        """Stop asking for what was handed in by another door, and say so."""
        found = dialogue.find(ctx.tx, ctx.person.id, NAME, ctx.now)
        if found is None:
            return
        state = msgspec.json.decode(found.data, type=Questions)
        if (_owner(state.act), state.args) == (_owner(submission.act), dict(submission.args)):
            dialogue.end(ctx.tx, found.id)
            ctx.send_text(ctx.person, "您已经在别处填好交了，聊天里的填写就停在这里。")

    def hear(self, ctx: AskedContext, text: str) -> Reply | Submission:
        """Take an answer: ask on, ask again, or return the filled form."""
        found, state = self._open(ctx)
        question = self._question(ctx, state)
        if text == BACK:
            state.at = max(0, state.at - 1)
            return self._keep(ctx, found, state)
        answer = _understood(question, text, state.answers.get(question.name, ""))
        if answer is None:
            return self._ask(ctx, state, "没看懂您的回答。")
        if len(answer) > question.limit:
            return self._ask(ctx, state, f"请控制在 {question.limit} 字以内。")
        return self._take(ctx, found, state, question, answer)

    def choose(self, ctx: AskedContext, click: Click) -> Reply | Submission:
        """Take a choice made by button; refused when that question is no longer open."""
        found, state = self._open(ctx)
        question = self._question(ctx, state)
        place = number_in(click.args, "choice")
        if number_in(click.args, "question") != state.at or place >= len(question.options):
            raise Refusal("这个问题已经答过了，请看最新的一条。")
        return self._take(ctx, found, state, question, question.options[place].value)

    def with_board(self, ctx: AskedContext, reply: Reply) -> Reply:
        """Turn the board of a card into the way there, which is its reader's alone; a way to a page of ours
        into an address."""
        reply = led(reply, self._public_url)
        board = reply.card.board if reply.card else None
        if reply.card is None or board is None:
            return reply
        link = None
        if self.on_page:
            args = msgspec.json.encode({"argument": board.argument}).decode()
            token = pages.begin(ctx.tx, ctx.person.id, pages.BOARD + board.name, args, ctx.now)
            link = Link(board.label, f"{self._public_url}/form/{token}")
        return structs.replace(reply, card=structs.replace(reply.card, board=None, link=link))

    def _with_way(self, ctx: AskedContext, asked: Reply, state: Questions) -> Reply:
        """Add the way to the form's page to its first question."""
        args = msgspec.json.encode(state.args).decode()
        token = pages.begin(ctx.tx, ctx.person.id, state.act, args, ctx.now)
        url = f"{self._public_url}/form/{token}"
        if asked.card is None:
            return structs.replace(asked, text=f"{asked.text}\n{ON_PAGE}：{url}")
        lines = Section((f"{ON_PAGE}。",))
        card = structs.replace(
            asked.card, sections=(*asked.card.sections, lines), link=Link("在网页上填", url)
        )
        return structs.replace(asked, card=card)

    def _take(
        self, ctx: AskedContext, found: Dialogue, state: Questions, question: Question, answer: str
    ) -> Reply | Submission:
        state.answers[question.name] = answer
        state.at += 1
        if state.at < len(state.names):
            return self._keep(ctx, found, state)
        dialogue.end(ctx.tx, found.id)
        return Submission(state.act, state.args, state.answers)

    def _keep(self, ctx: AskedContext, found: Dialogue, state: Questions) -> Reply:
        dialogue.save(ctx.tx, found.id, _encode(state), ctx.now + KEPT)
        return self._ask(ctx, state)

    def _open(self, ctx: AskedContext) -> tuple[Dialogue, Questions]:
        found = dialogue.find(ctx.tx, ctx.person.id, NAME, ctx.now)
        if found is None:
            raise Refusal("这个问题已经过期了，请重新开始。")
        return found, msgspec.json.decode(found.data, type=Questions)

    def _question(self, ctx: AskedContext, state: Questions) -> Question:
        form = self._forms(ctx, state.act, state.args)
        return next(each for each in form.questions if each.name == state.names[state.at])

    def _ask(self, ctx: AskedContext, state: Questions, first: str = "") -> Reply:
        question = self._question(ctx, state)
        default = state.answers.get(question.name, "")
        place = f"（{state.at + 1}/{len(state.names)}）" if len(state.names) > 1 else ""
        lines = [*([first] if first else []), f"{place}{question.label}", *_how(question, default)]
        lines.append(f"「{BACK}」改前一题，「取消」放弃" if state.at else "「取消」放弃")
        if question.kind is Kind.CHOICE and 0 < len(question.options) <= BUTTONS:
            return Reply(card=_choice_card(question, state.at, lines))
        return Reply(text="\n".join(lines))


def led(reply: Reply, public_url: str) -> Reply:
    """Let the link of a card that leads to a page of ours (`/report`) lead there from everywhere; without an
    address of ours it is left out."""
    link = reply.card.link if reply.card else None
    if reply.card is None or link is None or not link.url.startswith("/"):
        return reply
    whole = Link(link.label, public_url.rstrip("/") + link.url) if public_url else None
    return structs.replace(reply, card=structs.replace(reply.card, link=whole))


def expire(ctx: JobContext) -> None:
    """Close the questions that nobody answered, and say so."""
    for each in dialogue.expired(ctx.tx, NAME, ctx.now):
        dialogue.end(ctx.tx, each.id)
        ctx.send_text(people.get(ctx.tx, each.person_id), "刚才的填写放了太久，已经停下。需要时请重新开始。")


def _how(question: Question, default: str) -> Sequence[str]:
    """Return the lines that say how to answer."""
    if question.kind is Kind.CHOICE:
        lines = [f"{place} {each.label}" for place, each in enumerate(question.options, 1)]
        known = next((each.label for each in question.options if each.value == default), "")
        return [*lines, "请回数字" + (f"，或回「好」用「{known}」" if known else "")]
    if question.kind is Kind.FILES:
        return [f"现在：{question.default}", question.hint, "发完或不用发，请回「好」"]
    lines = [question.hint] if question.hint else []
    if default:
        lines.append(f"回「好」就用：{default}")
    elif not question.required:
        lines.append(f"没有就回「{SKIP}」")
    return lines


def _choice_card(question: Question, at: int, lines: Sequence[str]) -> Card:
    buttons = tuple(
        Button(each.label, f"{NAME}.choose", {"question": at, "choice": place}, say=str(place + 1))
        for place, each in enumerate(question.options)
    )
    return Card(
        title=question.label,
        subject=NAME,
        preview="请选择",
        sections=(Section(tuple(lines)),),
        buttons=buttons,
    )


def _understood(question: Question, text: str, default: str) -> str | None:
    """Return the answer as the form wants it, or None when it is none."""
    if question.kind is Kind.FILES:
        return "" if text in (*AGREE, "没有", SKIP) else None
    if text in AGREE and default:
        return default
    if question.kind is Kind.CHOICE:
        number = int(text) if text.isdecimal() and len(text) < 4 else 0
        if 0 < number <= len(question.options):
            return question.options[number - 1].value
        return next((each.value for each in question.options if text in (each.value, each.label)), None)
    if text == SKIP and not question.required:
        return ""
    return text if text not in ("", SKIP, *AGREE) else None


def _owner(act: str) -> str:
    return act.partition(".")[0]


def _encode(state: Questions) -> str:
    return msgspec.json.encode(state).decode()
