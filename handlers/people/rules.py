"""What an import may change: a file against the roster gives a plan of changes, or what is wrong with it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from handlers.contract.roles import NOT_FOR_OUTSIDERS, Role
from handlers.mechanisms.sheet.forms import Problem, Row, Sheet
from handlers.people.forms import ACCOUNT_COLUMNS, Authority, PersonRow, Project

K = TypeVar("K")
S = TypeVar("S")
T = TypeVar("T")

FIXED_PROJECT = "机构运行"
"""The project that carries spending outside projects (decision 1)."""

NOT_FOR_SUPERVISORS = (
    Role.HANDLER,
    Role.PROJECT_LEAD,
    Role.FINANCE_HEAD,
    Role.ACCOUNTANT,
    Role.CASHIER,
    Role.SECRETARY_GENERAL,
    Role.DEPARTMENT_HEAD,
    Role.INTEGRITY_POST,
)
"""What a supervisor may not be: they stand outside what they watch (P21, decision 6)."""

NEEDED = (Role.PROJECT_LEAD, Role.FINANCE_HEAD, Role.SECRETARY_GENERAL, Role.SUPERVISOR)
"""Without these nobody can sign (P31) or watch (P21)."""

MAY_NAME = (Role.CHAIR, Role.VICE_CHAIR, Role.COUNCIL_MEMBER, Role.SECRETARY_GENERAL)
"""Who may give a signing authority (decision 5)."""

SHORTEST_PHONE_KEY = 16


@dataclass(frozen=True)
class Member:
    """Somebody on the roster: `accounts` maps platform to user id, `phone_hash` is keyed SHA-256 in hex."""

    key: str
    name: str
    department: str = ""
    roles: frozenset[str] = frozenset()
    accounts: Mapping[str, str] = field(default_factory=dict)
    phone_hash: str | None = field(default=None, repr=False)
    active: bool = True

    def __str__(self) -> str:
        return f"{self.name}（{self.key}）"


@dataclass(frozen=True)
class Roster:
    """What is known before the import, those who left included; `today` is the organisation's date."""

    today: date
    members: Mapping[str, Member] = field(default_factory=dict)
    projects: Mapping[str, Project] = field(default_factory=dict)
    authorities: Sequence[Authority] = ()

    def led_by(self, key: str) -> list[Project]:
        """Return the active projects that somebody leads, by code."""
        return [each for each in self.projects.values() if each.active and each.lead == key]


@dataclass(frozen=True)
class Change(Generic[T]):
    """What something was (None: new) and will be."""

    before: T | None
    after: T


@dataclass(frozen=True)
class Plan(Generic[T]):
    """What an import comes to. With any problem nothing of it may be carried out."""

    changes: Sequence[Change[T]] = ()
    unchanged: int = 0
    problems: Sequence[Problem] = ()
    warnings: Sequence[str] = ()
    confirmed_by: Sequence[str] = ()

    @property
    def added(self) -> list[T]:
        """What is new."""
        return [each.after for each in self.changes if each.before is None]

    @property
    def updated(self) -> list[Change[T]]:
        """What changes."""
        return [each for each in self.changes if each.before is not None]


def _plan(
    sheet: Sheet[S],
    said: Mapping[K, T],
    known: Mapping[K, T],
    problems: Iterable[Problem],
    warnings: Sequence[str],
    confirmed_by: Sequence[str] = (),
) -> Plan[T]:
    """Put a plan together: `said` is what the file makes of each key, `known` what is there."""
    changes = [Change(known.get(key), each) for key, each in said.items() if known.get(key) != each]
    everything = sorted({*sheet.problems, *problems}, key=lambda each: (each.row, each.text))
    return Plan(changes, len(sheet.rows) - len(changes), everything, warnings, confirmed_by)


# People.


@dataclass(frozen=True)
class _Scene:
    """A roster before and after people.csv, both by key; `rows` says in which row a key first stands."""

    roster: Roster
    said: Mapping[str, Member]
    after: Mapping[str, Member]
    rows: Mapping[str, int]

    def where(self, key: str) -> str:
        """Say where the one with `key` is found: in the file, on the roster, among those who left."""
        member = self.after[key]
        if key in self.rows:
            return f"第 {self.rows[key]} 行的{member}"
        return f"{'名册里的' if member.active else '已离开的'}{member}"

    def entering(self, holds: Callable[[Member], bool]) -> list[Member]:
        """Return those of the file who come to be what they were not before."""
        return [
            after
            for key, after in self.said.items()
            if holds(after) and not ((before := self.roster.members.get(key)) and holds(before))
        ]


def plan_people(
    sheet: Sheet[PersonRow], roster: Roster, phone_key: bytes | None = None, confirmed_by: Sequence[str] = ()
) -> Plan[Member]:
    """Plan what people.csv changes. `phone_key` is the secret under which phones are kept (decision 8);
    `confirmed_by` are the keys of two people who vouch that namesakes are not one person."""
    known = roster.members
    said = {row.said.key: _member(row.said, known.get(row.said.key), phone_key) for row in sheet.rows}
    scene = _Scene(
        roster, said, {**known, **said}, _first_rows((row.number, row.said.key) for row in sheet.rows)
    )
    sharing = _sharing_a_name(scene)
    problems = [
        *_phone_key(sheet.rows, phone_key),
        *_keys(sheet.rows, scene),
        *_comings_and_goings(sheet.rows, known),
        *_accounts(scene),
        *_phones(scene),
        *_names(scene, sharing, confirmed_by),
        *_supervisors(scene),
        *_outsiders(scene),
        *_leads(scene),
    ]
    warnings = [
        *_unheld(scene.after),
        *_leaving(scene),
        *_authorities_that_end(scene),
        *_new_secretaries(scene),
    ]
    if confirmed_by and not sharing:
        warnings.append("没有新的同名人员，--confirmed-by 没有用到")
    return _plan(sheet, said, known, problems, warnings, tuple(confirmed_by) if sharing else ())


def _member(said: PersonRow, before: Member | None, phone_key: bytes | None) -> Member:
    """Merge a row into what is known: an empty phone or `left` leaves things as they are."""
    phone_hash = before.phone_hash if before else None
    if said.phone and phone_key:
        phone_hash = hmac.new(phone_key, said.phone.encode(), hashlib.sha256).hexdigest()
    active = not said.left if said.left is not None else before is None or before.active
    return Member(said.key, said.name, said.department, said.roles, said.accounts, phone_hash, active)


def _first_rows(numbered: Iterable[tuple[int, str]]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for number, key in numbered:
        rows.setdefault(key, number)
    return rows


def _phone_key(rows: Sequence[Row[PersonRow]], phone_key: bytes | None) -> Iterator[Problem]:
    if not any(row.said.phone for row in rows):
        return
    where = "配置 [org] 的 phone_key 或环境变量 QINGLIAN_ORG_PHONE_KEY"
    if not phone_key:
        yield Problem(0, f"文件里有手机号，但还没有保护它的密钥。请设好{where}，或者删掉 phone 列")
    elif len(phone_key) < SHORTEST_PHONE_KEY:
        yield Problem(0, f"保护手机号的密钥太短，至少 {SHORTEST_PHONE_KEY} 个字符。请改{where}")


def _keys(rows: Sequence[Row[PersonRow]], scene: _Scene) -> Iterator[Problem]:
    """A key stands in the file once, and `Lin` and `lin` are not two people."""
    on_roster = {key.casefold(): key for key in scene.roster.members}
    in_file: dict[str, Row[PersonRow]] = {}
    for row in rows:
        key = row.said.key
        first = in_file.setdefault(key.casefold(), row)
        other = on_roster.get(key.casefold(), key)
        if first.said.key == key and first is not row:
            yield Problem(row.number, f"key「{key}」和第 {first.number} 行重复，一个人只写一行")
        elif first is not row:
            yield Problem(row.number, f"key「{key}」和第 {first.number} 行的「{first.said.key}」只差大小写")
        elif other != key:
            yield Problem(row.number, f"key「{key}」和名册里的「{other}」只差大小写，请照名册写，或换一个")


def _comings_and_goings(rows: Sequence[Row[PersonRow]], known: Mapping[str, Member]) -> Iterator[Problem]:
    """A key is never given to somebody else, and nobody comes back by an old file."""
    for row in rows:
        before = known.get(row.said.key)
        if before is None or before.active or not row.said.name:
            continue
        if row.said.name != before.name:
            yield Problem(
                row.number,
                f"key「{before.key}」属于已离开的{before.name}，永不给别人用，请给{row.said.name}换一个 key",
            )
        elif row.said.left is None:
            yield Problem(
                row.number,
                f"{before}已离开。人回来了，请加 left 列，在这一行写「否」；没有回来，请删掉这一行",
            )


def _accounts(scene: _Scene) -> Iterator[Problem]:
    """Upper and lower case are one, as for those who look accounts up."""
    for platform, column in ACCOUNT_COLUMNS.items():

        def account(member: Member, platform: str = platform) -> str | None:
            return member.accounts.get(platform, "").lower() or None

        for number, key, other in _shared(scene, account):
            yield Problem(
                number,
                f"{column}「{scene.after[key].accounts[platform]}」也是{scene.where(other)}的。"
                f"一个账号只属于一个人；真的换了人，就把 {other} 那一行的这一格留空，一起导入",
            )


def _phones(scene: _Scene) -> Iterator[Problem]:
    """One human is one person on the roster, or four signatures might come from three (decision 8)."""
    for number, _, other in _shared(scene, lambda member: member.phone_hash):
        yield Problem(
            number,
            f"phone 和{scene.where(other)}相同。同一个人只能有一条，请沿用 key「{other}」；"
            "不是同一个人，请核对号码",
        )


def _shared(scene: _Scene, of: Callable[[Member], str | None]) -> Iterator[tuple[int, str, str]]:
    """Yield who of the file has what somebody else has: the row, the key, the other's key."""
    owners: dict[str, list[str]] = {}
    for key, member in scene.after.items():
        if value := of(member):
            owners.setdefault(value, []).append(key)
    for keys in owners.values():
        first, *others = sorted(keys, key=lambda key: scene.rows.get(key, 0))
        for key in others:
            if key in scene.rows:
                yield scene.rows[key], key, first


def _sharing_a_name(scene: _Scene) -> dict[str, list[str]]:
    """Return who newly shares a name with another active person: key to the keys of the namesakes."""
    named: dict[str, list[str]] = {}
    for key, member in scene.after.items():
        if member.active and member.name:
            named.setdefault(member.name.casefold(), []).append(key)

    def is_new(key: str) -> bool:
        before = scene.roster.members.get(key)
        return (
            before is None or not before.active or before.name.casefold() != scene.after[key].name.casefold()
        )

    return {
        key: [other for other in keys if other != key]
        for keys in named.values()
        for key in keys
        if len(keys) > 1 and is_new(key)
    }


def _names(
    scene: _Scene, sharing: Mapping[str, Sequence[str]], confirmed_by: Sequence[str]
) -> Iterator[Problem]:
    if not sharing:
        return
    if confirmed_by:
        yield from _confirmation(scene, sharing, confirmed_by)
        return
    for key, others in sharing.items():
        yield Problem(
            scene.rows[key],
            f"和{scene.where(others[0])}同名。如果确是两个人，请两位不同名的在岗同事核对，"
            "再加上他们两人的 key 重新导入：--confirmed-by key1,key2",
        )


def _confirmation(
    scene: _Scene, sharing: Mapping[str, Sequence[str]], confirmed_by: Sequence[str]
) -> Iterator[Problem]:
    namesakes = {*sharing, *(other for others in sharing.values() for other in others)}
    if len(confirmed_by) != 2 or len(set(confirmed_by)) != 2:
        yield Problem(0, "--confirmed-by 要写两个不同的人的 key，用逗号隔开")
    for key in sorted(set(confirmed_by)):
        member = scene.after.get(key)
        if member is None or not member.active:
            yield Problem(0, f"--confirmed-by 里的「{key}」不是在岗人员的 key")
        elif key in namesakes:
            yield Problem(0, f"--confirmed-by 里的{member}自己就是同名的人，要由别人来核对")


def _supervisors(scene: _Scene) -> Iterator[Problem]:
    for key, member in scene.said.items():
        held = [each for each in NOT_FOR_SUPERVISORS if each in member.roles]
        if Role.SUPERVISOR in member.roles and held:
            yield Problem(
                scene.rows[key], f"监事不能同时担任{'、'.join(held)}：监事只监督、不经手，请另定人选"
            )


def _outsiders(scene: _Scene) -> Iterator[Problem]:
    for key, member in scene.said.items():
        held = [each for each in NOT_FOR_OUTSIDERS if each in member.roles]
        if Role.OUTSIDE_OFFICER in member.roles and held:
            yield Problem(
                scene.rows[key],
                f"外部受理人不能同时担任{'、'.join(held)}：牵涉内部的反映只交给外面的人，请另定人选",
            )


def _leads(scene: _Scene) -> Iterator[Problem]:
    """Who leads a project may not leave it without a lead, or become who may not lead it."""
    for key, member in scene.said.items():
        for project in scene.roster.led_by(key):
            role = _barred_from_leading(member, project)
            if role or not member.active:
                yield Problem(
                    scene.rows[key],
                    f"{member}是项目「{project.name}」的负责人，不能{f'担任{role}' if role else '离开'}。"
                    "请先用 qinglian projects import 给项目换负责人，再导入这一行",
                )


def _barred_from_leading(member: Member, project: Project) -> Role | None:
    """Return the role with which nobody may lead the project (decisions 1 and 5, P21)."""
    barred = [Role.FINANCE_HEAD, Role.SUPERVISOR]
    if project.name == FIXED_PROJECT:
        barred.append(Role.SECRETARY_GENERAL)
    return next((each for each in barred if each in member.roles), None)


def _unheld(after: Mapping[str, Member]) -> Iterator[str]:
    held = {role for member in after.values() if member.active for role in member.roles}
    if missing := [each for each in NEEDED if each not in held]:
        yield f"还没有人担任{'、'.join(missing)}：四级联签要有项目负责人、财务负责人和秘书长，监督要有监事"


def _gone(member: Member) -> bool:
    return not member.active


def _cannot_sign(member: Member) -> bool:
    return not member.active or Role.SUPERVISOR in member.roles


def _leaving(scene: _Scene) -> Iterator[str]:
    if gone := [str(each) for each in scene.entering(_gone) if each.key in scene.roster.members]:
        yield f"{'、'.join(gone)}离开：还等着签的单子，请管理员发「改派 编号」重新安排"


def _authorities_that_end(scene: _Scene) -> Iterator[str]:
    lost = {each.key for each in scene.entering(_cannot_sign)}
    gone = {each.key for each in scene.entering(_gone)}
    for each in scene.roster.authorities:
        if each.last_day >= scene.roster.today and (each.deputy in lost or each.holder in gone):
            names = f"{scene.after[each.deputy].name}代{scene.after[each.holder].name}签"
            yield f"{names}的授权（到 {each.last_day}）不再有效，还需要的话请另定授权代签人"


def _new_secretaries(scene: _Scene) -> Iterator[str]:
    for member in scene.entering(lambda each: Role.SECRETARY_GENERAL in each.roles):
        for project in scene.roster.led_by(member.key):
            if project.name != FIXED_PROJECT:
                yield from _needs_a_deputy(member, project, scene.roster)


def _needs_a_deputy(lead: Member, project: Project, roster: Roster) -> Iterator[str]:
    """Who is secretary-general and leads a project signs level 4 only, another signs level 2 (decision 5)."""
    if not any(each.holder == lead.key and each.last_day >= roster.today for each in roster.authorities):
        yield (
            f"项目「{project.name}」的负责人{lead}是秘书长，只签第 4 级："
            "第 2 级要事先指定授权代签人，请用 qinglian deputies import 登记"
        )


# Projects.


def plan_projects(sheet: Sheet[Project], roster: Roster) -> Plan[Project]:
    """Plan what projects.csv changes."""
    said = {row.said.code: row.said for row in sheet.rows}
    problems = [
        *_repeated_codes(sheet.rows),
        *_project_names(sheet.rows, roster.projects),
        *_project_leads(sheet.rows, roster.members),
    ]
    names = {each.name for each in (*roster.projects.values(), *said.values())}
    warnings = [*_secretaries_who_lead(sheet.rows, roster)]
    if FIXED_PROJECT not in names:
        warnings.append(
            f"还没有项目「{FIXED_PROJECT}」：项目以外的开支（房租、水电、办公）都记在它名下，请加上"
        )
    return _plan(sheet, said, roster.projects, problems, warnings)


def _repeated_codes(rows: Sequence[Row[Project]]) -> Iterator[Problem]:
    first = _first_rows((row.number, row.said.code) for row in rows)
    for row in rows:
        if first[row.said.code] != row.number:
            yield Problem(row.number, f"code「{row.said.code}」和第 {first[row.said.code]} 行重复")


def _project_names(rows: Sequence[Row[Project]], known: Mapping[str, Project]) -> Iterator[Problem]:
    """A name is one project's. It is not passed on in one go: claims in flight show it."""
    first = _first_rows((row.number, row.said.name) for row in rows)
    owners = {each.name: each.code for each in known.values()}
    for row in rows:
        name = row.said.name
        if name and first[name] != row.number:
            yield Problem(row.number, f"name「{name}」和第 {first[name]} 行重复")
        elif (owner := owners.get(name, row.said.code)) != row.said.code:
            yield Problem(
                row.number, f"name「{name}」已是项目 {owner} 的名称，请换一个，或先给 {owner} 改名导入"
            )


def _project_leads(rows: Sequence[Row[Project]], members: Mapping[str, Member]) -> Iterator[Problem]:
    for row in rows:
        if not row.said.lead:
            continue
        lead = members.get(row.said.lead)
        if lead is None or not lead.active:
            yield Problem(row.number, _not_here("lead", row.said.lead, lead))
        elif role := _barred_from_leading(lead, row.said):
            yield Problem(
                row.number,
                f"lead {lead}是{role}，不能当项目「{row.said.name}」的负责人。{_WHY_NOT[role]}，请另定负责人",
            )


_WHY_NOT = {
    Role.FINANCE_HEAD: "财务负责人签第 3 级，同一个人不能签两级",
    Role.SUPERVISOR: "监事只监督、不经手",
    Role.SECRETARY_GENERAL: "秘书长签第 4 级，同一个人不能签两级",
}


def _not_here(column: str, key: str, member: Member | None) -> str:
    if member:
        return f"{column} {member}已离开，请换一位在岗人员"
    return (
        f"{column}「{key[:20]}」不在名册里。这里写的是 key，不是姓名；新人请先用 qinglian people import 导入"
    )


def _secretaries_who_lead(rows: Sequence[Row[Project]], roster: Roster) -> Iterator[str]:
    for row in rows:
        lead = roster.members.get(row.said.lead)
        if lead and Role.SECRETARY_GENERAL in lead.roles and row.said.name != FIXED_PROJECT:
            yield from _needs_a_deputy(lead, row.said, roster)


# Signing authorities.

_Terms = tuple[str, str, date, date]


def plan_deputies(sheet: Sheet[Authority], roster: Roster) -> Plan[Authority]:
    """Plan what deputies.csv adds. What is known already stays as it is and is not judged again."""
    known = {_terms(each): each for each in roster.authorities}
    said: dict[_Terms, Authority] = {}
    problems: list[Problem] = []
    for row in sheet.rows:
        there = known.get(_terms(row.said)) or said.setdefault(_terms(row.said), row.said)
        if there.named_by != row.said.named_by:
            problems.append(Problem(row.number, _named_otherwise(there, roster)))
        elif there is not known.get(_terms(row.said)):
            problems += [Problem(row.number, text) for text in _authority_faults(row.said, roster.members)]
    warnings = [
        f"{each.deputy} 代 {each.holder} 签的授权到 {each.last_day} 为止，已经过期，不起作用"
        for each in said.values()
        if each.last_day < roster.today
    ]
    return _plan(sheet, said, dict[_Terms, Authority](), problems, warnings)


def _terms(authority: Authority) -> _Terms:
    return authority.holder, authority.deputy, authority.first_day, authority.last_day


def _named_otherwise(there: Authority, roster: Roster) -> str:
    by = roster.members.get(there.named_by)
    return f"同样的授权已经由{by or there.named_by}指定，登记后不改写；要由别人重新指定，请换起止日期"


def _authority_faults(said: Authority, members: Mapping[str, Member]) -> Iterator[str]:
    for column, key in (("holder", said.holder), ("deputy", said.deputy), ("named_by", said.named_by)):
        member = members.get(key)
        if key and (member is None or not member.active):
            yield _not_here(column, key, member)
    if said.first_day > said.last_day:
        yield f"from {said.first_day} 晚于 to {said.last_day}，请对调"
    if said.holder and said.holder == said.deputy:
        yield "holder 和 deputy 是同一个人，不能自己代自己签"
    yield from _namer_faults(said, members)
    deputy = members.get(said.deputy)
    if deputy and Role.SUPERVISOR in deputy.roles:
        yield f"deputy {deputy}是监事，不能代签：监事只监督、不经手"


def _namer_faults(said: Authority, members: Mapping[str, Member]) -> Iterator[str]:
    """Table B5 of the rules: nobody names himself, and no secretary-general his own stand-in."""
    namer, holder = members.get(said.named_by), members.get(said.holder)
    if namer and namer.active and not namer.roles & set(MAY_NAME):
        yield f"named_by {namer}不能指定授权代签人，只有{'、'.join(MAY_NAME)}可以"
    if namer and said.named_by == said.deputy:
        yield f"named_by {namer}就是 deputy 本人，不能自己指定自己，请由别人指定"
    if namer and holder and said.named_by == said.holder and Role.SECRETARY_GENERAL in holder.roles:
        yield f"秘书长{holder}不能指定自己的代签人，请由理事长、副理事长或理事指定"
