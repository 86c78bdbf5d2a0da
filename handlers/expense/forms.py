"""What a claim asks, and what typed answers mean; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.card import Args, Button, Form, Kind, Option, Question, Style
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.contract.wording import fen

if TYPE_CHECKING:
    from storage.people import Person
    from storage.projects import Project

PURPOSE_LIMIT = 200
REASON_LIMIT = 200


class Content(Struct):
    """What somebody has filled in so far. `claim` is the claim to be handed in again, 0 for a new one;
    `values` are as typed; `fetching` names files on their way here by ticket."""

    claim: int = 0
    values: dict[str, str] = {}
    files: list[StoredFile] = []
    fetching: dict[int, str] = {}


class Answers(Struct, frozen=True):
    """A draft understood: `payee_id` is set for somebody on the roster."""

    project: int
    amount_fen: int
    purpose: str
    payee: str
    payee_id: int | None


def claim_form(draft_id: int, draft: Content, projects: Sequence[Project]) -> Form:
    """Return the questions of a claim with what was answered before."""
    typed = draft.values
    return Form(
        name="claim",
        questions=(
            Question(
                "project",
                "项目",
                Kind.CHOICE,
                options=tuple(Option(each.code, each.name) for each in projects),
                default=typed.get("project", ""),
                hint="请选择项目",
            ),
            Question("amount", "金额（元）", default=typed.get("amount", ""), hint="例如 128.50", limit=20),
            Question(
                "purpose",
                "事由",
                Kind.LONG_TEXT,
                default=typed.get("purpose", ""),
                hint="什么事、哪天、和谁",
                limit=PURPOSE_LIMIT,
            ),
            Question(
                "payee", "收款人", default=typed.get("payee", ""), hint="同事姓名，或外部收款方全称", limit=60
            ),
            Question(
                "attachments",
                "附件",
                Kind.FILES,
                required=False,
                default=attachments_line(draft.files, list(draft.fetching.values())),
                hint="把发票照片或文件直接发在聊天里，会自动加进来",
            ),
        ),
        buttons=(Button("提交", "expense.submit", {"draft": draft_id}, Style.PRIMARY),),
    )


def attachments_line(files: Sequence[StoredFile], fetching: Sequence[str] = ()) -> str:
    """Return what a person reads about the files: 「无附件」, or their names."""
    parts = [each.name for each in files] + [f"{name}（正在取附件…）" for name in fetching]
    return "、".join(parts) if parts else "无附件"


def reason_form(args: Args) -> Form:
    """Return the question that goes before a rejection or a return."""
    return Form(
        name="decide",
        questions=(
            Question(
                "reason",
                "驳回或退回的原因",
                Kind.LONG_TEXT,
                required=False,
                hint="驳回、退回修改时必填，经办人会看到",
                limit=REASON_LIMIT,
            ),
        ),
        buttons=(
            Button("退回修改", "expense.return", args),
            Button("驳回", "expense.reject", args, Style.DANGER),
        ),
    )


def reason(values: Mapping[str, str], act: str) -> str:
    """Return the reason as it goes on record. Raises Refusal when it is missing."""
    text = values.get("reason", "").strip()[:REASON_LIMIT]
    if not text:
        raise Refusal(f"请先写明{act}的原因，再点「{act}」")
    return text


def understand(
    values: Mapping[str, str], projects: Sequence[Project], namesakes: Mapping[str, Sequence[Person]]
) -> Answers | list[str]:
    """Return the claim that the answers mean, or one Chinese sentence for each thing to mend.

    `namesakes` gives the active people that a typed payee may be, by the typed text.
    """
    problems: list[str] = []
    project = next(
        (each for each in projects if values.get("project", "").strip() in (each.code, each.name)), None
    )
    if project is None:
        problems.append("请选择项目")
    amount = _amount(values.get("amount", ""), problems)
    purpose = values.get("purpose", "").strip()
    if not purpose:
        problems.append("请写明事由")
    if len(purpose) > PURPOSE_LIMIT:
        problems.append(f"事由请控制在 {PURPOSE_LIMIT} 字以内，现在是 {len(purpose)} 字")
    typed = values.get("payee", "").strip()
    payee = _payee(typed, namesakes.get(typed, ()), problems)
    if problems or project is None:
        return problems
    return Answers(project.id, amount, purpose, payee.name if payee else typed, payee.id if payee else None)


def _amount(typed: str, problems: list[str]) -> int:
    try:
        return fen(typed)
    except Refusal as refusal:
        problems.append(refusal.sentence)
        return 0


def _payee(typed: str, known: Sequence[Person], problems: list[str]) -> Person | None:
    if not typed:
        problems.append("请写明收款人")
    elif len(typed) > 60:
        problems.append("收款人请控制在 60 字以内")
    if len(known) > 1:
        choices = "、".join(f"{each.key}（{each.department}）" for each in known)
        problems.append(f"有 {len(known)} 位同事叫「{typed}」，收款人请改填编号：{choices}")
    return known[0] if known else None
