"""A case opened with a key: its entries in the clear, for as long as somebody looks; and how one is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import SystemRandom

import msgspec

from handlers.complaint import sealing
from handlers.complaint.rules import Act, Attached, Entry, places
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from scheduler.clock import today
from storage import complaint
from storage.complaint import Case

BOXES = 8
"""A case has so many boxes, or a multiple: how many of them are somebody's cannot be seen."""

MEANWHILE = "刚才有人也动了这一件。请重新打开看过，再做一次"


@dataclass(frozen=True)
class Handed:
    """A file on its way in, in memory alone."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Dossier:
    """A case and its own private key, with all entries that are for its receivers, oldest first."""

    case: Case
    key: bytes
    entries: tuple[Entry, ...]

    @property
    def filed(self) -> Entry:
        """What the case began with."""
        return self.entries[0]


def begin(
    ctx: Context, readers: Mapping[int, bytes], reporter: bytes, filed: Entry, files: Sequence[Handed] = ()
) -> Case:
    """Begin a case for the holders of some public keys (by receiver id), and for the reporter from their
    side. The boxes lie in no order among such as nobody can open."""
    key, day = sealing.new_key(), today(ctx.now, ctx.zone)
    boxes = [sealing.nobodys_box() for _ in range(len(readers) + -len(readers) % BOXES)]
    order = SystemRandom().sample(range(len(boxes)), len(boxes))
    chosen = dict(zip(readers, order, strict=False))
    for receiver, public in readers.items():
        boxes[chosen[receiver]] = sealing.box(public, key)
    case = complaint.create(ctx.tx, day, sealing.public_of(key), reporter, boxes)
    mine = msgspec.structs.replace(filed, facts={**filed.facts, "places": written(chosen)})
    return add(ctx, case, mine, files=files, back=filed)


def written(chosen: Mapping[int, int]) -> str:
    """Return which box is whose, as an entry keeps it."""
    return ",".join(f"{place}:{receiver}" for receiver, place in chosen.items())


def let_in(ctx: Context, dossier: Dossier, readers: Mapping[int, bytes]) -> str:
    """Give more receivers a box of a case; return which, as the entry that says why is to keep it."""
    boxes = complaint.boxes(ctx.tx, dossier.case.number)
    taken = set(places(dossier.entries).values())
    free = [at for at in range(len(boxes)) if at not in taken]
    new: dict[int, bytes] = {}
    while len(free) < len(readers):
        at = len(boxes) + len(new)
        new |= {more: sealing.nobodys_box() for more in range(at, at + BOXES)}
        free += range(at, at + BOXES)
    chosen = dict(zip(readers, free, strict=False))
    given = {chosen[each]: sealing.box(public, dossier.key) for each, public in readers.items()}
    complaint.put_boxes(ctx.tx, dossier.case.number, new | given)
    return written(chosen)


def add(
    ctx: Context,
    case: Case,
    entry: Entry,
    *,
    files: Sequence[Handed] = (),
    back: Entry | None = None,
    hidden: bool = False,
    lasting: bool = False,
) -> Case:
    """Add an entry; `back` is what the reporter reads of it; `hidden` ones are the reporter's alone. Return
    the case as it is then. Raises Refusal where somebody else was faster."""
    place = complaint.next_file(ctx.tx, case.number) if files else 0
    attached = tuple(
        Attached(place + at, each.name, each.mime, len(each.content)) for at, each in enumerate(files)
    )
    whole = msgspec.structs.replace(entry, files=attached)
    sealed = sealing.seal(case.public_key, b"" if hidden else _encode(whole))
    theirs = b"" if back is None else _encode(msgspec.structs.replace(back, files=attached))
    reporter = case.reporter_key or sealing.public_of(sealing.new_key())
    contents = {
        each.place: sealing.seal(case.public_key, one.content)
        for each, one in zip(attached, files, strict=True)
    }
    day = today(ctx.now, ctx.zone)
    answer = sealing.seal(reporter, theirs)
    if not complaint.add(ctx.tx, case, day, sealed, answer, contents, lasting=lasting, unseen=hidden):
        raise Refusal(MEANWHILE)
    return replace(case, version=case.version + 1, last_on=case.last_on if hidden else day)


def open_for(ctx: Context, case: Case, private: bytes) -> Dossier | None:
    """Return a case as the holder of a key reads it; None where it is not for them."""
    key = key_in(complaint.boxes(ctx.tx, case.number), private)
    return None if key is None else unsealed(ctx, case, key)


def key_in(boxes: Sequence[bytes], private: bytes) -> bytes | None:
    """Return the key of a case that one of its boxes holds for somebody."""
    found = (sealing.unboxed(private, each) for each in boxes)
    return next((key for key in found if key is not None), None)


def unsealed(ctx: Context, case: Case, key: bytes) -> Dossier:
    """Return a case with its own key."""
    inside = [sealing.opened(key, each.sealed) for each in complaint.parts(ctx.tx, case.number)]
    entries = tuple(msgspec.json.decode(each, type=Entry) for each in inside if each)
    return Dossier(case, key, entries)


def told_back(ctx: Context, case: Case, receipt_key: bytes) -> list[Entry]:
    """Return what the reporter reads: their own words and what was answered."""
    inside = [sealing.opened(receipt_key, each.back) for each in complaint.parts(ctx.tx, case.number)]
    return [msgspec.json.decode(each, type=Entry) for each in inside if each]


def file_of(ctx: Context, dossier: Dossier, place: int) -> tuple[Attached, bytes]:
    """Return a file of a case in the clear. Raises Refusal where there is none."""
    named = next((one for each in dossier.entries for one in each.files if one.place == place), None)
    sealed = complaint.file(ctx.tx, dossier.case.number, place)
    content = sealing.opened(dossier.key, sealed) if sealed and named else None
    if named is None or content is None:
        raise Refusal("没有这个文件，或者已经按期清除")
    return named, content


def entry(
    ctx: Context, act: Act, by: str = "", text: str = "", facts: Mapping[str, str] | None = None
) -> Entry:
    """Return an entry of today."""
    return Entry(act, _day(ctx), by, text, {name: value for name, value in (facts or {}).items() if value})


def _day(ctx: Context) -> date:
    return today(ctx.now, ctx.zone)


def _encode(what: Entry) -> bytes:
    return msgspec.json.encode(what)
