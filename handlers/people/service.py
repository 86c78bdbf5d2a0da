"""Taking an import over: load what is known, ask the rules, write all of it or nothing, on record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from handlers.contract.context import Context
from handlers.people import forms, rules
from handlers.people.forms import Authority, Project
from handlers.people.rules import Change, Member, Plan, Roster
from storage import people, projects
from storage.database import Tx
from storage.people import NewPerson

ACTOR = "命令行"
"""Who imports, in the journal: imports come from the command line of the installation alone."""

Progress = Callable[[int, int], None]
"""Told after each change how many of how many are written."""


def _quietly(_done: int, _all: int) -> None:
    return


def plan_people(
    ctx: Context, raw: bytes, phone_key: bytes | None = None, confirmed_by: Sequence[str] = ()
) -> Plan[Member]:
    """Return what a people.csv would change, or what is wrong with it; writes nothing."""
    return rules.plan_people(forms.people(raw), roster(ctx), phone_key, confirmed_by)


def plan_projects(ctx: Context, raw: bytes) -> Plan[Project]:
    """Return what a projects.csv would change, or what is wrong with it; writes nothing."""
    return rules.plan_projects(forms.projects(raw), roster(ctx))


def plan_deputies(ctx: Context, raw: bytes) -> Plan[Authority]:
    """Return what a deputies.csv would change, or what is wrong with it; writes nothing."""
    return rules.plan_deputies(forms.deputies(raw), roster(ctx))


def import_people(
    ctx: Context,
    raw: bytes,
    phone_key: bytes | None = None,
    confirmed_by: Sequence[str] = (),
    progress: Progress = _quietly,
) -> Plan[Member]:
    """Carry out a people.csv, unless there is any problem with it; return the plan either way."""
    people.lock(ctx.tx)
    plan = plan_people(ctx, raw, phone_key, confirmed_by)
    if plan.problems:
        return plan
    news = [_new_person(each.after) for each in plan.changes]
    people.hand_over(ctx.tx, news)
    for done, new in enumerate(news, start=1):
        people.save(ctx.tx, new)
        progress(done, len(news))
    _record(ctx, "people", raw, plan, lambda member: member.key)
    return plan


def import_projects(ctx: Context, raw: bytes, progress: Progress = _quietly) -> Plan[Project]:
    """Carry out a projects.csv, unless there is any problem with it; return the plan either way."""
    people.lock(ctx.tx)
    plan = plan_projects(ctx, raw)
    if plan.problems:
        return plan
    ids = _ids(ctx.tx)
    for done, change in enumerate(plan.changes, start=1):
        new = change.after
        projects.save(ctx.tx, new.code, new.name, ids[new.lead], new.fund, new.budget_fen)
        progress(done, len(plan.changes))
    _record(ctx, "projects", raw, plan, lambda project: project.code)
    return plan


def import_deputies(ctx: Context, raw: bytes, progress: Progress = _quietly) -> Plan[Authority]:
    """Carry out a deputies.csv, unless there is any problem with it; return the plan either way."""
    people.lock(ctx.tx)
    plan = plan_deputies(ctx, raw)
    if plan.problems:
        return plan
    ids = _ids(ctx.tx)
    for done, change in enumerate(plan.changes, start=1):
        new = change.after
        holder, deputy, named_by = ids[new.holder], ids[new.deputy], ids[new.named_by]
        people.add_deputy(ctx.tx, holder, deputy, new.first_day, new.last_day, named_by)
        progress(done, len(plan.changes))
    _record(ctx, "deputies", raw, plan, _authority_key)
    return plan


def roster(ctx: Context) -> Roster:
    """Return all that is known of people, projects and signing authorities, by keys."""
    keys = {each.id: each.key for each in people.everybody(ctx.tx)}
    known = [
        Project(each.code, each.name, keys[each.lead], each.fund, each.budget_fen, each.active)
        for each in projects.everything(ctx.tx)
    ]
    authorities = [
        Authority(keys[each.holder], keys[each.deputy], each.first_day, each.last_day, keys[each.named_by])
        for each in people.deputies(ctx.tx)
    ]
    return Roster(
        today=ctx.now.astimezone(ZoneInfo(ctx.zone)).date(),
        members={each.key: each for each in _members(ctx.tx)},
        projects={each.code: each for each in known},
        authorities=authorities,
    )


def _members(tx: Tx) -> Iterator[Member]:
    phones = {key: phone_hash for phone_hash, key in people.phone_hashes(tx).items()}
    accounts: dict[str, dict[str, str]] = {}
    for address, key in people.accounts(tx).items():
        accounts.setdefault(key, {})[address.platform] = address.user_id
    for each in people.everybody(tx):
        known = accounts.get(each.key, {}), phones.get(each.key)
        yield Member(each.key, each.name, each.department, each.roles, *known, each.active)


def _ids(tx: Tx) -> Mapping[str, int]:
    return {each.key: each.id for each in people.everybody(tx)}


def _new_person(member: Member) -> NewPerson:
    """A row tells the whole truth: an account that it does not name is taken away."""
    accounts = dict.fromkeys(forms.ACCOUNT_COLUMNS, "") | dict(member.accounts)
    known = member.department, member.roles, accounts, member.phone_hash, member.active
    return NewPerson(member.key, member.name, *known)


def _record(ctx: Context, what: str, raw: bytes, plan: Plan[Any], key: Callable[[Any], str]) -> None:
    """Journal what was changed, old and new; of phone numbers only that they changed."""
    if not plan.changes:
        return
    facts: dict[str, object] = {
        "file": hashlib.sha256(raw).hexdigest(),
        "added": {key(each): _values(each) for each in plan.added},
        "updated": {key(each.after): _differences(each) for each in plan.updated},
        "unchanged": plan.unchanged,
    }
    if plan.confirmed_by:
        facts["confirmed_by"] = list(plan.confirmed_by)
    ctx.record(ACTOR, "people.imported", f"roster:{what}", 0, facts)


def _authority_key(each: Authority) -> str:
    return f"{each.holder}>{each.deputy} {each.first_day}..{each.last_day}"


def _values(item: Any) -> dict[str, object]:
    return {each.name: _told(each.name, getattr(item, each.name)) for each in fields(item)}


def _differences(change: Change[Any]) -> dict[str, object]:
    pairs = {
        each.name: (getattr(change.before, each.name), getattr(change.after, each.name))
        for each in fields(change.after)
    }
    return {name: [_told(name, old), _told(name, new)] for name, (old, new) in pairs.items() if old != new}


def _told(name: str, value: object) -> object:
    if name == "phone_hash":
        return "withheld" if value else ""
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value
