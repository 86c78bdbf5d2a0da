"""Opening occurrences, taking evidence in, confirming it; and turning duties on with a resolution."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from handlers.contract.card import Card
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Nudge
from handlers.contract.roles import Role
from handlers.contract.wording import Resolution
from handlers.duty import cards, rules
from handlers.duty.due import After, Due, Yearly, YearlyWeekday, coming, due_words, opens_on
from handlers.duty.rules import Act, Duty, State
from handlers.duty.scene import Scene, kept, scene
from handlers.mechanisms.deadline import service as deadlines
from handlers.mechanisms.deadline.rules import Term
from handlers.mechanisms.evidence.forms import Evidence as Proofs
from scheduler import workdays
from storage import duties, numbers, people, runs, settings
from storage.deadlines import Deadline
from storage.duties import Occurrence, Proof
from storage.people import Person

UNKNOWN = "没有找到您能看的任务，请核对编号。发「任务」看和您有关的"
TEXT_LIMIT, BUTTONS = 500, 5
_SERIES, _SECRET = "RW", "RWJ"
"""What numbers begin with; a secret duty has a series of its own, so that it leaves no gap in the other."""


def open_coming(ctx: Context) -> None:
    """Open every occurrence whose day has come near, each once. Nobody hears of any on a free day."""
    now = scene(ctx)
    if not workdays.is_workday(now.today, now.calendar):
        return
    for duty in now.duties.values():
        for each in coming(duty.due, now.today, now.calendar, now.days(duty.code)):
            if opens_on(duty.lead, each.day, now.calendar) > now.today:
                break
            if duty.on and not duties.has(ctx.tx, duty.code, each.period):
                _open(ctx, now, duty, each.period, each.day, Term.fixed(each.day))


def _open(ctx: Context, now: Scene, duty: Duty, period: str, day: date, term: Term) -> Occurrence:
    series = f"{_SECRET if duty.secret else _SERIES}-{now.today.year}"
    number = f"{series}-{numbers.draw(ctx.tx, series):04d}"
    row = Occurrence(0, number, duty.code, period, day, State.OPEN, 1)
    found = replace(row, id=duties.create(ctx.tx, row))
    deadlines.begin(ctx, rules.DO, found.subject, term, rules.RUNGS)
    facts = {"number": number, "code": duty.code, "period": period, "due_on": day.isoformat()}
    _record(ctx, now, found, "系统", "opened", facts)
    if not now.owners(found) and not duty.secret:
        for each in people.holders(ctx.tx, (Role.CHAIR,)):
            ctx.send_text(each, f"{_nobody(duty)}。请指定后由管理员导入。")
    return found


def _nobody(duty: Duty) -> str:
    return f"任务「{duty.title}」没有人负责：还没有人担任{'、'.join(duty.owners)}"


def _record(
    ctx: Context, now: Scene, found: Occurrence, actor: Person | str, act: str, facts: Mapping[str, object]
) -> None:
    """Write an act into the journal; of a secret duty only when its quarter is over (decision 19)."""
    if rules.is_over(now.duty(found), found.period, now.today):
        ctx.record(actor, f"duty.{act}", found.subject, found.version, facts)
        return
    who = actor if isinstance(actor, str) else actor.key
    duties.seal(ctx.tx, found.id, found.version, act, who, facts, ctx.now)


def unseal(ctx: Context) -> None:
    """Write into the journal what was kept from it, once the quarter is over."""
    now = scene(ctx)
    for each in duties.sealed(ctx.tx):
        found = duties.get(ctx.tx, each.duty_id)
        if found and rules.is_over(now.duty(found), found.period, now.today):
            facts = {**each.facts, "at": each.at.isoformat()}
            ctx.record(each.actor, f"duty.{each.act}", found.subject, each.version, facts)
            duties.opened_up(ctx.tx, each.id)


def readable(ctx: Asked, found: Occurrence | None) -> Occurrence:
    """Return an occurrence to somebody who may know of it. The refusal does not tell whether it exists."""
    if found is None or not scene(ctx).may_read(found, ctx.person):
        raise Refusal(UNKNOWN)
    return found


def owners(ctx: Context, found: Occurrence) -> list[Person]:
    """Return who is to do it, as posts are held today."""
    return scene(ctx).owners(found)


def confirmers(ctx: Context, found: Occurrence) -> list[Person]:
    """Return who confirms it, as posts are held today."""
    return scene(ctx).confirmers(found)


def act(
    ctx: Asked, duty_id: int, version: int, what: Act, text: str = "", files: Sequence[StoredFile] = ()
) -> Occurrence:
    """Do something with an occurrence, authorised now. Raises Refusal."""
    found, now = readable(ctx, duties.get(ctx.tx, duty_id)), scene(ctx)
    state = _allowed(ctx, now, found, what)
    moved = _moved(ctx, replace(found, state=state, version=found.version + 1), what, text)
    if found.version != version or not duties.move(ctx.tx, moved, found.version):
        raise Refusal(f"{found.number} 刚有了新进展。发「任务 {found.number}」看最新的")
    if what is Act.HAND_IN:
        duties.keep_files(ctx.tx, found.id, [Proof(f.sha256, f.name, f.size, f.mime) for f in files])
    facts: dict[str, object] = {"text": text, "files": [each.sha256 for each in files]}
    if what is Act.INTEND:
        facts = rules.commitment(text, secrets.token_hex(16))
        ctx.send_text(ctx.person, rules.receipt(found.number, facts), about=found.subject)
    _record(ctx, now, moved, ctx.person, what, facts)
    _tell(ctx, now, moved, what, text)
    return moved


def to_say(ctx: Asked, duty_id: int, what: Act) -> Occurrence:
    """Return an occurrence to somebody who may go on with words. Raises Refusal."""
    found = readable(ctx, duties.get(ctx.tx, duty_id))
    if not cards.needs_words(what):
        raise Refusal("这个按钮已经失效，请发「任务」重新打开")
    _allowed(ctx, scene(ctx), found, what)
    return found


def _allowed(ctx: Asked, now: Scene, found: Occurrence, what: Act) -> State:
    able = now.owners(found) if what in rules.OWNERS_ACTS else now.confirmers(found)
    return rules.next_state(State(found.state), what, now.duty(found), ctx.person, able)


def same_as(ctx: Asked, found: Occurrence, other: Occurrence) -> Occurrence:
    """Hand in for one duty the record that was handed in for another: one record may serve several
    (decision 35). Raises Refusal."""
    now = scene(ctx)
    if other.id == found.id or other.state == State.OPEN:
        raise Refusal(f"{other.number} 还没有交材料，没有可以一起用的")
    if now.duty(other).secret or now.duty(found).secret:
        raise Refusal("这一件的材料不能和别的任务共用")
    files = [StoredFile(f.sha256, f.name, f.size, f.mime) for f in duties.files(ctx.tx, other.id)]
    words = f"同 {other.number}：{other.words}"[:TEXT_LIMIT]
    return act(ctx, found.id, found.version, Act.HAND_IN, words, files)


def _moved(ctx: Asked, moved: Occurrence, what: Act, text: str) -> Occurrence:
    match what:
        case Act.HAND_IN:
            deadlines.pause(ctx, rules.DO, moved.subject)
            return replace(moved, words=text, handed_by=ctx.person.id, handed_at=ctx.now, reason="")
        case Act.CONFIRM:
            deadlines.end(ctx, rules.DO, moved.subject)
            return replace(moved, confirmed_by=ctx.person.id, confirmed_at=ctx.now)
        case Act.SEND_BACK:
            deadlines.resume(ctx, rules.DO, moved.subject, rules.RUNGS)
            return replace(moved, reason=text)
        case Act.INTEND:
            return moved


def _tell(ctx: Asked, now: Scene, found: Occurrence, what: Act, text: str) -> None:
    duty = now.duty(found)
    if what is Act.HAND_IN:
        for each in now.confirmers(found):
            ctx.send_card(each, card(ctx, found, each))
    elif what is not Act.INTEND and found.handed_by and found.handed_by != ctx.person.id:
        done = what is Act.CONFIRM
        words = "已确认完成。" if done else f"退回补充：{text}。发「任务 {found.number}」再交。"
        owner = people.get(ctx.tx, found.handed_by)
        ctx.send_text(owner, f"{found.number} {duty.title} {words}", about=found.subject)


def card(
    ctx: Context, found: Occurrence, reader: Person, ask: Act | None = None, proofs: Proofs | None = None
) -> Card:
    """Return an occurrence as its reader sees it."""
    now = scene(ctx)
    names = people.by_ids(ctx.tx, [each for each in (found.handed_by, found.confirmed_by) if each])
    picture = cards.Picture(
        found,
        now.duty(found),
        tuple(each.name for each in now.owners(found)),
        {key: each.name for key, each in names.items()},
        tuple(each.name for each in duties.files(ctx.tx, found.id)),
        reader.id in {each.id for each in now.owners(found)},
        reader.id in {each.id for each in now.confirmers(found)},
        proofs,
        ctx.zone,
        found.period in now.days(found.code),
        tuple(str(each.facts["text"]) for each in duties.intended(ctx.tx, found.id)),
    )
    return cards.card(picture, reader.id, ask)


def turn(ctx: Asked, code: str, on: bool, by: Resolution) -> Duty:
    """Turn a duty on or off by a resolution of the council; a secret one is turned by a supervisor. Raises
    Refusal."""
    duty = _to_change(ctx, code, secret=True)
    _fix(ctx, f"{rules.SWITCH}{code}", on, by, "duty.turned", {"code": code, "on": on})
    return duty


def put_off(ctx: Asked, code: str, due: Due, by: Resolution) -> Duty:
    """Give a duty another rule for its day by a resolution; what is open keeps its day. Raises Refusal."""
    duty = _to_change(ctx, code)
    if bool(duty.event) != isinstance(due, After):
        raise Refusal("按日期的任务不能改成按事件的，反过来也不行。请用 qinglian duties import 另加一项")
    changed = replace(duty, due=due)
    facts = {"code": code, "due": due_words(due)}
    _fix(ctx, f"{rules.PLAN}{code}", kept(changed), by, "duty.changed", facts)
    return changed


def notice(ctx: Asked, code: str, day: date, source: str) -> tuple[Duty, str]:
    """Fix the day that an authority's notice names for this year; those concerned hear of it once. Return the
    duty and the period. Raises Refusal."""
    duty, now = _to_change(ctx, code), scene(ctx)
    if not duty.provisional:
        raise Refusal(f"「{duty.title}」的日子不是由主管部门定的。要改，发「任务 改期 {code} …」")
    if not isinstance(duty.due, Yearly | YearlyWeekday):
        raise Refusal(f"「{duty.title}」不是一年一次的，通知的日子请用「任务 改期 {code} …」")
    if day.year not in (now.today.year, now.today.year + 1):
        raise Refusal(f"{day} 不是今年或明年的日子，请核对年份")
    period = str(day.year)
    by = Resolution(source, now.today)
    facts = {"code": code, "day": day.isoformat()}
    _fix(ctx, f"{rules.NOTICE}{code}.{period}", day.isoformat(), by, "duty.notice", facts)
    found = duties.of_period(ctx.tx, code, period)
    if found and found.state != State.DONE:
        _move_to(ctx, found, day)
        words = f"「{duty.title}」{day.year}年定在{day.month}月{day.day}日（{source}）"
        for each in now.owners(found):
            ctx.send_text(each, words, about=found.subject)
    return duty, period


def _move_to(ctx: Context, found: Occurrence, day: date) -> None:
    deadlines.end(ctx, rules.DO, found.subject)
    deadlines.begin(ctx, rules.DO, found.subject, Term.fixed(day), rules.RUNGS)
    if found.state == State.HANDED:
        deadlines.pause(ctx, rules.DO, found.subject)
    duties.set_due(ctx.tx, found.id, day)


def _to_change(ctx: Asked, code: str, secret: bool = False) -> Duty:
    duty = scene(ctx).duties.get(code)
    if duty is None or (duty.secret and not (secret and Role.SUPERVISOR in ctx.person.roles)):
        raise Refusal(f"清单里没有 {code[:10]}。发「任务 清单」看全部")
    if not duty.secret and not ctx.person.roles & {Role.SECRETARY_GENERAL, Role.CHAIR}:
        raise Refusal("任务清单由秘书长或理事长按理事会决议来改", rule="P83")
    return duty


def _fix(ctx: Asked, name: str, value: object, by: Resolution, act: str, facts: Mapping[str, object]) -> None:
    version = settings.fix(ctx.tx, name, value, by.number, by.decided_on, ctx.now)
    why = {"resolution": by.number, "decided_on": by.decided_on.isoformat()}
    ctx.record(ctx.person, act, f"setting:{name}", version, {**facts, **why})


def happened(ctx: Asked, event: str, day: date, words: str) -> list[Occurrence]:
    """Open all that has to be done because something happened; each owner gets what is theirs. Nothing new
    where it was told before. Raises Refusal."""
    if not rules.watches(ctx.person.roles):
        raise Refusal(f"「{event[:10]}」由秘书长、理事长或监事登记")
    now = scene(ctx)
    wanted = [(each, each.due) for each in now.duties.values() if isinstance(each.due, After)]
    mine = [(duty, due) for duty, due in wanted if due.event == event and duty.on]
    if not mine:
        known = "、".join(dict.fromkeys(due.event for _, due in wanted))
        raise Refusal(f"没有「{event[:10]}」这类事。可以登记的有：{known}")
    rules.plausible(day, now.today)
    # Two who tell the same event at once: the second waits here, and sees what the first has opened.
    runs.begin(ctx.tx, "duty.event", f"{event}:{day.isoformat()}", ctx.now)
    fresh = [(duty, due) for duty, due in mine if not duties.has(ctx.tx, duty.code, day.isoformat())]
    if not fresh:
        raise Refusal(f"{day} 的「{event}」已经登记过了。发「任务」看还有哪些没办")
    opened = [_open_after(ctx, now, duty, due, day) for duty, due in fresh]
    facts = {"event": event, "day": day.isoformat(), "words": words}
    ctx.record(ctx.person, "duty.event", f"event:{event}:{day.isoformat()}", 1, facts)
    _tell_owners(ctx, now, event, day, opened)
    return opened


def _open_after(ctx: Context, now: Scene, duty: Duty, due: After, day: date) -> Occurrence:
    """The days count from the event, and from today where it is told late."""
    term = Term.working(due.n)
    end = workdays.add(max(day, now.today), due.n, now.calendar).day
    if day != now.today:
        term = Term.fixed(end)
    return _open(ctx, now, duty, day.isoformat(), end, term)


def _tell_owners(ctx: Context, now: Scene, event: str, day: date, opened: Sequence[Occurrence]) -> None:
    theirs: dict[int, list[Occurrence]] = {}
    for each in opened:
        for owner in now.owners(each):
            theirs.setdefault(owner.id, []).append(each)
    found = people.by_ids(ctx.tx, theirs)
    for owner_id, mine in theirs.items():
        lines = [f"{n}. {line(now, each)}" for n, each in enumerate(mine, 1)]
        buttons = [cards.show_button(each, f"看 {n}") for n, each in enumerate(mine[:BUTTONS], 1)]
        title = f"{event}（{day.month}月{day.day}日），要办这几件"
        subject = f"duty-event:{event}:{day.isoformat()}:{owner_id}"
        ctx.send_card(found[owner_id], cards.list_card(title, subject, lines, buttons, ""))


def line(now: Scene, found: Occurrence) -> str:
    """Return an occurrence in one line, names first."""
    return cards.line(found, now.duty(found), [each.name for each in now.owners(found)])


def seen_by(ctx: Context, person: Person) -> list[Occurrence]:
    """Return what is not confirmed and a person may know of, the most urgent first."""
    now = scene(ctx)
    return [each for each in duties.undone(ctx.tx) if now.may_read(each, person)]


def waiting_for(ctx: Context, person: Person) -> list[Occurrence]:
    """Return what waits for a person: theirs to do, or theirs to confirm."""
    now = scene(ctx)
    return [
        each
        for each in duties.undone(ctx.tx)
        if now.may_read(each, person)
        and person in (now.owners(each) if each.state == State.OPEN else now.confirmers(each))
    ]


def nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """Who hears at a rung: the owners; those above once it is late. The chair hears of what nobody owns. Of a
    secret one only supervisors hear."""
    found, now = duties.get(ctx.tx, int(one.subject.removeprefix("duty:"))), scene(ctx)
    if found is None:
        raise LookupError(f"no duty behind {one.subject}")
    duty, mine = now.duty(found), now.owners(found)
    late = rung > 0
    day = f"{one.due_on.month}月{one.due_on.day}日"
    said = f"逾期了（{day}到期）" if late else "今天到期" if rung == 0 else f"{day}到期"
    hears = {each.id: f"{duty.title}{said}" for each in mine}
    above = [Role.SECRETARY_GENERAL] * (rung >= 1) + [Role.CHAIR] * (rung >= 3 or not mine)
    names = "、".join(each.name for each in mine)
    line = f"{names}的「{duty.title}」{said}" if mine else f"{_nobody(duty)}，{said}"
    for each in [] if duty.secret else people.holders(ctx.tx, above):
        hears.setdefault(each.id, line)
    button = cards.show_button(found)
    return [Nudge(who, words, button, late) for who, words in hears.items()]


def moved(ctx: Context, deadline: Deadline) -> None:
    """A new calendar has given an occurrence another day."""
    duties.set_due(ctx.tx, int(deadline.subject.removeprefix("duty:")), deadline.due_on)
