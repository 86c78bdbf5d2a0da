"""What would stop claims before any is handed in: posts that nobody holds, chains that cannot be formed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from handlers.contract.context import Context
from handlers.contract.remark import Remark
from handlers.contract.roles import Role
from handlers.mechanisms.signoff import rules as chains
from storage import people, projects
from storage.people import Person
from storage.projects import Project

NEEDED: Mapping[Role, str] = {
    Role.FINANCE_HEAD: "第 3 级没有人签，报销单都会停下",
    Role.SECRETARY_GENERAL: "第 4 级没有人签，报销单都会停下",
    Role.CHAIR: "没有人能指定授权代签人，也没有人代秘书长签",
    Role.ADMINISTRATOR: "卡住的单子和发不出去的消息没有人收到提醒",
    Role.SUPERVISOR: "涉及理事长的单子没有人收到抄送",
}
"""What follows when nobody holds a post."""

_GRAVE = (Role.FINANCE_HEAD, Role.SECRETARY_GENERAL)
EVERYBODY = "谁提交都"
NAMED = 3
"""As many people as a sentence names."""


def remarks(ctx: Context) -> list[Remark]:
    """Return what stands in the way of claims today, the worst first within each kind."""
    active = [each for each in people.everybody(ctx.tx) if each.active]
    open_projects = projects.active(ctx.tx)
    if not active:
        return [Remark("名单是空的。请先导入人员：qinglian people import 文件.csv")]
    found = [*_posts(active), *_accounts(ctx, active)]
    if not open_projects:
        return [*found, Remark("还没有可以报销的项目。请导入项目：qinglian projects import 文件.csv")]
    day = ctx.now.astimezone(ZoneInfo(ctx.zone)).date()
    roster = chains.Roster({each.id: each for each in active}, people.deputies_on(ctx.tx, day))
    names = {each.id: each.name for each in people.everybody(ctx.tx)}
    left = [_without_lead(each, names) for each in open_projects if each.lead not in roster.people]
    return [*found, *left, *_chains(open_projects, roster)]


def _posts(active: Sequence[Person]) -> Iterator[Remark]:
    held = {role for each in active for role in each.roles}
    for role, why in NEEDED.items():
        if role not in held:
            yield Remark(f"没有人担任{role}：{why}。请在人员表里补上再导入", grave=role in _GRAVE)


def _accounts(ctx: Context, active: Sequence[Person]) -> Iterator[Remark]:
    reached = set(people.accounts(ctx.tx).values())
    without = [each.name for each in active if each.key not in reached]
    if without:
        yield Remark(f"{_some(without)}没有绑定飞书或企业微信账号，收不到消息，也签不了字", grave=False)


def _without_lead(project: Project, names: Mapping[int, str]) -> Remark:
    left = names.get(project.lead, "")
    return Remark(f"项目「{project.name}」的负责人{left}已不在岗。请在项目表里换一位再导入")


def _chains(found: Sequence[Project], roster: chains.Roster) -> Iterator[Remark]:
    """Say whose claims no four people can sign, the same of several projects at once."""
    requesters = [each for each in roster.people.values() if Role.SUPERVISOR not in each.roles]
    stuck: dict[tuple[str, str], list[str]] = {}
    for project in found:
        gaps = _gaps(project, requesters, roster)
        if gaps:
            who = EVERYBODY if len(gaps) == len(requesters) else f"{_some(list(gaps))}提交时"
            stuck.setdefault((who, next(iter(gaps.values()))), []).append(f"「{project.name}」")
    for (who, why), names in stuck.items():
        where = f"项目{_some(names, '个项目')}里，{who}凑不齐四个不同的人"
        yield Remark(f"{where}：{why}。请理事会指定授权代签人，导入后再查", grave=who == EVERYBODY)


def _gaps(project: Project, requesters: Sequence[Person], roster: chains.Roster) -> dict[str, str]:
    """Return by name who cannot get four signatures when somebody outside is paid, and why not."""
    formed = {
        each.name: chains.form(chains.Matter(each.id, None, project.lead), roster) for each in requesters
    }
    return {name: chain.why for name, chain in formed.items() if isinstance(chain, chains.Gap)}


def _some(names: Sequence[str], of: str = "人") -> str:
    more = f"等 {len(names)} {of}" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more
