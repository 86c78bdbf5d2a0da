"""How people talk about self-checks: each word, click and form leads to one call of the service."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.card import Args, Button, Form, number_in
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import Click, Message, Submission
from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Waiting
from handlers.contract.reply import Reply
from handlers.contract.watch import Part, Watched
from handlers.contract.wording import month_words
from handlers.mechanisms.units import service as units
from handlers.selfcheck import cards, forms, rules, service
from handlers.selfcheck.cards import Picture
from scheduler.clock import today
from storage import deadlines, people, selfcheck
from storage.people import Person
from storage.selfcheck import Sheet

NAME = "selfcheck"
SHOWN = 10


def mine(ctx: Asked, message: Message) -> Reply:
    """自查: the sheets that are mine to hand in; 自查 名单: who has not, for those who supervise."""
    if message.rest == "名单":
        return _missing(ctx)
    sheets = service.waiting_sheets(ctx, ctx.person)
    handed_in = _handed_in(ctx)
    if len(sheets) == 1 and not handed_in:
        return Reply(card=cards.to_fill(_picture(ctx, sheets[0]), ctx.person.id))
    if not sheets and len(handed_in) == 1:
        return Reply(card=cards.shown(_picture(ctx, handed_in[0]), ctx.person.id))
    return Reply(card=cards.mine(ctx.person.id, service.dues(ctx, sheets), handed_in))


def fill(ctx: Asked, click: Click) -> Reply:
    """填写 or 更正: the form of a sheet."""
    sheet = service.to_fill(ctx, number_in(click.args, "sheet"))
    return Reply(card=cards.to_fill(_picture(ctx, sheet), ctx.person.id, typed=_before(ctx, sheet)))


def sheet_questions(ctx: Asked, args: Args) -> Form:
    """The questions of a sheet, asked one by one."""
    sheet = service.to_fill(ctx, number_in(args, "sheet"))
    card = cards.to_fill(_picture(ctx, sheet), ctx.person.id, typed=_before(ctx, sheet))
    if card.form is None:
        raise LookupError("a sheet to be filled in always has its form")
    return card.form


def submit(ctx: Asked, submission: Submission) -> Reply:
    """提交: take the sheet in, or say what to mend and keep what was typed."""
    sheet_id, version = (number_in(submission.args, name) for name in ("sheet", "version"))
    done = service.hand_in(ctx, sheet_id, version, submission.values)
    if not isinstance(done, tuple):
        sheet = service.to_fill(ctx, sheet_id)
        card = cards.to_fill(_picture(ctx, sheet), ctx.person.id, done, submission.values)
        return Reply(card=card, toast=next(iter(done.values())), refused=True)
    sheet, answers = done
    toast = "已提交，零报告" if answers.zero else f"已提交，{len(answers.issues)} 件问题开始整改"
    return Reply(card=cards.shown(_picture(ctx, sheet), ctx.person.id), toast=toast)


def add(ctx: Asked, message: Message) -> Reply:
    """自查补充 <内容>: a member's line."""
    sheet = service.add_line(ctx, message.rest.strip())
    return Reply(
        text=f"已加到{sheet.unit_name}{month_words(sheet.month)}的自查表里，负责人和监事看得到您的名字。"
    )


def advice_questions(ctx: Asked, args: Args) -> Form:
    """The question behind 回复意见, where it is asked by itself."""
    return forms.advice_form(args)


def advise(ctx: Asked, submission: Submission) -> Reply:
    """回复意见: a supervisor answers a doubt."""
    text = submission.values.get("text", "").strip()
    sheet = service.advise(ctx, number_in(submission.args, "sheet"), text)
    return Reply(card=cards.shown(_picture(ctx, sheet), ctx.person.id), toast="意见已发给对方")


def show(ctx: Asked, click: Click) -> Reply:
    """Send a sheet from a list."""
    sheet = service.readable(ctx, number_in(click.args, "sheet"))
    ctx.send_card(ctx.person, cards.shown(_picture(ctx, sheet), ctx.person.id))
    return Reply(toast=f"{sheet.unit_name}的自查表已发给您")


def waiting(ctx: Context, person: Person) -> Sequence[Waiting]:
    """What a person has to hand in."""
    found = []
    for sheet in service.waiting_sheets(ctx, person):
        row = deadlines.find(ctx.tx, rules.SUBMIT, sheet.subject)
        line = f"自查表 · {sheet.unit_name} · {month_words(sheet.month)}"
        found.append(Waiting(line, cards.fill_button(sheet, "填写"), row.due_on if row else None))
    return found


def watch(ctx: Context, reader: Person) -> Sequence[Watched]:
    """Who has not handed in after the day, names first, to those who supervise."""
    if not reader.roles & service.WATCHERS:
        return ()
    late = deadlines.overdue(ctx.tx, [rules.SUBMIT], today(ctx.now, ctx.zone), SHOWN)
    sheets = {each.subject: each for each in selfcheck.open_ones(ctx.tx)}
    return [
        Watched(Part.MISSING, _missing_line(ctx, sheets[each.subject]), _show_button(sheets[each.subject]))
        for each in late
        if each.subject in sheets
    ]


def _missing(ctx: Asked) -> Reply:
    """This month's round and the last one's stragglers."""
    if not ctx.person.roles & service.WATCHERS:
        raise Refusal("自查名单给监事、秘书长和理事长看。自己的请发「自查」")
    month = rules.month_before(today(ctx.now, ctx.zone))
    sheets = selfcheck.of_month(ctx.tx, month)
    lacking = sorted(selfcheck.open_ones(ctx.tx), key=lambda each: each.month, reverse=True)
    lines = [f"{n}. {_missing_line(ctx, each)}" for n, each in enumerate(lacking[:SHOWN], 1)]
    if len(lacking) > SHOWN:
        lines.append(f"还有 {len(lacking) - SHOWN} 份没交")
    handed_in = sum(not service.is_open(each) for each in sheets)
    done = f"{month_words(month)}：交了 {handed_in} 份，共 {len(sheets)} 份"
    buttons = [_show_button(each, f"看 {n}") for n, each in enumerate(lacking, 1)]
    return Reply(card=cards.missing(ctx.person.id, lines, buttons, done))


def _missing_line(ctx: Context, sheet: Sheet) -> str:
    unit = service.unit_of(ctx, sheet)
    name = people.get(ctx.tx, unit.lead).name if unit and unit.lead else "没有负责人"
    return f"{name} · {sheet.unit_name} · {month_words(sheet.month)}"


def _show_button(sheet: Sheet, label: str = "查看") -> Button:
    return Button(label, "selfcheck.show", {"sheet": sheet.id}, say="自查 名单")


def _handed_in(ctx: Asked) -> list[Sheet]:
    """Return the newest sheet of each unit that a person leads and has handed in."""
    led = units.led_by(ctx, ctx.person.id)
    return [sheet for each in led if (sheet := selfcheck.newest_of(ctx.tx, each.key))]


def _before(ctx: Asked, sheet: Sheet) -> dict[str, str]:
    """Return the answers of the version that is corrected."""
    versions = selfcheck.versions(ctx.tx, sheet.id)
    if not versions:
        return {}
    content = versions[-1].content
    facts = {f"fact{n}": answer for n, (_, answer) in enumerate(content["facts"])}
    sample = {"sample": content["sample"][1]} if content["sample"] else {}
    verdict = rules.ZERO if content["zero"] else rules.FOUND
    rest = {"verdict": verdict, "issues": "\n".join(content["issues"]), "doubt": content["doubt"]}
    return facts | sample | rest


def _picture(ctx: Asked, sheet: Sheet) -> Picture:
    unit = service.unit_of(ctx, sheet)
    return Picture(
        sheet,
        service.draft_of(sheet),
        selfcheck.lines(ctx.tx, sheet.id),
        selfcheck.versions(ctx.tx, sheet.id),
        service.due_words(ctx, sheet),
        ctx.zone,
        unit is not None and unit.lead == ctx.person.id,
    )
