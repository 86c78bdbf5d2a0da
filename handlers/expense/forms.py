"""What a claim asks, and what typed answers mean; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.card import Args, Button, Enclosed, Form, Kind, Option, Question, Style
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.contract.wording import fen

if TYPE_CHECKING:
    from storage.people import Person
    from storage.projects import Project

PURPOSE_LIMIT = 200
PAYEE_LIMIT = 60
REASON_LIMIT = 200


Problems = Mapping[str, str]
"""What to mend: one Chinese sentence by question name."""


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


def claim_form(draft_id: int, draft: Content, projects: Sequence[Project], problems: Problems) -> Form:
    """Return the questions of a claim with what was answered before, and which answers are to be mended."""
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
            Question(
                "amount",
                "金额（元）",
                default=typed.get("amount", ""),
                hint="例如 128.50",
                limit=20,
                decimal=True,
            ),
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
                hint="把发票照片直接发在聊天里，会自动加进来（飞书里也可以发文件）",
                enclosed=tuple(Enclosed(each.sha256, each.name, each.size) for each in draft.files),
            ),
        ),
        buttons=(Button("提交", "expense.submit", {"draft": draft_id}, Style.PRIMARY),),
        at_once=True,
        problems=dict(problems),
        page=True,
        title="修改报销单" if draft.claim else "填写报销单",
    )


def attachments_line(files: Sequence[StoredFile], fetching: Sequence[str] = ()) -> str:
    """Return what a person reads about the files: 「无附件」, or their names."""
    parts = [each.name for each in files] + [f"{name}（正在取附件…）" for name in fetching]
    return "、".join(parts) if parts else "无附件"


def prefill(typed: str, projects: Sequence[Project]) -> dict[str, str]:
    """Return the answers that stand behind 报销: in 「报销 出租车 128.50」 an amount and a purpose."""
    values: dict[str, str] = {}
    rest = []
    for word in typed.split():
        project = next((each for each in projects if word in (each.code, each.name)), None)
        if project and "project" not in values:
            values["project"] = project.code
        elif "amount" not in values and _is_amount(word):
            values["amount"] = word
        else:
            rest.append(word)
    return values | ({"purpose": " ".join(rest)[:PURPOSE_LIMIT]} if rest else {})


def _is_amount(word: str) -> bool:
    try:
        return fen(word) > 0
    except Refusal:
        return False


def reason_form(args: Args, number: str) -> Form:
    """Return the question that goes before a rejection or a return of claim `number`."""
    return Form(
        name="decide",
        questions=(
            Question(
                "reason",
                "驳回或退回的原因",
                Kind.LONG_TEXT,
                hint="驳回、退回修改时要写，经办人会看到",
                limit=REASON_LIMIT,
            ),
        ),
        buttons=(
            Button("退回修改", "expense.return", args, say=f"退回修改 {number} 原因"),
            Button("驳回", "expense.reject", args, Style.DANGER, say=f"驳回 {number} 原因"),
        ),
    )


def one_reason_form(args: Args, act: str, label: str, hint: str) -> Form:
    """Return the question before one of the two, asked by itself: it says which claim and what follows."""
    question = Question("reason", label, Kind.LONG_TEXT, hint=hint, limit=REASON_LIMIT)
    return Form(name="decide", questions=(question,), buttons=(Button(act, f"expense.{act}", args),))


def reason(values: Mapping[str, str], act: str) -> str:
    """Return the reason as it goes on record. Raises Refusal when it is missing or too long."""
    text = values.get("reason", "").strip()
    if not text:
        raise Refusal(f"请写明{act}的原因，经办人会看到")
    if len(text) > REASON_LIMIT:
        raise Refusal(_length("原因", text, REASON_LIMIT))
    return text


def understand(
    values: Mapping[str, str], projects: Sequence[Project], namesakes: Sequence[Person]
) -> Answers | Problems:
    """Return the claim that the answers mean, or by question what to mend, one Chinese sentence each.

    `namesakes` are the active people whom the typed payee may be.
    """
    problems: dict[str, str] = {}
    chosen = values.get("project", "").strip()
    project = next((each for each in projects if chosen in (each.code, each.name)), None)
    if project is None:
        problems["project"] = "请选择项目"
    amount = 0
    try:
        amount = fen(values.get("amount", ""))
    except Refusal as refusal:
        problems["amount"] = refusal.sentence
    purpose = values.get("purpose", "").strip()
    if not 0 < len(purpose) <= PURPOSE_LIMIT:
        problems["purpose"] = _length("事由", purpose, PURPOSE_LIMIT)
    payee = values.get("payee", "").strip()
    if not 0 < len(payee) <= PAYEE_LIMIT:
        problems["payee"] = _length("收款人", payee, PAYEE_LIMIT)
    if len(namesakes) > 1:
        choices = "、".join(f"{each.key}（{each.department}）" for each in namesakes)
        problems["payee"] = f"有 {len(namesakes)} 位同事叫「{payee}」，收款人请改填编号：{choices}"
    if problems or project is None:
        return problems
    known = next(iter(namesakes), None)
    return Answers(project.id, amount, purpose, known.name if known else payee, known.id if known else None)


def _length(label: str, text: str, limit: int) -> str:
    return f"{label}请控制在 {limit} 字以内，现在是 {len(text)} 字" if text else f"请写明{label}"
