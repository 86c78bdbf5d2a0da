"""A complaint comes in: it is sealed to those whom it does not concern, and a receipt is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import filetype

from handlers.complaint import dossier, receipts, recusal, sealing
from handlers.complaint.dossier import Handed
from handlers.complaint.recusal import Known
from handlers.complaint.rules import (
    CLASS_SETTING,
    CLASS_SLOTS,
    NAMED_CLASSES,
    SHORT_LIMIT,
    TEXT_LIMIT,
    Act,
)
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role, from_outside
from handlers.mechanisms.units import service as units
from scheduler.clock import today
from storage import complaint, people, receivers, settings
from storage.files import ACCEPTED
from storage.people import Person
from storage.receivers import Receiver

LEAST = 4
"""Signs of a report."""

FILES_LIMIT = 10
"""As many files as one handing in may carry."""

AUDIO = frozenset(f"audio/{each}" for each in ("mpeg", "mp4", "x-wav", "amr", "aac", "ogg", "m4a", "x-flac"))
VIDEO_OF_SOUND = frozenset({"video/mp4", "video/3gpp"})
"""What phones call a recording of a voice."""

NOBODY = (
    "按您的勾选和文中提到的名字，没有可以受理的人了，所以一个字也没有收下。"
    "如果文中的名字与此事无关，去掉后可以再交；也可以直接找："
)
SHUT = "这里暂时不能受理：外部受理人还没有准备好，所以一个字也没有收下。请直接找："


CONTACTS = {
    "complaint.authority": "业务主管单位",
    "complaint.civil_affairs": "登记管理机关（民政部门）",
    "complaint.mailbox": "本机构举报邮箱",
    "complaint.hotline": "本机构反映专线",
}
"""Settings that hold an address or a number, and whose it is (P51)."""

ALWAYS = ("complaint.authority", "complaint.civil_affairs")
"""Named even where nobody has written down how to reach them."""


class Way(StrEnum):
    """How a case came that an officer wrote down."""

    MAIL = "举报邮箱"
    CALL = "专线电话"
    LETTER = "来信"
    VISIT = "来访"


@dataclass(frozen=True)
class Report:
    """What somebody reports. `ticked` are person ids of receivers, `others` names as typed; `unsure`,
    `flood` and a name in `others` that nobody here bears lead to the outside receiver alone. `way` where an
    officer writes it down; `before` the number of an earlier case of the same reporter, and `kept_out` the
    person ids whom that one was kept from."""

    what: str
    ticked: frozenset[int] = frozenset()
    unsure: bool = False
    others: str = ""
    kind: str = ""
    who: str = ""
    when: str = ""
    where: str = ""
    contact: str = ""
    way: str = ""
    before: str = ""
    kept_out: frozenset[int] = frozenset()
    flood: bool = False


@dataclass(frozen=True)
class Seated:
    """A receiver who has a key, holds the post today and is here."""

    receiver: Receiver
    person: Person

    @property
    def key(self) -> bytes:
        """The public key."""
        return self.receiver.public_key or b""


def seated(ctx: Context) -> list[Seated]:
    """Return everybody to whom complaints can go today, whoever was first first."""
    known = [each for each in receivers.current(ctx.tx) if each.ready and each.holder != receivers.ESCROW]
    persons = people.by_keys(ctx.tx, [each.holder for each in known])
    found = [Seated(each, persons[each.holder]) for each in known if each.holder in persons]
    return [each for each in found if holds_post(each.person, each.receiver.outside)]


def is_open(seated: Iterable[Seated]) -> bool:
    """Tell whether complaints can come in: somebody from outside has to have a key (decision 29)."""
    return any(each.receiver.outside for each in seated)


def holds_post(person: Person, outside: bool) -> bool:
    """Tell whether somebody is a receiver by their post today."""
    holds = from_outside(person.roles) if outside else Role.COMPLAINT_OFFICER in person.roles
    return person.active and holds


def known(ctx: Context) -> Known:
    """Return who is who, as far as it decides whom a complaint must not reach."""
    day = today(ctx.now, ctx.zone)
    stands_in = [(each.holder, each.deputy) for each in people.deputies(ctx.tx) if each.last_day >= day]
    return Known(people.everybody(ctx.tx), units.units(ctx), stands_in)


def classes(ctx: Context) -> list[str]:
    """Return the classes of the negative list: those that the plan names, and the council's own (P16)."""
    slots = settings.beginning_with(ctx.tx, CLASS_SETTING)
    own = [slots[str(each)].value for each in range(1, CLASS_SLOTS + 1) if str(each) in slots]
    return [*NAMED_CLASSES, *(str(each) for each in own if each), "其他"]


def outside_words(ctx: Context) -> list[str]:
    """Return where else one can go, which is always shown (decision 29)."""
    known = settings.newest_of(ctx.tx, list(CONTACTS))
    lines = [
        f"{words}：{known[name].value}" if name in known and known[name].value else words
        for name, words in CONTACTS.items()
        if name in ALWAYS or (name in known and known[name].value)
    ]
    return [*lines, "12345 政务服务便民热线"]


def can_be_reached(ctx: Context) -> bool:
    """Tell whether it is written down how to reach those who are always named."""
    known = settings.newest_of(ctx.tx, list(ALWAYS))
    return all(name in known and known[name].value for name in ALWAYS)


def excluded(ctx: Context, report: Report) -> frozenset[int]:
    """Return the ids of everybody whom a report must not reach. What it says of how to reach the reporter
    names nobody."""
    who, said = known(ctx), (report.what, report.others, report.who, report.when, report.where)
    named = report.ticked.union(*(recusal.named_in(each, who) for each in said))
    return recusal.excluded(named, who) | report.kept_out


def readers_of(ctx: Context, report: Report) -> list[Seated]:
    """Return who will read a report, by decision 29. Raises Refusal where nobody may."""
    candidates = seated(ctx)
    if not is_open(candidates):
        raise Refusal(SHUT + "；".join(outside_words(ctx)), rule="P51")
    offered = [
        recusal.Receiver(each.receiver.id, each.person.id, each.receiver.outside) for each in candidates
    ]
    only_outside = report.unsure or report.flood or recusal.means_a_stranger(report.others, known(ctx))
    chosen = recusal.readers(offered, excluded(ctx, report), only_outside)
    ids = {each.id for each in chosen}
    found = [each for each in candidates if each.receiver.id in ids]
    if not found:
        raise Refusal(NOBODY + "；".join(outside_words(ctx)), rule="P51")
    return found


def receive(ctx: Context, report: Report, files: Sequence[Handed] = ()) -> str:
    """Take a report and return its receipt, which is kept nowhere. Raises Refusal; nothing is kept then."""
    checked(report)
    readers = readers_of(ctx, report)
    out = excluded(ctx, report)
    names = people.by_ids(ctx.tx, out)
    facts = {
        "kind": report.kind,
        "who": report.who,
        "when": report.when,
        "where": report.where,
        "contact": report.contact,
        "others": report.others,
        "unsure": "是" if report.unsure else "",
        "way": report.way,
        "before": report.before,
        "ticked": "、".join(names[each].name for each in sorted(report.ticked) if each in names),
        "excluded": ",".join(names[each].key for each in sorted(out) if each in names),
    }
    filed = dossier.entry(ctx, Act.FILED, text=report.what, facts=facts)
    receipt, salt = receipts.new(), complaint.keep_salt(ctx.tx, sealing.new_salt())
    reporter = sealing.public_of(sealing.key_of_receipt(receipt, salt))
    dossier.begin(ctx, keys_of(ctx, readers), reporter, filed, files)
    return receipt


def keys_of(ctx: Context, readers: Sequence[Seated]) -> dict[int, bytes]:
    """Return the public keys to which a case is sealed, by receiver id; the emergency key too, where there is
    one."""
    spare = receivers.of(ctx.tx, receivers.ESCROW)
    emergency = {spare.id: spare.public_key} if spare and spare.public_key else {}
    return {**{each.receiver.id: each.key for each in readers}, **emergency}


def checked(report: Report) -> None:
    """Raise Refusal where there is too little or too much."""
    if len(report.what.strip()) < LEAST:
        raise Refusal("请写写是什么事：谁、在哪里、做了什么，一两句也可以")
    check_lengths(report)


def check_lengths(report: Report) -> None:
    """Raise Refusal where there is too much."""
    if len(report.what) > TEXT_LIMIT:
        raise Refusal(f"最多写 {TEXT_LIMIT} 字，现在是 {len(report.what)} 字。更长的请作为文件附上")
    short = (report.others, report.who, report.when, report.where, report.contact)
    if max(len(each) for each in short) > SHORT_LIMIT:
        raise Refusal(f"除了经过，其他每一栏最多 {SHORT_LIMIT} 字")


def handed(name: str, content: bytes, *, as_it_is: bool) -> Handed:
    """Return a file as it is to be kept: what a camera wrote beside the picture is taken out unless the
    reporter wants it kept. Raises Refusal."""
    mime = filetype.guess_mime(content) or ""
    if mime not in ACCEPTED | AUDIO | VIDEO_OF_SOUND:
        raise Refusal(f"「{name}」不能收：只收图片、录音、PDF、Word 和 Excel 文件")
    if as_it_is or not mime.startswith("image/"):
        return Handed(name, mime, content)
    from handlers.complaint.cleaning import NotCleaned, cleaned  # costs: Pillow

    try:
        return Handed(name, mime, cleaned(content, mime))
    except NotCleaned as trouble:
        raise Refusal(f"「{name}」{trouble}") from None
