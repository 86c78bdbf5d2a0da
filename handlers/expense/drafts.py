"""A claim before it is handed in: kept while its requester fills it in, with the files on their way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

import msgspec

from handlers.contract.card import Card
from handlers.contract.context import Asked, Context
from handlers.contract.incoming import FileGiven, FileLost, FileOffered, FileStored, FileTaken, StoredFile
from handlers.contract.refusal import Refusal
from handlers.expense import cards, forms
from handlers.expense.forms import Answers, Content, Problems
from storage import dialogue, people, projects
from storage.dialogue import Dialogue
from storage.expense import Claim, Version

CAPABILITY = "expense"
KEPT = timedelta(hours=24)
MOST_FILES = 30


class Draft(msgspec.Struct):
    """An open draft: the dialogue's id and what was filled in so far."""

    id: int
    content: Content


def find(ctx: Asked) -> Draft | None:
    """Return the person's open draft."""
    found = dialogue.find(ctx.tx, ctx.person.id, CAPABILITY, ctx.now)
    return _draft(found) if found else None


def begin(ctx: Asked, typed: str = "") -> Draft:
    """Open a draft for a new claim; `typed` is what stood behind 报销."""
    values = {"payee": ctx.person.name} | forms.prefill(typed, projects.active(ctx.tx))
    return _begin(ctx, Content(values=values))


def begin_again(ctx: Asked, claim: Claim) -> Draft:
    """Open a draft that changes a claim."""
    return _begin(ctx, _content_of(ctx, claim))


def _begin(ctx: Asked, content: Content) -> Draft:
    return _draft(dialogue.begin(ctx.tx, ctx.person.id, CAPABILITY, _encode(content), ctx.now + KEPT))


def answer(ctx: Asked, draft: Draft, values: Mapping[str, str]) -> Answers | Problems:
    """Keep what was typed, and return what it means or what has to be mended."""
    keep(ctx, draft, values)
    if draft.content.fetching:
        return {"attachments": "还有附件正在取，请等几秒再提交"}
    payee = values.get("payee", "").strip()
    known = people.active_named(ctx.tx, payee) if payee else []
    return forms.understand(draft.content.values, projects.active(ctx.tx), known)


def keep(ctx: Asked, draft: Draft, values: Mapping[str, str]) -> None:
    """Keep what was typed so far, as it stands."""
    draft.content.values = {key: value for key, value in values.items() if key != "attachments"}
    _save(ctx, draft)


def enclose(ctx: Asked, draft: Draft, event: FileGiven | FileTaken) -> None:
    """Add a file that is here already, or take one out."""
    given = event.file.sha256 if isinstance(event, FileGiven) else event.key
    if isinstance(event, FileGiven):
        _has_room(draft)
    kept = [each for each in draft.content.files if each.sha256 != given]
    draft.content.files = [*kept, event.file] if isinstance(event, FileGiven) else kept
    _save_and_show(ctx, draft)


def expect(ctx: Asked, draft: Draft, offered: FileOffered) -> Draft:
    """Note a file that is on its way."""
    _has_room(draft)
    draft.content.fetching[offered.ticket] = offered.name
    _save_and_show(ctx, draft)
    return draft


def _has_room(draft: Draft) -> None:
    if len(draft.content.files) + len(draft.content.fetching) >= MOST_FILES:
        raise Refusal(f"一张单子最多 {MOST_FILES} 个附件。多的请并成一个 PDF，或分开报")


def settle(ctx: Asked, draft: Draft, event: FileStored | FileLost) -> str:
    """Take in a file that arrived, or strike one that did not; return its name."""
    name = draft.content.fetching.pop(event.ticket)
    known = {each.sha256 for each in draft.content.files}
    if isinstance(event, FileStored) and event.file.sha256 not in known:
        draft.content.files.append(event.file)
    _save_and_show(ctx, draft)
    return name


def end(ctx: Context, draft_id: int, why: str) -> None:
    """Close a draft and say why wherever it is shown."""
    dialogue.end(ctx.tx, draft_id)
    ctx.replace(cards.closed_draft_card(draft_id, why))


def expire(ctx: Context) -> None:
    """Close the drafts that were left alone too long."""
    for each in dialogue.expired(ctx.tx, CAPABILITY, ctx.now):
        end(ctx, each.id, "放了太久，已过期。发「报销」重新开始")


def card(ctx: Context, draft: Draft, problems: Problems = MappingProxyType({})) -> Card:
    """Return the draft's form."""
    return cards.draft_card(draft.id, draft.content, projects.active(ctx.tx), problems)


def _content_of(ctx: Context, claim: Claim) -> Content:
    version = claim.current
    values = {
        "project": projects.get(ctx.tx, version.project_id).code,
        "amount": f"{version.amount_fen // 100}.{version.amount_fen % 100:02d}",
        "purpose": version.purpose,
        "payee": _payee(ctx, version),
    }
    files = [StoredFile(each.sha256, each.name, each.size, each.mime) for each in version.attachments]
    return Content(claim=claim.id, values=values, files=files)


def _payee(ctx: Context, version: Version) -> str:
    """Return the payee as the requester would type it: the key only where the name means several people."""
    if version.payee_id is None or len(people.active_named(ctx.tx, version.payee)) == 1:
        return version.payee
    return people.get(ctx.tx, version.payee_id).key


def _draft(found: Dialogue) -> Draft:
    return Draft(found.id, msgspec.json.decode(found.data, type=Content))


def _encode(content: Content) -> str:
    return msgspec.json.encode(content).decode()


def _save(ctx: Context, draft: Draft) -> None:
    dialogue.save(ctx.tx, draft.id, _encode(draft.content), ctx.now + KEPT)


def _save_and_show(ctx: Context, draft: Draft) -> None:
    _save(ctx, draft)
    ctx.replace(card(ctx, draft))
