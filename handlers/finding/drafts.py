"""The evidence that an owner sends before the report: kept until the report goes in, or a day has passed."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from handlers.contract.context import Asked, Context
from handlers.contract.incoming import FileLost, FileOffered, FileStored, StoredFile
from storage import dialogue, people

CAPABILITY = "finding"
KEPT = timedelta(hours=24)
MOST_FILES = 20


class Evidence(msgspec.Struct):
    """Files that came and files on their way, for the report on one finding."""

    finding: int
    files: list[StoredFile] = []
    fetching: dict[int, str] = {}


def begin(ctx: Asked, finding_id: int) -> Evidence:
    """Let files that are sent from now on belong to a finding; what came for it before is kept."""
    found = find(ctx)
    if found and found.finding == finding_id:
        return found
    new = Evidence(finding_id)
    dialogue.begin(ctx.tx, ctx.person.id, CAPABILITY, _encode(new), ctx.now + KEPT)
    return new


def find(ctx: Asked) -> Evidence | None:
    """Return what a person has sent so far."""
    found = dialogue.find(ctx.tx, ctx.person.id, CAPABILITY, ctx.now)
    return msgspec.json.decode(found.data, type=Evidence) if found else None


def end(ctx: Asked) -> None:
    """Forget it: it has gone in with the report, or was dropped."""
    found = dialogue.find(ctx.tx, ctx.person.id, CAPABILITY, ctx.now)
    if found:
        dialogue.end(ctx.tx, found.id)


def take(ctx: Asked, event: FileOffered | FileStored | FileLost) -> Evidence | None:
    """Note a file on its way, take one in, or strike one that did not come; None when nothing is open."""
    found = dialogue.find(ctx.tx, ctx.person.id, CAPABILITY, ctx.now)
    if found is None:
        return None
    evidence = msgspec.json.decode(found.data, type=Evidence)
    if isinstance(event, FileOffered):
        evidence.fetching[event.ticket] = event.name
    else:
        evidence.fetching.pop(event.ticket, None)
    if isinstance(event, FileStored) and event.file.sha256 not in {each.sha256 for each in evidence.files}:
        evidence.files.append(event.file)
    dialogue.save(ctx.tx, found.id, _encode(evidence), ctx.now + KEPT)
    return evidence


def expire(ctx: Context) -> None:
    """Drop evidence that was left alone for a day, and say so."""
    for each in dialogue.expired(ctx.tx, CAPABILITY, ctx.now):
        dialogue.end(ctx.tx, each.id)
        if msgspec.json.decode(each.data, type=Evidence).files:
            words = "先前发来的整改证据放了一天没有随报告交上，已清掉。请发「整改」重新开始。"
            ctx.send_text(people.get(ctx.tx, each.person_id), words)


def _encode(evidence: Evidence) -> str:
    return msgspec.json.encode(evidence).decode()
