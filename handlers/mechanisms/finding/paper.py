"""A finding on paper: the notice that its owner is served with, and the record of its being closed; pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.contract.card import Field
from handlers.contract.document import Document, SignLine
from handlers.contract.view import Cell, Table, row
from handlers.mechanisms.finding.cards import Picture, visible
from handlers.mechanisms.finding.rules import ACT_WORDS, STATE_WORDS, Act, State

NOTICE, RECORD = "整改通知书", "整改销号单"


def paper(picture: Picture, head: tuple[int, str]) -> Document:
    """Return the notice, or the record of a closed finding; `head` is the journal's length and last hash."""
    one, state = picture.finding, State(picture.finding.state)
    closed = state is State.CLOSED
    count, digest = head
    return Document(
        title=RECORD if closed else NOTICE,
        number=one.number,
        subtitle=STATE_WORDS[state],
        fields=(
            Field("责任人", picture.names[one.owner]),
            Field("部门或项目", one.unit_name),
            Field("来源", one.source),
            Field("到期日", f"{picture.due_on:%Y-%m-%d}"),
            Field("问题", one.what, wide=True),
            Field("依据", one.clause, wide=True),
            Field("整改要求", one.asked, wide=True),
        ),
        parts=(_course(picture), *((_evidence(picture),) if closed else ())),
        sign_lines=_sign_lines(picture) if closed else (SignLine("签发监事"), SignLine("责任人签收")),
        foot=f"流水账共 {count} 条，末条校验值 {digest}。发「整改 {one.number}」可核对。",
    )


def _course(picture: Picture) -> Table:
    rows = tuple(
        row(_moment(each.at, picture.zone), each.name or "系统", ACT_WORDS[Act(each.act)], each.text or "—")
        for each in visible(picture)
    )
    return Table("经过", ("时间", "谁", "做了什么", "说明"), rows)


def _evidence(picture: Picture) -> Table:
    rows = tuple(
        row(file.name, f"{file.size:,} 字节", Cell(file.sha256[:12], whole=file.sha256))
        for each in picture.entries
        for file in each.files
    )
    return Table("证据", ("文件", "大小", "SHA-256"), rows, "无附件")


def _sign_lines(picture: Picture) -> tuple[SignLine, ...]:
    reported = [each for each in picture.entries if each.act == Act.REPORT][-1]
    verified = [each for each in picture.entries if each.act == Act.ACCEPT][-1]
    return tuple(
        SignLine(role, each.name, _moment(each.at, picture.zone))
        for role, each in (("责任人报告", reported), ("复核验收", verified))
    )


def _moment(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
