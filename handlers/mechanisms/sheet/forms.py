"""A CSV file as people make it: what its bytes, rows and cells say, and every slip with its row; pure."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from handlers.contract.refusal import Refusal

T = TypeVar("T")


@dataclass(frozen=True)
class Layout:
    """The columns of a file, by exact name and in any order."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


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


class Cells:
    """The cells of one row, read one by one; what is wrong with them is gathered, not thrown."""

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        self._number = number
        self._cells = cells
        self.problems: list[Problem] = []

    def take(self, column: str, understand: Callable[[str], T], otherwise: T) -> T:
        """Return what a cell means; `otherwise` where `understand` refuses it, which is kept as a problem."""
        try:
            return understand(_clean(self._cells.get(column, "")))
        except Refusal as refusal:
            gap = "" if refusal.sentence.startswith("「") else " "
            self.problems.append(Problem(self._number, f"{column}{gap}{refusal.sentence}"))
            return otherwise


def understood(
    raw: bytes, layout: Layout, understand: Callable[[Cells], T], usable: Callable[[T], bool]
) -> Sheet[T]:
    """Understand a file row by row: `understand` reads the cells of one; what is not `usable` is left out."""
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
        reading = Cells(number, {column: cells[place] for column, place in columns.items()})
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
            if any(clean_ends(cell) for cell in cells):
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
    names = [clean_ends(cell) for cell in cells]
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


def clean_ends(text: str) -> str:
    """Take off blanks at both ends, full-width and zero-width ones too."""
    first, last = 0, len(text)
    while first < last and (text[first].isspace() or _unseen(text[first])):
        first += 1
    while last > first and (text[last - 1].isspace() or _unseen(text[last - 1])):
        last -= 1
    return text[first:last]


def _clean(text: str) -> str:
    """Refuse what the eye does not see: two names that look the same must be the same."""
    bare = clean_ends(text)
    if any(_unseen(each) for each in bare):
        raise Refusal("里有换行或看不见的字符，请删掉这一格重新打一遍")
    return bare


def plain(text: str) -> str:
    """Turn full-width digits, letters and marks into plain ones and leave blanks out."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def text_of(limit: int, *, empty: str = "") -> Callable[[str], str]:
    """Read any text up to `limit` characters; `empty` is what to say when it has to be filled in."""

    def read(text: str) -> str:
        if empty and not text:
            raise Refusal(empty)
        if len(text) > limit:
            raise Refusal(f"太长了，最多 {limit} 个字，现在是 {len(text)} 个")
        return text

    return read


_DAY = re.compile(r"(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})日?", re.ASCII)


def day(text: str) -> date:
    """Read a day as people write it: `2026-03-01`, `2026/3/1`, `2026年3月1日`. Refuses anything else."""
    if not text:
        raise Refusal("空着，请写日期，例如 2026-03-01")
    parts = _DAY.fullmatch(plain(text))
    if parts is None or (parts[2] != parts[4] and parts[2] + parts[4] != "年月"):
        raise Refusal(f"「{text[:20]}」不是日期，请写成 2026-03-01")
    if not 2000 <= int(parts[1]) < 2100:
        raise Refusal(f"「{text[:20]}」的年份不对，要在 2000 到 2099 之间")
    try:
        return date(int(parts[1]), int(parts[3]), int(parts[5]))
    except ValueError:
        raise Refusal(f"「{text[:20]}」：日历上没有这一天") from None
