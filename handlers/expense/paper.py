"""The signature sheet of an approved claim as a paper: who signed what, when, and what proves it; pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.contract.card import Field, Section
from handlers.contract.document import Document
from handlers.contract.view import Cell, Table, row
from handlers.contract.wording import yuan
from handlers.expense.cards import Picture
from handlers.expense.rules import STATE_WORDS, State

TITLE = "报销联签单"


def sheet(picture: Picture, head: tuple[int, str]) -> Document:
    """Return the sheet of an approved claim; `head` is the journal's length and its last hash."""
    claim, version = picture.claim, picture.claim.current
    outside = "" if version.payee_id else "（外部收款方）"
    fund = (Field("资金来源", picture.project.fund),) if picture.project.fund else ()
    count, digest = head
    return Document(
        title=TITLE,
        number=claim.number,
        subtitle=f"第 {version.version} 版 · {STATE_WORDS[State(claim.state)]}",
        fields=(
            Field("经办人", picture.names[claim.requester]),
            Field("金额", yuan(version.amount_fen)),
            Field("项目", picture.project.name),
            Field("收款人", f"{version.payee}{outside}"),
            *fund,
            Field("提交", _moment(version.submitted_at, picture.zone)),
            Field("事由", version.purpose, wide=True),
        ),
        parts=(_signatures(picture), _attachments(picture), Section((picture.rule,), title="规则")),
        foot=f"流水账共 {count} 条，末条校验值 {digest}。发「查询 {claim.number}」可核对原单。",
    )


def _signatures(picture: Picture) -> Table:
    rows = tuple(
        row(
            f"{each.level} {each.title}",
            each.signer or picture.names[each.assignee],
            "同意",
            _moment(each.decided_at, picture.zone) if each.decided_at else "",
            "；".join(filter(None, (each.ground if each.ground != each.title else "", each.reason))) or "—",
            Cell(each.shown[:12], whole=each.shown),
        )
        for each in picture.steps
        if each.state == "signed"
    )
    return Table("四级签字", ("级", "签字人", "决定", "时间", "说明", "所签内容的 SHA-256"), rows)


def _attachments(picture: Picture) -> Table:
    rows = tuple(
        row(each.name, f"{each.size:,} 字节", Cell(each.sha256[:12], whole=each.sha256))
        for each in picture.claim.current.attachments
    )
    return Table("附件", ("文件", "大小", "SHA-256"), rows, "无附件")


def _moment(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
