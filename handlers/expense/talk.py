"""How people talk to the capability: each word, click and form leads to one call of the service."""

from __future__ import annotations

from handlers.contract.card import Args, Button, Card, Form, number_in
from handlers.contract.context import Asked
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
from handlers.contract.reply import Reply
from handlers.contract.wording import yuan
from handlers.expense import cards, drafts, forms, rules, service, telling
from handlers.expense.cards import Picture
from handlers.expense.forms import Answers
from handlers.expense.rules import Act, State
from storage import expense, projects
from storage.expense import Claim

NAME = "expense"
MINE_LIMIT = 10
BUTTONS = 5
"""As many as stand on a card beside a list, on either platform."""


def new(ctx: Asked, message: Message) -> Reply:
    """报销: show the form, with what was filled in before."""
    rules.may_submit(ctx.person)
    if not projects.active(ctx.tx):
        raise Refusal("还没有可以报销的项目。请管理员先导入项目表")
    return Reply(card=drafts.card(ctx, drafts.find(ctx) or drafts.begin(ctx, message.rest)))


def submit(ctx: Asked, submission: Submission) -> Reply:
    """提交: check the answers; hand the claim in, or say what to mend and keep what was typed."""
    draft = _draft(ctx, submission.args)
    answers = drafts.answer(ctx, draft, submission.values)
    if not isinstance(answers, Answers):
        return Reply(card=drafts.card(ctx, draft, answers), toast=next(iter(answers.values())), refused=True)
    picture = service.hand_in(ctx, draft.content.claim, answers, draft.content.files)
    claim = picture.claim
    drafts.end(ctx, draft.id, f"已提交为 {claim.number}")
    done = "已提交" if claim.state == State.SIGNING else rules.STATE_WORDS[State(claim.state)]
    return Reply(card=cards.claim_card(picture), toast=f"{claim.number} {done}")


def claim_form(ctx: Asked, args: Args) -> Form:
    """The questions of 提交."""
    card = drafts.card(ctx, _draft(ctx, args))
    if card.form is None:
        raise LookupError("a draft's card always has its form")
    return card.form


def keep(ctx: Asked, submission: Submission) -> None:
    """Remember what was typed on the page so far."""
    drafts.keep(ctx, _draft(ctx, submission.args), submission.values)


def enclose(ctx: Asked, event: FileGiven | FileTaken) -> None:
    """Put a file that was given on the page into the draft, or take one out."""
    rules.may_submit(ctx.person)
    drafts.enclose(ctx, _draft(ctx, event.args), event)


def reject_form(ctx: Asked, args: Args) -> Form:
    """The question that goes before 驳回, where it is asked by itself."""
    claim = service.by_id(ctx, number_in(args, "claim"))
    label = f"驳回 {claim.number}（{yuan(claim.current.amount_fen)}）的原因是？"
    hint = "驳回后这张单子就结束了。只想请经办人改，回「取消」，再点「退回修改」"
    return forms.one_reason_form(args, "reject", label, hint)


def return_form(ctx: Asked, args: Args) -> Form:
    """The question that goes before 退回修改, where it is asked by itself."""
    claim = service.by_id(ctx, number_in(args, "claim"))
    label = f"退回修改 {claim.number}（{yuan(claim.current.amount_fen)}）：请写明要改什么"
    return forms.one_reason_form(args, "return", label, "经办人会看到，改好后再提交")


def edit(ctx: Asked, click: Click) -> Reply:
    """修改: show the form of a claim that came back, filled with what it said."""
    claim = service.may_edit(ctx, number_in(click.args, "claim"), number_in(click.args, "version"))
    draft = drafts.find(ctx)
    if draft and draft.content.claim != claim.id:
        raise Refusal("您还有一张没提交的报销草稿。请先提交它，或发「取消」，再来修改")
    return Reply(card=drafts.card(ctx, draft or drafts.begin_again(ctx, claim)))


def approve(ctx: Asked, click: Click) -> Reply:
    """同意 by button."""
    return _decided(ctx, click.args, Act.APPROVE, "")


def reject(ctx: Asked, submission: Submission) -> Reply:
    """驳回 with a reason."""
    return _decided(ctx, submission.args, Act.REJECT, forms.reason(submission.values, Act.REJECT))


def send_back(ctx: Asked, submission: Submission) -> Reply:
    """退回修改 with a reason."""
    return _decided(ctx, submission.args, Act.RETURN, forms.reason(submission.values, Act.RETURN))


def withdraw(ctx: Asked, click: Click) -> Reply:
    """撤回 by button."""
    picture = service.withdraw(ctx, number_in(click.args, "claim"), number_in(click.args, "version"))
    return Reply(card=cards.claim_card(picture), toast=f"{picture.claim.number} 已撤回")


def recheck(ctx: Asked, click: Click) -> Reply:
    """重新检查 a blocked claim."""
    claim, version = number_in(click.args, "claim"), number_in(click.args, "version")
    return _rechecked(ctx, service.recheck(ctx, claim, version))


def files(ctx: Asked, click: Click) -> Reply:
    """看附件: send the files into the reader's chat."""
    return _files(ctx, service.by_id(ctx, number_in(click.args, "claim")))


def sheet(ctx: Asked, click: Click) -> Reply:
    """联签单: send the signature sheet as a PDF into the reader's chat."""
    return _sheet(ctx, service.by_id(ctx, number_in(click.args, "claim")))


def show(ctx: Asked, click: Click) -> Reply:
    """Send a claim from a list: the card to sign for its signer, the claim for everybody else."""
    claim = service.by_id(ctx, number_in(click.args, "claim"))
    ctx.send_card(ctx.person, _card_for(ctx, claim))
    return Reply(toast=f"{claim.number} 已发给您")


def mine(ctx: Asked, message: Message) -> Reply:
    """我的: my claims and where they are."""
    found = expense.mine(ctx.tx, ctx.person.id, MINE_LIMIT)
    lines = [f"{index}. {cards.summary_line(each)}" for index, each in enumerate(found, 1)]
    buttons = [_show_button(f"查看 {index}", each) for index, each in enumerate(found[:BUTTONS], 1)]
    return Reply(
        card=cards.list_card(
            "我的报销", f"expense-mine:{ctx.person.id}", lines, buttons, "您还没有报销单。发「报销」开始一张"
        )
    )


def query(ctx: Asked, message: Message) -> Reply:
    """查询 <编号>: one claim, to those who may read it."""
    return Reply(card=_card_for(ctx, _named(ctx, message, "查询")))


def say_approve(ctx: Asked, message: Message) -> Reply:
    """同意 <编号>, for a client that cannot show the card."""
    return _say(ctx, message, Act.APPROVE)


def say_reject(ctx: Asked, message: Message) -> Reply:
    """驳回 <编号> <原因>."""
    return _say(ctx, message, Act.REJECT)


def say_send_back(ctx: Asked, message: Message) -> Reply:
    """退回修改 <编号> <原因>."""
    return _say(ctx, message, Act.RETURN)


def say_withdraw(ctx: Asked, message: Message) -> Reply:
    """撤回 <编号>."""
    claim = _named(ctx, message, "撤回")
    return Reply(card=cards.claim_card(service.withdraw(ctx, claim.id, claim.current.version)))


def say_recheck(ctx: Asked, message: Message) -> Reply:
    """重新检查 <编号>."""
    return _rechecked(ctx, service.recheck(ctx, service.id_of(ctx, _number(message, "重新检查"))))


def say_edit(ctx: Asked, message: Message) -> Reply:
    """修改 <编号>."""
    claim = _named(ctx, message, "修改")
    return edit(ctx, Click("expense.edit", {"claim": claim.id, "version": claim.current.version}))


def say_files(ctx: Asked, message: Message) -> Reply:
    """看附件 <编号>."""
    return _files(ctx, _named(ctx, message, "看附件"))


def say_sheet(ctx: Asked, message: Message) -> Reply:
    """联签单 编号."""
    return _sheet(ctx, _named(ctx, message, "联签单"))


def reassign(ctx: Asked, message: Message) -> Reply:
    """改派 <编号>: an administrator lets the rules name the signers anew."""
    claim = service.reassign(ctx, _number(message, "改派")).claim
    return Reply(text=f"{claim.number} 已按规则重新安排签字人，{rules.STATE_WORDS[State(claim.state)]}。")


def cancel(ctx: Asked) -> Reply | None:
    """取消: drop the draft, if there is one."""
    draft = drafts.find(ctx)
    if draft is None:
        return None
    drafts.end(ctx, draft.id, "已取消。被退回的单子在「我的」里还能修改")
    return Reply(text="报销草稿已取消。")


def on_file(ctx: Asked, event: FileOffered | FileStored | FileLost) -> Reply:
    """Put a file that was sent in chat into the draft; without a draft, one is opened for it."""
    draft = drafts.find(ctx)
    if isinstance(event, FileOffered):
        rules.may_submit(ctx.person)
        shown = draft is not None
        draft = drafts.expect(ctx, draft or drafts.begin(ctx), event)
        return Reply() if shown else Reply(card=drafts.card(ctx, draft))
    if draft is None or event.ticket not in draft.content.fetching:
        return Reply(
            text=f"「{_file_name(event)}」到的时候草稿已经不在了，没有加进去。需要的话请发「报销」，再发一次文件。"
        )
    name = drafts.settle(ctx, draft, event)
    if isinstance(event, FileLost):
        return Reply(text=f"「{name}」没有加进来：{event.why}。请换一份再发。")
    return Reply(text=f"已加入草稿：{name}（共 {len(draft.content.files)} 个附件）。")


def _file_name(event: FileStored | FileLost) -> str:
    return event.file.name if isinstance(event, FileStored) else event.name


def _draft(ctx: Asked, args: Args) -> drafts.Draft:
    draft = drafts.find(ctx)
    if draft is None or draft.id != args.get("draft"):
        raise Refusal("这张草稿已经提交或过期了。请重新发「报销」")
    return draft


def _decided(ctx: Asked, args: Args, act: Act, why: str) -> Reply:
    claim, version, level = (number_in(args, name) for name in ("claim", "version", "level"))
    picture = service.decide(ctx, claim, act, version, level, str(args.get("shown", "")), why)
    return Reply(card=_signed_card(picture, level), toast=f"{picture.claim.number} 已{act}")


def _say(ctx: Asked, message: Message, act: Act) -> Reply:
    claim = _named(ctx, message, act)
    why = (
        ""
        if act is Act.APPROVE
        else forms.reason({"reason": "".join(message.rest.split(maxsplit=1)[1:])}, act)
    )
    step = service.my_step(ctx, claim)
    picture = service.decide(ctx, claim.id, act, claim.current.version, step.level, cards.mark(step), why)
    return Reply(card=_signed_card(picture, step.level))


def _rechecked(ctx: Asked, picture: Picture) -> Reply:
    """Show the claim to its requester; tell an administrator, who may not read it, how it stands."""
    claim = picture.claim
    words = rules.STATE_WORDS[State(claim.state)]
    if claim.requester == ctx.person.id:
        return Reply(card=cards.claim_card(picture), toast=words)
    return Reply(text=f"签字人凑齐了，{claim.number} {words}。")


def _show_button(label: str, claim: Claim) -> Button:
    return Button(label, "expense.show", {"claim": claim.id}, say=f"查询 {claim.number}")


def _named(ctx: Asked, message: Message, word: str) -> Claim:
    return service.readable(ctx, _number(message, word))


def _number(message: Message, word: str) -> str:
    number = message.rest.split(maxsplit=1)[0] if message.rest else ""
    if not number:
        raise Refusal(f"请带上编号，例如「{word} BX-2026-0001」")
    return number


def _files(ctx: Asked, claim: Claim) -> Reply:
    count = service.send_files(ctx, claim)
    text = f"{claim.number} 的 {count} 个附件马上发给您" if count else f"{claim.number} 无附件"
    return Reply(toast=text, text=text)


def _sheet(ctx: Asked, claim: Claim) -> Reply:
    service.send_sheet(ctx, claim)
    text = f"{claim.number} 的联签单（PDF）马上发给您"
    return Reply(toast=text, text=text)


def _card_for(ctx: Asked, claim: Claim) -> Card:
    picture = telling.picture(ctx, claim)
    mine = next(
        (each for each in picture.steps if each.state == "open" and each.assignee == ctx.person.id), None
    )
    return cards.step_card(picture, mine) if mine else _claim_card(ctx, picture)


def _claim_card(ctx: Asked, picture: Picture) -> Card:
    shown = cards.claim_card(picture)
    return shown if picture.claim.requester == ctx.person.id else cards.for_reader(shown, ctx.person.id)


def _signed_card(picture: Picture, level: int) -> Card:
    return cards.step_card(picture, next(each for each in picture.steps if each.level == level))
