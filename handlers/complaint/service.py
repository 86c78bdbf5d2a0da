"""What receivers do with a case, each act authorised at the moment it is done (decisions 29 to 33)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from handlers.complaint import dossier, filing, forms, recusal, rules, sealing
from handlers.complaint.dossier import Dossier, Handed
from handlers.complaint.filing import Seated
from handlers.complaint.rules import Act, Entry, Outcome, Stage
from handlers.contract.card import Kind, Option
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.mechanisms.deadline.rules import Term
from handlers.mechanisms.finding import service as findings
from handlers.mechanisms.finding.rules import RECTIFY_DAYS, Source
from handlers.mechanisms.units import service as units
from scheduler.clock import today
from storage import complaint, people, receivers
from storage.complaint import Case
from storage.people import Person
from storage.receivers import Receiver

UNKNOWN = "没有这一件，或者它不归您受理"
"""Told alike of what does not exist and of what somebody may not read."""


NO_SUPERVISOR = (
    "整改通知都由监事下发，别人发的一看就知道来由。请「请另一位受理人参加」一位监事，或者等监事检查到时再提"
)


@dataclass(frozen=True)
class Seat:
    """A receiver at the desk, with their private key for as long as a page is handled."""

    receiver: Receiver
    person: Person
    private: bytes


def readable(ctx: Context, seat: Seat) -> list[Dossier]:
    """Return every case that somebody can open, the newest first, as it stands."""
    _authorise(seat)
    cases = {each.number: each for each in complaint.everything(ctx.tx)}
    found = []
    for number, boxes in complaint.all_boxes(ctx.tx).items():
        key = dossier.key_in(boxes, seat.private)
        if key is not None:
            found.append(dossier.unsealed(ctx, cases[number], key))
    return sorted(found, key=lambda each: (each.case.last_on, each.case.number), reverse=True)


def read(ctx: Context, seat: Seat, number: str) -> Dossier:
    """Return one case. Raises Refusal."""
    _authorise(seat)
    case = complaint.find(ctx.tx, number)
    found = dossier.open_for(ctx, case, seat.private) if case else None
    if found is None:
        raise Refusal(UNKNOWN)
    return found


def look(ctx: Context, seat: Seat, number: str) -> Dossier:
    """Return one case, and let its receivers see who opened it and on which days; on the same day again where
    the reporter said more meanwhile."""
    found, day = read(ctx, seat, number), today(ctx.now, ctx.zone)
    mine = (Act.OPENED, day, seat.person.name)
    known = any((each.act, each.on, each.by) == mine for each in found.entries)
    if known and not rules.unseen(found.entries, seat.person.name):
        return found
    opened = dossier.entry(ctx, Act.OPENED, seat.person.name)
    case = dossier.add(ctx, found.case, opened)
    return Dossier(case, found.key, (*found.entries, opened))


def choices(ctx: Context, seat: Seat, found: Dossier, act: Act) -> list[Option]:
    """Return what an act lets choose from."""
    if act is Act.MERGE:
        return [
            Option(each.case.number, f"{each.case.number}（{each.case.received_on}）")
            for each in readable(ctx, seat)
            if _may_take_in(each, found)
        ]
    if act is Act.ADMIT:
        return [Option(str(each.receiver.id), each.person.name) for each in _others(ctx, found)]
    if act is Act.RECTIFY:
        return _who_mends(ctx, found)
    return []


def _who_mends(ctx: Context, found: Dossier) -> list[Option]:
    """Return the teams that can be asked to mend something, each with the person who will hear of it."""
    led = {each: each.lead for each in units.units(ctx) if each.lead is not None}
    names, out = people.by_ids(ctx.tx, led.values()), _out(ctx, found)
    return [
        Option(unit.key, f"{unit.name}：发给{names[lead].name}{'（在「避开了」里）' if lead in out else ''}")
        for unit, lead in led.items()
        if lead in names
    ]


def do(
    ctx: Context,
    seat: Seat,
    number: str,
    version: int,
    act: Act,
    values: Mapping[str, str],
    files: Sequence[Handed] = (),
) -> str:
    """Do one act on a case as its reader saw it; return what to say of it. Raises Refusal; nothing is done
    then."""
    found = read(ctx, seat, number)
    if found.case.version != version:
        raise Refusal(dossier.MEANWHILE)
    if found.case.emptied:
        raise Refusal("这一件的内容已经按期清除，只留结论")
    rules.check(act, found.entries, seat.person.name)
    step = Step(ctx, seat, found, act, _answers(act, choices(ctx, seat, found, act), values, files), files)
    return _DONE.get(act, _plainly)(step)


def _answers(
    act: Act, options: Sequence[Option], values: Mapping[str, str], files: Sequence[Handed]
) -> dict[str, str]:
    """Return the answers of an act's form, each where it belongs. Raises Refusal."""
    answers = {}
    for each in forms.form(act, options).questions:
        if each.kind is Kind.FILES:
            if each.required and not files:
                raise Refusal(f"还差：{each.label}")
            continue
        typed = values.get(each.name, "").strip()
        if each.required and not typed:
            raise Refusal(f"还差：{each.label}")
        if len(typed) > each.limit:
            raise Refusal(f"{each.label}请控制在 {each.limit} 字以内，现在是 {len(typed)} 字")
        if each.kind is Kind.CHOICE and typed not in {one.value for one in each.options}:
            raise Refusal(f"{each.label}请从列出的里面选")
        answers[each.name] = typed
    return answers


@dataclass(frozen=True)
class Step:
    """An act about to be done, with its answers."""

    ctx: Context
    seat: Seat
    found: Dossier
    act: Act
    answers: Mapping[str, str]
    files: Sequence[Handed]

    @property
    def text(self) -> str:
        """The words, where the act asks for some."""
        return self.answers.get("text", "")

    def entry(self, **more: str) -> Entry:
        """Return what is added to the case."""
        facts = {name: value for name, value in self.answers.items() if name != "text"} | more
        return dossier.entry(self.ctx, self.act, self.seat.person.name, self.text, facts)

    def add(self, entry: Entry, back: Entry | None = None) -> Case:
        """Add it."""
        return dossier.add(self.ctx, self.found.case, entry, files=self.files, back=back)


def _plainly(step: Step) -> str:
    step.add(step.entry())
    return f"已记下：{step.act}"


def _hear(step: Step) -> str:
    refused, witnesses = step.answers["way"] == forms.REFUSED, _names(step.answers["witnesses"])
    if refused and len(witnesses) < 2:
        raise Refusal("本人拒绝时，要写两位见证人的姓名", rule="P52")
    return _plainly(step)


def _study(step: Step) -> str:
    found = Outcome(step.answers["outcome"])
    rules.check_hearing(step.found.entries, found)
    _blames_nobody(step)
    if len(_names(step.answers["people"])) < 2:
        raise Refusal("集体研究至少要两个人，请写清姓名", rule="P52")
    named = recusal.named_in(step.answers["people"], filing.known(step.ctx))
    unwanted = named & _out(step.ctx, step.found)
    if unwanted:
        names = people.by_ids(step.ctx.tx, unwanted)
        who = "、".join(names[each].name for each in sorted(unwanted))
        raise Refusal(f"{who}和这一件有关，要回避，不能参加研究", rule="P52")
    return _plainly(step)


def _feedback(step: Step) -> str:
    _blames_nobody(step)
    entry, taken_in = step.entry(), _taken_in(step)
    _end(step, step.add(entry, back=entry), entry)
    for case in taken_in:
        _end(step, dossier.add(step.ctx, case, entry, back=entry), entry)
    return "已反馈并办结。反映人在查询页能看到"


def _taken_in(step: Step) -> list[Case]:
    """Return the cases that were taken into this one, and into those. Raises Refusal where their reader is
    another."""
    found, entries = [], list(step.found.entries)
    for entry in entries:
        if entry.act is not Act.TOOK_IN:
            continue
        number = entry.facts["number"]
        case = complaint.find(step.ctx.tx, number)
        if case is None or case.emptied:
            continue
        inside = dossier.open_for(step.ctx, case, step.seat.private)
        if inside is None:
            raise Refusal(f"并进来的 {number} 您打不开：请能打开它的受理人来反馈，两位反映人才都看得到")
        found.append(case)
        entries += inside.entries
    return found


def _end(step: Step, case: Case, feedback: Entry) -> None:
    _conclude(step, case, feedback)
    complaint.close(step.ctx.tx, case.number, today(step.ctx.now, step.ctx.zone))


def _conclude(step: Step, case: Case, feedback: Entry) -> None:
    """Add what is kept when the content goes: what came out, in the words of the receivers alone."""
    entries = step.found.entries
    done = [each.text for each in entries if each.act in (Act.DISPOSE, Act.HAND_OVER)]
    facts = {
        "outcome": rules.outcome(entries) or "已移送",
        "received": case.received_on.isoformat(),
        "kind": step.found.filed.facts.get("kind", ""),
        "done": "；".join(done),
    }
    conclusion = dossier.entry(step.ctx, Act.CONCLUSION, step.seat.person.name, feedback.text, facts)
    dossier.add(step.ctx, case, conclusion, lasting=True)


def _reply(step: Step) -> str:
    _blames_nobody(step)
    entry = step.entry()
    step.add(entry, back=entry)
    return "已放到查询页。反映人凭号码来看，我们不会也不能去催"


def _reopen(step: Step) -> str:
    _reply(step)
    complaint.close(step.ctx.tx, step.found.case.number, None)
    return "已重新办理，从「初步判断」开始。反映人在查询页能看到"


def _extend(step: Step) -> str:
    typed = step.answers["days"]
    if not (typed.isdecimal() and 1 <= int(typed) <= 60):
        raise Refusal("延长几个工作日，请写 1 到 60 的数")
    return _reply(step)


def _hand_over(step: Step) -> str:
    entry = step.entry()
    told = dossier.entry(step.ctx, Act.HAND_OVER, step.seat.person.name, facts={"to": step.answers["to"]})
    step.add(entry, back=told)
    return "已记下移送。查询页会告诉反映人移送到了哪里"


def _draft(step: Step) -> str:
    outcome = rules.outcome(step.found.entries)
    cleared = step.answers["kind"] == forms.CLEARED
    if cleared and outcome is not Outcome.NOTHING:
        raise Refusal("只有「未发现问题」的才写澄清说明", rule="P52")
    if not cleared and outcome is Outcome.NOTHING:
        raise Refusal("「未发现问题」的不通报；要公开的话写澄清说明", rule="P52")
    if cleared and step.answers["agreed"] != "同意":
        raise Refusal("澄清说明要被反映人本人同意才写", rule="P52")
    _blames_nobody(step)
    _own_words(step, step.text)
    return _plainly(step)


def _blames_nobody(step: Step) -> None:
    """Raise Refusal where a text says what an authority alone may find, and none is named here or before."""
    named = [each.facts.get("authority", "") for each in step.found.entries]
    rules.check_blame(step.text, step.answers.get("authority", "") or "".join(named))


def _dispose(step: Step) -> str:
    _blames_nobody(step)
    return _plainly(step)


def _own_words(step: Step, text: str) -> None:
    if run := rules.repeated(text, rules.reporters_words(step.found.entries)):
        raise Refusal(f"「{run}」是反映人说过的话，公开了会让人认出来。请用自己的话重写", rule="P52")


def _merge(step: Step) -> str:
    other = read(step.ctx, step.seat, step.answers["other"])
    step.add(step.entry(), back=dossier.entry(step.ctx, Act.MERGE))
    here = {
        "number": step.found.case.number,
        "excluded": ",".join(rules.kept_out(step.found.entries)),
        "unsure": "是" if rules.only_outside(step.found.entries) else "",
    }
    dossier.add(step.ctx, other.case, dossier.entry(step.ctx, Act.TOOK_IN, step.seat.person.name, facts=here))
    return f"已并入 {other.case.number}，以后在那一件里办"


def _may_take_in(other: Dossier, found: Dossier) -> bool:
    """Tell whether a case may be taken into another: one that goes on, and that the same people read."""
    ended = rules.stage(other.entries) in (Stage.CLOSED, Stage.MERGED)
    same = set(rules.places(other.entries)) == set(rules.places(found.entries))
    return same and not ended and other.case.number != found.case.number


def _admit(step: Step) -> str:
    wanted = int(step.answers["receiver"])
    chosen = next(each for each in _others(step.ctx, step.found) if each.receiver.id == wanted)
    given = dossier.let_in(step.ctx, step.found, {wanted: chosen.key})
    step.add(step.entry(name=chosen.person.name, places=given))
    return f"{chosen.person.name}现在能看这一件了"


def _recuse(step: Step) -> str:
    me, entries = step.seat.receiver.id, step.found.entries
    here = {each.receiver.id for each in filing.seated(step.ctx)} & set(rules.places(entries))
    given = ""
    if here == {me}:
        heirs = {
            each.receiver.id: each.key for each in _others(step.ctx, step.found) if each.receiver.outside
        }
        if not heirs:
            raise Refusal("没有别人可以接手这一件。请先让外部受理人有钥匙，再回避", rule="P51")
        given = dossier.let_in(step.ctx, step.found, heirs)
    told = dossier.entry(step.ctx, Act.RECUSE, facts={"holder": step.seat.receiver.holder})
    step.add(step.entry(receiver=str(me), places=given), back=told)
    mine = rules.places(entries)[me]
    complaint.put_boxes(step.ctx.tx, step.found.case.number, {mine: sealing.nobodys_box()})
    return "您已回避，这一件不再向您打开"


def rescue(ctx: Context, private: bytes, number: str, holder: str) -> str:
    """Let a receiver into a case with the emergency key, on record in the case; return their name. Raises
    Refusal, also for whom the case must not reach."""
    case = complaint.find(ctx.tx, number)
    found = dossier.open_for(ctx, case, private) if case else None
    if found is None:
        raise Refusal("应急钥匙打不开这一件：没有这个编号，或者它比钥匙早")
    chosen = next((each for each in _others(ctx, found) if each.person.key == holder), None)
    if chosen is None:
        raise Refusal(f"{holder} 不能看这一件：不是受理人、没有设口令、已经能看，或者要回避")
    given = dossier.let_in(ctx, found, {chosen.receiver.id: chosen.key})
    facts = {"name": chosen.person.name, "places": given}
    dossier.add(ctx, found.case, dossier.entry(ctx, Act.ADMIT, "应急钥匙", "用应急钥匙交接", facts))
    return chosen.person.name


def _hold(step: Step) -> str:
    step.add(step.entry())
    entries = (*step.found.entries, step.entry())
    complaint.hold(step.ctx.tx, step.found.case.number, rules.held(entries))
    waits = rules.requested(entries)
    return "已申请，等另一位受理人确认" if waits else "已生效"


def _rectify(step: Step) -> str:
    if Role.SUPERVISOR not in step.seat.person.roles:
        raise Refusal(NO_SUPERVISOR, rule="P51")
    unit = units.by_key(step.ctx, step.answers["unit"])
    if unit is None or unit.lead is None:
        raise Refusal("这个部门或项目组现在没有负责人，先请理事会指定")
    if unit.lead == step.seat.person.id:
        raise Refusal("不能给自己下发整改通知")
    for words in (step.answers["what"], step.answers["asked"]):
        _own_words(step, words)
    term = Term.working(RECTIFY_DAYS)
    what, clause, asked = (step.answers[each] for each in ("what", "clause", "asked"))
    opened = findings.open_finding(
        step.ctx, findings.New(Source.CHECK, unit, unit.lead, what, clause, asked, term, step.seat.person.id)
    )
    step.add(step.entry(number=opened.number))
    return f"{opened.number} 已下发，来源写的是「监督检查」"


_DONE: Mapping[Act, Callable[[Step], str]] = {
    Act.HEAR: _hear,
    Act.STUDY: _study,
    Act.DISPOSE: _dispose,
    Act.FEEDBACK: _feedback,
    Act.REOPEN: _reopen,
    Act.REPLY: _reply,
    Act.EXTEND: _extend,
    Act.HAND_OVER: _hand_over,
    Act.DRAFT: _draft,
    Act.MERGE: _merge,
    Act.ADMIT: _admit,
    Act.RECUSE: _recuse,
    Act.RECTIFY: _rectify,
    **dict.fromkeys((Act.HOLD, Act.HOLD_TOO, Act.RELEASE, Act.RELEASE_TOO), _hold),
}


def _authorise(seat: Seat) -> None:
    if not (seat.receiver.ready and filing.holds_post(seat.person, seat.receiver.outside)):
        raise Refusal("您现在不是受理人，打不开受理台")


def _out(ctx: Context, found: Dossier) -> frozenset[int]:
    """Return the ids of everybody whom a case must not reach: as it began, who recused themselves, and who is
    tied to the accused by now."""
    began = rules.kept_out(found.entries)
    gone = rules.recused(found.entries)
    recused = [each.holder for each in receivers.everybody(ctx.tx) if each.id in gone]
    out = frozenset(each.id for each in people.by_keys(ctx.tx, began + recused).values())
    known, words = filing.known(ctx), rules.reporters_words(found.entries)
    return out | recusal.excluded(
        frozenset().union(*(recusal.named_in(each, known) for each in words)), known
    )


def _others(ctx: Context, found: Dossier) -> list[Seated]:
    """Return the receivers who cannot open a case and whom it does not concern; of one that is for the
    outside receiver alone, those outside."""
    out, inside = _out(ctx, found), rules.places(found.entries)
    others = [
        each for each in filing.seated(ctx) if each.person.id not in out and each.receiver.id not in inside
    ]
    alone = rules.only_outside(found.entries)
    return [each for each in others if each.receiver.outside or not alone]


def reader_names(ctx: Context, found: Dossier) -> list[str]:
    """Return who can read a case, by name; the emergency key too."""
    known = {each.id: each for each in receivers.everybody(ctx.tx)}
    holders = [known[each].holder for each in rules.places(found.entries) if each in known]
    names = people.by_keys(ctx.tx, holders)
    return [names[each].name if each in names else "应急钥匙" for each in holders]


def _names(typed: str) -> list[str]:
    return [
        each for each in typed.replace("，", "、").replace(",", "、").replace(" ", "、").split("、") if each
    ]
