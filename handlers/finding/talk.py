"""How people talk about findings: each word, click and form leads to one call of the service."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.card import Args, Board, Button, Card, Form, Section, Style, number_in
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
from handlers.contract.watch import Part as ScreenPart
from handlers.contract.watch import Watched
from handlers.finding import forms
from handlers.finding.forms import Answers
from handlers.mechanisms.deadline.rules import Term
from handlers.mechanisms.evidence import service as evidence
from handlers.mechanisms.finding import cards, rules, service
from handlers.mechanisms.finding.rules import ACT_WORDS, Act, State
from handlers.mechanisms.finding.service import New
from handlers.mechanisms.units import service as units
from handlers.mechanisms.units.rules import Unit
from scheduler.clock import today
from storage import deadlines, findings, people
from storage.findings import Finding
from storage.people import Person

NAME = "finding"
SHOWN, WATCHED, BUTTONS = 10, 200, 5


def rectify(ctx: Asked, message: Message) -> Reply:
    """整改: the list; 整改 <编号>: one; 整改 <编号> <按钮> <内容>: what the button does."""
    words = message.rest.split(maxsplit=2)
    if not words:
        return _list(ctx)
    if words[0] == "下发":
        return open_form(ctx, Click("finding.new", {}))
    found = service.readable(ctx, findings.by_number(ctx.tx, words[0].upper()))
    if len(words) == 1:
        return Reply(card=_card(ctx, found))
    if words[1] == cards.FILES:
        return _files(ctx, found)
    if words[1] in cards.PAPERS:
        return _paper(ctx, found)
    what = cards.typed_act(words[1])
    if what is None:
        raise Refusal(f"没看懂「{words[1][:10]}」。发「整改 {found.number}」，用卡片上的按钮")
    text = words[2] if len(words) > 2 else ""
    if cards.needs_words(what):
        text = forms.text({"text": text}, ACT_WORDS[what])
    return _done(ctx, found.id, found.version, what, text)


def open_form(ctx: Asked, click: Click) -> Reply:
    """下发整改通知: the form of a notice, for supervisors."""
    _may_open(ctx.person)
    form = forms.notice_form(units.units(ctx), {}, {})
    return Reply(card=forms.notice_card(form, ctx.person.id))


def notice_questions(ctx: Asked, args: Args) -> Form:
    """The questions of a notice, asked one by one."""
    _may_open(ctx.person)
    return forms.notice_form(units.units(ctx), {}, {})


def open_notice(ctx: Asked, submission: Submission) -> Reply:
    """下发: check the answers and serve the notice, or say what to mend."""
    _may_open(ctx.person)
    known = units.units(ctx)
    typed = submission.values
    owner = typed.get("owner", "").strip()
    named = people.active_named(ctx.tx, owner) or list(people.by_keys(ctx.tx, [owner]).values())
    answers = forms.understand(typed, known, [each for each in named if each.active])
    if not isinstance(answers, Answers):
        form = forms.notice_form(known, answers, typed)
        toast = next(iter(answers.values()))
        return Reply(card=forms.notice_card(form, ctx.person.id), toast=toast, refused=True)
    _may_name(ctx.person, answers.owner)
    if known_one := service.same_open(ctx, answers.owner.id, answers.unit.key, answers.what):
        return Reply(card=_card(ctx, known_one), toast=f"{known_one.number} 刚刚已经下发过了", refused=True)
    new = New(
        answers.source,
        answers.unit,
        answers.owner.id,
        answers.what,
        answers.clause,
        answers.asked,
        Term.working(answers.days),
        ctx.person.id,
        reason=answers.reason if answers.days > rules.RECTIFY_DAYS else "",
    )
    found = service.open_finding(ctx, new)
    return Reply(card=_card(ctx, found), toast=f"{found.number} 已下发给{answers.owner.name}")


def do(ctx: Asked, click: Click) -> Reply:
    """A button that acts by itself."""
    what = _act_in(click.args)
    if cards.needs_words(what):
        raise Refusal("这一步要写几句话，请用卡片上的按钮")
    return _done(ctx, number_in(click.args, "finding"), number_in(click.args, "version"), what, "")


def ask(ctx: Asked, click: Click) -> Reply:
    """A button that asks for words first; evidence sent from now on belongs to the report."""
    found = service.readable(ctx, findings.get(ctx.tx, number_in(click.args, "finding")))
    what = _act_with_words(click.args)
    rules.next_state(State(found.state), what, service.circle(ctx).parts(ctx.person, found))
    proofs = evidence.begin(ctx, NAME, found.id) if what is Act.REPORT else None
    picture = service.picture(ctx, found, ctx.person, proofs)
    return Reply(card=cards.card(picture, ctx.person.id, ask=what))


def words_form(ctx: Asked, args: Args) -> Form:
    """The question before an act, where it is asked by itself."""
    found = service.readable(ctx, findings.get(ctx.tx, number_in(args, "finding")))
    what = _act_with_words(args)
    rules.next_state(State(found.state), what, service.circle(ctx).parts(ctx.person, found))
    return cards.words_form(found, what, evidence.find(ctx, NAME, found.id) if what is Act.REPORT else None)


def enclose(ctx: Asked, event: FileGiven | FileTaken) -> None:
    """Evidence that was given on the page of a report, or taken out there."""
    found = service.readable(ctx, findings.get(ctx.tx, number_in(event.args, "finding")))
    rules.next_state(State(found.state), Act.REPORT, service.circle(ctx).parts(ctx.person, found))
    evidence.enclose(ctx, NAME, found.id, event)


def say(ctx: Asked, submission: Submission) -> Reply:
    """An act with words."""
    what = _act_with_words(submission.args)
    text = forms.text(submission.values, ACT_WORDS[what])
    found = number_in(submission.args, "finding")
    return _done(ctx, found, number_in(submission.args, "version"), what, text)


def show(ctx: Asked, click: Click) -> Reply:
    """Send a finding from a list."""
    found = service.readable(ctx, findings.get(ctx.tx, number_in(click.args, "finding")))
    ctx.send_card(ctx.person, _card(ctx, found))
    return Reply(toast=f"{found.number} 已发给您")


def send_files(ctx: Asked, click: Click) -> Reply:
    """看附件: the evidence, as files in the reader's chat."""
    return _files(ctx, service.readable(ctx, findings.get(ctx.tx, number_in(click.args, "finding"))))


def send_paper(ctx: Asked, click: Click) -> Reply:
    """通知书 or 销号单: the finding on paper, as a file in the reader's chat."""
    return _paper(ctx, service.readable(ctx, findings.get(ctx.tx, number_in(click.args, "finding"))))


def on_file(ctx: Asked, event: FileOffered | FileStored | FileLost) -> Reply:
    """Evidence that was sent in chat while a report is being written."""
    return evidence.take(ctx, NAME, event)


def cancel(ctx: Asked) -> Reply | None:
    """取消: forget the evidence that was sent for a report."""
    if not evidence.end(ctx, NAME):
        return None
    return Reply(text="整改报告先不交了，发来的证据已清掉。期限不变。")


def waiting(ctx: Context, person: Person) -> Sequence[Waiting]:
    """What waits for a person: theirs to mend, to verify, to judge, to look at again."""
    found = service.waiting_for(ctx, person, SHOWN)
    names = people.by_ids(ctx.tx, [each.owner for each in found])
    return [
        Waiting(
            cards.line(each, names[each.owner].name),
            service.show_button(each),
            each.due_on if each.state == State.OPEN else None,
        )
        for each in found
    ]


def watch(ctx: Context, reader: Person) -> Sequence[Watched]:
    """What is overdue and not closed, by name and day, to those who supervise."""
    if not reader.roles & rules.ABOVE:
        return ()
    now = today(ctx.now, ctx.zone)
    late = deadlines.overdue(ctx.tx, [rules.RECTIFY], now, WATCHED, paused=True)
    found = findings.by_ids(ctx.tx, [service.finding_id(each.subject) for each in late])
    names = people.by_ids(ctx.tx, [each.owner for each in found.values()])
    lines = []
    for each in late:
        one = found[service.finding_id(each.subject)]
        state = State(one.state)
        tail = "" if state is State.OPEN else f"，{rules.STATE_WORDS[state]}"
        line = f"{names[one.owner].name} · {one.number} · {each.due_on.month}月{each.due_on.day}日到期{tail}"
        lines.append(Watched(ScreenPart.OVERDUE, line, service.show_button(one)))
    return lines


def _list(ctx: Asked) -> Reply:
    """What waits for who asks, then what else they may read; supervisors get a button for a new one."""
    above = bool(ctx.person.roles & rules.ABOVE)
    first = service.waiting_for(ctx, ctx.person, SHOWN)
    known = {each.id for each in first}
    rest = findings.open_ones(ctx.tx, SHOWN) if above else findings.open_of(ctx.tx, ctx.person.id, SHOWN)
    found = [*first, *(each for each in rest if each.id not in known)][:SHOWN]
    names = people.by_ids(ctx.tx, [each.owner for each in found])
    lines = [f"{n}. {cards.line(each, names[each.owner].name)}" for n, each in enumerate(found, 1)]
    more = findings.count_open(ctx.tx) - len([each for each in found if each.closed_at is None])
    if above and more > 0:
        lines.append(f"没销号的还有 {more} 件")
    buttons = [
        Button(f"查看 {n}", "finding.show", {"finding": each.id}, say=f"整改 {each.number}")
        for n, each in enumerate(found[: BUTTONS - 1], 1)
    ]
    if Role.SUPERVISOR in ctx.person.roles:
        buttons.append(Button("下发整改通知", "finding.new", {}, Style.PRIMARY, say="整改 下发"))
    return Reply(
        card=Card(
            title="整改",
            subject=f"finding-list:{ctx.person.id}",
            preview="整改",
            sections=(Section(tuple(lines) or ("没有没销号的问题 🎉",)),),
            buttons=tuple(buttons),
            board=Board("finding.all", label="看全部") if above else None,
        )
    )


def _files(ctx: Asked, found: Finding) -> Reply:
    count = service.send_files(ctx, found)
    words = f"{found.number} 的 {count} 个附件马上发给您" if count else f"{found.number} 无附件"
    return Reply(toast=words, text=words)


def _paper(ctx: Asked, found: Finding) -> Reply:
    service.send_paper(ctx, found)
    words = f"{found.number} 的文件马上发给您"
    return Reply(toast=words, text=words)


def _done(ctx: Asked, finding_id: int, version: int, what: Act, text: str) -> Reply:
    if what is Act.REASSIGN:
        found = service.reassign(ctx, finding_id, version, _named(ctx, text))
        return Reply(card=_card(ctx, found), toast=f"{found.number} 已换责任人")
    files = evidence.taken(ctx, NAME, finding_id) if what is Act.REPORT else []
    found = service.act(ctx, finding_id, version, what, text, files)
    if what is Act.RELAPSED:
        _open_again(ctx, found, text)
    return Reply(card=_card(ctx, found), toast=f"{found.number} 已{ACT_WORDS[what]}")


def _named(ctx: Asked, typed: str) -> Person:
    """Return the one active person of that name or key. Raises Refusal."""
    named = people.active_named(ctx.tx, typed) or [
        each for each in people.by_keys(ctx.tx, [typed]).values() if each.active
    ]
    if len(named) != 1:
        who = "、".join(each.key for each in named)
        raise Refusal(f"有几位同名的，请填工号：{who}" if named else "名单里没有这个人，请只填姓名全称或工号")
    return named[0]


def _open_again(ctx: Asked, found: Finding, text: str) -> None:
    """Open what came back anew, for its owner, or for who leads the unit now."""
    unit = units.by_key(ctx, found.unit_key) or Unit(found.unit_key, found.unit_name, None)
    owner = found.owner if people.get(ctx.tx, found.owner).active else unit.lead
    if owner is None:
        raise Refusal("原责任人已经离开，部门也没有负责人。请监事先发「整改 下发」给现在该负责的人")
    what = f"复发（原 {found.number}）：{text}"[: cards.TEXT_LIMIT]
    # Who looks again found it, not the team itself (decision 23).
    by_itself = found.source == rules.Source.SELF
    source = rules.Source.CHECK if by_itself else rules.Source(found.source)
    term = Term.working(rules.RECTIFY_DAYS)
    service.open_finding(
        ctx, New(source, unit, owner, what, found.clause, found.asked, term, ctx.person.id, found.subject)
    )


def _card(ctx: Asked, found: Finding) -> Card:
    return cards.card(service.picture(ctx, found, ctx.person), ctx.person.id)


def _act_with_words(args: Args) -> Act:
    what = _act_in(args)
    if not cards.needs_words(what):
        raise Refusal("这个按钮已经失效，请发「整改」重新打开")
    return what


def _act_in(args: Args) -> Act:
    try:
        return Act(str(args.get("act", "")))
    except ValueError:
        raise Refusal("这个按钮已经失效，请发「整改」重新打开") from None


def _may_open(person: Person) -> None:
    if Role.SUPERVISOR not in person.roles:
        raise Refusal("整改通知书由监事下发。发现了问题，请告诉监事，或在自查里写上", rule="P47")


def _may_name(opener: Person, owner: Person) -> None:
    if opener.id == owner.id:
        raise Refusal("不能给自己下发整改通知，请另一位监事来发", rule="P47")
