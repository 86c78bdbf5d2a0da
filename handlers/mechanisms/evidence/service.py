"""Keeping evidence together: it is kept until the words go in, or a day has passed."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from handlers.contract.context import Asked, Context
from handlers.contract.incoming import (
    FileGiven,
    FileLost,
    FileOffered,
    FileStored,
    FileTaken,
    StoredFile,
)
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from handlers.mechanisms.evidence.forms import Evidence
from storage import dialogue, people

KEPT = timedelta(hours=24)
MOST_FILES = 20
TOO_LATE = "这份文件到的时候已经交了，没有加进去。需要的话请重新打开那一件。"


def begin(ctx: Asked, capability: str, matter: int) -> Evidence:
    """Let files that are sent from now on belong to a matter; what came for it, and for others, is kept."""
    known = _open(ctx, capability)
    all_of_them = [known, *known.shelf] if known else []
    if known and known.matter == matter:
        return known
    new = next((each for each in all_of_them if each.matter == matter), None) or Evidence(matter)
    new.shelf = [each for each in all_of_them if each.matter != matter and (each.files or each.fetching)]
    for each in new.shelf:
        each.shelf = []
    dialogue.begin(ctx.tx, ctx.person.id, capability, _encode(new), ctx.now + KEPT)
    return new


def find(ctx: Asked, capability: str, matter: int) -> Evidence | None:
    """Return what a person has sent for a matter so far."""
    known = _open(ctx, capability)
    return next((each for each in ([known, *known.shelf] if known else []) if each.matter == matter), None)


def _open(ctx: Asked, capability: str) -> Evidence | None:
    found = dialogue.find(ctx.tx, ctx.person.id, capability, ctx.now)
    return msgspec.json.decode(found.data, type=Evidence) if found else None


def taken(ctx: Asked, capability: str, matter: int) -> list[StoredFile]:
    """Return the files for a matter and forget them: they go in now. Raises Refusal while one is coming."""
    found = find(ctx, capability, matter)
    if found is None:
        return []
    if found.fetching:
        raise Refusal("还有证据文件正在取，请等几秒再交")
    left = begin(ctx, capability, matter).shelf
    end(ctx, capability)
    if left:
        first = left[0]
        first.shelf = left[1:]
        dialogue.begin(ctx.tx, ctx.person.id, capability, _encode(first), ctx.now + KEPT)
    return found.files


def end(ctx: Asked, capability: str) -> bool:
    """Forget what was sent; tell whether there was anything open."""
    found = dialogue.find(ctx.tx, ctx.person.id, capability, ctx.now)
    if found:
        dialogue.end(ctx.tx, found.id)
    return found is not None


def take(ctx: Asked, capability: str, event: FileOffered | FileStored | FileLost) -> Reply:
    """Note a file on its way, take one in, or strike one that did not come; say so. Raises Refusal."""
    found = dialogue.find(ctx.tx, ctx.person.id, capability, ctx.now)
    if found is None:
        return Reply(text=TOO_LATE)
    evidence = msgspec.json.decode(found.data, type=Evidence)
    if isinstance(event, FileOffered):
        _has_room(evidence)
        evidence.fetching[event.ticket] = event.name
        dialogue.save(ctx.tx, found.id, _encode(evidence), ctx.now + KEPT)
        return Reply()
    waiting = next((each for each in (evidence, *evidence.shelf) if event.ticket in each.fetching), None)
    if waiting is None:
        return Reply(text=TOO_LATE)
    waiting.fetching.pop(event.ticket)
    if isinstance(event, FileStored) and event.file.sha256 not in {each.sha256 for each in waiting.files}:
        waiting.files.append(event.file)
    dialogue.save(ctx.tx, found.id, _encode(evidence), ctx.now + KEPT)
    return _said(event, len(waiting.files))


def enclose(ctx: Asked, capability: str, matter: int, event: FileGiven | FileTaken) -> None:
    """Put a file that was given on a page among the evidence, or take one out. Raises Refusal."""
    begin(ctx, capability, matter)
    found = dialogue.find(ctx.tx, ctx.person.id, capability, ctx.now)
    if found is None:
        raise LookupError("a dialogue that was just begun is gone")
    evidence = msgspec.json.decode(found.data, type=Evidence)
    given = event.file.sha256 if isinstance(event, FileGiven) else event.key
    kept = [each for each in evidence.files if each.sha256 != given]
    evidence.files = kept
    if isinstance(event, FileGiven):
        _has_room(evidence)
        evidence.files = [*kept, event.file]
    dialogue.save(ctx.tx, found.id, _encode(evidence), ctx.now + KEPT)


def _has_room(evidence: Evidence) -> None:
    if len(evidence.files) + len(evidence.fetching) >= MOST_FILES:
        raise Refusal(f"一次最多 {MOST_FILES} 个文件，请先交上这些")


def _said(event: FileStored | FileLost, count: int) -> Reply:
    if isinstance(event, FileLost):
        return Reply(text=f"「{event.name}」没有收到：{event.why}。请换一份再发。")
    return Reply(text=f"证据已收到：{event.file.name}（共 {count} 个），提交时一并交上。")


def expire(ctx: Context, capability: str, word: str) -> None:
    """Drop evidence that was left alone for a day, and say so; `word` begins the matter again."""
    for each in dialogue.expired(ctx.tx, capability, ctx.now):
        dialogue.end(ctx.tx, each.id)
        kept = msgspec.json.decode(each.data, type=Evidence)
        if any(one.files for one in (kept, *kept.shelf)):
            words = f"先前发来的证据放了一天没有交上，已清掉。请发「{word}」重新开始。"
            ctx.send_text(people.get(ctx.tx, each.person_id), words)


def _encode(evidence: Evidence) -> str:
    return msgspec.json.encode(evidence).decode()
