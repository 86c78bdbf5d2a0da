"""What the three import files ask for, and what their cells mean; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.mechanisms.sheet.forms import Cells, Layout, Sheet, clean_ends, day, plain, text_of, understood

FEISHU, WECOM = "feishu", "wecom"
ACCOUNT_COLUMNS = {FEISHU: "feishu_open_id", WECOM: "wecom_userid"}
"""The column that holds a person's account, by platform."""

SHORT, LONG = 64, 128
DEPARTMENT = 50
"""A department's name: with `department:` before it, it is a key of 64."""
CODE_LENGTH = 32
MOST_FEN = 10**12
"""Ten billion yuan: beyond it a budget is surely a slip."""

PEOPLE = Layout(("key", "name", "department", "roles", *ACCOUNT_COLUMNS.values()), ("phone", "left"))
PROJECTS = Layout(("code", "name", "lead", "fund", "budget"))
DEPUTIES = Layout(("holder", "deputy", "from", "to", "named_by"))


@dataclass(frozen=True)
class PersonRow:
    """One person as the file has them: `accounts` maps platform to user id, without the empty ones; `phone`
    is `+8613…` or empty; `left` is None where the file says nothing."""

    key: str
    name: str
    department: str
    roles: frozenset[str]
    accounts: Mapping[str, str]
    phone: str = field(repr=False)
    left: bool | None


@dataclass(frozen=True)
class Project:
    """A project: `lead` is a person's key, `budget_fen` is in 分."""

    code: str
    name: str
    lead: str
    fund: str
    budget_fen: int
    active: bool = True


@dataclass(frozen=True)
class Authority:
    """A signing authority (授权代签) by keys, from first to last day, both included."""

    holder: str
    deputy: str
    first_day: date
    last_day: date
    named_by: str


def people(raw: bytes) -> Sheet[PersonRow]:
    """Understand people.csv. A row whose key cannot be read is left out."""
    return understood(raw, PEOPLE, _person, lambda said: bool(said.key))


def projects(raw: bytes) -> Sheet[Project]:
    """Understand projects.csv. A row whose code cannot be read is left out."""
    return understood(raw, PROJECTS, _project, lambda said: bool(said.code))


def deputies(raw: bytes) -> Sheet[Authority]:
    """Understand deputies.csv. A row without its two days is left out."""
    return understood(raw, DEPUTIES, _authority, lambda said: date.min not in (said.first_day, said.last_day))


_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _key(text: str) -> str:
    if not text:
        raise Refusal("空着。每个人要有一个不变的短名，例如 lin")
    if not _KEY.fullmatch(text):
        raise Refusal(
            f"「{text[:20]}」不能用，例如 lin：只写英文字母、数字和 . _ -，"
            f"以字母或数字开头，最多 {SHORT} 个字符"
        )
    return text


def _reference(text: str) -> str:
    """Read the key of somebody who is on the roster; whether they are is asked later."""
    if not text:
        raise Refusal("空着，请写那个人的 key")
    return text


def _name(text: str) -> str:
    """Read a name so that one name has one spelling: `王　芳` is 王芳, `Ｔｏｍ  Li` is Tom Li."""
    parts = unicodedata.normalize("NFKC", text).split()
    spelled = any(each.isascii() and each.isalpha() for each in "".join(parts))
    return text_of(SHORT, empty="空着，请写姓名")((" " if spelled else "").join(parts))


def _roles(text: str) -> frozenset[str]:
    roles = [each for part in re.split("[;；、]", text) if (each := clean_ends(part))]
    if unknown := [each for each in roles if each not in set(Role)]:
        named = "、".join(f"「{each[:20]}」" for each in unknown)
        raise Refusal(f"里有不认识的职务{named}，可用的是 {'、'.join(Role)}，几个职务用 ; 隔开")
    return frozenset(roles)


# A self-built app meets a member as open_id: open.feishu.cn › 服务端 API › 用户身份概述.
_FEISHU_OPEN_ID = re.compile(r"ou_[A-Za-z0-9_-]{1,120}")
# developer.work.weixin.qq.com/document/path/90195: 1 to 64 bytes of these, upper and lower case the same.
_WECOM_USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@.-]{0,63}")


def _open_id(text: str) -> str:
    if text and not _FEISHU_OPEN_ID.fullmatch(text):
        raise Refusal(f"「{text[:20]}」不是飞书的 open_id，它以 ou_ 开头；没有飞书账号就空着")
    return text


def _user_id(text: str) -> str:
    if text and not _WECOM_USER_ID.fullmatch(text):
        raise Refusal(
            f"「{text[:20]}」不是企业微信的账号：只有英文字母、数字和 _ - @ .，最多 64 个字符；没有就空着"
        )
    return text


def _phone(text: str) -> str:
    """Read a mobile number as `+8613…`. What is refused is not repeated: a number stays out of all output."""
    bare = re.sub(r"[-()]", "", plain(text))
    if not bare:
        return ""
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", bare):
        raise Refusal("被 Excel 写成了科学计数法。请把这一列的格式设为「文本」，重新填号码")
    mainland = re.fullmatch(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})", bare, re.ASCII)
    abroad = re.fullmatch(r"(?:\+|00)(?!86)([1-9]\d{7,14})", bare, re.ASCII)
    if mainland:
        return f"+86{mainland[1]}"
    if abroad:
        return f"+{abroad[1]}"
    raise Refusal("不是手机号：大陆号码写 11 位数字，其他地区以 + 和区号开头，例如 +852…")


def _left(text: str) -> bool | None:
    meanings = {"": None, "是": True, "否": False}
    if text not in meanings:
        raise Refusal(f"「{text[:20]}」看不懂：离开的写「是」，回来的写「否」，其他人空着")
    return meanings[text]


_AMOUNT = re.compile(r"¥?(?P<yuan>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<rest>\d*))?元?", re.ASCII)


def _budget(text: str) -> int:
    """Read an amount in yuan (`１２０，０００．５０`) and return 分. Unlike a payment it may be 0."""
    if not text:
        raise Refusal("空着，没有预算请写 0")
    amount = _AMOUNT.fullmatch(plain(text))
    if amount is None:
        raise Refusal(f"「{text[:20]}」不是金额。请写成元，不带负号，例如 120000 或 120,000.50")
    if len(amount["rest"] or "") > 2:
        raise Refusal(f"「{text[:20]}」的小数多于两位，最多到分")
    fen = int(Decimal(f"{amount['yuan'].replace(',', '')}.{amount['rest'] or 0}") * 100)
    if fen > MOST_FEN:
        raise Refusal(f"「{text[:20]}」太大了，请检查有没有多打几位")
    return fen


def _person(cells: Cells) -> PersonRow:
    accounts = {
        FEISHU: cells.take(ACCOUNT_COLUMNS[FEISHU], _open_id, ""),
        WECOM: cells.take(ACCOUNT_COLUMNS[WECOM], _user_id, ""),
    }
    return PersonRow(
        key=cells.take("key", _key, ""),
        name=cells.take("name", _name, ""),
        department=cells.take("department", text_of(DEPARTMENT), ""),
        roles=cells.take("roles", _roles, frozenset()),
        accounts={platform: user_id for platform, user_id in accounts.items() if user_id},
        phone=cells.take("phone", _phone, ""),
        left=cells.take("left", _left, None),
    )


def _project(cells: Cells) -> Project:
    return Project(
        code=cells.take("code", text_of(CODE_LENGTH, empty="空着，请写项目编号，例如 P01"), ""),
        name=cells.take("name", text_of(LONG, empty="空着，请写项目名称"), ""),
        lead=cells.take("lead", _reference, ""),
        fund=cells.take("fund", text_of(LONG), ""),
        budget_fen=cells.take("budget", _budget, 0),
    )


def _authority(cells: Cells) -> Authority:
    return Authority(
        holder=cells.take("holder", _reference, ""),
        deputy=cells.take("deputy", _reference, ""),
        first_day=cells.take("from", day, date.min),
        last_day=cells.take("to", day, date.min),
        named_by=cells.take("named_by", _reference, ""),
    )
