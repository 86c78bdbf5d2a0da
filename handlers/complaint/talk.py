"""How the chat speaks with reporters, whom it does not know, and with receivers, whom it does."""

from __future__ import annotations

from handlers.complaint import cards, doors, filing, hearing, receipts
from handlers.complaint.filing import Report
from handlers.complaint.hearing import Heard
from handlers.contract.confidence import Unsigned
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import Click, Message
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply

NAME = "complaint"


def hears(text: str) -> bool:
    """Tell whether words are taken without their sender."""
    return hearing.heard(text) is not None


def take(ctx: Context, unsigned: Unsigned) -> Reply:
    """Take what was said or handed in by somebody whom nobody here knows. Raises Refusal."""
    if unsigned.group:
        return Reply(text=cards.IN_GROUP, refused=True, keep=False)
    if unsigned.act:
        return Reply(card=cards.receipt(_filed_by_form(ctx, unsigned)), keep=False)
    what = hearing.heard(unsigned.text)
    if what is Heard.RECEIPT:
        return Reply(text=cards.RECEIPT_TYPED, refused=True, keep=False)
    if what is Heard.FILED:
        number = filing.receive(ctx, _typed(unsigned))
        return Reply(card=cards.receipt(number, typed=True), keep=False)
    return _choice(ctx, cards.NOT_TAKEN if hearing.says_more(unsigned.text) else "")


def overhear(ctx: Context, unsigned: Unsigned) -> Reply | None:
    """Answer words that sound like a complaint and were sent plainly: with the choice, and nothing kept."""
    if not hearing.sounds_like_one(unsigned.text):
        return None
    if unsigned.group:
        return Reply(text=cards.IN_GROUP, refused=True, keep=False)
    return _choice(ctx, f"听起来您想反映问题。{cards.NOT_TAKEN}")


def _choice(ctx: Context, first: str = "") -> Reply:
    seated = filing.seated(ctx)
    if not filing.is_open(seated):
        # No refusal: a refusal goes on record, with who was refused.
        return Reply(text=filing.SHUT + "；".join(filing.outside_words(ctx)), refused=True, keep=False)
    names = [(each.person.key, each.person.name) for each in seated]
    return Reply(card=cards.choice(names, first), keep=False)


def _filed_by_form(ctx: Context, unsigned: Unsigned) -> str:
    avoid = unsigned.values.get("avoid", "")
    known = {each.person.key: each.person.id for each in filing.seated(ctx)}
    if avoid not in (*known, cards.NONE):
        avoid = cards.UNSURE
    report = Report(
        unsigned.values.get("what", ""),
        frozenset({known[avoid]}) if avoid in known else frozenset(),
        unsure=avoid == cards.UNSURE,
        others=unsigned.values.get("others", ""),
        flood=unsigned.flood,
    )
    return filing.receive(ctx, report)


def _typed(unsigned: Unsigned) -> Report:
    unsure = "拿不准" in unsigned.text or "外部受理人" in unsigned.text
    return Report(hearing.content(unsigned.text), unsure=unsure, flood=unsigned.flood)


def ask(ctx: Asked, _message: Message) -> Reply:
    """举报, by a door that knows who asks: the choice, and nothing kept."""
    return _choice(ctx)


def desk(ctx: Asked, _request: Message | Click) -> Reply:
    """受理: the way to the desk, for a receiver."""
    return Reply(card=cards.door(f"/desk/{doors.own_link(ctx, ctx.person)}"))


def typed_receipt(typed: str) -> str:
    """Return the receipt that somebody typed. Raises Refusal where a digit must be wrong."""
    found = receipts.read(typed)
    if found is None:
        raise Refusal(f"查询号是 {receipts.LENGTH} 个数字，这里好像抄错或漏了一位，请对照再输一次")
    return found
