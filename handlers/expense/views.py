"""Claims to look at: the list of all, and the whole trail of one, for those who check the books."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.contract.card import Field, Section, Tone
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from handlers.contract.view import Cell, Row, Table, View, row
from handlers.contract.wording import yuan
from handlers.expense import telling
from handlers.expense.cards import TONES
from handlers.expense.rules import CHAIN_SETTING, STATE_WORDS, State
from storage import attempts, expense, journal, people, projects, signoff
from storage.expense import Claim, Version
from storage.journal import Entry
from storage.people import Person
from storage.signoff import Step, StepState

SHOWN = 200
"""As many claims as the list holds, the newest."""

HASH_SHOWN = 12

ACTS: Mapping[str, str] = {
    "expense.submitted": "提交",
    "expense.resubmitted": "修改后再提交",
    "expense.withdrawn": "撤回",
    "expense.reassigned": "按规则重排签字人",
    "expense.blocked": "凑不齐签字人，停下",
    "expense.approved": "四级签齐，通过",
    "expense.rejected": "驳回，结束",
    "expense.returned": "退回修改",
    "signoff.signed": "签字同意",
    "signoff.rejected": "签字驳回",
    "signoff.returned": "签字退回",
    "expense.sheet": "取联签单",
    "refused": "被拒绝的尝试",
}
"""What the journal calls each act on a claim, in words."""

_FACTS: Mapping[str, str] = {
    "level": "级",
    "title": "职务",
    "ground": "凭",
    "reason": "原因",
    "why": "原因",
    "answer": "回答",
    "rule": "规则",
}
"""Which facts of an entry are shown, under which word."""

_STATES: Mapping[StepState, tuple[str, Tone]] = {
    StepState.OPEN: ("待签", Tone.PENDING),
    StepState.WAITING: ("还没轮到", Tone.MUTED),
    StepState.SIGNED: ("已同意", Tone.GOOD),
    StepState.REJECTED: ("已驳回", Tone.BAD),
    StepState.RETURNED: ("已退回修改", Tone.INFO),
    StepState.VOID: ("作废", Tone.MUTED),
}
"""How a step reads in a table, and in which tone."""


def claims(ctx: Context, _argument: str) -> View:
    """Every claim in one line, the newest first."""
    found = expense.newest(ctx.tx, SHOWN)
    names = people.by_ids(ctx.tx, [each.requester for each in found])
    rows = tuple(
        row(
            Cell(each.number, to=f"expense.trail/{each.number}"),
            names[each.requester].name,
            yuan(each.current.amount_fen),
            STATE_WORDS[State(each.state)],
            _moment(each.current.submitted_at, ctx.zone),
            tone=TONES[State(each.state)],
        )
        for each in found
    )
    table = Table("全部单子", ("编号", "经办人", "金额", "状态", "提交"), rows, "还没有单子。")
    return View(title="报销单", parts=(table,))


def trail(ctx: Context, number: str) -> View:
    """One claim with every version, signature, refused attempt and journal entry. Raises Refusal."""
    claim = expense.by_number(ctx.tx, number.strip().upper())
    if claim is None:
        raise Refusal(f"没有编号是「{number}」的单子")
    state = State(claim.state)
    versions = expense.versions(ctx.tx, claim.id)
    return View(
        title=f"{claim.number} 的留痕",
        tone=TONES[state],
        tag=STATE_WORDS[state],
        subtitle=f"第 {claim.current.version} 版",
        fields=_facts(ctx, claim),
        parts=(
            *(part for version in reversed(versions) for part in _version(ctx, claim, version)),
            _attempts(ctx, claim),
            _journal(ctx, claim),
            _whole(ctx),
        ),
        back=("expense.claims", "全部单子"),
    )


def _facts(ctx: Context, claim: Claim) -> tuple[Field, ...]:
    facts = [
        Field("经办人", people.get(ctx.tx, claim.requester).name),
        Field("开始", _moment(claim.created_at, ctx.zone)),
    ]
    return (*facts, *([Field("为什么停下", claim.note, wide=True)] if claim.note else []))


def _version(ctx: Context, claim: Claim, version: Version) -> tuple[Section | Table, ...]:
    """What was handed in, its files, and who signed it."""
    void = "" if version.version == claim.current.version else "（签字已作废）"
    outside = "" if version.payee_id else "（外部收款方）"
    lines = (
        f"金额：{yuan(version.amount_fen)}",
        f"项目：{projects.get(ctx.tx, version.project_id).name}",
        f"收款人：{version.payee}{outside}",
        f"事由：{version.purpose}",
        f"规则：{telling.rule_words(ctx, version)}",
        f"提交：{_moment(version.submitted_at, ctx.zone)}",
    )
    files = tuple(row(each.name, f"{each.size} 字节", _short(each.sha256)) for each in version.attachments)
    steps = signoff.steps(ctx.tx, claim.subject, version.version)
    return (
        Section(lines, title=f"第 {version.version} 版{void}"),
        Table(f"第 {version.version} 版的附件", ("文件", "大小", "SHA-256"), files, "无附件"),
        Table(f"第 {version.version} 版的签字", ("级", "签字人", "状态", "时间", "说明"), _steps(ctx, steps)),
    )


def _steps(ctx: Context, steps: Sequence[Step]) -> tuple[Row, ...]:
    names = people.by_ids(ctx.tx, [each.assignee for each in steps])
    return tuple(
        row(
            f"{each.level} {each.title}",
            each.signer or names[each.assignee].name,
            _STATES[each.state][0],
            _moment(each.decided_at, ctx.zone) if each.decided_at else "",
            "；".join(filter(None, (each.ground if each.ground != each.title else "", each.reason))),
            tone=_STATES[each.state][1],
        )
        for each in steps
    )


def _attempts(ctx: Context, claim: Claim) -> Table:
    found = attempts.about(ctx.tx, (claim.number, f"claim={claim.id}"), f"claim={claim.id},")
    names = people.by_ids(ctx.tx, [each.person_id for each in found])
    rows = tuple(
        row(_moment(each.at, ctx.zone), names[each.person_id].name, each.rule, each.answer, tone=Tone.BAD)
        for each in found
    )
    return Table("被拒绝的尝试", ("时间", "谁", "规则", "回答"), rows, "没有")


def _journal(ctx: Context, claim: Claim) -> Table:
    lines = journal.lines(ctx.tx, [claim.subject])
    names = people.by_keys(ctx.tx, {entry.actor for entry, _ in lines})
    rows = tuple(
        row(
            str(entry.seq),
            _moment(datetime.fromisoformat(entry.at), ctx.zone),
            _who(entry.actor, names),
            ACTS.get(entry.act, entry.act),
            f"第 {entry.version} 版" if entry.version else "",
            _told(entry),
            _short(digest),
        )
        for entry, digest in lines
    )
    return Table(
        "流水账（序号在整本账里连续）", ("序号", "时间", "谁", "做了什么", "版本", "内容", "校验值"), rows
    )


def _whole(ctx: Context) -> Section:
    """Whether the whole chain holds, with its head to compare with what was printed before."""
    fault = journal.verify(ctx.tx)
    if fault:
        line = f"流水账在第 {fault.seq} 条断开：{fault.why}。"
    else:
        count, head = journal.heads(ctx.tx)[journal.MAIN]
        line = f"流水账完整：共 {count} 条，条条相连，末条校验值 {head}。"
    return Section((line,), title="核对")


def _who(key: str, names: Mapping[str, Person]) -> str:
    return f"{names[key].name}（{key}）" if key in names else key


def _told(entry: Entry) -> str:
    facts = json.loads(entry.facts)
    return "；".join(f"{word}：{_fact(facts[name])}" for name, word in _FACTS.items() if facts.get(name))


def _fact(value: object) -> object:
    """A fact as people read it: the chain's rule by its name."""
    setting, _, version = str(value).partition("/")
    if setting != CHAIN_SETTING:
        return value
    return f"四级联签第 {version} 版规则" if version != "0" else "四级联签默认规则"


def _short(digest: str) -> Cell:
    return Cell(digest[:HASH_SHOWN], whole=digest)


def _moment(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
