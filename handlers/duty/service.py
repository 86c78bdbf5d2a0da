"""Opening occurrences, taking evidence in, confirming it; and turning duties on with a resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.contract.card import Card
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Nudge
from handlers.contract.roles import Role
from handlers.duty import cards, rules
from handlers.duty.plan import BY_CODE, DUTIES
from handlers.duty.rules import Act, Duty, State
from handlers.mechanisms.deadline import service as deadlines
from handlers.mechanisms.deadline.rules import Term
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import duties, numbers, people, settings
from storage.deadlines import Deadline
from storage.duties import Occurrence, Proof
from storage.people import Person

UNKNOWN = "没有找到您能看的任务，请核对编号。发「任务」看和您有关的"
TEXT_LIMIT = 500
_SERIES, _SECRET = "RW", "RWJ"
"""What numbers begin with; a secret duty has a series of its own, so that it leaves no gap in the other."""


def is_on(ctx: Context, duty: Duty) -> bool:
    """Whether a duty is turned on: by default, or by the council."""
    return bool(settings.current(ctx.tx, f"{rules.SWITCH}{duty.code}", duty.on).value)


def open_coming(ctx: Context) -> None:
    """Open every occurrence whose day has come near, each once. Nobody hears of any on a free day."""
    now, known = today(ctx.now, ctx.zone), calendar.current(ctx.tx)
    if not workdays.is_workday(now, known):
        return
    for duty in DUTIES:
        for each in rules.coming(duty.due, now, known):
            if rules.opens_on(duty, each.day, known) > now:
                break
            if not duties.has(ctx.tx, duty.code, each.period) and is_on(ctx, duty):
                _open(ctx, duty, each.period, each.day)


def _open(ctx: Context, duty: Duty, period: str, day: date) -> None:
    series = f"{_SECRET if duty.secret else _SERIES}-{today(ctx.now, ctx.zone).year}"
    number = f"{series}-{numbers.draw(ctx.tx, series):04d}"
    row = Occurrence(0, number, duty.code, period, day, State.OPEN, 1)
    found = replace(row, id=duties.create(ctx.tx, row))
    deadlines.begin(ctx, rules.DO, found.subject, Term.fixed(day), rules.RUNGS)
    facts = {"number": number, "code": duty.code, "period": period, "due_on": day.isoformat()}
    ctx.record("系统", "duty.opened", found.subject, 1, facts if not duty.secret else {})
    if not rules.holders(duty.owners, _active(ctx)):
        words = (
            f"任务「{duty.title}」没有人负责：还没有人担任{'、'.join(duty.owners)}。请指定后由管理员导入。"
        )
        for each in people.holders(ctx.tx, (Role.CHAIR,)):
            ctx.send_text(each, words)


def readable(ctx: Asked, found: Occurrence | None) -> Occurrence:
    """Return an occurrence to somebody who may know of it. The refusal does not tell whether it exists."""
    if found is None or not _may_read(ctx, found, ctx.person):
        raise Refusal(UNKNOWN)
    return found


def _may_read(ctx: Context, found: Occurrence, person: Person) -> bool:
    duty = BY_CODE[found.code]
    if not rules.may_see(duty, found.period, person, today(ctx.now, ctx.zone)):
        return False
    involved = {each.id for each in (*owners(ctx, found), *confirmers(ctx, found))}
    return person.id in involved or rules.watches(person.roles)


def owners(ctx: Context, found: Occurrence) -> list[Person]:
    """Return who is to do it, as posts are held today."""
    return rules.holders(BY_CODE[found.code].owners, _active(ctx))


def confirmers(ctx: Context, found: Occurrence) -> list[Person]:
    """Return who confirms it, as posts are held today."""
    able = rules.holders(BY_CODE[found.code].confirms, _active(ctx))
    return [each for each in able if each.id != found.handed_by]


def act(
    ctx: Asked, duty_id: int, version: int, what: Act, text: str = "", files: Sequence[StoredFile] = ()
) -> Occurrence:
    """Do something with an occurrence, authorised now. Raises Refusal."""
    found = readable(ctx, duties.get(ctx.tx, duty_id))
    duty = BY_CODE[found.code]
    able = owners(ctx, found) if what is Act.HAND_IN else confirmers(ctx, found)
    state = rules.next_state(State(found.state), what, duty, ctx.person, able)
    moved = _moved(ctx, replace(found, state=state, version=found.version + 1), what, text)
    if found.version != version or not duties.move(ctx.tx, moved, found.version):
        raise Refusal(f"{found.number} 刚有了新进展。发「任务 {found.number}」看最新的")
    if what is Act.HAND_IN:
        duties.keep_files(ctx.tx, found.id, [Proof(f.sha256, f.name, f.size, f.mime) for f in files])
    facts = {"text": text, "files": [each.sha256 for each in files]} if not duty.secret else {}
    ctx.record(ctx.person, f"duty.{what}", found.subject, moved.version, facts)
    _tell(ctx, moved, what, text)
    return moved


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


def _tell(ctx: Asked, found: Occurrence, what: Act, text: str) -> None:
    duty = BY_CODE[found.code]
    if what is Act.HAND_IN:
        for each in confirmers(ctx, found):
            ctx.send_card(each, card(ctx, found, each))
        return
    if found.handed_by and found.handed_by != ctx.person.id:
        done = what is Act.CONFIRM
        words = "已确认完成。" if done else f"退回补充：{text}。发「任务 {found.number}」再交。"
        owner = people.get(ctx.tx, found.handed_by)
        ctx.send_text(owner, f"{found.number} {duty.title} {words}", about=found.subject)


def card(ctx: Context, found: Occurrence, reader: Person, ask: Act | None = None, files: int = 0) -> Card:
    """Return an occurrence as its reader sees it."""
    names = people.by_ids(ctx.tx, [each for each in (found.handed_by, found.confirmed_by) if each])
    mine = {
        Act.HAND_IN: reader.id in {each.id for each in owners(ctx, found)},
        Act.CONFIRM: reader.id in {each.id for each in confirmers(ctx, found)},
    }
    picture = cards.Picture(
        found,
        BY_CODE[found.code],
        tuple(each.name for each in owners(ctx, found)),
        {key: each.name for key, each in names.items()},
        tuple(each.name for each in duties.files(ctx.tx, found.id)),
        mine[Act.HAND_IN],
        mine[Act.CONFIRM],
        files,
        ctx.zone,
    )
    return cards.card(picture, reader.id, ask)


def turn(ctx: Asked, code: str, on: bool, resolution: str, decided_on: date) -> Duty:
    """Turn a duty on or off by a resolution of the council. Raises Refusal."""
    if not ctx.person.roles & {Role.SECRETARY_GENERAL, Role.CHAIR}:
        raise Refusal("任务的开关由秘书长或理事长按理事会决议来改", rule="P83")
    duty = BY_CODE.get(code)
    if duty is None or duty.secret:
        raise Refusal(f"清单里没有 {code}。发「任务 清单」看全部")
    version = settings.fix(ctx.tx, f"{rules.SWITCH}{code}", on, resolution, decided_on, ctx.now)
    facts = {"code": code, "on": on, "resolution": resolution, "decided_on": decided_on.isoformat()}
    ctx.record(ctx.person, "duty.turned", f"setting:{rules.SWITCH}{code}", version, facts)
    return duty


def seen_by(ctx: Context, person: Person) -> list[Occurrence]:
    """Return what is not confirmed and a person may know of, the most urgent first."""
    return [each for each in duties.undone(ctx.tx) if _may_read(ctx, each, person)]


def waiting_for(ctx: Context, person: Person) -> list[Occurrence]:
    """Return what waits for a person: theirs to do, or theirs to confirm."""
    found = []
    for each in seen_by(ctx, person):
        who = owners(ctx, each) if each.state == State.OPEN else confirmers(ctx, each)
        if person.id in {one.id for one in who}:
            found.append(each)
    return found


def nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """Who hears at a rung: the owners; those above once it is late. Of a secret one only supervisors hear."""
    found = duties.get(ctx.tx, int(one.subject.removeprefix("duty:")))
    if found is None:
        raise LookupError(f"no duty behind {one.subject}")
    duty = BY_CODE[found.code]
    late = rung > 0
    day = f"{one.due_on.month}月{one.due_on.day}日"
    said = f"逾期了（{day}到期）" if late else "今天到期" if rung == 0 else f"{day}到期"
    hears = {each.id: f"{duty.title}{said}" for each in owners(ctx, found)}
    above = [Role.SECRETARY_GENERAL] * (rung >= 1) + [Role.CHAIR] * (rung >= 3)
    names = "、".join(each.name for each in owners(ctx, found)) or "没有人"
    for each in [] if duty.secret else people.holders(ctx.tx, above):
        hears.setdefault(each.id, f"{names}的「{duty.title}」{said}")
    button = cards.show_button(found)
    return [Nudge(who, line, button, late) for who, line in hears.items()]


def _active(ctx: Context) -> list[Person]:
    return [each for each in people.everybody(ctx.tx) if each.active]
