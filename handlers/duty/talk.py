"""How people talk about duties: each word, click and form leads to one call of the service."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from handlers.contract.card import Args, Form, number_in
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import Click, FileLost, FileOffered, FileStored, Message, Submission
from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Waiting
from handlers.contract.reply import Reply
from handlers.contract.roles import Role
from handlers.duty import cards, service
from handlers.duty.plan import BY_CODE, DUTIES
from handlers.duty.rules import ACT_WORDS, Act, State
from handlers.mechanisms.evidence import service as evidence
from storage import duties
from storage.duties import Occurrence
from storage.people import Person

NAME = "duty"
SHOWN, BUTTONS = 10, 5
_TURN = re.compile(r"(开启|关闭)\s+(\w+)\s+决议\s*(\S{1,60})\s+(\d{4}-\d{2}-\d{2})")


def tasks(ctx: Asked, message: Message) -> Reply:
    """任务: the list; 任务 清单: the year's; 任务 <编号> …: one; 任务 开启 P54a 决议 2026-05 2026-03-01."""
    words = message.rest.split(maxsplit=2)
    if not words:
        return _list(ctx)
    if words[0] == "清单":
        return _plan(ctx)
    if words[0] in ("开启", "关闭"):
        return _turn(ctx, message.rest)
    found = service.readable(ctx, duties.by_number(ctx.tx, words[0].upper()))
    if len(words) == 1:
        return Reply(card=service.card(ctx, found, ctx.person))
    what = cards.typed_act(words[1])
    if what is None:
        raise Refusal(f"没看懂「{words[1][:10]}」。发「任务 {found.number}」，用卡片上的按钮")
    return _done(ctx, found.id, found.version, what, words[2] if len(words) > 2 else "")


def show(ctx: Asked, click: Click) -> Reply:
    """Send an occurrence from a list."""
    found = service.readable(ctx, duties.get(ctx.tx, number_in(click.args, "duty")))
    ctx.send_card(ctx.person, service.card(ctx, found, ctx.person))
    return Reply(toast=f"{found.number} 已发给您")


def ask(ctx: Asked, click: Click) -> Reply:
    """交材料 or 退回补充: the question; files that are sent from now on belong to it."""
    found = service.readable(ctx, duties.get(ctx.tx, number_in(click.args, "duty")))
    what = _act_in(click.args)
    files = len(evidence.begin(ctx, NAME, found.id).files) if what is Act.HAND_IN else 0
    return Reply(card=service.card(ctx, found, ctx.person, ask=what, files=files))


def words_form(ctx: Asked, args: Args) -> Form:
    """The question before an act, where it is asked by itself."""
    found = service.readable(ctx, duties.get(ctx.tx, number_in(args, "duty")))
    return cards.words_form(found, _act_in(args))


def say(ctx: Asked, submission: Submission) -> Reply:
    """An act with words."""
    duty, version = (number_in(submission.args, name) for name in ("duty", "version"))
    return _done(ctx, duty, version, _act_in(submission.args), submission.values.get("text", ""))


def confirm(ctx: Asked, click: Click) -> Reply:
    """确认完成."""
    return _done(ctx, number_in(click.args, "duty"), number_in(click.args, "version"), Act.CONFIRM, "")


def on_file(ctx: Asked, event: FileOffered | FileStored | FileLost) -> Reply:
    """Evidence that was sent in chat."""
    return evidence.take(ctx, NAME, event)


def cancel(ctx: Asked) -> Reply | None:
    """取消: forget the evidence that was sent."""
    return Reply(text="材料先不交了，发来的文件已清掉。") if evidence.end(ctx, NAME) else None


def waiting(ctx: Context, person: Person) -> Sequence[Waiting]:
    """What waits for a person: theirs to do, or theirs to confirm."""
    return [
        Waiting(_line(ctx, each), cards.show_button(each), each.due_on if each.state == State.OPEN else None)
        for each in service.waiting_for(ctx, person)[:SHOWN]
    ]


def _list(ctx: Asked) -> Reply:
    found = service.seen_by(ctx, ctx.person)
    lines = [f"{n}. {_line(ctx, each)}" for n, each in enumerate(found[:SHOWN], 1)]
    if len(found) > SHOWN:
        lines.append(f"还有 {len(found) - SHOWN} 件，办完这些再发「任务」。")
    buttons = [cards.show_button(each, f"看 {n}") for n, each in enumerate(found[:BUTTONS], 1)]
    return Reply(
        card=cards.list_card("任务", f"duty-list:{ctx.person.id}", lines, buttons, "现在没有任务 🎉")
    )


def _plan(ctx: Asked) -> Reply:
    """The whole list with what is on; what is secret stands in the supervisors' list alone."""
    lines = [
        f"{'●' if service.is_on(ctx, each) else '○'} {each.code} {each.title}（{'/'.join(each.owners)}）"
        for each in DUTIES
        if not each.secret or Role.SUPERVISOR in ctx.person.roles
    ]
    lines.append("● 已开启  ○ 未开启；秘书长或理事长发「任务 开启 编码 决议 编号 日期」")
    return Reply(card=cards.list_card("年度任务清单", f"duty-plan:{ctx.person.id}", lines, (), ""))


def _turn(ctx: Asked, text: str) -> Reply:
    found = _TURN.fullmatch(text.strip())
    if found is None:
        raise Refusal("请写成「任务 开启 P54a 决议 2026-05 2026-03-01」：编码、决议编号、决议日期")
    try:
        decided_on = date.fromisoformat(found[4])
    except ValueError:
        raise Refusal(f"{found[4]} 不是一个日期，请写成 2026-03-01 这样") from None
    duty = service.turn(ctx, found[2], found[1] == "开启", found[3], decided_on)
    return Reply(text=f"「{duty.title}」已{found[1]}，依据决议 {found[3]}（{decided_on}）。")


def _line(ctx: Context, found: Occurrence) -> str:
    return cards.line(found, BY_CODE[found.code], [each.name for each in service.owners(ctx, found)])


def _done(ctx: Asked, duty_id: int, version: int, what: Act, text: str) -> Reply:
    text = text.strip()
    if what is not Act.CONFIRM and not 0 < len(text) <= service.TEXT_LIMIT:
        raise Refusal(f"{ACT_WORDS[what]}请写一句话，最多 {service.TEXT_LIMIT} 个字")
    files = evidence.taken(ctx, NAME, duty_id) if what is Act.HAND_IN else []
    found = service.act(ctx, duty_id, version, what, text, files)
    return Reply(card=service.card(ctx, found, ctx.person), toast=f"{found.number} 已{ACT_WORDS[what]}")


def _act_in(args: Args) -> Act:
    try:
        return Act(str(args.get("act", "")))
    except ValueError:
        raise Refusal("这个按钮已经失效，请发「任务」重新打开") from None
