"""The receivers' keys and the doors to their desk: invited, made, opened with a passphrase, ended."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence

from handlers.complaint import filing, sealing
from handlers.complaint.sealing import PASSPHRASE_COST, Cost
from handlers.complaint.service import Seat
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from scheduler.clock import today
from storage import links, people, receivers
from storage.people import Person
from storage.receivers import ESCROW, Receiver

LEAST, MOST = 12, 128
"""Signs of a passphrase; a Chinese one counts for two."""

FEWEST_SIGNS, STRONG, ESTIMATED = 5, 3, 72
"""Different signs of a passphrase; from 10^8 guesses on, by zxcvbn's scale of 0 to 4, which looks at so many
signs."""

SPARE = "escrow"
"""What the emergency key is called on the command line."""

SLIPS = 10
"""After so many wrong passphrases a link opens nothing any more."""

NOT_A_RECEIVER = "「受理」给举报受理人用。要反映问题请发「举报」"
NO_KEY = "您还没有受理的钥匙，或者已经停用。请向管理员要一个专用链接"
GONE = "这个入口已经失效。举报受理人请在聊天里发「受理」再要一个；外部受理人请管理员重发"


def own_link(ctx: Context, person: Person) -> str:
    """Return the secret of a link to the desk for a receiver who chats with us. Raises Refusal."""
    mine = receivers.of(ctx.tx, person.key)
    if mine and filing.holds_post(person, mine.outside):
        return receivers.open_link(ctx.tx, mine.id, ctx.now)
    if filing.holds_post(person, outside=True):
        raise Refusal(NO_KEY, rule="P51")
    if mine or not filing.holds_post(person, outside=False):
        raise Refusal(NOT_A_RECEIVER, rule="P51")
    number = receivers.invite(ctx.tx, person.key, outside=False, on=today(ctx.now, ctx.zone))
    return receivers.open_link(ctx.tx, number, ctx.now)


def invite(ctx: Context, person: Person) -> str:
    """Invite an outside receiver, or give one a new personal link; return its secret, which is shown once.

    Raises Refusal."""
    if not filing.holds_post(person, outside=True):
        raise Refusal(f"{person.name}不是外部受理人：请先在人员表里写上这个职务")
    token, mine = links.new(), receivers.of(ctx.tx, person.key)
    if mine and not mine.outside:
        raise Refusal(
            f"{person.name}还有一把举报受理人的钥匙，请先停用：qinglian receivers revoke {person.key}"
        )
    if mine:
        receivers.relink(ctx.tx, mine.id, links.hashed(token))
    else:
        receivers.invite(ctx.tx, person.key, True, today(ctx.now, ctx.zone), links.hashed(token))
    ctx.record("命令行", "receiver.invited", f"receiver:{person.key}", 0, {})
    return token


def has_key(ctx: Context, person: Person) -> bool:
    """Tell whether somebody has set a passphrase."""
    mine = receivers.of(ctx.tx, person.key)
    return mine is not None and mine.ready


def revoke(ctx: Context, holder: str) -> None:
    """End somebody's key and doors. Raises Refusal."""
    mine = receivers.of(ctx.tx, ESCROW if holder == SPARE else holder)
    if mine is None:
        raise Refusal(f"「{holder}」没有受理钥匙，也没有邀请")
    receivers.end(ctx.tx, mine.id, today(ctx.now, ctx.zone))
    ctx.record("命令行", "receiver.ended", f"receiver:{holder}", 0, {})
    name = _name(ctx, holder)
    _tell_all(ctx, f"{name}的受理钥匙停用了，以后的件不再分给{name}。只有{name}一个人能看的件，请留意交接。")


def behind(ctx: Context, token: str) -> tuple[Receiver, Person]:
    """Return whose door this is. Raises Refusal."""
    found = receivers.behind(ctx.tx, token, ctx.now)
    holder = people.by_keys(ctx.tx, [found.holder]).get(found.holder) if found else None
    if found is None or holder is None or not filing.holds_post(holder, found.outside):
        raise Refusal(GONE)
    return found, holder


def check_passphrase(passphrase: str, again: str, person: Person) -> None:
    """Raise Refusal for one that is too easy or mistyped."""
    if passphrase != again:
        raise Refusal("两次输入的口令不一样")
    check_strength(passphrase, person.key, person.name)


def check_strength(passphrase: str, *known: str) -> None:
    """Raise Refusal for one that is too short, longer than anybody types, or soon guessed by who knows some
    words about its owner."""
    weight = sum(1 if each.isascii() else 2 for each in passphrase)
    if weight < LEAST or len(passphrase) > MOST:
        raise Refusal(f"口令至少 {LEAST} 个字母数字，或 {LEAST // 2} 个汉字。可以用一句只有自己知道的话")
    if len(set(passphrase)) < FEWEST_SIGNS or passphrase in known or _is_soon_guessed(passphrase, known):
        raise Refusal("口令太容易猜。可以用一句只有自己知道的话")


def _is_soon_guessed(passphrase: str, known: Sequence[str]) -> bool:
    """Tell it of letters and figures. Of Chinese the estimate knows nothing: there the length has to do."""
    from zxcvbn import zxcvbn  # costs: its lists of words, wanted when a passphrase is made

    if not passphrase.isascii():
        return False
    found = zxcvbn(passphrase[:ESTIMATED], user_inputs=[*known, "qinglian"])
    return int(found["score"]) < STRONG


def make_key(ctx: Context, receiver: Receiver, person: Person, private: bytes, wrapped: bytes) -> None:
    """Keep a key that somebody made behind their link, and tell every receiver. Raises Refusal."""
    public = sealing.public_of(private)
    if not receivers.give_key(ctx.tx, receiver.id, public, wrapped, today(ctx.now, ctx.zone)):
        raise Refusal(GONE)
    mark = sealing.fingerprint(public)
    ctx.record(person, "receiver.ready", f"receiver:{person.key}", 0, {"fingerprint": mark})
    post = Role.OUTSIDE_OFFICER if receiver.outside else Role.COMPLAINT_OFFICER
    _tell_all(
        ctx,
        f"{person.name}设好了口令，从现在起是{post}，能看以后分到的件，打不开以前的。"
        f"钥匙指纹 {mark}，可以当面核对。不认识这个人的话，请马上找管理员和监事。",
    )


def make_here(ctx: Context, person: Person, passphrase: str, again: str) -> str:
    """Make a key for a receiver who sits at this machine; return its fingerprint. Raises Refusal."""
    outside = Role.OUTSIDE_OFFICER in person.roles
    if not filing.holds_post(person, outside):
        raise Refusal(f"{person.name}不是受理人：请先在人员表里写上「举报受理人」或「外部受理人」")
    check_passphrase(passphrase, again, person)
    mine = receivers.of(ctx.tx, person.key)
    if mine and mine.ready:
        raise Refusal(f"{person.name}已经有钥匙了。要重设先停用：qinglian receivers revoke {person.key}")
    number = mine.id if mine else receivers.invite(ctx.tx, person.key, outside, today(ctx.now, ctx.zone))
    private, wrapped = new_wrapped(passphrase)
    found = receivers.get(ctx.tx, number)
    if found is None:
        raise LookupError("an invitation went while its key was made")
    make_key(ctx, found, person, private, wrapped)
    return sealing.fingerprint(sealing.public_of(private))


def new_wrapped(passphrase: str, cost: Cost = PASSPHRASE_COST) -> tuple[bytes, bytes]:
    """Return a new private key and what is kept of it."""
    private = sealing.new_key()
    return private, sealing.wrap(private, passphrase, cost)


def sit_down(ctx: Context, receiver: Receiver, private: bytes) -> str:
    """Begin a sitting for half an hour; return the secret that the browser keeps."""
    receivers.steadied(ctx.tx, receiver.id)
    token = secrets.token_urlsafe(32)
    receivers.sit_down(ctx.tx, token, receiver.id, sealing.locked(_secret(token), private), ctx.now)
    return token


def slip(ctx: Context, receiver: Receiver) -> None:
    """Note a wrong passphrase; the last one that is one too many shuts the doors."""
    receivers.slipped(ctx.tx, receiver.id)
    if receiver.slips + 1 >= SLIPS:
        receivers.shut(ctx.tx, receiver.id)


def seat(ctx: Context, token: str) -> Seat:
    """Return who sits at the desk, with their key. Raises Refusal."""
    found = receivers.sits(ctx.tx, token, ctx.now)
    private = sealing.unlocked(_secret(token), found[1]) if found else None
    holder = people.by_keys(ctx.tx, [found[0].holder]).get(found[0].holder) if found else None
    if found is None or private is None or holder is None or not filing.holds_post(holder, found[0].outside):
        raise Refusal("受理台已经锁上。请重新打开入口，再输一次口令")
    return Seat(found[0], holder, private)


def stay(ctx: Context, token: str) -> None:
    """Let a sitting that goes on last another half an hour."""
    receivers.stay(ctx.tx, token, ctx.now)


def stand_up(ctx: Context, token: str) -> None:
    """End a sitting."""
    receivers.stand_up(ctx.tx, token)


def rewrap(ctx: Context, seat: Seat, wrapped: bytes, token: str) -> None:
    """Keep somebody's key under a new passphrase; of their sittings this one alone goes on."""
    receivers.rewrap(ctx.tx, seat.receiver.id, wrapped, token)
    ctx.record(seat.person, "receiver.passphrase", f"receiver:{seat.person.key}", 0, {})


def listed(ctx: Context) -> Iterator[str]:
    """Return a line for each receiver, for the command line: nothing of cases stands in it."""
    for each in receivers.current(ctx.tx):
        name = _name(ctx, each.holder)
        kind = "应急钥匙" if each.holder == ESCROW else ("外部受理人" if each.outside else "举报受理人")
        state = (
            f"钥匙指纹 {sealing.fingerprint(each.public_key)}，{each.since_on} 起"
            if each.public_key
            else f"{each.invited_on} 已邀请，还没设口令"
        )
        yield f"{each.holder or '-'}\t{name}\t{kind}\t{state}"


def add_escrow(ctx: Context, public: bytes) -> None:
    """Let an emergency key open every case from now on. Raises Refusal where there is one."""
    if receivers.of(ctx.tx, ESCROW):
        raise Refusal("已经有一把应急钥匙。要换先停用：qinglian receivers revoke escrow")
    receivers.add_escrow(ctx.tx, public, today(ctx.now, ctx.zone))
    mark = sealing.fingerprint(public)
    ctx.record("命令行", "receiver.escrow", "receiver:escrow", 0, {"fingerprint": mark})
    _tell_all(ctx, f"理事会另存了一把应急钥匙（指纹 {mark}），以后的件它也能打开。反映页上会写明。")


def has_escrow(ctx: Context) -> bool:
    """Tell whether an emergency key opens what comes in."""
    spare = receivers.of(ctx.tx, ESCROW)
    return spare is not None and spare.ready


def _tell_all(ctx: Context, words: str) -> None:
    for each in filing.seated(ctx):
        ctx.send_text(each.person, words, about="receivers")


def _name(ctx: Context, holder: str) -> str:
    found = people.by_keys(ctx.tx, [holder]).get(holder)
    return found.name if found else "应急钥匙"


def _secret(token: str) -> bytes:
    """What locks a sitting must not follow from what is kept of its token."""
    return hashlib.sha256(f"desk:{token}".encode()).digest()
