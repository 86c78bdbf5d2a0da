"""What the three import files ask for, and what the bytes, rows and cells of such a file mean; pure."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role

T = TypeVar("T")

FEISHU, WECOM = "feishu", "wecom"
ACCOUNT_COLUMNS = {FEISHU: "feishu_open_id", WECOM: "wecom_userid"}
"""The column that holds a person's account, by platform."""

SHORT, LONG = 64, 128
CODE_LENGTH = 32
MOST_FEN = 10**12
"""Ten billion yuan: beyond it a budget is surely a slip."""


@dataclass(frozen=True)
class Layout:
    """The columns of a file, by exact name and in any order."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


PEOPLE = Layout(("key", "name", "department", "roles", *ACCOUNT_COLUMNS.values()), ("phone", "left"))
PROJECTS = Layout(("code", "name", "lead", "fund", "budget"))
DEPUTIES = Layout(("holder", "deputy", "from", "to", "named_by"))


@dataclass(frozen=True)
class Problem:
    """What stands in the way: a Chinese sentence, and the row as Excel numbers it (0: the whole file)."""

    row: int
    text: str

    def __str__(self) -> str:
        return f"第 {self.row} 行：{self.text}" if self.row else self.text


@dataclass(frozen=True)
class Row(Generic[T]):
    """What one row says, and its number in Excel (the header is row 1)."""

    number: int
    said: T


@dataclass(frozen=True)
class Sheet(Generic[T]):
    """A file understood. A cell with a problem counts as empty in its row, so that one slip is told once."""

    rows: Sequence[Row[T]] = ()
    problems: Sequence[Problem] = ()


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
    return _understood(raw, PEOPLE, _person, lambda said: bool(said.key))


def projects(raw: bytes) -> Sheet[Project]:
    """Understand projects.csv. A row whose code cannot be read is left out."""
    return _understood(raw, PROJECTS, _project, lambda said: bool(said.code))


def deputies(raw: bytes) -> Sheet[Authority]:
    """Understand deputies.csv. A row without its two days is left out."""
    return _understood(
        raw, DEPUTIES, _authority, lambda said: date.min not in (said.first_day, said.last_day)
    )


class _Cells:
    """The cells of one row, read one by one; what is wrong with them is gathered, not thrown."""

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        self._number = number
        self._cells = cells
        self.problems: list[Problem] = []

    def take(self, column: str, understand: Callable[[str], T], otherwise: T) -> T:
        try:
            return understand(_clean(self._cells.get(column, "")))
        except Refusal as refusal:
            gap = "" if refusal.sentence.startswith("「") else " "
            self.problems.append(Problem(self._number, f"{column}{gap}{refusal.sentence}"))
            return otherwise


def _understood(
    raw: bytes, layout: Layout, understand: Callable[[_Cells], T], usable: Callable[[T], bool]
) -> Sheet[T]:
    try:
        lines = _lines(raw)
        header, columns = _header(lines, layout)
    except _Unreadable as unreadable:
        return Sheet(problems=unreadable.problems)
    rows: list[Row[T]] = []
    problems: list[Problem] = []
    for number, cells in lines[1:]:
        if len(cells) < header or any(cell.strip() for cell in cells[header:]):
            problems.append(Problem(number, _wrong_width(len(cells), header)))
            continue
        reading = _Cells(number, {column: cells[place] for column, place in columns.items()})
        said = understand(reading)
        problems += reading.problems
        if usable(said):
            rows.append(Row(number, said))
    if len(lines) == 1:
        problems.append(Problem(0, "文件里只有表头，没有内容"))
    return Sheet(rows, problems)


# From bytes to lines.


class _Unreadable(Exception):
    """Nothing can be read below."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


_SAVE_AS = "请在 Excel 里用「另存为」，选「CSV UTF-8（逗号分隔）」"
_OFFICE_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def _decoded(raw: bytes) -> str:
    """Strict UTF-8 first: Chinese in GB18030, which Excel in China writes, is hardly ever valid UTF-8."""
    if raw.startswith(_OFFICE_FILES):
        raise _Unreadable(Problem(0, f"这是 Excel 工作簿，不是 CSV。{_SAVE_AS}"))
    if not raw.startswith(_UTF_16):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise _Unreadable(Problem(0, f"文件的编码既不是 UTF-8 也不是 GB18030。{_SAVE_AS}"))


def _lines(raw: bytes) -> list[tuple[int, list[str]]]:
    """Return the lines that say something, with their number; the first is the header."""
    reader = csv.reader(io.StringIO(_decoded(raw), newline=""), strict=True)
    lines = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(_clean_ends(cell) for cell in cells):
                lines.append((number, cells))
    except csv.Error:
        raise _Unreadable(
            Problem(number + 1, "双引号不成对，这一行往后都读不了。请补上或删掉多余的双引号")
        ) from None
    if not lines:
        raise _Unreadable(Problem(0, "文件是空的"))
    return lines


_OTHER_SEPARATORS = {"\t": "制表符", ";": "分号", "；": "中文分号", "，": "中文逗号", "|": "竖线"}


def _header(lines: Sequence[tuple[int, list[str]]], layout: Layout) -> tuple[int, dict[str, int]]:
    """Return how many cells a row has and where each column stands."""
    number, cells = lines[0]
    names = [_clean_ends(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) == 1 and names[0] not in layout.needed:
        for mark, word in _OTHER_SEPARATORS.items():
            if mark in names[0]:
                raise _Unreadable(Problem(number, f"各列要用英文逗号隔开，现在用的是{word}。{_SAVE_AS}"))
    if problems := [Problem(number, text) for text in _header_faults(names, layout)]:
        raise _Unreadable(*problems)
    return len(names), {name: place for place, name in enumerate(names)}


def _header_faults(names: Sequence[str], layout: Layout) -> list[str]:
    known = (*layout.needed, *layout.optional)
    faults = []
    if unknown := [f"「{name[:20]}」" for name in names if name and name not in known]:
        faults.append(f"不认识的列{''.join(unknown)}，可用的列是 {'、'.join(known)}")
    faults += [f"第 {place} 列没有列名" for place, name in enumerate(names, start=1) if not name]
    faults += [f"列「{name}」出现了 {names.count(name)} 次" for name in known if names.count(name) > 1]
    if missing := [name for name in layout.needed if name not in names]:
        faults.append(f"表头少了 {'、'.join(missing)}。表头应为 {','.join(layout.needed)}")
    return faults


def _wrong_width(have: int, want: int) -> str:
    if have < want:
        return f"只有 {have} 格，表头有 {want} 列：是不是少了逗号"
    return f"有 {have} 格，表头只有 {want} 列：内容里有逗号的，要用英文双引号括起来"


# From cells to meanings.


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf")


def _clean_ends(text: str) -> str:
    """Take off blanks at both ends, full-width and zero-width ones too."""
    first, last = 0, len(text)
    while first < last and (text[first].isspace() or _unseen(text[first])):
        first += 1
    while last > first and (text[last - 1].isspace() or _unseen(text[last - 1])):
        last -= 1
    return text[first:last]


def _clean(text: str) -> str:
    """Refuse what the eye does not see: two names that look the same must be the same."""
    bare = _clean_ends(text)
    if any(_unseen(each) for each in bare):
        raise Refusal("里有换行或看不见的字符，请删掉这一格重新打一遍")
    return bare


def _plain(text: str) -> str:
    """Turn full-width digits, letters and marks into plain ones and leave blanks out."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _text(limit: int, *, empty: str = "") -> Callable[[str], str]:
    """Read any text up to `limit` characters; `empty` is what to say when it has to be filled in."""

    def read(text: str) -> str:
        if empty and not text:
            raise Refusal(empty)
        if len(text) > limit:
            raise Refusal(f"太长了，最多 {limit} 个字，现在是 {len(text)} 个")
        return text

    return read


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
    return _text(SHORT, empty="空着，请写姓名")((" " if spelled else "").join(parts))


def _roles(text: str) -> frozenset[str]:
    roles = [each for part in re.split("[;；、]", text) if (each := _clean_ends(part))]
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
    bare = re.sub(r"[-()]", "", _plain(text))
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
    amount = _AMOUNT.fullmatch(_plain(text))
    if amount is None:
        raise Refusal(f"「{text[:20]}」不是金额。请写成元，不带负号，例如 120000 或 120,000.50")
    if len(amount["rest"] or "") > 2:
        raise Refusal(f"「{text[:20]}」的小数多于两位，最多到分")
    fen = int(Decimal(f"{amount['yuan'].replace(',', '')}.{amount['rest'] or 0}") * 100)
    if fen > MOST_FEN:
        raise Refusal(f"「{text[:20]}」太大了，请检查有没有多打几位")
    return fen


_DAY = re.compile(r"(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})日?", re.ASCII)


def _day(text: str) -> date:
    if not text:
        raise Refusal("空着，请写日期，例如 2026-03-01")
    parts = _DAY.fullmatch(_plain(text))
    if parts is None or (parts[2] != parts[4] and parts[2] + parts[4] != "年月"):
        raise Refusal(f"「{text[:20]}」不是日期，请写成 2026-03-01")
    if not 2000 <= int(parts[1]) < 2100:
        raise Refusal(f"「{text[:20]}」的年份不对，要在 2000 到 2099 之间")
    try:
        return date(int(parts[1]), int(parts[3]), int(parts[5]))
    except ValueError:
        raise Refusal(f"「{text[:20]}」：日历上没有这一天") from None


def _person(cells: _Cells) -> PersonRow:
    accounts = {
        FEISHU: cells.take(ACCOUNT_COLUMNS[FEISHU], _open_id, ""),
        WECOM: cells.take(ACCOUNT_COLUMNS[WECOM], _user_id, ""),
    }
    return PersonRow(
        key=cells.take("key", _key, ""),
        name=cells.take("name", _name, ""),
        department=cells.take("department", _text(SHORT), ""),
        roles=cells.take("roles", _roles, frozenset()),
        accounts={platform: user_id for platform, user_id in accounts.items() if user_id},
        phone=cells.take("phone", _phone, ""),
        left=cells.take("left", _left, None),
    )


def _project(cells: _Cells) -> Project:
    return Project(
        code=cells.take("code", _text(CODE_LENGTH, empty="空着，请写项目编号，例如 P01"), ""),
        name=cells.take("name", _text(LONG, empty="空着，请写项目名称"), ""),
        lead=cells.take("lead", _reference, ""),
        fund=cells.take("fund", _text(LONG), ""),
        budget_fen=cells.take("budget", _budget, 0),
    )


def _authority(cells: _Cells) -> Authority:
    return Authority(
        holder=cells.take("holder", _reference, ""),
        deputy=cells.take("deputy", _reference, ""),
        first_day=cells.take("from", _day, date.min),
        last_day=cells.take("to", _day, date.min),
        named_by=cells.take("named_by", _reference, ""),
    )
