"""How people talk about duties: each word, click and form leads to one call of the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from handlers.contract.card import Args, Form, number_in
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import (
    Click,
    FileGiven,
    FileLost,
    FileOffered,
    FileStored,
    FileTaken,
    Message,
    Submission,
)
from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Waiting
from handlers.contract.reply import Reply
from handlers.contract.roles import Role
from handlers.contract.wording import resolution_in
from handlers.duty import cards, service
from handlers.duty.due import due_in, due_words
from handlers.duty.rules import ACT_WORDS, Act, State
from handlers.duty.scene import scene
from handlers.mechanisms.evidence import service as evidence
from handlers.mechanisms.sheet.forms import clean_ends
from storage import duties
from storage.duties import Occurrence
from storage.people import Person

NAME = "duty"
SHOWN, BUTTONS = 10, 5
SOURCE_LIMIT = 60


def tasks(ctx: Asked, message: Message) -> Reply:
    """任务: the list; 任务 清单: the year's; 任务 <编号> …: one; else what is done with the list by a
    resolution, by an authority's notice, or because something happened."""
    first, _, rest = message.rest.partition(" ")
    if not first:
        return _list(ctx)
    if first in _WITH_LIST:
        return _WITH_LIST[first](ctx, first, rest.strip())
    found = service.readable(ctx, duties.by_number(ctx.tx, first.upper()))
    label, _, text = rest.strip().partition(" ")
    if not label:
        return Reply(card=service.card(ctx, found, ctx.person))
    if label == SAME:
        other = service.readable(ctx, duties.by_number(ctx.tx, text.strip().upper()))
        return _answer(ctx, service.same_as(ctx, found, other), Act.HAND_IN)
    what = cards.typed_act(label)
    if what is None:
        raise Refusal(f"没看懂「{label[:10]}」。发「任务 {found.number}」，用卡片上的按钮")
    return _done(ctx, found.id, found.version, what, text)


def show(ctx: Asked, click: Click) -> Reply:
    """Send an occurrence from a list."""
    found = service.readable(ctx, duties.get(ctx.tx, number_in(click.args, "duty")))
    ctx.send_card(ctx.person, service.card(ctx, found, ctx.person))
    return Reply(toast=f"{found.number} 已发给您")


def ask(ctx: Asked, click: Click) -> Reply:
    """交材料 or 退回补充: the question; files that are sent from now on belong to it."""
    what = _act_in(click.args)
    found = service.to_say(ctx, number_in(click.args, "duty"), what)
    proofs = evidence.begin(ctx, NAME, found.id) if what is Act.HAND_IN else None
    return Reply(card=service.card(ctx, found, ctx.person, what, proofs))


def words_form(ctx: Asked, args: Args) -> Form:
    """The question before an act, where it is asked by itself."""
    what = _act_in(args)
    found = service.to_say(ctx, number_in(args, "duty"), what)
    return cards.words_form(found, what, evidence.find(ctx, NAME, found.id) if what is Act.HAND_IN else None)


def enclose(ctx: Asked, event: FileGiven | FileTaken) -> None:
    """A file that was given on the page of what is handed in, or taken out there."""
    found = service.to_say(ctx, number_in(event.args, "duty"), Act.HAND_IN)
    evidence.enclose(ctx, NAME, found.id, event)


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
    now = scene(ctx)
    return [
        Waiting(
            service.line(now, each),
            cards.show_button(each),
            each.due_on if each.state == State.OPEN else None,
        )
        for each in service.waiting_for(ctx, person)[:SHOWN]
    ]


def _list(ctx: Asked) -> Reply:
    found, now = service.seen_by(ctx, ctx.person), scene(ctx)
    lines = [f"{n}. {service.line(now, each)}" for n, each in enumerate(found[:SHOWN], 1)]
    if len(found) > SHOWN:
        lines.append(f"还有 {len(found) - SHOWN} 件，办完这些再发「任务」。")
    buttons = [cards.show_button(each, f"看 {n}") for n, each in enumerate(found[:BUTTONS], 1)]
    return Reply(
        card=cards.list_card("任务", f"duty-list:{ctx.person.id}", lines, buttons, "现在没有任务 🎉")
    )


def _plan(ctx: Asked, _first: str, _rest: str) -> Reply:
    """The whole list with what is on; what is secret stands in the supervisors' list alone."""
    lines = [
        f"{'●' if each.on else '○'} {each.code} {each.title}"
        f"（{'/'.join(each.owners)}，{due_words(each.due)}）"
        for each in scene(ctx).duties.values()
        if not each.event and (not each.secret or Role.SUPERVISOR in ctx.person.roles)
    ]
    lines.append("● 已开启  ○ 未开启；秘书长或理事长发「任务 开启 编码 决议 编号 日期」")
    events = "、".join(dict.fromkeys(each.event for each in scene(ctx).duties.values() if each.event))
    lines.append(f"有变动时发「任务 发生 换届 2026-05-20」，会列出要办的事。可以登记：{events}")
    return Reply(card=cards.list_card("年度任务清单", f"duty-plan:{ctx.person.id}", lines, (), ""))


def _turn(ctx: Asked, first: str, rest: str) -> Reply:
    code, by = resolution_in(rest, f"任务 {first} P54a")
    duty = service.turn(ctx, code.strip(), first == "开启", by)
    return Reply(text=f"「{duty.title}」已{first}，依据决议 {by.number}（{by.decided_on}）。")


def _put_off(ctx: Asked, _first: str, rest: str) -> Reply:
    words, by = resolution_in(rest, "任务 改期 P54a 每年6月20日")
    code, _, due = words.partition(" ")
    duty = service.put_off(ctx, code, due_in(due), by)
    words = f"「{duty.title}」改为{due_words(duty.due)}，依据决议 {by.number}。已经打开的照原来的日子。"
    return Reply(text=words)


def _notice(ctx: Asked, _first: str, rest: str) -> Reply:
    code, day, source = (*rest.split(maxsplit=2), "", "", "")[:3]
    if not source:
        raise Refusal("请写成「任务 通知 NJ1 2026-05-15 通知的文号或名称」")
    if len(source) > SOURCE_LIMIT:
        raise Refusal(f"通知的文号或名称最多 {SOURCE_LIMIT} 个字")
    duty, period = service.notice(ctx, code, _day(day), source)
    return Reply(text=f"「{duty.title}」{period}年定在 {day}，依据 {source}。")


def _happened(ctx: Asked, _first: str, rest: str) -> Reply:
    event, day, words = (*rest.split(maxsplit=2), "", "", "")[:3]
    if not day:
        raise Refusal("请写成「任务 发生 换届 2026-05-20 说明」：什么事、哪一天，说明可以不写")
    opened, now = service.happened(ctx, event, _day(day), words[: service.TEXT_LIMIT]), scene(ctx)
    lines = [f"{n}. {service.line(now, each)}" for n, each in enumerate(opened, 1)]
    buttons = [cards.show_button(each, f"看 {n}") for n, each in enumerate(opened[:BUTTONS], 1)]
    subject = f"duty-event:{event}:{day}:told:{ctx.person.id}"
    return Reply(card=cards.list_card(f"{event}，要办 {len(opened)} 件", subject, lines, buttons, ""))


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Refusal(f"{typed[:20]} 不是一个日期，请写成 2026-05-20 这样") from None


_WITH_LIST: Mapping[str, Callable[[Asked, str, str], Reply]] = {
    "清单": _plan,
    "开启": _turn,
    "关闭": _turn,
    "改期": _put_off,
    "通知": _notice,
    "发生": _happened,
}
SAME = "同"


def _done(ctx: Asked, duty_id: int, version: int, what: Act, text: str) -> Reply:
    text = clean_ends(text)
    if what is not Act.CONFIRM and not 0 < len(text) <= service.TEXT_LIMIT:
        raise Refusal(f"{ACT_WORDS[what]}请写一句话，最多 {service.TEXT_LIMIT} 个字")
    files = evidence.taken(ctx, NAME, duty_id) if what is Act.HAND_IN else []
    return _answer(ctx, service.act(ctx, duty_id, version, what, text, files), what)


def _answer(ctx: Asked, found: Occurrence, what: Act) -> Reply:
    return Reply(card=service.card(ctx, found, ctx.person), toast=f"{found.number} 已{ACT_WORDS[what]}")


def _act_in(args: Args) -> Act:
    try:
        return Act(str(args.get("act", "")))
    except ValueError:
        raise Refusal("这个按钮已经失效，请发「任务」重新打开") from None
