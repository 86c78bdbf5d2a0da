"""How people talk about self-checks: each word, click and form leads to one call of the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs

from handlers.contract.card import Args, Board, Button, Form, number_in
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
from handlers.contract.watch import Part, Watched
from handlers.contract.wording import month_words, resolution_in
from handlers.mechanisms.evidence import service as evidence
from handlers.mechanisms.units import service as units
from handlers.selfcheck import cards, forms, rules, service
from handlers.selfcheck.cards import Picture
from scheduler.clock import today
from storage import deadlines, people, selfcheck
from storage.people import Person
from storage.selfcheck import VOID, Sheet, Version

NAME = service.CAPABILITY
SHOWN, WATCHED = 10, 200
TEMPLATE = "模板"


def mine(ctx: Asked, message: Message) -> Reply:
    """自查: the sheets that are mine to hand in; 自查 财务部: that one; 自查 名单: who has not handed in, for
    those who supervise; 自查 模板: what a sheet is about."""
    is_unit = any(each.name == message.rest for each in units.units(ctx))
    if message.rest == "名单" and not is_unit:
        return _missing(ctx)
    if message.rest.split(maxsplit=1)[:1] == [TEMPLATE] and not is_unit:
        return _template(ctx, message.rest.removeprefix(TEMPLATE).strip())
    if message.rest:
        return _one(ctx, service.named(ctx, message.rest))
    sheets = service.waiting_sheets(ctx, ctx.person)
    handed_in = _handed_in(ctx)
    if len(sheets) == 1 and not handed_in:
        return _one(ctx, sheets[0])
    if not sheets and len(handed_in) == 1:
        return Reply(card=cards.shown(_picture(ctx, handed_in[0]), ctx.person.id))
    return Reply(card=cards.mine(ctx.person.id, service.dues(ctx, sheets), handed_in))


def _one(ctx: Asked, sheet: Sheet) -> Reply:
    """A sheet to hand in, or to read where that is done or another's to do."""
    picture = _picture(ctx, sheet)
    if picture.may_fill and service.is_open(sheet):
        return Reply(card=cards.to_fill(_with_evidence(ctx, picture), ctx.person.id))
    return Reply(card=cards.shown(picture, ctx.person.id))


def _with_evidence(ctx: Asked, picture: Picture) -> Picture:
    """From now on files belong to the sheet that is being filled in."""
    return structs.replace(picture, proofs=evidence.begin(ctx, NAME, picture.sheet.id))


def _template(ctx: Asked, typed: str) -> Reply:
    """自查 模板: the sections in force; with sections and a resolution: others from the next round on."""
    if not typed:
        found = service.template(ctx)
        source = f"依据决议 {found.resolution}" if found.version else "默认，待理事会确认"
        return Reply(text=f"自查表看这几个方面：{'、'.join(service.sections(found))}（{source}）")
    names, resolution = resolution_in(typed, f"自查 {TEMPLATE} {'、'.join(rules.SECTIONS)}")
    sections = rules.template(names)
    service.fix_template(ctx, sections, resolution)
    words = (
        f"下一轮自查起看：{'、'.join(sections)}，依据决议 {resolution.number}（{resolution.decided_on}）。"
    )
    return Reply(text=words)


def fill(ctx: Asked, click: Click) -> Reply:
    """填写 or 更正: the form of a sheet."""
    sheet = service.to_fill(ctx, number_in(click.args, "sheet"))
    picture = _with_evidence(ctx, _picture(ctx, sheet))
    return Reply(card=cards.to_fill(picture, ctx.person.id, typed=_before(ctx, sheet)))


def enclose(ctx: Asked, event: FileGiven | FileTaken) -> None:
    """A file that was given on the page of a sheet, or taken out there."""
    evidence.enclose(ctx, NAME, service.to_fill(ctx, number_in(event.args, "sheet")).id, event)


def on_file(ctx: Asked, event: FileOffered | FileStored | FileLost) -> Reply:
    """Evidence that was sent in chat while a sheet is being filled in."""
    return evidence.take(ctx, NAME, event)


def cancel(ctx: Asked) -> Reply | None:
    """取消: forget the evidence that was sent for a sheet."""
    if not evidence.end(ctx, NAME):
        return None
    return Reply(text="自查表先不交了，发来的附件已清掉。期限不变。")


def send_files(ctx: Asked, click: Click) -> Reply:
    """看附件: the files of a sheet, in the reader's chat."""
    count = service.send_files(ctx, number_in(click.args, "sheet"))
    return Reply(toast=f"{count} 个附件马上发给您")


def sheet_questions(ctx: Asked, args: Args) -> Form:
    """The questions of a sheet, asked one by one."""
    sheet = service.to_fill(ctx, number_in(args, "sheet"))
    picture = structs.replace(_picture(ctx, sheet), proofs=evidence.find(ctx, NAME, sheet.id))
    card = cards.to_fill(picture, ctx.person.id, typed=_before(ctx, sheet))
    if card.form is None:
        raise LookupError("a sheet to be filled in always has its form")
    return card.form


def submit(ctx: Asked, submission: Submission) -> Reply:
    """提交: take the sheet in, or say what to mend and keep what was typed."""
    sheet_id, version = (number_in(submission.args, name) for name in ("sheet", "version"))
    done = service.hand_in(ctx, sheet_id, version, submission.values)
    if not isinstance(done, tuple):
        sheet = service.to_fill(ctx, sheet_id)
        picture = structs.replace(_picture(ctx, sheet), proofs=evidence.find(ctx, NAME, sheet.id))
        card = cards.to_fill(picture, ctx.person.id, done, submission.values)
        return Reply(card=card, toast=next(iter(done.values())), refused=True)
    sheet, answers, begun = done
    toast = "已提交，零报告" if answers.zero else f"已提交，{begun} 件问题开始整改" if begun else "已更正"
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
    late = deadlines.overdue(ctx.tx, [rules.SUBMIT], today(ctx.now, ctx.zone), WATCHED)
    sheets = {each.subject: each for each in selfcheck.open_ones(ctx.tx)}
    by_unit: dict[str, list[Sheet]] = {}
    for each in late:
        if sheet := sheets.get(each.subject):
            by_unit.setdefault(sheet.unit_key, []).append(sheet)
    return [
        Watched(Part.MISSING, _missing_line(ctx, *theirs), _show_button(theirs[0]))
        for theirs in by_unit.values()
    ]


def _missing(ctx: Asked) -> Reply:
    """This month's round and the last one's stragglers."""
    if not ctx.person.roles & service.WATCHERS:
        raise Refusal("自查名单给监事、秘书长和理事长看。自己的请发「自查」")
    month = rules.month_before(today(ctx.now, ctx.zone))
    sheets = [each for each in selfcheck.of_month(ctx.tx, month) if each.state != VOID]
    lacking = sorted(selfcheck.open_ones(ctx.tx), key=lambda each: each.month, reverse=True)
    lines = [f"{n}. {_missing_line(ctx, each)}" for n, each in enumerate(lacking[:SHOWN], 1)]
    if len(lacking) > SHOWN:
        lines.append(f"还有 {len(lacking) - SHOWN} 份没交")
    handed_in = sum(not service.is_open(each) for each in sheets)
    done = f"{month_words(month)}：交了 {handed_in} 份，共 {len(sheets)} 份"
    buttons = [_show_button(each, f"看 {n}") for n, each in enumerate(lacking, 1)]
    board = Board("selfcheck.months", label="看历月")
    return Reply(card=cards.missing(ctx.person.id, lines, buttons, done, board))


def _missing_line(ctx: Context, sheet: Sheet, *more: Sheet) -> str:
    unit = service.unit_of(ctx, sheet)
    name = people.get(ctx.tx, unit.lead).name if unit and unit.lead else "没有负责人"
    months = "、".join(month_words(each.month) for each in (sheet, *more))
    return f"{name} · {sheet.unit_name} · {months}"


def _show_button(sheet: Sheet, label: str = "查看") -> Button:
    return Button(label, "selfcheck.show", {"sheet": sheet.id}, say=f"自查 {sheet.unit_name}")


def _handed_in(ctx: Asked) -> list[Sheet]:
    """Return the newest sheet of each unit that a person leads and has handed in."""
    led = units.led_by(ctx, ctx.person.id)
    return [sheet for each in led if (sheet := selfcheck.newest_of(ctx.tx, each.key))]


def _before(ctx: Asked, sheet: Sheet) -> dict[str, str]:
    """Return the answers of the version that is corrected; a doubt is its writer's alone."""
    versions = _own_doubts(ctx, selfcheck.versions(ctx.tx, sheet.id))
    if not versions:
        return {}
    content = versions[-1].content
    facts = {f"fact{n}": answer for n, (_, answer) in enumerate(content["facts"])}
    sample = {"sample": content["sample"][1]} if content["sample"] else {}
    verdict = rules.ZERO if content["zero"] else rules.FOUND
    rest = {"verdict": verdict, "issues": "\n".join(content["issues"]), "doubt": content["doubt"]}
    return facts | sample | rest


def _own_doubts(ctx: Asked, versions: Sequence[Version]) -> list[Version]:
    """Leave out what others were least sure of: whoever leads the team now may be whom they meant."""
    return [
        each if each.person == ctx.person.id else replace(each, content={**each.content, "doubt": ""})
        for each in versions
    ]


def _picture(ctx: Asked, sheet: Sheet) -> Picture:
    unit = service.unit_of(ctx, sheet)
    lines, versions = selfcheck.lines(ctx.tx, sheet.id), selfcheck.versions(ctx.tx, sheet.id)
    if not service.reads_all(ctx, sheet):
        lines = [each for each in lines if each.person == ctx.person.id]
    if Role.SUPERVISOR not in ctx.person.roles:
        versions = _own_doubts(ctx, versions)
    return Picture(
        sheet,
        service.draft_of(sheet),
        lines,
        versions,
        service.due_words(ctx, sheet),
        ctx.zone,
        unit is not None and unit.lead == ctx.person.id,
    )
